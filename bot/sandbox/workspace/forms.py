"""What a person fills in or presses, between the page's plain values and Slack's ``state.values`` and ``actions``."""

from __future__ import annotations

from typing import Any

from bot.sandbox.workspace.blocks import Block, elements_of
from bot.sandbox.workspace.errors import Refused
from bot.sandbox.workspace.views import Values

# By type of element: the key of its value in Slack's state, and of the value it starts with.
_OPTION = ("selected_option", "initial_option")
_OPTIONS = ("selected_options", "initial_options")
_KEYS = {
    "plain_text_input": ("value", "initial_value"),
    "static_select": _OPTION,
    "external_select": _OPTION,
    "radio_buttons": _OPTION,
    "multi_static_select": _OPTIONS,
    "multi_external_select": _OPTIONS,
    "checkboxes": _OPTIONS,
    "users_select": ("selected_user", "initial_user"),
    "multi_users_select": ("selected_users", "initial_users"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "channels_select": ("selected_channel", "initial_channel"),
    "datepicker": ("selected_date", "initial_date"),
}
_REQUIRED = "Please complete this required field."


def find_element(blocks: list[Block] | None, block_id: str, action_id: str) -> dict[str, Any]:
    """
    :raises Refused: there is no such element
    """
    for block in blocks or []:
        if block["block_id"] == block_id:
            for element in elements_of(block):
                if element["action_id"] == action_id:
                    return element
    raise Refused("There is no such button here any more.", 404)


def state_of(blocks: list[Block], filled_in: Values) -> Values:
    """Slack's ``state.values``: what was filled in, and elsewhere what the element starts with.

    :param filled_in: the page's plain values by block and action; None where a person emptied the field
    """
    state: Values = {}
    for block in blocks:
        for element in elements_of(block):
            if element["type"] not in _KEYS:
                continue
            given = filled_in.get(block["block_id"], {})
            key, initial = _KEYS[element["type"]]
            if element["action_id"] in given:
                value = _value(element, key, given[element["action_id"]])
            else:
                value = element.get(initial, [] if key.endswith("s") else None)
            state.setdefault(block["block_id"], {})[element["action_id"]] = {"type": element["type"], key: value}
    return state


def plain_of(state: Values) -> Values:
    """Slack's state as the page's plain values."""
    return {
        block: {
            action: next((held for key, held in value.items() if key != "type"), None)
            for action, value in actions.items()
        }
        for block, actions in state.items()
    }


def complaints(blocks: list[Block], state: Values) -> dict[str, str]:
    """What Slack's own client says of a form before the bot hears of it, by block."""
    said: dict[str, str] = {}
    for block in blocks:
        if block["type"] != "input":
            continue
        element = block["element"]
        value = state[block["block_id"]][element["action_id"]][_KEYS[element["type"]][0]]
        if not value:
            if not block.get("optional"):
                said[block["block_id"]] = _REQUIRED
        elif element["type"] == "plain_text_input":
            if len(value) > element.get("max_length", len(value)):
                said[block["block_id"]] = f"Must be at most {element['max_length']} characters."
            elif len(value) < element.get("min_length", 0):
                said[block["block_id"]] = f"Must be at least {element['min_length']} characters."
    return said


def action_of(element: dict[str, Any], block_id: str, value: Any, at: str) -> dict[str, Any]:
    """One item of ``actions`` in a block_actions payload.

    :param at: the ``action_ts``
    """
    action = {
        key: held for key, held in element.items() if key in ("type", "action_id", "text", "style", "url", "confirm")
    }
    action |= {"block_id": block_id, "action_ts": at}
    if element["type"] == "button":
        return action | ({"value": element["value"]} if "value" in element else {})
    key = _KEYS.get(element["type"], _OPTION)[0]
    return action | {key: _value(element, key, value)}


def _value(element: dict[str, Any], key: str, raw: Any) -> Any:
    raw = _bare(raw)
    if key == "selected_option":
        return None if raw in (None, "") else _offered(element, raw)
    if key == "selected_options":
        return [_offered(element, one) for one in raw or []]
    if key == "selected_users":
        return raw or []
    return raw or None


def _bare(raw: Any) -> Any:
    """``{"selected_option": "x"}`` and ``{"value": "x"}`` mean "x"."""
    while isinstance(raw, dict):
        keys = [key for key in raw if key == "value" or key.startswith("selected_")]
        if len(keys) != 1:
            raise Refused("A value is a text or {selected_…: value}.")
        raw = raw[keys[0]]
    return raw


def _offered(element: dict[str, Any], raw: Any) -> dict[str, Any]:
    groups = element.get("option_groups") or [{"options": element.get("options") or []}]
    options: list[dict[str, Any]] = [option for group in groups for option in group["options"]]
    for option in options:
        if option["value"] == _bare(raw):
            return option
    raise Refused("There is no such choice.")
