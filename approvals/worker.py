"""The loops that run the sweeps: each wakes on a commit, on a due time, and at the latest after a while."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import structlog

from approvals.desk import Clock
from approvals.ledger import Ledger
from approvals.store import Store

_LONGEST_REST = 30.0  # seconds
_SHORTEST_REST = 0.05  # seconds; what is overdue but can't be done yet is not asked for without pause
_AFTER_A_FAULT = 1.0  # seconds

log = structlog.get_logger()


@dataclass(frozen=True)
class Sweep:
    """Work that is looked for again and again.

    :ivar run: does what is due and returns how much it was; what is left is asked for again at once
    :ivar next_due: when something will be due by itself
    """

    name: str
    run: Callable[[datetime], int]
    next_due: Callable[[Ledger], datetime | None]


class Worker:
    """Runs each sweep in a thread of its own, so that a slow cloud holds up no message, and a slow Slack no share."""

    def __init__(self, store: Store, clock: Clock, sweeps: list[Sweep]) -> None:
        self._store = store
        self._clock = clock
        self._stopping = threading.Event()
        self._wakes = [threading.Event() for _ in sweeps]
        self._threads = [
            threading.Thread(target=self._loop, args=(sweep, wake), name=sweep.name, daemon=True)
            for sweep, wake in zip(sweeps, self._wakes, strict=True)
        ]
        store.on_commit(self.wake)

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def wake(self) -> None:
        for event in self._wakes:
            event.set()

    def stop(self, within: float = 15.0) -> bool:
        """Let each sweep finish the step in hand; False where one didn't within that many seconds."""
        self._stopping.set()
        self.wake()
        for thread in self._threads:
            thread.join(timeout=within)
        return not any(thread.is_alive() for thread in self._threads)

    def _loop(self, sweep: Sweep, wake: threading.Event) -> None:
        while not self._stopping.is_set():
            wake.clear()
            try:
                busy = sweep.run(self._clock()) > 0
                rest = 0.0 if busy else self._rest(sweep)
            except Exception:
                log.exception("sweep_failed", sweep=sweep.name)
                rest = _AFTER_A_FAULT
            if rest:
                wake.wait(rest)

    def _rest(self, sweep: Sweep) -> float:
        with self._store.read() as ledger:
            due = sweep.next_due(ledger)
        if due is None:
            return _LONGEST_REST
        return min(_LONGEST_REST, max(_SHORTEST_REST, (due - self._clock()).total_seconds()))
