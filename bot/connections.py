"""The connections of a server: ended where no request comes on them, and never more than the process can hold.

Whoever opens many and asks nothing would take from the bot what it needs to open its own files. uvicorn itself ends
only those on which a request was answered and no other begins, and bounds neither the head of a request nor what is
asked before the answers. Those are kept for long, for the sake of load balancers; so they make room first.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any, cast

import structlog
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_TOLD_EVERY = 60.0  # seconds
_LARGEST_HEAD = 64 * 1024  # bytes, and what the system gives at once; those of Slack and of proxies are some hundreds
_MOST_AHEAD = 8  # requests that wait for the answers to others on the same connection; neither Slack nor proxies do so
_BODY_FOLLOWS = (b"content-length", b"transfer-encoding")

log = structlog.get_logger()


def protocol(*, asks_within: float, most: int) -> type[asyncio.Protocol]:
    """What each connection is made of.

    :param asks_within: seconds in which the head of a request must come whole, counted from the beginning of the
        connection or of the head; and in which what still comes of one that is answered must end
    :param most: connections at a time
    """
    return cast("type[asyncio.Protocol]", partial(_Connection, limits=_Limits(asks_within, most)))


class _Limits:
    """What the connections of one server have in common."""

    def __init__(self, asks_within: float, most: int) -> None:
        self.asks_within = asks_within
        self.most = most
        self._told_at: float | None = None

    def note_refused(self, now: float) -> None:
        """Say so in the log, once a minute however many they are.

        :param now: monotonic seconds
        """
        if self._told_at is None or now - self._told_at >= _TOLD_EVERY:
            self._told_at = now
            log.warning("connections_refused", most=self.most)


class NotTaken(Exception):
    """What can't be answered as it is asked; uvicorn makes a 400 of it."""


class _Connection(HttpToolsProtocol):
    """
    :ivar _unread: bytes that came since the last that was of use: a whole head, or a piece of a body
    """

    def __init__(self, *given: Any, limits: _Limits, **more: Any) -> None:
        super().__init__(*given, **more)
        self._limits = limits
        self._asks_by: asyncio.TimerHandle | None = None
        self._unread = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        if len(self.connections) <= self._limits.most or self._ends_an_idle_one():
            self._expect_a_request()
        else:
            self._limits.note_refused(self.loop.time())
            transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self._expect_no_request()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._unread += len(data)
        super().data_received(data)
        if self._unread > _LARGEST_HEAD and not self.transport.is_closing():
            self.send_400_response("The head of the request is too large.")
        is_answered = self.cycle is None or self.cycle.response_complete
        if is_answered and self.transport.get_protocol() is self:  # a websocket has one of its own
            self._expect_a_request()
        else:
            self._expect_no_request()

    def on_message_begin(self) -> None:
        if len(self.pipeline) >= _MOST_AHEAD:
            raise NotTaken
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._unread = 0
        if self.parser.should_upgrade() and any(name in _BODY_FOLLOWS for name, _ in self.headers):
            raise NotTaken  # the parser takes the body for what is said in the other protocol
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._unread = 0
        super().on_body(body)

    def _ends_an_idle_one(self) -> bool:
        """End that on which nothing has come for longest, if there is one."""
        idle = (one for one in self.connections if isinstance(one, _Connection) and not one.transport.is_closing())
        until = {one: one.timeout_keep_alive_task.when() for one in idle if one.timeout_keep_alive_task}
        if until:
            min(until, key=until.__getitem__).transport.close()
        return bool(until)

    def _expect_a_request(self) -> None:
        if self._asks_by is None:
            self._asks_by = self.loop.call_later(self._limits.asks_within, self.transport.close)

    def _expect_no_request(self) -> None:
        if self._asks_by is not None:
            self._asks_by.cancel()
            self._asks_by = None
