"""The vendor's limit on calls a second, for each action in each region."""

from __future__ import annotations

import threading
from collections import defaultdict, deque
from collections.abc import Callable, Hashable

from bot.sandbox.cloud.protocol import ApiError


class Throttle:
    """Lets at most so many calls through in any one second; a refused call does not count against later ones.

    :param clock: Unix seconds
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._admitted: defaultdict[Hashable, deque[float]] = defaultdict(deque)

    def admit(self, key: Hashable, per_second: int) -> None:
        """:raises ApiError: ``RequestLimitExceeded``"""
        now = self._clock()
        with self._lock:
            admitted = self._admitted[key]
            while admitted and admitted[0] <= now - 1:
                admitted.popleft()
            if len(admitted) >= per_second:
                raise ApiError(
                    "RequestLimitExceeded",
                    f"The number of requests in one second exceeds the frequency limit `{per_second}`: slow down.",
                )
            admitted.append(now)
