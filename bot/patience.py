"""For commands that ask while the bot runs, too: both count against the same calls a second, or a minute."""

from __future__ import annotations

from slack_sdk.errors import SlackApiError
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception,
    retry_if_exception_type,
    stop_after_delay,
    stop_before_delay,
)
from tenacity.wait import wait_random_exponential

from approvals.errors import CloudError, OutcomeUnknown, Throttled, Unavailable
from bot.slack import is_throttle, retry_after

_PAUSE, _LONGEST_PAUSE = 0.5, 5.0  # seconds
_AT_MOST = 60.0  # seconds


def _asking_again(*errors: type[CloudError]) -> Retrying:
    return Retrying(
        retry=retry_if_exception_type(errors),
        wait=wait_random_exponential(multiplier=_PAUSE, max=_LONGEST_PAUSE),
        stop=stop_after_delay(_AT_MOST),
        reraise=True,
    )


patiently = _asking_again(Throttled)
"""Calls a function again for as long as the cloud has no room for it; raises what it raised in the end."""

persistently = _asking_again(Throttled, Unavailable, OutcomeUnknown)
"""Likewise, and whatever else may pass: for one of thousands of reads, of which some will fail."""


def _refusal(error: BaseException | None) -> SlackApiError | None:
    """Slack's, where it is why somebody could not be looked up, and is that there were too many."""
    cause = error.__cause__ if error else None
    return cause if isinstance(cause, SlackApiError) and is_throttle(cause) else None


def _as_told(state: RetryCallState) -> float:
    refusal = _refusal(state.outcome.exception()) if state.outcome else None
    return float(retry_after(refusal)) if refusal else 0.0


patiently_of_slack = Retrying(
    retry=retry_if_exception(lambda error: _refusal(error) is not None),
    wait=_as_told,
    stop=stop_before_delay(_AT_MOST),
    reraise=True,
)
"""Looks somebody up again as soon as Slack allows; it tells of some dozens of people a minute."""
