"""A bound on how many calls start in any one second, kept across threads."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Hashable

WINDOW = 1.05
"""Seconds in which a limit "a second" is kept. The vendor counts arrivals, and two calls don't travel equally long."""


class RateLimit:
    """Lets at most ``calls`` start in any ``window``; further ones wait, in turn, exactly as long as they must.

    :param window: seconds
    :param clock: seconds, never going back
    :param wait: blocks for that many seconds; may return early
    """

    def __init__(
        self,
        calls: int,
        window: float = WINDOW,
        *,
        clock: Callable[[], float] = time.monotonic,
        wait: Callable[[float], object] = time.sleep,
    ) -> None:
        self._window = window
        self._clock = clock
        self._wait = wait
        self._starts: deque[float] = deque(maxlen=calls)
        self._lock = threading.Lock()

    def acquire(self, *, spare: int = 0) -> float:
        """Wait until one more call may start; returns when that is, on the clock.

        :param spare: for a call that can wait: so many more could start at that moment, too
        """
        while spare and (pause := self._crowded_for(spare)):
            self._wait(pause)  # without the lock: whoever has no time goes first
        # The lock is held while waiting: whoever queues behind could not start any earlier.
        with self._lock:
            now = self._clock()
            if len(self._starts) == self._starts.maxlen:
                due = self._starts[0] + self._window
                while now < due:
                    self._wait(due - now)
                    now = self._clock()
            self._starts.append(now)
            return now

    def _crowded_for(self, spare: int) -> float:
        """Seconds until one call may start and leave room for ``spare`` more; 0 where it may now."""
        with self._lock:
            most = (self._starts.maxlen or 0) - spare
            if len(self._starts) < most:
                return 0.0
            return max(0.0, self._starts[-most] + self._window - self._clock())


class RateLimits:
    """One ``RateLimit`` for each key, made at its first use."""

    def __init__(self, *, clock: Callable[[], float], wait: Callable[[float], object]) -> None:
        self._limits: dict[Hashable, RateLimit] = {}
        self._clock = clock
        self._wait = wait
        self._lock = threading.Lock()

    def acquire(self, key: Hashable, per_second: int, *, spare: int = 0) -> float:
        """See ``RateLimit.acquire``."""
        with self._lock:
            limit = self._limits.get(key)
            if limit is None:
                limit = self._limits[key] = RateLimit(per_second, clock=self._clock, wait=self._wait)
        return limit.acquire(spare=spare)
