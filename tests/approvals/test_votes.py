"""How many must agree, and in which roles: each person has one vote."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approvals.attention import lacking, still_wanted
from approvals.model import Action, Deciders, Decision, Person, Request, Role, State, Verb, Verdict
from approvals.people import is_met, suffices
from approvals.policy import parse
from bot.sandbox import company
from tests.approvals.house import DATA, GUS, LIN, OMAR, SARA, STRANGER, House


def state(house: House, number: int) -> State:
    return house.request(number).state


def two_owners(database: Path) -> House:
    return House(database.with_name("two.db"), policy=company.POLICY.replace("approvals = 1", "approvals = 2"))


def test_two_owners_must_agree_where_the_policy_says_two(database: Path) -> None:
    house = two_owners(database)
    number = house.pending(DATA)
    assert house.press(number, LIN, Verb.APPROVE) == "approve"
    assert state(house, number) is State.PENDING
    assert house.press(number, LIN, Verb.APPROVE) == "voted_already"
    assert house.press(number, OMAR, Verb.APPROVE) == "approve"
    assert state(house, number) is State.APPROVED
    house.close()


def test_who_approved_presses_again_where_that_is_enough_by_the_policy_of_now(database: Path) -> None:
    house = two_owners(database)
    number = house.pending(DATA)
    house.press(number, LIN, Verb.APPROVE)
    house.policies.put(parse(company.POLICY))
    assert house.press(number, LIN, Verb.APPROVE) == "approve"
    assert state(house, number) is State.APPROVED
    assert [one.person.id for one in house.request(number).decisions] == [LIN]
    house.close()


def test_who_approved_as_a_guardian_and_is_an_owner_since_presses_again(database: Path) -> None:
    others = company.POLICY.replace("S0PLATFORM", OMAR)
    house = House(database.with_name("others.db"), policy=others)
    number = house.pending(STRANGER)
    assert house.press(number, SARA, Verb.APPROVE) == "approve"
    house.policies.put(parse(others.replace(f'owners = ["{OMAR}"]', f'owners = ["{SARA}"]')))
    assert house.press(number, SARA, Verb.APPROVE) == "approve"
    assert [one.roles for one in house.request(number).decisions] == [{Role.OWNER, Role.GUARDIAN}]
    assert state(house, number) is State.PENDING  # it takes two people
    assert house.press(number, SARA, Verb.APPROVE) == "voted_already"
    house.close()


def test_one_of_two_denies_alone_also_after_the_other_approved(database: Path) -> None:
    house = two_owners(database)
    number = house.pending(DATA)
    house.press(number, LIN, Verb.APPROVE)
    assert house.press(number, OMAR, Verb.DENY) == "deny"
    assert state(house, number) is State.DENIED
    house.close()


def test_who_approved_may_still_deny_while_it_is_pending(database: Path) -> None:
    house = two_owners(database)
    number = house.pending(DATA)
    house.press(number, LIN, Verb.APPROVE)
    assert house.press(number, LIN, Verb.DENY, reason="on second thoughts") == "deny"
    request = house.request(number)
    assert request.state is State.DENIED
    assert [(one.verdict, one.reason) for one in request.decisions] == [(Verdict.DENY, "on second thoughts")]
    assert house.events(number)[-2:] == ["approved", "denied"]  # the record keeps both
    house.close()


@pytest.mark.parametrize("order", [(LIN, SARA), (SARA, LIN)])
def test_owner_and_guardian_must_both_agree_in_any_order(house: House, order: tuple[str, str]) -> None:
    number = house.pending(STRANGER)
    assert house.press(number, order[0], Verb.APPROVE) == "approve"
    assert state(house, number) is State.PENDING
    assert house.press(number, order[1], Verb.APPROVE) == "approve"
    assert state(house, number) is State.APPROVED


def test_two_owners_do_not_stand_for_a_guardian(house: House) -> None:
    number = house.pending(STRANGER)
    house.press(number, LIN, Verb.APPROVE)
    house.press(number, OMAR, Verb.APPROVE)
    assert state(house, number) is State.PENDING


def test_a_guardian_has_no_word_where_none_is_needed(house: House) -> None:
    assert house.press(house.pending(DATA), SARA, Verb.APPROVE) == "not_a_decider"


def test_a_guardian_denies_alone(house: House) -> None:
    number = house.pending(STRANGER)
    assert house.press(number, SARA, Verb.DENY) == "deny"
    assert state(house, number) is State.DENIED


def test_one_person_who_is_owner_and_guardian_cannot_be_both(house: House) -> None:
    house.directory.groups["S0SECURITY"] = (LIN,)
    number = house.pending(STRANGER)
    assert house.press(number, LIN, Verb.APPROVE) == "approve"
    assert house.request(number).decisions[0].roles == {Role.OWNER, Role.GUARDIAN}
    assert state(house, number) is State.PENDING
    assert house.press(number, OMAR, Verb.APPROVE) == "approve"
    assert state(house, number) is State.APPROVED


def without(house: House, number: int) -> list[object]:
    """By each approval, whose word it had to do without."""
    with house.store.read() as ledger:
        lines = [one for one in ledger.audit_of(number) if one["event"] == "approved"]
    return [json.loads(str(one["detail"])).get("without") for one in lines]


def leaves_the_group(house: House) -> None:
    house.directory.groups["S0PLATFORM"] = (OMAR, SARA)


def is_deactivated(house: House) -> None:
    house.directory.people[LIN] = replace(house.directory.people[LIN], may_act=False, why_not="gone")
    house.directory.groups["S0PLATFORM"] = (LIN, OMAR, SARA)


def is_unknown(house: House) -> None:
    del house.directory.people[LIN]
    house.directory.groups["S0PLATFORM"] = (LIN, OMAR, SARA)


@pytest.mark.parametrize("lin", [leaves_the_group, is_deactivated, is_unknown])
def test_the_word_of_who_may_not_decide_any_more_does_not_count(database: Path, lin: Callable[[House], None]) -> None:
    with closing(two_owners(database)) as house:
        number = house.pending(DATA)
        house.press(number, LIN, Verb.APPROVE)
        lin(house)
        assert house.press(number, OMAR, Verb.APPROVE) == "approve"
        pending = house.request(number)
        assert pending.state is State.PENDING
        assert still_wanted(pending) == (SARA,)
        assert house.press(number, SARA, Verb.APPROVE) == "approve"
        assert state(house, number) is State.APPROVED
        assert without(house, number) == [None, [LIN], [LIN]]
        assert [one.person.id for one in house.request(number).decisions] == [LIN, OMAR, SARA]  # all of it is kept


def test_whether_they_may_is_not_taken_from_minutes_ago(database: Path) -> None:
    with closing(two_owners(database)) as house:
        house.directory.were = dict(house.directory.people)
        number = house.pending(DATA)
        house.press(number, LIN, Verb.APPROVE)
        is_deactivated(house)
        assert house.press(number, LIN, Verb.APPROVE) == "may_not_act"
        assert house.press(number, OMAR, Verb.APPROVE) == "approve"
        assert state(house, number) is State.PENDING


def test_nor_does_that_of_who_is_no_guardian_any_more(house: House) -> None:
    number = house.pending(STRANGER)
    house.press(number, SARA, Verb.APPROVE)
    house.directory.groups["S0SECURITY"] = (OMAR,)
    assert house.press(number, LIN, Verb.APPROVE) == "approve"
    assert state(house, number) is State.PENDING
    assert house.press(number, OMAR, Verb.APPROVE) == "approve"
    assert state(house, number) is State.APPROVED


def test_who_may_decide_again_need_not_say_it_again(database: Path) -> None:
    with closing(two_owners(database)) as house:
        number = house.pending(DATA)
        owners = house.directory.groups["S0PLATFORM"]
        house.press(number, LIN, Verb.APPROVE)
        house.directory.groups["S0PLATFORM"] = (OMAR, SARA)
        house.press(number, OMAR, Verb.APPROVE)
        house.directory.groups["S0PLATFORM"] = owners
        assert house.press(number, OMAR, Verb.APPROVE) == "approve"
        assert state(house, number) is State.APPROVED


def test_whoever_owns_it_since_is_asked_too(database: Path) -> None:
    with closing(two_owners(database)) as house:
        number = house.pending(DATA)
        house.told()
        house.directory.groups["S0PLATFORM"] = (LIN, GUS, SARA)
        house.directory.people[GUS] = replace(house.directory.people[GUS], may_act=True, why_not="")
        house.press(number, LIN, Verb.APPROVE)
        cards = {one.recipient for one in house.told() if one.kind == "card"}
        assert {GUS, SARA} <= cards


NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ASKED = Request(1, Action.SHARE, "base-2026", (), (), "", Person("U0MEI", "mei"), NOON, State.PENDING, NOON)
PEOPLE = (LIN, OMAR, SARA, GUS)
ROLES = st.frozensets(st.sampled_from(Role), min_size=1)


@given(st.dictionaries(st.sampled_from(PEOPLE), ROLES), st.booleans(), st.integers(1, 3))
def test_nobodys_word_is_wanted_exactly_where_those_that_were_given_suffice(
    votes: dict[str, frozenset[Role]], guarded: bool, approvals: int
) -> None:
    deciders = Deciders(PEOPLE, PEOPLE if guarded else (), guardian_needed=guarded, approvals=approvals)
    decisions = tuple(Decision(Person(one, one), roles, Verdict.APPROVE, NOON) for one, roles in votes.items())
    request = replace(ASKED, deciders=deciders, decisions=decisions)

    owners, guardians = (
        frozenset(one for one, roles in votes.items() if role in roles) for role in (Role.OWNER, Role.GUARDIAN)
    )
    met = is_met(deciders, owners, guardians)

    assert met is not any(lacking(request, deciders))
    assert not met or still_wanted(request) == ()


@given(
    st.dictionaries(st.sampled_from(PEOPLE), ROLES),
    st.sets(st.sampled_from(PEOPLE)),
    st.sets(st.sampled_from(PEOPLE)),
    st.booleans(),
    st.integers(1, 3),
)
def test_a_word_counts_in_the_roles_in_which_it_was_given_and_could_be_given_now(
    votes: dict[str, frozenset[Role]], owning: set[str], guarding: set[str], guarded: bool, approvals: int
) -> None:
    deciders = Deciders(tuple(owning), tuple(guarding) if guarded else (), guardian_needed=guarded, approvals=approvals)
    decisions = tuple(Decision(Person(one, one), roles, Verdict.APPROVE, NOON) for one, roles in votes.items())
    request = replace(ASKED, deciders=deciders, decisions=decisions)

    owners = frozenset(one for one, roles in votes.items() if Role.OWNER in roles and one in owning)
    guardians = frozenset(one for one, roles in votes.items() if Role.GUARDIAN in roles and one in guarding)
    met = is_met(deciders, owners, guardians if guarded else frozenset())

    assert met is not any(lacking(request, deciders))
    assert suffices(decisions, deciders) is met
