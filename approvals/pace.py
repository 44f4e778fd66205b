"""When to try again."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

_FIRST = 0.5  # seconds
_CAP = timedelta(minutes=2)

LONGEST = timedelta(minutes=70)
"""Nothing but what people chose is put off for longer: for an hour at most, where Slack asks for it."""


def is_due(due: datetime, now: datetime, *, longest: timedelta) -> bool:
    """Is it time? Also where that is further away than it ever is, by a clock that was ahead and was set back.

    :param longest: for how long it is put off at most
    """
    return not now < due <= now + longest


def later(now: datetime, attempts: int, *, cap: timedelta = _CAP) -> datetime:
    """A time for the next attempt: exponential with full jitter, so that those who failed together don't return so.

    :param attempts: how many were made before
    :param cap: the longest pause
    """
    most = min(cap.total_seconds(), _FIRST * 2 ** min(attempts + 1, 20))
    return now + timedelta(seconds=random.uniform(_FIRST / 2, most))  # noqa: S311  no secret depends on it
