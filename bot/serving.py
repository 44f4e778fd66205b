"""One production HTTP server (uvicorn) on a thread of its own: the bot's door, and the sandbox's two servers."""

from __future__ import annotations

import socket
import threading

import uvicorn
from starlette.types import ASGIApp

from bot.connections import protocol

_STARTS_WITHIN = 10.0  # seconds
_ASKS_WITHIN = 10.0  # seconds
KEPT_FOR = 620.0
"""Seconds. Who closes first risks that the other asks just then: let the load balancer do it. Most keep a connection on
which nothing comes for a minute or two, Google's for 600 s, which can't be changed
(cloud.google.com/load-balancing/docs/https, "Timeouts and retries")."""

_MOST = 400  # connections at a time; systems give a process 1,024 open files, unless told otherwise
_BACKLOG = 200  # connections that are taken at once, before any of them is counted
_STOPS_WITHIN = 5  # seconds for open connections to finish


class Server:
    """Serves an ASGI application from a background thread.

    The socket is bound in the constructor, so ``url`` is true before the first request is served.

    :param port: 0 takes a free one
    :param asks_within: seconds after which a connection is ended on which no request came
    :param most: connections at a time
    :param kept_for: seconds for which a connection is kept on which nothing comes after an answer
    :raises OSError: the address is in use or not ours
    """

    def __init__(
        self,
        app: ASGIApp,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        asks_within: float = _ASKS_WITHIN,
        most: int = _MOST,
        kept_for: float = KEPT_FOR,
    ) -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        # With the protocol named, asyncio switches Nagle off: else every answer waits 40 ms for an acknowledgement.
        self._socket = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            self._socket.bind((host, port))
        except OSError:
            self._socket.close()
            raise
        self.host = host
        self.port: int = self._socket.getsockname()[1]
        self._uvicorn = uvicorn.Server(
            uvicorn.Config(
                app,
                http=protocol(asks_within=asks_within, most=most),
                backlog=_BACKLOG,
                log_config=None,
                access_log=False,
                server_header=False,
                lifespan="off",
                ws="websockets-sansio",  # the default speaks through an interface that websockets has deprecated
                timeout_keep_alive=kept_for,  # type: ignore[arg-type]  # parts of a second do as well
                timeout_graceful_shutdown=_STOPS_WITHIN,
            )
        )
        self._thread = threading.Thread(target=self._serve, name=f"http-{self.port}", daemon=True)

    @property
    def url(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    def start(self) -> Server:
        self._socket.listen(_BACKLOG)
        self._thread.start()
        return self

    def stop(self) -> None:
        self._uvicorn.should_exit = True
        if self._thread.ident is not None:
            self._thread.join(timeout=_STARTS_WITHIN)
        self._socket.close()

    def _serve(self) -> None:
        self._uvicorn.run(sockets=[self._socket])
