"""The wire under the vendor's SDK: every call ends in time, and it is certain which calls never left.

The SDK hands all failures on the way over as one kind, follows redirects (by which a POST becomes a GET whose answer
passes for a success), and bounds each read but not their sum. This adapter sits below it, in the ``requests`` session.
"""

from __future__ import annotations

import io
import socket
from contextvars import ContextVar
from typing import Any

from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from urllib3 import BaseHTTPResponse, HTTPConnectionPool, HTTPSConnectionPool, ProxyManager
from urllib3.connection import HTTPConnection, HTTPSConnection

from approvals.deadlines import LARGEST_ANSWER, Deadline

_CONNECTIONS_KEPT = 32  # for each host; more threads than call at once
_AT_ONCE = 65536  # bytes

_PROBED_AFTER = 30  # seconds without a byte; firewalls forget a connection after some minutes, and tell nobody
_PROBED_EVERY = 10  # seconds
_PROBES = 3  # without an answer, before it is taken for broken


def _probed() -> list[tuple[int, int, int]]:
    """Options of a socket by which the system itself sees whether a kept connection still leads anywhere.

    Else a call that is sent into one that a firewall has forgotten waits in vain, and so does the next one on the next.
    """
    idle = getattr(socket, "TCP_KEEPIDLE", None) or socket.TCP_KEEPALIVE  # type: ignore[attr-defined,unused-ignore]  # macOS
    return [
        *HTTPConnection.default_socket_options,
        (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
        (socket.IPPROTO_TCP, idle, _PROBED_AFTER),
        (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, _PROBED_EVERY),
        (socket.IPPROTO_TCP, socket.TCP_KEEPCNT, _PROBES),
    ]


class NotSent(Exception):
    """The call failed before any of it left: no name, no connection, no TLS."""


class NoAnswer(Exception):
    """The call left, and no whole answer of status 200 came back."""


class _Attempt(Deadline):
    """One call on its way.

    :ivar sent: may anything of it have left?
    """

    sent = False

    def leave(self, sock: socket.socket) -> None:
        """The call is about to leave by the socket.

        :raises TimeoutError: too late
        """
        self.watch(sock)
        self.sent = True


_attempt: ContextVar[_Attempt] = ContextVar("attempt")


class _Connection(HTTPConnection):
    def endheaders(self, message_body: Any = None, *, encode_chunked: bool = False) -> None:
        # The first bytes of a request go out from here, whereas a proxy's CONNECT does not pass by.
        if self.sock is None:
            self.connect()
        _attempt.get().leave(self.sock)
        super().endheaders(message_body, encode_chunked=encode_chunked)


class _TlsConnection(_Connection, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


_POOLS = {"http": _Pool, "https": _TlsPool}


class Transport(HTTPAdapter):
    """Sends each request once and reads the answer whole. One may serve several sessions and threads.

    :param deadline: seconds that a call may take in all, looking up the name apart
    """

    def __init__(self, deadline: float) -> None:
        self._deadline = deadline
        super().__init__(pool_maxsize=_CONNECTIONS_KEPT)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, socket_options=_probed(), **kwargs)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> ProxyManager:
        """:raises NotSent: a SOCKS proxy, over which it could not be told whether a call left"""
        if proxy.lower().startswith("socks"):
            raise NotSent("a SOCKS proxy can't be used: name an HTTP proxy")
        manager: ProxyManager = super().proxy_manager_for(proxy, socket_options=_probed(), **kwargs)
        manager.pool_classes_by_scheme = _POOLS
        return manager

    def send(self, request: PreparedRequest, *args: Any, **kwargs: Any) -> Response:
        """The answer, of status 200 and whole.

        :raises NotSent: nothing left
        :raises NoAnswer: anything else
        """
        attempt = _Attempt(self._deadline)
        token = _attempt.set(attempt)
        try:
            response = super().send(request, *args, **kwargs)
            response.raw = io.BytesIO(_whole(response.raw))
        except (NotSent, NoAnswer):
            raise
        except Exception as error:
            raise _told(error, attempt) from error
        finally:
            attempt.end()
            _attempt.reset(token)
        if attempt.passed:  # an answer without a length looks whole when it is cut
            raise _too_late()
        if response.status_code != 200:
            raise NoAnswer(f"the answer was HTTP status {response.status_code}")
        return response


def _whole(raw: BaseHTTPResponse) -> bytes:
    """
    :raises NoAnswer: it is larger than any answer
    """
    read = bytearray()
    for some in raw.stream(_AT_ONCE, decode_content=True):
        read += some
        if len(read) > LARGEST_ANSWER:
            raw.close()
            raise NoAnswer("the answer is too large")
    return bytes(read)


def _told(error: Exception, attempt: _Attempt) -> Exception:
    root: BaseException = error
    while cause := root.__cause__ or root.__context__:
        root = cause
    if not attempt.sent:
        return NotSent(f"no connection: {root}")
    if attempt.passed:
        return _too_late()
    return NoAnswer(f"the connection broke before the answer was whole: {root}")


def _too_late() -> NoAnswer:
    return NoAnswer("the answer took too long")
