"""The file breaks while the bot runs: whoever types or presses gets a sentence, whoever watches sees what it is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.sandbox.run import Sandbox, opened
from tests.e2e.door import DoorKnocker
from tests.e2e.person import PersonAt, Seen

CHANNEL = "C0IMAGES"
UNREAD = "The record can't be read right now, so nothing was done. Try again in a minute."


@dataclass(frozen=True)
class Broken:
    """The sandbox with a request of Mei's that waits, and a file that nobody can read any more."""

    sandbox: Sandbox
    mei: PersonAt
    lin: PersonAt
    card: Seen

    @property
    def door(self) -> DoorKnocker:
        return DoorKnocker(self.sandbox.door.url)


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broken]:
    db = tmp_path_factory.mktemp("broken") / "bot.db"
    with opened(db=db) as sandbox:
        mei, lin = PersonAt(sandbox.workspace.url, "U0MEI"), PersonAt(sandbox.workspace.url, "U0LIN")
        mei.types("/image share base-nightly with data-team because x")
        card = lin.sees("Share base-nightly with data-team", where=CHANNEL)
        mei.sees("asked @lin and @omar")
        _overwrite(db, 0xFF)
        _overwrite(db.with_name("bot.db-wal"), 0xFF)
        _overwrite(db.with_name("bot.db-shm"), 0)  # what connections remember of the two
        yield Broken(sandbox, mei, lin, card)


def _overwrite(file: Path, byte: int) -> None:
    with file.open("r+b") as opened_file:
        opened_file.write(bytes([byte]) * file.stat().st_size)


@pytest.mark.parametrize("text", ["help", "requests", "requests mine", "requests 1", "list", "drift", "sharre x"])
def test_whoever_types_gets_a_sentence(broken: Broken, text: str) -> None:
    assert broken.mei.types(f"/image {text}") == UNREAD


def test_what_cannot_be_recorded_is_not_taken_for_recorded(broken: Broken) -> None:
    said = broken.mei.types("/image share base-nightly with data-team because y")
    assert said == "I can't record that right now, so nothing was asked. Try again in a minute."


@pytest.mark.parametrize("button", ["Approve", "Deny", "Cancel"])
def test_whoever_presses_gets_a_sentence(broken: Broken, button: str) -> None:
    who = broken.mei if button == "Cancel" else broken.lin
    told = sum(who.text_of(one) == UNREAD for one in who.messages())
    assert who.presses(button, on=broken.card) is None
    who.sees_so_many(UNREAD, told + 1)


def test_whoever_opens_home_gets_a_sentence(broken: Broken) -> None:
    broken.lin.opens_home(UNREAD)


def test_whoever_watches_is_told_what_it_is(broken: Broken) -> None:
    status, told = broken.door.ask("/readyz")
    assert status == 503
    assert "can't be used: file is not a database" in json.loads(told)["problems"]["database"]

    status, metrics = broken.door.ask("/metrics")
    assert status == 200
    assert "imagewarden_database_readable 0.0" in metrics
    assert 'imagewarden_problem{of="database"} 1.0' in metrics
