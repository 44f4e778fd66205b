"""An image of which nobody can see who has it: what the cloud answers is all there is, whoever dies meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from approvals.errors import OutcomeUnknown
from approvals.leases import LEASE
from approvals.model import Action, State, Verb
from approvals.terms import Term
from tests.approvals.crashing import Blackout, Killed, house_with
from tests.approvals.fake_cloud import Crash, FakeCloud, image
from tests.approvals.house import DATA, LAB, LIN, Clock, House
from tests.approvals.test_copying import settle

KIT = "lhbp-wikikit0"
WEEK = Term(lasts=timedelta(days=7))
LOST = OutcomeUnknown("ShareBlueprintAcrossAccounts", "ClientNetworkError", "no answer")


@pytest.fixture
def house(database: Path) -> Iterator[House]:
    cloud = FakeCloud(image(KIT, "wiki-kit"))
    cloud.untold = {KIT}
    opened = House(database, cloud=cloud)
    yield opened
    opened.close()


def shared(house: House, *accounts: str, term: Term = WEEK) -> int:
    number = house.approved(*accounts, image=KIT, term=term)
    settle(house)
    return number


def codes(house: House, number: int) -> dict[str, tuple[str, str]]:
    return {one.target.account: (one.state.value, one.code) for one in house.request(number).items}


def standing(house: House) -> set[str]:
    return {row["account"] for row in house.rows("SELECT account FROM grants WHERE ended_at IS NULL")}


def end(house: House) -> None:
    house.clock.advance(days=8)
    while house.end():
        settle(house)


def die_after(house: House, method: str) -> None:
    house.cloud.fail(method, Crash(), after_effect=True)
    with pytest.raises(Crash):
        house.execute()
    house.clock.advance(seconds=LEASE.total_seconds() + 1)


def test_what_the_cloud_accepts_is_done_and_not_verified(house: House) -> None:
    number = shared(house, DATA)
    assert codes(house, number) == {DATA: ("done", "unverified")}
    assert (house.cloud.has(KIT), standing(house)) == ({DATA}, {DATA})
    end(house)
    assert (house.cloud.has(KIT), standing(house)) == (set(), set())


def test_where_the_cloud_tells_who_has_it_that_is_read_and_counts(house: House) -> None:
    house.cloud.untold.clear()
    house.cloud.give([DATA], KIT)
    number = shared(house, DATA, LAB)
    assert codes(house, number) == {DATA: ("already", "settled"), LAB: ("done", "")}
    assert [call.accounts for call in house.cloud.calls if call.name == "share"] == [(LAB,)]


def test_an_image_of_lighthouses_is_not_looked_for_in_lighthouse(house: House) -> None:
    house.cloud.untold.clear()
    shared(house, DATA)
    assert house.request(house.pending(action=Action.UNSHARE, everyone=True, image=KIT)).state is State.PENDING
    assert "lighthouse_image" not in {call.name for call in house.cloud.calls}


def test_a_share_whose_process_died_right_after_the_call_is_ours_and_ends(house: House) -> None:
    number = house.approved(DATA, LAB, image=KIT, term=WEEK)
    die_after(house, "share")
    settle(house)
    assert codes(house, number) == {DATA: ("done", "unverified"), LAB: ("done", "unverified")}
    assert standing(house) == {DATA, LAB}
    end(house)
    assert (house.cloud.has(KIT), standing(house)) == (set(), set())


def test_a_share_whose_machine_lost_its_power_right_after_the_call_is_ours_and_ends(database: Path) -> None:
    cloud, fate = FakeCloud(image(KIT, "wiki-kit")), Blackout(("after", "cloud.share", 1))
    cloud.untold = {KIT}
    before = house_with(fate, database, cloud, Clock())
    number = before.approved(DATA, image=KIT, term=WEEK)
    with pytest.raises(Killed):
        before.execute()
    before.close()
    fate.befall(database)

    house = House(database, cloud=cloud, clock=before.clock)
    settle(house)
    assert codes(house, number) == {DATA: ("done", "unverified")}
    assert standing(house) == {DATA}
    end(house)
    assert (cloud.has(KIT), standing(house)) == (set(), set())
    house.close()


def test_a_share_that_was_taken_back_right_before_its_process_died_is_over(house: House) -> None:
    shared(house, DATA, term=Term())
    number = house.approved(DATA, image=KIT, action=Action.UNSHARE)
    die_after(house, "unshare")
    settle(house)
    assert codes(house, number) == {DATA: ("done", "unverified")}
    assert (house.cloud.has(KIT), standing(house)) == (set(), set())


def test_a_lost_answer_is_told_by_the_next_one(house: House) -> None:
    house.cloud.fail("share", LOST, after_effect=True)
    number = shared(house, DATA, LAB)
    assert codes(house, number) == {DATA: ("done", "unverified"), LAB: ("done", "unverified")}
    assert standing(house) == {DATA, LAB}


def test_a_call_of_which_every_answer_is_lost_is_made_ever_less_often(house: House) -> None:
    house.cloud.fail("share", *[LOST] * 1000)
    number = shared(house, DATA)
    assert house.request(number).state is State.APPROVED
    assert 5 < len(house.cloud.changes) < 60  # in ten minutes


def test_an_account_that_does_not_exist_holds_up_no_other_and_can_be_tried_again(house: House) -> None:
    house.cloud.bad = {LAB}
    number = shared(house, DATA, LAB)
    assert codes(house, number) == {DATA: ("done", "unverified"), LAB: ("failed", "InvalidAccountId.NotFound")}
    house.cloud.bad.clear()
    house.press(number, LIN, Verb.RETRY)
    settle(house)
    assert codes(house, number) == {DATA: ("done", "unverified"), LAB: ("done", "unverified")}
    assert standing(house) == house.cloud.has(KIT) == {DATA, LAB}


def test_it_cannot_be_taken_from_everybody_and_nobody_says_that_nobody_has_it(house: House) -> None:
    shared(house, DATA)
    request = house.request(house.pending(action=Action.UNSHARE, everyone=True, image=KIT))
    assert request.state is State.REFUSED
    assert {one.code for one in request.findings} == {"lighthouse_untold", "unshare_is_not_recall"}


def test_whoever_had_it_before_keeps_it(house: House) -> None:
    house.cloud.give([DATA], KIT)
    number = shared(house, DATA, LAB)
    assert codes(house, number) == {DATA: ("already", "settled"), LAB: ("done", "unverified")}
    assert standing(house) == {LAB}
    end(house)
    assert house.cloud.has(KIT) == {DATA}


@pytest.mark.parametrize("before", [True, False])
def test_the_first_of_two_shares_to_end_takes_nothing_from_the_second(house: House, before: bool) -> None:
    """Though the second is only approved, and not yet done, when the first is over."""
    shared(house, DATA)
    if not before:
        house.clock.advance(days=8)
    second = house.approved(DATA, image=KIT)
    if before:
        settle(house)
    end(house)
    assert house.cloud.has(KIT) == {DATA}
    assert house.rows("SELECT request_id FROM grants WHERE ended_at IS NULL") == [{"request_id": second}]


@pytest.mark.parametrize("asked", [True, False])
def test_a_share_that_somebody_took_back_by_hand_ends_once(house: House, asked: bool) -> None:
    shared(house, DATA)
    house.cloud.shares[KIT].clear()
    if asked:
        number = house.approved(DATA, image=KIT, action=Action.UNSHARE)
        settle(house)
        assert codes(house, number) == {DATA: ("already", "settled")}
    end(house)
    assert standing(house) == set()
    requests = house.rows("SELECT id FROM requests")
    house.clock.advance(days=30)
    assert house.end() == 0
    assert house.rows("SELECT id FROM requests") == requests
    assert {house.request(row["id"]).state for row in requests} == {State.DONE}
