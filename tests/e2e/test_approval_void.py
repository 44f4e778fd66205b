"""Who approved leaves before it can be done: then it is not done on their word, and everybody hears why."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from bot.sandbox.cloud import faults
from bot.sandbox.cloud.server import CloudServer
from bot.sandbox.workspace.server import WorkspaceServer
from tests.e2e.database import rows, wait_for
from tests.e2e.misbehaving import CHANGE, CHANNEL, DATA_TEAM, NIGHTLY
from tests.e2e.person import PersonAt, Seen
from tests.e2e.starting import started

PLATFORM = "S0PLATFORM"
POSTPONED = "SELECT seq FROM audit WHERE event = 'postponed'"
STOPPED = "lin may not decide about base-nightly any more. Ask again: then those who may are asked."


def test_an_owner_who_leaves_before_the_share_is_made(
    cloud: CloudServer, workspace: WorkspaceServer, tmp_path: Path
) -> None:
    cloud.state.faults.plan(CHANGE, faults.error("ServiceUnavailable"), times=1000)
    lin, omar = (PersonAt(workspace.url, one) for one in ("U0LIN", "U0OMAR"))
    with started(cloud, workspace, tmp_path) as mei:
        mei.types("/image share base-nightly with data-team because x")
        lin.presses("Approve", on=lin.sees("Share base-nightly with data-team", where=CHANNEL))
        wait_for(lambda: rows(tmp_path / "bot.db", POSTPONED) != [])
    workspace.state.groups[PLATFORM] = replace(workspace.state.groups[PLATFORM], members=("U0OMAR",))
    cloud.state.faults.clear()

    with started(cloud, workspace, tmp_path):
        mei.sees(STOPPED)
        omar.sees(STOPPED, where=CHANNEL)
        assert DATA_TEAM not in cloud.state.shares(NIGHTLY)

        omar.presses("Ask again", on=with_button(omar, "Ask again"))
        omar.sees("Asked again as #2: its owners decide by what is true now.", where=CHANNEL)
        mei.sees("#2: asked @omar.", where=workspace.state.dm_of("U0MEI"))
        card = with_button(omar, "Approve")
        assert "@lin" not in omar.text_of(card)
        omar.presses("Approve", on=card)
        wait_for(lambda: rows(tmp_path / "bot.db", "SELECT id FROM requests WHERE state = 'done'") != [])
        assert DATA_TEAM in cloud.state.shares(NIGHTLY)


def with_button(person: PersonAt, label: str) -> Seen:
    """The card in the channel that has the button, as soon as there is one."""

    def found() -> list[Seen]:
        return [one for one in person.messages(CHANNEL) if label in person.buttons(one)]

    wait_for(lambda: bool(found()))
    return found()[0]
