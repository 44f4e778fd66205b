"""The sweep that judges recorded presses, one after the other, in the order in which they came."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import structlog

from approvals.desk import Desk
from approvals.errors import DirectoryError, StoreError
from approvals.ledger import Ledger
from approvals.model import Press
from approvals.store import Store

_AT_ONCE = 50
_AGAIN_AFTER = timedelta(seconds=2)

log = structlog.get_logger()


class Judging:
    """
    :param on_judged: told of each press that was judged
    """

    def __init__(self, store: Store, desk: Desk, on_judged: Callable[[Press], None] = lambda _press: None) -> None:
        self._store = store
        self._desk = desk
        self._on_judged = on_judged

    def sweep(self, now: datetime) -> int:
        """Judge what waits; returns how many presses that were."""
        with self._store.read() as ledger:
            waiting = ledger.unjudged(now, _AT_ONCE)
            requests = ledger.numbered([press.request_id for press in waiting])
        judged: list[tuple[Press, Callable[[Ledger], str]]] = []
        for press in waiting:
            with self._postponing(press, now):
                judged.append((press, self._desk.judge(press, requests.get(press.request_id))))
        # Together: one wait for the disk, whether one owner presses or fifty. In order: two presses may be rivals.
        done = self._store.write_all([effect for _, effect in judged])
        for (press, _), work in zip(judged, done, strict=True):
            with self._postponing(press, now):
                log.info("press", request=press.request_id, person=press.person_id, outcome=work.result())
                self._on_judged(press)
        return len(waiting)

    @contextmanager
    def _postponing(self, press: Press, now: datetime) -> Iterator[None]:
        """Those behind it must not wait for one that can't be judged."""
        try:
            yield
        except DirectoryError as error:
            log.warning("press_postponed", request=press.request_id, error=str(error))
        except StoreError:  # putting it off couldn't be written either
            raise
        except Exception:
            log.exception("press_failed", request=press.request_id)
        else:
            return
        until = now + _AGAIN_AFTER
        self._store.write(lambda ledger: ledger.postpone_press(press, until=until), durable=False)
