"""What a bot can do with a response_url, through slack-sdk's own client of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from slack_bolt import Ack, App
from slack_sdk import WebhookClient
from slack_sdk.webhook import WebhookResponse

from bot import limits
from bot.sandbox.workspace.server import WorkspaceServer
from tests.e2e.person import PersonAt
from tests.sandbox.workspace_support import Clock, Json, actions, bolt_app, button, client_of, running, section, served

IMAGES = "C0IMAGES"


class Desk:
    """Mei, a bot that acks with one sentence, and the response_url of what she did last."""

    def __init__(self, workspace: WorkspaceServer, app: App, clock: Clock) -> None:
        self.mei = PersonAt(workspace.url, "U0MEI")
        self.lin = PersonAt(workspace.url, "U0LIN")
        self.client = client_of(workspace)
        self.clock = clock
        self._url = ""
        app.command("/image")(self._take)
        app.action("more")(self._take)

    def respond(self, **told: object) -> WebhookResponse:
        return WebhookClient(self._url, retry_handlers=[]).send_dict(told)

    def _take(self, ack: Ack, body: Json) -> None:
        self._url = body["response_url"]
        ack("Checking …") if "command" in body else ack()


@pytest.fixture
def desk() -> Iterator[Desk]:
    clock = Clock()
    with running(clock) as workspace:
        app = bolt_app(workspace)
        with served(app, workspace):
            yield Desk(workspace, app, clock)


def test_the_ack_is_replaced_in_place(desk: Desk) -> None:
    desk.mei.types("/image help")
    desk.respond(replace_original=True, text="Asked @lin.")

    assert [message["text"] for message in desk.mei.messages()] == ["Asked @lin."]


def test_another_answer_is_private_unless_it_says_otherwise(desk: Desk) -> None:
    desk.mei.types("/image help")
    desk.respond(text="for you")
    desk.respond(text="for all", response_type="in_channel")

    assert [message["text"] for message in desk.mei.messages()] == ["for all", "for you", "Checking …"]
    assert [message["text"] for message in desk.lin.messages()] == ["for all"]


def test_the_ack_is_deleted(desk: Desk) -> None:
    desk.mei.types("/image help")
    desk.respond(delete_original=True)

    assert desk.mei.messages() == []


def test_a_pressed_message_is_replaced_even_a_private_one(desk: Desk) -> None:
    card = [section("page 1"), actions(button("More", "more"))]
    desk.client.chat_postEphemeral(channel=IMAGES, user="U0MEI", text="page 1", blocks=card)
    desk.mei.presses("More", on=desk.mei.sees("page 1"))
    desk.respond(replace_original=True, text="page 2", blocks=[section("page 2")])

    assert [desk.mei.text_of(message) for message in desk.mei.messages()] == ["page 2"]


def test_five_times_and_no_more(desk: Desk) -> None:
    desk.mei.types("/image help")
    answers = [desk.respond(text="again") for _ in range(limits.RESPONSE_URL_USES + 1)]

    assert [answer.status_code for answer in answers] == [200] * limits.RESPONSE_URL_USES + [404]
    assert answers[-1].body == "used_url"


def test_thirty_minutes_and_no_longer(desk: Desk) -> None:
    desk.mei.types("/image help")
    desk.clock.now += limits.RESPONSE_URL_LIFETIME
    assert desk.respond(text="just in time").status_code == 200
    desk.clock.now += 1

    late = desk.respond(text="late")
    assert (late.status_code, late.body) == (404, "expired_url")


def test_a_broken_answer_is_refused(desk: Desk) -> None:
    desk.mei.types("/image help")

    assert desk.respond(text="").body == "no_text"
    assert desk.respond(text="x", blocks=[section("")]).body == "invalid_blocks"
