"""What time alone brings about, at the moment and not before."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from approvals.leases import LEASE
from approvals.ledger import Ledger
from approvals.model import State, Verb
from bot.sandbox import company
from tests.approvals.fake_cloud import Crash
from tests.approvals.house import CHANNEL, DATA, LAB, LIN, MEI, OMAR, SARA, STRANGER, House, gist


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


RULES = company.POLICY.replace("[rules]\n", '[rules]\nremind_after = "4h"\nescalate_after = "1d"\n')


@pytest.fixture
def careful(tmp_path: Path) -> Iterator[House]:
    """Whose policy reminds, and passes on."""
    house = House(tmp_path / "careful.db", policy=RULES)
    yield house
    house.close()


def reminded(house: House) -> list[str]:
    return [notice.recipient for notice in house.told() if notice.kind == "remind"]


def test_reminders_come_with_growing_distance(careful: House) -> None:
    careful.pending(DATA)
    careful.told()
    came = []
    for hour in range(1, 72):
        careful.clock.advance(hours=1)
        careful.time_out()
        if reminded(careful):
            came.append(hour)
    assert came == [4, 12, 28, 60]  # after 4, 8, 16, 32 hours


def test_only_those_are_reminded_whose_word_is_wanted(careful: House) -> None:
    number = careful.pending(STRANGER)
    careful.press(number, LIN, Verb.APPROVE)
    careful.told()
    careful.clock.advance(hours=4)
    careful.time_out()
    assert reminded(careful) == [SARA]  # an owner is enough, a guardian is still missing
    assert careful.events(number)[-1] == "reminded"


def test_where_one_person_spoke_for_both_roles_the_others_are_reminded(careful: House) -> None:
    careful.directory.groups["S0SECURITY"] = (LIN, SARA)
    number = careful.pending(STRANGER)
    careful.press(number, LIN, Verb.APPROVE)
    careful.told()
    careful.clock.advance(hours=4)
    careful.time_out()
    assert reminded(careful) == [OMAR, SARA]  # it takes two people


def test_a_decided_request_is_not_reminded_of(careful: House) -> None:
    careful.approved(DATA)
    careful.told()
    careful.clock.advance(days=1)
    careful.time_out()
    assert reminded(careful) == []


def test_what_the_owners_let_lie_the_guardians_can_decide(careful: House) -> None:
    number = careful.pending(DATA)
    assert careful.press(number, SARA, Verb.APPROVE) == "not_a_decider"
    careful.clock.advance(hours=24)
    careful.told()
    careful.time_out()
    told = [gist(notice) for notice in careful.told()]
    assert ("thread", CHANNEL, "escalated") in told
    assert ("card", SARA, "") in told
    assert ("remind", SARA, "") not in told  # the card says it
    assert careful.press(number, SARA, Verb.APPROVE) == "approve"
    assert careful.request(number).state is State.APPROVED
    assert careful.events(number).count("escalated") == 1


def test_a_request_is_looked_at_no_sooner_than_something_is_due(tmp_path: Path) -> None:
    policy = company.POLICY.replace("[rules]\n", '[rules]\nremind_after = "12h"\nescalate_after = "6h"\n')
    with closing(House(tmp_path / "patient.db", policy=policy)) as patient:
        number = patient.pending(DATA)
        began = patient.request(number).changed_at
        for hours in (6, 12, 36):
            with patient.store.read() as ledger:
                assert ledger.next_deadline() == began + timedelta(hours=hours)
            assert patient.timers.sweep(began + timedelta(hours=hours)) == 1


def test_where_there_is_nobody_else_nothing_is_passed_on(tmp_path: Path) -> None:
    policy = RULES.replace('guardians = ["S0SECURITY"]', "guardians = []")
    with closing(House(tmp_path / "alone.db", policy=policy)) as alone:
        number = alone.pending(DATA)
        alone.clock.advance(hours=25)
        alone.time_out()
        assert "escalated" not in alone.events(number)
        assert alone.events(number)[-1] == "reminded"


def test_two_people_must_still_agree_where_a_guardian_had_to(careful: House) -> None:
    number = careful.pending(STRANGER)
    careful.clock.advance(hours=24)
    careful.time_out()
    assert careful.press(number, SARA, Verb.APPROVE) == "approve"
    assert careful.request(number).state is State.PENDING
    assert careful.press(number, OMAR, Verb.APPROVE) == "approve"
    assert careful.request(number).state is State.APPROVED


def test_after_a_sleep_the_reminders_that_were_missed_are_one_and_what_is_too_late_expires(careful: House) -> None:
    first = careful.pending(DATA)
    careful.clock.advance(days=2)
    second = careful.pending(LAB)
    careful.told()
    careful.clock.advance(days=2)
    careful.time_out()
    told = careful.told()
    assert careful.request(first).state is State.EXPIRED
    assert careful.request(second).state is State.PENDING
    assert [notice.request_id for notice in told if notice.kind == "remind"] == [second, second]
    assert careful.time_out() == 0


def test_without_such_rules_nobody_is_reminded_and_nothing_passed_on(house: House) -> None:
    number = house.pending(DATA)
    house.told()
    house.clock.advance(days=2, hours=23)
    assert house.time_out() == 0
    assert house.told() == []
    assert house.press(number, SARA, Verb.APPROVE) == "not_a_decider"
