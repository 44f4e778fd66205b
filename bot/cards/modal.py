"""The modal that asks why a request is denied, and what modals are made of."""

from __future__ import annotations

import json

from approvals.model import Request
from bot import ids
from bot.cards.text import Block, code, escape, section
from bot.cards.words import action_word, receivers
from bot.languages import _, translated


def deny_modal(request: Request) -> Block:
    """Asks an owner for the reason."""
    whom = _(" for {request}", request=escape(receivers(request))) if request.action.names_accounts else ""
    return {
        "type": "modal",
        "callback_id": ids.DENY_VIEW,
        "private_metadata": naming(request.id),
        "title": plain(_("Deny request #{number}", number=request.id)),
        "submit": plain("Deny"),
        "close": plain(_("Back")),
        "blocks": [
            section(
                _(
                    "{image}, {action} asked{whom}. Nothing will be changed.",
                    image=code(request.image_name),
                    action=action_word(request),
                    whom=whom,
                )
            ),
            text_input(ids.REASON, _("Why"), _("The person who asked reads this."), multiline=True, most=1000),
        ],
    }


def adopt_modal(request: Request) -> Block:
    """Asks whoever adopts a share for the reason."""
    return {
        "type": "modal",
        "callback_id": ids.ADOPT_VIEW,
        "private_metadata": naming(request.id),
        "title": plain(_("Adopt #{number}", number=request.id)),
        "submit": plain(_("Adopt")),
        "close": plain(_("Back")),
        "blocks": [
            section(
                _(
                    "{image} stays shared with {whom}, with no end, as if it had been approved.",
                    image=code(request.image_name),
                    whom=escape(receivers(request)),
                )
            ),
            text_input(ids.REASON, _("Why"), _("It stands in the record."), multiline=True, most=1000),
        ],
    }


def naming(request_id: int) -> str:
    """The request that a view is about, as it carries it unseen."""
    return json.dumps({"request": request_id})


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
    return {"type": "plain_text", "text": translated(text), "emoji": False}
