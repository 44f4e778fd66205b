"""How it stands with each account after an execution: what was read comes before what any call said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from approvals.cloud import ALREADY_SO
from approvals.code_model import ACCEPTED, COPYING, KEPT, SETTLED, UNANSWERED, UNVERIFIED
from approvals.errors import Refused
from approvals.halving import Calls
from approvals.model import Action, Finding, Item, ItemState, Request, State
from approvals.sentences import advised, joined, say

_SEND_AGAIN_AFTER = 4  # reads that didn't show what a call did; until then they may lag, and nothing is sent again
_NOT_SEEN_AFTER = 6  # reads that didn't show an accepted call, after which it is told as failed

_MAY_STAND = say("An earlier call may have done it all the same: look in the console.")

Has = Mapping[str, object]
"""The accounts that have the image."""


@dataclass(frozen=True, slots=True)
class Stopped:
    """A request that may not be done any more, since something got worse after the owners looked.

    :ivar worse: what did
    :ivar settled: accounts and regions with which it stands as wanted all the same: an attempt whose answer was lost
        did it; None where that can't be read
    :ivar image_ids: the image that is shared in each region
    """

    request: Request
    worse: tuple[Finding, ...]
    settled: frozenset[tuple[str, str]] | None
    image_ids: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Done:
    """What an execution brought in one region.

    :ivar image_id: the image that is shared there
    :ivar has: who was read to have it after the calls; None where that failed
    :ivar told: whether the cloud tells at all who has it
    :ivar kept: the numbers of accounts of requests from which it is not taken, since they keep it by another share
    """

    image_id: str
    calls: Calls
    has: Has | None
    told: bool = True
    kept: frozenset[int] = frozenset()


def to_send(
    requests: Sequence[Request], region: str, had: Has | None, action: Action, kept: frozenset[int]
) -> list[str]:
    """The accounts to call for in the region: those where it does not stand as wanted, and what no call before may
    still show.

    :param had: None where nobody can tell how it stands: then each that is open
    :param kept: see ``Done``
    """
    wanted: dict[str, None] = {}
    awaited: set[str] = set()
    for request in requests:
        accounts = (item for item in request.items if item.region == region and not item.is_image)
        items = [item for item in accounts if is_open(item) and item.id not in kept]
        wanted |= dict.fromkeys(item.target.account for item in items)
        may_show = [item for item in items if is_awaited(item) and item.unseen < _SEND_AGAIN_AFTER]
        unanswered = any(item.code == UNANSWERED for item in may_show)
        # Those of one request go in one call: where one waits for an answer that was lost, the others do with it.
        awaited |= {item.target.account for item in (items if unanswered else may_show)}
    if had is None:
        return list(wanted)
    return [one for one in wanted if one not in awaited and (one in had) is not (action is Action.SHARE)]


def is_open(item: Item) -> bool:
    """Is it not settled by us? So is an account that had it when asked, too, since it may have lost it meanwhile."""
    return item.state is ItemState.WAITING or (item.state is ItemState.ALREADY and item.code != SETTLED)


def reopened(request: Request, had: Mapping[str, Has | None]) -> Request:
    """The request, with what stood as wanted when it was asked, and doesn't any more, as still to be done.

    :param had: by region, who has the image; None where nobody can tell
    """

    def is_undone(item: Item) -> bool:
        has = had.get(item.region)
        if item.state is not ItemState.ALREADY or item.code or has is None:
            return False
        return (item.target.account in has) is not (request.action is Action.SHARE)

    items = (replace(item, state=ItemState.WAITING) if is_undone(item) else item for item in request.items)
    return replace(request, items=tuple(items))


def is_awaited(item: Item) -> bool:
    """Was there a call for it, accepted or without an answer, whose effect doesn't show yet?"""
    return item.state is ItemState.WAITING and item.code in (ACCEPTED, UNANSWERED)


def after_loss(item: Item) -> Item:
    """How it stands with an account where whoever had it in hand is gone: an answer may have been lost with them."""
    may_be_called = item.state is ItemState.WAITING and not item.code and not item.is_image
    return replace(item, code=UNANSWERED) if may_be_called else item


def waits_for_copies(items: Sequence[Item]) -> bool:
    """Is there nothing else that is still to be done?"""
    left = [item for item in items if item.state is ItemState.WAITING]
    return bool(left) and all(is_copying(item) for item in left)


def is_copying(item: Item) -> bool:
    """Does it wait for a copy of the image?"""
    return item.state is ItemState.WAITING and item.code == COPYING


def looks(request: Request, items: Sequence[Item]) -> list[int]:
    """As how many attempts each account that was looked for in this one counts, for the pause before the next.

    What a call did is to be seen: that must wait neither for as long as an outage before it made us wait, nor longer
    and longer. A call that is made again and again in vain must wait longer and longer.

    :param items: how it stands with each of the request's after this attempt
    """
    pairs = zip(request.items, items, strict=True)
    looked = [after for item, after in pairs if after.unseen and (after.unseen, after.code) != (item.unseen, item.code)]
    return [_counts_as(item) for item in looked if item.state is ItemState.WAITING]


def _counts_as(looked: Item) -> int:
    if looked.code == ACCEPTED:
        return min(looked.unseen - 1, 1)
    if looked.code == UNANSWERED:
        return max(looked.unseen - _SEND_AGAIN_AFTER, 0)
    return looked.unseen - 1  # nobody looks before it is called again


def after_calls(item: Item, action: Action, done: Done, *, tried: bool) -> Item:
    """How it stands with the account after the calls in its region.

    :param tried: whether an earlier attempt may have made a call and died right after it
    """
    if not is_open(item):
        return item
    if item.id in done.kept:
        return replace(item, state=ItemState.ALREADY, code=KEPT, image_id=done.image_id)
    if done.told:
        after = _after_calls(item, action, done.calls, done.has)
    else:
        after = _after_answer(item, done.calls, tried=tried)
    return replace(after, image_id=done.image_id) if after.state in (ItemState.DONE, ItemState.ALREADY) else after


def not_there(item: Item) -> Item:
    """How it stands with an account that is to lose the image where there is none to be had."""
    return _after_calls(item, Action.UNSHARE, Calls(), {})


def _after_calls(item: Item, action: Action, calls: Calls, has: Has | None) -> Item:
    account = item.target.account
    if is_copying(item):
        item = replace(item, code="")
    traced = replace(item, cloud_request_id=calls.traces.get(account) or item.cloud_request_id)
    if has is None:
        return _unseen(traced, calls) if account in calls.traces else item
    if (account in has) is (action is Action.SHARE):
        if item.state is ItemState.ALREADY and account not in calls.accepted:
            return item
        return replace(traced, state=ItemState.DONE, code="")
    if refusal := calls.refused.get(account):
        return refused(traced, refusal)
    unseen = _unseen(traced, calls)
    if unseen.code == ACCEPTED and unseen.unseen >= _NOT_SEEN_AFTER:
        message = say(
            "The cloud accepted the call, but its list of shares doesn't show it. Look in the console, then retry."
        )
        return replace(unseen, state=ItemState.FAILED, code="not_seen", message=message)
    return unseen


def _after_answer(item: Item, calls: Calls, *, tried: bool) -> Item:
    """What the answer alone says, where nobody can look. That it is so already says what a call before did."""
    account = item.target.account
    if item.state is not ItemState.WAITING:
        return item
    traced = replace(item, cloud_request_id=calls.traces.get(account) or item.cloud_request_id)
    refusal = calls.refused.get(account)
    if account in calls.accepted or (refusal and refusal.code in ALREADY_SO and tried):
        return replace(traced, state=ItemState.DONE, code=UNVERIFIED)
    if refusal and refusal.code in ALREADY_SO:
        return replace(traced, state=ItemState.ALREADY, code="")
    if refusal:
        return refused(traced, refusal)
    return replace(traced, unseen=item.unseen + 1) if account in calls.unknown else item


def _unseen(item: Item, calls: Calls) -> Item:
    account = item.target.account
    waiting = replace(item, state=ItemState.WAITING, unseen=item.unseen + 1)
    if account in calls.accepted and item.code == UNANSWERED:
        return replace(waiting, code=ACCEPTED, unseen=1)  # what it does was looked for once
    if account in calls.accepted:
        return replace(waiting, code=ACCEPTED)
    if account in calls.unknown:
        return replace(waiting, code=item.code or UNANSWERED)
    if account in calls.refused or is_awaited(item):
        return waiting
    return replace(waiting, unseen=item.unseen)


def refused(item: Item, refusal: Refused) -> Item:
    """The cloud refused the call for it alone, or for everything."""
    coded = replace(item, code=refusal.code, cloud_request_id=refusal.cloud_request_id or item.cloud_request_id)
    return failed(coded, advised(refusal.message, refusal.advice))


def after_refused_read(item: Item, request: Request, refusal: Refused) -> Item:
    """What has to be known before any call is refused, and will be again."""
    return refused(_unread(item, request), refusal) if item.state is ItemState.WAITING else item


def after_stop(item: Item, by: Stopped) -> Item:
    if item.state is not ItemState.WAITING:
        return item
    if by.settled is None:
        item = _unread(item, by.request)
    elif (item.target.account, item.region) in by.settled:
        return replace(item, state=ItemState.DONE, code="", image_id=by.image_ids.get(item.region, ""))
    elif is_awaited(item):
        item = replace(item, unseen=item.unseen + 1)  # this read didn't show it either
    reason = joined(*(text for finding in by.worse for text in (finding.text, finding.remedy)))
    return failed(
        replace(item, code=by.worse[0].code), say("since it was approved, this changed: {reason}", reason=reason)
    )


def _unread(item: Item, request: Request) -> Item:
    """What earlier attempts did can't be read: one of them may have died right after its call."""
    return replace(item, unseen=max(item.unseen, 1)) if request.attempts else item


def settled(item: Item) -> Item:
    """How it stands with an account once all of the request were tried."""
    stood = item.state is ItemState.ALREADY and not item.code and not item.is_image
    return replace(item, code=SETTLED) if stood else item


def failed(item: Item, message: str) -> Item:
    """It failed for that reason, as far as it is known whether an earlier call had an effect."""
    doubt = _MAY_STAND if item.unseen else ""
    return replace(item, state=ItemState.FAILED, message=joined(message, doubt))


def state_after(items: Sequence[Item]) -> State:
    """The state of a request of which the accounts stand so."""
    states = {item.state for item in items}
    if ItemState.WAITING in states:
        return State.APPROVED
    if ItemState.FAILED not in states:
        return State.DONE
    return State.PARTIAL if states & {ItemState.DONE, ItemState.ALREADY} else State.FAILED
