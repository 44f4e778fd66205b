"""Every way to edit a database by hand is found by the record, and said to be where it is."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from approvals.archive import opened
from approvals.errors import Refused, StoreError
from approvals.model import Action, Verb
from approvals.terms import Term
from approvals.verifying import GUARDS, Flaw, Verified, verify
from tests.approvals.fake_cloud import FakeCloud, image
from tests.approvals.house import DATA, GUS, LAB, LIN, MEI, OMAR, SARA, STRANGER, House
from tests.approvals.test_ending import WEEK, to_rest
from tests.test_docs_audit import documented

Edit = Callable[[sqlite3.Connection], object]


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a company that did about everything."""
    path = tmp_path_factory.mktemp("lived") / "lived.db"
    house = House(path, cloud=FakeCloud(image("img-base0001", "base-2026"), image("img-web00001", "web-2026")))
    house.approved(DATA, LAB, term=WEEK)
    to_rest(house)
    refused = house.pending("100000000001", term=Term(day=date(2026, 3, 20)))
    assert house.request(refused).state == "refused"
    denied = house.pending(LAB, image="web-2026")
    house.press(denied, GUS, Verb.APPROVE)
    house.press(denied, LIN, Verb.DENY, reason="not yet")
    house.press(404, LIN, Verb.APPROVE)
    house.press(house.pending(LAB, image="web-2026"), MEI, Verb.CANCEL)
    house.approved(STRANGER, image="web-2026", reason="„weil“ & 因为")
    to_rest(house)
    trusted = house.ask(STRANGER, action=Action.TRUST, image=STRANGER)
    house.check()
    house.press(trusted, SARA, Verb.APPROVE)
    house.approved(LAB, action=Action.UNSHARE)
    to_rest(house)
    house.cloud.bad = {LAB}
    house.approved(DATA, LAB, image="web-2026")
    to_rest(house)
    house.cloud.bad = set()
    house.press(house.approved(LAB, image="web-2026", term=WEEK), LIN, Verb.CANCEL)
    to_rest(house)
    house.press(8, OMAR, Verb.RETRY)
    to_rest(house)
    house.press(9, LIN, Verb.END_NOW)
    house.approved(DATA, term=Term(lasts=WEEK.lasts * 5 if WEEK.lasts else None))
    house.clock.advance(days=7)
    to_rest(house)
    expired = house.pending(LAB, image="web-2026")
    house.clock.advance(days=4)
    house.time_out()
    assert house.request(expired).state in ("expired", "refused")
    house.pending(STRANGER)
    house.ask(DATA)
    house.close()
    return path


@pytest.fixture
def db(lived: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(lived, tmp_path / "copy.db"))


def edit(db: Path, *edits: str | Edit) -> None:
    """As somebody with the file and a tool for SQLite would."""
    with closing(sqlite3.connect(db)) as connection:
        connection.row_factory = sqlite3.Row
        for trigger in ("audit_never_changes", "audit_never_shrinks"):
            connection.execute(f"DROP TRIGGER IF EXISTS {trigger}")
        for one in edits:
            connection.execute(one) if isinstance(one, str) else one(connection)
        connection.execute(
            "CREATE TRIGGER audit_never_changes BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'x'); END"
        )
        connection.execute(
            "CREATE TRIGGER audit_never_shrinks BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'x'); END"
        )
        connection.commit()


def flaws(db: Path, head: str = "") -> list[Flaw]:
    with opened(db) as archive:
        return list(verify(archive, Verified(), head=head))


def head_of(db: Path, row: int | None = None) -> str:
    which = f"WHERE seq = {row}" if row else "ORDER BY seq DESC LIMIT 1"
    with closing(sqlite3.connect(db)) as connection:
        return str(connection.execute(f"SELECT hash FROM audit {which}").fetchone()[0])


def hashed_anew(connection: sqlite3.Connection, first: int) -> None:
    """The whole tail from a line on, as somebody would who knows how it is made."""
    previous = "0" * 64
    rows = connection.execute("SELECT * FROM audit ORDER BY seq").fetchall()
    for row in rows:
        if row["seq"] >= first:
            parts = [previous, *(row[one] for one in ("at", "event", "request_id", "actor_id", "actor_name", "detail"))]
            text = json.dumps(parts, separators=(",", ":"), ensure_ascii=False)
            digest = hashlib.sha256(text.encode()).hexdigest()
            connection.execute("UPDATE audit SET previous = ?, hash = ? WHERE seq = ?", (previous, digest, row["seq"]))
            previous = digest
        else:
            previous = row["hash"]


def swap(first: int, second: int) -> list[str]:
    return [
        f"UPDATE audit SET seq = -1 WHERE seq = {first}",
        f"UPDATE audit SET seq = {first} WHERE seq = {second}",
        f"UPDATE audit SET seq = {second} WHERE seq = -1",
    ]


def test_what_nobody_edited_is_as_it_was_written(db: Path) -> None:
    assert flaws(db) == []
    assert flaws(db, head=head_of(db)) == []
    assert flaws(db, head=head_of(db, row=20)) == []


@pytest.mark.parametrize("column", ["at", "event", "actor_id", "actor_name", "detail", "hash", "request_id"])
def test_a_changed_line_is_named(db: Path, column: str) -> None:
    value = "7777" if column == "request_id" else f"'x' || {column}"
    edit(db, f"UPDATE audit SET {column} = {value} WHERE seq = 12")
    assert 12 in {flaw.row for flaw in flaws(db)}
    assert any(flaw.row == 12 and flaw.text.startswith("it was changed") for flaw in flaws(db))


def test_missing_lines_are_named(db: Path) -> None:
    edit(db, "DELETE FROM audit WHERE seq IN (7, 8)")
    assert Flaw(9, "rows 7 to 8 are missing before it.") in flaws(db)
    edit(db, "DELETE FROM audit WHERE seq = 1")
    assert Flaw(2, "row 1 is missing before it.") in flaws(db)


def test_missing_lines_are_found_where_the_others_are_numbered_anew(db: Path) -> None:
    edit(db, "DELETE FROM audit WHERE seq = 7", "UPDATE audit SET seq = seq - 1 WHERE seq > 7")
    (found,) = [flaw for flaw in flaws(db) if flaw.row is not None]
    assert (found.row, found.text[:34]) == (7, "it does not follow from row 6: tha")


def test_lines_that_changed_places_are_named_with_the_place_where_they_belong(db: Path) -> None:
    edit(db, *swap(10, 11))
    texts = {flaw.row: flaw.text for flaw in flaws(db)}
    assert texts[10].startswith("it belongs right behind row 11")
    assert texts[11].startswith("it belongs right behind row 9")


def test_a_line_that_was_put_in_is_named(db: Path) -> None:
    edit(
        db,
        "UPDATE audit SET seq = -seq WHERE seq > 10",
        "UPDATE audit SET seq = 1 - seq WHERE seq < 0",
        "INSERT INTO audit SELECT 11, at, event, request_id, actor_id, 'x', detail, previous, hash"
        " FROM audit WHERE seq = 10",
    )
    assert 11 in {flaw.row for flaw in flaws(db)}


def test_a_line_changed_and_hashed_anew_breaks_the_next(db: Path) -> None:
    def forge(connection: sqlite3.Connection) -> None:
        connection.execute("UPDATE audit SET actor_name = 'somebody else' WHERE seq = 12")
        row = connection.execute("SELECT * FROM audit WHERE seq = 12").fetchone()
        parts = [row[one] for one in ("previous", "at", "event", "request_id", "actor_id", "actor_name", "detail")]
        text = json.dumps(parts, separators=(",", ":"), ensure_ascii=False)
        connection.execute("UPDATE audit SET hash = ? WHERE seq = 12", (hashlib.sha256(text.encode()).hexdigest(),))

    edit(db, forge)
    assert [flaw.row for flaw in flaws(db) if flaw.row] == [13]


def test_a_tail_that_was_cut_is_found_by_the_tables_and_by_a_head(db: Path) -> None:
    head = head_of(db)
    edit(db, "DELETE FROM audit WHERE seq > 30")
    assert [flaw for flaw in flaws(db) if "the record" in flaw.text]
    assert any("the record was cut" in flaw.text for flaw in flaws(db, head=head))


def test_a_last_line_that_no_table_tells_of_is_missed(db: Path) -> None:
    with closing(sqlite3.connect(db)) as connection:
        last = connection.execute("SELECT MAX(seq) FROM audit").fetchone()[0]
    edit(db, "DELETE FROM audit WHERE seq = (SELECT MAX(seq) FROM audit)")
    assert f"row {last} is missing at the end: the record was cut." in [flaw.text for flaw in flaws(db)]
    edit(db, "DELETE FROM sqlite_sequence")
    assert f"the file remembers 0 lines and has {last - 1}" in " ".join(flaw.text for flaw in flaws(db))


def test_a_file_that_was_written_anew_as_a_whole_is_found_by_a_head_alone(db: Path) -> None:
    head = head_of(db)
    edit(db, "UPDATE audit SET actor_name = 'Mallory' WHERE event = 'press_refused'", lambda one: hashed_anew(one, 1))
    assert flaws(db) == []
    assert [flaw.row for flaw in flaws(db, head=head)] == [None]


@pytest.mark.parametrize("trigger", GUARDS)
def test_a_dropped_trigger_is_told(db: Path, trigger: str) -> None:
    with closing(sqlite3.connect(db)) as connection:
        connection.execute(f"DROP TRIGGER {trigger}")
    assert [flaw.text for flaw in flaws(db)] == [
        f"the trigger {trigger} is gone or another: lines could be changed since it was dropped."
    ]


EDITS = {
    "UPDATE requests SET state = 'done' WHERE id = 3": "#3: its state is 'done', and by the record 'denied'",
    "UPDATE requests SET requester_id = 'U0GUS' WHERE id = 1": "#1: who asked",
    "UPDATE requests SET reason = 'x' WHERE id = 1": "#1: its reason",
    "UPDATE requests SET image_ref = 'x' WHERE id = 1": "#1: its image",
    "UPDATE requests SET action = 'delete' WHERE id = 1": "#1: its action",
    "UPDATE requests SET until = NULL WHERE id = 1": "#1: its end",
    "UPDATE decisions SET verdict = 'approve', reason = '' WHERE request_id = 3": "#3: the decision of U0LIN",
    "UPDATE decisions SET person_id = 'U0OMAR' WHERE request_id = 1": "#1: the record tells of no decision by U0OMAR",
    "DELETE FROM decisions WHERE request_id = 1": "#1: the record tells of a decision by U0LIN, and it is not there",
    "UPDATE decisions SET request_id = 4 WHERE request_id = 3": "#4: the record tells of no decision by U0LIN",
    "UPDATE grants SET until = '2099-01-01' WHERE ended_at IS NULL": "ends 2099-01-01, and by the record",
    "UPDATE grants SET ended_at = '2026-03-03' WHERE ended_at IS NULL": "stands by the record, and it doesn't",
    "UPDATE grants SET ended_at = NULL WHERE account = '100023456789'": "stands, and by the record it ended",
    "UPDATE grants SET account = '100000009999' WHERE id = 1": "the record doesn't tell of it",
    "DELETE FROM grants WHERE id = 1": "the record tells of it, and it is not there",
    "UPDATE sources SET trusted = 0": "the word on the source 100099900001",
    "DELETE FROM sources": "the word on the source 100099900001",
}


@pytest.mark.parametrize(("statement", "about"), EDITS.items(), ids=EDITS.keys())
def test_a_table_that_was_edited_is_not_what_the_record_tells(db: Path, statement: str, about: str) -> None:
    edit(db, statement)
    found = flaws(db)
    assert [flaw for flaw in found if about in flaw.text], found
    assert {flaw.row for flaw in found} == {None}


def test_a_request_of_which_nobody_ever_asked_is_told(db: Path) -> None:
    edit(
        db,
        "INSERT INTO requests (id, key, action, image_ref, regions, reason, requester_id, requester_name, asked_at,"
        " state, changed_at) VALUES (777, 'k', 'share', 'x', '[]', '', 'U', 'u', '', 'done', '')",
    )
    assert [flaw.text for flaw in flaws(db)] == ["request #777: the record doesn't tell that it was asked."]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_is_changed_in_whichever_line_is_found(lived: Path, tmp_path: Path, data: st.DataObject) -> None:
    db = Path(shutil.copy(lived, tmp_path / "any.db"))
    with closing(sqlite3.connect(db)) as connection:
        rows = connection.execute("SELECT COUNT(*) FROM audit").fetchone()[0]
    row = data.draw(st.integers(1, rows))
    column = data.draw(st.sampled_from(["at", "event", "actor_id", "actor_name", "detail", "previous", "hash"]))
    text = data.draw(st.text(max_size=5))

    def change(connection: sqlite3.Connection) -> None:
        before = connection.execute(f"SELECT {column} FROM audit WHERE seq = ?", (row,)).fetchone()[0]
        other = text if text != before else f"{text}x"
        connection.execute(f"UPDATE audit SET {column} = ? WHERE seq = ?", (other, row))

    edit(db, change)
    assert any(flaw.row in (row, row + 1) for flaw in flaws(db))


def test_each_event_of_that_company_is_in_the_document(db: Path) -> None:
    with opened(db) as archive:
        events = {row["event"] for row in archive.rows("lines")}
    assert len(events) > 15
    assert events <= documented()


def test_what_cannot_be_read_is_said_to_be_that(tmp_path: Path, db: Path) -> None:
    other = tmp_path / "other.db"
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("CREATE TABLE audit (x)")
    text = tmp_path / "notes.txt"
    text.write_text("no database at all, but long enough to be looked at as one" * 20)
    assert why_not(tmp_path / "absent.db") == "there is no such file"
    assert not (tmp_path / "absent.db").exists()
    assert why_not(other) == why_not(text) == "this is no database of Imagewarden"
    edit(db, "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('imagewarden', 'm9999', '')")
    assert why_not(db).startswith("a newer version of Imagewarden wrote it")
    edit(db, "DELETE FROM _sqlite_migrations")
    assert why_not(db).startswith("an older version of Imagewarden wrote it")


def test_a_damaged_file_is_said_to_be_that(db: Path) -> None:
    content = bytearray(db.read_bytes())
    content[4096 * 3 : 4096 * 40] = b"\xff" * (4096 * 37)
    db.write_bytes(content)
    assert "malformed" in why_not(db)


def why_not(path: Path) -> str:
    with pytest.raises(StoreError) as refused:
        flaws(path)
    return refused.value.cause


def test_it_is_read_where_nothing_can_be_written_and_is_the_same_afterwards(db: Path) -> None:
    before = db.read_bytes()
    db.chmod(0o400)
    db.parent.chmod(0o500)
    try:
        assert flaws(db) == []
    finally:
        db.parent.chmod(0o700)
    assert db.read_bytes() == before


@pytest.fixture
def running(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path / "running.db")
    yield house
    house.close()


def test_it_can_be_verified_while_the_bot_writes(running: House) -> None:
    for account in (DATA, LAB, STRANGER):
        running.approved(account)
        running.execute()
        assert flaws(running.path) == []


def test_what_is_written_while_it_is_looked_at_is_not_seen_in_part(running: House) -> None:
    running.approved(DATA)
    with opened(running.path) as archive:
        lines = list(archive.rows("lines"))
        running.execute()
        assert list(archive.rows("lines")) == lines
        assert list(archive.rows("all_grants")) == []
    assert flaws(running.path) == []


def half_shared(house: House) -> int:
    """A request of which one share failed, and would be made by a retry."""
    house.cloud.bad = {LAB}
    number = house.approved(DATA, LAB, term=WEEK)
    to_rest(house)
    house.cloud.bad = set()
    return number


def test_what_a_retry_shares_after_an_early_end_lasts_as_it_was_approved(tmp_path: Path) -> None:
    house = House(tmp_path / "retried.db")
    number = half_shared(house)
    for verb in (Verb.END_NOW, Verb.RETRY):
        house.press(number, LIN, verb)
        to_rest(house)
    assert house.cloud.has() == {LAB}
    house.close()
    with opened(tmp_path / "retried.db") as archive:
        assert list(verify(archive, Verified())) == []


def test_a_second_early_end_moves_no_share_that_was_over_and_could_not_be_taken_back(tmp_path: Path) -> None:
    house = House(tmp_path / "twice.db")
    number = half_shared(house)
    house.cloud.fail("unshare", *[Refused("ModifyImageSharePermission", "InvalidImageId.Malformed", "no")] * 9)
    for verb in (Verb.END_NOW, Verb.RETRY, Verb.END_NOW):
        house.press(number, LIN, verb)
        to_rest(house)
    assert house.cloud.has() == {DATA, LAB}
    house.close()  # which verifies what stands in the file
