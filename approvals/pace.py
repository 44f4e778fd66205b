"""When to try again."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

_FIRST = 0.5  # seconds
_CAP = 300.0  # seconds


def later(now: datetime, attempts: int) -> datetime:
    """A time for the next attempt: exponential with full jitter, so that those who failed together don't return so.

    :param attempts: how many were made before
    """
    most = min(_CAP, _FIRST * 2 ** min(attempts + 1, 20))
    return now + timedelta(seconds=random.uniform(_FIRST / 2, most))  # noqa: S311  no secret depends on it
