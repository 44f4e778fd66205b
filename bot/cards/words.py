"""Sentences about a request that several cards share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from approvals.cloud import LIGHTHOUSE
from approvals.code_model import KEPT
from approvals.copies import newest
from approvals.model import LIGHTHOUSE_TARGET, Action, Decision, Item, ItemState, Request, Role, State, Target, Verdict
from approvals.sentences import say
from bot.cards.text import all_of, code, cut_marked, escape, mention, region_name
from bot.languages import _, ngettext, translated

_SHARE = {
    State.APPROVED: say("Sharing"),
    State.EXECUTING: say("Sharing"),
    State.DONE: say("Shared"),
    State.PARTIAL: say("Shared"),
}
_UNSHARE = {
    State.APPROVED: say("Unsharing"),
    State.EXECUTING: say("Unsharing"),
    State.DONE: say("Unshared"),
    State.PARTIAL: say("Unshared"),
}
_DELETE = {
    State.APPROVED: say("Deleting"),
    State.EXECUTING: say("Deleting"),
    State.DONE: say("Deleted"),
}
_ACTIONS = {
    Action.SHARE: say("share"),
    Action.UNSHARE: say("unshare"),
    Action.DELETE: say("delete"),
    Action.TRUST: say("trust"),
    Action.DISTRUST: say("stop trusting"),
    Action.ADOPT: say("adopt"),
    Action.RESTORE: say("share again"),
}
_ENDED = {
    State.REFUSED: say("Not asked"),
    State.DENIED: say("Denied"),
    State.CANCELLED: say("Cancelled"),
    State.EXPIRED: say("Expired"),
    State.FAILED: say("Failed"),
}


_LONGEST_SAID = 1000  # characters; what follows it is worth more than its end


def said(item: Item) -> str:
    """Why it failed."""
    return cut_marked(escape(item.message), _LONGEST_SAID)


def label(target: Target) -> str:
    return target.name or target.account


def full_label(target: Target) -> str:
    return f"{target.name} ({target.account})" if target.name and target != LIGHTHOUSE_TARGET else label(target)


def marked(target: Target) -> str:
    """The account as a line of its own shows it."""
    name = f"*{escape(target.name)}* " if target.name else ""
    return name + (_("within our account") if target.account == LIGHTHOUSE else code(target.account))


def receivers(request: Request, most: int = 1) -> str:
    """``data-team``, or ``2 accounts`` where there are more than ``most``, or ``everyone``."""
    if request.everyone:
        return _("everyone ({count})", count=_count(request.targets)) if request.targets else _("everyone")
    targets = _differing(request) if request.action.is_drift else request.targets
    accounts = [label(target) for target in targets if target != LIGHTHOUSE_TARGET]
    if len(accounts) > most:
        accounts = [_("{number} accounts", number=len(accounts))]
    lighthouse = [label(LIGHTHOUSE_TARGET)] if LIGHTHOUSE_TARGET in targets else []
    return all_of([*accounts, *lighthouse])


def _differing(request: Request) -> tuple[Target, ...]:
    """Those for whom people are to decide; where the difference went by itself for all, all of them."""
    left = tuple(item.target for item in request.items if item.state is not ItemState.ALREADY)
    return left or request.targets


def given(request: Request) -> tuple[Target, ...]:
    """Those for which it didn't fail."""
    good = (item.target for item in request.items if item.state is not ItemState.FAILED and not item.is_image)
    return tuple(dict.fromkeys(good))


def lost(request: Request) -> tuple[Target, ...]:
    """Those whose shares by that request are over."""
    over = {account for account, _region in request.ended}
    return tuple(target for target in given(request) if target.account in over)


def named(request: Request, accounts: str) -> tuple[Target, ...]:
    """Those of the request's accounts.

    :param accounts: their ids, with blanks between them
    """
    wanted = set(accounts.split())
    return tuple(target for target in request.targets if target.account in wanted)


def taken_from(request: Request, facts: Mapping[str, str]) -> str:
    """Those whom a message names as ``accounts``, in its ``regions`` where several are meant; "" for none."""
    whom = [escape(full_label(target)) for target in named(request, facts.get("accounts", ""))]
    regions = [escape(region_name(region)) for region in facts.get("regions", "").split()]
    if not whom:
        return ""
    return all_of(whom) + (_(" in {listed}", listed=all_of(regions)) if _is_elsewhere(request) and regions else "")


def stays_shared(request: Request, facts: Mapping[str, str]) -> str:
    """Who keeps the image by other shares when this one is over: a sentence with a blank before it, or nothing."""
    kept = named(request, facts.get("kept", ""))
    if not kept:
        return ""
    whom = all_of([escape(full_label(target)) for target in kept])
    return _(
        " It stays shared with {whom} by {numbers}.",
        whom=whom,
        numbers=all_of([f"#{number}" for number in facts["by"].split()]),
    )


def _count(targets: Sequence[Target]) -> str:
    return ngettext("{number} account", "{number} accounts", len(targets))


def where(request: Request) -> str:
    """``in Guangzhou and Singapore``, with a blank before it; nothing where the image's own region alone is meant."""
    if not _is_elsewhere(request):
        return ""
    regions = [region_name(region) for region in request.regions]
    return (
        _(" in {listed}", listed=all_of(regions))
        if len(regions) <= 3
        else _(" in {number} regions", number=len(regions))
    )


def place(item: Item, request: Request) -> str:
    """``in Singapore``, likewise, for one account."""
    return (
        _(" in {region_name}", region_name=region_name(item.region)) if _is_elsewhere(request) and item.region else ""
    )


def _is_elsewhere(request: Request) -> bool:
    own = request.image.region if request.image else ""
    return bool(set(request.regions) - {own})


def title(request: Request) -> str:
    """The request in one line, its first word telling the state."""
    if request.action is Action.DELETE:
        return _deletion(request)
    if request.action.is_about_source:
        return _with_end(request, _word_on_source(request))
    if request.action.is_drift:
        return _drift(request)
    share = request.action is Action.SHARE
    if request.is_over:
        return _(
            "Share ended: {image} with {whom}{where}",
            image=request.image_name,
            whom=receivers(replace(request, targets=lost(request))),
            where=where(request),
        )
    word = (_SHARE if share else _UNSHARE).get(request.state, _("Share") if share else _("Unshare"))
    to = _("with") if share else _("from")
    taken = tuple(dict.fromkeys(item.target for item in request.items if item.code != KEPT))
    if request.items and not taken:
        return _(
            "Kept by other shares: {image} with {whom}{where}",
            image=request.image_name,
            whom=receivers(request),
            where=where(request),
        )
    whom = receivers(replace(request, targets=taken or request.targets))
    if request.state is State.PARTIAL:
        if _is_elsewhere(request):
            return _(
                "{word} in part {to} {whom}{where}: {image}",
                word=word,
                to=to,
                whom=whom,
                where=where(request),
                image=request.image_name,
            )
        good = sum(item.state is not ItemState.FAILED and item.code != KEPT for item in request.items)
        whom = _("{good} of {number} accounts", good=good, number=len(request.items))
        return _("{word} {to} {whom}: {image}", word=word, to=to, whom=whom, image=request.image_name)
    line = _(
        "{word} {image} {to} {whom}{where}",
        word=word,
        image=request.image_name,
        to=to,
        whom=whom,
        where=where(request),
    )
    return _with_end(request, line)


def _drift(request: Request) -> str:
    found = request.action is Action.ADOPT
    word = {
        State.DONE: _("Adopted") if found else _("Asked for again"),
        State.DENIED: _("Revoked") if found else _("Closed"),
        State.CANCELLED: _("Gone by itself") if found else _("There again"),
    }.get(request.state, _("Shared, but never approved") if found else _("Approved, but not shared any more"))
    return _("{word}: {image} with {whom}", word=word, image=request.image_name, whom=receivers(request))


def _deletion(request: Request) -> str:
    if request.state is State.PARTIAL:
        gone = any(item.is_image and item.state is not ItemState.FAILED for item in request.items)
        word = _("Deleted in part") if gone else _("Not deleted")
        return _("{word}: {image}{where}", word=word, image=request.image_name, where=where(request))
    word = _DELETE.get(request.state, say("Delete"))
    return _with_end(request, _("{word} {image}{where}", word=word, image=request.image_name, where=where(request)))


def _word_on_source(request: Request) -> str:
    done, trust = request.state is State.DONE, request.action is Action.TRUST
    word = (_("Trusted") if done else _("Trust")) if trust else (_("No longer trusted") if done else _("Stop trusting"))
    return (
        _("{word} as a source: {image}", word=word, image=request.image_name)
        if done
        else _("{word} {image} as a source", word=word, image=request.image_name)
    )


def _with_end(request: Request, line: str) -> str:
    if request.state not in _ENDED:
        return line
    return _("{word}: {line}", word=_ENDED[request.state], line=f"{line[0].lower()}{line[1:]}")


def asks(request: Request) -> str:
    """The full sense for a notification: who asks for what."""
    return _(
        "{name} asks to {action} {image}{whom}{where}",
        name=request.requester.name,
        action=_ACTIONS[request.action],
        image=request.image_name,
        whom=_whom(request),
        where=where(request),
    )


def _whom(request: Request) -> str:
    if request.action is Action.DELETE or request.action.is_about_source:
        return _(" as a source") if request.action.is_about_source else ""
    to = _("with") if request.action is Action.SHARE else _("from")
    names = [label(target) for target in request.targets]
    if request.everyone:
        return _(" {to} {whom}", to=to, whom=receivers(request))
    more = _(" and {number} more", number=len(names) - 1) if len(names) > 1 else ""
    return _(" {to} {whom}", to=to, whom=names[0]) + more


def action_word(request: Request) -> str:
    """What is asked for, in the middle of a sentence."""
    return translated(_ACTIONS[request.action])


def state_words(request: Request) -> str:
    """How it stands, for a list."""
    under_way = [copy for copy in newest(request.copies).values() if copy.is_open]
    if request.state in (State.APPROVED, State.EXECUTING) and under_way:
        return _(
            "being copied to {listed}",
            listed=all_of([f"{region_name(copy.region)} ({copy.percent} %)" for copy in under_way]),
        )
    return _("ended") if request.is_over else state_word(request.state)


def state_word(state: State) -> str:
    """How a request in that state stands."""
    return {
        State.CHECKING: _("being checked"),
        State.REFUSED: _("not asked"),
        State.PENDING: _("waits for a decision"),
        State.APPROVED: _("approved, about to be done"),
        State.EXECUTING: _("being done"),
        State.DONE: _("done"),
        State.PARTIAL: _("done in part"),
        State.FAILED: _("failed"),
        State.DENIED: _("denied"),
        State.CANCELLED: _("cancelled"),
        State.EXPIRED: _("expired"),
    }[state]


def vote(decision: Decision) -> str:
    """``@omar approved as a guardian``."""
    role = _(" as a guardian") if decision.roles == {Role.GUARDIAN} else ""
    verb = _("approved") if decision.verdict is Verdict.APPROVE else _("denied it")
    return _("{person} {verb}{role}", person=mention(decision.person.id), verb=verb, role=role)


def effect(request: Request) -> str:
    """What stands now, in terms of the image, where a request came to nothing."""
    return {
        Action.SHARE: _("nothing was shared"),
        Action.UNSHARE: _("the shares stand as before"),
        Action.DELETE: _("nothing was deleted"),
        Action.TRUST: _("its images stay untrusted"),
        Action.DISTRUST: _("it stays trusted"),
    }.get(request.action, _("nothing was changed"))
