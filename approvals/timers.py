"""The sweep of what time alone brings about: requests that nobody decided, executions that nobody finished."""

from __future__ import annotations

from datetime import datetime

from approvals.audit import NOBODY, Entry
from approvals.ledger import Ledger
from approvals.model import State
from approvals.outbox import Outbox
from approvals.store import Store

_AT_ONCE = 100


class Timers:
    """
    :param channel: where the cards are posted
    """

    def __init__(self, store: Store, channel: str) -> None:
        self._store = store
        self._channel = channel

    def sweep(self, now: datetime) -> int:
        """Bring about what is due; returns how many requests were moved."""
        with self._store.read() as ledger:
            if not (ledger.overdue(now, 1) or ledger.abandoned(now, 1)):
                return 0
        return self._store.write(lambda ledger: self._expire(ledger, now) + self._requeue(ledger, now))

    def _expire(self, ledger: Ledger, now: datetime) -> int:
        overdue = ledger.overdue(now, _AT_ONCE)
        for request in overdue:
            ledger.move(request.id, State.PENDING, State.EXPIRED, now=now)
            ledger.add_audit(Entry(now, "expired", NOBODY, request.id, {}))
            outbox = Outbox(ledger, request, channel=self._channel, now=now)
            outbox.thread("expired")
            outbox.card()
            outbox.end()
        return len(overdue)

    def _requeue(self, ledger: Ledger, now: datetime) -> int:
        """Whoever had taken them is gone. What they did is not known, so the next attempt begins with a read."""
        abandoned = ledger.abandoned(now, _AT_ONCE)
        for request in abandoned:
            ledger.release(request.id, State.APPROVED, lease=request.lease or "", now=now, not_before=now)
            ledger.add_audit(Entry(now, "requeued", NOBODY, request.id, {}))
        return len(abandoned)
