"""Reads that lag behind a change."""

from __future__ import annotations

import threading
from collections.abc import Hashable
from typing import Generic, TypeVar

from bot.sandbox.cloud.faults import Faults

_T = TypeVar("_T")


class Lag(Generic[_T]):
    """What reads are told while the plan wants them to lag. Safe to use from several threads.

    :param faults: the plan; see ``Faults.lag``
    """

    def __init__(self, faults: Faults) -> None:
        self._faults = faults
        self._lock = threading.Lock()
        self._before: dict[Hashable, tuple[int, _T]] = {}

    def changing(self, key: Hashable, before: _T) -> None:
        """To be called with each change, and what there was until now."""
        if reads := self._faults.next_lag():
            with self._lock:
                self._before[key] = reads, before

    def lagging(self) -> list[Hashable]:
        """Of what reads are told how it was."""
        with self._lock:
            return list(self._before)

    def told(self, key: Hashable, now: _T) -> _T:
        """What a read is told: ``now``, or what there was before the change that it lags behind."""
        with self._lock:
            left, before = self._before.pop(key, (0, now))
            if left > 1:
                self._before[key] = left - 1, before
            return before if left else now
