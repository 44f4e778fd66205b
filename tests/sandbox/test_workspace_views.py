"""Modals and Home tabs: trigger ids, hashes, what is filled in, and the four answers to a submission."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from slack_bolt import Ack, App
from slack_sdk import WebClient

from bot import limits
from bot.sandbox.workspace.server import WorkspaceServer
from tests.e2e.person import PersonAt
from tests.sandbox.workspace_support import (
    SUBMIT,
    Clock,
    Json,
    actions,
    bolt_app,
    button,
    client_of,
    code_of,
    modal,
    refusal,
    running,
    section,
    served,
    text_input,
)

REGIONS: Json = {
    "type": "input",
    "block_id": "region",
    "optional": True,
    "label": {"type": "plain_text", "text": "Region"},
    "element": {
        "type": "static_select",
        "action_id": "picked",
        "options": [
            {"text": {"type": "plain_text", "text": name}, "value": name.lower()} for name in ("North", "South")
        ],
    },
}
FORM = modal(text_input("Reason", "reason", max_length=20), REGIONS, submit=SUBMIT, private_metadata="1042")


class Desk:
    """Mei, a bot whose command gives her a trigger id, and a clock that stands."""

    def __init__(self, workspace: WorkspaceServer, app: App, clock: Clock) -> None:
        self.app = app
        self.mei = PersonAt(workspace.url, "U0MEI")
        self.client = client_of(workspace)
        self.clock = clock
        self.told: list[Json] = []
        app.command("/image")(self._take)

    def trigger(self) -> str:
        self.mei.types("/image share")
        return str(self.told[-1]["trigger_id"])

    def opened(self, view: Json = FORM) -> Json:
        self.client.views_open(trigger_id=self.trigger(), view=view)
        return self.mei.modal()

    def on_submission(self, **answer: object) -> None:
        @self.app.view("deny")
        def deny(ack: Ack, body: Json) -> None:
            self.told.append(body)
            ack(**answer)  # type: ignore[arg-type]

    def _take(self, ack: Ack, body: Json) -> None:
        self.told.append(body)
        ack()


@pytest.fixture
def desk() -> Iterator[Desk]:
    clock = Clock()
    with running(clock) as workspace:
        app = bolt_app(workspace)
        with served(app, workspace):
            yield Desk(workspace, app, clock)


def test_a_trigger_opens_one_view_within_three_seconds(desk: Desk) -> None:
    first, second = desk.trigger(), desk.trigger()
    desk.clock.now += limits.TRIGGER_LIFETIME
    desk.client.views_open(trigger_id=first, view=FORM)

    assert code_of(lambda: desk.client.views_open(trigger_id=first, view=FORM)) == "exchanged_trigger_id"
    desk.clock.now += 0.1
    assert code_of(lambda: desk.client.views_open(trigger_id=second, view=FORM)) == "expired_trigger_id"
    assert code_of(lambda: desk.client.views_open(trigger_id="1.2.3", view=FORM)) == "invalid_trigger_id"


def test_a_broken_view_is_named_by_its_pointer(desk: Desk) -> None:
    said = refusal(lambda: desk.client.views_open(trigger_id=desk.trigger(), view=modal(section("")))).response

    assert said["error"] == "invalid_arguments"
    assert said["response_metadata"]["messages"][0].endswith("[json-pointer:/view/blocks/0/text/text]")


def test_what_is_filled_in_arrives(desk: Desk) -> None:
    desk.on_submission()
    view = desk.opened()

    assert desk.mei.fills_and_submits(view, {"Reason": "too wide", "Region": "South"}) == {}

    told = desk.told[-1]["view"]
    assert told["state"]["values"]["reason"]["typed"] == {"type": "plain_text_input", "value": "too wide"}
    assert told["state"]["values"]["region"]["picked"]["selected_option"]["value"] == "south"
    assert (told["private_metadata"], told["callback_id"]) == ("1042", "deny")
    desk.mei.sees_no_modal()


def test_slack_itself_asks_for_what_is_missing_or_too_long(desk: Desk) -> None:
    view, told = desk.opened(), len(desk.told)

    assert list(desk.mei.fills_and_submits(view, {})) == ["Reason"]
    assert list(desk.mei.fills_and_submits(view, {"Reason": "x" * 21})) == ["Reason"]
    assert len(desk.told) == told
    assert desk.mei.modal()["errors"] == {"reason": "Must be at most 20 characters."}


def test_the_bots_complaint_stands_at_its_field(desk: Desk) -> None:
    desk.on_submission(response_action="errors", errors={"reason": "Say more."})

    assert desk.mei.fills_and_submits(desk.opened(), {"Reason": "no"}) == {"Reason": "Say more."}
    assert desk.mei.modal()["state"]["reason"] == {"typed": "no"}


@pytest.mark.parametrize(
    "answer",
    [
        {"response_action": "errors", "errors": {"elsewhere": "?"}},
        {"response_action": "update", "view": modal(section(""))},
        {"text": "hello"},
    ],
)
def test_an_answer_that_slack_cannot_use_is_trouble(desk: Desk, answer: Json) -> None:
    desk.on_submission(**answer)

    assert desk.mei.fills_and_submits(desk.opened(), {"Reason": "no"}) == {
        "": "We had some trouble connecting. Try again?"
    }
    desk.mei.modal()


def test_a_submission_updates_pushes_or_clears(desk: Desk) -> None:
    pushed = modal(text_input("Reason", "reason"), submit=SUBMIT)
    desk.on_submission(response_action="push", view=pushed)
    first = desk.opened()
    desk.mei.fills_and_submits(first, {"Reason": "no"})
    second = desk.mei.modal()
    assert second["id"] != first["id"]
    assert len(desk.mei.state()["views"]) == 2

    desk.app.middleware(lambda ack: ack(response_action="update", view=modal(section("sure?"))))
    desk.mei.fills_and_submits(second, {"Reason": "no"})
    assert desk.mei.text_of(desk.mei.modal()) == "Deny\nsure?"
    assert desk.mei.modal()["id"] == second["id"]


def test_clear_closes_all(desk: Desk) -> None:
    desk.on_submission(response_action="clear")

    desk.mei.fills_and_submits(desk.opened(), {"Reason": "no"})

    desk.mei.sees_no_modal()


def test_a_changed_view_has_another_hash(desk: Desk) -> None:
    view = desk.client.views_open(trigger_id=desk.trigger(), view=modal(section("loading")))["view"]
    desk.client.views_update(view_id=view["id"], hash=view["hash"], view=modal(section("loaded")))

    assert "loaded" in desk.mei.text_of(desk.mei.modal())
    late = modal(section("late"))
    assert (
        code_of(lambda: desk.client.views_update(view_id=view["id"], hash=view["hash"], view=late)) == "hash_conflict"
    )
    assert code_of(lambda: desk.client.views_update(view_id="V0", view=late)) == "not_found"


def test_no_more_than_three_modals_on_top_of_each_other(desk: Desk) -> None:
    another = modal(section("x"), actions(button("Deeper", "deeper")))
    codes = []

    @desk.app.action("deeper")
    def deeper(ack: Ack, body: Json, client: WebClient) -> None:
        if len(desk.mei.state()["views"]) < limits.VIEWS_STACKED:
            client.views_push(trigger_id=body["trigger_id"], view=another)
        else:
            codes.append(code_of(lambda: client.views_push(trigger_id=body["trigger_id"], view=another)))
        ack()

    desk.opened(another)
    for _ in range(limits.VIEWS_STACKED):
        desk.mei.presses("Deeper", on=desk.mei.modal())

    assert codes == ["push_limit_reached"]
    assert code_of(lambda: desk.client.views_push(trigger_id=desk.trigger(), view=another)) == "invalid_trigger_id"


def test_closing_is_told_where_the_view_asks_for_it(desk: Desk) -> None:
    @desk.app.view_closed("deny")
    def closed(ack: Ack, body: Json) -> None:
        desk.told.append(body)
        ack()

    desk.mei.closes(desk.opened(FORM))
    assert desk.told[-1].get("type") != "view_closed"
    desk.mei.closes(desk.opened({**FORM, "notify_on_close": True}))

    assert desk.told[-1]["type"] == "view_closed"
    desk.mei.sees_no_modal()


def test_the_home_tab_is_published_for_one(desk: Desk) -> None:
    home = desk.client.views_publish(user_id="U0MEI", view={"type": "home", "blocks": [section("one")]})["view"]
    desk.client.views_publish(user_id="U0MEI", hash=home["hash"], view={"type": "home", "blocks": [section("two")]})

    assert desk.mei.text_of(desk.mei.state()["home"]) == "two"
    again = {"type": "home", "blocks": [section("three")]}
    assert code_of(lambda: desk.client.views_publish(user_id="U0MEI", hash=home["hash"], view=again)) == "hash_conflict"
    assert code_of(lambda: desk.client.views_publish(user_id="U0NOBODY", view=again)) == "user_not_found"


def test_a_press_in_a_view_carries_the_view_and_what_was_pressed(desk: Desk) -> None:
    @desk.app.action("deeper")
    def deeper(ack: Ack, body: Json) -> None:
        desk.told.append(body)
        ack()

    view = desk.opened(modal(actions(button("Deeper", "deeper", value="7"))))
    desk.mei.presses("Deeper", on=view)

    told = desk.told[-1]
    assert told["container"] == {"type": "view", "view_id": view["id"]}
    assert told["actions"][0]["value"] == "7"
    assert "response_url" not in told
