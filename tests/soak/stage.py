"""The servers of the sandbox, and bots in processes of their own on one database file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from approvals.cloud import LIGHTHOUSE
from bot.sandbox import company
from bot.sandbox.cloud.images import Image
from bot.sandbox.cloud.seed import STRANGER
from bot.sandbox.cloud.server import CloudServer
from bot.sandbox.workspace.server import WorkspaceServer
from bot.sandbox.workspace.state import Conversation
from tests.e2e.command import Running, environment, free_port, running
from tests.e2e.database import rows

NOBODY = "100099999999"
"""An account that does not exist."""

ACCOUNTS = ("data-team", "partner-lab", STRANGER, NOBODY)
EXISTING = ("100012345678", "100023456789", STRANGER)
SCRATCH = {f"scratch-{number}": f"img-scr4tch{number}" for number in range(6)}
"""Images that may be deleted."""

IMAGES = {
    "base-nightly": "img-6pb6lrmy",
    "base-22.04": "img-2qk8xv4d",
    "gpu-trainer": "img-gpu7rn3k",
    "edge-proxy": "img-s6edg3px",
    "base-nightly-sg": "img-s6nb8s2e",
    **SCRATCH,
}

_ENOUGH = 10_000  # messages at once: Slack's limit is tested elsewhere


@dataclass(frozen=True)
class Stage:
    """
    :ivar before: who had which image at the start
    :ivar by_socket: whether the bots are in Socket Mode
    """

    cloud: CloudServer
    workspace: WorkspaceServer
    folder: Path
    env: dict[str, str]
    port: int
    before: dict[str, set[str]]
    by_socket: bool

    @property
    def database(self) -> Path:
        return self.folder / "bot.db"

    @property
    def log(self) -> str:
        return (self.folder / "bot.log").read_text()

    @contextmanager
    def bots(self, number: int) -> Iterator[list[Running]]:
        """So many of them, ready; where Slack posts, it posts to the first. All are killed in the end."""
        listens = "--metrics" if self.by_socket else "--http"
        with ExitStack() as them:
            ports = [self.port, *(free_port() for _ in range(number - 1))]
            yield [
                them.enter_context(
                    running("run", listens, f"127.0.0.1:{port}", listens=port, env=self.env, cwd=self.folder)
                )
                for port in ports
            ]

    def waits(self) -> dict[str, int]:
        """What is left to do, by its kind."""
        (left,) = rows(self.database, _WAITS)
        return left

    def is_at_rest(self) -> bool:
        return not any(self.waits().values())

    def compared(self) -> str:
        """When who has which image was last compared with what was allowed, all of it; empty before."""
        return "".join(row["at"] or "" for row in rows(self.database, "SELECT finished_at AS at FROM drift_pass"))

    def has(self, image_id: str) -> set[str]:
        """Who has an image, of CVM or of Lighthouse."""
        blueprints = self.cloud.state.lighthouse
        if image_id in blueprints.blueprints:
            return set(blueprints.shares(image_id))
        offered = image_id in self.cloud.state.images and blueprints.has(image_id)
        return {*self.cloud.state.shares(image_id), *([LIGHTHOUSE] if offered else [])}

    @property
    def channel(self) -> Conversation:
        return self.workspace.state.conversations["C0IMAGES"]

    def write_policy(self, rule: str = "") -> None:
        """The company's policy, with a comparison each minute and one more rule."""
        text = company.POLICY.replace("approvals = 1\n", f'drift_every = "1m"\n{rule}\n')
        Path(self.env["IMAGEWARDEN_POLICY"]).write_text(text)

    def heal(self) -> None:
        """Forget what is planned to go wrong, and let people, channel and policy be as they were."""
        self.workspace.state.deactivated.clear()
        self.workspace.state.groups[company.GROUPS[0].id] = company.GROUPS[0]
        self.channel.archived, self.channel.bot_is_member = False, True
        self.write_policy()
        self.cloud.state.faults.clear()
        self.workspace.faults.clear()


@contextmanager
def opened(folder: Path, *, by_socket: bool = False) -> Iterator[Stage]:
    cloud = CloudServer().start()
    workspace = WorkspaceServer(port=0, cloud=cloud.state).start()
    try:
        workspace.post_limit.at_once = _ENOUGH
        yesterday = cloud.state.clock() - 86_400
        for name, image_id in SCRATCH.items():
            cloud.state.add_image(Image(image_id, name, company.REGIONS[0], yesterday, creator=company.HOME_ACCOUNT))
        port = free_port()
        workspace.deliver_to(None if by_socket else f"http://127.0.0.1:{port}/slack/events")
        secret = (
            {"SLACK_APP_TOKEN": company.APP_TOKEN} if by_socket else {"SLACK_SIGNING_SECRET": company.SIGNING_SECRET}
        )
        env = environment(folder, api_url=workspace.api_url, cloud_url=cloud.url, **secret)
        before = defaultdict(set, {one: set(cloud.state.shares(one)) for one in cloud.state.images})
        blueprints = cloud.state.lighthouse
        before |= {one: set(blueprints.shares(one)) for one in blueprints.blueprints}
        stage = Stage(cloud, workspace, folder, env, port, before, by_socket)
        stage.write_policy()
        yield stage
    finally:
        workspace.stop()
        cloud.stop()


_WAITS = """
SELECT (SELECT COUNT(*) FROM requests WHERE state = 'checking') AS checks,
       (SELECT COUNT(*) FROM requests WHERE state = 'pending' AND requester_id <> 'imagewarden') AS decisions,
       (SELECT COUNT(*) FROM requests WHERE state IN ('approved', 'executing')) AS executions,
       (SELECT COUNT(*) FROM presses WHERE judged_at IS NULL) AS presses,
       (SELECT COUNT(*) FROM copies WHERE state IN ('wanted', 'calling', 'syncing', 'removing')) AS copies,
       (SELECT COUNT(*) FROM outbox WHERE sent_at IS NULL AND failed_at IS NULL) AS messages
"""
