"""``/image drift``: where the cloud differs from the record, as it was found when they were compared last."""

from __future__ import annotations

from bot.cards import lists
from bot.cards.drift import drift_list
from bot.listeners.members import Answer
from bot.listeners.pages import NumberedAt
from bot.services import Services


def list_drift(services: Services, at: NumberedAt) -> Answer:
    """A page of the differences that stand."""
    with services.store.read() as ledger:
        found = ledger.drift.open(start=at.start, limit=lists.ROWS + 1)
        latest = ledger.drift.latest_pass()
    return drift_list(
        found[: lists.ROWS],
        latest,
        services.policy.rules.drift_every,
        newer=NumberedAt("drift", max(at.start - lists.ROWS, 0)).value() if at.start else "",
        older=NumberedAt("drift", at.start + lists.ROWS).value() if len(found) > lists.ROWS else "",
    )
