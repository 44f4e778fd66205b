"""The modals: why a request is denied, and the form to ask for a share."""

from __future__ import annotations

import json

from approvals.model import Request
from bot import ids
from bot.cards.text import Block, code, escape, section
from bot.cards.words import receivers


def deny_modal(request: Request) -> Block:
    """Asks an owner for the reason."""
    whom = escape(receivers(request))
    return {
        "type": "modal",
        "callback_id": ids.DENY_VIEW,
        "private_metadata": json.dumps({"request": request.id}),
        "title": _plain(f"Deny request #{request.id}"),
        "submit": _plain("Deny"),
        "close": _plain("Back"),
        "blocks": [
            section(f"{code(request.image_name)}, {request.action} asked for {whom}. Nothing will be changed."),
            _input(ids.REASON, "Why", "The person who asked reads this.", multiline=True, most=1000),
        ],
    }


def share_form(image: str = "") -> Block:
    """Asks what to share, with whom and why.

    :param image: filled in, where it is known already
    """
    return {
        "type": "modal",
        "callback_id": ids.FORM_VIEW,
        "title": _plain("Share an image"),
        "submit": _plain("Ask"),
        "close": _plain("Back"),
        "blocks": [
            _input(ids.IMAGE, "Image", "Its exact name, or its id (img-…).", initial=image),
            _input(ids.ACCOUNTS, "With whom", "Account ids, or names from the policy, with commas between."),
            _input(ids.REASON, "Why", "The owners of the image read this.", multiline=True, most=1000),
        ],
    }


def _input(
    block_id: str, label: str, hint: str, *, multiline: bool = False, most: int = 500, initial: str = ""
) -> Block:
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
        "label": _plain(label),
        "hint": _plain(hint),
        "element": element,
    }


def _plain(text: str) -> Block:
    return {"type": "plain_text", "text": text, "emoji": False}
