"""What is in hand stays ours as long as we say so, and no longer: others take over from who fell silent."""

from __future__ import annotations

from datetime import timedelta

import pytest

from approvals.leases import LEASE, RENEW_EVERY
from approvals.model import State
from tests.approvals.fake_cloud import Call, Crash
from tests.approvals.house import DATA, LAB, House

BAD = [str(100_000_100_000 + index) for index in range(8)]


def renewing(house: House, other: House, taken_over: list[int]) -> None:
    """From now on each sharing call takes nearly a lease, while our leases are renewed in time."""

    def slow(_call: Call) -> None:
        for _ in range(2):
            house.leases.sweep(house.clock.advance(seconds=RENEW_EVERY.total_seconds()))
            taken_over.append(other.time_out())
            taken_over.append(other.execute())

    house.cloud.during = slow


def test_an_execution_that_takes_longer_than_a_lease_is_left_to_whoever_is_at_it(house: House) -> None:
    number, other, taken_over = house.approved(*BAD, DATA), house.twin(), list[int]()
    house.cloud.bad = set(BAD)
    renewing(house, other, taken_over)
    house.execute()
    other.close()
    assert len(taken_over) * RENEW_EVERY / 2 > 3 * LEASE
    assert set(taken_over) == {0}
    assert house.request(number).state is State.PARTIAL
    assert house.request(number).attempts == 1
    assert house.cloud.has() == {DATA}
    assert house.events(number).count("executing") == 1


def test_who_fell_silent_makes_no_further_call(house: House) -> None:
    number, other = house.approved(*BAD), house.twin()
    house.cloud.bad = set(BAD)

    def silent(_call: Call) -> None:
        house.cloud.during = None
        house.clock.advance(seconds=LEASE.total_seconds())
        other.time_out()

    house.cloud.during = silent
    house.execute()
    other.close()
    assert len(house.cloud.changes) == 1
    assert house.request(number).state is State.APPROVED
    assert house.events(number)[-2:] == ["executing", "requeued"]


def test_what_a_dead_process_had_in_hand_is_taken_up_when_its_lease_ends(house: House) -> None:
    number = house.approved(DATA)
    house.cloud.fail("share", Crash(), after_effect=True)
    with pytest.raises(Crash):
        house.execute()
    restarted = house.twin()
    assert restarted.leases.sweep(house.clock() + LEASE - timedelta(seconds=1)) == 0  # nobody renews it
    house.clock.advance(seconds=LEASE.total_seconds())
    assert (restarted.time_out(), restarted.execute()) == (1, 1)
    restarted.close()
    assert house.request(number).state is State.DONE
    assert len(house.cloud.changes) == 1


def test_a_lease_is_renewed_when_it_is_due_and_not_before(house: House) -> None:
    begun = house.clock()
    with house.leases.hold(begun), house.store.read() as ledger:
        assert house.leases.next_due(ledger) == begun + RENEW_EVERY
        assert house.leases.sweep(begun + RENEW_EVERY - timedelta(microseconds=1)) == 0
        assert house.leases.sweep(begun + RENEW_EVERY) == 1
        assert house.leases.next_due(ledger) == begun + 2 * RENEW_EVERY
    with house.store.read() as ledger:
        assert house.leases.next_due(ledger) is None
    assert house.leases.sweep(begun + LEASE) == 0


def test_a_renewal_touches_nobody_elses_lease(house: House) -> None:
    number, other = house.approved(DATA), house.twin()
    house.cloud.fail("share", Crash())
    with pytest.raises(Crash):
        house.execute()
    died = house.clock()
    with other.leases.hold(died):
        other.leases.sweep(died + RENEW_EVERY)
    other.close()
    assert house.timers.sweep(died + LEASE) == 1
    assert house.request(number).state is State.APPROVED


def test_a_message_in_hand_is_due_for_nobody_else_until_the_lease_ends(house: House) -> None:
    house.pending(DATA)
    house.pending(LAB)
    now = house.tick()
    first = house.store.write(lambda ledger: ledger.take_notices(now, 2, lease="one", until=now + LEASE))
    rest = house.store.write(lambda ledger: ledger.take_notices(now, 100, lease="two", until=now + LEASE))
    assert len(first) == 2
    assert not {notice.id for notice in first} & {notice.id for notice in rest}
    assert {notice.lane for notice in first}.isdisjoint(notice.lane for notice in rest)  # order within a lane holds

    house.store.write(lambda ledger: ledger.renew("one", until=now + 2 * LEASE))
    with house.store.read() as ledger:
        due = {notice.id for notice in ledger.notices_due(now + LEASE, 100)}
        late = {notice.id for notice in ledger.notices_due(now + 2 * LEASE, 100)}
    assert due == {notice.id for notice in rest}
    assert late == due | {notice.id for notice in first}


def test_a_message_that_is_put_off_is_no_longer_held_by_the_lease(house: House) -> None:
    house.pending(DATA)
    now = house.tick()
    (first,) = house.store.write(lambda ledger: ledger.take_notices(now, 1, lease="one", until=now + LEASE))
    again = now + timedelta(seconds=1)
    house.store.write(lambda ledger: ledger.postpone_notice(first, "slow down", until=again))
    house.store.write(lambda ledger: ledger.renew("one", until=now + LEASE))
    with house.store.read() as ledger:
        assert first.id in {notice.id for notice in ledger.notices_due(again, 100)}
