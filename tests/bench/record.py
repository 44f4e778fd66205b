"""How long it takes to verify a long record."""

from __future__ import annotations

import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from approvals.archive import opened
from approvals.audit import FIRST, NOBODY, Entry, canonical, digest
from approvals.model import Person
from approvals.rows import stamp
from approvals.sql.connection import migrate
from approvals.verifying import Verified, verify
from tests.bench.figures import Table, met

_LINES = 1_000_000
_START = datetime(2026, 1, 1, tzinfo=UTC)
_MEI, _LIN = Person("U0MEI", "mei"), Person("U0LIN", "lin")
_EACH = 6  # lines a request
_GOAL = 20.0  # seconds


def measure(folder: Path, *, quick: bool) -> Table:  # noqa: ARG001  like the other parts; it is quick anyway
    with tempfile.TemporaryDirectory(dir=folder) as name:
        path = Path(name, "long.db")
        migrate(path)
        _fill(path, _LINES // _EACH)
        seen, begun = Verified(), time.perf_counter()
        with opened(path) as archive:
            flaws = list(verify(archive, seen))
        took = time.perf_counter() - begun
    assert flaws == []
    table = Table("Verifying the record", "What `imagewarden audit verify` does.", ("lines", "s"))
    table.add(f"{seen.rows:,}", f"{took:.1f}")
    table.goals = [f"A million lines in under 20 s: {met(took < _GOAL)} ({took:.1f} s)."]
    return table


def _fill(path: Path, requests: int) -> None:
    """Shares that were asked for, approved and made, with their lines."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("BEGIN")
        connection.executemany(
            "INSERT INTO requests (id, key, action, image_ref, regions, reason, requester_id, requester_name, asked_at,"
            " state, changed_at) VALUES (?, ?, 'share', 'base', '[]', 'a reason', 'U0MEI', 'mei', '', 'done', '')",
            ((number, str(number)) for number in range(1, requests + 1)),
        )
        connection.executemany(
            "INSERT INTO decisions (request_id, person_id, person_name, roles, verdict, at)"
            " VALUES (?, 'U0LIN', 'lin', '[]', 'approve', '')",
            ((number,) for number in range(1, requests + 1)),
        )
        connection.executemany(
            "INSERT INTO grants (home, image_id, region, account, request_id, since)"
            " VALUES ('', ?, 'ap-guangzhou', '100012345678', ?, '')",
            ((f"img-{number:08}", number) for number in range(1, requests + 1)),
        )
        connection.executemany(
            "INSERT INTO audit (at, event, request_id, actor_id, actor_name, detail, previous, hash)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            _lines(requests),
        )
        connection.execute("COMMIT")


def _lines(requests: int) -> Iterator[tuple[object, ...]]:
    previous = FIRST
    for number in range(1, requests + 1):
        for entry in _story(number, _START + timedelta(seconds=number)):
            at, detail = stamp(entry.at), canonical(entry.detail)
            hashed = digest(entry, at, previous, detail)
            yield at, entry.event, number, entry.actor.id, entry.actor.name, detail, previous, hashed
            previous = hashed


def _story(number: int, at: datetime) -> list[Entry]:
    asked = {"action": "share", "image": "base", "regions": [], "accounts": ["100012345678"], "reason": "a reason"}
    findings = ["note:shares_used", "note:first_share", "note:share_is_not_recall"]
    share = {"account": "100012345678", "image": f"img-{number:08}", "region": "ap-guangzhou", "state": "done"}
    events: list[tuple[str, Person, dict[str, object]]] = [
        ("asked", _MEI, {**asked}),
        ("checked", NOBODY, {"findings": findings, "image": f"img-{number:08}", "owners": ["U0LIN"], "guardians": []}),
        ("approved", _LIN, {"roles": ["owner"], "enough": True, "findings": findings}),
        ("executing", NOBODY, {"attempt": 1}),
        ("share_done", NOBODY, {**share, "code": "", "cloud_request_id": "b1e8c0d2-1111-2222-3333-444455556666"}),
        ("done", NOBODY, {}),
    ]
    return [Entry(at, event, actor, number, detail) for event, actor, detail in events]
