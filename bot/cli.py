"""The ``imagewarden`` command. What is heavy is imported by the command that needs it."""

from __future__ import annotations

import errno
import io
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

import click

_ADDRESS_HELP = "HOST:PORT, for example 127.0.0.1:3000"


class Address(click.ParamType[tuple[str, int]]):
    """``HOST:PORT``, with an IPv6 host in brackets."""

    name = "HOST:PORT"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, int]:
        host, _, port = str(value).rpartition(":")
        if not host or not re.fullmatch("[0-9]{1,5}", port) or int(port) > 65535:
            self.fail(f"{value!r} is not {_ADDRESS_HELP}", param, ctx)
        return host.strip("[]"), int(port)


_DB = click.option(
    "--db", type=click.Path(path_type=Path, dir_okay=False), help="The database; without, that of the environment."
)


@click.group()
@click.version_option(version("imagewarden"), prog_name="imagewarden")
def main() -> None:
    """Share Tencent Cloud images from Slack, with the owner's approval."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a terminal in GBK or Latin-1 has not every letter of a name
    if os.path.expanduser("~") == "~":
        # A user that the machine doesn't know: Slack's SDK can't even be imported then. Docker sets the same.
        os.environ["HOME"] = "/"


@main.command()
@click.option("--http", type=Address(), help="Serve Slack's posts there, at /slack/events, instead of Socket Mode.")
@click.option("--metrics", type=Address(), help="In Socket Mode, serve /healthz, /readyz and /metrics there.")
def run(http: tuple[str, int] | None, metrics: tuple[str, int] | None) -> None:
    """Run the bot."""
    from approvals.errors import ImagewardenError
    from bot import logs
    from bot.config import ConfigError
    from bot.running import CannotStart
    from bot.running import run as run_bot

    if http and metrics:
        raise click.UsageError("--metrics goes with Socket Mode: with --http they are served there already")
    logs.configure()
    try:
        run_bot(http=http, metrics=metrics)
    except (ConfigError, ImagewardenError, CannotStart) as error:
        raise click.ClickException(f"{error}\n'imagewarden check' tells more.") from error


@main.command()
@click.option("--http", is_flag=True, help="Check for HTTP mode instead of Socket Mode.")
def check(http: bool) -> None:
    """Tell what is missing or wrong before the bot is started."""
    from bot.checks import check as look

    faults = 0
    for line in look(http=http):
        faults += not line.good
        click.echo(f"{'ok  ' if line.good else 'FAIL'}  {line.what}: {line.text}")
    if faults:
        click.echo("Mend what is marked FAIL, then run this again: what needs it could not be looked at.")
        sys.exit(1)


@main.group()
def policy() -> None:
    """Look at the policy."""


@policy.command()
@click.argument("image")
@click.argument("target")
@click.option("--requester", default="", metavar="U…", help="The id of the person who would ask.")
def explain(image: str, target: str, requester: str) -> None:
    """Tell who must agree before IMAGE is shared with TARGET, and by which rules.

    IMAGE is a name or an id, TARGET a name of the policy, an account id or "lighthouse". No request is made. The cloud
    is asked only about an id, and Slack only for names.
    """
    from approvals.errors import PolicyError
    from approvals.explaining import UnknownTarget
    from bot.config import ConfigError
    from bot.explaining import explain as explained

    try:
        for sentence in explained(image, target, requester):
            click.echo(sentence)
    except (ConfigError, PolicyError, UnknownTarget) as error:
        raise click.ClickException(str(error)) from error


@main.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@_DB
def backup(file: Path, db: Path | None) -> None:
    """Copy the database to FILE as of this moment, while the bot runs.

    To restore: stop the bot, put the copy in the place of the database (and remove the files with -wal and -shm beside
    it), start the bot. See docs/operations.md.
    """
    from approvals.errors import StoreError
    from bot.backing_up import backup as copy
    from bot.config import ConfigError, places

    try:
        size = copy(db or places().db, file)
    except (ConfigError, StoreError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{file}: {size:,} bytes, whole.")


@main.command()
@click.option("--yes", is_flag=True, help="Don't ask for confirmation.")
def adopt(yes: bool) -> None:
    """Take the shares that are in the cloud already into the record.

    Shows first what that would be. Interrupted, it can be run again: what was taken is not taken twice.
    """
    from approvals.errors import ImagewardenError
    from bot.adopting import adopt as take
    from bot.config import ConfigError

    try:
        take(confirmed=yes)
    except (ConfigError, ImagewardenError) as error:
        raise click.ClickException(f"{error}\n'imagewarden check' tells more.") from error


class _Unreadable(click.ClickException):
    """Nothing can be said of the record, which is another answer than that it is broken."""

    exit_code = 2


@contextmanager
def _telling_why() -> Iterator[None]:
    """Why nothing can be said of the record, or not all of it."""
    from approvals.errors import StoreError
    from bot.config import ConfigError

    try:
        yield
        sys.stdout.flush()  # what can't be written must not be found out when nobody can be told any more
    except (ConfigError, StoreError) as error:
        raise _Unreadable(str(error)) from error
    except OSError as error:
        if error.errno == errno.EPIPE:
            raise  # whoever reads has read enough; click ends without a word
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # where the rest goes when Python ends
        raise _Unreadable(f"the output is not whole: it can't be written ({error.strerror})") from error


class Moment(click.ParamType[datetime]):
    """A day, or a day and a time."""

    name = "TIME"

    def __init__(self, *, end: bool) -> None:
        self._end = end

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        from bot.auditing import moment

        try:
            return moment(str(value), end=self._end)
        except (ValueError, OverflowError):
            self.fail(f"{value!r} is no time: write it like 2026-03-31 or 2026-03-31T17:00", param, ctx)


@main.group()
def audit() -> None:
    """Verify the record of who allowed what, or write it out. Changes nothing; the bot may run meanwhile."""


@audit.command()
@click.option("--head", default="", metavar="HASH", help="A hash that was told earlier, in the channel for example.")
@_DB
def verify(head: str, db: Path | None) -> None:
    """Find every line of the record that was changed, removed, put in or moved, and what the tables hold otherwise.

    Exits with 0 where all is as it was written, with 1 where it isn't, and with 2 where the file can't be read.
    """
    from bot.auditing import report
    from bot.config import places

    with _telling_why():
        sound = report(db or places().db, head.strip().lower())
    if not sound:
        sys.exit(1)


@audit.command()
@click.option("--format", "kind", type=click.Choice(["jsonl", "csv"]), default="jsonl", show_default=True)
@click.option("--since", type=Moment(end=False), help="From that time or day on. UTC, where no other zone is said.")
@click.option("--until", type=Moment(end=True), help="Before that time, or through that day.")
@_DB
def export(kind: str, since: datetime | None, until: datetime | None, db: Path | None) -> None:
    """Write the record to the standard output, line by line."""
    from bot.auditing import export as write
    from bot.auditing import standard_output
    from bot.config import places

    with _telling_why():
        write(db or places().db, standard_output(), kind, since, until)


@main.command()
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8765, show_default=True, help="Of the page; 0: a free one."
)
@click.option("--db", type=click.Path(path_type=Path, dir_okay=False), help="Keep the bot's database there.")
def sandbox(port: int, db: Path | None) -> None:
    """Try everything on a pretend workspace and a pretend cloud, on this machine alone."""
    from approvals.errors import ImagewardenError
    from bot import logs
    from bot.running import CannotStart
    from bot.sandbox.run import run as run_sandbox

    logs.configure()
    try:
        run_sandbox(port=port, db=db)
    except (ImagewardenError, CannotStart) as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"the sandbox can't start: {error}") from error
