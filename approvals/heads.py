"""The sweep that tells everybody, once a day, which hash the record has come to: who rewrites it can't rewrite that."""

from __future__ import annotations

from datetime import datetime, timedelta

from approvals.audit import NOBODY, Entry
from approvals.ledger import Ledger
from approvals.outbox import HEAD
from approvals.pace import is_due
from approvals.policies import Policies
from approvals.store import Store

EVERY = timedelta(days=1)
POSTED = "head_posted"


class Heads:
    def __init__(self, store: Store, policies: Policies) -> None:
        self._store = store
        self._policies = policies

    def sweep(self, now: datetime) -> int:
        """Tell it where it is due; returns how often. However long nobody looked, it is told once."""
        with self._store.read() as ledger:
            due = self.next_due(ledger)
        return self._store.write(lambda ledger: self._tell(ledger, now)) if _is_due(due, now) else 0

    def next_due(self, ledger: Ledger) -> datetime | None:
        """A day after the last time; None where nothing was written since."""
        newest, told_at = ledger.newest_line(), ledger.head_told_at()
        return told_at + EVERY if newest and told_at and newest[1] != POSTED else None

    def _tell(self, ledger: Ledger, now: datetime) -> int:
        if not _is_due(self.next_due(ledger), now):
            return 0  # another process was first
        ledger.add_audit(Entry(now, POSTED, NOBODY, None, {}))
        newest = ledger.newest_line()
        assert newest is not None  # noqa: S101  it was just written
        facts = {"row": str(newest[0]), "hash": newest[2]}
        channel = self._policies.current.home.channel
        ledger.add_notice(None, lane=f"{HEAD}:{channel}", kind=HEAD, recipient=channel, facts=facts, now=now)
        return 1


def _is_due(due: datetime | None, now: datetime) -> bool:
    return due is not None and is_due(due, now, longest=EVERY)
