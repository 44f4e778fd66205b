"""A copy made while the bot runs can take the place of the file: what was in flight goes on, once."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from approvals.errors import StoreError
from approvals.model import State
from bot.backing_up import backup
from tests.approvals.house import DATA, LAB, House
from tests.e2e.command import imagewarden


def test_the_command_copies_while_the_bot_has_the_file_open(tmp_path: Path) -> None:
    house = House(tmp_path / "bot.db")
    house.approved(DATA)
    env = {"PATH": "", "PYTHONPATH": str(Path(__file__).parents[2]), "IMAGEWARDEN_DB": str(house.path)}
    told = imagewarden("backup", "copy.db", env=env, cwd=tmp_path)
    assert told.returncode == 0, told.stderr
    assert "bytes, whole." in told.stdout
    again = imagewarden("backup", "copy.db", env=env, cwd=tmp_path)
    assert again.returncode == 1
    assert "there is a file of that name already" in again.stderr
    house.close()
    assert stat.S_IMODE((tmp_path / "copy.db").stat().st_mode) == 0o600
    assert [one.name for one in tmp_path.glob("*copy*")] == ["copy.db"]


def test_when_it_says_so_the_copy_and_its_name_are_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    waited_for: list[tuple[int, list[str]]] = []
    fsync = os.fsync

    def noted(opened: int) -> None:
        waited_for.append((os.fstat(opened).st_ino, sorted(one.name for one in tmp_path.glob("*copy*"))))
        fsync(opened)

    with closing(House(tmp_path / "bot.db")) as house, monkeypatch.context() as watched:
        watched.setattr(os, "fsync", noted)
        backup(house.path, tmp_path / "copy.db")
    copy = (tmp_path / "copy.db").stat().st_ino
    assert waited_for == [(copy, [".copy.db.part"]), (tmp_path.stat().st_ino, ["copy.db"])]


def test_restored_it_goes_on_where_it_was_and_does_nothing_twice(tmp_path: Path) -> None:
    house = House(tmp_path / "bot.db")
    number, later = house.approved(DATA), house.pending(LAB)
    backup(house.path, tmp_path / "copy.db")
    house.execute()  # after the copy: the cloud has it, the copy doesn't know
    house.close()
    for rest in tmp_path.glob("bot.db*"):
        rest.unlink()
    shutil.move(tmp_path / "copy.db", tmp_path / "bot.db")

    restored = house.twin()
    restored.clock.advance(minutes=1)
    restored.execute()
    assert restored.request(number).state is State.DONE
    assert len(restored.cloud.changes) == 1  # it was read before anything was called
    assert restored.request(later).state is State.PENDING
    restored.close()


@pytest.mark.parametrize("content", [None, b"no database at all" * 100])
def test_what_is_no_database_of_ours_is_not_copied(tmp_path: Path, content: bytes | None) -> None:
    source = tmp_path / "other.db"
    if content:
        source.write_bytes(content)
    with pytest.raises(StoreError, match=r"no such file|no database of Imagewarden"):
        backup(source, tmp_path / "copy.db")
    assert not (tmp_path / "copy.db").exists()


def test_where_nothing_can_be_written_it_says_so(tmp_path: Path) -> None:
    house = House(tmp_path / "bot.db")
    house.pending(DATA)
    with pytest.raises(StoreError, match="No such file or directory"):
        backup(house.path, tmp_path / "nowhere" / "copy.db")
    with closing(sqlite3.connect(house.path)) as connection:
        assert connection.execute("SELECT COUNT(*) FROM requests").fetchone()[0] == 1
    house.close()


@pytest.mark.parametrize("to", ["bot.db/copy.db", "x" * 300, "no-such-folder/copy.db"])
def test_a_place_where_nothing_can_be_is_told(tmp_path: Path, to: str) -> None:
    house = House(tmp_path / "bot.db")
    house.close()
    env = {"PATH": "", "PYTHONPATH": str(Path(__file__).parents[2]), "IMAGEWARDEN_DB": str(house.path)}

    told = imagewarden("backup", to, env=env, cwd=tmp_path)

    assert told.returncode == 1
    assert told.stderr.startswith(f"Error: the database {to} can't be used: ")


def test_what_an_interrupted_copy_left_is_taken_away(tmp_path: Path) -> None:
    house = House(tmp_path / "bot.db")
    house.close()
    for left in (".copy.db.part", ".copy.db.part-journal"):
        (tmp_path / left).write_bytes(b"half")

    backup(house.path, tmp_path / "copy.db")

    assert [one.name for one in tmp_path.glob("*copy*")] == ["copy.db"]
