"""The record as an auditor meets it: the command, the daily word in the channel, the file in a tool for SQLite."""

from __future__ import annotations

import csv
import io
import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

import pytest

from approvals.audit import NOBODY, Entry
from approvals.model import Person, Verb
from approvals.store import Store
from tests.approvals.house import DATA, GUS, LAB, LIN, House
from tests.e2e.command import imagewarden
from tests.e2e.conftest import Company
from tests.e2e.misbehaving import CHANNEL, until
from tests.e2e.test_time import days, shares

ROOT = Path(__file__).parents[2]
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def db(tmp_path: Path) -> Path:
    """The file of a company that shared an image, refused a press and denied a request."""
    house = House(tmp_path / "bot.db")
    house.approved(DATA, reason="=cmd|' /C calc'!A0")
    house.execute()
    number = house.pending(LAB)
    house.press(number, GUS, Verb.APPROVE)
    house.press(number, LIN, Verb.DENY, reason="not yet")
    house.close()
    return tmp_path / "bot.db"


def audit(db: Path, *words: str) -> subprocess.CompletedProcess[str]:
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "IMAGEWARDEN_DB": str(db)}
    return imagewarden("audit", *words, env=env, cwd=db.parent)


def export(db: Path, kind: str, to: int | IO[bytes]) -> subprocess.Popen[bytes]:
    """The command, while it writes."""
    command = [sys.executable, "-c", "from bot.cli import main; main()", "audit", "export", "--format", kind]
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "IMAGEWARDEN_DB": str(db)}
    return subprocess.Popen(command, env=env, cwd=db.parent, stdout=to, stderr=subprocess.PIPE)


def test_a_record_that_nobody_touched_is_said_to_be_whole(db: Path) -> None:
    told = audit(db, "verify")
    assert told.returncode == 0, told.stdout
    assert "The record is as it was written, and the tables are as it tells." in told.stdout
    head = told.stdout.split("hash ")[1].split(".")[0]
    again = audit(db, "verify", "--head", head)
    assert (again.returncode, "The hash that was asked for is that of row" in again.stdout) == (0, True)


def test_an_edited_file_is_said_where_it_is_broken(db: Path) -> None:
    with closing(sqlite3.connect(db)) as connection:
        connection.execute("UPDATE grants SET account = '100000009999'")
        connection.commit()
    told = audit(db, "verify")
    assert told.returncode == 1
    assert "BROKEN  the share of img-base0001 (ap-guangzhou) with 100000009999 by #1" in told.stdout
    assert "2 flaws found." in told.stdout
    unknown = audit(db, "verify", "--head", "0" * 63 + "1")
    assert "3 flaws found." in unknown.stdout


def test_a_record_in_which_nothing_is_yet_is_said_to_be_empty(tmp_path: Path) -> None:
    Store(tmp_path / "new.db").close()
    assert audit(tmp_path / "new.db", "verify").stdout.startswith("There is no row.\n")


def test_a_file_that_cannot_be_read_is_another_answer_than_a_broken_one(tmp_path: Path) -> None:
    told = audit(tmp_path / "absent.db", "verify")
    assert told.returncode == 2
    assert f"the database {tmp_path / 'absent.db'} can't be used: there is no such file" in told.stderr


@pytest.mark.parametrize("words", [("verify",), ("export",), ("export", "--format", "csv")])
def test_a_name_that_no_file_can_have_is_told(tmp_path: Path, words: tuple[str, ...]) -> None:
    told = audit(tmp_path / ("x" * 300), *words)
    assert (told.returncode, told.stdout) == (2, "")
    assert "File name too long" in told.stderr
    assert "Traceback" not in told.stderr


@pytest.mark.parametrize("kind", ["jsonl", "csv"])
def test_whoever_has_read_enough_may_hang_up(db: Path, kind: str) -> None:
    with closing(Store(db)) as store:
        store.write_all([lambda ledger: ledger.add_audit(Entry(NOON, "noted", NOBODY, None, {}))] * 5000)
    with export(db, kind, subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.communicate()[1] == b""


@pytest.mark.parametrize("kind", ["jsonl", "csv"])
def test_whoever_pauses_in_reading_keeps_the_log_of_the_database_from_nothing(db: Path, kind: str) -> None:
    with closing(Store(db)) as store:
        store.write_all([lambda ledger: ledger.add_audit(Entry(NOON, "noted", NOBODY, None, {}))] * 5000)
        with export(db, kind, subprocess.PIPE) as process, closing(sqlite3.connect(db)) as connection:
            assert process.stdout is not None
            process.stdout.readline()
            store.write(lambda ledger: ledger.add_audit(Entry(NOON, "noted", NOBODY, None, {})))
            until(lambda: connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0)
            process.stdout.close()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device that is full is Linux's")
@pytest.mark.parametrize("kind", ["jsonl", "csv"])
def test_a_record_that_could_not_be_written_out_whole_is_told_as_such(db: Path, kind: str) -> None:
    with Path("/dev/full").open("wb") as full, export(db, kind, full) as process:
        assert (
            process.communicate()[1]
            == b"Error: the output is not whole: it can't be written (No space left on device)\n"
        )
    assert process.returncode == 2


def test_the_record_is_written_out_line_by_line(db: Path) -> None:
    lines = [json.loads(line) for line in audit(db, "export").stdout.splitlines()]
    assert [line["event"] for line in lines if line["request_id"] == 2] == [
        "asked",
        "checked",
        "press_refused",
        "denied",
    ]
    assert lines[0]["detail"]["reason"] == "=cmd|' /C calc'!A0"
    rows = list(csv.DictReader(io.StringIO(audit(db, "export", "--format", "csv").stdout)))
    assert [row["hash"] for row in rows] == [line["hash"] for line in lines]


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_a_spreadsheet_computes_no_name(db: Path, first: str) -> None:
    named = Person("U0MAL", f"{first}HYPERLINK(A1)")
    with closing(Store(db)) as store:
        store.write(lambda ledger: ledger.add_audit(Entry(NOON, "noted", named, None, {})))
    with export(db, "csv", subprocess.PIPE) as process:
        written, _ = process.communicate()
    assert list(csv.DictReader(io.StringIO(written.decode(), newline="")))[-1]["actor_name"] == f"'{named.name}"


def test_a_time_can_be_chosen_and_what_is_none_is_said(db: Path) -> None:
    assert audit(db, "export", "--since", "2026-03-03").stdout == ""
    whole = audit(db, "export").stdout
    assert audit(db, "export", "--since", "2026-03-02", "--until", "2026-03-02").stdout == whole
    assert audit(db, "export", "--until", "2026-03-02T09:00+08:00").stdout == ""
    assert audit(db, "export", "--since", "0001-01-01", "--until", "9999-12-31").stdout == whole
    before_time = audit(db, "export", "--since", "0001-01-01T00:00+08:00")
    assert before_time.returncode == 2
    assert "is no time" in before_time.stderr
    wrong = audit(db, "export", "--since", "yesterday")
    assert wrong.returncode == 2
    assert "'yesterday' is no time: write it like 2026-03-31 or 2026-03-31T17:00" in wrong.stderr


def test_once_a_day_everybody_sees_the_newest_hash_and_it_verifies() -> None:
    with days() as time:
        company = time.company
        shares(company, "/image share base-nightly with data-team because a trial")
        time.wait(days=1, minutes=1)
        told = company.mei.sees("The record has", where=CHANNEL)
        digest = company.mei.text_of(told).split("hash ")[1].split(".")[0]
        shares(company, "/image share base-nightly with partner-lab because a trial")
        checked = audit(company.sandbox.bot.settings.db, "verify", "--head", digest)
        assert checked.returncode == 0, checked.stdout
        time.wait(days=7)  # asleep: it is told once
        until(lambda: heads(company) == 2)


def heads(company: Company) -> int:
    return sum("The record has" in company.mei.text_of(one) for one in company.mei.messages(CHANNEL))


VIEWS = {
    "active_grants": {"account_name": "data-team", "asked_by": "mei", "approved_by": "lin", "image_name": "base-2026"},
    "requests_with_decisions": {"request_id": 2, "verdict": "deny", "decided_by": "lin", "decision_reason": "not yet"},
    "request_outcomes": {"request_id": 1, "state": "done", "account": DATA},
}


@pytest.mark.parametrize(("view", "expected"), VIEWS.items(), ids=VIEWS.keys())
def test_datasette_opens_the_file_as_it_is(db: Path, view: str, expected: dict[str, object]) -> None:
    page = f"/bot/{view}.json?_shape=array"
    command = [sys.executable, "-m", "datasette", str(db), "--setting", "num_sql_threads", "1", "--get", page]
    answer = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert any(expected.items() <= row.items() for row in json.loads(answer.stdout))
