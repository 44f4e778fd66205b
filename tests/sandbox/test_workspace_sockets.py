"""Socket Mode with slack-bolt's own handler."""

from __future__ import annotations

import threading
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from slack_bolt import Ack, App
from slack_bolt.adapter.socket_mode import SocketModeHandler

from bot.sandbox import company
from bot.sandbox.workspace.server import WorkspaceServer
from tests.e2e.person import PersonAt
from tests.sandbox.workspace_support import (
    SUBMIT,
    Json,
    actions,
    bolt_app,
    button,
    client_of,
    modal,
    running,
    section,
    text_input,
)

IMAGES = "C0IMAGES"


@contextmanager
def connected(app: App, workspace: WorkspaceServer) -> Iterator[None]:
    before = workspace.sockets.connected
    handler = SocketModeHandler(app, company.APP_TOKEN, ping_interval=0.1)
    handler.connect()  # type: ignore[no-untyped-call]
    try:
        assert workspace.sockets.wait_connected(before + 1)
        yield
    finally:
        # The handler's reader looks up from its socket every three seconds, or when the other side hangs up.
        handler.client.auto_reconnect_enabled = False
        workspace.sockets.hang_up()
        handler.close()  # type: ignore[no-untyped-call]


def test_a_command_and_its_answer(workspace: WorkspaceServer) -> None:
    app, told = bolt_app(workspace), []

    @app.command("/image")
    def image(ack: Ack, body: Json) -> None:
        told.append(body)
        ack("recorded")

    mei = PersonAt(workspace.url, "U0MEI")
    with connected(app, workspace):
        assert mei.types("/image share x with @lin") == "recorded"
    assert told[0]["text"] == "share x with <@U0LIN|lin>"


def test_interactions_and_events(workspace: WorkspaceServer) -> None:
    app, client = bolt_app(workspace), client_of(workspace)
    app.action("deny")(
        lambda ack, body: (
            ack(),
            client.views_open(trigger_id=body["trigger_id"], view=modal(text_input("Reason", "reason"), submit=SUBMIT)),
        )
    )
    app.view("deny")(lambda ack: ack(response_action="errors", errors={"reason": "Say more."}))
    app.event("app_home_opened")(
        lambda event: client.views_publish(user_id=event["user"], view={"type": "home", "blocks": [section("hello")]})
    )
    client.chat_postMessage(channel=IMAGES, text="asks", blocks=[section("asks"), actions(button("Deny", "deny"))])

    lin = PersonAt(workspace.url, "U0LIN")
    with connected(app, workspace):
        assert lin.presses("Deny", on=lin.sees("asks")) is None
        assert lin.fills_and_submits(lin.modal(), {"Reason": "no"}) == {"Reason": "Say more."}
        assert lin.text_of(lin.opens_home("hello")) == "hello"


def test_nobody_connected_and_nobody_answering() -> None:
    with running(deadline=0.3) as workspace:
        app, release = bolt_app(workspace), threading.Event()
        app.command("/image")(lambda ack: release.wait(5) and ack("too late"))
        mei = PersonAt(workspace.url, "U0MEI")

        assert mei.types("/image help") == '/image failed with the error "dispatch_failed"'
        with connected(app, workspace):
            assert mei.types("/image help") == '/image failed with the error "operation_timeout"'
            release.set()


def test_several_connections_share_the_work(workspace: WorkspaceServer) -> None:
    mei, answers = PersonAt(workspace.url, "U0MEI"), []
    one, other = bolt_app(workspace), bolt_app(workspace)
    one.command("/image")(lambda ack: ack("one"))
    other.command("/image")(lambda ack: ack("other"))

    with connected(one, workspace), connected(other, workspace):
        answers = [mei.types("/image help") for _ in range(4)]

    assert sorted(answers, key=str) == ["one", "one", "other", "other"]


def test_a_connection_that_is_told_to_go_comes_back(workspace: WorkspaceServer) -> None:
    app = bolt_app(workspace)
    app.command("/image")(lambda ack: ack("still here"))

    with connected(app, workspace):
        workspace.sockets.disconnect()
        assert workspace.sockets.wait_connected()
        assert PersonAt(workspace.url, "U0MEI").types("/image help") == "still here"
    assert workspace.api.called["apps.connections.open"] == 2


def test_a_broken_connection_is_opened_again(workspace: WorkspaceServer) -> None:
    app = bolt_app(workspace)
    app.command("/image")(lambda ack: ack("back"))

    with connected(app, workspace):
        workspace.sockets.hang_up()
        assert workspace.sockets.wait_connected()
        assert PersonAt(workspace.url, "U0MEI").types("/image help") == "back"


def test_an_address_opens_one_socket_once(workspace: WorkspaceServer) -> None:
    from websockets.exceptions import InvalidStatus
    from websockets.sync.client import connect

    url = client_of(workspace).apps_connections_open(app_token=company.APP_TOKEN)["url"]
    assert urllib.parse.urlsplit(url).scheme == "ws"
    with connect(url) as socket:
        assert '"hello"' in str(socket.recv(timeout=5))
    with pytest.raises(InvalidStatus):
        connect(url)
