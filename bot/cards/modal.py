"""The modal that asks why a request is denied, and what modals are made of."""

from __future__ import annotations

import json

from approvals.model import Request
from bot import ids
from bot.cards.text import Block, code, escape, section
from bot.cards.words import receivers


def deny_modal(request: Request) -> Block:
    """Asks an owner for the reason."""
    whom = f" for {escape(receivers(request))}" if request.action.names_accounts else ""
    return {
        "type": "modal",
        "callback_id": ids.DENY_VIEW,
        "private_metadata": json.dumps({"request": request.id}),
        "title": plain(f"Deny request #{request.id}"),
        "submit": plain("Deny"),
        "close": plain("Back"),
        "blocks": [
            section(f"{code(request.image_name)}, {request.action} asked{whom}. Nothing will be changed."),
            text_input(ids.REASON, "Why", "The person who asked reads this.", multiline=True, most=1000),
        ],
    }


def text_input(
    block_id: str,
    label: str,
    hint: str,
    *,
    most: int,
    multiline: bool = False,
    initial: str = "",
    optional: bool = False,
) -> Block:
    """A field to type in.

    :param most: characters
    """
    element: Block = {
        "type": "plain_text_input",
        "action_id": ids.INPUT,
        "multiline": multiline,
        "max_length": most,
    }
    if initial:
        element["initial_value"] = initial
    return {
        "type": "input",
        "block_id": block_id,
        "label": plain(label),
        "hint": plain(hint),
        "optional": optional,
        "element": element,
    }


def plain(text: str) -> Block:
    return {"type": "plain_text", "text": text, "emoji": False}
