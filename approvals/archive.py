"""A database file opened to be looked at and never changed: whatever it is, it is read or it is said why not."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from approvals.errors import StoreError
from approvals.files import is_there
from approvals.migrations import STEPS
from approvals.sql import queries
from approvals.workspace import Workspace

_SQL = queries(("audit.sql", "shares.sql", "messages.sql"))
_ABSENT = "there is no such file"
_FOREIGN = "this is no database of Imagewarden"
_NEWER = "a newer version of Imagewarden wrote it: use that one"
_OLDER = "an older version of Imagewarden wrote it: start this version on it once, or use the older one"


class Archive:
    """What the file holds, as of one moment."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path

    def rows(self, query: str, **values: object) -> Iterator[sqlite3.Row]:
        """The rows of a query of ``audit.sql``, ``shares.sql`` or ``messages.sql``, one after the other.

        :raises StoreError: the file can't be read on
        """
        try:
            # "yield from" would close the cursor with the generator, which may be after the file.
            for row in self._connection.execute(_SQL[query], values):  # noqa: UP028
                yield row
        except sqlite3.Error as error:
            raise StoreError(str(self._path), str(error)) from error


@contextmanager
def opened(path: Path) -> Iterator[Archive]:
    """The file, for as long as it is looked at.

    :raises StoreError: there is none, it isn't ours, it is damaged, or another version wrote it
    """
    try:
        absent = not is_there(path) or path.is_dir()
    except OSError as error:
        raise StoreError(str(path), error.strerror or str(error)) from error
    if absent:
        raise StoreError(str(path), _ABSENT)
    connection = _connect(path)
    try:
        connection.row_factory = sqlite3.Row
        archive = Archive(connection, path)
        _refuse_others(archive, path)
        connection.execute("BEGIN")
        yield archive
    finally:
        connection.close()


def home_of(path: Path) -> str:
    """The account that the file is about; empty where it is about none yet, isn't there or can't be read."""
    try:
        with opened(path) as archive:
            (row,) = archive.rows("home")
            return str(row["home"])
    except StoreError:
        return ""


def workspace_of(path: Path) -> Workspace | None:
    """The workspace that the file is about; None where it is about none yet, isn't there or can't be read."""
    try:
        with opened(path) as archive:
            row = next(archive.rows("audit_of_workspace"), None)
            return Workspace.of_line(json.loads(row["detail"])) if row else None
    except StoreError:
        return None


def _connect(path: Path) -> sqlite3.Connection:
    """
    :raises StoreError: it can't be opened
    """
    address = f"{path.absolute().as_uri()}?mode=ro"
    try:
        try:
            return _readable(address)
        except sqlite3.OperationalError:
            # A copy that lies where nothing can be written, and has no log beside it: SQLite must be told.
            return _readable(f"{address}&immutable=1")
    except sqlite3.DatabaseError as error:
        raise StoreError(str(path), _FOREIGN if "not a database" in str(error) else str(error)) from error


def _readable(address: str) -> sqlite3.Connection:
    """
    :raises sqlite3.DatabaseError: it can't be read
    """
    connection = sqlite3.connect(address, uri=True, isolation_level=None)
    try:
        connection.execute("SELECT 1 FROM sqlite_master").fetchone()
    except sqlite3.DatabaseError:
        connection.close()
        raise
    return connection


def _refuse_others(archive: Archive, path: Path) -> None:
    tables = {row["name"] for row in archive.rows("tables")}
    if not {"audit", "_sqlite_migrations"} <= tables:
        raise StoreError(str(path), _FOREIGN)
    there = {row["name"] for row in archive.rows("migrations")}
    if there - set(STEPS):
        raise StoreError(str(path), _NEWER)
    if set(STEPS) - there:
        raise StoreError(str(path), _OLDER)
