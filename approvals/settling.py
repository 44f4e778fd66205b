"""What an execution brought, written down: the items, the shares, the record, and who is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from approvals import elsewhere, outcomes, overs
from approvals.audit import NOBODY, Entry
from approvals.code_model import KEPT
from approvals.deletion import Gone, after_deletion, gone_by_others, record_gone
from approvals.errors import AuthFailed, LeaseLost, Refused
from approvals.halving import Calls
from approvals.home import HomeAccount
from approvals.incidents import Leave
from approvals.joining import join
from approvals.ledger import Ledger
from approvals.model import Action, Item, ItemState, Request, State
from approvals.outbox import Outbox
from approvals.outcomes import Done, Stopped
from approvals.pace import later
from approvals.policies import Policies

_BETWEEN_READS = timedelta(seconds=1)  # at least, while an accepted call doesn't show


@dataclass(frozen=True, slots=True)
class Turn:
    """One execution, for one image.

    :ivar lease: under which everything in it is taken
    :ivar now: when it began
    :ivar leave: what it may take; and whether it is to show that the credentials work again
    """

    lease: str
    now: datetime
    leave: Leave


class Settling:
    """Each method is for one transaction."""

    def __init__(self, policies: Policies, home: HomeAccount) -> None:
        self._policies = policies
        self._home = home

    def reopen(self, ledger: Ledger, before: Sequence[Request], after: Sequence[Request], turn: Turn) -> None:
        """
        :param before: the requests as they were taken, and ``after`` with what is to be done after all
        :raises LeaseLost: others may have gone on from here
        """
        if not ledger.holds(turn.lease):
            raise LeaseLost
        for request, reopened in zip(before, after, strict=True):
            for item in set(reopened.items) - set(request.items):
                ledger.set_item(item, now=turn.now)

    def settle(
        self,
        ledger: Ledger,
        sound: Sequence[Request],
        stopped: Sequence[Stopped],
        done: Mapping[str, Done],
        gone: Mapping[int, Gone],
        lost: Mapping[str, int | None],
        untold: Set[int],
        turn: Turn,
    ) -> None:
        """
        :param done: by region, what the calls brought; ``gone`` by item, what deleting did
        :param lost: by region where there is no copy, the copy that went
        :param untold: the requests of which nobody could tell whether those who approved still may
        """
        # Where the credentials were not taken, nothing was done: the order of approval stays.
        counts = not any(is_held(one.calls) for one in done.values())
        for request in sound:
            accounts = [
                self._after(ledger, request, item, done, lost, turn.now) for item in request.items if not item.is_image
            ]
            by_others = gone_by_others(ledger, request) if request.action is Action.DELETE else ()
            images = after_deletion(request, accounts, gone, by_others)
            after = {item.id: item for item in (*accounts, *images)}
            items = [after[item.id] for item in request.items]
            if outcomes.state_after(items) is not State.APPROVED:
                items = [outcomes.settled(item) for item in items]
            self._end(ledger, request, items, turn, counts=counts, untold=request.id in untold)
        for one in stopped:
            self._end(ledger, one.request, [outcomes.after_stop(item, one) for item in one.request.items], turn)
        if turn.leave.until and all(one.has is not None and one.calls.stopped is None for one in done.values()):
            ledger.pass_probe(turn.now)

    def _after(
        self,
        ledger: Ledger,
        request: Request,
        item: Item,
        done: Mapping[str, Done],
        lost: Mapping[str, int | None],
        now: datetime,
    ) -> Item:
        if item.region in done:
            return outcomes.after_calls(item, request.action, done[item.region], tried=request.attempts > 0)
        home = self._home.known
        return elsewhere.without_copy(ledger, request, item, lost.get(item.region), home=home, now=now)

    def refuse(self, ledger: Ledger, together: Sequence[Request], refusal: Refused, turn: Turn) -> None:
        """What must be known before any call is refused, and will be again: that ends the requests."""
        for request in together:
            self.end(
                ledger, request, [outcomes.after_refused_read(item, request, refusal) for item in request.items], turn
            )

    def end(self, ledger: Ledger, request: Request, items: Sequence[Item], turn: Turn) -> None:
        """The cloud said that it won't be done, before anything was."""
        self._end(ledger, request, items, turn)
        if turn.leave.until:
            ledger.pass_probe(turn.now)

    def _end(
        self,
        ledger: Ledger,
        request: Request,
        items: Sequence[Item],
        turn: Turn,
        *,
        counts: bool = True,
        untold: bool = False,
    ) -> None:
        after = outcomes.state_after(items)
        if outcomes.waits_for_copies(items):
            until = elsewhere.next_try(ledger, request, items, turn.now)
            ours = ledger.release(request.id, after, lease=turn.lease, now=turn.now, not_before=until, undone=1)
        else:
            ours = self._release(ledger, request, after, items, turn, counts=counts)
        if not ours:
            return  # the lease ran out and others took it: what they read is newer, and they record it
        if untold:
            ledger.add_audit(Entry(turn.now, "approvals_unchecked", NOBODY, request.id, {}))
        ended: list[int] = []
        for before, item in zip(request.items, items, strict=True):
            if item != before:
                ended += self._record_item(ledger, request, before, item, turn.now)
        if request.action is Action.SHARE:
            join(ledger, request, items, home=self._home.known, now=turn.now)
        self._tell(ledger, replace(request, items=tuple(items)), after, turn)
        overs.show_ended(ledger, request, ended, self._policies.current.home.channel, now=turn.now)

    def _release(
        self, ledger: Ledger, request: Request, after: State, items: Sequence[Item], turn: Turn, *, counts: bool
    ) -> bool:
        """
        :param counts: whether it was an attempt; what was none keeps its place in the order of approval
        """
        not_before, undone = request.not_before or turn.now, int(not counts)
        if counts and after is State.APPROVED:
            awaited = any(outcomes.is_awaited(item) for item in items)
            soonest = turn.now + _BETWEEN_READS if awaited else turn.now
            looks = outcomes.looks(request, items)
            not_before = max(soonest, later(turn.now, min(looks, default=request.attempts)))
            undone = request.attempts if looks else 0  # what failed before is over: the cloud answers
        return ledger.release(request.id, after, lease=turn.lease, now=turn.now, not_before=not_before, undone=undone)

    def _record_item(self, ledger: Ledger, request: Request, before: Item, item: Item, now: datetime) -> list[int]:
        """Returns the requests whose shares ended by that."""
        ledger.set_item(item, now=now)
        ended: list[int] = []
        if item.is_image and item.state in (ItemState.DONE, ItemState.ALREADY):
            ended = record_gone(ledger, request, item, now)
        elif item.state is ItemState.DONE and request.action is Action.SHARE:
            ledger.grants.add(request, item, home=self._home.known, now=now)
        elif item.state is ItemState.DONE:
            ended = ledger.grants.end(request.id, item, now=now)
        elif item.code == KEPT and request.ends is not None:
            ledger.grants.end_one(request.ends, item, by=request.id, now=now)
        elif item.state is ItemState.ALREADY and before.state is ItemState.WAITING and request.action is Action.UNSHARE:
            ended = ledger.grants.end(request.id, item, now=now)  # the cloud says that somebody took it back before
        what = item.code if outcomes.is_awaited(item) or outcomes.is_copying(item) else item.state
        if what != (before.code or before.state) or item.cloud_request_id != before.cloud_request_id:
            detail = {
                "account": item.target.account,
                "image": item.image_id,
                "region": item.region,
                "state": item.state,
                "code": item.code,
                "cloud_request_id": item.cloud_request_id,
            }
            ledger.add_audit(Entry(now, f"{request.action}_{what}", NOBODY, request.id, detail))
        return ended

    def _tell(self, ledger: Ledger, request: Request, after: State, turn: Turn) -> None:
        now = turn.now
        outbox = self._outbox(ledger, request, now)
        if outcomes.waits_for_copies(request.items):
            ledger.add_audit(Entry(now, "waits_for_copy", NOBODY, request.id, {}))
            outbox.card()
            return
        if after is State.APPROVED:
            ledger.add_audit(Entry(now, "postponed", NOBODY, request.id, {}))
            if turn.leave.until is None and request.ends is None and ledger.incidents():
                outbox.card()  # it tells why it waits; what is tried later tells nothing new
            return
        ledger.add_audit(Entry(now, after.value, NOBODY, request.id, {}))
        channel = self._policies.current.home.channel
        if request.ends is not None and overs.tell_over(ledger, request, after, channel, now=now):
            return
        outbox.thread("ended", state=after.value)
        outbox.card()
        outbox.end()

    def give_back(self, ledger: Ledger, together: Sequence[Request], turn: Turn, *, counts: bool) -> None:
        """They are executed another time.

        :param counts: whether it was an attempt; what was none keeps its place in the order of approval
        """
        for request in together:
            if self._release(ledger, request, State.APPROVED, request.items, turn, counts=counts):
                self._tell(ledger, request, State.APPROVED, turn)

    def _outbox(self, ledger: Ledger, request: Request, now: datetime) -> Outbox:
        return Outbox(ledger, request, channel=self._policies.current.home.channel, now=now)


def is_held(calls: Calls) -> bool:
    """Were the credentials not taken, before any call was?"""
    return isinstance(calls.stopped, AuthFailed) and not (calls.accepted or calls.refused)
