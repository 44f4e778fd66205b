"""Which files of a database aren't where they were opened any more."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from approvals.errors import StoreError
from approvals.files import OpenFiles
from approvals.sql.connection import open_database


@pytest.fixture
def real(tmp_path: Path) -> Iterator[Path]:
    """A database that is open, with all of its files."""
    path = tmp_path / "real.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL").fetchall()
        connection.execute("CREATE TABLE one (id)")
        yield path


def test_where_all_are_there_none_is_missed(real: Path) -> None:
    files = OpenFiles(real)
    with closing(sqlite3.connect(real)) as other, other:
        other.execute("INSERT INTO one VALUES (1)")
    assert files.moved() is None


@pytest.mark.parametrize("name", ["real.db", "real.db-wal", "real.db-shm"])
def test_one_that_is_moved_is_missed_until_it_is_back(real: Path, tmp_path: Path, name: str) -> None:
    files, place, aside = OpenFiles(real), tmp_path / name, tmp_path / "aside"
    place.rename(aside)
    assert files.moved() == place
    place.write_bytes(aside.read_bytes())
    assert files.moved() == place
    aside.replace(place)
    assert files.moved() is None


def test_beside_a_link_they_are_looked_for_where_it_leads(real: Path, tmp_path: Path) -> None:
    link = tmp_path / "elsewhere" / "bot.db"
    link.parent.mkdir()
    link.symlink_to(real)
    files = OpenFiles(link)
    assert files.moved() is None
    (tmp_path / "real.db-wal").rename(tmp_path / "aside")
    assert files.moved() == tmp_path / "real.db-wal"
    (tmp_path / "aside").rename(tmp_path / "real.db-wal")
    link.unlink()
    assert files.moved() == link


def test_what_nobody_can_tell_is_not_taken_for_moved(real: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(real)
    files = OpenFiles(link)
    link.unlink()
    link.symlink_to(link)  # a loop, which leads nowhere
    assert files.moved() is None


def test_a_log_that_comes_later_is_known_from_then_on(tmp_path: Path) -> None:
    path = tmp_path / "bot.db"
    path.touch()
    files, log = OpenFiles(path), tmp_path / "bot.db-wal"
    assert files.moved() is None
    log.touch()
    assert files.moved() is None
    log.unlink()
    assert files.moved() == log


def test_opening_makes_no_file_in_the_place_of_one_that_is_gone(tmp_path: Path) -> None:
    with pytest.raises(StoreError):
        open_database(tmp_path / "gone.db")
    assert list(tmp_path.iterdir()) == []
