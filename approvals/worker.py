"""The loops that run the sweeps: each wakes when a commit made something due, on a due time, and after a while."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog

from approvals.desk import Clock
from approvals.errors import PutOff, StoreError
from approvals.ledger import Ledger
from approvals.store import Store

_LONGEST_REST = 30.0  # seconds
_SHORTEST_REST = 0.05  # seconds; what is overdue but can't be done yet is not asked for without pause
_AFTER_A_FAULT = 1.0  # seconds; twice as long after each that follows at once
_LONGEST_AFTER_A_FAULT = 60.0  # seconds
_LET_ANSWER = 0.01  # seconds; who caused a commit mostly waits for an answer, which goes before the work that follows

_ANY_TIME = datetime.max.replace(tzinfo=UTC)

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


class _Loop:
    """What a loop and the watch know of each other.

    :ivar rests_until: when it looks again by itself
    :ivar fault: what is told already of a database that can't be used
    :ivar faults: runs in a row that ended in what nobody foresaw
    """

    def __init__(self, sweep: Sweep) -> None:
        self.sweep = sweep
        self.wake = threading.Event()
        self.fault = ""
        self.faults = 0
        self.rests_until = _ANY_TIME


class Worker:
    """Runs each sweep in a thread of its own, so that a slow cloud holds up no message, and a slow Slack no share.

    :param on_run: told after each run: the sweep's name, when the run ended, and whether it did as it should
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        sweeps: list[Sweep],
        *,
        on_run: Callable[[str, datetime, bool], None] = lambda _name, _at, _well: None,
    ) -> None:
        self._store = store
        self._on_run = on_run
        self._clock = clock
        self._stopping = threading.Event()
        self._committed = threading.Event()
        self._loops = [_Loop(sweep) for sweep in sweeps]
        self._threads = [
            threading.Thread(target=self._run, args=(loop,), name=loop.sweep.name, daemon=True) for loop in self._loops
        ]
        self._threads.append(threading.Thread(target=self._watch, name="watch", daemon=True))
        store.on_commit(self.look)

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def look(self) -> None:
        """Look what is due, as after a commit."""
        self._committed.set()

    def stop(self, within: float = 15.0) -> bool:
        """Let each sweep finish the step in hand; False where one didn't within that many seconds.

        Also after a start that was given up, or never came.
        """
        self._stopping.set()
        self._committed.set()
        for loop in self._loops:
            loop.wake.set()
        for thread in self._threads:
            if thread.ident is not None:  # it was started
                thread.join(timeout=within)
        return not any(thread.is_alive() for thread in self._threads)

    def _watch(self) -> None:
        """Look once for all sweeps what the commits since the last look have made due.

        If each looked for itself, every commit would cost a reading by all of them, in the way of the next ack.
        """
        while not self._stopping.is_set():
            self._committed.wait()
            self._stopping.wait(_LET_ANSWER)
            self._committed.clear()
            try:
                with self._store.read() as ledger:
                    due = [loop.sweep.next_due(ledger) for loop in self._loops]
            except Exception:
                log.exception("watch_failed")
                due = [self._clock() for _ in self._loops]
            now = self._clock()
            for loop, at in zip(self._loops, due, strict=True):
                if at is not None and at < max(loop.rests_until, now):  # later than both: the clock was set
                    loop.wake.set()

    def _run(self, loop: _Loop) -> None:
        while not self._stopping.is_set():
            loop.rests_until = _ANY_TIME  # what becomes due from here on may come too late for this run
            loop.wake.clear()
            try:
                busy = loop.sweep.run(self._clock()) > 0
                rest = 0.0 if busy else self._rest(loop)
                well, loop.fault, loop.faults = True, "", 0
            except StoreError as error:  # told once, and to operators by /readyz: a full disk can stay so for hours
                if str(error) != loop.fault:
                    log.error("sweep_postponed", sweep=loop.sweep.name, error=str(error))
                rest, well, loop.fault = _AFTER_A_FAULT, True, str(error)
                loop.rests_until = self._clock() + timedelta(seconds=rest)
            except PutOff:
                rest, well = 0.0, False
            except Exception:
                log.exception("sweep_failed", sweep=loop.sweep.name)
                rest, well = min(_AFTER_A_FAULT * 2.0**loop.faults, _LONGEST_AFTER_A_FAULT), False
                loop.faults = min(loop.faults + 1, 10)
            self._on_run(loop.sweep.name, self._clock(), well)
            if rest and not well:
                self._stopping.wait(rest)  # whatever is committed meanwhile: it would tell the same once more
            elif rest:
                loop.wake.wait(rest)

    def _rest(self, loop: _Loop) -> float:
        """For how many seconds; until when is noted before, in case that a commit changes it meanwhile."""
        with self._store.read() as ledger:
            due = loop.sweep.next_due(ledger)
        now = self._clock()
        soonest, latest = (now + timedelta(seconds=rest) for rest in (_SHORTEST_REST, _LONGEST_REST))
        loop.rests_until = latest if due is None else min(latest, max(soonest, due))
        return (loop.rests_until - now).total_seconds()
