"""The sweep of what time alone brings about: requests that nobody decided, executions that nobody finished."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from approvals import outcomes
from approvals.attention import attend_at, passed_on, reminds_due, still_wanted
from approvals.audit import NOBODY, Entry
from approvals.ledger import Ledger
from approvals.model import Request, State
from approvals.outbox import Outbox
from approvals.policies import Policies
from approvals.store import Store

_AT_ONCE = 100


class Timers:
    def __init__(self, store: Store, policies: Policies) -> None:
        self._store = store
        self._policies = policies

    def sweep(self, now: datetime) -> int:
        """Bring about what is due; returns how many requests were moved or told of."""
        with self._store.read() as ledger:
            if not (ledger.to_attend(now, 1) or ledger.abandoned(now, 1)):
                return 0
        return self._store.write(lambda ledger: self._attend(ledger, now) + self._requeue(ledger, now))

    def _attend(self, ledger: Ledger, now: datetime) -> int:
        waiting = ledger.to_attend(now, _AT_ONCE)
        for request in waiting:
            outbox = Outbox(ledger, request, channel=self._policies.current.home.channel, now=now)
            if request.decide_by is not None and request.decide_by <= now:
                self._expire(ledger, outbox, request, now)
            else:
                self._remind(ledger, request, now)
        return len(waiting)

    def _expire(self, ledger: Ledger, outbox: Outbox, request: Request, now: datetime) -> None:
        ledger.move(request.id, State.PENDING, State.EXPIRED, now=now)
        ledger.add_audit(Entry(now, "expired", NOBODY, request.id, {}))
        outbox.thread("expired")
        outbox.card()
        outbox.end()

    def _remind(self, ledger: Ledger, request: Request, now: datetime) -> None:
        """Remind those whose word is wanted, and let the guardians decide where that was to no avail."""
        policy = self._policies.current
        rules = policy.rules
        wider = passed_on(request, rules, now)
        reminds = reminds_due(request, rules, now)
        after = replace(request, reminds=reminds, deciders=wider or request.deciders)
        outbox = Outbox(ledger, after, channel=policy.home.channel, now=now)
        if wider is not None:
            guardians = list(request.deciders.backup_ids if request.deciders else ())
            ledger.add_audit(Entry(now, "escalated", NOBODY, request.id, {"people": guardians}))
            outbox.thread("escalated", people=" ".join(guardians))
            outbox.card()
        people = still_wanted(request)
        if reminds > request.reminds and people:
            ledger.add_audit(Entry(now, "reminded", NOBODY, request.id, {"people": list(people)}))
            outbox.remind(people)
        decide_by = request.decide_by or now
        ledger.attended(after, attend_at=attend_at(request.changed_at, decide_by, after.reminds, after.deciders, rules))

    def _requeue(self, ledger: Ledger, now: datetime) -> int:
        """Whoever had taken them is gone. What they did is looked for first, as after an answer that was lost."""
        abandoned = ledger.abandoned(now, _AT_ONCE)
        for request in abandoned:
            ledger.release(request.id, State.APPROVED, lease=request.lease or "", now=now, not_before=now)
            ledger.add_audit(Entry(now, "requeued", NOBODY, request.id, {}))
            for item in request.items:
                if (after := outcomes.after_loss(item)) != item:
                    ledger.set_item(after, now=now)
        return len(abandoned)
