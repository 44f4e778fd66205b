"""``/image drift``: where the cloud differs from the record, as it was found when they were compared last."""

from __future__ import annotations

from bot.cards import lists
from bot.cards.drift import drift_list
from bot.listeners.members import Answer
from bot.listeners.pages import NumberedAt, numbered
from bot.services import Services


def list_drift(services: Services, at: NumberedAt) -> Answer:
    """A page of the differences that stand."""
    with services.store.read() as ledger:
        page = numbered(at, sum(ledger.drift.counts().values()), rows=lists.ROWS)
        found = ledger.drift.open(start=page.start, limit=lists.ROWS)
        latest = ledger.drift.latest_pass()
    return drift_list(found, latest, services.policy.rules.drift_every, newer=page.newer, older=page.older)
