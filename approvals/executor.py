"""The sweep that does what was approved: checks again, calls for the difference only, reads back, records.

Every step can be repeated. A call whose answer was lost is followed by a read, never by the same call.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import structlog

from approvals import facts, trust
from approvals.audit import NOBODY, Entry
from approvals.cloud import MAX_SHARES, Cloud, Image
from approvals.errors import About, CloudError, LeaseLost, Refused, WrongAccount
from approvals.home import HomeAccount
from approvals.leases import LEASE, Leases
from approvals.ledger import Ledger
from approvals.model import Action, Finding, Item, ItemState, Request, State
from approvals.outbox import Outbox
from approvals.pace import later
from approvals.policy import Policy
from approvals.store import Store
from approvals.trust import Facts

_OPEN = frozenset({ItemState.WAITING, ItemState.ALREADY})
"""What is not settled by us: also an account that had it when asked, since it may have lost it meanwhile."""

_NOT_SEEN_AFTER = 6  # attempts after which an accepted call whose effect never shows is told as failed

log = structlog.get_logger()


@dataclass
class Calls:
    """What the calls of one execution brought, by account.

    :ivar accepted: the vendor's request id of the call that took the account
    :ivar refused: why the cloud won't do it for the account
    :ivar stopped: what kept the rest from being called
    """

    accepted: dict[str, str] = field(default_factory=dict)
    refused: dict[str, Refused] = field(default_factory=dict)
    stopped: CloudError | None = None

    @property
    def made(self) -> bool:
        """Was anything called that may have had an effect? A refusal may have had one too: nobody promises not."""
        return bool(self.accepted or self.refused or self.stopped)


@dataclass(frozen=True, slots=True)
class Stopped:
    """A request that may not be done any more, since something got worse after the owners looked.

    :ivar worse: what did
    :ivar settled: accounts with which it stands as wanted all the same: an attempt whose answer was lost did it
    """

    request: Request
    worse: tuple[Finding, ...]
    settled: frozenset[str]


class Executor:
    """Executes approved requests, those for one image together."""

    def __init__(self, store: Store, cloud: Cloud, policy: Policy, home: HomeAccount, leases: Leases) -> None:
        self._store = store
        self._cloud = cloud
        self._policy = policy
        self._home = home
        self._leases = leases

    def sweep(self, now: datetime) -> int:
        """Execute what is due next, for one image; returns how many requests that were."""
        with self._store.read() as ledger:
            if not ledger.ready(now, 1):
                return 0
        with self._leases.hold(now) as lease:
            taken = self._store.write(lambda ledger: self._take(ledger, lease, now))
            if taken:
                self._execute(taken, lease, now)
        return len(taken)

    def _take(self, ledger: Ledger, lease: str, now: datetime) -> list[Request]:
        taken = []
        for request in ledger.ready(now, MAX_SHARES):
            if ledger.take(request.id, lease=lease, until=now + LEASE, now=now):
                ledger.add_audit(Entry(now, "executing", NOBODY, request.id, {"attempt": request.attempts + 1}))
                if request.attempts == 0:
                    self._outbox(ledger, request, now).card()
                taken.append(request)
        return taken

    def _execute(self, together: Sequence[Request], lease: str, now: datetime) -> None:
        try:
            looked = facts.gather(self._cloud, self._policy, together[0], home=self._home.id())
            sound, stopped = self._recheck(together, looked)
            action, image, had = together[0].action, _image(together[0]), looked.shared_with or {}
            calls = self._call(action, image, _difference(_wanted(sound), had, action), lease)
            has = self._cloud.shared_with(image.region, image.image_id) if calls.made else had
        except (CloudError, WrongAccount) as error:
            log.warning("execution_postponed", requests=[one.id for one in together], error=str(error))
            self._store.write(lambda ledger: self._give_back(ledger, together, lease, now))
            return
        except LeaseLost:
            log.warning("execution_lost", requests=[one.id for one in together])
            return
        if calls.stopped:
            log.warning("execution_stopped", requests=[one.id for one in together], error=str(calls.stopped))
        self._store.write(lambda ledger: self._settle(ledger, sound, stopped, lease, calls, has, now))

    def _recheck(self, together: Sequence[Request], looked: Facts) -> tuple[list[Request], list[Stopped]]:
        """Those that may still be done, and the others."""
        sound: list[Request] = []
        stopped: list[Stopped] = []
        for request in together:
            own = replace(looked, targets=request.targets, reason=request.reason)
            judgement = trust.judge(own, self._policy)
            worse = trust.worse(request.findings, judgement.findings)
            if worse:
                settled = frozenset() if looked.shared_with is None else judgement.settled
                stopped.append(Stopped(request, worse, settled))
            else:
                sound.append(request)
        return sound, stopped

    def _call(self, action: Action, image: Image, accounts: Sequence[str], lease: str) -> Calls:
        """
        :raises LeaseLost: others may have gone on from here: one more call could undo what they did
        """
        calls = Calls()
        act = self._cloud.share if action is Action.SHARE else self._cloud.unshare

        def call(part: Sequence[str]) -> str:
            with self._store.read() as ledger:
                if not ledger.holds(lease):
                    raise LeaseLost
            return act(image.region, image.image_id, part)

        if accounts:
            _halving(call, list(accounts), calls)
        return calls

    def _settle(
        self,
        ledger: Ledger,
        sound: Sequence[Request],
        stopped: Sequence[Stopped],
        lease: str,
        calls: Calls,
        has: Mapping[str, object],
        now: datetime,
    ) -> None:
        self._record(ledger, sound, lease, calls, has, now)
        self._stop(ledger, stopped, lease, now)

    def _record(
        self,
        ledger: Ledger,
        together: Sequence[Request],
        lease: str,
        calls: Calls,
        has: Mapping[str, object],
        now: datetime,
    ) -> None:
        for request in together:
            items = [_outcome(item, request, calls, has) for item in request.items]
            self._end(ledger, request, items, lease, now)

    def _end(self, ledger: Ledger, request: Request, items: Sequence[Item], lease: str, now: datetime) -> None:
        after = _after(items)
        again = later(now, request.attempts) if after is State.APPROVED else None
        if not ledger.release(request.id, after, lease=lease, now=now, not_before=again):
            return  # the lease ran out and others took it: what they read is newer, and they record it
        for before, item in zip(request.items, items, strict=True):
            if item != before:
                self._record_item(ledger, request, item, now)
        self._tell(ledger, replace(request, items=tuple(items)), after, now)

    def _record_item(self, ledger: Ledger, request: Request, item: Item, now: datetime) -> None:
        ledger.set_item(item, now=now)
        if item.state is ItemState.DONE and request.action is Action.SHARE:
            ledger.add_grant(request, item.target, home=self._home.known, now=now)
        elif item.state is ItemState.DONE:
            ledger.end_grants(request, item.target, now=now)
        detail = {
            "account": item.target.account,
            "region": item.region,
            "state": item.state,
            "code": item.code,
            "cloud_request_id": item.cloud_request_id,
        }
        ledger.add_audit(Entry(now, f"{request.action}_{item.state}", NOBODY, request.id, detail))

    def _tell(self, ledger: Ledger, request: Request, after: State, now: datetime) -> None:
        if after is State.APPROVED:
            ledger.add_audit(Entry(now, "postponed", NOBODY, request.id, {}))
            return
        ledger.add_audit(Entry(now, after.value, NOBODY, request.id, {}))
        outbox = self._outbox(ledger, request, now)
        outbox.thread("ended", state=after.value)
        outbox.card()
        outbox.end()

    def _stop(self, ledger: Ledger, stopped: Sequence[Stopped], lease: str, now: datetime) -> None:
        for one in stopped:
            items = [_stopped(item, one) if item.state is ItemState.WAITING else item for item in one.request.items]
            self._end(ledger, one.request, items, lease, now)

    def _give_back(self, ledger: Ledger, together: Sequence[Request], lease: str, now: datetime) -> None:
        for request in together:
            again = later(now, request.attempts)
            if ledger.release(request.id, State.APPROVED, lease=lease, now=now, not_before=again):
                ledger.add_audit(Entry(now, "postponed", NOBODY, request.id, {}))

    def _outbox(self, ledger: Ledger, request: Request, now: datetime) -> Outbox:
        return Outbox(ledger, request, channel=self._policy.home.channel, now=now)


def _halving(act: Callable[[Sequence[str]], str], accounts: list[str], calls: Calls) -> None:
    """One call for all; where the cloud refuses it, each half by itself, until the bad ones stand alone."""
    if calls.stopped:
        return
    try:
        cloud_request_id = act(accounts)
    except Refused as refusal:
        if len(accounts) == 1 or refusal.about is About.IMAGE:
            calls.refused.update(dict.fromkeys(accounts, refusal))
            return
        middle = len(accounts) // 2
        _halving(act, accounts[:middle], calls)
        _halving(act, accounts[middle:], calls)
    except CloudError as error:
        calls.stopped = error
    else:
        calls.accepted.update(dict.fromkeys(accounts, cloud_request_id))


def _image(request: Request) -> Image:
    assert request.image is not None  # noqa: S101  approved requests were checked
    return request.image


def _wanted(requests: Sequence[Request]) -> list[str]:
    accounts = (item.target.account for request in requests for item in request.items if item.state in _OPEN)
    return list(dict.fromkeys(accounts))


def _difference(wanted: Sequence[str], had: Mapping[str, object], action: Action) -> list[str]:
    return [account for account in wanted if (account in had) is not (action is Action.SHARE)]


def _outcome(item: Item, request: Request, calls: Calls, has: Mapping[str, object]) -> Item:
    """What the read-back shows comes before what any call said."""
    account = item.target.account
    if item.state not in _OPEN:
        return item
    if (account in has) is (request.action is Action.SHARE):
        if item.state is ItemState.ALREADY and account not in calls.accepted:
            return item
        return replace(item, state=ItemState.DONE, cloud_request_id=calls.accepted.get(account, ""))
    if refusal := calls.refused.get(account):
        return replace(
            item,
            state=ItemState.FAILED,
            code=refusal.code,
            message=f"{refusal.message} {refusal.advice}".strip(),
            cloud_request_id=refusal.cloud_request_id or "",
        )
    if account in calls.accepted and request.attempts + 1 >= _NOT_SEEN_AFTER:
        message = (
            "The cloud accepted the call, but its list of shares doesn't show it. Look in the console, then retry."
        )
        return replace(
            item,
            state=ItemState.FAILED,
            code="not_seen",
            message=message,
            cloud_request_id=calls.accepted[account],
        )
    return replace(item, state=ItemState.WAITING)


def _stopped(item: Item, stopped: Stopped) -> Item:
    if item.target.account in stopped.settled:
        return replace(item, state=ItemState.DONE)
    reason = " ".join(f"{finding.text} {finding.remedy}".strip() for finding in stopped.worse)
    return replace(item, state=ItemState.FAILED, code=stopped.worse[0].code, message=reason)


def _after(items: Sequence[Item]) -> State:
    states = {item.state for item in items}
    if ItemState.WAITING in states:
        return State.APPROVED
    if ItemState.FAILED not in states:
        return State.DONE
    return State.PARTIAL if states & {ItemState.DONE, ItemState.ALREADY} else State.FAILED
