"""The SQLite file: who writes, who reads, who hears of a commit."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from sqlite_utils import Database

from approvals.errors import StoreError
from approvals.ledger import Ledger
from approvals.sql.connection import Writer, migrate, open_database

T = TypeVar("T")


class Store:
    """The SQLite file. Many threads may use it; several processes may share the file.

    :raises StoreError: the file can't be opened, migrated or written
    """

    def __init__(self, path: Path) -> None:
        migrate(path)
        self._path = path
        self._writer = Writer(path)
        self._readers = threading.local()
        self._opened: list[Database] = []
        self._listeners: list[Callable[[], None]] = []

    def write(self, work: Callable[[Ledger], T]) -> T:
        """Run ``work`` in one transaction; it is durable on return, and undone if it raises."""
        result = self._writer.run(lambda db: work(Ledger(db)))
        for listener in self._listeners:
            listener()
        return result

    @contextmanager
    def read(self) -> Iterator[Ledger]:
        """A view for reading, of what was committed when it was opened."""
        db = getattr(self._readers, "db", None)
        if db is None:
            db = self._readers.db = open_database(self._path)
            self._opened.append(db)
        db.execute("BEGIN")
        try:
            yield Ledger(db)
        except sqlite3.Error as error:
            raise StoreError(str(self._path), str(error)) from error
        finally:
            db.execute("ROLLBACK")

    def on_commit(self, listener: Callable[[], None]) -> None:
        """Call ``listener`` after each commit; it must be quick and must not raise."""
        self._listeners.append(listener)

    def close(self) -> None:
        self._writer.close()
        for db in self._opened:
            db.close()
