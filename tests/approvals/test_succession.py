"""Owners change while a request waits: whoever may decide now is asked, and it is said who that is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from approvals.model import Action, State, Verb
from approvals.policy import parse
from approvals.succession import EVERY, Succession
from bot.sandbox import company
from tests.approvals.house import CHANNEL, DATA, LIN, OMAR, SARA, STRANGER, WEI, House

TWO = company.POLICY.replace("approvals = 1", "approvals = 2")
WEIS = company.POLICY.replace('owners = ["S0PLATFORM"]', f'owners = ["{WEI}"]')


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with closing(House(tmp_path / "desk.db")) as opened:
        yield opened


def succession(house: House) -> Succession:
    return Succession(house.store, house.policies, house.directory)


def through(sweep: Succession, house: House, **later: float) -> None:
    """As far as it goes without a rest of more than seconds."""
    house.clock.advance(**later)
    sweep.sweep(house.tick())
    while due(house, sweep) <= house.clock.now + timedelta(seconds=5):
        house.clock.advance(seconds=5)
        sweep.sweep(house.clock.now)


def owners(house: House, number: int) -> tuple[str, ...]:
    deciders = house.request(number).deciders
    assert deciders is not None
    return deciders.owner_ids


def cards(house: House) -> set[str]:
    return {one.recipient for one in house.told() if one.kind == "card"}


def wei_joins(house: House) -> None:
    house.directory.groups["S0PLATFORM"] = (OMAR, WEI)


def test_who_joins_the_owners_is_asked_and_the_record_says_so(house: House) -> None:
    number = house.pending(DATA)
    sweep = succession(house)
    through(sweep, house)
    house.told()
    wei_joins(house)
    through(sweep, house, minutes=4)
    assert cards(house) == set()
    through(sweep, house, minutes=1)
    assert cards(house) >= {CHANNEL, WEI}
    assert owners(house, number) == (OMAR, WEI)
    (line,) = house.rows("SELECT actor_id, detail FROM audit WHERE event = 'deciders_changed'")
    assert line["actor_id"] == "imagewarden"
    assert json.loads(line["detail"]) == {"owners": [OMAR, WEI], "guardians": []}
    assert house.press(number, WEI, Verb.APPROVE) == "approve"
    assert house.request(number).state is State.APPROVED


def test_where_nobody_changed_nothing_is_written(house: House) -> None:
    house.pending(STRANGER)
    house.told()
    lines = len(house.rows("SELECT seq FROM audit"))
    sweep = succession(house)
    for _ in range(3):
        through(sweep, house, minutes=5)
    assert (cards(house), len(house.rows("SELECT seq FROM audit"))) == (set(), lines)


def test_in_which_order_the_chat_lists_people_does_not_matter(house: House) -> None:
    house.pending(STRANGER)
    house.told()
    sweep = succession(house)
    house.directory.groups |= {"S0PLATFORM": (OMAR, LIN)}
    through(sweep, house, minutes=5)
    assert (cards(house), house.rows("SELECT seq FROM audit WHERE event = 'deciders_changed'")) == (set(), [])


def test_another_policy_is_looked_at_at_once(house: House) -> None:
    number = house.pending(DATA)
    sweep = succession(house)
    through(sweep, house)
    house.policies.put(parse(WEIS))
    through(sweep, house)
    assert owners(house, number) == (WEI,)


def test_a_policy_that_changed_while_the_bot_was_down_is_looked_at_when_it_starts(house: House) -> None:
    number = house.pending(DATA)
    with closing(House(house.path, policy=WEIS, clock=house.clock)) as next_one:
        through(succession(next_one), next_one)
        assert owners(next_one, number) == (WEI,)


def test_all_that_wait_are_looked_at_over_and_over(house: House) -> None:
    numbers = many(house)
    house.press(numbers[3], LIN, Verb.DENY)
    sweep = succession(house)
    for there in ((OMAR, WEI), (WEI,)):
        house.directory.groups["S0PLATFORM"] = there
        through(sweep, house, minutes=5)
        asked = {number: owners(house, number) for number in numbers}
        assert asked.pop(numbers[3]) == (LIN, OMAR)
        assert set(asked.values()) == {there}


def test_by_the_policy_of_now_also_where_it_changes_in_the_middle(house: House) -> None:
    numbers = many(house)
    sweep = succession(house)
    assert (sweep.sweep(house.tick()), sweep.sweep(house.tick())) == (10, 0)  # the chat is spared
    house.policies.put(parse(WEIS))
    through(sweep, house)
    assert {owners(house, number) for number in numbers} == {(WEI,)}


def many(house: House) -> list[int]:
    numbers = [house.ask(DATA) for _ in range(35)]
    while house.check():
        pass
    return numbers


def test_guardians_change_likewise_also_where_they_decide_alone(house: House) -> None:
    number, source = house.pending(STRANGER), house.pending(STRANGER, action=Action.TRUST)
    house.directory.groups["S0SECURITY"] = (WEI,)
    through(succession(house), house)
    guardians = [one.guardian_ids for one in (house.request(n).deciders for n in (number, source)) if one]
    assert guardians == [(WEI,), (WEI,)]


def test_who_was_let_decide_as_nobody_else_did_still_may(tmp_path: Path) -> None:
    late = company.POLICY.replace("[rules]\n", '[rules]\nescalate_after = "1h"\n')
    with closing(House(tmp_path / "late.db", policy=late)) as house:
        number = house.pending(DATA)
        house.clock.advance(hours=2)
        house.time_out()
        wei_joins(house)
        through(succession(house), house)
        assert owners(house, number) == (OMAR, WEI, SARA)


def test_where_those_who_agreed_would_suffice_now_nobody_else_is_asked(tmp_path: Path) -> None:
    with closing(House(tmp_path / "two.db", policy=TWO)) as house:
        number = house.pending(DATA)
        house.press(number, LIN, Verb.APPROVE)
        house.policies.put(parse(company.POLICY))
        house.told()
        through(succession(house), house)
        assert cards(house) == set()
        assert house.press(number, LIN, Verb.APPROVE) == "approve"
        assert house.request(number).state is State.APPROVED


def test_a_directory_that_does_not_answer_is_asked_again_a_minute_later(house: House) -> None:
    number = house.pending(DATA)
    sweep = succession(house)
    wei_joins(house)
    house.directory.down = True
    through(sweep, house)
    asked = house.directory.asked
    through(sweep, house, seconds=54)
    assert house.directory.asked == asked
    house.directory.down = False
    through(sweep, house, seconds=6)
    assert owners(house, number) == (OMAR, WEI)


def test_what_nobody_foresaw_holds_up_no_other_and_is_tried_again(house: House) -> None:
    number, other = house.pending(STRANGER), house.pending(DATA)
    wei_joins(house)
    sweep = succession(house)
    house.directory.odd = {"S0SECURITY"}
    through(sweep, house)
    assert (owners(house, number), owners(house, other)) == ((LIN, OMAR), (OMAR, WEI))
    house.directory.odd.clear()
    through(sweep, house, minutes=5)
    assert owners(house, number) == (OMAR, WEI)


def test_who_presses_meanwhile_is_not_undone(house: House) -> None:
    number = house.pending(DATA)
    wei_joins(house)

    class Slow(type(house.directory)):  # type: ignore[misc]  # the directory of the tests, while somebody presses
        def person(self, person_id: str) -> object:
            if house.request(number).state is State.PENDING:
                house.press(number, OMAR, Verb.APPROVE)
            return house.directory.person(person_id)

    slow = Slow()
    slow.groups = house.directory.groups
    through(Succession(house.store, house.policies, slow), house)
    assert house.request(number).state is State.APPROVED
    assert "deciders_changed" not in house.events(number)


def test_a_clock_that_was_ahead_does_not_keep_it_from_looking(house: House) -> None:
    number = house.pending(DATA)
    sweep = succession(house)
    now = house.clock.now
    house.clock.advance(hours=5)
    through(sweep, house)
    house.clock.now = now
    wei_joins(house)
    through(sweep, house)
    assert owners(house, number) == (OMAR, WEI)


def test_when_it_looks_next_is_known(house: House) -> None:
    sweep = succession(house)
    through(sweep, house)
    assert due(house, sweep) == house.clock.now + EVERY
    house.policies.put(parse(WEIS))
    assert due(house, sweep) < house.clock.now


def due(house: House, sweep: Succession) -> datetime:
    with house.store.read() as ledger:
        return sweep.next_due(ledger)
