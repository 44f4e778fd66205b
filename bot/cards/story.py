"""The thread under the card in the channel: what happened, line by line."""

from __future__ import annotations

from collections.abc import Mapping

from approvals.model import UNVERIFIED, Action, Item, ItemState, Request
from bot.cards.request import SHOWN_ITEMS
from bot.cards.text import code, escape, mention, region_name
from bot.cards.words import effect, full_label, place, title

_LINES_A_MESSAGE = 40
_CHARACTERS_A_MESSAGE = 2800


def story(request: Request, facts: Mapping[str, str]) -> list[str]:
    """The messages that tell one event; none where the card says it all."""
    person = mention(facts["person"]) if "person" in facts else ""
    match facts["event"]:
        case "asked":
            return _long_list(request)
        case "approved":
            role = " as a guardian" if facts["roles"] == "guardian" else ""
            return [f"{person} approved{role}."]
        case "denied":
            why = f" The reason: {escape(facts['reason'])}" if facts["reason"] else ""
            return [f"{person} denied it; {effect(request)}.{why}"]
        case "cancelled":
            return [f"{person} cancelled it; {effect(request)}."]
        case "expired":
            return [f"Nobody decided in time; {effect(request)}."]
        case "retried":
            return [f"{person} asked to try again what failed."]
        case "copy_removing":
            return [f"{person} had the half-made copy {_copy(facts)} removed."]
        case "copy_removed":
            return [f"The half-made copy {_copy(facts)} is removed."]
        case "copy_kept":
            return [f"The copy {_copy(facts)} could not be removed: {escape(facts['why'])}"]
        case "asked_again":
            return [f"{person} asked again for what failed: #{facts['number']}."]
        case _:
            return _ended(request)


def _copy(facts: Mapping[str, str]) -> str:
    return f"{code(facts['copy'])} in {escape(region_name(facts['region']))}"


def _long_list(request: Request) -> list[str]:
    accounts = [item for item in request.items if not item.is_image]
    if len(accounts) <= SHOWN_ITEMS:
        return []
    lines = [f"• {escape(full_label(item.target) + place(item, request))}" for item in accounts]
    return _messages("All the accounts:", lines)


def _ended(request: Request) -> list[str]:
    return _messages(f"{escape(title(request))}.", [_outcome(request, item) for item in request.items])


def _outcome(request: Request, item: Item) -> str:
    name = code(item.image_id) if item.is_image else escape(full_label(item.target))
    name += escape(place(item, request))
    trace = f" · cloud request {code(item.cloud_request_id)}" if item.cloud_request_id else ""
    match item.state:
        case ItemState.DONE:
            return f"• {name}: {_done(item, request)}{trace}"
        case ItemState.ALREADY:
            return f"• {name}: was so already"
        case ItemState.FAILED:
            return f"• {name}: failed, {escape(item.message)} ({escape(item.code)}){trace}"
        case ItemState.WAITING:
            return f"• {name}: not done yet"


def _done(item: Item, request: Request) -> str:
    if item.is_image:
        return "deleted"
    if request.action.is_about_source:
        return "trusted as a source" if request.action is Action.TRUST else "no longer trusted as a source"
    done = "shared" if request.action is Action.SHARE else "taken back"
    return f"{done} as the cloud says, not verified" if item.code == UNVERIFIED else done


def _messages(heading: str, lines: list[str]) -> list[str]:
    messages, current = [], [heading]
    for line in lines:
        if len(current) > _LINES_A_MESSAGE or sum(map(len, current)) + len(line) > _CHARACTERS_A_MESSAGE:
            messages.append("\n".join(current))
            current = []
        current.append(line)
    return [*messages, "\n".join(current)]
