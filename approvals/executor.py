"""The sweep that does what was approved: checks again, calls for the difference only, reads back, records.

Every step can be repeated. A call whose answer was lost is followed by a read, never by the same call.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

import structlog
from structlog.contextvars import bound_contextvars

from approvals import elsewhere, everyone, facts, outcomes, overs, trust
from approvals.audit import NOBODY, Entry
from approvals.cloud import LIGHTHOUSE, MAX_BLUEPRINT_ACCOUNTS, MAX_SHARES, Cloud, Image
from approvals.code_model import KEPT
from approvals.deletion import Deleting, Gone, after_deletion, record_gone
from approvals.errors import AuthFailed, CloudError, LeaseLost, Refused, WrongAccount
from approvals.halving import Calls, Halving
from approvals.home import HomeAccount
from approvals.incidents import Incidents, Leave
from approvals.joining import join
from approvals.leases import LEASE, Leases
from approvals.ledger import Ledger
from approvals.model import Action, Item, ItemState, Request, State
from approvals.outbox import Outbox
from approvals.outcomes import Done, Has, Stopped
from approvals.pace import later
from approvals.policies import Policies
from approvals.policy import Policy
from approvals.recording import Effect, record_each
from approvals.store import Store
from approvals.trust_facts import Facts

_TOGETHER = 8  # images side by side: one for which the cloud is slow holds up few others
_BETWEEN_READS = timedelta(seconds=1)  # at least, while an accepted call doesn't show

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Turn:
    """One execution, for one image.

    :ivar lease: under which everything in it is taken
    :ivar now: when it began
    :ivar leave: what it may take; and whether it is to show that the credentials work again
    """

    lease: str
    now: datetime
    leave: Leave


class Executor:
    """Executes approved requests: those for one image together, several images side by side."""

    def __init__(
        self,
        store: Store,
        cloud: Cloud,
        policies: Policies,
        home: HomeAccount,
        leases: Leases,
        incidents: Incidents,
    ) -> None:
        self._store = store
        self._cloud = cloud
        self._policies = policies
        self._home = home
        self._leases = leases
        self._incidents = incidents
        self._halving = Halving()
        self._tens = Halving(MAX_BLUEPRINT_ACCOUNTS)
        self._pool = ThreadPoolExecutor(_TOGETHER, thread_name_prefix="execute")
        self._held: set[str] = set()  # images for which the last try met credentials that don't suffice

    def sweep(self, now: datetime) -> int:
        """Execute what is due next; returns how many requests that were."""
        with self._store.read() as ledger:
            leave = self._incidents.leave(ledger, now, MAX_SHARES)
            if leave is None or not ledger.is_ready(now):
                return 0
        with ExitStack() as leases:
            images = 1 if leave.until else _TOGETHER
            turns = (_Turn(leases.enter_context(self._leases.hold(now)), now, leave) for _ in range(images))
            # Not waited for: what a loss of power undoes here is taken again, and read before anything is called.
            taken = self._store.write(lambda ledger: self._take_some(ledger, turns), durable=False)
            record_each(self._store, self._pool, [partial(self._traced, *one) for one in taken], durable=True)
        return sum(len(together) for together, _ in taken)

    def close(self) -> None:
        self._pool.shutdown()

    def _take_some(self, ledger: Ledger, turns: Iterable[_Turn]) -> list[tuple[list[Request], _Turn]]:
        """For each turn what waits for one image, as long as there is something."""
        some: list[tuple[list[Request], _Turn]] = []
        for turn in turns:
            together = self._take(ledger, turn)
            if not together:
                break
            some.append((together, turn))
        return some

    def _take(self, ledger: Ledger, turn: _Turn) -> list[Request]:
        now, leave = turn.now, turn.leave
        ready = ledger.ready(now, leave.most) if leave.until is None else self._in_turn(ledger, turn)
        if not ready or (leave.until and not ledger.take_probe(now, until=leave.until)):
            return []
        taken = []
        for request in ready:
            if ledger.take(request.id, lease=turn.lease, until=now + LEASE, now=now):
                ledger.add_audit(Entry(now, "executing", NOBODY, request.id, {"attempt": request.attempts + 1}))
                if request.attempts == 0 and leave.until is None and request.ends is None:
                    self._outbox(ledger, request, now).card()
                taken.append(request)
        return taken

    def _in_turn(self, ledger: Ledger, turn: _Turn) -> list[Request]:
        """What to try: a permission may be missing for one image alone, and that must hold up no other."""
        ready = ledger.ready(turn.now, turn.leave.most, apart_from=sorted(self._held))
        if ready or not self._held:
            return ready
        self._held.clear()
        return ledger.ready(turn.now, turn.leave.most)

    def _traced(self, together: Sequence[Request], turn: _Turn) -> Effect | None:
        """Whatever is logged on the way names the requests."""
        with bound_contextvars(requests=[one.id for one in together]):
            return self._execute(together, turn)

    def _execute(self, together: Sequence[Request], turn: _Turn) -> Effect | None:
        try:
            policy = self._policies.current
            looked = self._look(together, policy, turn.now)
            together = everyone.enlisted(together, looked, policy, self._store, turn.lease, turn.now)
            sound, stopped = self._recheck(together, looked, policy, turn.now)
            done = self._do_everywhere(sound, looked, turn)
            if any(_is_held(one.calls) for one in done.values()):
                self._hold(sound)
            gone = Deleting(self._cloud, lambda: self._holds(turn.lease))(sound, done)
        except (AuthFailed, WrongAccount) as error:
            log.warning("execution_held", error=str(error))
            self._hold(together)
            return lambda ledger: self._give_back(ledger, together, turn, counts=False)
        except Refused as error:
            log.warning("execution_refused", error=str(error), cloud=error.cloud_request_id)
            refusal = error  # the name of a caught error is gone after its clause
            return lambda ledger: self._refuse(ledger, together, refusal, turn)
        except CloudError as error:
            log.warning("execution_postponed", error=str(error), cloud=error.cloud_request_id)
            return lambda ledger: self._give_back(ledger, together, turn, counts=True)
        except LeaseLost:
            log.warning("execution_lost")
            return None
        lost = {place.region: place.lost for place in looked.places}
        return lambda ledger: self._settle(ledger, sound, stopped, done, gone, lost, turn)

    def _look(self, together: Sequence[Request], policy: Policy, now: datetime) -> Facts:
        """How it stands in every region that one of them is about."""
        lighthouse = facts.wants_lighthouse(together, policy)
        looked = facts.gather(self._cloud, policy, together[0], home=self._home.id(), lighthouse=lighthouse, now=now)
        looked = facts.viewed_by_lighthouse(looked, self._cloud, lighthouse=lighthouse)
        with self._store.read() as ledger:
            copies = ledger.copies.of(elsewhere.image_of(together[0]))
        regions = [region for request in together for region in request.regions]
        return facts.placed(looked, self._cloud, policy, copies, regions, room=False, lighthouse=lighthouse)

    def _do_everywhere(self, sound: Sequence[Request], looked: Facts, turn: _Turn) -> dict[str, Done]:
        """Call for what is missing, by region, where there is an image that can be shared."""
        if not sound:
            return {}
        images = {place.region: place.copy for place in looked.places if place.copy}
        if looked.image is not None:
            images[looked.image.region] = looked.image
        untold = looked.image is not None and looked.image.is_blueprint and looked.shared_with is None
        return {
            region: self._do(sound, image, None if untold else looked.has[region], turn)
            for region, image in images.items()
        }

    def _do(self, sound: Sequence[Request], image: Image, had: Has | None, turn: _Turn) -> Done:
        """
        :param had: who had it; None where the cloud never tells, so that the calls' answers are all there is
        """
        action = sound[0].action
        kept = self._kept(sound, image, turn.now)
        to_send = outcomes.to_send(sound, image.region, had, action, kept)
        calls = self._call(action, image, to_send, turn.lease)
        if calls.stopped:
            cloud_request_id = calls.stopped.cloud_request_id
            log.warning("execution_stopped", error=str(calls.stopped), cloud=cloud_request_id)
        if had is None:
            return Done(image.image_id, calls, None, told=False, kept=kept)
        has = self._read_back(sound, image) if calls.made else had
        return Done(image.image_id, calls, has, kept=kept)

    def _kept(self, sound: Sequence[Request], image: Image, now: datetime) -> frozenset[int]:
        """The accounts that keep the image by another share than the one that is over."""
        over = [request for request in sound if request.ends is not None]
        if not over:
            return frozenset()
        with self._store.read() as ledger:
            return frozenset(
                item.id
                for request in over
                for item in request.items
                if item.region == image.region
                and ledger.grants.goes_on(request.ends or 0, replace(item, image_id=image.image_id), now=now)
            )

    def _read_back(self, sound: Sequence[Request], image: Image) -> Has | None:
        """Who has the image after the calls; None where that can't be read, so that a later attempt reads it."""
        lighthouse = facts.wants_lighthouse(sound, self._policies.current)
        try:
            return facts.shares(self._cloud, image, lighthouse=lighthouse)
        except CloudError as error:
            log.warning("not_read_back", error=str(error), cloud=error.cloud_request_id)
            return None

    def _recheck(
        self, together: Sequence[Request], looked: Facts, policy: Policy, now: datetime
    ) -> tuple[list[Request], list[Stopped]]:
        """Those that may still be done, and the others."""
        sound: list[Request] = []
        stopped: list[Stopped] = []
        with self._store.read() as ledger:
            looked = facts.lasting(looked, ledger)
            for request in together:
                whole = request.action is Action.DELETE and not everyone.elsewhere(request)
                if looked.image is None and (whole or request.ends is not None):
                    sound.append(request)  # it is gone, as was wanted; who has a copy of it can still lose that
                    continue
                own = facts.of_request(looked, request, now)
                judgement = trust.judge(facts.remembered(own, ledger), policy)
                worse = trust.worse(request.findings, judgement.findings)
                if worse:
                    settled = None if looked.shared_with is None else judgement.settled
                    stopped.append(Stopped(request, worse, settled, looked.image_ids))
                else:
                    sound.append(request)
        return sound, stopped

    def _call(self, action: Action, image: Image, accounts: Sequence[str], lease: str) -> Calls:
        """
        :raises LeaseLost: others may have gone on from here: one more call could undo what they did
        """
        share = action is Action.SHARE

        def call(part: Sequence[str]) -> str:
            if not self._holds(lease):
                raise LeaseLost
            if LIGHTHOUSE in part:
                return (self._cloud.offer if share else self._cloud.withdraw)(image.region, image.image_id)
            return (self._cloud.share if share else self._cloud.unshare)(image.region, image.image_id, part)

        calls = (self._tens if image.is_blueprint else self._halving)(call, [a for a in accounts if a != LIGHTHOUSE])
        if LIGHTHOUSE in accounts and calls.stopped is None:
            calls.add(Halving(1)(call, [LIGHTHOUSE]))
        return calls

    def _holds(self, lease: str) -> bool:
        with self._store.read() as ledger:
            return ledger.holds(lease)

    def _settle(
        self,
        ledger: Ledger,
        sound: Sequence[Request],
        stopped: Sequence[Stopped],
        done: Mapping[str, Done],
        gone: Mapping[int, Gone],
        lost: Mapping[str, int | None],
        turn: _Turn,
    ) -> None:
        # Where the credentials were not taken, nothing was done: the order of approval stays.
        counts = not any(_is_held(one.calls) for one in done.values())
        for request in sound:
            accounts = [
                self._after(ledger, request, item, done, lost, turn.now) for item in request.items if not item.is_image
            ]
            after = {item.id: item for item in (*accounts, *after_deletion(request, accounts, gone))}
            items = [after[item.id] for item in request.items]
            if outcomes.state_after(items) is not State.APPROVED:
                items = [outcomes.settled(item) for item in items]
            self._end(ledger, request, items, turn, counts=counts)
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
            return outcomes.after_calls(item, request.action, done[item.region])
        home = self._home.known
        return elsewhere.without_copy(ledger, request, item, lost.get(item.region), home=home, now=now)

    def _refuse(self, ledger: Ledger, together: Sequence[Request], refusal: Refused, turn: _Turn) -> None:
        """What must be known before any call is refused, and will be again: that ends the requests."""
        for request in together:
            items = [outcomes.after_refused_read(item, request, refusal) for item in request.items]
            self._end(ledger, request, items, turn)
        if turn.leave.until:
            ledger.pass_probe(turn.now)

    def _end(
        self, ledger: Ledger, request: Request, items: Sequence[Item], turn: _Turn, *, counts: bool = True
    ) -> None:
        after = outcomes.state_after(items)
        if outcomes.waits_for_copies(items):
            until = elsewhere.next_try(ledger, request, items, turn.now)
            ours = ledger.release(request.id, after, lease=turn.lease, now=turn.now, not_before=until, counts=False)
        else:
            ours = self._release(ledger, request, after, items, turn, counts=counts)
        if not ours:
            return  # the lease ran out and others took it: what they read is newer, and they record it
        ended: list[int] = []
        for before, item in zip(request.items, items, strict=True):
            if item != before:
                ended += self._record_item(ledger, request, before, item, turn.now)
        if request.action is Action.SHARE:
            join(ledger, request, items, home=self._home.known, now=turn.now)
        self._tell(ledger, replace(request, items=tuple(items)), after, turn.now)
        overs.show_ended(ledger, request, ended, self._policies.current.home.channel, now=turn.now)

    def _release(
        self, ledger: Ledger, request: Request, after: State, items: Sequence[Item], turn: _Turn, *, counts: bool
    ) -> bool:
        """
        :param counts: whether it was an attempt; what was none keeps its place in the order of approval
        """
        not_before = request.not_before or turn.now
        if counts and after is State.APPROVED:
            awaited = any(outcomes.is_awaited(item) for item in items)
            soonest = turn.now + _BETWEEN_READS if awaited else turn.now
            not_before = max(soonest, later(turn.now, outcomes.attempts_before(request, items)))
        return ledger.release(request.id, after, lease=turn.lease, now=turn.now, not_before=not_before, counts=counts)

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

    def _tell(self, ledger: Ledger, request: Request, after: State, now: datetime) -> None:
        outbox = self._outbox(ledger, request, now)
        if outcomes.waits_for_copies(request.items):
            ledger.add_audit(Entry(now, "waits_for_copy", NOBODY, request.id, {}))
            outbox.card()
            return
        if after is State.APPROVED:
            ledger.add_audit(Entry(now, "postponed", NOBODY, request.id, {}))
            return
        ledger.add_audit(Entry(now, after.value, NOBODY, request.id, {}))
        channel = self._policies.current.home.channel
        if request.ends is not None and overs.tell_over(ledger, request, after, channel, now=now):
            return
        outbox.thread("ended", state=after.value)
        outbox.card()
        outbox.end()

    def _give_back(self, ledger: Ledger, together: Sequence[Request], turn: _Turn, *, counts: bool) -> None:
        for request in together:
            if self._release(ledger, request, State.APPROVED, request.items, turn, counts=counts):
                self._tell(ledger, request, State.APPROVED, turn.now)

    def _hold(self, together: Sequence[Request]) -> None:
        self._held |= {elsewhere.image_of(request).image_id for request in together}

    def _outbox(self, ledger: Ledger, request: Request, now: datetime) -> Outbox:
        return Outbox(ledger, request, channel=self._policies.current.home.channel, now=now)


def _is_held(calls: Calls) -> bool:
    """Were the credentials not taken, before any call was?"""
    return isinstance(calls.stopped, AuthFailed) and not (calls.accepted or calls.refused)
