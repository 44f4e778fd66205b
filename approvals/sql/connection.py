"""Connections to the SQLite file: set up in one place, its schema brought up to date."""

from __future__ import annotations

import os
import sqlite3
import time
from pathlib import Path

from sqlite_utils import Database

from approvals.errors import StoreError
from approvals.files import is_there
from approvals.migrations import STEPS, migrations
from approvals.sql.work import plain

BUSY_FOR = 30  # seconds to wait for another process that writes
_BETWEEN = 0.01  # seconds between two tries to have a new file alone
CHECKPOINT_EVERY = 4000  # pages (16 MiB): the same pages change again and again, and each checkpoint waits for the disk
_LONGEST_LOG = 2 * CHECKPOINT_EVERY * 4096  # bytes that it keeps, once whoever kept it from being emptied has ended
_OLDEST = (3, 35, 0)  # the first SQLite with RETURNING


def open_database(path: Path) -> Database:
    """A connection set up once, in one place.

    :raises StoreError: the file isn't there, can't be opened or is no database
    """
    if sqlite3.sqlite_version_info < _OLDEST:
        raise StoreError(str(path), f"SQLite {sqlite3.sqlite_version} is older than 3.35")
    try:
        address = f"{path.absolute().as_uri()}?mode=rw"  # which makes no new one
        connection = sqlite3.connect(address, uri=True, timeout=BUSY_FOR, isolation_level=None, check_same_thread=False)
    except (OSError, sqlite3.Error) as error:
        raise StoreError(str(path), plain(error)) from error
    try:
        _write_ahead(connection)
        connection.execute("PRAGMA synchronous = FULL")  # what was acked survives a power loss
        connection.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_EVERY}")
        connection.execute(f"PRAGMA journal_size_limit = {_LONGEST_LOG}").fetchall()
        connection.execute("PRAGMA foreign_keys = ON")
        connection.row_factory = sqlite3.Row
        return Database(connection)
    except sqlite3.Error as error:
        connection.close()
        raise StoreError(str(path), plain(error)) from error


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Let readers go on while one writes.

    The switch needs a new file alone, and SQLite says "locked" at once where two switch together: wait here.
    """
    until = time.monotonic() + BUSY_FOR
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL").fetchall()  # what fails after its row is told then only
        except sqlite3.OperationalError as error:
            if not is_busy(error) or time.monotonic() > until:
                raise
            time.sleep(_BETWEEN)
        else:
            return


def migrate(path: Path) -> None:
    """Bring the schema up to date; several processes may do so at the same time.

    A new file is readable by its owner only: it holds who asked for what and why.

    :raises StoreError: the file can't be written, or is of a newer version
    """
    try:
        if not is_there(path):
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise StoreError(str(path), plain(error)) from error
    db = open_database(path)
    try:
        db.execute("PRAGMA foreign_keys = OFF")  # a table that is made anew is gone for a moment
        db.execute("BEGIN IMMEDIATE")
        unknown = {one.name for one in migrations.applied(db)} - set(STEPS)
        if unknown:
            raise StoreError(str(path), f"a newer version of Imagewarden wrote it ({min(unknown)}): use that one")
        migrations.apply(db)
        db.execute("COMMIT")
    except sqlite3.Error as error:
        raise StoreError(str(path), plain(error)) from error
    finally:
        db.close()


def is_busy(error: sqlite3.Error) -> bool:
    """Does another process have the file? Errors of our own have no number."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY
