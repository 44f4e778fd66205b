"""The sweep that asks those who may decide now, where they are others than those who were asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import structlog

from approvals.audit import NOBODY, Entry
from approvals.errors import DirectoryError
from approvals.ledger import Ledger
from approvals.model import Request, State
from approvals.outbox import Outbox
from approvals.people import Directory, deciders_now, suffices
from approvals.policies import Policies
from approvals.policy import Policy
from approvals.store import Store

EVERY = timedelta(minutes=5)
"""How often all that wait are looked at; besides, at the start and when another policy comes into force."""

_AGAIN_AFTER = timedelta(minutes=1)  # where the directory didn't answer
_AT_ONCE = 10
_BETWEEN = timedelta(seconds=5)  # the chat tells of some twenty groups a minute, and who presses comes first
_LONG_AGO = datetime.min.replace(tzinfo=UTC)

log = structlog.get_logger()


class Succession:
    """Looks through all requests that wait for a decision, in the order of their numbers, over and over."""

    def __init__(self, store: Store, policies: Policies, directory: Directory) -> None:
        self._store = store
        self._policies = policies
        self._directory = directory
        self._policy: Policy | None = None  # by which it looks, or looked last
        self._seen = 0  # the number up to which it has
        self._due = _LONG_AGO

    def sweep(self, now: datetime) -> int:
        """Look at some of them, where it is time; returns how many those were."""
        policy = self._policies.current
        if policy is not self._policy:
            self._policy, self._seen = policy, 0
        elif self._due - EVERY <= now < self._due:  # a clock that was ahead doesn't count
            return 0
        with self._store.read() as ledger:
            waiting = ledger.requests_after(self._seen, pending=True, limit=_AT_ONCE)
        try:
            passed_on = [after for request in waiting if (after := self._passed_on(request, policy)) is not None]
        except DirectoryError as error:
            log.warning("deciders_not_looked_up", error=str(error))
            self._due = now + _AGAIN_AFTER
            return 0
        if passed_on:
            before = {request.id: request for request in waiting}
            pairs = [(before[after.id], after) for after in passed_on]
            self._store.write(lambda ledger: self._pass_on(ledger, pairs, now), durable=False)
        if len(waiting) < _AT_ONCE:
            self._seen, self._due = 0, now + EVERY
        else:
            self._seen, self._due = waiting[0].id, now + _BETWEEN  # the newest is the first
        return len(waiting)

    def next_due(self, _ledger: Ledger) -> datetime:
        return self._due if self._policies.current is self._policy else _LONG_AGO

    def _passed_on(self, request: Request, policy: Policy) -> Request | None:
        """The request with those who may decide now; None where they are the same, or somebody decides it anyway.

        Where those who agreed would suffice by now, nobody else is asked: any one of them can say it again.
        """
        if request.image is None:
            return None
        deciders = deciders_now(request, policy, self._directory)
        if deciders == request.deciders or suffices(request.decisions, deciders):
            return None
        return replace(request, deciders=deciders)

    def _pass_on(self, ledger: Ledger, pairs: Sequence[tuple[Request, Request]], now: datetime) -> None:
        for before, after in pairs:
            stands = ledger.request(before.id)
            if stands is None or stands.state is not State.PENDING or stands.deciders != before.deciders:
                continue  # somebody pressed meanwhile
            assert after.deciders is not None  # noqa: S101  that is what is new in it
            ledger.set_deciders(after)
            people = {"owners": list(after.deciders.owner_ids), "guardians": list(after.deciders.guardian_ids)}
            ledger.add_audit(Entry(now, "deciders_changed", NOBODY, after.id, people))
            Outbox(ledger, after, channel=self._policies.current.home.channel, now=now).card()
