"""The line between the bot and Slack, which can break in the ways of networks: go dead, be cut, swallow what is new."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

_POLL = 0.02  # seconds between two looks at a socket


class Line:
    """Forwards connections to a server.

    :param tls: as whom it speaks, and in TLS; what it forwards is what stands in that
    :ivar swallows: new connections are accepted, and nothing is ever answered on them
    :ivar renames: a name of the server's, and one as long that stands in its place in each answer
    :ivar halves: of each answer on a new connection only the first hundred bytes arrive, and nothing after
    """

    def __init__(self, to: str, tls: ssl.SSLContext | None = None) -> None:
        address = urlsplit(to)
        self._to = (str(address.hostname), int(address.port or 80))
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(_POLL)
        self._tls = tls
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self._listener.getsockname()[1]}"
        self.swallows = False
        self.halves = False
        self.renames = (b"", b"")
        self._dead = threading.Event()  # of the generation of connections that is open
        self._cut = threading.Event()
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []
        self._run(self._accept)

    def go_dead(self) -> None:
        """The open connections stay open, and nothing passes on them any more; new ones are fine."""
        self._dead.set()
        self._dead = threading.Event()

    def cut(self) -> None:
        """The open connections end, without a word of the protocols above."""
        self._cut.set()
        self._cut = threading.Event()

    def stop(self) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join(5)
        self._listener.close()

    def _run(self, work: object, *args: object) -> None:
        thread = threading.Thread(target=work, args=args)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._stopping.is_set():
            with suppress(TimeoutError):
                near, _ = self._listener.accept()
                self._run(self._forward, near, self._dead, self._cut)

    def _forward(self, near: socket.socket, dead: threading.Event, cut: threading.Event) -> None:
        if self.swallows:
            dead = threading.Event()
            dead.set()
        limit = 100 if self.halves else None
        if self._tls:
            try:
                near = self._tls.wrap_socket(near, server_side=True)
            except OSError:  # whoever calls doesn't trust us
                near.close()
                return
        with near, socket.create_connection(self._to) as far:
            back = threading.Thread(target=self._pump, args=(far, near, dead, cut, limit, self.renames))
            back.start()
            self._pump(near, far, dead, cut, None)
            back.join(5)

    def _pump(
        self,
        source: socket.socket,
        sink: socket.socket,
        dead: threading.Event,
        cut: threading.Event,
        left: int | None,
        renames: tuple[bytes, bytes] = (b"", b""),
    ) -> None:
        source.settimeout(_POLL)
        with suppress(OSError):
            while not (self._stopping.is_set() or cut.is_set()):
                if dead.is_set() or left == 0:
                    cut.wait(_POLL)
                    if source.fileno() < 0 or _is_over(source):
                        break
                    continue
                with suppress(TimeoutError):
                    data = source.recv(65536)
                    if not data:
                        break
                    if dead.is_set():
                        continue
                    data = data.replace(*renames) if renames[0] else data
                    data = data if left is None else data[:left]
                    left = None if left is None else left - len(data)
                    sink.sendall(data)
        with suppress(OSError):
            sink.shutdown(socket.SHUT_WR)
        if cut.is_set():
            with suppress(OSError):
                source.shutdown(socket.SHUT_RD)


def _is_over(source: socket.socket) -> bool:
    """Has the side that calls given up? What it said before is thrown away."""
    with suppress(TimeoutError):
        return not source.recv(65536)
    return False


@contextmanager
def line_to(url: str, tls: ssl.SSLContext | None = None) -> Iterator[Line]:
    line = Line(url, tls)
    try:
        yield line
    finally:
        line.stop()
