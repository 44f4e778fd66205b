"""Is this what Slack's Block Kit accepts? Structure and limits of messages' blocks and of views, as Slack judges them.

Only the blocks that Imagewarden may use are known here: everything else is refused, since a block that Slack draws
and the sandbox's page doesn't would be a difference nobody sees until it is in front of people.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from bot import limits
from bot.sandbox.workspace.elements import IN_ACTIONS, IN_CONTEXT, IN_INPUT, IN_SECTION
from bot.sandbox.workspace.errors import SlackError
from bot.sandbox.workspace.shapes import (
    Check,
    Place,
    also,
    any_text,
    boolean,
    by_type,
    integer,
    many,
    one_of,
    plain_text,
    shape,
    string,
)

Block = dict[str, Any]
View = dict[str, Any]

_LONG = 100  # rich text nests; Slack publishes no number of elements
_identifier = string(limits.IDENTIFIER)
_block_id = {"block_id": _identifier}


def _text_or_fields(value: dict[str, Any], place: Place) -> None:
    if value.get("text") is None and value.get("fields") is None:
        place.say("must define either `text` or `fields`")


_style = {"style": shape({}, {"bold": boolean, "italic": boolean, "strike": boolean, "code": boolean})}
_rich_inline = by_type(
    {
        "text": shape({"text": string(limits.SECTION_TEXT)}, _style),
        "link": shape({"url": string(limits.URL)}, {"text": string(limits.SECTION_TEXT), **_style}),
        "user": shape({"user_id": _identifier}, _style),
        "usergroup": shape({"usergroup_id": _identifier}, _style),
        "channel": shape({"channel_id": _identifier}, _style),
        "emoji": shape({"name": _identifier}),
        "date": shape({"timestamp": integer(0, 2**53), "format": _identifier}, {"fallback": _identifier, **_style}),
        "broadcast": shape({"range": one_of("here", "channel", "everyone")}, _style),
    }
)
_rich_line = {"elements": many(_rich_inline, _LONG)}
_rich_section = shape(_rich_line)
_rich_part = by_type(
    {
        "rich_text_section": _rich_section,
        "rich_text_quote": shape(_rich_line, {"border": integer(0, 1)}),
        "rich_text_preformatted": shape(_rich_line, {"border": integer(0, 1)}),
        "rich_text_list": shape(
            {
                "style": one_of("bullet", "ordered"),
                "elements": many(by_type({"rich_text_section": _rich_section}), _LONG),
            },
            {"indent": integer(0, 8), "offset": integer(0, _LONG), "border": integer(0, 1)},
        ),
    }
)

_BLOCK = by_type(
    {
        "section": also(
            shape(
                {},
                {
                    **_block_id,
                    "text": any_text(),
                    "fields": many(any_text(limits.FIELD_TEXT), limits.SECTION_FIELDS),
                    "accessory": IN_SECTION,
                    "expand": boolean,
                },
            ),
            _text_or_fields,
        ),
        "header": shape({"text": plain_text(limits.HEADER_TEXT)}, _block_id),
        "context": shape({"elements": many(IN_CONTEXT, limits.CONTEXT_ELEMENTS)}, _block_id),
        "actions": shape({"elements": many(IN_ACTIONS, limits.ACTIONS_ELEMENTS)}, _block_id),
        "divider": shape({}, _block_id),
        "image": shape(
            {"image_url": string(limits.URL), "alt_text": string(limits.ALT_TEXT)},
            {**_block_id, "title": plain_text(limits.ALT_TEXT)},
        ),
        "rich_text": shape({"elements": many(_rich_part, _LONG)}, _block_id),
        "input": shape(
            {"label": plain_text(limits.INPUT_LABEL), "element": IN_INPUT},
            {**_block_id, "hint": plain_text(limits.INPUT_LABEL), "optional": boolean, "dispatch_action": boolean},
        ),
    }
)


def _submit_for_inputs(value: dict[str, Any], place: Place) -> None:
    blocks = value.get("blocks")
    inputs = isinstance(blocks, list) and any(isinstance(one, dict) and one.get("type") == "input" for one in blocks)
    if inputs and value.get("submit") is None:
        place.say("missing required field: submit (a modal with an input needs it)")


_title = plain_text(limits.VIEW_TITLE)
_carried: dict[str, Check] = {
    "callback_id": string(limits.IDENTIFIER, least=0),
    "private_metadata": string(limits.PRIVATE_METADATA, least=0),
    "external_id": string(limits.IDENTIFIER, least=0),
}
_VIEWS = {
    "modal": also(
        shape(
            {"title": _title, "blocks": many(_BLOCK, limits.BLOCKS_PER_VIEW)},
            {
                **_carried,
                "submit": _title,
                "close": _title,
                "clear_on_close": boolean,
                "notify_on_close": boolean,
                "submit_disabled": boolean,
            },
        ),
        _submit_for_inputs,
    ),
    "home": shape({"blocks": many(_BLOCK, limits.BLOCKS_PER_VIEW)}, _carried),
}


def check_message_blocks(blocks: list[Block]) -> None:
    """
    :raises SlackError: ``invalid_blocks`` with a complaint for each breach, or ``msg_blocks_too_long``
    """
    place = Place()
    many(_BLOCK, limits.BLOCKS_PER_MESSAGE, least=0)(blocks, place.at("blocks"))
    _check_identifiers(blocks, place.at("blocks"))
    _raise(place, "invalid_blocks")
    if len(json.dumps(blocks, ensure_ascii=False, separators=(",", ":"))) > limits.MESSAGE_BLOCKS_TOTAL:
        raise SlackError("msg_blocks_too_long")


def check_view(view: View, kind: str | None = None) -> None:
    """
    :param kind: ``modal`` or ``home`` where the method takes only that
    :raises SlackError: ``invalid_arguments`` with a complaint for each breach
    """
    place = Place("/view")
    by_type(_VIEWS if kind is None else {kind: _VIEWS[kind]})(view, place)
    if isinstance(view, dict):
        _check_identifiers(view.get("blocks"), place.at("blocks"))
    _raise(place, "invalid_arguments")


def elements_of(block: Block) -> Iterator[dict[str, Any]]:
    """The elements of a block that a person can act on."""
    if block.get("type") == "actions":
        yield from block["elements"]
    elif block.get("type") == "input":
        yield block["element"]
    elif block.get("type") == "section" and (block.get("accessory") or {}).get("type", "image") != "image":
        yield block["accessory"]


def _check_identifiers(blocks: Any, place: Place) -> None:
    """Slack refuses a ``block_id`` twice in a message, and an ``action_id`` twice in a block."""
    blocks = [block for block in blocks if isinstance(block, dict)] if isinstance(blocks, list) else []
    _check_unique("block_id", [block.get("block_id") for block in blocks], place)
    for index, block in enumerate(blocks):
        held = block.get("elements") if block.get("type") == "actions" else None
        elements = [one for one in held if isinstance(one, dict)] if isinstance(held, list) else []
        _check_unique("action_id", [one.get("action_id") for one in elements], place.at(index))


def _check_unique(name: str, values: list[Any], place: Place) -> None:
    given = [value for value in values if isinstance(value, str)]
    for value in sorted({value for value in given if given.count(value) > 1}):
        place.say(f"`{name}` must be unique: {value} already exists")


def _raise(place: Place, code: str) -> None:
    if place.complaints:
        raise SlackError(code, {"response_metadata": {"messages": place.complaints}})
