"""The sweep that judges recorded presses, one after the other, in the order in which they came."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

import structlog

from approvals.desk import Desk
from approvals.errors import DirectoryError, StoreError
from approvals.ledger import Ledger
from approvals.model import Press, Request
from approvals.store import Store

_AT_ONCE = 50
_AGAIN_AFTER = timedelta(seconds=2)

_Effect = Callable[[Ledger], str]
_Judged = tuple[Press, _Effect]

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
        judged: list[_Judged] = []
        for press in waiting:
            effect = self._effect(press, requests.get(press.request_id), now)
            if effect is not None:
                judged.append((press, effect))
            else:  # no answer can take long to come, and those before it must not wait for the next such one, too
                self._write(judged, now)
                judged = []
        self._write(judged, now)
        return len(waiting)

    def _effect(self, press: Press, request: Request | None, now: datetime) -> _Effect | None:
        """What is to be written of it; None where it is judged later."""
        with self._postponing(press, now):
            return self._desk.judge(press, request)
        return None

    def _write(self, judged: Sequence[_Judged], now: datetime) -> None:
        """Together: one wait for the disk, whether one owner presses or fifty. In order: two presses may be rivals."""
        done = self._store.write_all([effect for _, effect in judged])
        for (press, _), work in zip(judged, done, strict=True):
            with self._postponing(press, now):
                log.info("press", request=press.request_id, person=press.person_id, outcome=work.result())
                self._on_judged(press)

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
