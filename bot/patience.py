"""For commands that ask the cloud while the bot runs, too: both count against the same calls a second."""

from __future__ import annotations

from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_random_exponential

from approvals.errors import Throttled

_PAUSE, _LONGEST_PAUSE = 0.5, 5.0  # seconds
_AT_MOST = 60.0  # seconds

patiently = Retrying(
    retry=retry_if_exception_type(Throttled),
    wait=wait_random_exponential(multiplier=_PAUSE, max=_LONGEST_PAUSE),
    stop=stop_after_delay(_AT_MOST),
    reraise=True,
)
"""Calls a function again for as long as the cloud has no room for it; raises what it raised in the end."""
