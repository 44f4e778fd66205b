"""Who gets no message just now: those to whom one is on its way, and those for whom Slack asked us to slow down."""

from __future__ import annotations

import threading
from datetime import datetime

from approvals.pace import LONGEST, is_due


class Recipients:
    """One message at a time for each, and none before the time that Slack named. Safe to use from several threads.

    Slack limits messages by channel (about one a second). If each of the requests that wait had to learn that by
    itself, one that is slowed down would be followed by as many calls in vain as there are others for its channel.
    It is kept in memory only: after a restart one call in vain is made for each channel.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._busy: set[str] = set()
        self._paused: dict[str, datetime] = {}

    def held(self, now: datetime) -> set[str]:
        """Those who get nothing now."""
        with self._lock:
            over = {one for one, until in self._paused.items() if is_due(until, now, longest=LONGEST)}
            self._paused = {one: until for one, until in self._paused.items() if one not in over}
            return self._busy | set(self._paused)

    def begin(self, recipient: str) -> None:
        with self._lock:
            self._busy.add(recipient)

    def end(self, recipient: str) -> None:
        with self._lock:
            self._busy.discard(recipient)

    def pause(self, recipient: str, until: datetime) -> None:
        with self._lock:
            self._paused[recipient] = max(until, self._paused.get(recipient, until))

    def next_free(self) -> datetime | None:
        """When the first pause ends."""
        with self._lock:
            return min(self._paused.values(), default=None)

    @property
    def silent(self) -> set[str]:
        """Those who get nothing now, as far as it is known without a clock."""
        with self._lock:
            return self._busy | set(self._paused)
