"""The wire under slack-sdk: every call ends in time, and goes where it was sent.

slack-sdk bounds each read of an answer but not their sum, and follows redirects, with the token, to wherever they lead.
"""

from __future__ import annotations

import io
from contextvars import ContextVar
from email.message import Message
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection, IncompleteRead
from ssl import SSLContext
from typing import NamedTuple, cast
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import (
    AbstractHTTPHandler,
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    OpenerDirector,
    ProxyHandler,
    Request,
)

from approvals.addresses import is_reached_directly
from approvals.deadlines import LARGEST_ANSWER, Deadline

WITHIN = 15.0
"""Seconds that a call may take in all, looking up the name apart: as long as others wait for what we have in hand."""

_deadline: ContextVar[Deadline] = ContextVar("deadline")


class Fetched(NamedTuple):
    status: int
    headers: Message
    text: str


class _Connection(HTTPConnection):
    def connect(self) -> None:
        super().connect()
        _deadline.get().watch(self.sock)


class _TlsConnection(_Connection, HTTPSConnection):
    pass


class _Handler(AbstractHTTPHandler):
    """Both schemes; urllib's own would read all certificates of the system for each call."""

    http_request = https_request = AbstractHTTPHandler.do_request_

    def __init__(self, tls: SSLContext | None) -> None:
        super().__init__()
        self._tls = tls

    def http_open(self, request: Request) -> HTTPResponse:
        return self.do_open(_Connection, request)

    def https_open(self, request: Request) -> HTTPResponse:
        return self.do_open(_TlsConnection, request, context=self._tls)


def fetch(request: Request, *, timeout: float, within: float, tls: SSLContext | None, proxy: str | None) -> Fetched:
    """Send it once, and read the answer whole.

    :param timeout: seconds for each read
    :param within: seconds for all of it
    :param proxy: to what isn't reached directly; None takes that of the environment
    :raises HTTPError: a status that is no success; what came with it is at hand
    :raises OSError, HTTPException: no whole answer came in time, or one larger than any of Slack's
    :raises ValueError, LookupError: it is no text
    """
    opener = OpenerDirector()  # which follows no redirect: a status that is no success is an error
    for handler in (_proxies(request, proxy), _Handler(tls), HTTPErrorProcessor(), HTTPDefaultErrorHandler()):
        opener.add_handler(handler)
    deadline = Deadline(within)
    token = _deadline.set(deadline)
    try:
        fetched = _whole(opener, request, timeout)
    except Exception as error:
        if deadline.passed:
            raise _late() from error
        raise
    finally:
        deadline.end()
        _deadline.reset(token)
    if deadline.passed:  # an answer without a length looks whole when it is cut
        raise _late()
    return fetched


def _proxies(request: Request, proxy: str | None) -> ProxyHandler:
    if is_reached_directly(urlsplit(request.full_url).netloc):
        return ProxyHandler({})
    return ProxyHandler({"http": proxy, "https": proxy} if proxy else None)


def _whole(opener: OpenerDirector, request: Request, timeout: float) -> Fetched:
    try:
        with opener.open(request, timeout=timeout) as answer:
            charset = answer.headers.get_content_charset() or "utf-8"
            return Fetched(answer.status, answer.headers, _read(answer).decode(charset))
    except HTTPError as error:
        with error:
            read = io.BytesIO(_read(cast(HTTPResponse, error.fp)))
        raise HTTPError(error.url, error.code, error.msg, error.headers, read) from None


def _read(answer: HTTPResponse) -> bytes:
    read = answer.read(LARGEST_ANSWER + 1)
    if len(read) > LARGEST_ANSWER:
        raise HTTPException("the answer is too large")
    if answer.length:  # which read() tells by itself only where it is asked for all
        raise IncompleteRead(read, answer.length)
    return read


def _late() -> TimeoutError:
    return TimeoutError("the answer took too long")
