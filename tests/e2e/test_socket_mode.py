"""``imagewarden run`` in Socket Mode, against the workspace's own websocket."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from approvals.policy import parse
from bot import config
from bot.app import Bot
from bot.sandbox import company
from bot.sandbox.cloud.server import CloudServer
from bot.sandbox.workspace.errors import Undelivered
from bot.sandbox.workspace.server import WorkspaceServer
from bot.socket_mode import SocketMode
from tests.e2e.command import environment, free_port, running
from tests.e2e.database import nothing_waits, rows, wait_for
from tests.e2e.line import Line, line_to
from tests.e2e.person import PersonAt

CHANNEL = "C0IMAGES"
NIGHTLY = "img-6pb6lrmy"


def test_the_main_job_over_a_socket_and_again_after_a_reconnect(
    cloud: CloudServer, workspace: WorkspaceServer, tmp_path: Path
) -> None:
    port = free_port()
    env = environment(tmp_path, api_url=workspace.api_url, cloud_url=cloud.url, SLACK_APP_TOKEN=company.APP_TOKEN)
    workspace.deliver_to(None)
    mei, lin = PersonAt(workspace.url, "U0MEI"), PersonAt(workspace.url, "U0LIN")

    with running("run", "--metrics", f"127.0.0.1:{port}", listens=port, env=env, cwd=tmp_path) as bot:
        mei.types("/image share base-nightly with data-team because x")
        lin.presses("Approve", on=lin.sees("Share base-nightly with data-team", where=CHANNEL))
        mei.sees("To forward to them")
        assert set(cloud.state.shares(NIGHTLY)) == {"100012345678"}

        workspace.sockets.disconnect("refresh_requested")
        assert workspace.sockets.wait_connected()

        mei.types("/image unshare base-nightly from data-team because it is over")
        card = lin.sees("Unshare base-nightly from data-team", where=CHANNEL)
        lin.presses("Deny", on=card)
        assert lin.fills_and_submits(lin.modal(), {"Why": "still needed"}) == {}
        mei.sees("The reason: still needed")
        assert set(cloud.state.shares(NIGHTLY)) == {"100012345678"}
        workspace.sockets.hang_up()
        assert bot.stop() == 0


@contextmanager
def connected(folder: Path, cloud: CloudServer, line: Line) -> Iterator[SocketMode]:
    """The whole bot, connected over the line, with pings that come ten times as often as by default."""
    env = environment(folder, api_url=f"{line.url}/api/", cloud_url=cloud.url, SLACK_APP_TOKEN=company.APP_TOKEN)
    of_ours = {name: value for name, value in env.items() if name.startswith(("SLACK", "TENCENT", "IMAGEWARDEN"))}
    way_in: list[SocketMode] = []
    bot = Bot(config.of(of_ours), parse(company.POLICY), listening=lambda: way_in[0].problem)
    way_in.append(SocketMode(bot.app, company.APP_TOKEN, bot.client, ping_every=0.5))
    bot.installation.ask()
    way_in[0].connect()
    bot.start()
    try:
        yield way_in[0]
    finally:
        line.cut()
        way_in[0].close()
        bot.stop()


def told_again(workspace: WorkspaceServer, kind: str) -> None:
    """Slack sends it until it is acknowledged, be it that a busy machine loses the connection once more meanwhile."""

    def acknowledged() -> bool:
        try:
            workspace.redeliver(kind)
        except Undelivered:
            return False
        return True

    wait_for(acknowledged)


def test_what_a_deaf_connection_lost_and_slack_tells_again_has_its_effect_once(
    cloud: CloudServer, tmp_path: Path
) -> None:
    workspace = WorkspaceServer(cloud=cloud.state, deadline=0.5).start()
    mei, lin = PersonAt(workspace.url, "U0MEI"), PersonAt(workspace.url, "U0LIN")
    with line_to(workspace.url) as line, connected(tmp_path, cloud, line) as socket:
        mei.types("/image share base-nightly with data-team because x")
        card = lin.sees("Share base-nightly with data-team", where=CHANNEL)
        told_again(workspace, "slash_commands")

        line.go_dead()
        assert "didn't answer" in str(lin.presses("Approve", on=card))
        wait_for(lambda: socket.problem is not None)
        wait_for(lambda: socket.problem is None)
        told_again(workspace, "interactive")
        told_again(workspace, "interactive")

        mei.sees("is shared with data-team")
        wait_for(lambda: nothing_waits(tmp_path / "bot.db"))
        assert [row["state"] for row in rows(tmp_path / "bot.db", "SELECT state FROM requests")] == ["done"]
        assert len(rows(tmp_path / "bot.db", "SELECT id FROM presses")) == 1
        changes = [call for call in cloud.state.calls if call.action == "ModifyImageSharePermission"]
        assert len(changes) == 1
    workspace.stop()
