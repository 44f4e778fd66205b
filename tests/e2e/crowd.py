"""Several people, each at work in a thread."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager


@contextmanager
def at_work(works: Sequence[Callable[[], None]], *, every: float) -> Iterator[list[BaseException]]:
    """Do each of the works again and again, side by side, with so many seconds between two times.

    Gives what went wrong so far: whom something happens to, does nothing more.

    :raises BaseException: in the end, what went wrong first
    """
    home_time = threading.Event()
    faults: list[BaseException] = []

    def work_on(work: Callable[[], None]) -> None:
        try:
            while not home_time.wait(every):
                work()
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=work_on, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    try:
        yield faults
    finally:
        home_time.set()
        for thread in threads:
            thread.join()
    if faults:
        raise faults[0]
