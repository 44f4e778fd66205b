"""The machine's clock was ahead and is set back: whatever waits goes on at once, not when the clock gets there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.sandbox.cloud import faults
from tests.e2e.database import rows, wait_for
from tests.e2e.door import DoorKnocker
from tests.e2e.misbehaving import CHANNEL, IMAGES
from tests.e2e.test_time import Days, days

HOURS = 8


def asks_in_vain(ahead: Days, database: Path) -> None:
    """Somebody asks while the clock is ahead and the cloud can't, so that the checks are put off."""
    ahead.wait(hours=HOURS)
    ahead.company.sandbox.cloud.state.faults.plan(IMAGES, faults.throttled(), times=1000)
    ahead.company.mei.types("/image share base-nightly with data-team because x")
    wait_for(lambda: rows(database, "SELECT id FROM requests WHERE attempts > 0") != [])


def test_what_waits_goes_on_at_once_and_nobody_has_to_do_anything(tmp_path: Path) -> None:
    database = tmp_path / "bot.db"
    with days(db=database) as now:
        asks_in_vain(now, database)
        door = DoorKnocker(now.company.sandbox.door.url)
        now.company.sandbox.cloud.state.faults.clear()
        now.wait(hours=-HOURS)
        now.company.lin.sees("Share base-nightly with data-team", where=CHANNEL, within=20.0)
        status, told = door.ask("/readyz")
        assert (status, json.loads(told)) == (200, {"ready": True, "problems": {}, "warnings": {}})


@pytest.mark.parametrize("hours", [HOURS, 24 * 400])
def test_so_it_does_after_a_start(tmp_path: Path, hours: int) -> None:
    database = tmp_path / "bot.db"
    with days(db=database) as ahead:
        ahead.wait(hours=hours - HOURS)
        asks_in_vain(ahead, database)
    with days(db=database) as right:
        right.company.lin.sees("Share base-nightly with data-team", where=CHANNEL, within=20.0)
