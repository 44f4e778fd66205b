"""Private answers: to a command, to a press that may not be, and to the requester at the end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from approvals.attention import still_wanted
from approvals.cloud import BLUEPRINT
from approvals.code_model import UNVERIFIED
from approvals.model import (
    LIGHTHOUSE_TARGET,
    Action,
    Decision,
    Finding,
    Item,
    ItemState,
    Level,
    Request,
    State,
    Target,
    Verdict,
)
from approvals.sentences import joined
from approvals.trust_regions import ELSEWHERE
from bot import ids
from bot.cards.buttons import again_button
from bot.cards.request import item_line
from bot.cards.text import Block, ago, all_of, any_of, at, code, escape, mention, region_name, section
from bot.cards.words import effect, full_label, given, title, where
from bot.languages import _
from bot.refusals import refused

_MOST_REASONS = 10  # each of 500 accounts can be a reason, which would be longer than a message can be


def recorded(numbers: list[int], images: list[str]) -> str:
    """The first answer to a request, before anything was asked of anybody."""
    hashes = all_of([f"#{number}" for number in numbers])
    return _("{hashes} recorded. Checking {listed} …", hashes=hashes, listed=all_of([code(image) for image in images]))


def reply(request: Request, facts: Mapping[str, str], permalink: str | None) -> str:
    """The private answer of a code, about a request as it is now.

    :param facts: ``code``: what to say
    """
    match facts["code"]:
        case "asked":
            return _asked(request, permalink)
        case "refused":
            return not_asked(request)
        case "delayed":
            return _(
                "#{number} is recorded, but it can't be checked right now. I keep trying and tell you here.",
                number=request.id,
            )
        case "asked_again":
            return _("Asked again as #{new}: its owners decide by what is true now.", new=facts["number"])
        case other:
            return objection(request, other)


def _where_it_is(name: str, image_id: str, region: str) -> str:
    service = "Lighthouse" if image_id.startswith(BLUEPRINT) else "CVM"
    return _(
        (
            "The image {name} ({image_id}) is shared with your account. In the {service} console choose "
            "region {region}, then Images → Shared Image."
        ),
        name=code(name),
        image_id=escape(image_id),
        service=service,
        region=escape(region_name(region)),
    )


def objection(request: Request, why: str) -> str:
    """Why somebody may not do what they pressed, and what stands."""
    name = code(request.image_name)
    deciders = request.deciders
    who = any_of((*deciders.owner_ids, *deciders.guardian_ids)) if deciders else _("nobody")
    match why:
        case "not_a_decider":
            return refused("not_a_decider", who=who, name=name)
        case "own_request":
            return refused("own_request", who=who)
        case "not_the_requester":
            return refused("not_the_requester", who=mention(request.requester.id), number=request.id)
        case "voted_already" if request.state is State.PENDING:
            return refused("voted_already", number=request.id, who=any_of(still_wanted(request)))
        case "too_late":
            return refused("too_late", number=request.id, effect=effect(request))
        case "too_late_to_retry":
            return refused("too_late_to_retry", number=request.id)
        case "nothing_to_retry":
            return refused("nothing_to_retry", number=request.id, stands=stands(request))
        case "not_to_ask_again":
            return refused("not_to_ask_again", who=mention(request.requester.id), number=request.id)
        case "nothing_failed":
            return refused("nothing_failed")
        case "nothing_to_remove":
            return refused("nothing_to_remove", number=request.id)
        case "nothing_to_end":
            return refused("nothing_to_end", number=request.id)
        case "may_not_act":
            return refused("may_not_act")
        case _:
            return stands(request)


def stands(request: Request) -> str:
    """Who was first, and what stands now."""
    last = _last(request)
    if request.action.is_drift:
        return _decided_drift(request, last)
    match request.state:
        case State.DENIED if last:
            return _(
                "{person} denied #{number} {when}; {effect}.",
                person=mention(last.person.id),
                number=request.id,
                when=ago(last.at),
                effect=effect(request),
            )
        case State.CANCELLED:
            return _(
                "{person} cancelled #{number}; {effect}.",
                person=mention(request.requester.id),
                number=request.id,
                effect=effect(request),
            )
        case State.EXPIRED:
            return _("Nobody decided about #{number} in time; {effect}.", number=request.id, effect=effect(request))
        case State.APPROVED | State.EXECUTING if last:
            return _(
                "{person} approved #{number} {when}; it is being done.",
                person=mention(last.person.id),
                number=request.id,
                when=ago(last.at),
            )
        case State.DONE | State.PARTIAL | State.FAILED if last:
            return _(
                "#{number} was approved by {person}. Now: {request}.",
                number=request.id,
                person=mention(last.person.id),
                request=escape(title(request)),
            )
        case _:
            return _now(request)


def _decided_drift(request: Request, last: Decision | None) -> str:
    if last is None:
        return _now(request)
    return _(
        "{person} decided #{number} {when}. Now: {request}.",
        person=mention(last.person.id),
        number=request.id,
        when=ago(last.at),
        request=escape(title(request)),
    )


def _now(request: Request) -> str:
    return _("#{number} now stands so: {request}.", number=request.id, request=escape(title(request)))


def not_asked(request: Request) -> str:
    """Why nothing was asked of anybody: what is wrong, what stands, what to do."""
    blocks = [finding for finding in request.findings if finding.level is Level.BLOCK]
    if any(finding.code == "nothing_to_do" for finding in blocks):
        beside = [one for one in request.findings if one.code == ELSEWHERE and one not in blocks]
        return " ".join(_words(finding) for finding in [*blocks, *beside])
    lines = [_words(finding) for finding in blocks]
    if len(lines) == 1:
        return _("Not asked: {text}", text=lines[0])
    if len(lines) > _MOST_REASONS:
        lines = [*lines[:_MOST_REASONS], _("and {text} more of this kind.", text=len(lines) - _MOST_REASONS)]
    return _("Not asked:\n") + "\n".join(f"• {line}" for line in lines)


def ended(request: Request) -> tuple[str, list[Block]]:
    """What the requester hears at the end, with a text that is ready to be forwarded."""
    head = _("#{number}: {verdict}", number=request.id, verdict=_verdict(request))
    blocks = [section(head), *_outcomes(request)]
    if request.state is State.EXPIRED:
        blocks.append({"type": "actions", "block_id": ids.buttons_of(request.id), "elements": [again_button(request)]})
    kept = [] if request.is_over else request.items
    good = [item for item in kept if item.state in (ItemState.DONE, ItemState.ALREADY)]
    if any(item.code == UNVERIFIED for item in good):
        blocks.append(section(_("The cloud accepted it. On the international site nobody can verify that: ask them.")))
    if request.action is Action.SHARE and request.state in (State.DONE, State.PARTIAL):
        offered = [item for item in good if item.target == LIGHTHOUSE_TARGET]
        others = [item for item in good if item.target != LIGHTHOUSE_TARGET]
        blocks += [section(_in_lighthouse(request, offered))] if offered else []
        blocks += [section(_("To forward to them:")), section(_forward(request, others))] if others else []
    return head, blocks


def _in_lighthouse(request: Request, offered: Sequence[Item]) -> str:
    regions = all_of([escape(region_name(item.region)) for item in offered])
    return _(
        (
            "{image} is in Lighthouse now, within our account: in the Lighthouse console choose region "
            "{regions}, then Images, to create or reinstall instances from it."
        ),
        image=code(request.image_name),
        regions=regions,
    )


def _asked(request: Request, permalink: str | None) -> str:
    deciders = request.deciders
    people = (*deciders.owner_ids, *deciders.guardian_ids) if deciders else ()
    link = _("\n<{permalink}|See the request>", permalink=permalink) if permalink else ""
    who = all_of([mention(person) for person in people])
    return _(
        "#{number}: asked {who}. You'll hear from me in a direct message.{link}", number=request.id, who=who, link=link
    )


def _words(finding: Finding) -> str:
    return escape(joined(finding.text, finding.remedy))


def _last(request: Request) -> Decision | None:
    return request.decisions[-1] if request.decisions else None


def _verdict(request: Request) -> str:
    name, last = code(request.image_name), _last(request)
    match request.state:
        case State.DENIED if last and last.verdict is Verdict.DENY:
            why = _(" The reason: {reason}", reason=escape(last.reason)) if last.reason else ""
            return _(
                "{person} denied it; {effect}.{why}", person=mention(last.person.id), effect=effect(request), why=why
            )
        case State.EXPIRED:
            return _("nobody decided in time, so it expired; {effect}. You can ask again.", effect=effect(request))
        case State.FAILED:
            return _("approved, but it failed; {after_failure}.", after_failure=_after_failure(request))
        case _ if request.is_over or request.state is State.PARTIAL:
            return f"{escape(title(request))}."
        case _ if request.action is Action.SHARE:
            return " ".join(_shared(request, name))
        case _ if request.action.is_about_source:
            how = (
                _("is trusted as a source now")
                if request.action is Action.TRUST
                else _("is no longer trusted as a source")
            )
            return _("{name} {how}.", name=name, how=how)
        case _ if request.action is Action.DELETE:
            lost = _(" It was taken back from {whom} before.", whom=_whom(request)) if request.targets else ""
            return _("{name} is deleted{request}.{lost}", name=name, request=escape(where(request)), lost=lost)
        case _:
            return _(
                (
                    "{name} is no longer shared with {whom}. Machines they started go on, and copies "
                    "they made stay theirs."
                ),
                name=name,
                whom=_whom(request) + _own_region(request),
            )


def _own_region(request: Request) -> str:
    """``in Guangzhou``, with a blank before it, where somebody keeps it in another region."""
    kept = any(finding.code == ELSEWHERE for finding in request.findings)
    if not kept or request.image is None or where(request):
        return ""
    return _(" in {region_name}", region_name=region_name(request.image.region))


def _shared(request: Request, name: str) -> Iterator[str]:
    """With whom; an end is that of those who got the image by the request: others have it for longer by another."""
    everybody = given(request)
    done = {item.target for item in request.items if item.state is ItemState.DONE}
    got = tuple(target for target in everybody if target in done or request.until is None)
    had = tuple(target for target in everybody if target not in got)
    if got:
        end = _(" until {when}", when=at(request.until)) if request.until else ""
        yield _("{name} is shared with {whom}{end}.", name=name, whom=_named(got, request), end=end)
    if had:
        whom = _named(had, request)
        yield _("{name} was shared with {whom} already, for as long or longer.", name=name, whom=whom)


def _after_failure(request: Request) -> str:
    """What stands: of a call that was refused the cloud promises nothing, so what it shows afterwards has to do."""
    if any(item.unseen for item in request.items):
        return _("whether an earlier call had an effect is not certain")
    called = any(item.cloud_request_id for item in request.items)
    return _("as far as the cloud shows, {effect}", effect=effect(request)) if called else effect(request)


def _whom(request: Request) -> str:
    return _named(given(request), request)


def _named(targets: Sequence[Target], request: Request) -> str:
    return all_of([escape(full_label(target)) for target in targets]) + escape(where(request))


def _outcomes(request: Request) -> list[Block]:
    """Only what didn't go as asked: the rest is in the sentence above."""
    failed = [item for item in request.items if item.state is ItemState.FAILED]
    return [section("\n".join(_failure(item, request) for item in failed[:10]))] if failed else []


def _failure(item: Item, request: Request) -> str:
    return f"• {item_line(item, request)}"


def _forward(request: Request, good: Sequence[Item]) -> str:
    """An image has another id in each region, and a copy a name of its own."""
    names = {copy.image_id: copy.name for copy in request.copies}
    images = dict.fromkeys((item.region, item.image_id) for item in good)
    lines = [
        *(_where_it_is(names.get(image_id, request.image_name), image_id, region) for region, image_id in images),
        _(
            "You can create or reinstall instances from it. You can't rename it or share it on. Use "
            "in another region needs a copy, which Images → Copy makes."
        ),
        _("Check that you trust the sender: the platform doesn't check what a shared image contains."),
    ]
    return "\n".join(f"> {line}" for line in lines)
