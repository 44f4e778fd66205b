"""Menus that ask the bot what to offer while somebody types: what it may answer, and what was offered."""

from __future__ import annotations

from typing import Any

from bot.sandbox.workspace.blocks import Block, elements_of
from bot.sandbox.workspace.elements import SUGGESTED
from bot.sandbox.workspace.errors import SlackError
from bot.sandbox.workspace.shapes import Place
from bot.sandbox.workspace.views import OpenView, Option

_ASKING = ("external_select", "multi_external_select")
_MIN_QUERY = 3  # characters, where the element says nothing (docs: "external_select")


def asks_at(element: dict[str, Any]) -> int:
    """How many characters must be typed before the bot is asked."""
    least = element.get("min_query_length")
    return _MIN_QUERY if least is None else int(least)


def options_in(answer: dict[str, Any]) -> list[Option]:
    """The choices in the bot's answer, those of groups too.

    :raises SlackError: Slack wouldn't show it: too many, too long, or of another shape
    """
    place = Place("")
    SUGGESTED(answer, place)
    if place.complaints:
        raise SlackError("invalid_arguments", {"response_metadata": {"messages": place.complaints}})
    groups = answer.get("option_groups") or [{"options": answer.get("options") or []}]
    return [option for group in groups for option in group["options"]]


def with_offers(view: OpenView) -> list[Block]:
    """The view's blocks, each menu that asks the bot with all that it was ever offered, so that it can be chosen."""
    return [_offering(block, view) for block in view.told["blocks"]]


def _offering(block: Block, view: OpenView) -> Block:
    menus = {one["action_id"]: one for one in elements_of(block) if one["type"] in _ASKING}
    if not menus:
        return block
    full = {name: menu | {"options": _options(block["block_id"], menu, view)} for name, menu in menus.items()}
    if block["type"] == "actions":
        return block | {"elements": [full.get(one["action_id"], one) for one in block["elements"]]}
    [menu] = full.values()
    return block | {"element" if block["type"] == "input" else "accessory": menu}


def _options(block_id: str, menu: dict[str, Any], view: OpenView) -> list[Option]:
    begun = [*menu.get("initial_options", []), *([menu["initial_option"]] if menu.get("initial_option") else [])]
    offered = {option["value"]: option for option in begun}
    return list((offered | view.offered.get((block_id, menu["action_id"]), {})).values())
