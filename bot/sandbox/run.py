"""``imagewarden sandbox``: both pretend servers and the real bot between them, in one process."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click

from approvals import policy as policies
from approvals.archive import home_of, workspace_of
from approvals.desk import Clock
from approvals.errors import StoreError
from approvals.sentences import listed_as
from bot import config
from bot.app import Bot, utc_now
from bot.config import Settings
from bot.door import Events, door
from bot.running import CannotStart, wait_for_a_signal
from bot.sandbox import company
from bot.sandbox.cloud.server import CloudServer
from bot.sandbox.workspace.server import WorkspaceServer
from bot.serving import Server

_READ_WITHIN = 5.0  # seconds


@dataclass(frozen=True)
class Sandbox:
    """What runs: the address of the page is the workspace's."""

    cloud: CloudServer
    workspace: WorkspaceServer
    bot: Bot
    door: Server


def run(*, port: int, db: Path | None) -> None:
    """Run until SIGINT or SIGTERM.

    :param port: of the page; 0 takes a free one
    :param db: where the bot's database is kept; None keeps it for this run only
    :raises CannotStart: the port can't be used
    :raises StoreError: the database can't be used
    """
    with opened(port=port, db=db) as sandbox:
        click.echo(
            f"The sandbox is at {sandbox.workspace.url}\n"
            f"Its cloud answers at {sandbox.cloud.url}\n"
            "Nothing in it is real. Stop it with Ctrl-C."
        )
        wait_for_a_signal()


@contextmanager
def opened(
    *, port: int = 0, db: Path | None = None, policy: str = company.POLICY, clock: Clock = utc_now
) -> Iterator[Sandbox]:
    """The sandbox, running; everything is stopped and gone afterwards, but for a database that was named.

    :param policy: the text of the policy file
    :param clock: the bot's; the servers have their own
    :raises CannotStart: the port can't be used
    :raises StoreError: the database that was named is of a real account, or can't be used
    """
    if db:
        _refuse_real(db)
    parsed = policies.parse(policy)
    with tempfile.TemporaryDirectory(prefix="imagewarden-") as folder:
        cloud = CloudServer().start()
        workspace = _workspace(port, cloud)
        settings = _settings(cloud.url, workspace.api_url, db or Path(folder, "sandbox.db"))
        bot = Bot(settings, parsed, listening=_open, clock=clock)
        events = Server(
            door(
                bot.metrics,
                bot.health.report,
                Events(bot.app, bot.store, bot.metrics, signing_secret=company.SIGNING_SECRET),
            )
        ).start()
        workspace.deliver_to(f"{events.url}/slack/events")
        bot.installation.ask()
        bot.start()
        _until_read(bot)
        try:
            yield Sandbox(cloud, workspace, bot, events)
        finally:
            events.stop()
            bot.stop()
            workspace.stop()
            cloud.stop()


def _workspace(port: int, cloud: CloudServer) -> WorkspaceServer:
    try:
        return WorkspaceServer(port=port, cloud=cloud.state).start()
    except OSError as error:
        cloud.stop()
        raise CannotStart(f"port {port} can't be used: {error.strerror}. Choose another with --port.") from error


def _refuse_real(db: Path) -> None:
    """
    :raises StoreError: the database is of a real account or workspace
    """
    about = []
    account, workspace = home_of(db), workspace_of(db)
    if account not in ("", company.HOME_ACCOUNT):
        about.append(f"account {account}")
    if workspace is not None and workspace.team_id != company.TEAM:
        about.append(f"the workspace {workspace}")
    if about:
        raise StoreError(str(db), f"it is about {listed_as(about)}, which is none of the sandbox's: name another file")


def _until_read(bot: Bot) -> None:
    """Whoever opens the page finds the images there; a cloud that fails is waited for no longer than it tries."""
    read = threading.Event()
    bot.catalogue.once_read(read.set)
    read.wait(_READ_WITHIN)


def _settings(cloud_url: str, api_url: str, db: Path) -> Settings:
    """Everything is given here, so that no real token of the environment ever reaches the sandbox."""
    return config.of(
        {
            "SLACK_BOT_TOKEN": company.BOT_TOKEN,
            "SLACK_APP_TOKEN": company.APP_TOKEN,
            "SLACK_SIGNING_SECRET": company.SIGNING_SECRET,
            "SLACK_API_URL": api_url,
            "TENCENTCLOUD_SECRET_ID": company.SECRET_ID,
            "TENCENTCLOUD_SECRET_KEY": company.SECRET_KEY,
            "TENCENTCLOUD_TOKEN": None,
            "TENCENTCLOUD_ENDPOINT": cloud_url,
            "IMAGEWARDEN_DB": str(db),
        }
    )


def _open() -> None:
    return None
