"""What goes wrong on purpose in the Web API, and Slack's limit on posting."""

from __future__ import annotations

import threading
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass

from bot.sandbox.workspace.errors import SlackError

POSTS_PER_SECOND = 1.0
"""Messages a second that Slack lets into one channel for long (docs: "rate limits", chat.postMessage)."""

POSTS_AT_ONCE = 20
"""Messages that go through before that is enforced. Slack promises "short bursts" and no number; this one is ours."""


@dataclass(frozen=True, slots=True)
class Fault:
    """How one call goes wrong.

    :ivar error: Slack's code, or None for a call that is only slow
    :ivar status: the HTTP status of the answer
    :ivar retry_after: seconds for the Retry-After header
    :ivar delay: seconds before the answer
    :ivar done: the method does its work first, so that only the answer is lost
    """

    error: str | None = None
    status: int = 200
    retry_after: int | None = None
    delay: float = 0.0
    done: bool = False

    def answer(self) -> SlackError | None:
        if self.error is None:
            return None
        return SlackError(self.error, status=self.status, retry_after=self.retry_after)


class Faults:
    """The plan: what the next calls of each method do instead of working."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._planned: defaultdict[str, deque[Fault]] = defaultdict(deque)

    def fail(
        self,
        method: str,
        error: str | None = None,
        *,
        times: int = 1,
        status: int = 200,
        retry_after: int | None = None,
        delay: float = 0.0,
        done: bool = False,
    ) -> None:
        """The next ``times`` calls of ``method`` go wrong; see :class:`Fault`."""
        fault = Fault(error, status, retry_after, delay, done)
        with self._lock:
            self._planned[method].extend([fault] * times)

    def rate_limit(self, method: str, *, retry_after: int, times: int = 1) -> None:
        self.fail(method, "ratelimited", times=times, status=429, retry_after=retry_after)

    def clear(self) -> None:
        with self._lock:
            self._planned.clear()

    def next(self, method: str) -> Fault | None:
        with self._lock:
            planned = self._planned[method]
            return planned.popleft() if planned else None


class PostLimit:
    """Slack's limit on messages into one channel: a bucket that fills at one a second.

    :param clock: seconds, of the kind that ``time.time`` gives
    """

    def __init__(self, clock: Callable[[], float], at_once: int = POSTS_AT_ONCE) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._buckets: dict[str, tuple[float, float]] = {}
        self.at_once = at_once

    def take(self, channel: str) -> None:
        """Counts one message.

        :raises SlackError: ``ratelimited`` with 429; nothing is posted
        """
        now = self._clock()
        with self._lock:
            left, since = self._buckets.get(channel, (float(self.at_once), now))
            left = min(float(self.at_once), left + (now - since) * POSTS_PER_SECOND)
            if left < 1:
                self._buckets[channel] = (left, now)
                raise SlackError("ratelimited", status=429, retry_after=1)
            self._buckets[channel] = (left - 1, now)
