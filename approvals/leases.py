"""What this process has in hand, held by leases that it renews, so that others soon take over from a process that died.

A lease is a name in the rows that somebody works on. It ends by itself: nobody has to find out who is dead.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from approvals.ledger import Ledger
from approvals.store import Store

LEASE = timedelta(seconds=15)
"""How long others wait for who has something in hand and doesn't renew: about as long as users wait without a word."""

RENEW_EVERY = LEASE / 3
"""So that a renewal may come late twice, after a slow disk say, and nothing is lost."""


class Leases:
    """The leases of this process. Safe to use from several threads."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._renewed: dict[str, datetime] = {}
        self._lock = threading.Lock()

    @contextmanager
    def hold(self, now: datetime) -> Iterator[str]:
        """A new lease from ``now`` on, renewed by ``sweep`` as long as the block lasts."""
        lease = uuid.uuid4().hex
        with self._lock:
            self._renewed[lease] = now
        try:
            yield lease
        finally:
            with self._lock:
                del self._renewed[lease]

    def sweep(self, now: datetime) -> int:
        """Renew what is due; returns how many leases those were."""
        with self._lock:
            due = [lease for lease, renewed in self._renewed.items() if renewed + RENEW_EVERY <= now]
        if due:
            self._store.write(lambda ledger: _renew(ledger, due, now + LEASE), durable=False)
            with self._lock:
                self._renewed.update((lease, now) for lease in due if lease in self._renewed)
        return len(due)

    def next_due(self, _ledger: Ledger) -> datetime | None:
        with self._lock:
            return min(self._renewed.values()) + RENEW_EVERY if self._renewed else None


def _renew(ledger: Ledger, leases: Iterable[str], until: datetime) -> None:
    for lease in leases:
        ledger.renew(lease, until=until)
