"""Two queues on SQLite that others use, doing the least that a queue can: put in, take out, finish."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

Cycle = Callable[[], None]

MISSING = "The peers were not measured: `pip install huey persist-queue` puts them here."


def are_here() -> bool:
    return all(find_spec(name) is not None for name in ("huey", "persistqueue"))


def cycles(folder: Path) -> dict[str, Cycle]:
    """One whole cycle of each peer, by its name. Each commits durably: ``synchronous=FULL``."""
    return {
        "huey, SqliteHuey(fsync=True)": _huey(folder),
        "persist-queue, SQLiteQueue": _persist_queue(folder),
        "persist-queue, SQLiteAckQueue": _persist_ack_queue(folder),
    }


# Imported by name, so that types are checked the same whether or not they are installed.


def _huey(folder: Path) -> Cycle:
    queue = import_module("huey").SqliteHuey(filename=str(folder / "huey.db"), fsync=True, timeout=60)

    @queue.task()  # type: ignore[untyped-decorator]  # huey has no types
    def share(image: str, account: str) -> str:
        return f"{image} {account}"

    def cycle() -> None:
        share("base-nightly", "100012345678")
        queue.execute(queue.dequeue())

    return cycle


def _persist_queue(folder: Path) -> Cycle:
    queue = import_module("persistqueue").SQLiteQueue(
        str(folder / "persist"), auto_commit=True, multithreading=True, timeout=60
    )

    def cycle() -> None:
        queue.put(("base-nightly", "100012345678"))
        queue.get()
        queue.task_done()

    return cycle


def _persist_ack_queue(folder: Path) -> Cycle:
    queue = import_module("persistqueue").SQLiteAckQueue(
        str(folder / "persist-ack"), auto_commit=True, multithreading=True, timeout=60
    )

    def cycle() -> None:
        queue.put(("base-nightly", "100012345678"))
        queue.ack(queue.get())

    return cycle
