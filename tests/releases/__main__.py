"""Writes what a file of this version looks like, with requests in flight: ``python -m tests.releases VERSION``.

To be done at each release, so that every later version is tested on a file of it.
"""

from __future__ import annotations

import sqlite3
import sys
import tempfile
from contextlib import closing
from pathlib import Path

from approvals.model import Verb
from tests.approvals.house import DATA, GUS, LAB, LIN, STRANGER, House
from tests.approvals.test_ending import WEEK
from tests.releases.test_releases import FOLDER


def main() -> None:
    version = sys.argv[1]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "bot.db")
        _live(path)
        with closing(sqlite3.connect(path)) as connection:
            text = "\n".join(connection.iterdump())
    FOLDER.joinpath(f"{version}.sql").write_text(f"{text}\n", encoding="utf-8")


def _live(path: Path) -> None:
    """A share that is done, a denial, and one request in each state that somebody must still move."""
    house = House(path)
    house.approved(DATA, term=WEEK)
    house.execute()
    denied = house.pending(LAB)
    house.press(denied, LIN, Verb.DENY, reason="not yet")
    house.pending(LAB)
    approved = house.approved(STRANGER)
    house.ask("100077700001")
    house.press(approved, GUS, Verb.APPROVE)
    house.close()


if __name__ == "__main__":
    main()
