"""A process of the bot that has only just started."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.sandbox import company
from bot.sandbox.cloud.server import CloudServer
from bot.sandbox.workspace.server import WorkspaceServer
from tests.e2e.command import environment, free_port, running
from tests.e2e.person import PersonAt


@contextmanager
def started(
    cloud: CloudServer, workspace: WorkspaceServer, folder: Path, policy: str = company.POLICY
) -> Iterator[PersonAt]:
    """A bot that is ready, and may have read no image yet; gives somebody who uses it. It ends by a kill."""
    port = free_port()
    env = environment(
        folder, api_url=workspace.api_url, cloud_url=cloud.url, SLACK_SIGNING_SECRET=company.SIGNING_SECRET
    )
    Path(env["IMAGEWARDEN_POLICY"]).write_text(policy)
    workspace.deliver_to(f"http://127.0.0.1:{port}/slack/events")
    with running("run", "--http", f"127.0.0.1:{port}", listens=port, env=env, cwd=folder):
        yield PersonAt(workspace.url, "U0MEI")
