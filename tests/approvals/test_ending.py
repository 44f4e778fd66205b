"""Shares end by themselves, at their time and once; what another share still gives is not taken away."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from approvals.cloud import LIGHTHOUSE
from approvals.code_model import KEPT
from approvals.errors import Unavailable
from approvals.model import Action, ItemState, State, Verb
from approvals.terms import NO_END, Term
from bot.sandbox import company
from tests.approvals.fake_cloud import GUANGZHOU, SINGAPORE
from tests.approvals.house import CHANNEL, DATA, LAB, LIN, MEI, OMAR, SARA, STRANGER, House, gist

BASE = "img-base0001"
WEEK, MONTH = Term(lasts=timedelta(days=7)), Term(lasts=timedelta(days=30))


def shared(house: House, *accounts: str, term: Term = WEEK) -> int:
    """A share that is done, of which everything is told."""
    number = house.approved(*accounts, term=term)
    to_rest(house)
    house.told()
    return number


def calls(house: House, name: str) -> int:
    return sum(call.name == name for call in house.cloud.calls)


def next_end(house: House) -> datetime | None:
    """When there is something to do for a share by itself."""
    with house.store.read() as ledger:
        return ledger.grants.next_due()


def to_rest(house: House) -> None:
    while house.end() + house.execute():
        pass


def test_who_asks_for_no_end_gets_the_longest_of_the_policy(database: Path) -> None:
    policy = company.POLICY.replace("[rules]", "[rules]\nmax_days = 30")
    with closing(House(database, policy=policy)) as house:
        number = shared(house, DATA, term=NO_END)
        assert "share_limited" in {one.code for one in house.request(number).findings}
        until = house.request(number).until
        assert until is not None
        assert timedelta(days=30) - timedelta(minutes=1) < until - house.clock.now <= timedelta(days=30)
        house.clock.now = until
        to_rest(house)
        assert house.cloud.has(BASE) == set()


def test_what_is_taken_back_has_no_end(database: Path) -> None:
    policy = company.POLICY.replace("[rules]", "[rules]\nmax_days = 30")
    with closing(House(database, policy=policy)) as house:
        shared(house, DATA)
        assert house.request(house.pending(DATA, action=Action.UNSHARE)).term == NO_END


def test_a_share_is_taken_back_when_its_time_is_over_and_not_before(house: House) -> None:
    number = shared(house, DATA, LAB)
    until = house.request(number).until
    assert until is not None
    house.clock.now = until - timedelta(seconds=1)
    to_rest(house)
    assert house.cloud.has(BASE) == {DATA, LAB}
    house.told()

    house.clock.now = until
    to_rest(house)
    assert house.cloud.has(BASE) == set()
    over = house.request(number)
    assert (over.standing, over.is_over) == (0, True)
    assert [gist(one) for one in house.told()] == [
        ("thread", CHANNEL, "over"),
        ("card", CHANNEL, ""),
        ("card", LIN, ""),
        ("card", OMAR, ""),
        ("over", MEI, ""),
    ]
    ended = house.request(number + 1)
    assert (ended.action, ended.state, ended.ends) == (Action.UNSHARE, State.DONE, number)
    assert house.events(ended.id) == ["share_over", "executing", "unshare_done", "unshare_done", "done"]
    assert (house.end(), house.execute()) == (0, 0)


def test_its_time_counts_from_the_last_word_that_was_wanted(house: House) -> None:
    number = house.pending(DATA, term=WEEK)
    house.clock.advance(days=2)
    house.press(number, LIN, Verb.APPROVE)
    assert house.request(number).until == house.clock.now + timedelta(days=7)


def test_a_day_is_fixed_when_it_is_asked_and_nobody_can_approve_past_it(house: House) -> None:
    number = house.pending(DATA, term=Term(day=date(2026, 3, 3)))
    request = house.request(number)
    last = datetime(2026, 3, 3, 23, 59, tzinfo=UTC)
    assert (request.until, request.decide_by) == (last, last)
    house.clock.now = last
    assert house.press(number, LIN, Verb.APPROVE) == "too_late"


def test_a_day_before_those_who_care_hear_it_once(house: House) -> None:
    number = shared(house, DATA)
    until = house.request(number).until
    assert until is not None
    assert next_end(house) == until - timedelta(days=1)
    house.clock.now = until - timedelta(days=1)
    assert house.end() == 1
    assert [gist(one)[:2] for one in house.told()] == [("ending", MEI), ("ending", LIN), ("ending", OMAR)]
    assert next_end(house) == until
    house.clock.advance(hours=20)
    assert house.end() == 0
    house.clock.now = until
    to_rest(house)
    assert next_end(house) is None


def test_what_was_extended_already_ends_without_a_word_before(house: House) -> None:
    shared(house, DATA)
    shared(house, DATA, term=MONTH)
    house.clock.advance(days=6, hours=1)
    assert house.end() == 1
    assert house.told() == []


def test_whoever_had_it_already_keeps_it_by_a_request_that_named_them_too(house: House) -> None:
    first = shared(house, DATA, term=NO_END)
    second = shared(house, DATA, LAB, term=NO_END)
    assert house.outcomes(second) == {DATA: "already", LAB: "done"}
    assert house.events(second)[-3:] == ["share_done", "share_joined", "done"]
    house.press(first, MEI, Verb.END_NOW)
    to_rest(house)
    assert house.cloud.has(BASE) == {DATA, LAB}
    house.press(second, MEI, Verb.END_NOW)
    to_rest(house)
    assert house.cloud.has(BASE) == set()


def test_a_share_that_nobody_approved_is_not_ended_with_a_request_for_a_time(house: House) -> None:
    house.cloud.give({DATA})
    number = shared(house, DATA, LAB)
    assert "share_joined" not in house.events(number)
    house.clock.advance(days=7)
    to_rest(house)
    assert house.cloud.has(BASE) == {DATA}


def test_a_share_that_nobody_had_approved_is_as_approved_once_it_is_asked_for_without_an_end(house: House) -> None:
    house.cloud.give({DATA})
    number = shared(house, DATA, LAB, term=NO_END)
    with house.store.read() as ledger:
        assert {grant.target.account for grant in ledger.grants.standing(number)} == {DATA, LAB}


def test_a_retry_for_another_account_does_not_bring_back_what_was_ended(house: House) -> None:
    first = shared(house, DATA, term=NO_END)
    house.cloud.bad = {LAB}
    second = shared(house, DATA, LAB)
    assert house.outcomes(second) == {DATA: "already", LAB: "failed"}
    for number in (first, second):
        assert house.press(number, MEI, Verb.END_NOW) == "end_now"
        to_rest(house)
    assert house.cloud.has(BASE) == set()
    house.cloud.bad = set()
    assert house.press(second, LIN, Verb.RETRY) == "retry"
    to_rest(house)
    assert house.cloud.has(BASE) == {LAB}
    assert house.outcomes(second) == {DATA: "already", LAB: "done"}
    house.clock.advance(days=7)
    to_rest(house)
    assert house.cloud.has(BASE) == set()


def test_what_fails_to_be_shared_with_others_is_no_share_of_who_had_it(house: House) -> None:
    house.cloud.give({DATA})
    number = house.approved(DATA, LAB)
    del house.cloud.stock[GUANGZHOU, BASE]
    to_rest(house)
    assert house.outcomes(number) == {DATA: "already", LAB: "failed"}
    assert house.rows("SELECT * FROM grants") == []


def test_what_lasts_for_hours_ends_without_a_word_before(house: House) -> None:
    shared(house, DATA, term=Term(lasts=timedelta(hours=30)))
    house.clock.advance(hours=29)
    assert house.end() == 0
    house.clock.advance(hours=1)
    to_rest(house)
    assert "ending" not in {one.kind for one in house.told()}
    assert house.cloud.has(BASE) == set()


def test_after_a_weeks_sleep_what_is_over_ends_without_the_word_that_is_too_late(house: House) -> None:
    first = shared(house, DATA, term=Term(lasts=timedelta(days=2)))
    second = shared(house, LAB, term=Term(lasts=timedelta(days=3)))
    house.clock.advance(days=9)
    to_rest(house)
    assert house.cloud.has(BASE) == set()
    kinds = [one.kind for one in house.told()]
    assert (kinds.count("ending"), kinds.count("over")) == (0, 2)
    assert [house.request(number).is_over for number in (first, second)] == [True, True]
    ends = [row["ends"] for row in house.rows("SELECT ends FROM requests WHERE ends IS NOT NULL ORDER BY id")]
    assert ends == [first, second]


@pytest.mark.parametrize("other", [MONTH, NO_END])
def test_the_first_of_two_shares_to_end_takes_nothing_from_the_second(house: House, other: Term) -> None:
    first = shared(house, DATA)
    house.clock.advance(days=1)
    second = shared(house, DATA, term=other)
    assert calls(house, "share") == 1  # the account had it: nothing was to be called
    house.clock.advance(days=6, minutes=1)
    to_rest(house)
    assert house.cloud.has(BASE) == {DATA}
    assert house.request(first).is_over
    assert house.request(second).standing == 1
    assert "share_kept" in house.events(first)

    house.clock.advance(days=60)
    to_rest(house)
    assert house.cloud.has(BASE) == (set() if other is MONTH else {DATA})


def test_a_share_that_is_agreed_while_the_first_is_being_ended_is_not_taken_away(house: House) -> None:
    shared(house, DATA)
    second = house.pending(DATA, term=MONTH)
    house.clock.advance(days=2, hours=20)
    house.press(second, LIN, Verb.APPROVE)
    house.clock.advance(days=4, hours=5)
    house.end()  # the end is in the queue behind the share
    to_rest(house)
    assert house.cloud.has(BASE) == {DATA}
    assert calls(house, "unshare") == 0
    (item,) = house.request(3).items
    assert (item.state, item.code) == (ItemState.ALREADY, KEPT)
    assert house.request(3).state is State.DONE
    assert house.request(1).is_over
    assert house.request(second).standing == 1


def test_the_same_for_less_long_is_nothing_to_do(house: House) -> None:
    shared(house, DATA, term=MONTH)
    number = house.pending(DATA, term=WEEK)
    assert house.request(number).state is State.REFUSED
    assert {one.code for one in house.request(number).findings} >= {"nothing_to_do"}


def test_a_cloud_that_is_down_ends_it_later_and_once(house: House) -> None:
    number = shared(house, DATA)
    house.clock.advance(days=7)
    house.cloud.fail("images_by_id", *[Unavailable("DescribeImages", "InternalError", "down")] * 3)
    for _ in range(10):
        to_rest(house)
        house.clock.advance(minutes=6)
    assert house.cloud.has(BASE) == set()
    assert house.request(number).is_over
    assert len(house.rows("SELECT id FROM requests WHERE ends IS NOT NULL")) == 1


def test_what_the_cloud_refuses_to_take_back_is_shown_to_the_owners_and_tried_again_the_next_day(house: House) -> None:
    number = shared(house, DATA)
    house.clock.advance(days=7)
    house.cloud.bad = {DATA}
    to_rest(house)
    assert house.request(2).state is State.FAILED
    told = [gist(one) for one in house.told() if one.request_id == 2]
    assert ("card", LIN, "") in told
    assert ("end", MEI, "") in told
    assert house.request(number).standing == 1

    house.cloud.bad = set()
    house.clock.advance(days=1, minutes=1)
    to_rest(house)
    assert house.cloud.has(BASE) == set()
    assert house.request(3).ends == number
    assert house.request(number).is_over


def test_an_image_that_is_gone_ends_its_shares(house: House) -> None:
    number = shared(house, DATA)
    del house.cloud.stock[GUANGZHOU, BASE]
    house.clock.advance(days=7)
    to_rest(house)
    assert house.request(number).is_over
    assert house.request(2).state is State.DONE


def test_shares_of_copies_end_where_the_image_that_was_copied_is_gone(house: House) -> None:
    number = house.approved(DATA, regions=(GUANGZHOU, SINGAPORE), term=WEEK)
    to_rest(house)
    while house.request(number).state is not State.DONE:
        house.clock.advance(minutes=5)
        house.copy()
        to_rest(house)
    (copy,) = [image_id for region, image_id in house.cloud.stock if region == SINGAPORE]
    assert house.cloud.has(copy) == {DATA}

    del house.cloud.stock[GUANGZHOU, BASE]
    house.clock.advance(days=8)
    to_rest(house)
    assert house.cloud.has(copy) == set()
    assert house.request(number).is_over
    assert house.request(2).state is State.DONE


def test_what_somebody_took_back_before_is_told_on_the_card_of_the_share(house: House) -> None:
    number = shared(house, DATA)
    house.approved(DATA, action=Action.UNSHARE)
    to_rest(house)
    assert house.request(number).is_over
    assert ("thread", CHANNEL, "taken_back") in [gist(one) for one in house.told() if one.request_id == number]
    house.clock.advance(days=30)
    assert house.end() == 0


def test_what_is_taken_back_in_several_attempts_is_told_on_the_card_of_the_share_once(house: House) -> None:
    number = shared(house, DATA, LIGHTHOUSE)
    house.approved(DATA, LIGHTHOUSE, action=Action.UNSHARE)
    house.cloud.fail("withdraw", Unavailable("action", "InternalError", "not now"))
    house.execute()
    assert house.cloud.has() == set()
    assert house.cloud.offered == {BASE}
    house.clock.advance(minutes=5)
    to_rest(house)
    assert house.cloud.offered == set()
    told = [gist(one) for one in house.told() if one.request_id == number]
    assert told.count(("thread", CHANNEL, "taken_back")) == 1


@pytest.mark.parametrize("code", ["unshare_is_not_recall", "not_shared"])
def test_no_weight_that_the_policy_gives_to_a_finding_keeps_a_share_from_ending(database: Path, code: str) -> None:
    policy = company.POLICY.replace("[rules]", f'[rules]\nfindings = {{ {code} = "block" }}')
    with closing(House(database, policy=policy)) as house:
        shared(house, DATA, LAB)
        house.cloud.shares[BASE].pop(LAB)
        house.clock.advance(days=8)
        to_rest(house)
        assert house.cloud.has() == set()
        assert house.rows("SELECT id FROM grants WHERE ended_at IS NULL") == []


@pytest.mark.parametrize(("person", "outcome"), [(MEI, "end_now"), (LIN, "end_now"), (SARA, "not_a_decider")])
def test_who_asked_and_who_owns_can_end_it_early(house: House, person: str, outcome: str) -> None:
    number = shared(house, DATA, term=NO_END)
    assert house.press(number, person, Verb.END_NOW) == outcome
    assert (("thread", CHANNEL, "ended_early") in [gist(one) for one in house.told()]) is (outcome == "end_now")
    to_rest(house)
    assert house.cloud.has(BASE) == (set() if outcome == "end_now" else {DATA})
    assert house.request(number).is_over is (outcome == "end_now")
    assert ("ended_early" in house.events(number)) is (outcome == "end_now")
    over = [one.facts["person"] for one in house.told() if one.kind == "over"]
    assert over == ([person] if outcome == "end_now" else [])


def test_ending_it_early_twice_ends_it_once(house: House) -> None:
    number = shared(house, DATA)
    assert [house.press(number, who, Verb.END_NOW) for who in (MEI, LIN)] == ["end_now", "end_now"]
    to_rest(house)
    assert house.events(number).count("ended_early") == 1
    assert house.press(number, LIN, Verb.END_NOW) == "nothing_to_end"


def test_where_only_some_got_it_those_end(house: House) -> None:
    house.cloud.bad = {LAB}
    number = shared(house, DATA, LAB)
    assert house.request(number).state is State.PARTIAL
    house.cloud.bad = set()
    house.clock.advance(days=7)
    to_rest(house)
    assert [item.target.account for item in house.request(2).items] == [DATA]
    assert house.request(number).is_over


def test_an_approved_share_whose_last_day_passed_is_not_made(house: House) -> None:
    number = house.approved(DATA, term=Term(day=date(2026, 3, 3)))
    house.clock.advance(days=3)
    to_rest(house)
    assert house.request(number).state is State.FAILED
    assert house.request(number).items[0].code == "share_over"
    assert house.cloud.has(BASE) == set()


def test_what_expired_is_asked_again_with_one_word(house: House) -> None:
    number = house.pending(DATA, LAB, term=WEEK)
    house.clock.advance(days=3)
    house.time_out()
    for _ in range(2):
        assert house.press(number, MEI, Verb.ASK_AGAIN) == "ask_again"
    house.check()
    again = house.request(number + 1)
    assert (again.state, again.term, [item.target.account for item in again.items]) == (
        State.PENDING,
        WEEK,
        [DATA, LAB],
    )


def test_what_stays_by_a_longer_share_is_not_listed_as_ending(house: House) -> None:
    month = shared(house, LAB, term=MONTH)
    week = shared(house, DATA, LAB, term=WEEK)
    shared(house, DATA, term=NO_END)
    fortnight = shared(house, DATA, STRANGER, term=Term(lasts=timedelta(days=14)))
    with house.store.read() as ledger:
        standing = {number: {one.target.account for one in ledger.grants.standing(number)} for number in (week, month)}
        ending = ledger.shares.ending(house.clock.now + timedelta(days=60), start=0, limit=10)
    assert standing == {week: {DATA, LAB}, month: {LAB}}
    assert [(one.grant.request_id, one.grant.target.account) for one in ending] == [(fortnight, STRANGER), (month, LAB)]
