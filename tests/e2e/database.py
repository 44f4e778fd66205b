"""What stands in the file of a bot that runs, past the bot."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

WITHIN = 45.0  # seconds: what a process that was killed had in hand waits for its lease, and machines can be slow

_WAITING = """
SELECT (SELECT COUNT(*) FROM requests WHERE state IN ('checking', 'pending', 'approved', 'executing'))
     + (SELECT COUNT(*) FROM presses WHERE judged_at IS NULL)
     + (SELECT COUNT(*) FROM outbox WHERE sent_at IS NULL AND failed_at IS NULL) AS number
"""


def rows(database: Path, query: str) -> list[dict[str, Any]]:
    with closing(sqlite3.connect(database)) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute(query)]


def nothing_waits(database: Path) -> bool:
    """Is every request at its end, every press judged and every message sent?"""
    return bool(rows(database, _WAITING)[0]["number"] == 0)


def wait_for(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + WITHIN
    while not condition():
        assert time.monotonic() < until
        threading.Event().wait(0.1)
