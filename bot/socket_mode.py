"""Socket Mode: the way in without an open port, watched more closely than slack-sdk does it.

slack-sdk calls a socket connected as long as it has one, whether Slack says anything on it or not; it pings it, and
replaces it when no ping was answered for four intervals. It doesn't look whether Slack has greeted on it, before which
Slack sends nothing. Both show here at once, and a socket that stays so is hung up, so that slack-sdk opens another.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from urllib.parse import urlsplit

import structlog
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient
from slack_sdk.socket_mode.builtin.connection import Connection
from slack_sdk.socket_mode.client import BaseSocketModeClient
from slack_sdk.socket_mode.interval_runner import IntervalRunner
from slack_sdk.socket_mode.request import SocketModeRequest

from approvals.addresses import is_reached_directly
from bot import limits

_PING_EVERY = 5.0  # seconds
_PINGS_MISSED = 3  # before we say so
_PINGS_MISSED_AT_MOST = 4  # before it is replaced; slack-sdk's own number

log = structlog.get_logger()


class SocketMode:
    """Connects Bolt with Slack by a websocket that is replaced when it breaks, goes deaf, or Slack asks for it.

    :param web_client: opens the connections
    :param waiting_until: around the work for each answer: what it writes must have begun by then, in monotonic seconds
    :param ping_every: seconds
    :param clock: monotonic seconds
    :param on_ack: told of each answer to Slack: after how many seconds it was given
    """

    def __init__(
        self,
        app: App,
        app_token: str,
        web_client: WebClient,
        *,
        ping_every: float = _PING_EVERY,
        clock: Callable[[], float] = time.monotonic,
        on_ack: Callable[[float], None] = lambda _seconds: None,
        waiting_until: Callable[[float], AbstractContextManager[object]] = nullcontext,
    ) -> None:
        self._on_ack = on_ack
        self._waiting_until = waiting_until
        self._handler = SocketModeHandler(app, app_token, web_client=web_client, ping_interval=ping_every)
        self._client = self._handler.client
        if is_reached_directly(urlsplit(web_client.base_url).netloc):
            self._client.proxy = None
        self._client.on_message_listeners.append(self._told)
        self._client.socket_mode_request_listeners = [self._answer]
        self._ping_every = ping_every
        self._clock = clock
        self._session: Connection | None = None
        self._answered: float | None = None
        self._heard_at = clock()
        self._greeted = False
        self._parted = ""
        self._lock = threading.Lock()
        self._watch = IntervalRunner(self._look, ping_every / 5)

    def connect(self) -> None:
        """Open the first connection; from then on it is kept open.

        :raises SlackApiError: Slack opens none
        :raises OSError, HTTPException: Slack can't be reached
        """
        self._heard_at = self._clock()
        self._handler.connect()  # type: ignore[no-untyped-call]
        self._watch.start()

    def close(self) -> None:
        if self._watch.is_alive():
            self._watch.shutdown()  # type: ignore[no-untyped-call]
        self._handler.close()  # type: ignore[no-untyped-call]

    @property
    def problem(self) -> str | None:
        """Why Slack can't reach us just now, or None."""
        if not self._client.is_connected():
            return f"the connection to Slack is not up{self._parted}"
        silent = self._clock() - self._heard_at
        if silent > _PINGS_MISSED * self._ping_every:
            said = "said nothing" if self._greeted else "not greeted"
            return f"Slack has {said} on the connection for {int(silent)} seconds"
        return None

    def _answer(self, client: BaseSocketModeClient, request: SocketModeRequest) -> None:
        began = self._clock()
        with self._waiting_until(time.monotonic() + limits.RECORDED_WITHIN):
            self._handler.handle(client, request)  # type: ignore[arg-type]  # the builtin one, as bolt made it
        self._on_ack(self._clock() - began)

    def _look(self) -> None:
        """See whether a ping was answered, and hang up where none was for long."""
        with self._lock:
            session = self._newest()
            if session is None or not session.is_active():
                return
            if self._greeted and session.last_ping_pong_time != self._answered:
                self._answered, self._heard_at = session.last_ping_pong_time, self._clock()
            deaf = self._clock() - self._heard_at > _PINGS_MISSED_AT_MOST * self._ping_every
        if deaf:
            log.error("socket_deaf", problem=self.problem)
            session.close()

    def _newest(self) -> Connection | None:
        session = self._client.current_session
        if session is not self._session:
            self._session, self._answered = session, None
            self._greeted, self._heard_at = False, self._clock()
        return session

    def _told(self, frame: str) -> None:
        with self._lock:
            self._newest()
            self._heard_at = self._clock()
            told = json.loads(frame) if frame.startswith("{") else {}
            if told.get("type") == "hello":
                self._greeted, self._parted = True, ""
            elif told.get("type") == "disconnect":
                self._part(str(told.get("reason") or ""))

    def _part(self, reason: str) -> None:
        """Slack wants another connection, and slack-sdk opens it; where it can't be, the reason tells why."""
        if reason == "link_disabled":
            log.error("socket_mode_off", advice="switch Socket Mode on in the app's settings, or run with --http")
            self._parted = ": Socket Mode is switched off in the app's settings (link_disabled)"
        else:
            log.info("socket_refreshed", reason=reason)
            self._parted = f" ({reason})"
