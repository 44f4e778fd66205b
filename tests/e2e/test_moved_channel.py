"""The policy names another channel than at the last start: what is open goes on there, by whichever card is pressed."""

from __future__ import annotations

from pathlib import Path

from bot.sandbox import company
from bot.sandbox.cloud.server import CloudServer
from bot.sandbox.workspace.server import WorkspaceServer
from tests.e2e.database import rows, wait_for
from tests.e2e.misbehaving import CHANNEL, DATA_TEAM, NIGHTLY, until
from tests.e2e.person import PersonAt
from tests.e2e.starting import started

OTHER = "C0GENERAL"
UNSENT = "SELECT id FROM outbox WHERE sent_at IS NULL"
MOVED = company.POLICY.replace(f'channel = "{CHANNEL}"', f'channel = "{OTHER}"')


def test_a_request_is_decided_on_its_old_card_and_goes_on_in_the_new_channel(
    cloud: CloudServer, workspace: WorkspaceServer, tmp_path: Path
) -> None:
    lin = PersonAt(workspace.url, "U0LIN")
    with started(cloud, workspace, tmp_path) as mei:
        mei.types("/image share base-nightly with data-team because x")
        card = lin.sees("Share base-nightly with data-team", where=CHANNEL)
        wait_for(lambda: not rows(tmp_path / "bot.db", UNSENT))  # that it stands there is written down
    workspace.state.conversations[OTHER].bot_is_member = True

    with started(cloud, workspace, tmp_path, policy=MOVED) as mei:
        lin.presses("Approve", on=card)
        until(lambda: DATA_TEAM in cloud.state.shares(NIGHTLY))
        lin.sees("Shared base-nightly with data-team", where=OTHER)
        old = lin.sees("Shared base-nightly with data-team", where=CHANNEL)
        assert "Approve" not in lin.buttons(old)
        lin.sees("@lin approved.", where=OTHER)
        mei.types("/image share base-nightly with partner-lab because y", channel=OTHER)
        lin.sees("Share base-nightly with partner-lab", where=OTHER)
