"""Who may decide, and whether those are enough."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approvals.errors import DirectoryError
from approvals.model import Deciders
from approvals.people import can_be_met, deciders_of, is_met, unknown_owners
from approvals.policy import parse
from bot.sandbox import company
from tests.approvals.fake_cloud import image
from tests.approvals.fake_people import FakeDirectory
from tests.approvals.house import GUS, LIN, MEI, OMAR, SARA

PEOPLE = ["U0A", "U0B", "U0C", "U0D"]
some = st.frozensets(st.sampled_from(PEOPLE))


@pytest.fixture
def directory() -> FakeDirectory:
    return FakeDirectory()


def found(
    directory: FakeDirectory,
    name: str = "base-2026",
    *,
    requester: str = MEI,
    guardian: bool = False,
    policy: str = company.POLICY,
) -> Deciders:
    return deciders_of(
        image(name=name), requester_id=requester, guardian_needed=guardian, policy=parse(policy), directory=directory
    )


def test_owners_are_the_people_of_the_policys_group(directory: FakeDirectory) -> None:
    assert found(directory) == Deciders(owner_ids=(LIN, OMAR))


def test_guardians_are_asked_for_only_where_one_is_needed(directory: FakeDirectory) -> None:
    needed = found(directory, guardian=True)
    assert (needed.guardian_needed, needed.guardian_ids, needed.guardian_names) == (True, (SARA,), ("S0SECURITY",))
    assert found(directory).guardian_ids == ()


def test_nobody_decides_about_their_own_request(directory: FakeDirectory) -> None:
    assert found(directory, requester=LIN).owner_ids == (OMAR,)
    assert found(directory, "team-dashboard", requester=MEI).owner_ids == ()
    assert found(directory, requester=SARA, guardian=True).guardian_ids == ()


def test_the_policy_may_allow_to_decide_about_ones_own_request(directory: FakeDirectory) -> None:
    policy = company.POLICY.replace("self_approval = false", "self_approval = true")
    assert found(directory, "team-dashboard", requester=MEI, policy=policy).owner_ids == (MEI,)


def test_a_guest_among_the_owners_decides_nothing(directory: FakeDirectory) -> None:
    directory.groups["S0PLATFORM"] = (GUS, LIN)
    assert found(directory).owner_ids == (LIN,)


def test_somebody_who_left_decides_nothing(directory: FakeDirectory) -> None:
    directory.people[LIN] = replace(directory.people[LIN], may_act=False, why_not="Lin is deactivated.")
    del directory.people[OMAR]
    assert found(directory).owner_ids == ()


def test_a_group_that_is_gone_has_nobody_in_it(directory: FakeDirectory) -> None:
    directory.groups.clear()
    needed = found(directory, guardian=True)
    assert (needed.owner_ids, needed.guardian_ids) == ((), ())
    assert needed.guardian_needed


def test_somebody_named_twice_is_one_person(directory: FakeDirectory) -> None:
    policy = company.POLICY.replace('owners = ["S0PLATFORM"]', 'owners = ["U0LIN", "S0PLATFORM", "U0LIN"]')
    assert found(directory, policy=policy).owner_ids == (LIN, OMAR)


def test_how_many_must_agree_comes_from_the_policy(directory: FakeDirectory) -> None:
    assert found(directory, policy=company.POLICY.replace("approvals = 1", "approvals = 2")).approvals == 2


def test_a_chat_that_does_not_answer_is_not_taken_for_an_empty_group(directory: FakeDirectory) -> None:
    directory.down = True
    with pytest.raises(DirectoryError):
        found(directory)


def test_owners_and_guardians_named_by_address_are_the_people_behind_it(directory: FakeDirectory) -> None:
    policy = company.POLICY.replace('owners = ["S0PLATFORM"]', 'owners = ["lin@nimbus.example", "U0LIN", "U0OMAR"]')
    policy = policy.replace('guardians = ["S0SECURITY"]', 'guardians = ["sara@nimbus.example", "gone@nimbus.example"]')
    deciders = found(directory, guardian=True, policy=policy)
    assert deciders.owner_ids == (LIN, OMAR)
    assert (deciders.guardian_ids, deciders.guardian_names) == ((SARA,), (SARA,))


def test_owners_whom_nobody_knows_are_named(directory: FakeDirectory) -> None:
    owners = '["gone@nimbus.example", "S0GONE", "U0GONE", "S0PLATFORM", "lin@nimbus.example"]'
    policy = parse(
        company.POLICY.replace('owners = ["S0PLATFORM"]', f"owners = {owners}").replace(
            "[rules]", '[rules]\nowner_tag = "slack-owner"'
        )
    )
    unknown = ("gone@nimbus.example", "S0GONE", "U0GONE")
    assert unknown_owners(image(), policy, directory) == unknown
    assert unknown_owners(image(tags={"slack-owner": "U0LIN"}), policy, directory) == unknown
    assert unknown_owners(image(tags={"slack-owner": "the team"}), policy, directory) == (*unknown, "the team")
    assert unknown_owners(image(tags={"slack-owner": "x@y.example"}), policy, directory) == (*unknown, "x@y.example")


def votes_suffice(owners: frozenset[str], guardians: frozenset[str], deciders: Deciders) -> bool:
    """The rule itself, by trying every way in which each person casts their one vote."""
    people = sorted(owners | guardians)
    for roles in product(("owner", "guardian"), repeat=len(people)):
        cast = dict(zip(people, roles, strict=True))
        as_owner = sum(role == "owner" and who in owners for who, role in cast.items())
        as_guardian = sum(role == "guardian" and who in guardians for who, role in cast.items())
        if as_owner >= deciders.approvals and as_guardian >= (1 if deciders.guardian_needed else 0):
            return True
    return False


deciding = st.builds(
    Deciders,
    owner_ids=some.map(lambda people: tuple(sorted(people))),
    guardian_ids=some.map(lambda people: tuple(sorted(people))),
    guardian_needed=st.booleans(),
    approvals=st.integers(1, 4),
)


@given(deciders=deciding)
def test_people_are_enough_just_where_each_could_cast_one_vote(deciders: Deciders) -> None:
    owners, guardians = frozenset(deciders.owner_ids), frozenset(deciders.guardian_ids)
    assert can_be_met(deciders) is votes_suffice(owners, guardians, deciders)


@given(deciders=deciding, owners=some, guardians=some)
def test_approvals_are_enough_just_where_each_person_has_one_vote(
    deciders: Deciders, owners: frozenset[str], guardians: frozenset[str]
) -> None:
    assert is_met(deciders, owners, guardians) is votes_suffice(owners, guardians, deciders)


@given(deciders=deciding, owners=some, guardians=some, more=some)
def test_one_more_approval_never_makes_it_less(
    deciders: Deciders, owners: frozenset[str], guardians: frozenset[str], more: frozenset[str]
) -> None:
    if is_met(deciders, owners, guardians):
        assert is_met(deciders, owners | more, guardians)
        assert is_met(deciders, owners, guardians | more)


def test_an_owner_who_is_the_only_guardian_cannot_be_both() -> None:
    both = Deciders(("U0A",), ("U0A",), guardian_needed=True)
    assert not can_be_met(both)
    assert not is_met(both, frozenset({"U0A"}), frozenset({"U0A"}))
    assert can_be_met(replace(both, owner_ids=("U0A", "U0B")))
