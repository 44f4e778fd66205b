"""The thread under the card in the channel: what happened, line by line."""

from __future__ import annotations

from collections.abc import Mapping

from approvals.code_model import KEPT, UNVERIFIED
from approvals.model import Action, Item, ItemState, Request, State
from bot.cards.request import SHOWN_ITEMS
from bot.cards.text import all_of, code, escape, mention, region_name
from bot.cards.words import effect, full_label, place, said, stays_shared, taken_from, title
from bot.languages import _

_LINES_A_MESSAGE = 40
_CHARACTERS_A_MESSAGE = 2800


def story(request: Request, facts: Mapping[str, str]) -> list[str]:
    """The messages that tell one event; none where the card says it all."""
    person = mention(facts["person"]) if "person" in facts else ""
    match facts["event"]:
        case "asked":
            return _long_list(request)
        case "approved":
            role = _(" as a guardian") if facts["roles"] == "guardian" else ""
            return [_("{person} approved{role}.", person=person, role=role)]
        case "denied":
            why = _(" The reason: {reason}", reason=escape(facts["reason"])) if facts["reason"] else ""
            return [_("{person} denied it; {effect}.{why}", person=person, effect=effect(request), why=why)]
        case "cancelled":
            return [_("{person} cancelled it; {effect}.", person=person, effect=effect(request))]
        case "expired":
            return [_("Nobody decided in time; {effect}.", effect=effect(request))]
        case "drift_adopt":
            why = _(" The reason: {reason}", reason=escape(facts["reason"])) if facts["reason"] else ""
            return [_("{person} adopted it: it is as if it had been approved.{why}", person=person, why=why)]
        case "drift_revoke":
            number = facts.get("number", "")
            return [_("{person} revoked it: #{number} takes it back.", person=person, number=number)]
        case "drift_share_again":
            return [_("{person} asked for it again: #{number}.", person=person, number=facts.get("number", ""))]
        case "drift_close":
            return [_("{person} closed it: the share is rightly gone.", person=person)]
        case "drift_passed":
            return [_("The cloud and the record agree again, by themselves.")]
        case "escalated":
            people = all_of([mention(one) for one in facts["people"].split()])
            return [_("Nobody has decided yet: {people} can decide now, too.", people=people)]
        case "ended_early":
            return [_("{person} ended it early.", person=person)]
        case "over":
            return [_("The share has ended.") + stays_shared(request, facts)]
        case "over_failed":
            return [_("The share is over, but could not be taken back: see #{number}.", number=facts["number"])]
        case "taken_back":
            return [_taken_back(request, facts)]
        case "retried":
            return [_("{person} asked to try again what failed.", person=person)]
        case "copy_removing":
            return [_("{person} had the half-made copy {copy} removed.", person=person, copy=_copy(facts))]
        case "copy_removed":
            return [_("The half-made copy {copy} is removed.", copy=_copy(facts))]
        case "copy_kept":
            return [_("The copy {copy} could not be removed: {why}", copy=_copy(facts), why=escape(facts["why"]))]
        case "asked_again":
            if request.state is State.EXPIRED:
                return [_("{person} asked again: #{number}.", person=person, number=facts["number"])]
            return [_("{person} asked again for what failed: #{text}.", person=person, text=facts["number"])]
        case _:
            return _ended(request)


def _taken_back(request: Request, facts: Mapping[str, str]) -> str:
    """From whom, where others still have it."""
    whom, number = taken_from(request, facts), facts["number"]
    if facts.get("person") == "":
        if whom:
            return _("It is gone from {whom}, without Imagewarden: see #{number}.", whom=whom, number=number)
        return _("It is shared no more, without Imagewarden: see #{number}.", number=number)
    if whom:
        return _("It was taken back from {whom} by #{number}.", whom=whom, number=number)
    return _("It was taken back by #{number}.", number=number)


def _copy(facts: Mapping[str, str]) -> str:
    return _("{copy} in {region}", copy=code(facts["copy"]), region=escape(region_name(facts["region"])))


def _long_list(request: Request) -> list[str]:
    accounts = [item for item in request.items if not item.is_image]
    if len(accounts) <= SHOWN_ITEMS:
        return []
    lines = [f"• {escape(full_label(item.target) + place(item, request))}" for item in accounts]
    return _messages(_("All the accounts:"), lines)


def _ended(request: Request) -> list[str]:
    return _messages(f"{escape(title(request))}.", [_outcome(request, item) for item in request.items])


def _outcome(request: Request, item: Item) -> str:
    name = code(item.image_id) if item.is_image else escape(full_label(item.target))
    name += escape(place(item, request))
    trace = (
        _(" · cloud request {cloud_request_id}", cloud_request_id=code(item.cloud_request_id))
        if item.cloud_request_id
        else ""
    )
    match item.state:
        case ItemState.DONE:
            return f"• {name}: {_done(item, request)}{trace}"
        case ItemState.ALREADY if item.code == KEPT:
            return _("• {name}: kept by another share", name=name)
        case ItemState.ALREADY:
            return _("• {name}: was so already", name=name)
        case ItemState.FAILED:
            return _(
                "• {name}: failed, {message} ({code}){trace}",
                name=name,
                message=said(item),
                code=escape(item.code),
                trace=trace,
            )
        case ItemState.WAITING:
            return _("• {name}: not done yet", name=name)


def _done(item: Item, request: Request) -> str:
    if item.is_image:
        return _("deleted")
    if request.action.is_about_source:
        return _("trusted as a source") if request.action is Action.TRUST else _("no longer trusted as a source")
    done = _("shared") if request.action is Action.SHARE else _("taken back")
    return _("{done} as the cloud says, not verified", done=done) if item.code == UNVERIFIED else done


def _messages(heading: str, lines: list[str]) -> list[str]:
    messages, current = [], [heading]
    for line in lines:
        if len(current) > _LINES_A_MESSAGE or sum(map(len, current)) + len(line) > _CHARACTERS_A_MESSAGE:
            messages.append("\n".join(current))
            current = []
        current.append(line)
    return [*messages, "\n".join(current)]
