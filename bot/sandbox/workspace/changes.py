"""Tells the open pages that what somebody sees has changed."""

from __future__ import annotations

import asyncio
import threading
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable

_QUIET = 15.0
"""Seconds after which a silent stream says that it is still there, so that nothing between closes it."""


class Changes:
    """Counts what each person has been shown, and wakes who listens. Safe from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._versions: defaultdict[str, int] = defaultdict(int)
        self._cloud = 0
        self._listeners: set[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = set()
        self._closed = False

    def version(self, person: str) -> int:
        with self._lock:
            return self._versions[person]

    def bump(self, people: Iterable[str]) -> None:
        with self._lock:
            for person in people:
                self._versions[person] += 1
        self._wake()

    def cloud_changed(self) -> None:
        with self._lock:
            self._cloud += 1
        self._wake()

    def close(self) -> None:
        """Ends every stream: a server that stops need not wait for them."""
        self._closed = True
        self._wake()

    async def watch(self, person: str) -> AsyncIterator[tuple[str, int] | None]:
        """The name of what changed and its version: both at once, then each when it changes; None after a silence."""
        seen: dict[str, int] = {}
        listener = (asyncio.get_running_loop(), asyncio.Event())
        with self._lock:
            self._listeners.add(listener)
        try:
            while not self._closed:
                listener[1].clear()
                for name, version in self._now(person).items():
                    if seen.get(name) != version:
                        seen[name] = version
                        yield name, version
                try:
                    await asyncio.wait_for(listener[1].wait(), _QUIET)
                except TimeoutError:
                    yield None
        finally:
            with self._lock:
                self._listeners.discard(listener)

    def _now(self, person: str) -> dict[str, int]:
        with self._lock:
            return {"change": self._versions[person], "cloud": self._cloud}

    def _wake(self) -> None:
        with self._lock:
            listeners = tuple(self._listeners)
        for loop, event in listeners:
            if not loop.is_closed():
                loop.call_soon_threadsafe(event.set)
