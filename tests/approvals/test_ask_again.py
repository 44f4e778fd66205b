"""What was stopped because something got worse is asked anew, once, and decided by what is true then."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from approvals.model import Action, ItemState, State, Verb
from tests.approvals.fake_cloud import image
from tests.approvals.house import DATA, GUS, LAB, LIN, MEI, OMAR, SARA, House


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with closing(House(tmp_path / "desk.db")) as opened:
        yield opened


def stopped(house: House) -> int:
    """A request that was approved and stopped, since its image turned out to be an import."""
    number = house.approved(DATA, LAB, reason="for the lab")
    house.cloud.put(replace(image(), source="EXTERNAL_IMPORT"))
    house.execute()
    assert house.request(number).state is State.FAILED
    return number


def again(house: House, number: int, by: str = LIN) -> int:
    """Ask for it again; returns the number that they are told."""
    assert house.press(number, by, Verb.ASK_AGAIN) == "ask_again"
    (told,) = house.rows("SELECT facts FROM outbox WHERE kind = 'reply' ORDER BY id DESC LIMIT 1")
    facts = json.loads(told["facts"])
    assert (facts["code"], facts["person"]) == ("asked_again", by)
    return int(facts["number"])


def test_it_is_asked_in_the_name_of_who_asked_and_with_what_is_true_now(house: House) -> None:
    number = stopped(house)
    new = again(house, number)
    house.check()
    old, request = house.request(number), house.request(new)
    assert (request.requester.id, request.action, request.reason) == (MEI, Action.SHARE, "for the lab")
    assert request.image_ref == "img-base0001"
    assert [target.account for target in request.targets] == [DATA, LAB]
    assert request.deciders is not None
    assert request.deciders.guardian_needed  # which the old one didn't need
    assert (request.state, old.state) == (State.PENDING, State.FAILED)
    for person in (OMAR, SARA):
        assert house.press(new, person, Verb.APPROVE) == "approve"
    house.execute()
    assert house.outcomes(new) == {DATA: "done", LAB: "done"}


def test_it_is_asked_once_and_recorded_with_who_wanted_it(house: House) -> None:
    number = stopped(house)
    assert again(house, number) == again(house, number, OMAR) == number + 1
    (asked, *_) = house.rows(
        f"SELECT actor_id, detail FROM audit WHERE request_id = {number} AND event = 'asked_again'"
    )
    assert (asked["actor_id"], asked["detail"]) == (LIN, f'{{"as":{number + 1}}}')
    assert len(house.rows("SELECT id FROM requests")) == 2
    told = [one.facts for one in house.told() if one.request_id == number and one.facts.get("event") == "asked_again"]
    assert told[0] == {"event": "asked_again", "person": LIN, "number": str(number + 1)}


def test_once_that_came_to_nothing_it_is_asked_for_anew(house: House) -> None:
    number = stopped(house)
    second = again(house, number)
    house.check()
    assert house.press(second, OMAR, Verb.DENY) == "deny"
    third = again(house, number)
    assert third == again(house, number, OMAR) == second + 1
    house.check()
    for person in (OMAR, SARA):
        assert house.press(third, person, Verb.APPROVE) == "approve"
    house.execute()
    assert house.outcomes(third) == {DATA: "done", LAB: "done"}
    assert again(house, number) == third  # by which it was done
    assert len(house.rows("SELECT id FROM requests")) == 3


def test_the_one_that_was_asked_for_again_itself_is_followed(house: House) -> None:
    number = stopped(house)
    second = again(house, number)
    house.check()
    for person in (OMAR, SARA):
        assert house.press(second, person, Verb.APPROVE) == "approve"
    house.cloud.bad |= {DATA, LAB}
    house.execute()
    assert house.request(second).state is State.FAILED
    assert again(house, second) == again(house, number) == second + 1


def test_only_what_failed_is_asked_for(house: House) -> None:
    number = house.approved(DATA, LAB)
    house.cloud.bad.add(LAB)
    house.execute()
    assert house.request(number).state is State.PARTIAL
    new = again(house, number)
    assert [target.account for target in house.request(new).targets] == [LAB]


def test_what_did_not_fail_is_not_asked_again(house: House) -> None:
    pending = house.pending(DATA)
    assert house.press(pending, LIN, Verb.ASK_AGAIN) == "nothing_failed"
    done = house.approved(LAB)
    house.execute()
    assert {item.state for item in house.request(done).items} == {ItemState.DONE}
    assert house.press(done, LIN, Verb.ASK_AGAIN) == "nothing_failed"
    assert len(house.rows("SELECT id FROM requests")) == 2


def test_who_asked_can_and_who_has_nothing_to_do_with_it_can_not(house: House) -> None:
    number = stopped(house)
    assert house.press(number, SARA, Verb.ASK_AGAIN) == "not_to_ask_again"
    assert again(house, number, MEI) == number + 1


def test_a_guest_among_the_owners_can_not(house: House) -> None:
    number = stopped(house)
    house.directory.groups["S0PLATFORM"] = (LIN, GUS)
    assert house.press(number, GUS, Verb.ASK_AGAIN) == "may_not_act"
    assert len(house.rows("SELECT id FROM requests")) == 1


def test_once_it_is_retried_nothing_is_left_to_be_asked_for(house: House) -> None:
    number = stopped(house)
    early = house.record(number, MEI, Verb.ASK_AGAIN, key="behind the retry")
    assert house.press(number, LIN, Verb.RETRY) == "retry"
    assert early is not None
    assert house.judged(early) == "nothing_failed"
    assert len(house.rows("SELECT id FROM requests")) == 1


def test_who_had_it_when_it_was_asked_and_lost_it_can_be_asked_for_again_too(house: House) -> None:
    house.cloud.give([LAB])
    number = house.approved(DATA, LAB)
    house.cloud.shares.clear()
    house.cloud.put(replace(image(), source="EXTERNAL_IMPORT"))
    house.execute()
    assert house.outcomes(number) == {DATA: "failed", LAB: "failed"}
    assert [target.account for target in house.request(again(house, number)).targets] == [DATA, LAB]
