"""A function that writes, within a transaction that it may share with others."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

from sqlite_utils import Database

from approvals.errors import StoreError

T = TypeVar("T")


class Work(Generic[T]):
    """A function that writes, and what came of it.

    :param until: when it must have begun, in monotonic seconds; None where it waits for as long as anything does
    """

    def __init__(
        self, path: Path, function: Callable[[Database], T], *, durable: bool, until: float | None = None
    ) -> None:
        self._path = path
        self._function = function
        self.durable = durable
        self.until = until
        self._value: T
        self._error: BaseException | None = None
        self.settled = False

    def run_alone(self, db: Database) -> None:
        """What fails here ends the transaction, which holds nothing else."""
        self._value = self._function(db)

    def run(self, db: Database) -> None:
        """What fails here is undone alone: the others of the commit are none of its business."""
        execute = db.conn.execute
        execute("SAVEPOINT work")
        try:
            self._value = self._function(db)
        except Exception as error:
            self._error = error
            if not db.conn.in_transaction:  # where there is no room, SQLite has ended all of it
                raise
            execute("ROLLBACK TO work")
        execute("RELEASE work")

    def fail(self, error: BaseException) -> None:
        self._error = self._error or error
        self.settled = True

    @property
    def done(self) -> bool:
        return self._error is None

    def result(self) -> T:
        """What the function returned.

        :raises StoreError: the database can't be written; nothing of the work remains
        :raises Exception: what the function raised
        """
        if isinstance(self._error, sqlite3.Error):
            raise StoreError(str(self._path), plain(self._error)) from self._error
        if self._error is not None:
            raise self._error
        return self._value


def plain(error: BaseException) -> str:
    """What went wrong, in the words of the system or of SQLite."""
    return error.strerror or str(error) if isinstance(error, OSError) else str(error)
