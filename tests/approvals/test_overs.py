"""Who is told that a share is over, and what: its card, and whoever had asked for it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from approvals.model import Action, State, Verb
from approvals.terms import NO_END, Term
from tests.approvals.house import CHANNEL, DATA, LAB, LIN, MEI, OMAR, STRANGER, WEI, House, gist
from tests.approvals.test_drift import compare, newest, watched
from tests.approvals.test_ending import BASE, WEEK, shared, to_rest


def told(house: House, number: int) -> tuple[dict[str, str], list[str]]:
    """The facts of the one line about the share in its thread, and who hears of it by themselves."""
    notices = [one for one in house.told() if one.request_id == number]
    (line,) = [dict(one.facts) for one in notices if gist(one) == ("thread", CHANNEL, "taken_back")]
    del line["event"]
    heard = [one for one in notices if one.kind == "taken_back"]
    assert all(one.facts == line for one in heard)
    return line, [one.recipient for one in heard]


def unshare(house: House, *accounts: str, by: str = OMAR) -> int:
    number = house.approved(*accounts, action=Action.UNSHARE, by=by)
    to_rest(house)
    return number


def test_whoever_asked_for_the_share_hears_who_had_it_taken_back(house: House) -> None:
    number = shared(house, DATA, LAB)
    by = unshare(house, DATA)
    line, heard = told(house, number)
    assert heard == [MEI]
    assert (line["number"], line["person"], line["accounts"]) == (str(by), OMAR, DATA)


def test_who_has_their_own_share_taken_back_hears_it_as_the_end_of_that_alone(house: House) -> None:
    number = shared(house, DATA)
    unshare(house, DATA, by=MEI)
    line, heard = told(house, number)
    assert heard == []
    assert "accounts" not in line  # nobody of it has the image any more


def test_those_are_named_whom_the_share_was_for(house: House) -> None:
    house.cloud.bad = {LAB}
    number = shared(house, DATA, STRANGER, LAB)
    house.cloud.bad = set()
    shared(house, LAB)
    unshare(house, DATA, LAB)
    line, _ = told(house, number)
    assert line["accounts"] == DATA


def test_the_last_one_is_named_where_others_were_taken_back_before(house: House) -> None:
    number = shared(house, DATA, LAB)
    unshare(house, DATA)
    house.told()
    unshare(house, LAB)
    assert told(house, number)[0]["accounts"] == LAB
    assert house.request(number).is_over


def test_a_share_that_was_adopted_has_nobody_who_asked_for_it(house: House) -> None:
    watched(house)
    house.cloud.give({STRANGER})
    compare(house)
    number = newest(house).id
    house.press(number, LIN, Verb.ADOPT, reason="theirs")
    house.told()
    unshare(house, STRANGER)
    assert told(house, number)[1] == []


def test_of_a_difference_that_went_by_itself_for_some_the_others_are_named(house: House) -> None:
    number = shared(house, DATA, LAB, STRANGER)
    watched(house)
    house.cloud.shares[BASE].clear()
    compare(house)
    found = newest(house).id
    house.cloud.give({LAB, STRANGER})
    compare(house)
    house.told()
    assert house.press(found, LIN, Verb.CLOSE) == "close"
    line, heard = told(house, number)
    assert (line["number"], line["person"], line["accounts"]) == (str(found), "", DATA)
    assert heard == [MEI]


def test_with_the_image_the_shares_are_over_that_the_deletion_did_not_know_of(house: House) -> None:
    number = shared(house, DATA)
    house.cloud.shares[BASE].clear()
    deletion = house.approved(action=Action.DELETE, everyone=True, by=OMAR)
    to_rest(house)
    assert house.request(deletion).state is State.DONE
    line, heard = told(house, number)
    assert (line["number"], "accounts" in line, heard) == (str(deletion), False, [MEI])


def test_of_two_shares_that_are_over_together_each_is_told_as_its_own_end(house: House) -> None:
    first = shared(house, DATA, term=WEEK)
    second = house.approved(DATA, term=Term(lasts=timedelta(days=9)), by=OMAR)
    to_rest(house)
    house.told()
    house.clock.advance(days=10)
    to_rest(house)
    assert house.cloud.has(BASE) == set()
    notices = house.told()
    assert [one.request_id for one in notices if one.kind == "over"] == [first, second]
    assert [one for one in notices if one.kind == "taken_back"] == []


def test_a_day_before_those_are_named_by_which_the_image_stays_past_the_end(house: House) -> None:
    shared(house, DATA, LAB, term=Term(lasts=timedelta(days=6, hours=4)))
    week = shared(house, DATA, LAB, term=WEEK)
    second = shared(house, DATA, term=Term(lasts=timedelta(days=30)))
    house.clock.advance(days=6, minutes=1)
    to_rest(house)
    facts = [one.facts for one in house.told() if one.kind == "ending" and one.request_id == week]
    assert facts
    assert all(one == {"accounts": LAB, "kept": DATA, "by": str(second)} for one in facts)


def hear_of_the_end(house: House) -> list[str]:
    """Who does, a day before."""
    house.clock.advance(days=6, minutes=1)
    to_rest(house)
    return [one.recipient for one in house.told() if one.kind == "ending"]


def test_a_day_before_those_hear_it_who_own_the_image_by_then(house: House) -> None:
    shared(house, DATA)
    house.directory.groups["S0PLATFORM"] = (OMAR, WEI)
    assert hear_of_the_end(house) == [MEI, OMAR, WEI]


def test_where_the_chat_does_not_tell_who_owns_it_those_hear_it_who_did(house: House) -> None:
    shared(house, DATA)
    house.directory.down = True
    assert hear_of_the_end(house) == [MEI, LIN, OMAR]


def test_no_end_waits_for_what_the_chat_says_of_another_share(house: House) -> None:
    over = shared(house, DATA)
    house.clock.advance(days=2)
    other = shared(house, LAB)
    house.directory.odd = {"S0PLATFORM"}
    house.clock.advance(days=6, minutes=1)
    to_rest(house)
    assert house.cloud.has(BASE) == {LAB}
    told = [(one.kind, one.request_id, one.recipient) for one in house.told() if one.kind in ("ending", "over")]
    assert told == [*(("ending", other, who) for who in (MEI, LIN, OMAR)), ("over", over, MEI)]


def test_the_image_stays_by_no_share_that_was_ended_before(house: House) -> None:
    week = shared(house, DATA, term=WEEK)
    other = shared(house, DATA, term=NO_END)
    house.press(other, LIN, Verb.END_NOW)
    to_rest(house)
    (ended,) = [one.facts for one in house.told() if one.kind == "over"]
    assert (ended["kept"], ended["by"]) == (DATA, str(week))
    house.clock.advance(days=8)
    to_rest(house)
    (ended,) = [one.facts for one in house.told() if one.kind == "over"]
    assert (ended["kept"], ended["by"]) == ("", "")


def given_anew(house: House) -> int:
    """A share that omar ended early, and that was given to one more account afterwards."""
    house.cloud.bad = {LAB}
    number = shared(house, DATA, LAB)
    house.press(number, OMAR, Verb.END_NOW)
    to_rest(house)
    house.cloud.bad = set()
    house.press(number, LIN, Verb.RETRY)
    to_rest(house)
    house.told()
    assert house.cloud.has(BASE) == {LAB}
    return number


def test_it_ends_as_agreed_where_it_was_ended_early_once_and_given_anew(house: House) -> None:
    given_anew(house)
    house.clock.advance(days=8)
    to_rest(house)
    assert house.cloud.has(BASE) == set()
    assert [one.facts["person"] for one in house.told() if one.kind == "over"] == [""]


@pytest.mark.parametrize("person", [MEI, LIN])
def test_of_two_early_ends_the_last_is_told(house: House, person: str) -> None:
    number = given_anew(house)
    house.press(number, person, Verb.END_NOW)
    to_rest(house)
    assert [one.facts["person"] for one in house.told() if one.kind == "over"] == [person]


def test_an_early_end_is_one_however_long_it_takes(house: House) -> None:
    number = shared(house, DATA)
    house.press(number, LIN, Verb.END_NOW)
    assert house.end()
    house.clock.advance(days=8)
    to_rest(house)
    assert [one.facts["person"] for one in house.told() if one.kind == "over"] == [LIN]


def test_an_early_end_asks_the_chat_nothing(house: House) -> None:
    number = shared(house, DATA)
    house.press(number, LIN, Verb.END_NOW)
    asked = house.directory.asked
    assert house.end() == 1
    assert house.directory.asked == asked
