"""``imagewarden run`` in Socket Mode, against the workspace's own websocket."""

from __future__ import annotations

from pathlib import Path

from bot.sandbox import company
from bot.sandbox.cloud.server import CloudServer
from bot.sandbox.workspace.server import WorkspaceServer
from tests.e2e.command import environment, free_port, running
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
