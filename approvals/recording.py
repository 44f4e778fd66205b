"""Runs work for several requests side by side, and commits what came of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import dataclass

from approvals.ledger import Ledger
from approvals.store import Store

_APART = 0.05
"""Seconds: a task begins when the one before is done, or has waited so long for the cloud, which takes few more calls a
second anyway. All at once would stand in each other's way for the interpreter, and in that of whoever waits for an
answer."""

_GATHER = 0.005  # seconds that the first to be known waits for others that are known as soon, to be one commit

Effect = Callable[[Ledger], None]
"""What is to be written."""


@dataclass(frozen=True, slots=True)
class Task:
    """
    :ivar run: asks the cloud, and gives what is to be written because of its answer
    :ivar put_off: what is written where that fails: others must have their turn before it is tried again
    """

    run: Callable[[], Effect | None]
    put_off: Effect


def record_each(store: Store, pool: ThreadPoolExecutor, tasks: Sequence[Task], *, durable: bool) -> None:
    """Run the tasks and write what each gives as soon as it is known; what is known about together is one commit.

    So a slow one holds up no other, and the threads don't stand in line for the one writer. What fails of one keeps
    nothing of the others from being written.

    :param durable: see ``Store.write``
    :raises Exception: what the first of those that failed raised
    """
    recording = _Recording(store, durable=durable)
    if len(tasks) == 1:
        recording.write([recording.run(tasks[0])])
    else:
        running = set()
        for task in tasks:
            future = pool.submit(recording.run, task)
            wait([future], timeout=_APART)
            running.add(future)
        while running:
            first, others = wait(running, return_when=FIRST_COMPLETED)
            more, running = wait(others, timeout=_GATHER)
            recording.write(future.result() for future in first | more)
    if recording.faults:
        raise recording.faults[0]


class _Recording:
    """
    :ivar faults: what failed so far
    """

    def __init__(self, store: Store, *, durable: bool) -> None:
        self._store = store
        self._durable = durable
        self.faults: list[Exception] = []

    def run(self, task: Task) -> tuple[Task, Effect | None]:
        try:
            return task, task.run()
        except Exception as fault:
            self.faults.append(fault)
            return task, task.put_off

    def write(self, done: Iterable[tuple[Task, Effect | None]]) -> None:
        failed = self._write([(task, effect) for task, effect in done if effect])
        self._write([(task, task.put_off) for task, effect in failed if effect is not task.put_off])

    def _write(self, effects: Sequence[tuple[Task, Effect]]) -> list[tuple[Task, Effect]]:
        """Returns those that could not be written."""
        failed = []
        works = self._store.write_all([effect for _, effect in effects], durable=self._durable)
        for one, work in zip(effects, works, strict=True):
            try:
                work.result()
            except Exception as fault:
                self.faults.append(fault)
                failed.append(one)
        return failed
