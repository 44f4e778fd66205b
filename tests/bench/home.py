"""How long the Home tab takes with many shares and requests: ``python -m tests.bench.home [REQUESTS [GRANTS]]``."""

from __future__ import annotations

import sqlite3
import sys
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

_REQUESTS, _GRANTS = 100_000, 10_000
_ROUNDS = 15


def main() -> None:
    requests, grants = (int(one) for one in (sys.argv[1:] + [str(_REQUESTS), str(_GRANTS)][len(sys.argv) - 1 :]))
    policy = company.POLICY.replace('admins = ["U0OMAR"]', 'admins = ["U0LIN"]')
    with opened(policy=policy) as sandbox:
        fill(sandbox.bot.settings.db, requests, grants)
        for place in (Place(), Place("asked"), Place("ending"), Place("shared"), Place("shared", grants - 25)):
            took = measured(sandbox, place)
            sys.stdout.write(f"{place.which} from {place.start}: {took * 1000:.0f} ms\n")


def measured(sandbox: Sandbox, place: Place) -> float:
    """Seconds for drawing a page, without Slack's own time; the median of some."""
    took = []
    for _ in range(_ROUNDS):
        begun = time.perf_counter()
        view: Block = view_of(sandbox.bot.services, "U0LIN", place)
        took.append(time.perf_counter() - begun)
        assert view["blocks"]
    return median(took)


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


if __name__ == "__main__":
    main()
