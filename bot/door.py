"""The HTTP door: Slack's posts, and what operators look at. Whoever can't sign learns nothing."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

import structlog
from slack_bolt import App, BoltRequest
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from approvals.store import Store, WouldBlock
from bot import limits
from bot.metrics import Metrics
from bot.signatures import Signatures

_LARGEST_BODY = 1024 * 1024  # bytes; Slack's own posts are some kilobytes
_SIGNED_BY = ("x-slack-request-timestamp", "x-slack-signature")
_GOOD_FOR = 600.0  # seconds from its first use at most: made five minutes ahead, good until five minutes after
_HALF = 8 * 1024 * 1024  # bytes; two halves are kept
_PLAIN = "text/plain; charset=utf-8"
_EACH = 400  # bytes that an answer takes beside its text, about

# No JSON, or deeper than any payload; and Bolt reads ids out of it at once, whatever stands in their place.
_NOT_SLACKS = (ValueError, RecursionError, TypeError, AttributeError, LookupError)

log = structlog.get_logger()


class TooLarge(Exception):
    """The body is larger than anything that Slack sends."""


def door(metrics: Metrics, health: Callable[[], dict[str, dict[str, str]]], events: Events | None = None) -> Starlette:
    """The ASGI application.

    :param health: ``problems`` that keep the bot from working, and ``warnings``; each by dependency
    :param events: where Slack's posts go; None in Socket Mode, where nothing is posted
    """

    def healthz(_request: Request) -> Response:
        return PlainTextResponse("ok\n")

    def readyz(_request: Request) -> Response:
        told = health()
        ready = not told["problems"]
        return JSONResponse({"ready": ready, **told}, 200 if ready else 503)

    def metrics_page(_request: Request) -> Response:
        return Response(metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")

    routes = [Route("/healthz", healthz), Route("/readyz", readyz), Route("/metrics", metrics_page)]
    if events is not None:
        routes.append(Route("/slack/events", events.receive, methods=["POST"]))
    return Starlette(routes=routes)


class Answer(NamedTuple):
    """What is kept of a response: as little as it can be made from again, since there are many."""

    status: int
    media_type: str
    body: bytes

    def response(self) -> Response:
        return Response(self.body, self.status, {"content-type": self.media_type})


class Answers:
    """What was answered to which signature, in the last ten minutes or as far as the memory goes.

    Used by one thread, the event loop's.

    :param clock: monotonic seconds
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._newer: dict[str, asyncio.Future[Answer] | Answer] = {}
        self._older: dict[str, asyncio.Future[Answer] | Answer] = {}
        self._size = 0
        self._since = clock()

    def get(self, signature: str) -> asyncio.Future[Answer] | Answer | None:
        """The answer, or that it is being worked out."""
        return self._newer.get(signature) or self._older.get(signature)

    def add(self, signature: str, answer: asyncio.Future[Answer] | Answer) -> None:
        if self._clock() - self._since >= _GOOD_FOR or self._size >= _HALF:
            self._older, self._newer, self._size, self._since = self._newer, {}, 0, self._clock()
        self._newer[signature] = answer
        self._size += _EACH

    def done(self, signature: str, answer: Answer) -> None:
        """Keep the answer, unless it is that nothing could be done: then the same can be tried again."""
        self._size += len(answer.body)
        if answer.status >= 500:
            self.forget(signature)
            return
        for half in (self._newer, self._older):
            if signature in half:
                half[signature] = answer

    def forget(self, signature: str) -> None:
        self._newer.pop(signature, None)
        self._older.pop(signature, None)


class Events:
    """Slack's posts: verified, given to Bolt, and answered."""

    def __init__(self, app: App, store: Store, metrics: Metrics, *, signing_secret: str) -> None:
        self._app = app
        self._store = store
        self._metrics = metrics
        self._signatures = Signatures(signing_secret, metrics.signature_refused)
        self._answers = Answers(time.monotonic)

    async def receive(self, request: Request) -> Response:
        started = time.perf_counter()
        try:
            body = await _body(request)
        except TooLarge:
            return PlainTextResponse("too large\n", 413)
        except TimeoutError:
            return PlainTextResponse("too late\n", 408, {"Connection": "close"})
        except ClientDisconnect:
            return Response(status_code=400)  # which nobody is there to read
        stamped, signed = (request.headers.getlist(name) for name in _SIGNED_BY)
        signature = self._signatures.good(stamped, signed, body)
        if signature is None:
            return PlainTextResponse("invalid signature\n", 401)
        # What was signed once is done once: told again, whether by Slack, a proxy or a thief, it gets the answer of the
        # first time. Another process on the database doesn't know it; there the keys of requests and presses and
        # Slack's trigger ids, each good for once, keep it from a second effect.
        answer = self._answers.get(signature) or await self._worked_out(signature, request, body)
        if isinstance(answer, asyncio.Future):
            answer = await answer
        self._metrics.ack_seconds.observe(time.perf_counter() - started)
        return answer.response()

    async def _worked_out(self, signature: str, request: Request, body: bytes) -> Answer:
        by = time.monotonic() + limits.RECORDED_WITHIN
        at_once = self._at_once(request, body)
        if at_once is not None:
            self._answers.add(signature, at_once)
            self._answers.done(signature, at_once)
            return at_once
        coming: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._answers.add(signature, coming)
        try:
            answer = await run_in_threadpool(self._dispatch_by, by, request, body)
        except BaseException:  # the server stops
            coming.cancel()
            self._answers.forget(signature)
            raise
        coming.set_result(answer)
        self._answers.done(signature, answer)
        return answer

    def _at_once(self, request: Request, body: bytes) -> Answer | None:
        """The answer, where a write needs no waiting; None where it does: that is for a thread, so that others are
        answered meanwhile.

        The way to a thread and back takes as long as all the rest. What is begun here and given up is begun anew there:
        no listener does anything before what it writes.
        """
        if not self._store.is_free:
            return None
        try:
            with self._store.without_waiting():
                return self._dispatch(request, body)
        except WouldBlock:
            return None

    def _dispatch_by(self, by: float, request: Request, body: bytes) -> Answer:
        with self._store.waiting_until(by):
            return self._dispatch(request, body)

    def _dispatch(self, request: Request, body: bytes) -> Answer:
        try:
            told = _told(body.decode(), request.headers.get("content-type", ""))
            # As from a socket: Bolt takes what is read already, and no header, of which none is signed but those that
            # were looked at.
            bolt_request = BoltRequest(body=told, mode="socket_mode")
        except _NOT_SLACKS:
            return Answer(400, _PLAIN, b"not a request of Slack's\n")
        try:
            answer = self._app.dispatch(bolt_request)
        except Exception:
            log.exception("dispatch_failed")
            return Answer(500, _PLAIN, b"failed\n")
        # Bolt sets no header of its own but this one and the length.
        return Answer(answer.status, sys.intern(answer.headers["content-type"][0]), answer.body.encode())


def _told(body: str, content_type: str) -> dict[str, Any]:
    """What Slack tells, from either form in which it posts.

    Bolt reads the forms too, but takes each in which the word "payload" occurs for an interaction: a command whose
    reason has that word would be lost.

    :raises ValueError: it is neither
    """
    told = body
    if not content_type.startswith("application/json"):
        fields = dict(parse_qsl(body, keep_blank_values=True))
        if "payload" not in fields:
            return fields
        told = fields["payload"]
    read = json.loads(told)
    if not isinstance(read, dict):
        raise ValueError("not an object")
    return read


async def _body(request: Request) -> bytes:
    """
    :raises TimeoutError: it hasn't come whole while Slack would wait for an answer to it
    :raises ClientDisconnect: it never will
    """
    chunks, size = [], 0
    async with asyncio.timeout(limits.ACK_WITHIN):
        async for chunk in request.stream():
            size += len(chunk)
            if size > _LARGEST_BODY:
                raise TooLarge
            chunks.append(chunk)
    return b"".join(chunks)
