"""The clock was ahead while something was put off or in hand, and was set back: after a start all of it goes on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from approvals.clocks import SetBack
from approvals.copy_model import CopyState
from approvals.drift_model import DriftKind
from approvals.errors import CloudError, Throttled, Unavailable
from approvals.leases import LEASE
from approvals.model import State, Verb
from tests.approvals.fake_cloud import SINGAPORE, Crash
from tests.approvals.house import DATA, LIN, House
from tests.approvals.test_copying import settle
from tests.approvals.test_drift import compare, open_drift, watched
from tests.approvals.test_ending import WEEK
from tests.approvals.test_incidents import revoke

HOURS = 8


@pytest.fixture
def house(database: Path) -> Iterator[House]:
    """Its clock is ahead."""
    with closing(House(database)) as opened:
        yield opened


def set_back(house: House) -> House:
    """The next process, whose clock is right and which has started a minute ago."""
    house.clock.advance(hours=-HOURS)
    SetBack(house.store, lambda: 0.0).sweep(house.clock())
    house.clock.advance(minutes=1)
    return house.twin()


def test_what_was_in_hand_is_executed(house: House) -> None:
    number = house.approved(DATA)
    house.cloud.fail("share", Crash())
    with pytest.raises(Crash):
        house.execute()
    assert house.request(number).state is State.EXECUTING
    with closing(set_back(house)) as later:
        settle(later)
        assert later.request(number).state is State.DONE


def test_what_was_put_off_is_executed(house: House) -> None:
    number = house.approved(DATA)
    house.cloud.fail("share", Throttled("ModifyImageSharePermission", "RequestLimitExceeded", "slow down"))
    house.execute()
    with closing(set_back(house)) as later:
        later.execute()
        assert later.request(number).state is State.DONE


def test_a_check_and_a_press_that_were_put_off_are_made(house: House) -> None:
    pressed = house.pending(DATA)
    asked = house.ask(DATA, image="base-2026")
    house.directory.down = True
    assert house.record(pressed, LIN, Verb.APPROVE) is not None
    house.check()
    house.judge()
    house.directory.down = False
    with closing(set_back(house)) as later:
        later.check()
        later.judge()
        assert later.request(pressed).state is State.APPROVED
        assert later.request(asked).state is State.PENDING


def test_a_message_that_was_in_hand_is_delivered(house: House) -> None:
    house.pending(DATA)
    now = house.clock()
    taken = house.store.write(lambda ledger: ledger.take_notices(now, 100, lease="gone", until=now + LEASE))
    assert taken
    with closing(set_back(house)) as later, later.store.read() as ledger:
        assert len(ledger.notices_due(later.clock(), 100)) == len(taken)


def test_a_copy_that_waits_goes_on(house: House) -> None:
    number = house.approved(DATA, regions=(SINGAPORE,))
    house.execute()
    house.copy()
    assert [row["state"] for row in house.rows("SELECT state FROM copies")] == [CopyState.SYNCING]
    with closing(set_back(house)) as later:
        settle(later)
        assert later.request(number).state is State.DONE


def test_credentials_that_were_left_in_peace_are_tried(house: House) -> None:
    number = house.approved(DATA)
    revoke(house)
    house.execute()
    assert house.request(number).state is State.APPROVED
    house.cloud.heal()
    with closing(set_back(house)) as later:
        later.execute()
        assert later.request(number).state is State.DONE


def test_the_next_comparison_comes_half_an_hour_later(house: House) -> None:
    compare(house)
    with closing(set_back(house)) as later, later.store.read() as ledger:
        due = later.drift.next_due(ledger)
        assert due is not None
        assert due - later.clock() < timedelta(minutes=30)


@pytest.mark.parametrize("fault", [Throttled, Unavailable])
def test_a_comparison_that_was_put_off_is_made(house: House, fault: type[CloudError]) -> None:
    compare(house)
    house.cloud.fail("shared_with", fault("DescribeImageSharePermission", "InternalError", "not now"))
    compare(house)
    house.clock.advance(hours=-HOURS)
    SetBack(house.store, lambda: 0.0).sweep(house.clock())
    before = len(house.cloud.calls)
    compare(house)
    assert "shared_with" in [call.name for call in house.cloud.calls[before:]]


def test_what_was_shared_while_it_was_ahead_is_compared(house: House) -> None:
    watched(house)
    house.approved(DATA)
    house.execute()
    house.cloud.shares["img-base0001"].clear()
    with closing(set_back(house)) as later:
        compare(later)
        assert open_drift(later) == [(DriftKind.GONE, DATA)]


def test_what_people_chose_stays_as_it_is(house: House) -> None:
    house.approved(DATA, term=WEEK)
    house.execute()
    house.pending(DATA)
    chosen = ("SELECT until, due FROM grants", "SELECT decide_by, attend_at, until FROM requests ORDER BY id")
    before = [house.rows(query) for query in chosen]
    with closing(set_back(house)) as later:
        assert [later.rows(query) for query in chosen] == before


def test_a_clock_that_was_set_back_by_much_is_noticed_at_once_and_told_in_the_log(house: House) -> None:
    ahead = [1000.0]
    clock = SetBack(house.store, lambda: ahead[0])
    for jump, told in [(8 * 3600, []), (-300, []), (-7 * 3600, ["7:00:00"]), (7 * 3600, []), (-3600, ["1:00:00"])]:
        ahead[0] += jump
        with house.store.read() as ledger:
            assert (clock.next_due(ledger) is not None) is (jump < -600)
        with capture_logs() as logs:
            clock.sweep(house.clock())
        assert [line["by"] for line in logs if line["event"] == "clock_set_back"] == told
        with house.store.read() as ledger:
            assert clock.next_due(ledger) is None
