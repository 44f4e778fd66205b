"""The buttons under a request, wherever it is shown."""

from __future__ import annotations

from approvals.findings import CATALOGUE
from approvals.model import Action, ItemState, Request, State
from bot import ids
from bot.cards.copies import remove_button
from bot.cards.text import Block, button
from bot.languages import _, ngettext


def actions(request: Request) -> list[Block]:
    """Those that make sense in the request's state."""
    number = str(request.id)
    if request.action.is_drift:
        elements = drift_buttons(request) if request.state is State.PENDING else []
    elif request.state is State.PENDING:
        elements = [*_decide(request), button("Cancel", ids.CANCEL, number)]
    elif request.state in (State.FAILED, State.PARTIAL):
        elements = [button(_("Retry"), ids.RETRY, number), *_again(request)]
    elif request.state is State.EXPIRED:
        elements = [again_button(request)]
    else:
        elements = []
    elements += [button(_("Extend"), ids.EXTEND, number)] if request.standing and request.until else []
    elements += [end_now(request)] if request.standing else []
    elements += remove_button(request)
    if not elements:
        return []
    return [{"type": "actions", "block_id": ids.buttons_of(request.id), "elements": elements}]


def decision_buttons(request: Request) -> Block:
    """What those who may decide about a request that waits can press, wherever it is shown."""
    elements = drift_buttons(request) if request.action.is_drift else _decide(request)
    return {"type": "actions", "block_id": ids.buttons_of(request.id), "elements": elements}


def _decide(request: Request) -> list[Block]:
    return [_approve(request), button("Deny", ids.DENY, str(request.id))]


def _approve(request: Request) -> Block:
    """It asks once more only where it can't be undone."""
    approve = button("Approve", ids.APPROVE, str(request.id), style="primary")
    if request.action is not Action.DELETE:
        return approve
    losing = len({item.target.account for item in request.items if not item.is_image})
    lost = ngettext("{number} account loses it. ", "{number} accounts lose it. ", losing) if losing else ""
    confirm = {
        "title": {"type": "plain_text", "text": _("Delete for good?")},
        "text": {
            "type": "plain_text",
            "text": _("{lost}A deleted image can't be brought back.", lost=lost),
        },
        "confirm": {"type": "plain_text", "text": "Approve"},
        "deny": {"type": "plain_text", "text": _("Back")},
        "style": "danger",
    }
    return {**approve, "confirm": confirm}


def _again(request: Request) -> list[Block]:
    """What our own checks stopped would be stopped again, so it has to be decided anew."""
    stopped = any(item.state is ItemState.FAILED and item.code in CATALOGUE for item in request.items)
    return [again_button(request)] if stopped else []


def drift_buttons(request: Request) -> list[Block]:
    """What owners and guardians can do about a difference."""
    number = str(request.id)
    if request.action is Action.RESTORE:
        return [button(_("Share again"), ids.SHARE_AGAIN, number), button(_("Close"), ids.CLOSE, number)]
    confirm = {
        "title": {"type": "plain_text", "text": _("Take it back now?")},
        "text": {"type": "plain_text", "text": _("Nobody else is asked: whoever uses the image loses it.")},
        "confirm": {"type": "plain_text", "text": _("Revoke")},
        "deny": {"type": "plain_text", "text": _("Back")},
    }
    revoke = {**button(_("Revoke"), ids.REVOKE, number), "confirm": confirm}
    return [button(_("Adopt"), ids.ADOPT, number), revoke]


def again_button(request: Request) -> Block:
    """Asks anew for the same."""
    return button(_("Ask again"), ids.ASK_AGAIN, str(request.id))


def end_now(request: Request) -> Block:
    """Takes the shares back before their time, which asks once more: whoever uses the image loses it."""
    confirm = {
        "title": {"type": "plain_text", "text": _("Take it back now?")},
        "text": {
            "type": "plain_text",
            "text": _(
                "It goes from the list of whoever has it by this request alone; machines they started go on, and "
                "copies they made stay theirs."
            ),
        },
        "confirm": {"type": "plain_text", "text": _("End now")},
        "deny": {"type": "plain_text", "text": _("Back")},
    }
    return {**button(_("End now"), ids.END_NOW, str(request.id)), "confirm": confirm}
