"""What time alone brings about, at the moment and not before."""

from __future__ import annotations

import pytest

from approvals.leases import LEASE
from approvals.ledger import Ledger
from approvals.model import State, Verb
from tests.approvals.fake_cloud import Crash
from tests.approvals.house import CHANNEL, DATA, LAB, LIN, MEI, OMAR, STRANGER, House, gist


def test_where_nothing_is_due_nothing_moves(house: House) -> None:
    number = house.pending(DATA)
    assert house.time_out() == 0
    assert house.request(number).state is State.PENDING


def test_a_request_that_nobody_decided_expires_at_its_deadline_and_not_before(house: House) -> None:
    number = house.pending(DATA)
    deadline = house.request(number).decide_by
    assert deadline is not None
    house.told()
    house.clock.advance(days=2, hours=23)
    assert house.time_out() == 0
    house.clock.now = deadline
    assert house.timers.sweep(deadline) == 1
    assert house.request(number).state is State.EXPIRED
    assert house.events(number) == ["asked", "checked", "expired"]
    assert [gist(notice) for notice in house.told()] == [
        ("thread", CHANNEL, "expired"),
        ("card", CHANNEL, ""),
        ("card", LIN, ""),
        ("card", OMAR, ""),
        ("end", MEI, ""),
    ]
    assert house.time_out() == 0


def test_half_of_the_votes_do_not_keep_a_request_from_expiring(house: House) -> None:
    number = house.pending(STRANGER)
    assert house.press(number, LIN, Verb.APPROVE) == "approve"
    house.clock.advance(days=3)
    house.time_out()
    assert house.request(number).state is State.EXPIRED


def test_what_is_decided_or_refused_never_expires(house: House) -> None:
    decided = [house.approved(DATA), house.pending(LAB)]
    house.press(decided[1], LIN, Verb.DENY)
    refused = house.pending("100000000001")
    house.clock.advance(days=30)
    assert house.time_out() == 0
    states = [house.request(number).state for number in (*decided, refused)]
    assert states == [State.APPROVED, State.DENIED, State.REFUSED]


def test_more_than_one_sweep_holds_are_expired_by_the_next(house: House) -> None:
    numbers = [house.ask(DATA) for _ in range(120)]
    while house.check():
        pass
    house.clock.advance(days=4)
    assert (house.time_out(), house.time_out(), house.time_out()) == (100, 20, 0)
    assert {house.request(number).state for number in numbers} == {State.EXPIRED}


def test_an_execution_whose_holder_is_gone_is_taken_up_again(house: House) -> None:
    number = house.approved(DATA)
    house.cloud.fail("share", Crash())
    with pytest.raises(Crash):
        house.execute()
    taken = house.clock.now
    assert house.timers.sweep(taken + LEASE / 2) == 0
    assert house.timers.sweep(taken + LEASE) == 1
    request = house.request(number)
    assert (request.state, request.lease, request.attempts) == (State.APPROVED, None, 1)
    assert house.events(number)[-1] == "requeued"
    assert house.timers.sweep(taken + LEASE) == 0


def test_the_next_deadline_is_the_nearest_of_all(house: House) -> None:
    def due() -> object:
        with house.store.read() as ledger:
            return Ledger.next_deadline(ledger)

    assert due() is None
    pending = house.pending(LAB)
    assert due() == house.request(pending).decide_by
    house.approved(DATA)
    house.cloud.fail("share", Crash())
    with pytest.raises(Crash):
        house.execute()
    assert due() == house.clock.now + LEASE
