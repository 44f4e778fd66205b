"""A server that answers with the very bytes it is told to, for failures that no decent server produces."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

_PATIENCE = 5.0  # seconds that anything here may take


@dataclass(frozen=True)
class Reply:
    """What one request is answered with.

    :ivar data: the bytes of the answer, status line and headers too
    :ivar then: afterwards the connection is kept for the next request, closed, or held open in silence
    :ivar drip: seconds before each single byte; 0 sends all at once
    """

    data: bytes = b""
    then: str = "keep"
    drip: float = 0.0


def http(
    body: bytes | str | Mapping[str, Any],
    *,
    status: str = "200 OK",
    content_type: str = "application/json",
    headers: str = "",
    length: int | None = None,
) -> bytes:
    """An answer in HTTP/1.1.

    :param length: what Content-Length says where that isn't true; -1 leaves it out
    """
    if isinstance(body, Mapping):
        body = json.dumps(body)
    data = body.encode() if isinstance(body, str) else body
    length = len(data) if length is None else length
    size = f"Content-Length: {length}\r\n" if length >= 0 else ""
    return f"HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\n{size}{headers}\r\n".encode() + data


def answer(**fields: Any) -> Reply:
    """A good answer of the cloud with these fields."""
    return Reply(http({"Response": {"RequestId": "req-1", **fields}}))


def refusal(code: str, content_type: str = "application/json") -> Reply:
    error = {"Error": {"Code": code, "Message": "Said so."}, "RequestId": "req-2"}
    return Reply(http({"Response": error}, content_type=content_type))


class RawServer:
    """Answers the n-th request with the n-th reply, and every one after the last with the last.

    :ivar requests: as they came, head and body
    :ivar connections: how many were opened
    """

    def __init__(self, replies: Sequence[Reply]) -> None:
        self.requests: list[bytes] = []
        self.connections = 0
        self._replies = replies
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(0.05)
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._run(self._accept)

    def stop(self) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join(_PATIENCE)
        self._listener.close()

    def bodies(self) -> list[Any]:
        return [json.loads(request.partition(b"\r\n\r\n")[2]) for request in self.requests]

    def header(self, name: str) -> str:
        """A header of the last request, or ""."""
        lines = self.requests[-1].partition(b"\r\n\r\n")[0].decode().split("\r\n")[1:]
        return dict(line.lower().split(": ", 1) for line in lines).get(name.lower(), "")

    def _run(self, work: Any, *args: Any) -> None:
        thread = threading.Thread(target=work, args=args)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._stopping.is_set():
            with suppress(TimeoutError):
                connection, _ = self._listener.accept()
                self.connections += 1
                self._run(self._converse, connection)

    def _converse(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            while (request := self._read(connection)) is not None:
                with self._lock:
                    reply = self._replies[min(len(self.requests), len(self._replies) - 1)]
                    self.requests.append(request)
                self._send(connection, reply)
                if reply.then == "hold":
                    self._stopping.wait(_PATIENCE)
                if reply.then != "keep":
                    return

    def _send(self, connection: socket.socket, reply: Reply) -> None:
        connection.settimeout(_PATIENCE)
        if not reply.drip:
            connection.sendall(reply.data)
            return
        for byte in reply.data:
            if self._stopping.wait(reply.drip):
                return
            connection.sendall(bytes([byte]))

    def _read(self, connection: socket.socket) -> bytes | None:
        """A whole request; None when there is none to come."""
        connection.settimeout(0.05)
        data = b""
        while not _whole(data):
            if self._stopping.is_set():
                return None
            with suppress(TimeoutError):
                more = connection.recv(65536)
                if not more:
                    return None
                data += more
        return data


def _whole(data: bytes) -> bool:
    head, end, body = data.partition(b"\r\n\r\n")
    lines = [line.partition(b":") for line in head.lower().split(b"\r\n")]
    length = next((int(value) for name, _, value in lines if name == b"content-length"), 0)
    return bool(end) and len(body) >= length


@contextmanager
def serving(*replies: Reply) -> Iterator[RawServer]:
    server = RawServer(replies)
    try:
        yield server
    finally:
        server.stop()
