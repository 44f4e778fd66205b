"""Commands and presses on their way to a real Bolt app over HTTP, and what people see of it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from slack_bolt import Ack, App
from slack_bolt.request import BoltRequest
from slack_sdk import WebClient
from slack_sdk.signature import SignatureVerifier

from bot.sandbox import company
from bot.sandbox.workspace.delivery import signed_headers
from bot.sandbox.workspace.escape import escape_command
from bot.sandbox.workspace.server import WorkspaceServer
from tests.e2e.person import PersonAt
from tests.sandbox.workspace_support import (
    Json,
    actions,
    bolt_app,
    button,
    running,
    section,
    served,
)

IMAGES = "C0IMAGES"


@pytest.fixture
def app(workspace: WorkspaceServer) -> Iterator[App]:
    app = bolt_app(workspace)
    with served(app, workspace):
        yield app


@pytest.fixture
def mei(workspace: WorkspaceServer) -> PersonAt:
    return PersonAt(workspace.url, "U0MEI")


def test_a_command_reaches_the_bot_and_its_ack_is_private(
    app: App,
    mei: PersonAt,
    workspace: WorkspaceServer,
) -> None:
    told: list[Json] = []

    @app.command("/image")
    def image(ack: Ack, body: Json) -> None:
        told.append(body)
        ack("#1042 recorded.")

    assert mei.types("/image share base-nightly with @lin because a & b") == "#1042 recorded."

    assert told[0]["text"] == "share base-nightly with <@U0LIN|lin> because a &amp; b"
    assert (told[0]["user_id"], told[0]["channel_id"], told[0]["channel_name"]) == ("U0MEI", IMAGES, "image-requests")
    assert told[0]["response_url"].startswith(workspace.url)
    assert mei.sees("#1042 recorded.")["ephemeral"]
    assert PersonAt(workspace.url, "U0LIN").messages() == []


def test_what_was_typed_stands_above_the_answer(app: App, mei: PersonAt) -> None:
    app.command("/image")(lambda ack: ack(blocks=[section("*blocks*")], text="fallback"))

    mei.types("/image help")

    typed, answer = mei.state()["messages"][IMAGES]
    assert (typed["user"], typed["text"], typed["ephemeral"]) == ("U0MEI", "/image help", True)
    assert (answer["bot"], mei.text_of(answer)) == (True, "blocks")


def test_an_answer_in_the_channel_shows_the_command_too(
    app: App,
    mei: PersonAt,
    workspace: WorkspaceServer,
) -> None:
    app.command("/image")(lambda ack: ack(text="for all", response_type="in_channel"))

    mei.types("/image help")

    seen = PersonAt(workspace.url, "U0LIN").state()["messages"][IMAGES]
    assert [message["text"] for message in seen] == ["/image help", "for all"]


def test_an_empty_ack_shows_nothing(app: App, mei: PersonAt) -> None:
    app.command("/image")(lambda ack: ack())

    assert mei.types("/image help") is None
    assert mei.messages() == []


def test_a_bot_that_takes_too_long_is_told_of_as_slack_does() -> None:
    with running(deadline=0.3) as workspace:
        app, release = bolt_app(workspace), threading.Event()

        @app.command("/image")
        def image(ack: Ack) -> None:
            release.wait(5)
            ack("too late")

        mei = PersonAt(workspace.url, "U0MEI")
        with served(app, workspace):
            assert mei.types("/image help") == '/image failed with the error "operation_timeout"'
            release.set()
        assert mei.sees("operation_timeout")["user"] == "USLACKBOT"


def test_a_bot_that_fails_or_is_away_is_told_of_as_slack_does(
    app: App,
    mei: PersonAt,
    workspace: WorkspaceServer,
) -> None:
    dispatch_failed = '/image failed with the error "dispatch_failed"'

    @app.error
    def quiet(_error: Exception) -> None:
        """The traceback of a planned failure says nothing new."""

    @app.command("/image")
    def image() -> None:
        raise RuntimeError("planned")

    assert mei.types("/image help") == dispatch_failed
    workspace.deliver_to("http://127.0.0.1:1/slack/events")
    assert mei.types("/image help") == dispatch_failed
    workspace.deliver_to(None)
    assert mei.types("/image help") == dispatch_failed


def test_a_wrong_signing_secret_gets_no_answer(
    workspace: WorkspaceServer,
    mei: PersonAt,
    client: WebClient,
) -> None:
    stranger = App(client=client, signing_secret="another", process_before_response=True)
    stranger.command("/image")(lambda ack: ack("taken"))

    with served(stranger, workspace):
        assert mei.types("/image help") == '/image failed with the error "dispatch_failed"'


def test_the_signature_is_slacks() -> None:
    headers = signed_headers(b"command=%2Fimage", "application/x-www-form-urlencoded", 1_700_000_000)
    verifier = SignatureVerifier(company.SIGNING_SECRET)

    assert headers["X-Slack-Signature"] == verifier.generate_signature(timestamp="1700000000", body="command=%2Fimage")


def test_a_redelivery_is_the_same_request_to_the_letter(
    app: App,
    mei: PersonAt,
    workspace: WorkspaceServer,
) -> None:
    told: list[tuple[str, Any]] = []

    @app.command("/image")
    def image(ack: Ack, body: Json, request: BoltRequest) -> None:
        told.append((body["trigger_id"], request.headers["x-slack-signature"]))
        ack("recorded")

    mei.types("/image help")
    workspace.redeliver()
    mei.types("/image help")

    assert told[0] == told[1]
    assert told[2][0] != told[0][0]
    assert [message["text"] for message in mei.messages()] == ["recorded", "recorded"]


def test_a_press_tells_where_and_what(
    app: App,
    mei: PersonAt,
    client: WebClient,
) -> None:
    told: list[Json] = []

    @app.action("approve")
    def approve(ack: Ack, body: Json) -> None:
        told.append(body)
        ack()

    card = [section("Share *base-nightly*"), actions(button("Approve", "approve", value="1042", style="primary"))]
    ts = client.chat_postMessage(channel=IMAGES, text="asks", blocks=card)["ts"]
    seen = mei.sees("Share base-nightly", where=IMAGES)

    assert mei.buttons(seen) == ["Approve"]
    assert mei.presses("Approve", on=seen) is None
    pressed = told[0]["actions"][0]
    assert (pressed["action_id"], pressed["value"], pressed["type"]) == ("approve", "1042", "button")
    assert told[0]["container"] == {"type": "message", "message_ts": ts, "channel_id": IMAGES, "is_ephemeral": False}
    assert told[0]["message"]["blocks"][1]["block_id"] == pressed["block_id"]
    assert told[0]["user"]["id"] == "U0MEI"


def test_a_press_in_a_private_answer_comes_without_the_message(
    app: App,
    mei: PersonAt,
    client: WebClient,
) -> None:
    told: list[Json] = []

    @app.action("more")
    def more(ack: Ack, body: Json) -> None:
        told.append(body)
        ack()

    client.chat_postEphemeral(channel=IMAGES, user="U0MEI", text="x", blocks=[actions(button("More", "more"))])
    mei.presses("More", on=mei.messages(IMAGES)[0])

    assert told[0]["container"]["is_ephemeral"] is True
    assert "message" not in told[0]


@pytest.mark.usefixtures("app")
def test_a_press_that_nobody_answers_warns(mei: PersonAt, client: WebClient) -> None:
    client.chat_postMessage(channel=IMAGES, text="x", blocks=[actions(button("Approve", "approve"))])

    warning = mei.presses("Approve", on=mei.messages(IMAGES)[0])

    assert warning == "Imagewarden can't be reached, or answered with an error."


def test_a_button_that_has_gone_is_not_pressed(
    app: App,
    mei: PersonAt,
    client: WebClient,
) -> None:
    app.action("approve")(lambda ack: ack())
    ts = client.chat_postMessage(channel=IMAGES, text="x", blocks=[actions(button("Approve", "approve"))])["ts"]
    seen = mei.messages(IMAGES)[0]
    client.chat_update(channel=IMAGES, ts=ts, text="done", blocks=[section("done")])

    assert mei.presses("Approve", on=seen) == "There is no such button here any more."


def test_shortcuts_of_the_manifest(app: App, mei: PersonAt, client: WebClient) -> None:
    told: list[Json] = []

    @app.shortcut("share_form")
    @app.shortcut("share_from_message")
    def taken(ack: Ack, body: Json) -> None:
        told.append(body)
        ack()

    client.chat_postMessage(channel=IMAGES, text="base-nightly is built")
    mei.takes_shortcut("Share an image")
    mei.takes_shortcut("Share this image", on=mei.sees("is built"))

    assert [body["type"] for body in told] == ["shortcut", "message_action"]
    assert told[1]["message"]["text"] == "base-nightly is built"
    assert told[1]["channel"]["id"] == IMAGES


def test_opening_the_home_tab_tells_the_bot(app: App, mei: PersonAt) -> None:
    @app.event("app_home_opened")
    def opened(event: Json, client: WebClient) -> None:
        words = f"Welcome <@{event['user']}>"
        client.views_publish(user_id=event["user"], view={"type": "home", "blocks": [section(words)]})

    assert mei.text_of(mei.opens_home("Welcome")) == "Welcome @mei"


@pytest.mark.parametrize(
    ("typed", "arrives"),
    [
        ("share base-22.04 with data-team", "share base-22.04 with data-team"),
        ("ask @lin, @platform or @nobody", "ask <@U0LIN|lin>, <!subteam^S0PLATFORM|@platform> or @nobody"),
        ("in #image-requests or #other", "in <#C0IMAGES|image-requests> or #other"),
        ("see https://x.y/z?a=1&b=2 now", "see <https://x.y/z?a=1&amp;b=2> now"),
        ("share team.example.com now", "share <http://team.example.com|team.example.com> now"),
        ("tell a.b@nimbus.example", "tell <mailto:a.b@nimbus.example|a.b@nimbus.example>"),
        ("<!channel> a & b", "&lt;!channel&gt; a &amp; b"),
        ("wake @here", "wake <!here>"),
    ],
)
def test_text_is_escaped_as_slack_does(typed: str, arrives: str) -> None:
    names = {"people": {"lin": "U0LIN"}, "groups": {"platform": "S0PLATFORM"}, "channels": {"image-requests": IMAGES}}

    assert escape_command(typed, **names) == arrives
