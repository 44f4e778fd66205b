"""Reads that lag behind an accepted call, and reads that are refused: what is done, recorded and said."""

from __future__ import annotations

from datetime import timedelta

import pytest

from approvals.cloud import NO_IMAGE, ImageKind
from approvals.code_model import ACCEPTED, UNANSWERED
from approvals.errors import About, CloudError, OutcomeUnknown, Refused, Throttled, Unavailable
from approvals.model import Action, Item, ItemState, State, Verb
from bot.cards import private
from tests.approvals.fake_cloud import Crash, image
from tests.approvals.house import DATA, LAB, LIN, House

REGION_GONE = Refused(
    "DescribeImages", "UnsupportedRegion", "No such region.", "req-99", about=About.IMAGE, advice="Name another region."
)
READS = ["account", "images_by_id", "shared_with"]


def fault(kind: type[CloudError]) -> CloudError:
    return kind("ModifyImageSharePermission", "SomeCode", "a sentence", "req-lost")


def next_attempt(house: House) -> None:
    house.clock.advance(minutes=5, seconds=1)
    house.execute()


def only_item(house: House, number: int) -> Item:
    (item,) = house.request(number).items
    return item


def lines(house: House, number: int, event: str) -> list[str]:
    found = house.rows(f"SELECT detail FROM audit WHERE request_id = {number} AND event = '{event}'")
    return [str(row["detail"]) for row in found]


def told(house: House, number: int) -> str:
    """What the requester hears at the end: the heading and all that failed."""
    text, blocks = private.ended(house.request(number))
    return " ".join([text, *(block["text"]["text"] for block in blocks)])


def lagging(house: House, *accounts: str, action: Action = Action.SHARE) -> int:
    """Approved, and a call for it accepted whose effect does not show."""
    number = house.approved(*accounts, action=action)
    house.cloud.blind = True
    house.execute()
    return number


def shown_again(house: House, action: Action) -> None:
    """The reads show what the call did."""
    if action is Action.SHARE:
        house.cloud.give([DATA])
    else:
        house.cloud.shares["img-base0001"].clear()


@pytest.mark.parametrize("action", [Action.SHARE, Action.UNSHARE])
def test_what_was_accepted_is_read_and_not_sent_again_while_reads_may_lag(house: House, action: Action) -> None:
    if action is Action.UNSHARE:
        house.cloud.give([DATA])
    number = lagging(house, DATA, action=action)
    for _ in range(3):
        item = only_item(house, number)
        assert (item.state, item.code, item.cloud_request_id) == (ItemState.WAITING, ACCEPTED, "req-1")
        next_attempt(house)
    assert len(house.cloud.changes) == 1
    shown_again(house, action)
    next_attempt(house)
    item = only_item(house, number)
    assert (item.state, item.code, item.cloud_request_id) == (ItemState.DONE, "", "req-1")
    assert len(house.cloud.changes) == 1


def test_the_record_shows_the_call_that_did_it(house: House) -> None:
    number = lagging(house, DATA)
    next_attempt(house)
    house.cloud.give([DATA])
    next_attempt(house)
    assert len(lines(house, number, "share_accepted")) == 1
    (done,) = lines(house, number, "share_done")
    assert '"cloud_request_id":"req-1"' in done


def test_it_is_read_no_sooner_because_the_cloud_was_away(house: House) -> None:
    number = lagging(house, DATA)
    due = house.request(number).not_before
    house.store.write(lambda ledger: ledger.hasten(house.clock.now))
    assert house.request(number).not_before == due


def test_between_two_reads_is_a_second_at_least(house: House) -> None:
    number = lagging(house, DATA)
    for _ in range(3):
        due = house.request(number).not_before
        assert due is not None
        assert (due - house.clock.now).total_seconds() >= 1
        house.clock.now = due
        house.execute()
    assert len(house.cloud.changes) == 1


def test_after_several_reads_it_is_sent_again_and_then_told_as_not_seen(house: House) -> None:
    number = lagging(house, DATA)
    attempts = 1
    while house.request(number).state is State.APPROVED:
        next_attempt(house)
        attempts += 1
        assert attempts < 20
    assert (attempts, len(house.cloud.changes)) == (6, 3)
    item = only_item(house, number)
    assert (item.state, item.code, item.cloud_request_id) == (ItemState.FAILED, "not_seen", "req-3")
    assert "nothing was shared" not in told(house, number)
    assert "whether an earlier call had an effect is not certain" in told(house, number)


def test_one_accepted_call_is_enough_to_be_told_as_not_seen(house: House) -> None:
    number = lagging(house, DATA)
    for _ in range(3):
        next_attempt(house)
    house.cloud.fail("share", *[fault(OutcomeUnknown)] * 2)
    next_attempt(house)
    assert only_item(house, number).code == ACCEPTED
    next_attempt(house)
    assert (house.request(number).state, only_item(house, number).code) == (State.FAILED, "not_seen")
    assert len(house.cloud.changes) == 3


def test_attempts_before_the_call_was_accepted_don_t_count(house: House) -> None:
    number = house.approved(DATA)
    house.cloud.fail("share", *[fault(Throttled)] * 8)
    for _ in range(8):
        next_attempt(house)
    house.cloud.blind = True
    next_attempt(house)
    request = house.request(number)
    assert request.state is State.APPROVED
    assert only_item(house, number).unseen == 1
    assert request.not_before is not None
    assert request.not_before - house.clock.now <= timedelta(seconds=1)


def test_a_fault_after_several_looks_is_waited_for_as_briefly_as_a_first_one(house: House) -> None:
    number = house.approved(DATA)
    house.cloud.fail("share", *[fault(Throttled)] * 8, fault(OutcomeUnknown))
    house.cloud.blind = True
    for _ in range(12):
        next_attempt(house)
    assert only_item(house, number).unseen == 4
    house.cloud.fail("shared_with", fault(Unavailable))
    next_attempt(house)
    due = house.request(number).not_before
    assert due is not None
    assert (due - house.clock.now).total_seconds() <= 2
    assert house.request(number).attempts == 2


def pauses(house: House, number: int, attempts: int) -> list[float]:
    """Seconds until the next attempt, after each of so many."""
    found = []
    for _ in range(attempts):
        due = house.request(number).not_before
        assert due is not None
        house.clock.now = max(due, house.clock.now)
        house.execute()
        after = house.request(number).not_before
        assert after is not None
        found.append((after - house.clock.now).total_seconds())
    return found


def test_an_outage_after_a_call_is_waited_for_as_long_as_any(house: House) -> None:
    number = lagging(house, DATA)
    house.cloud.fail("images_by_id", *[fault(Throttled)] * 30)
    assert max(pauses(house, number, 30)) > 60
    assert len(house.cloud.changes) == 1


def test_a_call_of_which_every_answer_is_lost_is_made_ever_less_often(house: House) -> None:
    number = house.approved(DATA)
    house.cloud.blind = True
    house.cloud.fail("share", *[fault(OutcomeUnknown)] * 40)
    found = pauses(house, number, 40)
    assert max(found[:4]) <= 2
    assert max(found) > 60


def test_a_retry_sends_at_once(house: House) -> None:
    number = lagging(house, DATA)
    while house.request(number).state is State.APPROVED:
        next_attempt(house)
    calls = len(house.cloud.changes)
    assert house.press(number, LIN, Verb.RETRY) == "retry"
    assert only_item(house, number).cloud_request_id == ""
    house.execute()
    assert (len(house.cloud.changes), only_item(house, number).unseen) == (calls + 1, 1)
    house.cloud.give([DATA])
    next_attempt(house)
    assert (house.request(number).state, len(house.cloud.changes)) == (State.DONE, calls + 1)
    assert "not certain" not in told(house, number)


def test_of_two_requests_for_one_account_neither_sends_what_the_other_had_accepted(house: House) -> None:
    first = lagging(house, DATA)
    second = house.approved(DATA, LAB)
    next_attempt(house)
    assert [call.accounts for call in house.cloud.changes] == [(DATA,), (LAB,)]
    house.cloud.give([DATA, LAB])
    next_attempt(house)
    next_attempt(house)
    assert [house.request(number).state for number in (first, second)] == [State.DONE, State.DONE]
    assert len(house.cloud.changes) == 2


def test_another_request_for_the_image_waits_until_it_is_seen_who_lost_it_since_they_were_asked(house: House) -> None:
    house.cloud.give([DATA])
    first = house.approved(action=Action.DELETE, everyone=True)
    second = house.approved(action=Action.UNSHARE, everyone=True)
    house.cloud.give([LAB])
    house.cloud.blind = True
    house.execute()
    assert [item.code for item in house.request(first).items if not item.is_image] == [ACCEPTED] * 2
    house.execute()
    assert [set(call.accounts) for call in house.cloud.changes] == [{DATA, LAB}]
    assert (house.request(first).attempts, house.request(second).attempts) == (1, 0)


def test_nor_does_one_that_was_tried_before_while_a_call_for_the_image_is_looked_for(house: House) -> None:
    first, second = house.approved(DATA), house.approved(DATA)
    house.cloud.fail("images_by_id", fault(Unavailable))
    house.execute()
    by_due = {house.request(number).not_before: number for number in (first, second)}
    assert len(by_due) == 2  # they are put off for different times
    sooner, later = (due for due in sorted(due for due in by_due if due))
    house.cloud.blind = True
    house.clock.now = sooner
    house.execute()
    assert only_item(house, by_due[sooner]).code == ACCEPTED
    looked_at = house.request(by_due[sooner]).not_before
    assert looked_at is not None
    house.clock.now = later
    assert house.execute() == 0
    house.clock.now = looked_at
    assert house.execute() == 2
    assert len(house.cloud.changes) == 1


@pytest.mark.parametrize("kind", [Unavailable, OutcomeUnknown, Refused])
def test_what_was_accepted_is_remembered_where_it_can_t_be_read_back(house: House, kind: type[CloudError]) -> None:
    number = house.approved(DATA)
    house.cloud.blind = True
    house.cloud.during = lambda _call: house.cloud.fail("shared_with", fault(kind))
    house.execute()
    item = only_item(house, number)
    assert (item.state, item.code, item.cloud_request_id) == (ItemState.WAITING, ACCEPTED, "req-1")
    house.cloud.during = None
    next_attempt(house)
    assert len(house.cloud.changes) == 1


def test_an_account_that_had_it_stays_told_so_where_nothing_can_be_read_back(house: House) -> None:
    house.cloud.give([DATA])
    number = house.approved(DATA, LAB)
    house.cloud.during = lambda _call: house.cloud.fail("shared_with", fault(Unavailable))
    house.execute()
    assert house.outcomes(number) == {DATA: "already", LAB: "waiting"}
    next_attempt(house)
    assert house.outcomes(number) == {DATA: "already", LAB: "done"}


def test_a_lost_answer_that_named_its_call_is_recorded_with_it(house: House) -> None:
    number = house.approved(DATA)
    house.cloud.fail("share", fault(OutcomeUnknown), after_effect=True)
    house.execute()
    assert only_item(house, number).cloud_request_id == "req-lost"


@pytest.mark.parametrize("action", [Action.SHARE, Action.UNSHARE])
def test_what_was_called_without_an_answer_is_not_called_again_while_reads_may_lag(
    house: House, action: Action
) -> None:
    if action is Action.UNSHARE:
        house.cloud.give([DATA])
    number = house.approved(DATA, action=action)
    house.cloud.blind = True
    house.cloud.fail(action.value, fault(OutcomeUnknown), after_effect=True)
    house.execute()
    for _ in range(3):
        item = only_item(house, number)
        assert (item.state, item.code, item.cloud_request_id) == (ItemState.WAITING, UNANSWERED, "req-lost")
        next_attempt(house)
    assert len(house.cloud.changes) == 1
    shown_again(house, action)
    next_attempt(house)
    item = only_item(house, number)
    assert (item.state, item.code, item.cloud_request_id) == (ItemState.DONE, "", "req-lost")
    assert len(house.cloud.changes) == 1
    assert len(lines(house, number, f"{action}_unanswered")) == 1


def test_what_several_reads_don_t_show_is_called_again_with_as_much_patience(house: House) -> None:
    number = house.approved(DATA)
    house.cloud.blind = True
    house.cloud.fail("share", fault(OutcomeUnknown))
    for _ in range(4):
        house.execute()
        assert len(house.cloud.changes) == 1
        house.clock.advance(minutes=5, seconds=1)
    house.execute()
    item = only_item(house, number)
    assert (item.code, item.unseen, item.cloud_request_id) == (ACCEPTED, 1, "req-2")
    for _ in range(3):
        next_attempt(house)
    assert len(house.cloud.changes) == 2
    house.cloud.give([DATA])
    next_attempt(house)
    assert (house.request(number).state, len(house.cloud.changes)) == (State.DONE, 2)


NOT_THERE = Refused(
    "DescribeImageSharePermission",
    NO_IMAGE,
    "There is no such image.",
    "req-98",
    about=About.IMAGE,
    advice="Look it up.",
)


def test_a_cloud_that_lists_an_image_and_knows_no_shares_of_it_is_asked_again(house: House) -> None:
    house.cloud.fail("shared_with", NOT_THERE)
    number = house.ask(DATA)
    house.check()
    assert house.request(number).state is State.CHECKING
    house.clock.advance(seconds=2)
    house.check()
    assert house.press(number, LIN, Verb.APPROVE) == "approve"
    house.cloud.fail("shared_with", NOT_THERE)
    house.execute()
    assert house.request(number).state is State.APPROVED
    next_attempt(house)
    assert house.request(number).state is State.DONE


def test_one_that_goes_on_contradicting_itself_is_taken_at_its_word(house: House) -> None:
    number = house.approved(DATA)
    house.cloud.fail("shared_with", *[NOT_THERE] * 5)
    for attempt in range(5):
        assert house.request(number).state is State.APPROVED, attempt
        next_attempt(house)
    assert (house.request(number).state, only_item(house, number).code) == (State.FAILED, NO_IMAGE)
    asked = house.ask(DATA)
    house.cloud.fail("shared_with", *[NOT_THERE] * 5)
    for attempt in range(5):
        assert house.request(asked).state is State.CHECKING, attempt
        house.clock.advance(minutes=3)
        house.check()
    assert house.request(asked).state is State.REFUSED


@pytest.mark.parametrize("read", READS)
def test_a_refused_read_ends_the_request_with_its_code_its_sentence_and_what_to_do(house: House, read: str) -> None:
    number = house.approved(DATA)
    house.told()
    house.cloud.fail(read, REGION_GONE)
    with_new_memory = house.twin()  # so that who we are is asked
    with_new_memory.execute()
    with_new_memory.close()
    request, item = house.request(number), only_item(house, number)
    assert (request.state, house.cloud.changes) == (State.FAILED, [])
    assert (item.code, item.cloud_request_id) == ("UnsupportedRegion", "req-99")
    assert item.message == "No such region. Name another region."
    assert [notice.kind for notice in house.told()].count("end") == 1
    assert "as far as the cloud shows, nothing was shared" in told(house, number)
    assert house.press(number, LIN, Verb.RETRY) == "retry"
    house.execute()
    assert house.request(number).state is State.DONE


def test_a_refused_read_after_a_call_that_was_accepted_does_not_say_that_nothing_was_shared(house: House) -> None:
    number = lagging(house, DATA)
    house.cloud.fail("images_by_id", REGION_GONE)
    next_attempt(house)
    assert house.request(number).state is State.FAILED
    assert "An earlier call may have done it all the same: look in the console." in only_item(house, number).message
    assert "not certain" in told(house, number)


def test_where_an_earlier_attempt_died_and_nothing_can_be_read_it_is_not_said_what_it_did(house: House) -> None:
    number = house.approved(DATA)
    house.cloud.fail("share", Crash(), after_effect=True)
    with pytest.raises(Crash):
        house.execute()
    house.clock.advance(minutes=1)
    house.time_out()
    house.cloud.put(image(kind=ImageKind.PUBLIC))
    house.execute()
    assert house.request(number).state is State.FAILED
    assert "not certain" in told(house, number)
    assert "nothing was shared" not in told(house, number)


def test_where_the_reads_lag_and_the_image_got_worse_it_is_not_said_that_nothing_was_shared(house: House) -> None:
    number = lagging(house, DATA)
    house.cloud.put(image(state="SYNCING"))
    next_attempt(house)
    assert (house.request(number).state, only_item(house, number).code) == (State.FAILED, "image_not_ready")
    assert "not certain" in told(house, number)


def test_where_an_answer_was_lost_and_the_image_got_worse_it_is_not_said_that_nothing_was_shared(house: House) -> None:
    number = house.approved(DATA)
    house.cloud.fail("share", fault(OutcomeUnknown))
    house.execute()
    house.cloud.put(image(state="SYNCING"))
    next_attempt(house)
    assert house.request(number).state is State.FAILED
    assert "not certain" in told(house, number)


def test_where_an_earlier_attempt_died_and_the_image_got_worse_it_is_not_said_that_nothing_was_shared(
    house: House,
) -> None:
    number = house.approved(DATA)
    house.cloud.fail("share", Crash())
    with pytest.raises(Crash):
        house.execute()
    house.clock.advance(minutes=1)
    house.time_out()
    house.cloud.put(image(state="SYNCING"))
    house.execute()
    assert (house.request(number).state, only_item(house, number).code) == (State.FAILED, "image_not_ready")
    assert "not certain" in told(house, number)


def test_where_nothing_was_ever_called_nothing_was_shared(house: House) -> None:
    number = house.approved(DATA)
    house.cloud.put(image(state="SYNCING"))
    house.execute()
    assert "approved, but it failed; nothing was shared." in told(house, number)


def test_where_a_call_was_refused_what_the_cloud_shows_is_told(house: House) -> None:
    number = house.approved(DATA)
    house.cloud.bad = {DATA}
    house.execute()
    assert "approved, but it failed; as far as the cloud shows, nothing was shared." in told(house, number)
