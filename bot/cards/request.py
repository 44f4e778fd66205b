"""The request card, the same in the channel and in each owner's direct message."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from approvals.cloud import Image
from approvals.findings import CATALOGUE
from approvals.model import (
    COPYING,
    LIGHTHOUSE_TARGET,
    UNVERIFIED,
    Action,
    Decision,
    Finding,
    Item,
    ItemState,
    Level,
    Request,
    Role,
    State,
    Verdict,
)
from bot import ids
from bot.cards.copies import copies, remove_button
from bot.cards.text import (
    Block,
    ago,
    all_of,
    any_of,
    at,
    button,
    code,
    context,
    escape,
    fitted,
    header,
    labelled,
    mention,
    raw,
)
from bot.cards.words import asks, effect, full_label, place, title, vote

SHOWN_ITEMS = 10
_MARK = {Level.BLOCK: "✕ *Blocked:*", Level.WARN: "● *Needs a guardian:*", Level.NOTE: "○"}


def card(request: Request, *, buttons: bool = True) -> tuple[str, list[Block]]:
    """The notification's text and the blocks.

    :param buttons: whether to show those that make sense in the request's state
    """
    blocks = [
        header(title(request)),
        context(_facts(request)),
        *_about(request),
        *copies(request),
        *([labelled("For", _duration(request))] if request.action.names_accounts else []),
        raw("Reason", request.reason) if request.reason else labelled("Reason", "none given"),
        *_checks(request),
        *_deciding(request),
        *(_actions(request) if buttons else []),
    ]
    return notification(request), fitted(blocks)


def notification(request: Request) -> str:
    """What a phone shows of the card; it carries the full sense."""
    pending = request.state is State.PENDING
    return escape(f"{asks(request)} (#{request.id})" if pending else f"#{request.id} {title(request)}")


def item_line(item: Item, request: Request) -> str:
    """One account, in one region where several are meant, and how it stands with it; or an image to be deleted."""
    if item.is_image:
        return f"{code(item.image_id)}{escape(place(item, request))}{_standing(item)}"
    name = f"*{escape(item.target.name)}* " if item.target.name else ""
    if item.target == LIGHTHOUSE_TARGET:
        return f"{name}within our account{escape(place(item, request))}{_standing(item)}"
    return f"{name}{code(item.target.account)}{escape(place(item, request))}{_standing(item)}"


def _facts(request: Request) -> str:
    parts = [f"#{request.id}", f"asked by {mention(request.requester.id)}", ago(request.asked_at)]
    if request.state is State.PENDING and request.decide_by:
        parts.append(f"answer by {at(request.decide_by)}")
    return " · ".join(parts)


def _about(request: Request) -> list[Block]:
    if request.action.is_about_source:
        accounts = all_of([escape(full_label(target)) for target in request.targets])
        look = code(f"/image inbound {request.image_name}")
        return [labelled("Account", f"{accounts} · {look} shows its images")]
    return [labelled("Image", _image(request)), *_subjects(request)]


def _image(request: Request) -> str:
    if request.image is None:
        return code(request.image_ref)
    return f"{code(request.image.name)}  {' · '.join(image_facts(request.image, request.asked_at))}"


def image_facts(image: Image, now: datetime) -> list[str]:
    """What is worth knowing about an image beside its name."""
    facts = [image.image_id, image.region]
    if image.size_gib:
        facts.append(f"{image.size_gib} GiB")
    if image.os_name:
        facts.append(image.os_name)
    if image.created_at:
        facts.append(f"built {_age(image.created_at, now)}")
    return [escape(fact) for fact in facts]


def _age(built: datetime, now: datetime) -> str:
    days = (now - built).days
    return "today" if days < 1 else "yesterday" if days == 1 else f"{days} days ago"


def _subjects(request: Request) -> list[Block]:
    """What is to be done, and with whom."""
    accounts = [item for item in request.items if not item.is_image]
    if request.action is not Action.DELETE:
        return [labelled("With" if request.action is Action.SHARE else "From", _lines(accounts, request))]
    images = [item for item in request.items if item.is_image]
    losing = _lines(accounts, request) if accounts else "nobody: it is shared with no account"
    return [*([labelled("Deletes", _lines(images, request))] if images else []), labelled("Who loses it", losing)]


def _lines(items: Sequence[Item], request: Request) -> str:
    lines = [item_line(item, request) + _known(item, request) for item in items[:SHOWN_ITEMS]]
    if len(items) > SHOWN_ITEMS:
        lines.append(f"and {len(items) - SHOWN_ITEMS} more: the list is in the thread")
    return "\n".join(lines)


def _standing(item: Item) -> str:
    match item.state:
        case ItemState.DONE:
            return " · accepted, not verified" if item.code == UNVERIFIED else " · done"
        case ItemState.ALREADY:
            return " · nothing to do"
        case ItemState.FAILED:
            return f" · failed: {escape(item.message)} ({escape(item.code)})"
        case ItemState.WAITING:
            return " · waits for the copy" if item.code == COPYING else ""


def _known(item: Item, request: Request) -> str:
    if item.state is not ItemState.WAITING or item.code == COPYING or request.action is not Action.SHARE:
        return ""
    if item.target == LIGHTHOUSE_TARGET:
        return ""
    doubts = {one.code for one in request.findings if one.about == item.target.account}
    if "target_not_for_image" in doubts:
        return " · not trusted for this image"
    if "target_unknown" in doubts:
        return " · not trusted" if item.target.name else " · not in the policy"
    return " · trusted"


def _duration(request: Request) -> str:
    return "no end, until it is taken back" if request.action is Action.SHARE else "from now on"


def _checks(request: Request) -> list[Block]:
    """One block a level: the blocking first, then what needs a guardian, then what is good to know to decide."""
    levels = Level if request.state is State.PENDING else (Level.BLOCK, Level.WARN)
    lines = [[finding_line(one) for one in _worth_a_line(request) if one.level is level] for level in levels]
    return [context("\n".join(some)) for some in lines if some]


def _worth_a_line(request: Request) -> list[Finding]:
    """All but what the card says in a place of its own anyway."""
    return [one for one in request.findings if (one.code, one.level) != ("share_endless", Level.NOTE)]


def finding_line(finding: Finding) -> str:
    """One result of the checks: what it does, the sentence, and the code; where it blocks, also the way out."""
    words = escape(f"{finding.text} {finding.remedy}".strip() if finding.level is Level.BLOCK else finding.text)
    return f"{_MARK[finding.level]} {words}" + ("" if finding.level is Level.NOTE else f" {code(finding.code)}")


def _deciding(request: Request) -> list[Block]:
    lines = [whose_word(request)] if request.state is State.PENDING else [_settled(request)]
    lines += [f"✓ {vote(one)} {ago(one.at)}" for one in request.decisions if one.verdict is Verdict.APPROVE]
    text = "\n".join(line for line in lines if line)
    label = "Deciding" if request.state is State.PENDING else "Decided"
    return [labelled(label, text)] if text else []


def whose_word(request: Request) -> str:
    """Whose word is still wanted."""
    deciders = request.deciders
    if deciders is None:
        return ""
    wanted = []
    if _given(request, Role.OWNER) < deciders.approvals:
        many = f" ({deciders.approvals} of them)" if len(deciders.owner_ids) > 1 else ""
        wanted.append(any_of(deciders.owner_ids) + many)
    if deciders.guardian_needed and not _given(request, Role.GUARDIAN):
        wanted.append(f"a guardian: {any_of(deciders.guardian_names)}")
    return " · and ".join(wanted)


def _given(request: Request, role: Role) -> int:
    return sum(role in one.roles and one.verdict is Verdict.APPROVE for one in request.decisions)


def _settled(request: Request) -> str:
    denied = next((one for one in request.decisions if one.verdict is Verdict.DENY), None)
    match request.state:
        case State.DENIED if denied:
            return f"✕ {mention(denied.person.id)} denied it {ago(denied.at)}; {effect(request)}.{_because(denied)}"
        case State.CANCELLED:
            return f"{mention(request.requester.id)} cancelled it {ago(request.changed_at)}; {effect(request)}."
        case State.EXPIRED:
            return f"Nobody decided in time, so it ended {ago(request.changed_at)}; {effect(request)}."
        case _:
            return ""


def _because(denied: Decision) -> str:
    return "".join(f"\n> {escape(line)}" for line in denied.reason.splitlines())


def _actions(request: Request) -> list[Block]:
    number = str(request.id)
    if request.state is State.PENDING:
        elements = [
            _approve(request),
            button("Deny", ids.DENY, number),
            button("Cancel", ids.CANCEL, number),
        ]
    elif request.state in (State.FAILED, State.PARTIAL):
        elements = [button("Retry", ids.RETRY, number), *_again(request)]
    else:
        elements = []
    elements += remove_button(request)
    if not elements:
        return []
    return [{"type": "actions", "block_id": ids.buttons_of(request.id), "elements": elements}]


def _approve(request: Request) -> Block:
    """It asks once more only where it can't be undone."""
    approve = button("Approve", ids.APPROVE, str(request.id), style="primary")
    if request.action is not Action.DELETE:
        return approve
    losing = len({item.target.account for item in request.items if not item.is_image})
    accounts = f"{losing} account{'' if losing == 1 else 's'} lose{'s' if losing == 1 else ''} it. " if losing else ""
    confirm = {
        "title": {"type": "plain_text", "text": "Delete for good?"},
        "text": {"type": "plain_text", "text": f"{accounts}A deleted image can't be brought back."},
        "confirm": {"type": "plain_text", "text": "Approve"},
        "deny": {"type": "plain_text", "text": "Back"},
        "style": "danger",
    }
    return {**approve, "confirm": confirm}


def _again(request: Request) -> list[Block]:
    """What our own checks stopped would be stopped again, so it has to be decided anew."""
    stopped = any(item.state is ItemState.FAILED and item.code in CATALOGUE for item in request.items)
    return [button("Ask again", ids.ASK_AGAIN, str(request.id))] if stopped else []
