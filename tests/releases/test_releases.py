"""Files that earlier versions wrote, with requests in flight: they are brought up to date, and everything goes on."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from multiprocessing import get_context
from pathlib import Path

import pytest

from approvals.archive import opened
from approvals.errors import StoreError
from approvals.migrations import STEPS
from approvals.model import State, Verb
from approvals.sql.connection import migrate
from approvals.store import Store
from approvals.verifying import Verified, verify
from tests.approvals.fake_cloud import FakeCloud
from tests.approvals.house import DATA, LAB, LIN, STRANGER, House

FOLDER = Path(__file__).parent
RELEASES = sorted(FOLDER.glob("*.sql"))


def old(release: Path, folder: Path) -> Path:
    """A file as that version left it."""
    path = folder / "bot.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(release.read_text(encoding="utf-8"))
    return path


def schema(path: Path) -> dict[str, str]:
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    return {name: " ".join(sql.split()).replace('"', "") for name, sql in rows if not name.startswith("sqlite_")}


def rows(path: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


@pytest.fixture(params=RELEASES, ids=lambda release: release.stem)
def file(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return old(request.param, tmp_path)


def test_there_is_a_file_of_each_schema_that_there_was() -> None:
    assert len(RELEASES) > 5


def test_brought_up_to_date_it_looks_like_a_new_one_and_nothing_is_lost(file: Path, tmp_path: Path) -> None:
    tables = ("requests", "items", "decisions", "grants", "presses", "outbox", "cards", "audit")
    before = {table: rows(file, f"SELECT COUNT(*) FROM {table}") for table in tables}
    record = rows(file, "SELECT * FROM audit")
    migrate(file)
    migrate(tmp_path / "new.db")
    assert schema(file) == schema(tmp_path / "new.db")
    assert {table: rows(file, f"SELECT COUNT(*) FROM {table}") for table in tables} == before
    assert rows(file, "SELECT * FROM audit") == record
    assert rows(file, "PRAGMA foreign_key_check") == []
    assert rows(file, "PRAGMA integrity_check") == [("ok",)]
    migrate(file)
    assert schema(file) == schema(tmp_path / "new.db")


def test_what_was_in_flight_goes_on(file: Path) -> None:
    cloud = FakeCloud()
    cloud.give([DATA])
    house = House(file, cloud=cloud)
    house.clock.advance(minutes=1)
    [waiting] = [one for one in range(1, 6) if house.request(one).state is State.PENDING]
    [approved] = [one for one in range(1, 6) if house.request(one).state is State.APPROVED]
    [checking] = [one for one in range(1, 6) if house.request(one).state is State.CHECKING]
    press = house.record(waiting, LIN, Verb.APPROVE, key="after the upgrade")
    assert press is not None
    assert house.judged(press) == "approve"
    while house.execute():
        pass
    assert cloud.has("img-base0001") == {DATA, LAB, STRANGER}
    assert (house.request(waiting).state, house.request(approved).state) == (State.DONE, State.DONE)
    house.check()
    assert house.request(checking).state is State.PENDING
    assert house.told()
    house.clock.advance(days=4)
    house.time_out()
    assert house.request(checking).state is State.EXPIRED
    with opened(file) as archive:
        assert list(verify(archive, Verified())) == []
    house.close()


def test_one_that_was_pending_expires_at_its_time(file: Path) -> None:
    house = House(file)
    house.clock.advance(minutes=1)
    [waiting] = [one for one in range(1, 6) if house.request(one).state is State.PENDING]
    house.clock.advance(days=4)
    house.time_out()
    assert house.request(waiting).state is State.EXPIRED
    house.close()


def test_a_file_of_a_newer_version_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "bot.db"
    migrate(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('imagewarden', 'm0999_later', '')"
        )
        connection.commit()
    before = schema(path)
    with pytest.raises(StoreError, match=r"a newer version of Imagewarden wrote it \(m0999_later\): use that one"):
        Store(path)
    assert schema(path) == before


def test_several_processes_that_start_together_bring_it_up_to_date_once(tmp_path: Path) -> None:
    path = old(RELEASES[0], tmp_path)
    context = get_context("spawn")
    processes = [context.Process(target=migrate, args=(path,)) for _ in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(30)
    assert [process.exitcode for process in processes] == [0] * 4
    steps = [name for (name,) in rows(path, "SELECT name FROM _sqlite_migrations ORDER BY id")]
    assert steps == list(STEPS)
