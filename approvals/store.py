"""The SQLite file: who writes, who reads, who hears of a commit."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TypeVar

from sqlite_utils import Database

from approvals.errors import StoreError
from approvals.ledger import Ledger
from approvals.sql.connection import migrate, open_database
from approvals.sql.work import Work
from approvals.sql.writer import WouldBlock, Writer
from approvals.tables import Happened

__all__ = ["Store", "WouldBlock"]

T = TypeVar("T")


class Store:
    """The SQLite file. Many threads may use it; several processes may share the file.

    :raises StoreError: the file can't be opened, migrated or written
    """

    def __init__(self, path: Path) -> None:
        migrate(path)
        self._path = path
        self._writer = Writer(path)
        self._here = threading.local()
        self._opened: list[Database] = []
        self._listeners: list[Callable[[], None]] = []
        self._counters: list[Callable[[Sequence[Happened]], None]] = []

    def write(self, work: Callable[[Ledger], T], *, durable: bool = True) -> T:
        """Run ``work`` in one transaction; it is undone if it raises.

        :param durable: on return it survives a loss of power; without, it survives a kill, and a loss of power
            may undo it together with all that came after. Only for what is then done again without harm.
        """
        (done,) = self.write_all([work], durable=durable)
        return done.result()

    def write_all(self, works: Sequence[Callable[[Ledger], T]], *, durable: bool = True) -> list[Work[T]]:
        """Run ``works`` in one transaction, one after the other; what raises is undone alone, and tells in its result.

        :param durable: see ``write``
        """
        if not works:
            return []
        happened: list[list[Happened]] = [[] for _ in works]
        runs = [partial(_on_ledger, work, noted) for work, noted in zip(works, happened, strict=True)]
        if getattr(self._here, "may_wait", True):
            done = self._writer.run(runs, durable=durable, until=getattr(self._here, "until", None))
        else:
            done = self._writer.run_at_once(runs, durable=durable)
        if any(work.done for work in done):
            for listener in self._listeners:
                listener()
            for count in self._counters:
                count([one for work, noted in zip(done, happened, strict=True) if work.done for one in noted])
        return done

    @contextmanager
    def without_waiting(self) -> Iterator[None]:
        """In here, nothing that this thread writes waits for another thread, another process or a slow disk.

        :raises WouldBlock: it would have to; nothing of that write was done
        """
        self._here.may_wait = False
        try:
            yield
        finally:
            self._here.may_wait = True

    @contextmanager
    def waiting_until(self, until: float) -> Iterator[None]:
        """In here, what this thread writes fails, and leaves nothing, where it can't begin in time.

        :param until: monotonic seconds
        """
        self._here.until = until
        try:
            yield
        finally:
            self._here.until = None

    @property
    def is_free(self) -> bool:
        """Would a write need no waiting, as it looks now?"""
        return self._writer.is_free

    @contextmanager
    def read(self) -> Iterator[Ledger]:
        """A view for reading, of what was committed when it was opened."""
        db = getattr(self._here, "reader", None)
        if db is None:
            db = self._here.reader = open_database(self._path)
            self._opened.append(db)
        execute = db.conn.execute
        execute("BEGIN")
        try:
            yield Ledger(db)
        except sqlite3.Error as error:
            raise StoreError(str(self._path), str(error)) from error
        finally:
            if db.conn.in_transaction:  # what could not be read may have ended it
                execute("ROLLBACK")

    @property
    def fault(self) -> str | None:
        """Why the last commit of this process could not be made, or the next one can't, if the file is to blame."""
        return self._writer.fault or self._writer.moved

    def try_out(self) -> None:
        """Write something that changes nothing. What was committed before, and not waited for, is on the disk with it.

        :raises StoreError: the file can't be written
        """
        self._writer.try_out()

    def preallocate_log(self) -> None:
        """Make the first commits as quick as later ones; takes some 50 ms.

        :raises StoreError: the file can't be written
        """
        self._writer.preallocate_log()

    def on_commit(self, listener: Callable[[], None]) -> None:
        """Call ``listener`` after each commit; it must be quick and must not raise."""
        self._listeners.append(listener)

    def on_happened(self, counter: Callable[[Sequence[Happened]], None]) -> None:
        """Call ``counter`` after each commit with what this process did in it; likewise."""
        self._counters.append(counter)

    def sizes(self) -> dict[str, int]:
        """The bytes of the database (``db``) and of its write-ahead log (``wal``)."""
        files = {"db": self._path, "wal": self._path.with_name(self._path.name + "-wal")}
        return {name: file.stat().st_size for name, file in files.items() if file.exists()}

    def close(self) -> None:
        self._writer.close()
        for db in self._opened:
            db.close()


def _on_ledger(work: Callable[[Ledger], T], happened: list[Happened], db: Database) -> T:
    return work(Ledger(db, happened))
