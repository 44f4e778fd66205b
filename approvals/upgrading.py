"""Makes the tables of an older file what they are in a new one, with everything that is in them."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from sqlite_utils import Database

_TABLE = re.compile(r"\s*CREATE TABLE (\w+)")
_OTHER = re.compile(r"\s*CREATE (?:UNIQUE )?(INDEX|VIEW|TRIGGER) (\w+)")


_OTHERWISE = {"requests": {"regions": ("region", "CASE region WHEN '' THEN '[]' ELSE json_array(region) END")}}
"""What stood in a column of another name: the table, the column, the old one, and what becomes of it."""


def bring_up(db: Database, schema: Sequence[str]) -> None:
    """Give the file the tables, indexes, views and triggers of the schema; foreign keys must not be enforced meanwhile.

    A table that looks otherwise is made anew, and the columns that both have are copied. Nothing is lost that the
    schema has a place for: it only ever grew.
    """
    tables = {found[1]: statement for statement in schema if (found := _TABLE.match(statement))}
    others = {found[2]: statement for statement in schema if (found := _OTHER.match(statement))}
    there = {
        row[0]: row[1]
        for row in db.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'")
    }
    if all(_same(there.get(name), statement) for name, statement in (tables | others).items()):
        return
    for kind in ("VIEW", "TRIGGER", "INDEX"):
        names = db.execute("SELECT name FROM sqlite_master WHERE type = ? AND sql IS NOT NULL", [kind.lower()])
        for (name,) in [tuple(row) for row in names]:
            if not name.startswith(("sqlite_", "idx__sqlite")):
                db.execute(f"DROP {kind} {name}")
    for name, statement in tables.items():
        if name not in there:
            db.execute(statement)
        elif not _same(there[name], statement):
            _make_anew(db, name, statement)
    _complete(db)
    for statement in others.values():
        db.execute(statement)


def _same(one: str | None, other: str) -> bool:
    return one is not None and " ".join(one.split()) == " ".join(other.split())


def _make_anew(db: Database, name: str, statement: str) -> None:
    """As SQLite advises: the old one is dropped only when the new one is full, and keeps its name."""
    db.execute(statement.replace(f"CREATE TABLE {name}", f"CREATE TABLE new_{name}", 1))
    there = _columns(db, name)
    sources = {column: column for column in _columns(db, f"new_{name}") if column in there}
    for column, (before, value) in _OTHERWISE.get(name, {}).items():
        if before in there:
            sources.setdefault(column, value)
    into, taken = ", ".join(sources), ", ".join(sources.values())
    db.execute(f"INSERT INTO new_{name} ({into}) SELECT {taken} FROM {name}")  # noqa: S608  names of the schema
    db.execute(f"DROP TABLE {name}")
    db.execute(f"ALTER TABLE new_{name} RENAME TO {name}")


def _columns(db: Database, table: str) -> list[str]:
    return [row[1] for row in db.execute(f"PRAGMA table_info({table})")]


def _complete(db: Database) -> None:
    """What older versions did not write down is as they did it."""
    db.execute("UPDATE requests SET attend_at = decide_by WHERE state = 'pending' AND attend_at IS NULL")
    rows = db.execute("SELECT id, deciders, findings, image FROM requests").fetchall()
    for number, deciders, findings, image in [tuple(row) for row in rows]:
        values = (_deciders(deciders), _findings(findings), _image(image))
        if values != (deciders, findings, image):
            db.execute("UPDATE requests SET deciders = ?, findings = ?, image = ? WHERE id = ?", [*values, number])


def _deciders(text: str | None) -> str | None:
    return _with(text, {"backup_ids": [], "escalated": False})


def _image(text: str | None) -> str | None:
    return _with(text, {"snapshots": []})


def _findings(text: str) -> str:
    usual = {"remedy": "", "text_of": "", "remedy_of": ""}
    found: list[dict[str, Any]] = json.loads(text)
    complete = [usual | {"about": _account_in(one)} | one for one in found]
    return text if complete == found else json.dumps(complete, ensure_ascii=False)


def _account_in(finding: dict[str, Any]) -> str:
    """The account that a finding is about, which only its sentence told at first."""
    found = re.search(r"\b[1-9][0-9]{7,13}\b", finding["text"]) if finding["code"].startswith("target_") else None
    return found[0] if found else ""


def _with(text: str | None, usual: dict[str, Any]) -> str | None:
    if text is None:
        return None
    fields: dict[str, Any] = json.loads(text)
    return text if usual.keys() <= fields.keys() else json.dumps(usual | fields, ensure_ascii=False)
