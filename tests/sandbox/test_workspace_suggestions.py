"""Menus that ask the bot while somebody types: what is sent, what Slack takes of the answer, what can be chosen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from slack_bolt import Ack, App
from slack_sdk import WebClient

from bot import limits
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
    served,
    text_input,
)


def option(name: str, value: str = "") -> Json:
    return {"text": {"type": "plain_text", "text": name}, "value": value or name.lower()}


def menu(**more: object) -> Json:
    return {
        "type": "input",
        "block_id": "images",
        "dispatch_action": True,
        "label": {"type": "plain_text", "text": "Images"},
        "element": {"type": "multi_external_select", "action_id": "pick", "min_query_length": 0, **more},
    }


@dataclass
class Desk:
    """Mei with a form open, and a bot that offers what it is told to."""

    workspace: WorkspaceServer
    app: App
    offer: Json = field(default_factory=lambda: {"options": [option("North"), option("South")]})
    told: list[Json] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.mei = PersonAt(self.workspace.url, "U0MEI")
        self.client: WebClient = client_of(self.workspace)
        self.app.command("/image")(self._take)
        self.app.options("pick")(self._suggest)
        self.app.action("pick")(self._take)
        self.app.view("deny")(self._take)

    def opened(self, *blocks: Json) -> Json:
        self.mei.types("/image")
        form = modal(*(blocks or (menu(),)), submit=SUBMIT)
        self.client.views_open(trigger_id=self.told[-1]["trigger_id"], view=form)
        return self.mei.modal()

    def _take(self, ack: Ack, body: Json) -> None:
        self.told.append(body)
        ack()

    def _suggest(self, ack: Ack, body: Json) -> None:
        self.told.append(body)
        ack(**self.offer)


@pytest.fixture
def desk() -> Iterator[Desk]:
    with running() as workspace:
        app = bolt_app(workspace)
        with served(app, workspace):
            yield Desk(workspace, app)


def test_what_is_typed_is_told_and_what_is_offered_is_shown(desk: Desk) -> None:
    view = desk.opened()

    offered = desk.mei.offered(view, "Images", "no")

    assert [one["value"] for one in offered] == ["north", "south"]
    told = desk.told[-1]
    assert (told["type"], told["block_id"], told["action_id"], told["value"]) == (
        "block_suggestion",
        "images",
        "pick",
        "no",
    )
    assert told["view"]["id"] == view["id"]
    assert told["container"] == {"type": "view", "view_id": view["id"]}
    assert "trigger_id" not in told
    assert "response_url" not in told


def test_what_was_offered_can_be_chosen_and_is_told_whole(desk: Desk) -> None:
    view = desk.opened()

    assert desk.mei.chooses(view, "Images", {"Images": ["north"]}) is None
    told = desk.told[-1]
    assert told["actions"][0]["selected_options"] == [option("North")]
    assert told["view"]["state"]["values"]["images"]["pick"]["selected_options"] == [option("North")]

    assert desk.mei.fills_and_submits(view, {"Images": ["north"]}) == {}
    assert desk.told[-1]["view"]["state"]["values"]["images"]["pick"]["selected_options"] == [option("North")]


def test_what_was_never_offered_cannot_be_chosen(desk: Desk) -> None:
    view = desk.opened(menu(initial_options=[option("East")]))
    answer = desk.mei._post("/page/submit", view_id=view["id"], values={"images": {"pick": ["east"]}})
    assert answer["ok"], "what the form began with can stay"

    view = desk.opened()
    answer = desk.mei._post("/page/submit", view_id=view["id"], values={"images": {"pick": ["west"]}})
    assert answer == {"ok": False, "error": "There is no such choice."}


@pytest.mark.parametrize(
    "offer",
    [
        {"options": [option(f"n{number}") for number in range(limits.OPTIONS + 1)]},
        {"options": [option("x" * (limits.OPTION_TEXT + 1))]},
        {"options": [option("x", "y" * (limits.OPTION_VALUE + 1))]},
        {"options": [{"text": {"type": "plain_text", "text": "x"}}]},
        {"options": [option("x") | {"colour": "red"}]},
    ],
)
def test_what_slack_would_not_take_is_no_result(desk: Desk, offer: Json) -> None:
    view = desk.opened()
    desk.offer = offer

    asked = {"view_id": view["id"], "block_id": "images", "action_id": "pick", "value": "x"}
    assert desk.mei._post("/page/options", **asked)["error"] == "No results could be loaded."


def test_nothing_found_is_an_empty_list(desk: Desk) -> None:
    desk.offer = {"options": []}
    assert desk.mei.offered(desk.opened(), "Images", "x") == []


def test_groups_are_offered_too(desk: Desk) -> None:
    desk.offer = {"option_groups": [{"label": {"type": "plain_text", "text": "g"}, "options": [option("North")]}]}
    assert [one["value"] for one in desk.mei.offered(desk.opened(), "Images", "x")] == ["north"]


def test_too_short_a_text_is_not_told(desk: Desk) -> None:
    view = desk.opened({**menu(), "element": {"type": "multi_external_select", "action_id": "pick"}})
    told = len(desk.told)

    assert desk.mei.offered(view, "Images", "ab") == []
    assert len(desk.told) == told
    assert len(desk.mei.offered(view, "Images", "abc")) == 2


def test_an_update_keeps_what_is_filled_in_where_block_and_element_stay(desk: Desk) -> None:
    view = desk.opened(menu(), text_input("Why", "why"), actions(button("Check", "pick")))
    desk.mei.chooses(view, "Images", {"Images": ["north"], "Why": "because"})
    held = desk.told[-1]["view"]

    other = text_input("Why", "why")
    other["element"]["action_id"] = "another"
    desk.client.views_update(
        view_id=view["id"], hash=held["hash"], view=modal(section("checked"), menu(), other, submit=SUBMIT)
    )

    assert desk.mei.modal()["state"] == {"images": {"pick": [option("North")]}}


def test_a_bot_that_takes_too_long_offers_nothing() -> None:
    with running(deadline=0.2) as workspace:
        app = bolt_app(workspace)
        with served(app, workspace):
            desk = Desk(workspace, app)
            view = desk.opened()
            app.middleware(lambda: None)  # neither goes on nor answers
            asked = {"view_id": view["id"], "block_id": "images", "action_id": "pick", "value": "x"}
            assert desk.mei._post("/page/options", **asked)["ok"] is False
