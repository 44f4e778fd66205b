"""A clock that was ahead and was set back: what it put off is due now, and not only when the right one gets there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import structlog

from approvals.ledger import Ledger
from approvals.store import Store

_LONGEST = timedelta(minutes=70)
"""Nothing but what people chose is put off for longer: for an hour at most, where Slack asks for it."""

_WORTH_TELLING = 600  # seconds by which what a process remembers may be late
_AT_ONCE = datetime.min.replace(tzinfo=UTC)

log = structlog.get_logger()


class SetBack:
    """The sweep that looks for what is due too late, at a start and from then on.

    What this process remembers of times stays late by as much until it is started anew.

    :param ahead: seconds by which the clock is ahead of one that nobody sets
    """

    def __init__(self, store: Store, ahead: Callable[[], float]) -> None:
        self._store = store
        self._ahead = ahead
        self._most = self._lately = ahead()

    def sweep(self, now: datetime) -> int:
        """Let be due now what is due too late; never asks for another round at once."""
        self._lately = self._look()
        latest = now + _LONGEST
        if self._store.write(lambda ledger: ledger.bring_forward(now, latest=latest), durable=False):
            log.warning("clock_was_ahead")
        return 0

    def next_due(self, _ledger: Ledger) -> datetime | None:
        """At once where it was set back since the last look; else whenever the loop looks by itself."""
        ahead = self._look()
        return _AT_ONCE if self._lately - ahead > _WORTH_TELLING else None

    def problem(self) -> str | None:
        """What an operator should know; None where the clock was not set back by much."""
        ahead = self._look()
        by = self._most - ahead
        if by <= _WORTH_TELLING:
            return None
        return (
            f"the clock was set back by {timedelta(seconds=round(by))} while Imagewarden ran: restart it, or lists and "
            "comparisons with the cloud are late by as much"
        )

    def _look(self) -> float:
        ahead = self._ahead()
        self._most, self._lately = max(self._most, ahead), max(self._lately, ahead)
        return ahead
