"""What was approved is shared or deleted only if those who approved may still decide at that moment."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from approvals.mandates import Mandates, Validity
from approvals.model import Action, State, Verb
from approvals.policy import parse
from bot.sandbox import company
from tests.approvals.house import DATA, LIN, OMAR, SARA, STRANGER, House

VOID = "approval_void"
OTHERS = company.POLICY.replace('owners = ["S0PLATFORM"]', f'owners = ["{OMAR}"]')


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with closing(House(tmp_path / "desk.db")) as opened:
        yield opened


def leaves_the_group(house: House) -> None:
    house.directory.groups["S0PLATFORM"] = (OMAR,)


def is_deactivated(house: House) -> None:
    house.directory.people[LIN] = replace(house.directory.people[LIN], may_act=False, why_not="gone")


def is_unknown(house: House) -> None:
    del house.directory.people[LIN]


def owns_it_by_the_policy_no_more(house: House) -> None:
    house.policies.put(parse(OTHERS))


@pytest.mark.parametrize("lin", [leaves_the_group, is_deactivated, is_unknown, owns_it_by_the_policy_no_more])
def test_nothing_is_shared_on_the_word_of_who_may_not_decide_any_more(
    house: House, lin: Callable[[House], None]
) -> None:
    number = house.approved(DATA)
    lin(house)
    house.execute()
    request = house.request(number)
    assert (request.state, house.cloud.changes) == (State.FAILED, [])
    assert [(item.code, item.message) for item in request.items] == [
        (
            VOID,
            "since it was approved, this changed: lin may not decide about base-2026 any more. "
            "Ask again: then those who may are asked.",
        )
    ]


def test_nor_deleted(house: House) -> None:
    number = house.pending(action=Action.DELETE, everyone=True)
    for person in (LIN, SARA):
        house.press(number, person, Verb.APPROVE)
    house.directory.groups["S0SECURITY"] = (OMAR,)
    house.execute()
    assert (house.request(number).state, house.cloud.changes) == (State.FAILED, [])
    assert {item.code for item in house.request(number).items} == {VOID}


def test_where_the_word_of_the_others_suffices_it_is_done(house: House) -> None:
    number = house.pending(STRANGER)
    for person in (LIN, OMAR, SARA):
        house.press(number, person, Verb.APPROVE)
    leaves_the_group(house)
    house.execute()
    assert house.outcomes(number) == {STRANGER: "done"}
    assert "approvals_unchecked" not in house.events(number)


def test_where_the_policy_asks_for_more_since_it_is_asked_again(house: House) -> None:
    number = house.approved(DATA)
    house.policies.put(parse(company.POLICY.replace("approvals = 1", "approvals = 2")))
    house.execute()
    assert house.cloud.changes == []
    assert [item.message for item in house.request(number).items] == [
        "since it was approved, this changed: the policy wants more people to agree about base-2026 than did. "
        "Ask again: then those who may are asked."
    ]


def test_what_the_guardians_were_asked_too_since_nobody_else_decided_stands(tmp_path: Path) -> None:
    late = company.POLICY.replace("[rules]\n", '[rules]\nescalate_after = "1h"\n')
    with closing(House(tmp_path / "late.db", policy=late)) as house:
        number = house.pending(DATA)
        house.clock.advance(hours=2)
        house.time_out()
        assert house.press(number, SARA, Verb.APPROVE) == "approve"
        house.execute()
        assert house.outcomes(number) == {DATA: "done"}


def test_what_takes_back_is_done_whoever_may_decide_since(house: House) -> None:
    house.cloud.give([DATA])
    number = house.approved(DATA, action=Action.UNSHARE)
    leaves_the_group(house)
    house.execute()
    assert house.outcomes(number) == {DATA: "done"}


def test_where_nobody_can_tell_who_somebody_is_now_the_word_stands_as_it_was_given(house: House) -> None:
    number, later = house.approved(DATA), house.approved(STRANGER)
    house.directory.down = True
    house.execute()
    assert house.outcomes(number) == {DATA: "done"}
    assert house.outcomes(later) == {STRANGER: "done"}
    assert "approvals_unchecked" in house.events(number)
    assert "approvals_unchecked" in house.events(later)


def test_of_what_takes_back_the_record_says_nothing_of_that(house: House) -> None:
    house.cloud.give([DATA])
    number = house.approved(DATA, action=Action.UNSHARE)
    house.directory.down = True
    house.execute()
    assert house.outcomes(number) == {DATA: "done"}
    assert "approvals_unchecked" not in house.events(number)


def test_a_directory_that_does_not_answer_is_left_alone_for_a_minute(house: House) -> None:
    request, mandates = house.request(house.approved(DATA)), Mandates(house.directory)
    leaves_the_group(house)
    house.directory.down = True
    untold = Validity({}, frozenset({request.id}))
    assert mandates.look_up([request], house.policy, house.clock.now) == untold
    house.directory.down = False
    asked = house.directory.asked
    assert mandates.look_up([request], house.policy, house.clock.advance(seconds=59)) == untold
    assert house.directory.asked == asked
    validity = mandates.look_up([request], house.policy, house.clock.advance(seconds=1))
    assert ([one.code for one in validity.void.values()], validity.untold) == ([VOID], frozenset())


def test_nor_for_longer_where_the_clock_was_ahead(house: House) -> None:
    request, mandates = house.request(house.approved(DATA)), Mandates(house.directory)
    house.directory.down = True
    mandates.look_up([request], house.policy, house.clock.now + timedelta(hours=5))
    house.directory.down = False
    assert mandates.look_up([request], house.policy, house.clock.now) == Validity({}, frozenset())
