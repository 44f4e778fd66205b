"""Runs work for several requests side by side, and commits what came of it."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

import structlog
from structlog.contextvars import bound_contextvars

from approvals.errors import PutOff, StoreError
from approvals.ledger import Ledger
from approvals.store import Store

_APART = 0.05
"""Seconds: a task begins when the one before is done, or has waited so long for the cloud, which takes few more calls a
second anyway. All at once would stand in each other's way for the interpreter, and in that of whoever waits for an
answer."""

_GATHER = 0.005  # seconds that the first to be known waits for others that are known as soon, to be one commit

Effect = Callable[[Ledger], None]
"""What is to be written."""

_Done = tuple["Task", Effect | None]
_Failed = tuple["Task", Effect, Exception]

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Task:
    """
    :ivar about: what whatever is logged on the way names
    :ivar run: asks the cloud, and gives what is to be written because of its answer
    :ivar put_off: what is written where that fails: others must have their turn before it is tried again
    """

    about: Mapping[str, object]
    run: Callable[[], Effect | None]
    put_off: Effect


def record_each(store: Store, pool: ThreadPoolExecutor, tasks: Sequence[Task], *, durable: bool, on_fault: str) -> None:
    """Run the tasks and write what each gives as soon as it is known; what is known about together is one commit.

    So a slow one holds up no other, and the threads don't stand in line for the one writer. What fails of one keeps
    nothing of the others from being written.

    :param durable: see ``Store.write``
    :param on_fault: what the log calls it when one of them fails
    :raises PutOff: some failed
    :raises Exception: what the first raised that couldn't even be put off
    """
    recording = _Recording(store, durable=durable, on_fault=on_fault)
    if len(tasks) == 1:
        recording.write([recording.run(tasks[0])])
    else:
        _run_all(_Line(tasks, recording.run), pool, recording)
    if recording.lost:
        raise recording.lost[0]
    if recording.put_off:
        raise PutOff


def _run_all(line: _Line, pool: ThreadPoolExecutor, recording: _Recording) -> None:
    threads: set[Future[None]] = set()
    while line.waits or threads:
        more = line.waits  # asked first: once nothing waits, what becomes known later ends its thread
        if more and not line.moves_for():
            line.note_begin()
            threads.add(pool.submit(line.work))
        recording.write(line.known())
        ended, threads = wait(threads, line.moves_for() if more else None, FIRST_COMPLETED)
        if ended:
            as_soon, threads = wait(threads, _GATHER)
            for thread in ended | as_soon:
                thread.result()
    recording.write(line.known())


class _Line:
    """Tasks that wait, each for a thread that is done with the one before, or for one more.

    To hand each to a thread of its own takes longer than a quick one does.
    """

    def __init__(self, tasks: Iterable[Task], run: Callable[[Task], _Done]) -> None:
        self._waiting = deque(tasks)
        self._known: deque[_Done] = deque()
        self._run = run
        self._began = -_APART

    @property
    def waits(self) -> bool:
        return bool(self._waiting)

    def moves_for(self) -> float:
        """For how many seconds yet the one that began last is no reason for one more thread."""
        return max(0.0, self._began + _APART - time.monotonic())

    def note_begin(self) -> None:
        self._began = time.monotonic()

    def work(self) -> None:
        """Run one after the other until none waits."""
        while True:
            try:
                task = self._waiting.popleft()
            except IndexError:
                return
            self.note_begin()
            self._known.append(self._run(task))

    def known(self) -> Iterator[_Done]:
        """What became known since this was asked last."""
        while self._known:
            yield self._known.popleft()


class _Recording:
    """
    :ivar put_off: whether something was
    :ivar lost: what failed and couldn't be put off either, or couldn't for the database's sake
    """

    def __init__(self, store: Store, *, durable: bool, on_fault: str) -> None:
        self._store = store
        self._durable = durable
        self._on_fault = on_fault
        self.put_off = False
        self.lost: list[Exception] = []

    def run(self, task: Task) -> _Done:
        with bound_contextvars(**task.about):
            try:
                return task, task.run()
            except Exception:
                log.exception(self._on_fault)
        return task, task.put_off

    def write(self, done: Iterable[_Done]) -> None:
        failed = self._write([(task, effect) for task, effect in done if effect])
        again = [(task, task.put_off) for task, effect, _ in failed if effect is not task.put_off]
        lost = [one for one in failed if one[1] is one[0].put_off or isinstance(one[2], StoreError)]
        self.lost += [fault for _, _, fault in (*lost, *self._write(again))]

    def _write(self, effects: Sequence[tuple[Task, Effect]]) -> list[_Failed]:
        """Returns those that could not be written, and why."""
        failed: list[_Failed] = []
        works = self._store.write_all([effect for _, effect in effects], durable=self._durable)
        for (task, effect), work in zip(effects, works, strict=True):
            try:
                work.result()
                self.put_off |= effect is task.put_off
            except StoreError as fault:
                failed.append((task, effect, fault))
            except Exception as fault:
                log.exception(self._on_fault, **task.about)
                failed.append((task, effect, fault))
        return failed
