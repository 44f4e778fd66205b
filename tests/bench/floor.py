"""What the database takes by itself: the statements of requests, all their way, with nothing of ours around them."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path
from typing import Any
from unittest.mock import patch

from approvals.store import Store
from tests.bench.office import Office

_WARM = 20  # requests before those that are recorded, so that the tables and the log have what they have in the end
_TRANSACTION = ("BEGIN", "COMMIT", "ROLLBACK", "PRAGMA")

_Step = tuple[int, str, Any]
"""The number of a connection, a statement, and its values."""

_connect = sqlite3.connect


class Floor:
    """The statements of so many requests, recorded once.

    :param folder: empty; the databases are made in it
    """

    def __init__(self, folder: Path, number: int) -> None:
        self._start = folder / "start.db"
        self._folder = folder
        self._number = number
        self._stores: list[Store] = []
        steps: list[_Step] = []
        with patch.object(sqlite3, "connect", _recording(steps)):
            office = Office(folder / "recorded.db")
            for _ in range(_WARM):
                office.whole()
            with closing(_connect(folder / "recorded.db")) as source, closing(_connect(self._start)) as copy:
                source.backup(copy)
            steps.clear()
            self._requests: list[list[_Step]] = []
            for _ in range(number):
                office.whole()
                self._requests.append(steps.copy())
                steps.clear()
            office.close()

    def close(self) -> None:
        for store in self._stores:
            store.close()

    @property
    def statements(self) -> float:
        """How many a request has, transactions left out."""
        return sum(len(_within(request)) for request in self._requests) / self._number

    def one_at_a_time(self) -> float:
        """Requests a second, in the transactions in which they were done."""
        connections = {number: self._opened("alone") for number in {step[0] for one in self._requests for step in one}}
        steps = [step for request in self._requests for step in request]
        seconds = _timed(lambda: _run(connections, steps))
        for connection in connections.values():
            connection.close()
        return self._number / seconds

    def together(self, most: int) -> float:
        """Requests a second, ``most`` of them in one durable transaction."""
        with closing(self._opened("together")) as connection:
            parts = [self._requests[start : start + most] for start in range(0, self._number, most)]

            def work() -> None:
                for part in parts:
                    connection.execute("BEGIN IMMEDIATE")
                    for request in part:
                        _run(_Every(connection), _within(request))
                    connection.execute("COMMIT")

            return self._number / _timed(work)

    def _opened(self, name: str) -> sqlite3.Connection:
        path = self._folder / f"{name}.db"
        if not path.exists():
            path.write_bytes(self._start.read_bytes())
            store = Store(path)
            store.preallocate_log()
            self._stores.append(store)  # who closes the last connection to a file removes its log
        connection = _connect(path, isolation_level=None)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA wal_autocheckpoint = 4000")  # pages, as the store has it
        connection.execute("PRAGMA foreign_keys = ON")
        connection.row_factory = sqlite3.Row
        return connection


class _Every(dict[int, sqlite3.Connection]):
    """One connection in the place of all."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        super().__init__()
        self._connection = connection

    def __missing__(self, _number: int) -> sqlite3.Connection:
        return self._connection


def _recording(steps: list[_Step]) -> Callable[..., sqlite3.Connection]:
    numbers: dict[int, int] = {}

    class Recording(sqlite3.Connection):
        def execute(self, statement: str, values: Any = (), /) -> sqlite3.Cursor:
            steps.append((numbers.setdefault(id(self), len(numbers)), statement, values))
            return super().execute(statement, values)

    return lambda *args, **options: _connect(*args, factory=Recording, **options)


def _within(steps: Iterable[_Step]) -> list[_Step]:
    return [step for step in steps if not step[1].startswith(_TRANSACTION)]


def _run(connections: dict[int, sqlite3.Connection], steps: Iterable[_Step]) -> None:
    for number, statement, values in steps:
        connections[number].execute(statement, values).fetchall()


def _timed(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
