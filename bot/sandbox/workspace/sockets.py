"""Socket Mode: the websockets that bots have open, and the envelopes that go over them."""

from __future__ import annotations

import asyncio
import json
import secrets
import threading
import time
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from bot.sandbox import company
from bot.sandbox.workspace.errors import Undelivered

CONNECTIONS = 10
"""Websockets that one app may have open (slackapi/node-slack-sdk#1654)."""


@dataclass(slots=True, eq=False)
class _Connection:
    """
    :ivar leaving: it is on its way out, and is used only where there is no other
    """

    loop: asyncio.AbstractEventLoop
    outbox: asyncio.Queue[Mapping[str, Any] | None] = field(default_factory=asyncio.Queue)
    leaving: bool = False

    def send(self, frame: Mapping[str, Any] | None) -> None:
        """None hangs up."""
        self.loop.call_soon_threadsafe(self.outbox.put_nowait, frame)


class SocketHub:
    """Gives each envelope to one of the open connections, in turn, and waits for its ack."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._connections: list[_Connection] = []
        self._tickets: set[str] = set()
        self._waiting: dict[str, Future[dict[str, Any] | None]] = {}
        self._turn = 0
        self._mute = False

    @property
    def connected(self) -> int:
        return len(self._connections)

    def new_ticket(self) -> str:
        """Opens one websocket, once."""
        ticket = secrets.token_urlsafe(16)
        self._tickets.add(ticket)
        return ticket

    def wait_connected(self, count: int = 1, within: float = 10.0) -> bool:
        """Whether ``count`` connections that stay are open, after at most ``within`` seconds."""
        with self._changed:
            return self._changed.wait_for(lambda: len(self._staying()) >= count, within)

    def disconnect(self, reason: str = "warning") -> None:
        """Tells every connection to go, as Slack does to refresh them; it hangs up once the bot has opened another."""
        self._dismiss({"type": "disconnect", "reason": reason, "debug_info": {"host": "sandbox"}})

    def mute(self, on: bool = True) -> None:
        """New connections are taken, but nobody is greeted on them."""
        self._mute = on

    def hang_up(self) -> None:
        """Closes every connection without a word, as a broken network would."""
        self._dismiss(None)

    def send(self, kind: str, payload: Mapping[str, Any], within: float) -> dict[str, Any] | None:
        """What the bot answered, or None.

        :param kind: ``slash_commands``, ``interactive`` or ``events_api``
        :param within: seconds
        :raises Undelivered: nobody is connected, or nobody answered in time
        """
        envelope_id = secrets.token_hex(16)
        answer: Future[dict[str, Any] | None] = Future()
        self._waiting[envelope_id] = answer
        try:
            self._next().send(
                {
                    "envelope_id": envelope_id,
                    "type": kind,
                    "accepts_response_payload": kind != "events_api",
                    "payload": payload,
                }
            )
            return answer.result(within)
        except TimeoutError:
            raise Undelivered("operation_timeout") from None
        finally:
            del self._waiting[envelope_id]

    async def serve(self, websocket: WebSocket) -> None:
        """One websocket, from its handshake to its end."""
        ticket = websocket.query_params.get("ticket", "")
        if ticket not in self._tickets:
            await websocket.close()
            return
        self._tickets.discard(ticket)
        await websocket.accept()
        if self.connected >= CONNECTIONS:
            await websocket.send_json({"type": "disconnect", "reason": "too_many_websockets"})
            await websocket.close()
            return
        connection = _Connection(asyncio.get_running_loop())
        self._join(connection)
        sender = asyncio.create_task(_drain(connection, websocket))
        try:
            while True:
                self._acked(await websocket.receive_text())
        except WebSocketDisconnect:
            pass
        finally:
            sender.cancel()
            with self._changed:
                self._connections.remove(connection)

    def _dismiss(self, frame: Mapping[str, Any] | None) -> None:
        with self._changed:
            for connection in self._connections:
                connection.leaving = True
                connection.send(frame)

    def _join(self, connection: _Connection) -> None:
        with self._changed:
            for left in self._connections:
                if left.leaving:
                    left.send(None)
            self._connections.append(connection)
            if not self._mute:
                connection.send(self._hello())
            self._changed.notify_all()

    def _hello(self) -> Mapping[str, Any]:
        return {
            "type": "hello",
            "num_connections": self.connected,
            "connection_info": {"app_id": company.APP},
            "debug_info": {"host": "sandbox", "started": time.strftime("%Y-%m-%d %H:%M:%S")},
        }

    def _staying(self) -> list[_Connection]:
        return [connection for connection in self._connections if not connection.leaving]

    def _next(self) -> _Connection:
        with self._changed:
            open_ones = self._staying() or self._connections
            if not open_ones:
                raise Undelivered("dispatch_failed")
            self._turn += 1
            return open_ones[self._turn % len(open_ones)]

    def _acked(self, frame: str) -> None:
        told = json.loads(frame)
        answer = self._waiting.get(told.get("envelope_id", ""))
        if answer and not answer.done():
            answer.set_result(told.get("payload"))


async def _drain(connection: _Connection, websocket: WebSocket) -> None:
    while (frame := await connection.outbox.get()) is not None:
        await websocket.send_text(json.dumps(frame))
    await websocket.close()
