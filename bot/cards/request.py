"""The request card, the same in the channel and in each owner's direct message."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from approvals.attention import lacking
from approvals.cloud import Image
from approvals.code_model import COPYING, KEPT, UNVERIFIED
from approvals.model import (
    LIGHTHOUSE_TARGET,
    Action,
    Deciders,
    Decision,
    Finding,
    Item,
    ItemState,
    Level,
    Request,
    State,
    Verdict,
)
from approvals.people import can_be_met, counted
from approvals.sentences import joined, say
from bot.cards.buttons import actions
from bot.cards.copies import copies
from bot.cards.lasting import how_long
from bot.cards.text import (
    Block,
    ago,
    all_of,
    any_of,
    at,
    code,
    context,
    escape,
    fitted,
    header,
    labelled,
    mention,
    raw,
)
from bot.cards.words import asks, effect, full_label, marked, place, said, title, vote
from bot.languages import _, translated

SHOWN_ITEMS = 10
_UNDER_WAY = (State.APPROVED, State.EXECUTING)
_MARK = {Level.BLOCK: say("✕ *Blocked:*"), Level.WARN: say("● *Needs a guardian:*"), Level.NOTE: "○"}


def card(request: Request, *, buttons: bool = True, held: bool = False) -> tuple[str, list[Block]]:
    """The notification's text and the blocks.

    :param buttons: whether to show those that make sense in the request's state
    :param held: whether nothing is executed now, for want of credentials that the cloud takes
    """
    blocks = [
        header(title(request)),
        context(_facts(request)),
        *_about(request),
        *copies(request),
        *([] if request.action.is_drift else _wanted(request)),
        *_checks(request),
        *_deciding(request),
        *([context(_held())] if held and request.state in _UNDER_WAY else []),
        *(actions(request) if buttons else []),
    ]
    return notification(request), fitted(blocks)


def _held() -> str:
    return _(
        "● *Waits:* the cloud doesn't let Imagewarden do this now. Once an admin has mended that, it goes on by itself."
    )


def _wanted(request: Request) -> list[Block]:
    """For how long, and why: what nobody asked for has neither."""
    return [
        *([labelled(_("For"), _duration(request))] if request.action.names_accounts else []),
        raw(_("Reason"), request.reason) if request.reason else labelled(_("Reason"), _("none given")),
    ]


def notification(request: Request) -> str:
    """What a phone shows of the card; it carries the full sense."""
    pending = request.state is State.PENDING and not request.action.is_drift
    return escape(f"{asks(request)} (#{request.id})" if pending else f"#{request.id} {title(request)}")


def item_line(item: Item, request: Request) -> str:
    """One account, in one region where several are meant, and how it stands with it; or an image to be deleted."""
    if item.is_image:
        return f"{code(item.image_id)}{escape(place(item, request))}{_standing(item, request)}"
    return f"{marked(item.target)}{escape(place(item, request))}{_standing(item, request)}"


def _facts(request: Request) -> str:
    if request.action.is_drift:
        return f"#{request.id} · {_('found {when}', when=ago(request.asked_at))}"
    asked = _("asked by {person}", person=mention(request.requester.id))
    if request.ends is not None:
        asked = _("ends #{number}, {asked}", number=request.ends, asked=asked)
    parts = [f"#{request.id}", asked, ago(request.asked_at)]
    if request.state is State.PENDING and request.decide_by:
        parts.append(_("answer by {when}", when=at(request.decide_by)))
    return " · ".join(parts)


def _about(request: Request) -> list[Block]:
    if request.action.is_about_source:
        accounts = all_of([escape(full_label(target)) for target in request.targets])
        look = code(f"/image inbound {request.image_name}")
        return [labelled(_("Account"), _("{accounts} · {look} shows its images", accounts=accounts, look=look))]
    return [labelled(_("Image"), _image(request)), *_subjects(request)]


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
        facts.append(_("built {age}", age=_age(image.created_at, now)))
    return [escape(fact) for fact in facts]


def _age(built: datetime, now: datetime) -> str:
    days = (now - built).days
    return _("today") if days < 1 else _("yesterday") if days == 1 else _("{days} days ago", days=days)


def _subjects(request: Request) -> list[Block]:
    """What is to be done, and with whom."""
    accounts = [item for item in request.items if not item.is_image]
    if request.action is not Action.DELETE:
        return [labelled(_("From") if request.action is Action.UNSHARE else _("With"), _lines(accounts, request))]
    images = [item for item in request.items if item.is_image]
    losing = _lines(accounts, request) if accounts else _("nobody: it is shared with no account")
    return [*([labelled(_("Deletes"), _lines(images, request))] if images else []), labelled(_("Who loses it"), losing)]


def _lines(items: Sequence[Item], request: Request) -> str:
    lines = [item_line(item, request) + _known(item, request) for item in items[:SHOWN_ITEMS]]
    if len(items) > SHOWN_ITEMS:
        lines.append(_("and {text} more: the list is in the thread", text=len(items) - SHOWN_ITEMS))
    return "\n".join(lines)


def _standing(item: Item, request: Request) -> str:
    match item.state:
        case ItemState.ALREADY if request.action.is_drift:
            return _(" · gone by itself") if request.action is Action.ADOPT else _(" · there again")
        case ItemState.DONE if (item.target.account, item.region) in request.ended:
            return _(" · ended")
        case ItemState.DONE:
            return _(" · accepted, not verified") if item.code == UNVERIFIED else _(" · done")
        case ItemState.ALREADY:
            return _(" · kept by another share") if item.code == KEPT else _(" · nothing to do")
        case ItemState.FAILED:
            return _(" · failed: {message} ({code})", message=said(item), code=escape(item.code))
        case ItemState.WAITING:
            return _(" · waits for the copy") if item.code == COPYING else ""


def _known(item: Item, request: Request) -> str:
    if item.state is not ItemState.WAITING or item.code == COPYING or request.action is not Action.SHARE:
        return ""
    if item.target == LIGHTHOUSE_TARGET:
        return ""
    doubts = {one.code for one in request.findings if one.about == item.target.account}
    if "target_not_for_image" in doubts:
        return _(" · not trusted for this image")
    if "target_unknown" in doubts:
        return _(" · not trusted") if item.target.name else _(" · not in the policy")
    return _(" · trusted")


def _duration(request: Request) -> str:
    return how_long(request) if request.action is Action.SHARE else _("from now on")


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
    words = escape(joined(finding.text, finding.remedy) if finding.level is Level.BLOCK else finding.text)
    shown = "" if finding.level is Level.NOTE else f" {code(finding.code)}"
    return f"{translated(_MARK[finding.level])} {words}{shown}"


def _deciding(request: Request) -> list[Block]:
    lines = [whose_word(request)] if request.state is State.PENDING else [_settled(request)]
    if not request.action.is_drift:
        lines += [_given(one, request) for one in request.decisions if one.verdict is Verdict.APPROVE]
    text = "\n".join(line for line in lines if line)
    label = _("Deciding") if request.state is State.PENDING else _("Decided")
    return [labelled(label, text)] if text else []


def _given(decision: Decision, request: Request) -> str:
    line = f"✓ {vote(decision)} {ago(decision.at)}"
    if request.state is State.PENDING and request.deciders and not counted([decision], request.deciders):
        return _("{vote}, and may not decide any more: it doesn't count", vote=line)
    return line


def whose_word(request: Request) -> str:
    """Whose word is still wanted."""
    deciders = request.deciders
    if deciders is None:
        return ""
    if not can_be_met(deciders):
        return _("more people than there are: an admin can name some in the policy")
    lacks = lacking(request, deciders)
    if lacks.anybody:
        return _("one person more: {who}", who=any_of(_others(request, deciders)))
    wanted = []
    if lacks.owner:
        many = _(" ({approvals} of them)", approvals=deciders.approvals) if len(deciders.owner_ids) > 1 else ""
        wanted.append(any_of(deciders.owner_ids) + many)
    if lacks.guardian:
        wanted.append(_("a guardian: {who}", who=any_of(deciders.guardian_names)))
    return _(" · and ").join(wanted)


def _others(request: Request, deciders: Deciders) -> tuple[str, ...]:
    """Whoever has not said anything yet; guardians as the policy names them."""
    voted = {one.person.id for one in request.decisions}
    owners = (one for one in deciders.owner_ids if one not in voted)
    return (*owners, *(deciders.guardian_names if set(deciders.guardian_ids) - voted else ()))


def _decided_drift(request: Request) -> str:
    last = request.decisions[-1] if request.decisions else None
    if last is None:
        return _("The cloud and the record agree again since {when}.", when=ago(request.changed_at))
    return f"{mention(last.person.id)} {ago(last.at)}{_because(last)}"


def _settled(request: Request) -> str:
    if request.action.is_drift:
        return _decided_drift(request)
    denied = next((one for one in request.decisions if one.verdict is Verdict.DENY), None)
    match request.state:
        case State.DENIED if denied:
            return _(
                "✕ {person} denied it {when}; {effect}.{because}",
                person=mention(denied.person.id),
                when=ago(denied.at),
                effect=effect(request),
                because=_because(denied),
            )
        case State.CANCELLED:
            return _(
                "{person} cancelled it {when}; {effect}.",
                person=mention(request.requester.id),
                when=ago(request.changed_at),
                effect=effect(request),
            )
        case State.EXPIRED:
            return _(
                "Nobody decided in time, so it ended {when}; {effect}.",
                when=ago(request.changed_at),
                effect=effect(request),
            )
        case _:
            return ""


def _because(denied: Decision) -> str:
    return "".join(f"\n> {escape(line)}" for line in denied.reason.splitlines())
