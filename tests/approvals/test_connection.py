"""The SQLite file: grouped writes, several processes, its mode, and what can't be used as one."""

from __future__ import annotations

import multiprocessing
import os
import sqlite3
import stat
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor, wait
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database

from approvals.errors import StoreError
from approvals.sql.connection import migrate, open_database
from approvals.sql.work import Work
from approvals.sql.writer import WouldBlock, Writer
from approvals.store import Store

SPAWN = multiprocessing.get_context("spawn")
WITHIN = 20.0  # seconds, for a thread to come to the end


def bump(db: Database) -> None:
    db.execute("UPDATE counter SET value = value + 1")


def counted(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("SELECT value FROM counter").fetchone()[0])


@pytest.fixture
def counter(database: Path) -> Path:
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("CREATE TABLE counter (value INTEGER CHECK (value < 1000000))")
        connection.execute("INSERT INTO counter VALUES (0)")
        connection.commit()
    return database


class Gate:
    """Holds the writer in one work while others queue behind it, so that they are committed as one."""

    def __init__(self, writer: Writer, *, durable: bool = True) -> None:
        self._writer = writer
        self._entered, self._open = threading.Event(), threading.Event()
        self._threads: list[threading.Thread] = []
        self.outcomes: dict[str, object] = {}
        self._durable = durable
        self._start("gate", self._wait, durable=durable)
        assert self._entered.wait(WITHIN)

    def queue(self, name: str, work: Callable[[Database], object], *, durable: bool = False) -> None:
        before = len(self._writer._waiting)
        self._start(name, work, durable=durable or self._durable)
        until = time.monotonic() + WITHIN
        while len(self._writer._waiting) == before:
            assert time.monotonic() < until

    def open(self) -> None:
        self._open.set()
        for thread in self._threads:
            thread.join(WITHIN)
            assert not thread.is_alive()

    def _wait(self, _db: Database) -> None:
        self._entered.set()
        assert self._open.wait(WITHIN)

    def _start(self, name: str, work: Callable[[Database], object], *, durable: bool) -> None:
        def run() -> None:
            try:
                (done,) = self._writer.run([work], durable=durable)
                self.outcomes[name] = done.result()
            except Exception as error:
                self.outcomes[name] = error

        thread = threading.Thread(target=run, name=name)
        self._threads.append(thread)
        thread.start()


@pytest.fixture
def writer(counter: Path) -> Iterator[Writer]:
    made = Writer(counter)
    yield made
    made.close()


def test_writes_that_wait_together_are_one_commit(counter: Path, writer: Writer) -> None:
    gate = Gate(writer)
    gate.queue("first", bump)

    def look(db: Database) -> tuple[int, int]:
        inside = int(db.execute("SELECT value FROM counter").fetchone()[0])
        return inside, counted(counter)

    gate.queue("second", look)
    gate.open()
    assert gate.outcomes["second"] == (1, 0)  # the first one's change is there, and nobody outside sees it yet
    assert counted(counter) == 1


def test_a_work_that_fails_is_undone_alone(counter: Path, writer: Writer) -> None:
    gate = Gate(writer)

    def fail(db: Database) -> None:
        db.execute("UPDATE counter SET value = value + 100")
        raise KeyError("mine alone")

    gate.queue("first", bump)
    gate.queue("bad", fail)
    gate.queue("last", bump)
    gate.open()
    assert isinstance(gate.outcomes["bad"], KeyError)
    assert (gate.outcomes["first"], gate.outcomes["last"]) == (None, None)
    assert counted(counter) == 2


def test_what_the_database_refuses_in_one_work_is_a_store_error_for_that_one(counter: Path, writer: Writer) -> None:
    gate = Gate(writer)
    gate.queue("bad", lambda db: db.execute("UPDATE counter SET value = 1000000"))
    gate.queue("good", bump)
    gate.open()
    error = gate.outcomes["bad"]
    assert isinstance(error, StoreError)
    assert "CHECK constraint failed" in error.cause
    assert counted(counter) == 1


def test_where_the_commit_fails_every_work_of_it_is_told(writer: Writer) -> None:
    gate = Gate(writer)
    gate.queue("first", bump)
    gate.queue("second", lambda db: db.execute("COMMIT"))  # takes the transaction from under the others
    gate.queue("third", bump)
    gate.open()
    assert all(isinstance(gate.outcomes[name], StoreError) for name in ("first", "second", "third"))
    (done,) = writer.run([bump], durable=True)
    done.result()


def test_where_one_work_ends_the_transaction_every_work_of_it_is_told_why(counter: Path, writer: Writer) -> None:
    full = (
        "CREATE TRIGGER full BEFORE UPDATE ON counter WHEN new.value = 2 BEGIN SELECT RAISE(ROLLBACK, 'no room'); END"
    )
    writer.run([lambda db: db.execute(full)], durable=True)  # as SQLite may do where there is no room
    gate = Gate(writer)
    for name in ("first", "second", "third"):
        gate.queue(name, bump)
    gate.open()
    assert [str(gate.outcomes[name]).endswith(": no room") for name in ("first", "second", "third")] == [True] * 3
    assert counted(counter) == 0


def test_that_the_file_cannot_be_written_is_known_until_it_can(writer: Writer) -> None:
    writer._db.execute("PRAGMA query_only = 1")
    for _ in range(2):
        with pytest.raises(StoreError, match="readonly"):
            writer.try_out()
        assert writer.fault == "attempt to write a readonly database"
    writer._db.execute("PRAGMA query_only = 0")
    writer.try_out()
    assert writer.fault is None


def test_many_threads_lose_no_write(counter: Path, writer: Writer) -> None:
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda _: writer.run([bump], durable=True), range(400)))
    assert counted(counter) == 400


def until_quick(writer: Writer) -> None:
    """Write until the disk, which may be slow for a while, was as quick as an answer needs it."""
    until = time.monotonic() + WITHIN
    while not writer.is_free:
        assert time.monotonic() < until
        writer.run([bump], durable=True)


def test_a_write_that_may_not_wait_is_as_safe_as_any(writer: Writer) -> None:
    for durable in (True, False, True):
        until_quick(writer)
        (done,) = writer.run_at_once([waits_for_the_disk], durable=durable)
        assert done.result() is durable


def test_what_fails_of_a_write_that_may_not_wait_leaves_nothing(counter: Path, writer: Writer) -> None:
    until_quick(writer)
    before = counted(counter)

    def fail(db: Database) -> None:
        bump(db)
        raise KeyError

    (done,) = writer.run_at_once([fail], durable=True)
    with pytest.raises(KeyError):
        done.result()
    writer.run_at_once([bump], durable=True)[0].result()
    assert counted(counter) == before + 1


def test_a_write_that_may_not_wait_waits_for_no_thread(counter: Path, writer: Writer) -> None:
    gate = Gate(writer)
    assert not writer.is_free
    with pytest.raises(WouldBlock):
        writer.run_at_once([bump], durable=True)
    gate.open()
    assert counted(counter) == 0


def test_a_write_that_may_not_wait_waits_for_no_process_and_others_do_as_before(counter: Path, writer: Writer) -> None:
    until_quick(writer)
    before = counted(counter)
    with closing(sqlite3.connect(counter, isolation_level=None)) as other, ThreadPoolExecutor(1) as pool:
        other.execute("BEGIN IMMEDIATE")
        at_once = pool.submit(writer.run_at_once, [bump], durable=True)
        assert isinstance(at_once.exception(WITHIN), WouldBlock)  # sooner than who waits gives up
        assert writer.fault is None
        patient = pool.submit(writer.run, [bump], durable=True)
        assert not wait([patient], timeout=0.1).done
        other.execute("COMMIT")
        patient.result(WITHIN)[0].result()
    assert counted(counter) == before + 1


def test_a_write_that_may_not_wait_waits_for_no_slow_disk(counter: Path, writer: Writer) -> None:
    writer.run([lambda db: db.execute("CREATE TABLE long AS SELECT zeroblob(60000000)")], durable=True)[0].result()
    assert not writer.is_free
    with pytest.raises(WouldBlock):
        writer.run_at_once([bump], durable=True)
    until_quick(writer)
    before = counted(counter)
    writer.run_at_once([bump], durable=True)[0].result()
    assert counted(counter) == before + 1


def soon() -> float:
    return time.monotonic() + 0.3


def gives_up(work: Future[list[Work[None]]]) -> bool:
    try:
        work.result(WITHIN)[0].result()
    except StoreError:
        return True
    return False


def test_a_write_with_a_limit_waits_no_longer_for_a_thread(counter: Path, writer: Writer) -> None:
    gate = Gate(writer)
    with ThreadPoolExecutor(1) as pool:
        assert gives_up(pool.submit(writer.run, [bump, bump], durable=True, until=soon()))
        assert writer.fault == "others write for too long"
        gate.queue("patient", bump)
        gate.open()
    assert counted(counter) == 1
    assert not writer.fault
    writer.run([bump], durable=True, until=soon())[0].result()
    assert counted(counter) == 2


def test_a_write_with_a_limit_waits_no_longer_for_a_process(counter: Path, writer: Writer) -> None:
    with closing(sqlite3.connect(counter, isolation_level=None)) as other, ThreadPoolExecutor(1) as pool:
        other.execute("BEGIN IMMEDIATE")
        assert gives_up(pool.submit(writer.run, [bump], durable=True, until=soon()))
        assert writer.fault == "database is locked"
        assert gives_up(pool.submit(writer.run, [bump], durable=True, until=time.monotonic() - 1))
        other.execute("COMMIT")
    writer.run([bump], durable=True)[0].result()
    assert counted(counter) == 1
    assert not writer.fault


def test_who_waits_together_with_it_waits_on(counter: Path, writer: Writer) -> None:
    with closing(sqlite3.connect(counter, isolation_level=None)) as other, ThreadPoolExecutor(3) as pool:
        other.execute("BEGIN IMMEDIATE")
        with writer._door:
            patient = [pool.submit(writer.run, [bump], durable=True)]
            hasty = pool.submit(writer.run, [bump], durable=True, until=time.monotonic() + 2.0)
            patient.append(pool.submit(writer.run, [bump], durable=True))
            until = time.monotonic() + WITHIN
            while len(writer._waiting) < 3:
                assert time.monotonic() < until
        assert gives_up(hasty)
        assert not any(one.done() for one in patient)
        other.execute("COMMIT")
        assert not any(gives_up(one) for one in patient)
    assert counted(counter) == 2


def test_who_gives_up_leaves_it_to_the_others(counter: Path, writer: Writer) -> None:
    patient: Work[object] = Work(counter, bump, durable=True)
    with closing(sqlite3.connect(counter, isolation_level=None)) as other, ThreadPoolExecutor(1) as pool:
        other.execute("BEGIN IMMEDIATE")
        writer._waiting.append(patient)  # it stands at the door, and the other one was quicker
        assert gives_up(pool.submit(writer.run, [bump], durable=True, until=soon()))
        assert not patient.settled
        other.execute("COMMIT")
    writer.run([bump], durable=True)[0].result()
    patient.result()
    assert patient.settled
    assert counted(counter) == 2


def bump_often(path: str, times: int) -> None:
    writer = Writer(Path(path))
    for _ in range(times):
        writer.run([bump], durable=True)
    writer.close()


def open_and_close(path: str) -> int:
    store = Store(Path(path))
    with store.read() as ledger:
        waiting = ledger.notices_waiting().number
    store.close()
    return waiting


def test_two_processes_on_one_file_lose_no_write(counter: Path) -> None:
    with ProcessPoolExecutor(2, mp_context=SPAWN) as pool:
        list(pool.map(bump_often, [str(counter)] * 2, [100] * 2))
    assert counted(counter) == 200


def test_several_processes_that_start_together_apply_the_schema_once(tmp_path: Path) -> None:
    paths = [str(tmp_path / f"{round_}.db") for round_ in range(8) for _process in range(4)]
    with ProcessPoolExecutor(4, mp_context=SPAWN) as pool:
        assert list(pool.map(open_and_close, paths)) == [0] * len(paths)
    with closing(sqlite3.connect(paths[0])) as connection:
        applied = connection.execute("SELECT name FROM _sqlite_migrations").fetchall()
    assert len(applied) == len(set(applied)) > 0


def test_threads_that_open_one_new_file_together_all_succeed(tmp_path: Path) -> None:
    for round_ in range(10):
        path, together = tmp_path / f"{round_}.db", threading.Barrier(6)

        def start(_: int, path: Path = path, together: threading.Barrier = together) -> None:
            together.wait(WITHIN)
            migrate(path)

        with ThreadPoolExecutor(6) as pool:
            list(pool.map(start, range(6)))


def test_a_new_file_that_another_process_writes_is_waited_for(database: Path) -> None:
    with closing(sqlite3.connect(database, isolation_level=None)) as other, ThreadPoolExecutor(1) as pool:
        other.execute("BEGIN IMMEDIATE")
        opening = pool.submit(migrate, database)
        assert not wait([opening], timeout=0.1).done
        other.execute("COMMIT")
        opening.result(WITHIN)


def test_the_schema_is_not_applied_again_at_the_next_start(database: Path) -> None:
    Store(database).close()
    with closing(sqlite3.connect(database)) as connection:
        before = connection.execute("SELECT * FROM _sqlite_migrations").fetchall()
    Store(database).close()
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("SELECT * FROM _sqlite_migrations").fetchall() == before


def test_the_file_and_what_stands_beside_it_are_for_the_owner_alone(database: Path) -> None:
    before = os.umask(0o022)
    try:
        store = Store(database)
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in database.parent.iterdir()}
        store.close()
    finally:
        os.umask(before)
    assert modes == dict.fromkeys(("imagewarden.db", "imagewarden.db-wal", "imagewarden.db-shm"), 0o600)


def test_what_was_written_is_safe_from_a_power_loss_and_does_not_stop_readers(database: Path) -> None:
    migrate(database)
    db = open_database(database)
    settings = [db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous", "foreign_keys")]
    db.close()
    assert settings == ["wal", 2, 1]


def garbage(tmp_path: Path) -> Path:
    path = tmp_path / "garbage.db"
    path.write_bytes(b"this is no database, it is a text of some length\n" * 100)
    return path


def folder(tmp_path: Path) -> Path:
    return tmp_path


def nowhere(tmp_path: Path) -> Path:
    return tmp_path / "missing" / "imagewarden.db"


def below_a_file(tmp_path: Path) -> Path:
    (tmp_path / "file").touch()
    return tmp_path / "file" / "imagewarden.db"


def full(_tmp_path: Path) -> Path:
    return Path("/dev/full")


@pytest.mark.parametrize("place", [garbage, folder, nowhere, below_a_file, full])
def test_a_path_that_cannot_be_used_is_one_sentence_that_names_it(
    tmp_path: Path, place: Callable[[Path], Path]
) -> None:
    path = place(tmp_path)
    with pytest.raises(StoreError) as caught:
        Store(path)
    assert caught.value.path == str(path)
    assert str(caught.value).startswith(f"the database {path} can't be used: ")
    assert caught.value.cause


def test_a_foreign_schema_in_the_way_is_a_store_error(database: Path) -> None:
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("CREATE TABLE requests (something TEXT)")
    with pytest.raises(StoreError, match="requests already exists"):
        Store(database)


def waits_for_the_disk(db: Database) -> bool:
    return int(db.execute("PRAGMA synchronous").fetchone()[0]) == 2  # 1 is NORMAL, 2 is FULL


@pytest.mark.parametrize("order", [(True, False) * 3, (False, True) * 3])
def test_only_what_must_survive_a_loss_of_power_waits_for_the_disk(writer: Writer, order: tuple[bool, bool]) -> None:
    for durable in order:
        (done,) = writer.run([waits_for_the_disk], durable=durable)
        assert done.result() is durable


def test_one_work_that_must_survive_makes_those_committed_with_it_survive(writer: Writer) -> None:
    gate = Gate(writer, durable=False)
    gate.queue("look", waits_for_the_disk)
    gate.queue("durable", bump, durable=True)
    gate.open()
    assert gate.outcomes["look"] is True


def test_the_log_is_as_long_from_the_start_as_it_gets(counter: Path) -> None:
    """No commit waits for the file to grow, and nothing is left of what made it long."""
    writer = Writer(counter)
    log = counter.with_name(counter.name + "-wal")
    writer.run([bump], durable=True)[0].result()
    before = counter.stat().st_size
    writer.preallocate_log()
    size = log.stat().st_size
    assert size >= 4000 * 4096
    for _ in range(5):
        writer.run([bump], durable=True)[0].result()
    assert log.stat().st_size == size
    assert counted(counter) == 6
    writer.close()
    assert counted(counter) == 6
    assert counter.stat().st_size == before
    with closing(sqlite3.connect(counter)) as connection:
        assert connection.execute("SELECT name FROM sqlite_master WHERE name = 'filling'").fetchall() == []


def test_the_log_that_a_reader_made_long_is_short_again_once_the_reader_has_ended(counter: Path) -> None:
    log = counter.with_name(counter.name + "-wal")

    def store_bytes(db: Database) -> None:
        db.execute("CREATE TABLE much (bytes)")
        db.execute("INSERT INTO much VALUES (zeroblob(?))", (50_000_000,))

    with closing(Writer(counter)) as writer:
        writer.preallocate_log()
        usual = log.stat().st_size
        with closing(sqlite3.connect(counter, isolation_level=None)) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT value FROM counter").fetchall()
            writer.run([store_bytes], durable=True)[0].result()
            assert log.stat().st_size > 2 * usual
        for _ in range(3):
            writer.run([bump], durable=True)[0].result()
        assert log.stat().st_size < 2 * usual


def test_a_log_that_can_t_be_written_is_told(counter: Path) -> None:
    writer = Writer(counter)
    writer.close()
    with pytest.raises(StoreError):
        writer.preallocate_log()
