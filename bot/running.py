"""``imagewarden run``: from the environment to a bot that listens, until a signal."""

from __future__ import annotations

import gc
import queue
import signal
from collections.abc import Callable
from contextlib import suppress

import structlog
from slack_sdk.errors import SlackApiError

from approvals import policy as policies
from approvals.errors import AuthFailed, CloudError, WrongAccount, WrongWorkspace
from approvals.files import MOUNTED_ALONE, is_mounted_alone
from bot import config
from bot.app import Bot
from bot.door import Events, door
from bot.serving import Server
from bot.slack import TOKEN_FAULTS, UNREACHED, code_of, is_outage
from bot.socket_mode import SocketMode

_LOOK = 0.5  # seconds between two looks for a signal

log = structlog.get_logger()


class CannotStart(Exception):
    """Starting makes no sense; the text says why and what to do."""


def run(*, http: tuple[str, int] | None, metrics: tuple[str, int] | None) -> None:
    """Run until SIGINT or SIGTERM; SIGHUP reads the policy again.

    :param http: where Slack posts to; None runs in Socket Mode
    :param metrics: where to serve health and metrics in Socket Mode
    :raises ConfigError: the environment is not right
    :raises PolicyError: the policy is not right
    :raises StoreError: the database can't be used
    :raises CannotStart: a token or the credentials are refused, or a port is taken
    """
    settings = config.load(http=http is not None)
    policy = policies.load(settings.policy)
    if is_mounted_alone(settings.db):
        log.error("database_mounted_alone", error=f"{settings.db} {MOUNTED_ALONE}")
    way_in: list[SocketMode] = []
    bot = Bot(
        settings,
        policy,
        listening=lambda: next((one.problem for one in way_in if one.problem), None),
        policy_file=settings.policy,
    )
    signal.signal(signal.SIGHUP, lambda *_: bot.reload())
    try:
        _first_questions(bot)
        doors: list[Callable[[], None]] = []
        if http is not None:
            secret = settings.signing_secret.get_secret_value() if settings.signing_secret else ""
            doors.append(_serve(bot, http, signing_secret=secret).stop)
        else:
            way_in.append(_connect(bot))
            doors.append(way_in[0].close)
            if metrics is not None:
                doors.append(_serve(bot, metrics).stop)
        gc.freeze()  # what is there now stays: looking through all of it again would hold up answers by 80 ms each time
        bot.start()
        log.info("running", mode="http" if http else "socket")
        wait_for_a_signal()
        log.info("stopping")
        for close in doors:
            close()
    finally:
        bot.stop()


def _first_questions(bot: Bot) -> None:
    """Ask Slack and the cloud who we are: a wrong answer ends the start, no answer doesn't."""
    try:
        bot.installation.ask()
    except SlackApiError as error:
        code = code_of(error)
        if code in TOKEN_FAULTS:
            raise CannotStart(
                f"Slack refuses SLACK_BOT_TOKEN ({code}). Copy it again from the app's page, OAuth & Permissions."
            ) from error
        log.warning("slack_unclear", error=code or str(error))
    except UNREACHED as error:
        log.warning("slack_unreachable", error=str(error))
    except WrongWorkspace as error:
        raise CannotStart(f"{error}. {error.remedy}.") from error
    try:
        bot.home.id()
    except WrongAccount as error:
        raise CannotStart(f"{error}. {error.remedy}.") from error
    except AuthFailed as error:
        raise CannotStart(
            f"The cloud refuses the credentials ({error.code}: {error.message}). "
            "Check TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY."
        ) from error
    except CloudError as error:
        log.warning("cloud_unreachable", error=str(error))


def _serve(bot: Bot, address: tuple[str, int], *, signing_secret: str | None = None) -> Server:
    events = Events(bot.app, bot.store, bot.metrics, signing_secret=signing_secret) if signing_secret else None
    application = door(bot.metrics, bot.health.report, events)
    try:
        return Server(application, *address).start()
    except OSError as error:
        raise CannotStart(
            f"{address[0]}:{address[1]} can't be served: {error.strerror}. Choose another port."
        ) from error


def _connect(bot: Bot) -> SocketMode:
    token = bot.settings.app_token.get_secret_value() if bot.settings.app_token else ""
    connection = SocketMode(
        bot.app,
        token,
        bot.client,
        on_ack=bot.metrics.ack_seconds.observe,
        waiting_until=bot.store.waiting_until,
    )
    try:
        connection.connect()
    except SlackApiError as error:
        code = code_of(error)
        if is_outage(error):
            raise CannotStart(f"Slack can't open a connection now ({code}). Start again in a minute.") from error
        raise CannotStart(
            f"Slack refuses SLACK_APP_TOKEN ({code}). It needs the scope connections:write: Basic Information, "
            "App-Level Tokens."
        ) from error
    except UNREACHED as error:
        raise CannotStart(f"Slack can't be reached for Socket Mode: {error}. Look at network and proxy.") from error
    return connection


def wait_for_a_signal() -> None:
    """Wait for SIGINT or SIGTERM; other signals are handled meanwhile.

    The kernel may give a signal to any thread, but Python handles it in this one, which that doesn't wake: so look.
    """
    received: queue.SimpleQueue[int] = queue.SimpleQueue()  # a handler may fill it while it is asked
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, _frame: received.put(number))
    while True:
        with suppress(queue.Empty):
            received.get(timeout=_LOOK)
            return
