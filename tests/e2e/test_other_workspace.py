"""The token is of another workspace than the database: nobody there is told anything, and nobody there may act."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bot.sandbox import company
from bot.sandbox.cloud.server import CloudServer
from bot.sandbox.workspace.server import WorkspaceServer
from tests.e2e.command import environment, free_port, imagewarden, running
from tests.e2e.database import rows, wait_for
from tests.e2e.door import DoorKnocker, press
from tests.e2e.line import line_to
from tests.e2e.misbehaving import CHANNEL, DATA_TEAM, NIGHTLY, until
from tests.e2e.person import PersonAt, Seen
from tests.e2e.starting import started
from tests.e2e.test_slack_misbehaves import cards

OTHER = "T0OTHERS"
COMPANY = "E0NIMB"
MOVED = company.POLICY.replace("[home]\n", f'[home]\nworkspace = "{OTHER}"\n')
SENTENCE = (
    f"the bot's token is of the workspace {OTHER} (Nimbus Robotics), but the people and the messages that the database "
    f"names are of {company.TEAM} (Nimbus Robotics)"
)
DONE = "SELECT id FROM requests WHERE state = 'done'"
UNSENT = "SELECT id FROM outbox WHERE sent_at IS NULL"


@contextmanager
def elsewhere(
    workspace: WorkspaceServer, cloud: CloudServer, folder: Path, renames: tuple[str, str] = (company.TEAM, OTHER)
) -> Iterator[dict[str, str]]:
    """The environment of a bot to which the same people and channels are another workspace's.

    :param renames: what stands in the answers of ours, and what is told instead
    """
    with line_to(workspace.url) as line:
        line.renames = (renames[0].encode(), renames[1].encode())
        yield environment(
            folder, api_url=f"{line.url}/api/", cloud_url=cloud.url, SLACK_SIGNING_SECRET=company.SIGNING_SECRET
        )


def asked(cloud: CloudServer, workspace: WorkspaceServer, folder: Path) -> Seen:
    """A request that waits in our workspace, whose bot has ended; gives its card."""
    with started(cloud, workspace, folder) as mei:
        mei.types("/image share base-nightly with data-team because x")
        card = PersonAt(workspace.url, "U0LIN").sees("Share base-nightly with data-team", where=CHANNEL)
        wait_for(lambda: not rows(folder / "bot.db", UNSENT))
    return card


def pressed(team: str, card: Seen) -> dict[str, Any]:
    approve = press("approve", "1")
    approve["team"]["id"] = approve["user"]["team_id"] = team
    approve["container"]["message_ts"] = card["ts"]
    return approve


def workspaces(folder: Path) -> list[object]:
    found = rows(folder / "bot.db", "SELECT detail FROM audit WHERE event = 'workspace_known' ORDER BY seq")
    return [json.loads(row["detail"]) for row in found]


def test_the_start_and_the_check_say_whose_token_it_is(
    cloud: CloudServer, workspace: WorkspaceServer, tmp_path: Path
) -> None:
    asked(cloud, workspace, tmp_path)
    with elsewhere(workspace, cloud, tmp_path) as env:
        told = imagewarden("run", "--http", f"127.0.0.1:{free_port()}", env=env, cwd=tmp_path)
        checked = imagewarden("check", "--http", env=env, cwd=tmp_path)
    assert (told.returncode, checked.returncode) == (1, 1)
    assert SENTENCE in told.stderr
    assert f'set workspace = "{OTHER}" under [home]' in told.stderr
    assert "Traceback" not in told.stderr
    assert f"FAIL  workspace: {SENTENCE}" in checked.stdout
    assert workspaces(tmp_path) == [{"team": company.TEAM, "name": company.TEAM_NAME}]


def test_until_slack_says_where_we_are_nobody_elsewhere_is_ours_and_nothing_is_told(
    cloud: CloudServer, workspace: WorkspaceServer, tmp_path: Path
) -> None:
    card = asked(cloud, workspace, tmp_path)
    workspace.faults.fail("auth.test", "internal_error", status=500, times=1000)
    port = free_port()
    with (
        elsewhere(workspace, cloud, tmp_path) as env,
        running("run", "--http", f"127.0.0.1:{port}", listens=port, env=env, cwd=tmp_path, ready=503) as bot,
    ):
        door = DoorKnocker(bot.url)
        assert "not installed in this workspace" in door.command("share base-nightly because y", team_id=OTHER)[1]
        assert door.interact(pressed(OTHER, card)) == (200, "")
        assert "#2" in door.command("share base-nightly with partner-lab because z")[1]
        workspace.faults.clear()
        until(lambda: SENTENCE in json.loads(door.ask("/readyz")[1])["problems"]["slack"])
    assert rows(tmp_path / "bot.db", "SELECT id FROM presses") == []
    assert [row["state"] for row in rows(tmp_path / "bot.db", "SELECT state FROM requests")] == ["pending", "checking"]
    assert len(cards(workspace)) == 1


def test_a_press_counts_as_soon_as_slack_says_where_we_are(
    cloud: CloudServer, workspace: WorkspaceServer, tmp_path: Path
) -> None:
    card = asked(cloud, workspace, tmp_path)
    workspace.faults.fail("auth.test", "internal_error", status=500, times=1000)
    port = free_port()
    env = environment(
        tmp_path, api_url=workspace.api_url, cloud_url=cloud.url, SLACK_SIGNING_SECRET=company.SIGNING_SECRET
    )
    with running("run", "--http", f"127.0.0.1:{port}", listens=port, env=env, cwd=tmp_path, ready=503) as bot:
        assert DoorKnocker(bot.url).interact(pressed(company.TEAM, card)) == (200, "")
        assert rows(tmp_path / "bot.db", "SELECT judged_at FROM presses") == [{"judged_at": None}]
        workspace.faults.clear()
        until(lambda: DATA_TEAM in cloud.state.shares(NIGHTLY))


def test_who_decides_may_be_of_another_workspace_of_the_same_company(
    cloud: CloudServer, workspace: WorkspaceServer, tmp_path: Path
) -> None:
    card = asked(cloud, workspace, tmp_path)
    approve = pressed(OTHER, card)
    approve["team"]["enterprise_id"] = COMPANY
    port = free_port()
    in_a_company = (f'"team":"{company.TEAM_NAME}"', f'"enterprise_id":"{COMPANY}"')
    with (
        elsewhere(workspace, cloud, tmp_path, in_a_company) as env,
        running("run", "--http", f"127.0.0.1:{port}", listens=port, env=env, cwd=tmp_path) as bot,
    ):
        assert DoorKnocker(bot.url).interact(approve) == (200, "")
        until(lambda: DATA_TEAM in cloud.state.shares(NIGHTLY))


def test_what_waits_for_people_is_kept_for_the_right_token(
    cloud: CloudServer, workspace: WorkspaceServer, tmp_path: Path
) -> None:
    card = asked(cloud, workspace, tmp_path)
    workspace.faults.fail("chat.update", "internal_error", status=500, times=1000)
    with started(cloud, workspace, tmp_path):
        PersonAt(workspace.url, "U0LIN").presses("Approve", on=card)
        wait_for(lambda: rows(tmp_path / "bot.db", DONE) != [])
    workspace.faults.clear()
    workspace.faults.fail("auth.test", "internal_error", status=500, times=1)
    port = free_port()
    with (
        elsewhere(workspace, cloud, tmp_path) as env,
        running("run", "--http", f"127.0.0.1:{port}", listens=port, env=env, cwd=tmp_path, ready=503) as bot,
    ):
        until(lambda: SENTENCE in json.loads(DoorKnocker(bot.url).ask("/readyz")[1])["problems"]["slack"])
        assert rows(tmp_path / "bot.db", UNSENT)
    with started(cloud, workspace, tmp_path):
        wait_for(lambda: not rows(tmp_path / "bot.db", UNSENT))
        PersonAt(workspace.url, "U0LIN").sees("Shared base-nightly with data-team", where=CHANNEL)


def test_the_policy_can_move_it_to_another_workspace_for_good(
    cloud: CloudServer, workspace: WorkspaceServer, tmp_path: Path
) -> None:
    card = asked(cloud, workspace, tmp_path)
    port = free_port()
    with elsewhere(workspace, cloud, tmp_path) as env:
        Path(env["IMAGEWARDEN_POLICY"]).write_text(MOVED)
        with running("run", "--http", f"127.0.0.1:{port}", listens=port, env=env, cwd=tmp_path) as bot:
            assert DoorKnocker(bot.url).interact(pressed(OTHER, card)) == (200, "")
            until(lambda: DATA_TEAM in cloud.state.shares(NIGHTLY))
    assert workspaces(tmp_path) == [{"team": one, "name": company.TEAM_NAME} for one in (company.TEAM, OTHER)]
