"""Block Kit as Slack judges it: what is accepted, and what is refused with the pointer to it."""

from __future__ import annotations

from typing import Any

import pytest

from bot import limits
from bot.sandbox.workspace.blocks import check_message_blocks, check_view
from bot.sandbox.workspace.errors import SlackError
from tests.sandbox.workspace_support import SUBMIT, Json, actions, button, modal, section, text_input


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def choice(word: str) -> Json:
    return {"text": plain(word), "value": word}


CONFIRM = {"title": plain("Sure?"), "text": plain("It is final."), "confirm": plain("Delete"), "deny": plain("Keep")}
MENU: Json = {"type": "static_select", "action_id": "pick", "options": [choice("a"), choice("b")]}

ACCEPTED: list[Json] = [
    section("text"),
    {"type": "section", "fields": [plain("a")] * limits.SECTION_FIELDS},
    {
        "type": "section",
        "text": plain("x"),
        "accessory": button("Go", "go", value="1", style="danger", confirm=CONFIRM),
    },
    {"type": "header", "text": {"type": "plain_text", "text": "x" * limits.HEADER_TEXT, "emoji": False}},
    {"type": "context", "elements": [{"type": "mrkdwn", "text": "x", "verbatim": True}] * limits.CONTEXT_ELEMENTS},
    {"type": "divider"},
    {"type": "image", "image_url": "http://127.0.0.1/x.png", "alt_text": "a picture"},
    actions(button("Open", "open", url="http://127.0.0.1"), MENU, {"type": "datepicker", "initial_date": "2026-12-24"}),
    actions({"type": "overflow", "action_id": "more", "options": [choice("a")]}),
    actions({"type": "static_select", "option_groups": [{"label": plain("G"), "options": [choice("a")]}]}),
    text_input("Reason", "reason", multiline=True, max_length=500, min_length=3),
    {"type": "input", "label": plain("Who"), "element": {"type": "external_select", "min_query_length": 1}},
    {"type": "input", "label": plain("Days"), "element": {"type": "radio_buttons", "options": [choice("7")]}},
    {
        "type": "input",
        "label": plain("Tick"),
        "element": {"type": "checkboxes", "options": [choice("7")]},
        "optional": True,
    },
    {
        "type": "rich_text",
        "elements": [
            {
                "type": "rich_text_section",
                "elements": [{"type": "text", "text": "<!channel>", "style": {"code": True}}],
            },
            {"type": "rich_text_quote", "elements": [{"type": "user", "user_id": "U0MEI"}]},
            {
                "type": "rich_text_list",
                "style": "bullet",
                "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "one"}]}],
            },
        ],
    },
]

REFUSED: list[tuple[Json, str]] = [
    (section(""), "/blocks/0/text/text"),
    ({"type": "section"}, "/blocks/0"),
    ({"type": "section", "text": "bare"}, "/blocks/0/text"),
    ({"type": "section", "text": plain("x"), "colour": "red"}, "/blocks/0"),
    ({"type": "section", "fields": [plain("a")] * (limits.SECTION_FIELDS + 1)}, "/blocks/0/fields"),
    ({"type": "section", "fields": [plain("x" * (limits.FIELD_TEXT + 1))]}, "/blocks/0/fields/0/text"),
    ({"type": "header", "text": plain("x" * (limits.HEADER_TEXT + 1))}, "/blocks/0/text/text"),
    ({"type": "header", "text": {"type": "mrkdwn", "text": "x"}}, "/blocks/0/text/type"),
    ({"type": "context", "elements": [plain("x")] * (limits.CONTEXT_ELEMENTS + 1)}, "/blocks/0/elements"),
    ({"type": "context", "elements": []}, "/blocks/0/elements"),
    ({"type": "context", "elements": [button("Go", "go")]}, "/blocks/0/elements/0/type"),
    ({"type": "carousel", "elements": []}, "/blocks/0/type"),
    (actions(button("x" * (limits.BUTTON_TEXT + 1), "go")), "/blocks/0/elements/0/text/text"),
    (actions(button("", "go")), "/blocks/0/elements/0/text/text"),
    (actions(button("Go", "go", style="green")), "/blocks/0/elements/0/style"),
    (actions(button("Go", "go", value="x" * (limits.BUTTON_VALUE + 1))), "/blocks/0/elements/0/value"),
    (actions(button("Go", "go", confirm={"title": plain("?")})), "/blocks/0/elements/0/confirm"),
    (actions(button("Go", "go"), button("Go again", "go")), "/blocks/0"),
    (actions({"type": "plain_text_input"}), "/blocks/0/elements/0/type"),
    (actions({"type": "static_select"}), "/blocks/0/elements/0"),
    (actions({**MENU, "options": [choice("a")] * (limits.OPTIONS + 1)}), "/blocks/0/elements/0/options"),
    (
        actions({**MENU, "options": [choice("x" * (limits.OPTION_TEXT + 1))]}),
        "/blocks/0/elements/0/options/0/text/text",
    ),
    (actions({**MENU, "initial_option": choice("z")}), "/blocks/0/elements/0"),
    (actions({"type": "datepicker", "initial_date": "tomorrow"}), "/blocks/0/elements/0/initial_date"),
    (text_input("Reason", "reason", max_length=limits.INPUT_TEXT + 1), "/blocks/0/element/max_length"),
    (text_input("Reason", "reason", min_length=5, max_length=4), "/blocks/0/element/min_length"),
    ({"type": "input", "label": plain("Go"), "element": button("Go", "go")}, "/blocks/0/element/type"),
    ({"type": "image", "image_url": "http://127.0.0.1/x.png"}, "/blocks/0"),
    ({"type": "divider", "block_id": "x" * (limits.IDENTIFIER + 1)}, "/blocks/0/block_id"),
    ({"type": ["divider"]}, "/blocks/0/type"),
    (
        {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [plain("x")]}]},
        "/blocks/0/elements/0/elements/0/type",
    ),
    (
        {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": ""}]}]},
        "/blocks/0/elements/0/elements/0/text",
    ),
]


def pointers(refused: SlackError) -> list[str]:
    metadata: Any = refused.facts["response_metadata"]
    return [message.rpartition("[json-pointer:")[2].rstrip("]") for message in metadata["messages"]]


@pytest.mark.parametrize("block", ACCEPTED)
def test_what_slack_accepts_is_accepted(block: Json) -> None:
    check_message_blocks([block])


@pytest.mark.parametrize(("block", "pointer"), REFUSED)
def test_a_breach_is_refused_with_its_pointer(block: Json, pointer: str) -> None:
    with pytest.raises(SlackError) as refused:
        check_message_blocks([block])

    assert refused.value.code == "invalid_blocks"
    assert set(pointers(refused.value)) == {pointer}


def test_no_more_blocks_than_slack_takes() -> None:
    check_message_blocks([{"type": "divider"}] * limits.BLOCKS_PER_MESSAGE)
    with pytest.raises(SlackError) as refused:
        check_message_blocks([{"type": "divider"}] * (limits.BLOCKS_PER_MESSAGE + 1))

    assert pointers(refused.value) == ["/blocks"]


def test_a_block_id_is_given_once() -> None:
    with pytest.raises(SlackError) as refused:
        check_message_blocks([{"type": "divider", "block_id": "a"}, {"type": "divider", "block_id": "a"}])

    assert pointers(refused.value) == ["/blocks"]


def test_views_have_limits_of_their_own() -> None:
    check_view(modal(text_input("Reason", "reason"), submit=SUBMIT, private_metadata="x" * limits.PRIVATE_METADATA))
    long = plain("x" * (limits.VIEW_TITLE + 1))
    broken = {
        "/view/title/text": modal(section("x"), title=long),
        "/view/private_metadata": modal(section("x"), private_metadata="x" * (limits.PRIVATE_METADATA + 1)),
        "/view": modal(text_input("Reason", "reason")),
        "/view/blocks": modal(*[{"type": "divider"}] * (limits.BLOCKS_PER_VIEW + 1)),
        "/view/type": {"type": "drawer", "blocks": []},
    }
    for pointer, view in broken.items():
        with pytest.raises(SlackError) as refused:
            check_view(view)
        assert (refused.value.code, pointers(refused.value)) == ("invalid_arguments", [pointer])


@pytest.mark.parametrize(
    "nonsense", [[None], ["x"], [[]], [{}], [{"type": "actions", "elements": "x"}], [{"type": "input"}]]
)
def test_nonsense_is_refused_too(nonsense: list[Any]) -> None:
    with pytest.raises(SlackError, match="invalid_blocks"):
        check_message_blocks(nonsense)
