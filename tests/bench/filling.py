"""Fills a database with requests that have gone all their way, by copying some that really have."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from tests.bench.office import GUARDIAN, MEI, OWNER, Office

_MODELS = 100
_STILL_PENDING = 50
_PEOPLE = 50
"""People who ask, in turn."""

_SHIFTED = {
    "requests": "id",
    "items": "id request_id",
    "decisions": "id request_id",
    "grants": "id request_id",
    "presses": "id request_id",
    "outbox": "id request_id",
    "cards": "request_id",
    "audit": "seq request_id",
}
"""What grows from one copy to the next, by table. All other columns stay, but for the keys, which are unique."""


def fill(path: Path, requests: int) -> None:
    """A database of that many finished requests, their messages sent, and some that wait for a decision."""
    office = Office(path)
    try:
        for _ in range(_MODELS):
            office.whole()
    finally:
        office.close()
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("BEGIN")
        connection.execute("UPDATE outbox SET sent_at = created_at")
        connection.executemany(
            "INSERT INTO cards VALUES (?, ?, 'C0IMAGES', '1700000000.000100')",
            [(number, who) for number in range(1, _MODELS + 1) for who in ("C0IMAGES", OWNER, GUARDIAN)],
        )
        _copy(connection, requests // _MODELS)
        connection.execute("COMMIT")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    office = Office(path)
    try:
        for _ in range(_STILL_PENDING):
            office.ask(by=MEI)
        office.check_all()
    finally:
        office.close()


def _copy(connection: sqlite3.Connection, copies: int) -> None:
    for table, shifted in _SHIFTED.items():
        columns = [str(row[1]) for row in connection.execute(f"PRAGMA table_info({table})")]
        (highest,) = connection.execute(f"SELECT MAX({shifted.split()[0]}) FROM {table}").fetchone()
        values = ", ".join(_value(table, column, shifted.split(), highest) for column in columns)
        statement = f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} FROM {table} WHERE {{}} ORDER BY 1"
        within = statement.format(f"{shifted.split()[0]} <= {highest}")
        connection.executemany(within, [{"copy": copy} for copy in range(1, copies)])


def _value(table: str, column: str, shifted: list[str], highest: int) -> str:
    if column == "key":
        # In time order, as Slack's ids of triggers and presses are.
        return (
            f"printf('U0P%02d:%010d.%s', (id + :copy) % {_PEOPLE}, 1000000000 + :copy, key)"
            if table == "requests"
            else _PRESS_KEY
        )
    if column == "requester_id":
        return f"printf('U0P%02d', (id + :copy) % {_PEOPLE})"
    if column == "request_id":
        return f"request_id + :copy * {_MODELS}"
    return f"{column} + :copy * {highest}" if column in shifted else column


_PRESS_KEY = "printf('%010d.%s', 1000000000 + :copy, key)"
