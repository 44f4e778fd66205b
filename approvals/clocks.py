"""A clock that was ahead and was set back: what it put off is due now, and not only when the right one gets there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import structlog

from approvals.ledger import Ledger
from approvals.pace import LONGEST
from approvals.store import Store

_WORTH_TELLING = timedelta(minutes=10)
_AT_ONCE = datetime.min.replace(tzinfo=UTC)

log = structlog.get_logger()


class SetBack:
    """The sweep that looks for what the database says is due too late, at a start and from then on.

    What a process remembers of times is the business of those who remember it (``is_due``).

    :param ahead: seconds by which the clock is ahead of one that nobody sets
    """

    def __init__(self, store: Store, ahead: Callable[[], float]) -> None:
        self._store = store
        self._ahead = ahead
        self._lately = ahead()

    def sweep(self, now: datetime) -> int:
        """Let be due now what is due too late; never asks for another round at once."""
        by, self._lately = self._set_back_by(), self._ahead()
        if by > _WORTH_TELLING:
            log.warning("clock_set_back", by=str(by))
        if self._store.write(lambda ledger: ledger.bring_forward(now, latest=now + LONGEST), durable=False):
            log.warning("clock_was_ahead")
        return 0

    def next_due(self, _ledger: Ledger) -> datetime | None:
        """At once where it was set back since the last look; else whenever the loop looks by itself."""
        return _AT_ONCE if self._set_back_by() > _WORTH_TELLING else None

    def _set_back_by(self) -> timedelta:
        ahead = self._ahead()
        self._lately = max(self._lately, ahead)
        return timedelta(seconds=round(self._lately - ahead))
