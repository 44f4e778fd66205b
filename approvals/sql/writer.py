"""The one writer of a process, and what it does where others write too."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TypeVar, cast

from sqlite_utils import Database

from approvals.errors import StoreError
from approvals.files import OpenFiles
from approvals.sql.connection import BUSY_FOR, CHECKPOINT_EVERY, is_busy, open_database
from approvals.sql.work import Work, plain

T = TypeVar("T")

_LOOK_EVERY = 0.01  # seconds
_TRIES_FOR = 2.0  # seconds
_LOG_BYTES = (CHECKPOINT_EVERY + 500) * 4096  # the last 500 pages stay in SQLite's cache and aren't written
# No room, no right, damaged, locked by others; the kinds of its other errors are kinds of their own.
_OF_THE_FILE = (sqlite3.OperationalError, sqlite3.DatabaseError)
_FILE_GONE = (
    'put it back. To go on with another file, stop the bot first, and do what docs/operations.md says under "Restore"'
)
_LOG_GONE = "what was in it is being written into the database. Stop the bot, and start it again"
_QUICK = 0.002  # seconds; a commit that takes longer costs more than what it costs to let others go on meanwhile


class WouldBlock(BaseException):
    """A write that may not wait would have to; nothing was done.

    No ``Exception``: whoever handles faults on the way would take it for one.
    """


class Writer:
    """Runs functions that write, one at a time, and commits those that wait together as one.

    Whoever finds the door free runs all that wait; the others find their result there. So a lone writer pays
    no thread switch, and many waiting ones share the cost of one durable commit.

    :ivar fault: why the last commit could not be made, as far as the file is to blame; None where it could
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._db = open_database(path)
        self._files = OpenFiles(path)
        self._door = threading.Lock()
        self._waiting: list[Work[object]] = []
        self._list = threading.Lock()
        self._waits = True
        self._busy_for: float = BUSY_FOR
        self._took = 0.0  # seconds, the last commit that waited for the disk
        self.fault: str | None = None

    def run(
        self, works: Sequence[Callable[[Database], T]], *, durable: bool, until: float | None = None
    ) -> list[Work[T]]:
        """Run ``works`` in one transaction, each of them undone alone if it raises.

        :param durable: return when a loss of power can't undo it any more; else when a kill can't
        :param until: when they must have begun, in monotonic seconds; what waits for longer fails
        """
        mine = self._made(works, durable=durable, until=until)
        waiting = cast("list[Work[object]]", mine)
        with self._list:
            self._waiting.extend(waiting)
        if self._enter(waiting, until):
            try:
                if not mine[0].settled:
                    with self._list:
                        together, self._waiting = self._waiting, []
                    self._commit(together, waiting[0])
            finally:
                self._door.release()
        return mine

    def run_at_once(self, works: Sequence[Callable[[Database], T]], *, durable: bool) -> list[Work[T]]:
        """Likewise, where nobody has to be waited for: no thread, no process, no slow disk.

        :raises WouldBlock: somebody has to
        """
        if not self.is_free or not self._door.acquire(blocking=False):
            raise WouldBlock
        try:
            self._begin(durable=durable, busy_for=0)
            mine = self._made(works, durable=durable)
            waiting = cast("list[Work[object]]", mine)
            self._commit(waiting, waiting[0])
        except sqlite3.Error:  # of the beginning; if it is a fault, whoever waits for the file will hear of it
            raise WouldBlock from None
        finally:
            self._door.release()
        return mine

    @property
    def is_free(self) -> bool:
        """Would a write begin at once, and end soon? Others may be quicker."""
        return not self._door.locked() and self._took < _QUICK

    @property
    def moved(self) -> str | None:
        """What became of a file that isn't where it was opened any more, and what to do; None where all are."""
        place = self._files.moved()
        if place is None:
            return None
        what, remedy = ("it", _FILE_GONE) if place == self._path else (f"{place.name} beside it", _LOG_GONE)
        return f"{what} was moved, removed or replaced while the bot runs: {remedy}"

    def preallocate_log(self) -> None:
        """Have the write-ahead log as long on disk as it gets before its first commits come.

        A commit that makes the file longer waits two to three times as long for the disk as one that overwrites: the
        file system must record the new blocks, too. What a rolled back transaction has written stays in the file.

        :raises StoreError: the file can't be written
        """
        execute = self._db.conn.execute
        with self._door:
            try:
                self._begin(durable=False)
                try:
                    execute("CREATE TABLE filling (bytes)")
                    execute("INSERT INTO filling VALUES (zeroblob(?))", (_LOG_BYTES,))
                finally:
                    self._roll_back()
            except sqlite3.Error as error:
                raise StoreError(str(self._path), plain(error)) from error

    def try_out(self) -> None:
        """Write a page that says what it said before, as durably as a request.

        :raises StoreError: the file can't be written, or not within seconds
        """
        until = time.monotonic() + _TRIES_FOR
        (done,) = self.run([lambda db: db.conn.execute("PRAGMA user_version = 0")], durable=True, until=until)
        done.result()

    def close(self) -> None:
        with self._door:
            self._db.close()

    def _made(
        self, works: Sequence[Callable[[Database], T]], *, durable: bool, until: float | None = None
    ) -> list[Work[T]]:
        return [Work(self._path, function, durable=durable, until=until) for function in works]

    def _enter(self, works: list[Work[object]], until: float | None) -> bool:
        """Wait at the door; False where that is over: they are done, or it took too long."""
        if self._door.acquire(timeout=-1 if until is None else max(0.0, until - time.monotonic())):
            return True
        if self._withdraw(works):
            return False
        while not works[0].settled:  # whoever has them in hand gives them up in time, or leaves them to us
            if self._door.acquire(timeout=_LOOK_EVERY):
                return True
        return False

    def _withdraw(self, works: list[Work[object]]) -> bool:
        """Let them fail that waited for too long; False where somebody has taken them along."""
        with self._list:
            if works[0] not in self._waiting:
                return False
            self._waiting = [work for work in self._waiting if work not in works]
        error = sqlite3.OperationalError("others write for too long")
        self.fault = plain(error)
        _give_up(works, error)
        return True

    def _begin_in_time(self, together: list[Work[object]], mine: Work[object]) -> list[Work[object]]:
        """Begin for those that can wait until the file is free, which are returned; the others fail.

        Where ``mine`` is among these, nothing has begun: whoever waits for longer does so itself.

        :raises sqlite3.Error: likewise, where there is no limit, or another fault
        """
        while True:
            limits = [work.until for work in together if work.until is not None]
            busy_for = max(0.0, min(limits) - time.monotonic()) if limits else BUSY_FOR
            try:
                self._begin(durable=any(work.durable for work in together), busy_for=busy_for)
                return together
            except sqlite3.OperationalError as error:
                late = [work for work in together if work.until is not None and work.until <= min(limits)]
                if not late or not is_busy(error):
                    raise
                self.fault = plain(error)
                _give_up(late, error)
                together = [work for work in together if work not in late]
            if mine.settled:
                with self._list:
                    self._waiting = [*together, *self._waiting]
                return []

    def _begin(self, *, durable: bool, busy_for: float = BUSY_FOR) -> None:
        """
        :param busy_for: seconds to wait for another process that writes
        :raises sqlite3.Error: the file can't be written, or what would be written would be lost
        """
        if moved := self.moved:
            self._save_log()
            raise sqlite3.OperationalError(moved)
        self._wait_for_the_disk(durable)
        if busy_for != self._busy_for:
            self._db.conn.execute(f"PRAGMA busy_timeout = {round(busy_for * 1000)}")
            self._busy_for = busy_for
        self._db.conn.execute("BEGIN IMMEDIATE")

    def _commit(self, together: list[Work[object]], mine: Work[object]) -> None:
        """Run what waits in one transaction, which may have begun, and commit it.

        :param mine: one of whoever runs it
        """
        execute = self._db.conn.execute
        try:
            if not self._db.conn.in_transaction:
                together = self._begin_in_time(together, mine)
                if not together:
                    return
            if len(together) == 1:
                together[0].run_alone(self._db)
            else:
                for work in together:
                    work.run(self._db)
            began = time.monotonic()
            execute("COMMIT")
            if self._waits:
                self._took = time.monotonic() - began
            self.fault = None
        except BaseException as error:
            if type(error) in _OF_THE_FILE:
                self.fault = plain(error)
            self._roll_back()
            for work in together:
                work.fail(error)
        for work in together:
            work.settled = True

    def _roll_back(self) -> None:
        """Undo what isn't committed, unless SQLite has: where there is no room, say."""
        if self._db.conn.in_transaction:
            self._db.conn.execute("ROLLBACK")

    def _save_log(self) -> None:
        """Have in the file what is in a log that nobody else will find; where the file itself is gone, SQLite won't."""
        with suppress(sqlite3.Error):  # the next try is soon
            self._db.conn.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()

    def _wait_for_the_disk(self, wait: bool) -> None:
        if wait is not self._waits:
            self._db.conn.execute(f"PRAGMA synchronous = {'FULL' if wait else 'NORMAL'}")
            self._waits = wait


def _give_up(works: list[Work[object]], error: sqlite3.Error) -> None:
    for work in works:
        work.fail(error)
