"""How long the Home tab takes with many shares and requests."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

from approvals.rows import stamp
from bot.cards.text import Block
from bot.homes import Place
from bot.listeners.home import view_of
from bot.sandbox import company
from bot.sandbox.run import Sandbox, opened
from tests.bench.figures import Table, met

_REQUESTS, _GRANTS = 100_000, 10_000
_GOAL = 0.3  # seconds
_PAGES = {
    "overview": Place(),
    "what they asked for": Place("asked"),
    "what ends soon": Place("ending"),
    "what is shared": Place("shared"),
    "what is shared, the last page": Place("shared", _GRANTS - 20),
}


def measure(_folder: Path, *, quick: bool) -> Table:
    rounds = 15 if quick else 51
    table = Table(
        "The Home tab",
        f"Drawn for an admin who owns what waits, with {_REQUESTS:,} requests and {_GRANTS:,} shares that stand in the "
        f"database. Medians of {rounds}; what comes on top is Slack's own answer to `views.publish`.",
        ("page", "ms"),
    )
    policy = company.POLICY.replace('admins = ["U0OMAR"]', 'admins = ["U0LIN"]')
    took = {}
    with opened(policy=policy) as sandbox:
        fill(sandbox.bot.settings.db, _REQUESTS, _GRANTS)
        for page, place in _PAGES.items():
            took[page] = median(_seconds(sandbox, place) for _ in range(rounds))
            table.add(page, f"{took[page] * 1000:.1f}")
    table.goals = [
        f"Published in under 300 ms: {met(max(took.values()) < _GOAL)} (at most {max(took.values()) * 1000:.1f} ms)."
    ]
    return table


def _seconds(sandbox: Sandbox, place: Place) -> float:
    begun = time.perf_counter()
    view: Block = view_of(sandbox.bot.services, "U0LIN", place)
    took = time.perf_counter() - begun
    assert view["blocks"]
    return took


def fill(path: Path, requests: int, grants: int) -> None:
    """Requests of all states, most of them finished, and shares that stand, half of them with an end."""
    now = datetime.now(UTC)
    image = (
        '{"image_id": "img-x", "name": "base-x", "region": "ap-guangzhou", "kind": "PRIVATE_IMAGE", "state": "NORMAL", '
    )
    image += '"created_at": null, "snapshots": []}'
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("BEGIN")
        connection.executemany(
            "INSERT INTO requests (key, action, image_ref, regions, reason, requester_id, requester_name, asked_at,"
            " state, changed_at, image, image_id, image_region, deciders)"
            " VALUES (?, 'share', 'base-x', '[]', 'x', ?, 'lin', ?, ?, ?, ?, ?, 'ap-guangzhou', ?)",
            (
                (
                    f"k{number}",
                    f"U0{number % 50:03}" if number % 3 else "U0LIN",
                    stamp(now),
                    "pending" if number % 500 == 0 else "done",
                    stamp(now),
                    image,
                    f"img-{number % 2000:08}",
                    '{"owner_ids": ["U0LIN"], "guardian_ids": [], "guardian_names": [], "guardian_needed": false,'
                    ' "approvals": 1, "backup_ids": [], "escalated": false}',
                )
                for number in range(requests)
            ),
        )
        connection.executemany(
            "INSERT INTO items (request_id, account, region, state)"
            " VALUES (?, '100012345678', 'ap-guangzhou', 'waiting')",
            ((number + 1,) for number in range(requests)),
        )
        connection.executemany(
            "INSERT INTO grants (home, image_id, region, account, account_name, request_id, since, until, due)"
            " VALUES ('', ?, 'ap-guangzhou', ?, NULL, ?, ?, ?, ?)",
            (
                (
                    f"img-{number % 2000:08}",
                    str(100_000_000_000 + number),
                    number + 1,
                    stamp(now),
                    until := stamp(now + timedelta(hours=number)) if number % 2 else None,
                    until,
                )
                for number in range(grants)
            ),
        )
        connection.execute("COMMIT")
