"""The HTTP door: Slack's posts, and what operators look at. Whoever can't sign learns nothing."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from urllib.parse import parse_qsl

from slack_bolt import App, BoltRequest
from slack_sdk.signature import SignatureVerifier
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot.metrics import Metrics

_LARGEST_BODY = 1024 * 1024  # bytes; Slack's own posts are some kilobytes
_LONGEST_TIMESTAMP = 20  # digits; int() raises on thousands of them


class TooLarge(Exception):
    """The body is larger than anything that Slack sends."""


def door(
    metrics: Metrics,
    problems: Callable[[], dict[str, str]],
    *,
    app: App | None = None,
    signing_secret: str = "",
) -> Starlette:
    """The ASGI application.

    :param problems: what keeps the bot from working, by dependency
    :param app: where Slack's posts go; None in Socket Mode, where nothing is posted
    """

    def healthz(_request: Request) -> Response:
        return PlainTextResponse("ok\n")

    def readyz(_request: Request) -> Response:
        faults = problems()
        return JSONResponse({"ready": not faults, "problems": faults}, 503 if faults else 200)

    def metrics_page(_request: Request) -> Response:
        return Response(metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")

    routes = [Route("/healthz", healthz), Route("/readyz", readyz), Route("/metrics", metrics_page)]
    if app is not None:
        events = _Events(app, SignatureVerifier(signing_secret), metrics)
        routes.append(Route("/slack/events", events.receive, methods=["POST"]))
    return Starlette(routes=routes)


class _Events:
    def __init__(self, app: App, verifier: SignatureVerifier, metrics: Metrics) -> None:
        self._app = app
        self._verifier = verifier
        self._metrics = metrics

    async def receive(self, request: Request) -> Response:
        started = time.perf_counter()
        try:
            body = await _body(request)
        except TooLarge:
            return PlainTextResponse("too large\n", 413)
        if not self._signed(request, body):
            return PlainTextResponse("invalid signature\n", 401)
        response = await run_in_threadpool(self._dispatch, request, body)
        self._metrics.ack_seconds.observe(time.perf_counter() - started)
        return response

    def _signed(self, request: Request, body: bytes) -> bool:
        timestamp = request.headers.get("x-slack-request-timestamp", "")
        signature = request.headers.get("x-slack-signature", "")
        number = timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= _LONGEST_TIMESTAMP
        if not (number and signature.isascii()):
            return False  # the verifier raises on these instead of saying no
        try:
            return self._verifier.is_valid(body.decode(), timestamp, signature)
        except UnicodeDecodeError:
            return False

    def _dispatch(self, request: Request, body: bytes) -> Response:
        try:
            told = _told(body.decode(), request.headers.get("content-type", ""))
            bolt_request = BoltRequest(body=told, headers=dict(request.headers))
        except (ValueError, RecursionError):  # no JSON, or deeper than any payload
            return PlainTextResponse("not a request of Slack's\n", 400)
        answer = self._app.dispatch(bolt_request)
        headers = {name: values[0] for name, values in answer.headers.items() if name != "content-length"}
        return Response(answer.body, answer.status, headers)


def _told(body: str, content_type: str) -> str:
    """What Slack tells, as a JSON object, from either form in which it posts.

    Bolt reads the forms too, but takes each in which the word "payload" occurs for an interaction: a command whose
    reason has that word would be lost.

    :raises ValueError: it is neither
    """
    told = body
    if not content_type.startswith("application/json"):
        fields = dict(parse_qsl(body, keep_blank_values=True))
        if "payload" not in fields:
            return json.dumps(fields)
        told = fields["payload"]
    if not isinstance(json.loads(told), dict):
        raise ValueError("not an object")
    return told.strip()


async def _body(request: Request) -> bytes:
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > _LARGEST_BODY:
            raise TooLarge
        chunks.append(chunk)
    return b"".join(chunks)
