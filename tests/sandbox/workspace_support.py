"""A local workspace with real clients of Slack's on it: slack-sdk, and a Bolt app behind a real door."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from slack_bolt import App
from slack_bolt.adapter.starlette import SlackRequestHandler
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from starlette.applications import Starlette
from starlette.routing import Route

from bot.sandbox import company
from bot.sandbox.workspace.server import WorkspaceServer
from bot.serving import Server

Json = dict[str, Any]


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = time.time()

    def __call__(self) -> float:
        return self.now


@contextmanager
def running(clock: Callable[[], float] = time.time, deadline: float = 3.0) -> Iterator[WorkspaceServer]:
    workspace = WorkspaceServer(clock=clock, deadline=deadline).start()
    try:
        yield workspace
    finally:
        workspace.stop()


def client_of(workspace: WorkspaceServer, token: str = company.BOT_TOKEN) -> WebClient:
    return WebClient(token=token, base_url=workspace.api_url, retry_handlers=[])


def bolt_app(workspace: WorkspaceServer) -> App:
    return App(
        client=client_of(workspace),
        signing_secret=company.SIGNING_SECRET,
        process_before_response=True,
        raise_error_for_unhandled_request=False,
    )


@contextmanager
def served(app: App, workspace: WorkspaceServer) -> Iterator[None]:
    """The app behind HTTP, with the workspace delivering to it."""
    door = Server(Starlette(routes=[Route("/slack/events", SlackRequestHandler(app).handle, methods=["POST"])])).start()
    workspace.deliver_to(f"{door.url}/slack/events")
    try:
        yield
    finally:
        door.stop()


def refusal(call: Callable[[], object]) -> SlackApiError:
    """The error that a call of the Web API ends in."""
    with pytest.raises(SlackApiError) as caught:
        call()
    return caught.value


def code_of(call: Callable[[], object]) -> str:
    return str(refusal(call).response["error"])


def section(text: str) -> Json:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def button(label: str, action_id: str, **more: object) -> Json:
    return {"type": "button", "text": {"type": "plain_text", "text": label}, "action_id": action_id, **more}


def actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


def modal(*blocks: Json, **more: object) -> Json:
    title = {"type": "plain_text", "text": "Deny"}
    return {"type": "modal", "callback_id": "deny", "title": title, "blocks": list(blocks), **more}


def text_input(label: str, block_id: str, **more: object) -> Json:
    return {
        "type": "input",
        "block_id": block_id,
        "label": {"type": "plain_text", "text": label},
        "element": {"type": "plain_text_input", "action_id": "typed", **more},
    }


SUBMIT: Json = {"type": "plain_text", "text": "Deny"}
