"""Connections to the SQLite file, and the one writer of a process."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar, cast

from sqlite_utils import Database

from approvals.errors import StoreError
from approvals.migrations import migrations

T = TypeVar("T")

_BUSY_FOR = 30  # seconds to wait for another process that writes
_BETWEEN = 0.01  # seconds between two tries to have a new file alone
_OLDEST = (3, 35, 0)  # the first SQLite with RETURNING


def open_database(path: Path) -> Database:
    """A connection set up once, in one place.

    The file is created readable by its owner only: it holds who asked for what and why.

    :raises StoreError: the file can't be opened or is no database
    """
    if sqlite3.sqlite_version_info < _OLDEST:
        raise StoreError(str(path), f"SQLite {sqlite3.sqlite_version} is older than 3.35")
    try:
        if not path.exists():
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        connection = sqlite3.connect(path, timeout=_BUSY_FOR, isolation_level=None, check_same_thread=False)
    except (OSError, sqlite3.Error) as error:
        raise StoreError(str(path), _plain(error)) from error
    try:
        _write_ahead(connection)
        connection.execute("PRAGMA synchronous = FULL")  # what was acked survives a power loss
        connection.execute("PRAGMA foreign_keys = ON")
        return Database(connection)
    except sqlite3.Error as error:
        connection.close()
        raise StoreError(str(path), _plain(error)) from error


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Let readers go on while one writes.

    The switch needs a new file alone, and SQLite says "locked" at once where two switch together: wait here.
    """
    until = time.monotonic() + _BUSY_FOR
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(_BETWEEN)
        else:
            return


def migrate(path: Path) -> None:
    """Bring the schema up to date; several processes may do so at the same time.

    :raises StoreError: the file can't be written
    """
    db = open_database(path)
    try:
        db.execute("BEGIN IMMEDIATE")
        migrations.apply(db)
        db.execute("COMMIT")
    except sqlite3.Error as error:
        raise StoreError(str(path), _plain(error)) from error
    finally:
        db.close()


class Writer:
    """Runs functions that write, one at a time, and commits those that wait together as one.

    Whoever finds the door free runs all that wait; the others find their result there. So a lone writer pays
    no thread switch, and many waiting ones share the cost of one durable commit.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._db = open_database(path)
        self._door = threading.Lock()
        self._waiting: list[_Work[object]] = []
        self._list = threading.Lock()

    def run(self, work: Callable[[Database], T]) -> T:
        """Run ``work`` in a transaction and return its result once that is durable.

        :raises StoreError: the database can't be written; nothing of the work remains
        """
        mine: _Work[T] = _Work(work)
        with self._list:
            self._waiting.append(cast("_Work[object]", mine))
        with self._door:
            if not mine.settled:
                with self._list:
                    together, self._waiting = self._waiting, []
                self._commit(together)
        try:
            return mine.result()
        except sqlite3.Error as error:
            raise StoreError(str(self._path), _plain(error)) from error

    def close(self) -> None:
        with self._door:
            self._db.close()

    def _commit(self, together: list[_Work[object]]) -> None:
        try:
            self._db.execute("BEGIN IMMEDIATE")
            if len(together) == 1:
                together[0].run_alone(self._db)
            else:
                for work in together:
                    work.run(self._db)
            self._db.execute("COMMIT")
        except BaseException as error:
            if self._db.conn.in_transaction:
                self._db.execute("ROLLBACK")
            for work in together:
                work.fail(error)
        for work in together:
            work.settled = True


class _Work(Generic[T]):
    def __init__(self, function: Callable[[Database], T]) -> None:
        self._function = function
        self._value: T
        self._error: BaseException | None = None
        self.settled = False

    def run_alone(self, db: Database) -> None:
        """What fails here ends the transaction, which holds nothing else."""
        self._value = self._function(db)

    def run(self, db: Database) -> None:
        """What fails here is undone alone: the others of the commit are none of its business."""
        db.execute("SAVEPOINT work")
        try:
            self._value = self._function(db)
        except Exception as error:
            self._error = error
            db.execute("ROLLBACK TO work")
        db.execute("RELEASE work")

    def fail(self, error: BaseException) -> None:
        self._error = self._error or error

    def result(self) -> T:
        if self._error is not None:
            raise self._error
        return self._value


def _plain(error: BaseException) -> str:
    return error.strerror or str(error) if isinstance(error, OSError) else str(error)
