"""Answers on the wire: the right one, and those that a fault makes of it."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import Receive, Scope, Send

from bot.sandbox.cloud.faults import Fault, Shape

_PAGE = "<html><head><title>500</title></head><body>The gateway had no answer.</body></html>"


def spoiled(whole: Response, fault: Fault) -> Response:
    """What arrives of the right answer."""
    match fault.shape:
        case Shape.CHARSET:
            return Response(whole.body, headers={"Content-Type": "application/json; charset=utf-8"})
        case Shape.CUT:
            return _Cut()
        case Shape.CUT_IN_BODY:
            return _CutInBody(whole.body, media_type="application/json")
        case Shape.HTML:
            return HTMLResponse(_PAGE, status_code=500)
        case Shape.NOT_JSON:
            return Response(bytes(whole.body)[:-1] + b",", media_type="application/json")
        case Shape.REDIRECT:
            return RedirectResponse("/", status_code=302)
        case Shape.WHOLE:
            return _Dripped(whole.body, fault.drip) if fault.drip else whole


class _Cut(Response):
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        # The server refuses to send a header with such a name, and closes the connection of an answer that was begun
        # and not ended: so nothing of it leaves.
        with suppress(Exception):
            await send({"type": "http.response.start", "status": 200, "headers": [(b" ", b"")]})


class _CutInBody(Response):
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        half = bytes(self.body)[: len(self.body) // 2]
        await send({"type": "http.response.body", "body": half, "more_body": True})


class _Dripped(Response):
    def __init__(self, body: bytes | memoryview, seconds: float) -> None:
        super().__init__(body, media_type="application/json")
        self._pause = seconds / len(self.body)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        for byte in bytes(self.body):
            if await _has_gone(receive, self._pause):
                return
            await send({"type": "http.response.body", "body": bytes([byte]), "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _has_gone(receive: Receive, seconds: float) -> bool:
    """Whether the client hangs up within that time; the request must have been read before."""
    with suppress(TimeoutError):
        await asyncio.wait_for(receive(), seconds)
        return True
    return False
