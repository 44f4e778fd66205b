"""The record: every line follows from the one before, and none can be changed or taken away."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approvals.audit import FIRST, NOBODY, Entry, canonical, digest, digest_of
from approvals.ledger import Ledger
from approvals.model import Person, Verb
from approvals.store import Store
from tests.approvals.house import DATA, GUS, LAB, LIN, House
from tests.approvals.record import broken_lines

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
LINES = "SELECT * FROM audit ORDER BY seq"


def lived(house: House) -> list[dict[str, Any]]:
    """The record of a desk where this and that happened."""
    first, second = house.approved(DATA), house.pending(LAB, reason="„weil“ & <b> 因为")
    house.execute()
    house.press(second, GUS, Verb.APPROVE)
    house.press(second, LIN, Verb.DENY, reason="nein")
    house.press(404, LIN, Verb.APPROVE)
    house.press(first, LIN, Verb.CANCEL)
    return house.rows(LINES)


def test_every_line_follows_from_the_one_before(house: House) -> None:
    lines = lived(house)
    assert len(lines) > 10
    assert broken_lines(lines) == []
    assert lines[0]["previous"] == FIRST
    assert [line["seq"] for line in lines] == list(range(1, len(lines) + 1))


@pytest.mark.parametrize(
    "column", ["at", "event", "request_id", "actor_id", "actor_name", "detail", "previous", "hash"]
)
def test_a_line_that_was_changed_is_found(house: House, column: str) -> None:
    lines = lived(house)
    lines[4][column] = 7 if column == "request_id" else "x" + lines[4][column]
    assert 5 in broken_lines(lines)


def test_a_line_that_was_taken_out_or_moved_is_found(house: House) -> None:
    lines = lived(house)
    assert broken_lines(lines[:3] + lines[4:]) == [5]
    assert broken_lines([lines[1], lines[0], *lines[2:]])


@given(st.text(), st.text(), st.text(), st.text(), st.one_of(st.none(), st.integers(1, 2**60)))
def test_the_hash_of_a_written_line_is_that_of_the_entry(
    event: str, person: str, name: str, reason: str, number: int | None
) -> None:
    entry = Entry(NOW, event, Person(person, name), number, {"reason": reason})
    detail = canonical(entry.detail)
    line = {"at": "2026", "event": event, "request_id": number, "actor_id": person, "actor_name": name}
    line |= {"detail": detail, "previous": FIRST}
    assert digest_of(line) == digest(entry, "2026", FIRST, detail)


def test_two_processes_continue_one_chain(house: House) -> None:
    other = house.twin()
    for _ in range(3):
        house.ask(DATA)
        other.ask(LAB)
    other.close()
    lines = house.rows(LINES)
    assert len(lines) == 6
    assert broken_lines(lines) == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET detail = '{}' WHERE seq = 1",
        "UPDATE audit SET hash = hash",
        "DELETE FROM audit WHERE seq = 1",
        "DELETE FROM audit",
        "REPLACE INTO audit SELECT * FROM audit",
        "INSERT OR REPLACE INTO audit SELECT * FROM audit WHERE seq = 1",
    ],
)
def test_the_file_itself_refuses_to_change_or_forget_a_line(house: House, database: Path, statement: str) -> None:
    lines = lived(house)
    with closing(sqlite3.connect(database)) as connection:
        with pytest.raises(sqlite3.IntegrityError, match="the audit is append-only"):
            connection.execute(statement)
        connection.commit()
    assert house.rows(LINES) == lines


def test_a_line_tells_who_did_what_to_which_request_and_when(house: House) -> None:
    number = house.ask(DATA, reason="nightly")
    (line,) = house.rows(LINES)
    assert (line["event"], line["request_id"], line["actor_id"]) == ("asked", number, "U0MEI")
    assert line["at"] == house.clock.now.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    assert json.loads(line["detail"]) == {
        "action": "share",
        "image": "base-2026",
        "regions": [],
        "accounts": [DATA],
        "reason": "nightly",
    }


def test_what_nobody_did_is_told_as_done_by_the_bot(house: House) -> None:
    house.pending(DATA)
    assert [line["actor_id"] for line in house.rows(LINES)] == ["U0MEI", NOBODY.id]


def test_a_change_that_is_undone_leaves_no_line(store: Store, database: Path) -> None:
    entry = Entry(NOW, "asked", NOBODY, None, {})

    def work(ledger: Ledger) -> None:
        ledger.add_audit(entry)
        raise KeyError

    with pytest.raises(KeyError):
        store.write(work)
    store.write(lambda ledger: ledger.add_audit(entry))
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("SELECT previous FROM audit").fetchall() == [(FIRST,)]


def test_a_time_is_written_in_utc(store: Store) -> None:
    shanghai = NOW.astimezone(timezone(timedelta(hours=8)))
    store.write(lambda ledger: ledger.add_audit(Entry(shanghai, "x", NOBODY, 1, {})))
    with store.read() as ledger:
        assert [line["at"] for line in ledger.audit_of(1)] == ["2026-03-02T09:00:00.000000Z"]


values = st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=5)


@given(detail=st.dictionaries(st.text(), values), name=st.text())
def test_the_same_facts_have_one_hash_and_other_facts_another(detail: dict[str, object], name: str) -> None:
    def hashed(who: str, what: dict[str, object]) -> str:
        entry = Entry(NOW, "x", Person("U0", who), 1, what)
        return digest(entry, "2026-03-02T09:00:00.000000Z", FIRST, canonical(what))

    turned = dict(reversed(list(detail.items())))
    assert hashed(name, detail) == hashed(name, turned)
    assert hashed(name, detail) != hashed(name + "x", detail)
    assert hashed(name, detail) != hashed(name, {**detail, "one more": None, "and": 1})
    assert json.loads(canonical(detail)) == detail
