"""Sentences about a request that several cards share."""

from __future__ import annotations

from collections.abc import Sequence

from approvals.copies import newest
from approvals.model import LIGHTHOUSE_TARGET, Action, Decision, Item, ItemState, Request, Role, State, Target, Verdict
from bot.cards.text import all_of, mention, region_name

_SHARE = {
    State.APPROVED: "Sharing",
    State.EXECUTING: "Sharing",
    State.DONE: "Shared",
    State.PARTIAL: "Shared",
}
_UNSHARE = {
    State.APPROVED: "Unsharing",
    State.EXECUTING: "Unsharing",
    State.DONE: "Unshared",
    State.PARTIAL: "Unshared",
}
_DELETE = {
    State.APPROVED: "Deleting",
    State.EXECUTING: "Deleting",
    State.DONE: "Deleted",
}
_ENDED = {
    State.REFUSED: "Not asked",
    State.DENIED: "Denied",
    State.CANCELLED: "Cancelled",
    State.EXPIRED: "Expired",
    State.FAILED: "Failed",
}


def label(target: Target) -> str:
    return target.name or target.account


def full_label(target: Target) -> str:
    return f"{target.name} ({target.account})" if target.name and target != LIGHTHOUSE_TARGET else label(target)


def receivers(request: Request, most: int = 1) -> str:
    """``data-team``, or ``2 accounts`` where there are more than ``most``, or ``everyone``."""
    if request.everyone:
        return f"everyone ({_count(request.targets)})" if request.targets else "everyone"
    accounts = [label(target) for target in request.targets if target != LIGHTHOUSE_TARGET]
    if len(accounts) > most:
        accounts = [f"{len(accounts)} accounts"]
    lighthouse = [label(LIGHTHOUSE_TARGET)] if LIGHTHOUSE_TARGET in request.targets else []
    return all_of([*accounts, *lighthouse])


def _count(targets: Sequence[Target]) -> str:
    return f"{len(targets)} account{'' if len(targets) == 1 else 's'}"


def where(request: Request) -> str:
    """``in Guangzhou and Singapore``, with a blank before it; nothing where the image's own region alone is meant."""
    if not _is_elsewhere(request):
        return ""
    regions = [region_name(region) for region in request.regions]
    return f" in {all_of(regions)}" if len(regions) <= 3 else f" in {len(regions)} regions"


def place(item: Item, request: Request) -> str:
    """``in Singapore``, likewise, for one account."""
    return f" in {region_name(item.region)}" if _is_elsewhere(request) and item.region else ""


def _is_elsewhere(request: Request) -> bool:
    own = request.image.region if request.image else ""
    return bool(set(request.regions) - {own})


def title(request: Request) -> str:
    """The request in one line, its first word telling the state."""
    if request.action is Action.DELETE:
        return _deletion(request)
    if request.action.is_about_source:
        return _with_end(request, _word_on_source(request))
    share = request.action is Action.SHARE
    word = (_SHARE if share else _UNSHARE).get(request.state, "Share" if share else "Unshare")
    to = "with" if share else "from"
    whom = receivers(request)
    if request.state is State.PARTIAL:
        if _is_elsewhere(request):
            return f"{word} in part {to} {whom}{where(request)}: {request.image_name}"
        good = sum(item.state is not ItemState.FAILED for item in request.items)
        whom = f"{good} of {len(request.items)} accounts"
        return f"{word} {to} {whom}: {request.image_name}"
    line = f"{word} {request.image_name} {to} {whom}{where(request)}"
    return _with_end(request, line)


def _deletion(request: Request) -> str:
    if request.state is State.PARTIAL:
        gone = any(item.is_image and item.state is not ItemState.FAILED for item in request.items)
        return f"{'Deleted in part' if gone else 'Not deleted'}: {request.image_name}{where(request)}"
    return _with_end(request, f"{_DELETE.get(request.state, 'Delete')} {request.image_name}{where(request)}")


def _word_on_source(request: Request) -> str:
    done, trust = request.state is State.DONE, request.action is Action.TRUST
    word = ("Trusted" if done else "Trust") if trust else ("No longer trusted" if done else "Stop trusting")
    return f"{word} as a source: {request.image_name}" if done else f"{word} {request.image_name} as a source"


def _with_end(request: Request, line: str) -> str:
    return f"{_ENDED[request.state]}: {line[0].lower()}{line[1:]}" if request.state in _ENDED else line


def asks(request: Request) -> str:
    """The full sense for a notification: who asks for what."""
    return f"{request.requester.name} asks to {request.action} {request.image_name}{_whom(request)}{where(request)}"


def _whom(request: Request) -> str:
    if request.action is Action.DELETE or request.action.is_about_source:
        return " as a source" if request.action.is_about_source else ""
    to = "with" if request.action is Action.SHARE else "from"
    names = [label(target) for target in request.targets]
    if request.everyone:
        return f" {to} {receivers(request)}"
    return f" {to} {names[0]}" + (f" and {len(names) - 1} more" if len(names) > 1 else "")


def state_words(request: Request) -> str:
    """How it stands, for a list."""
    under_way = [copy for copy in newest(request.copies).values() if copy.is_open]
    if request.state in (State.APPROVED, State.EXECUTING) and under_way:
        return f"being copied to {all_of([f'{region_name(copy.region)} ({copy.percent} %)' for copy in under_way])}"
    return {
        State.CHECKING: "being checked",
        State.REFUSED: "not asked",
        State.PENDING: "waits for a decision",
        State.APPROVED: "approved, about to be done",
        State.EXECUTING: "being done",
        State.DONE: "done",
        State.PARTIAL: "done in part",
        State.FAILED: "failed",
    }.get(request.state, request.state.value)


def vote(decision: Decision) -> str:
    """``@omar approved as a guardian``."""
    role = " as a guardian" if decision.roles == {Role.GUARDIAN} else ""
    verb = "approved" if decision.verdict is Verdict.APPROVE else "denied it"
    return f"{mention(decision.person.id)} {verb}{role}"


def effect(request: Request) -> str:
    """What stands now, in terms of the image."""
    return {
        Action.SHARE: "nothing was shared",
        Action.UNSHARE: "the shares stand as before",
        Action.DELETE: "nothing was deleted",
        Action.TRUST: "its images stay untrusted",
        Action.DISTRUST: "it stays trusted",
    }[request.action]
