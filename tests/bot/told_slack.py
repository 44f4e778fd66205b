"""A Web API that answers each method with what it was told, for people that the sandbox's company doesn't have."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.answers import Client
from bot.serving import Server


@contextmanager
def told_slack(answers: Mapping[str, Mapping[str, Any]], scopes: str | None = None) -> Iterator[Client]:
    """
    :param scopes: what the header says that the token is good for; None leaves it out
    """
    headers = {} if scopes is None else {"x-oauth-scopes": scopes}

    def answer(request: Request) -> Response:
        told = {"ok": True, **answers[request.path_params["method"]]}
        return Response(json.dumps(told), media_type="application/json", headers=headers)

    server = Server(Starlette(routes=[Route("/api/{method}", answer, methods=["POST"])])).start()
    try:
        yield Client("xoxb-told", base_url=f"{server.url}/api/", retry_handlers=[])
    finally:
        server.stop()
