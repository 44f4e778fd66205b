"""The servers around the bot, each in a process of its own: ``python -m tests.bench.servers bolt|sandbox …``.

A server prints one line of JSON when it is ready and ends when its standard input is closed.
"""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from slack_bolt import Ack, App, BoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.sandbox import company
from bot.sandbox.cloud.server import CloudServer
from bot.sandbox.workspace.server import WorkspaceServer
from bot.serving import Server
from tests.bench.machine import durable_rows

_DELAYED = ("DescribeImages", "DescribeImageSharePermission", "ModifyImageSharePermission")


@contextmanager
def running(*words: str) -> Iterator[dict[str, Any]]:
    """One of the servers, ready; gives what it told."""
    command = [sys.executable, "-m", "tests.bench.servers", *words]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield json.loads(process.stdout.readline())
    finally:
        process.stdin.close()
        process.wait(timeout=20)
        process.stdout.close()


def bare_bolt(folder: Path | None = None) -> Starlette:
    """The least that Bolt can do on the server that the bot has: verify the signature, and ack. All of it on the event
    loop, which is the quickest that Bolt can be there.

    :param folder: where a row is committed before each ack, so that it survives a loss of power; None: nothing is
    """
    record = durable_rows(folder) if folder else lambda: None

    def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, bot_token=company.BOT_TOKEN)

    app = App(
        client=WebClient(token=None),
        signing_secret=company.SIGNING_SECRET,
        authorize=authorize,
        process_before_response=True,
    )

    @app.command("/image")
    def image(ack: Ack) -> None:
        record()
        ack("ok")

    async def receive(request: Request) -> Response:
        body = await request.body()
        answer = app.dispatch(BoltRequest(body=body.decode(), headers=dict(request.headers)))
        headers = {name: values[0] for name, values in answer.headers.items() if name != "content-length"}
        return Response(answer.body, answer.status, headers)

    return Starlette(routes=[Route("/slack/events", receive, methods=["POST"])])


def _bolt(folder: str = "") -> None:
    server = Server(bare_bolt(Path(folder) if folder else None)).start()
    _told({"port": server.port})
    server.stop()


def _sandbox(delay: float) -> None:
    cloud = CloudServer().start()
    for action in _DELAYED:
        cloud.state.delay(action, delay)
    workspace = WorkspaceServer(port=0, cloud=cloud.state).start()
    _told({"cloud": cloud.url, "api": workspace.api_url})
    workspace.stop()
    cloud.stop()


def _told(what: dict[str, Any]) -> None:
    print(json.dumps(what), flush=True)  # noqa: T201  it is how the servers tell
    sys.stdin.read()


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    if sys.argv[1] == "bolt":
        _bolt(*sys.argv[2:])
    else:
        _sandbox(float(sys.argv[2]))
