"""Runs work for several requests side by side, and commits what came of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from approvals.ledger import Ledger
from approvals.store import Store

_APART = 0.05
"""Seconds: a task begins when the one before is done, or has waited so long for the cloud, which takes few more calls a
second anyway. All at once would stand in each other's way for the interpreter, and in that of whoever waits for an
answer."""

_GATHER = 0.005  # seconds that the first to be known waits for others that are known as soon, to be one commit

Effect = Callable[[Ledger], None]
"""What is to be written."""

Task = Callable[[], Effect | None]
"""Asks the cloud, and gives what is to be written because of its answer."""


def record_each(store: Store, pool: ThreadPoolExecutor, tasks: Sequence[Task], *, durable: bool) -> None:
    """Run the tasks and write what each gives as soon as it is known; what is known about together is one commit.

    So a slow one holds up no other, and the threads don't stand in line for the one writer. What fails of one keeps
    nothing of the others from being written.

    :param durable: see ``Store.write``
    :raises Exception: what the first of those that failed raised
    """
    if len(tasks) == 1:
        _write(store, [tasks[0]()], durable=durable)
        return
    running = set()
    for task in tasks:
        future = pool.submit(task)
        wait([future], timeout=_APART)
        running.add(future)
    faults: list[Exception] = []
    while running:
        first, others = wait(running, return_when=FIRST_COMPLETED)
        more, running = wait(others, timeout=_GATHER)
        done = first | more
        try:
            _write(store, [future.result() for future in done if not _failed(future, faults)], durable=durable)
        except Exception as fault:
            faults.append(fault)
    if faults:
        raise faults[0]


def _failed(future: Future[Effect | None], faults: list[Exception]) -> bool:
    fault = future.exception()
    if isinstance(fault, Exception):
        faults.append(fault)
        return True
    return False


def _write(store: Store, effects: Sequence[Effect | None], *, durable: bool) -> None:
    for work in store.write_all([effect for effect in effects if effect], durable=durable):
        work.result()
