"""The connections of a server: ended where no request comes on them, and never more than the process can hold.

Whoever opens many and asks nothing would take from the bot what it needs to open its own files. uvicorn itself ends
only those on which a request was answered and no other begins.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any, cast

import h11
import structlog
from uvicorn.protocols.http.h11_impl import H11Protocol

_TOLD_EVERY = 60.0  # seconds

log = structlog.get_logger()


def protocol(*, asks_within: float, most: int) -> type[asyncio.Protocol]:
    """What each connection is made of.

    :param asks_within: seconds in which the head of a request must come whole, counted from the beginning of the
        connection or of the head
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


class _Connection(H11Protocol):
    def __init__(self, *given: Any, limits: _Limits, **more: Any) -> None:
        super().__init__(*given, **more)
        self._limits = limits
        self._asks_by: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        if len(self.connections) > self._limits.most:
            self._limits.note_refused(self.loop.time())
            transport.abort()
        else:
            self._expect_a_request()

    def connection_lost(self, exc: Exception | None) -> None:
        self._expect_no_request()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.conn.their_state is h11.IDLE:  # the head isn't whole yet
            self._expect_a_request()
        else:
            self._expect_no_request()

    def _expect_a_request(self) -> None:
        if self._asks_by is None:
            self._asks_by = self.loop.call_later(self._limits.asks_within, self.transport.close)

    def _expect_no_request(self) -> None:
        if self._asks_by is not None:
            self._asks_by.cancel()
            self._asks_by = None
