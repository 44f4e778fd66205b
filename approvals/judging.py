"""The sweep that judges recorded presses, one after the other, in the order in which they came."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from approvals.desk import Desk
from approvals.errors import DirectoryError
from approvals.model import Press
from approvals.store import Store

_AT_ONCE = 50
_AGAIN_AFTER = timedelta(seconds=2)

log = structlog.get_logger()


class Judging:
    def __init__(self, store: Store, desk: Desk) -> None:
        self._store = store
        self._desk = desk

    def sweep(self, now: datetime) -> int:
        """Judge what waits; returns how many presses that were."""
        with self._store.read() as ledger:
            waiting = ledger.unjudged(now, _AT_ONCE)
        for press in waiting:
            try:
                outcome = self._desk.judge(press)
            except DirectoryError as error:
                log.warning("press_postponed", request=press.request_id, error=str(error))
                self._postpone(press, now)
            except Exception:  # those behind it must not wait for one that can't be judged
                log.exception("press_failed", request=press.request_id)
                self._postpone(press, now)
            else:
                log.info("press", request=press.request_id, person=press.person_id, outcome=outcome)
        return len(waiting)

    def _postpone(self, press: Press, now: datetime) -> None:
        self._store.write(lambda ledger: ledger.postpone_press(press, until=now + _AGAIN_AFTER))
