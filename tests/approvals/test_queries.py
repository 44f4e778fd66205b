"""The named queries: all are used, all exist, each has its sentence, and none looks through a whole table."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest
from sqlite_utils import Database

import approvals
from approvals.sql import FILES, queries
from approvals.sql.connection import migrate, open_database

QUERIES = queries()
FOLDER = Path(approvals.__file__).parent
BASES = ("from approvals.tables import", "from approvals.requests import")
SOURCES = [one for one in FOLDER.glob("*.py") if any(base in one.read_text(encoding="utf-8") for base in BASES)]
RUNNERS = {"_all", "_one", "_sure", "_changed", "_do", "_moved", "_counted"}

# The newest line of the record is its last row, and the newest request that was looked at is one of the last. For an
# insert the plan names a search for orphans of the foreign keys, which SQLite makes only where one is broken already.
LAST_OR_NEVER = {"audit_head", "home", "add_request", "add_end", "add_drift_request"}


def used() -> set[str]:
    names: set[str] = set()
    for node in (one for source in SOURCES for one in ast.walk(ast.parse(source.read_text(encoding="utf-8")))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in RUNNERS:
            constants = (part.value for part in ast.walk(node.args[0]) if isinstance(part, ast.Constant))
            names |= {value for value in constants if isinstance(value, str)}
    return names


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    path = tmp_path_factory.mktemp("queries") / "q.db"
    migrate(path)
    opened = open_database(path)
    yield opened
    opened.close()


def plan(db: Database, name: str) -> list[str]:
    values = dict.fromkeys(re.findall(r":(\w+)", QUERIES[name]), 1)
    return [str(row[3]) for row in db.execute("EXPLAIN QUERY PLAN " + QUERIES[name], values)]


def test_every_named_query_is_used_by_the_ledger_and_every_one_used_exists() -> None:
    assert used() == set(QUERIES)


def test_every_query_is_one_statement_under_one_heading_and_one_sentence() -> None:
    text = "\n".join(files("approvals.sql").joinpath(name).read_text(encoding="utf-8") for name in FILES)
    headings = re.findall(r"^-- (\w+) --$", text, re.MULTILINE)
    assert len(headings) == len(set(headings)) == len(QUERIES)
    for name, query in QUERIES.items():
        sentence, *statement = query.splitlines()
        assert re.fullmatch(r"-- [A-Z].*\.", sentence), name
        assert statement, name
        assert not any(line.startswith("--") for line in statement), name
        assert ";" not in query.removeprefix(sentence), name


def test_every_query_that_changes_the_state_of_a_request_names_the_state_that_it_leaves() -> None:
    changing = [name for name, query in QUERIES.items() if re.search(r"UPDATE requests SET[^W]*\bstate = ", query)]
    assert set(changing) == {"checked", "move", "take", "release"}
    for name in changing:
        where = QUERIES[name].split("WHERE", 1)[1]
        assert re.search(r"\bAND state = ", where), name
        assert "RETURNING" in where, name


def test_no_query_writes_to_the_record_but_by_adding() -> None:
    for name, query in QUERIES.items():
        if re.search(r"\b(UPDATE|DELETE FROM|REPLACE INTO|INTO) audit\b", query):
            assert name == "add_audit"
        assert "DELETE" not in query, name


def test_what_happened_to_one_image_is_found_however_many_an_account_has_had(db: Database) -> None:
    assert any("(account=? AND image_id=? AND region=?)" in step for step in plan(db, "accounts_changed"))


def test_by_which_request_an_image_went_is_found_however_many_were_deleted(db: Database) -> None:
    steps = plan(db, "deletion")
    for searched in ("requests_deleted (image_id=?)", "requests_deleted_name (<expr>=?)"):
        assert any(searched in step for step in steps)


@pytest.mark.parametrize("name", sorted(QUERIES))
def test_every_query_is_answered_by_an_index(db: Database, name: str) -> None:
    for step in plan(db, name):
        looks_through = re.match(r"SCAN (requests|items|decisions|grants|presses|outbox|cards|audit|o|e|r)\b", step)
        assert not looks_through or name in LAST_OR_NEVER or "INDEX" in step, step
