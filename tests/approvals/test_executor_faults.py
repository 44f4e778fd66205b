"""Whatever dies or repeats in the middle of an execution: nothing is lost, and nothing is done twice."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta

import pytest

from approvals.errors import AuthFailed, CloudError, OutcomeUnknown, PutOff, Throttled, Unavailable
from approvals.leases import LEASE
from approvals.model import Action, ItemState, State, Verb
from tests.approvals.fake_cloud import Call, Crash, Unforeseen, image
from tests.approvals.house import DATA, LAB, House, gist
from tests.approvals.test_copying import settle

LONGEST_PAUSE = timedelta(minutes=5, seconds=1)
PASSING = [Throttled, Unavailable, OutcomeUnknown]


def fault(kind: type[CloudError]) -> CloudError:
    return kind("ModifyImageSharePermission", "SomeCode", "a sentence")


def active(house: House) -> list[str]:
    return [row["account"] for row in house.rows("SELECT account FROM grants WHERE ended_at IS NULL ORDER BY id")]


def next_attempt(house: House) -> None:
    house.clock.advance(seconds=LONGEST_PAUSE.total_seconds())
    house.execute()


@pytest.mark.parametrize("method", ["account", "images_by_id", "shared_with", "share"])
@pytest.mark.parametrize("kind", PASSING)
def test_a_fault_that_passes_puts_the_request_off_and_nothing_is_done_twice(
    house: House, kind: type[CloudError], method: str
) -> None:
    number = house.approved(DATA)
    house.told()
    restarted = house.twin()  # so that who we are is asked again
    house.cloud.fail(method, fault(kind))
    at = house.clock.now
    restarted.execute()
    restarted.close()
    request = house.request(number)
    assert request.state is State.APPROVED
    assert request.not_before is not None
    assert at < request.not_before <= at + LONGEST_PAUSE
    assert (house.execute(), house.cloud.has()) == (0, set())
    assert "end" not in [notice.kind for notice in house.told()]
    reads_before_another_call = 3 if (kind, method) == (OutcomeUnknown, "share") else 0
    for _ in range(reads_before_another_call):
        next_attempt(house)
        assert house.cloud.has() == set()
    next_attempt(house)
    assert house.request(number).state is State.DONE
    assert (house.cloud.has(), active(house)) == ({DATA}, [DATA])
    assert [notice.kind for notice in house.told()].count("end") == 1


def test_what_was_put_off_is_tried_at_once_when_the_cloud_is_back(house: House) -> None:
    number = house.approved(DATA)
    away = [fault(Unavailable)] * 20
    house.cloud.fail("images_by_id", *away)
    for _ in away:
        next_attempt(house)
    put_off_to = house.request(number).not_before
    house.store.write(lambda ledger: ledger.hasten(house.clock.now))
    assert put_off_to is not None
    assert house.request(number).not_before == house.clock.now < put_off_to
    assert house.execute() == 1
    assert house.request(number).state is State.DONE


@pytest.mark.parametrize("kind", [*PASSING, AuthFailed])
def test_a_call_whose_answer_was_lost_is_read_back_and_not_repeated(house: House, kind: type[CloudError]) -> None:
    number = house.approved(DATA, LAB)
    house.cloud.fail("share", fault(kind), after_effect=True)
    house.execute()
    assert house.request(number).state is State.DONE
    assert len(house.cloud.changes) == 1
    assert active(house) == [DATA, LAB]


def test_a_lost_answer_and_a_failing_read_are_followed_by_a_read_later(house: House) -> None:
    number = house.approved(DATA)
    house.cloud.fail("share", fault(OutcomeUnknown), after_effect=True)
    house.cloud.during = lambda _call: house.cloud.fail("shared_with", fault(Unavailable))
    house.execute()
    house.cloud.during = None
    assert house.request(number).state is State.APPROVED
    next_attempt(house)
    assert house.request(number).state is State.DONE
    assert len(house.cloud.changes) == 1


@pytest.mark.parametrize("method", ["shared_with", "share"])
def test_in_the_record_only_people_approve(house: House, method: str) -> None:
    number = house.approved(DATA)
    house.cloud.fail(method, fault(Throttled))
    house.execute()
    assert house.events(number) == ["asked", "checked", "approved", "executing", "postponed"]


def test_the_time_of_the_next_attempt_outlives_the_process(house: House) -> None:
    number = house.approved(DATA)
    house.cloud.fail("share", fault(Throttled))
    house.execute()
    due = house.request(number).not_before
    assert due is not None
    with closing(house.twin()) as restarted:
        house.clock.now = due - timedelta(milliseconds=2)
        assert restarted.execute() == 0
        house.clock.now = due
        assert restarted.execute() == 1
    assert house.request(number).state is State.DONE


def test_pauses_grow_with_the_attempts(house: House) -> None:
    number = house.approved(DATA)
    longest = 0.0
    for attempt in range(12):
        house.cloud.fail("share", fault(Throttled))
        next_attempt(house)
        request = house.request(number)
        assert (request.attempts, request.state) == (attempt + 1, State.APPROVED)
        assert request.not_before is not None
        longest = max(longest, (request.not_before - house.clock.now).total_seconds())
    assert longest > 2  # past what a first attempt may wait


def test_what_was_put_off_is_not_undone_by_being_overtaken(house: House) -> None:
    share = house.approved(DATA)
    house.cloud.fail("share", fault(Throttled))
    assert house.execute() == 1
    house.cloud.give([LAB])
    unshare = house.pending(DATA, LAB, action=Action.UNSHARE)
    assert house.press(unshare, "U0LIN", Verb.APPROVE) == "approve"
    assert house.execute() == 0
    next_attempt(house)
    next_attempt(house)
    assert [house.request(number).state for number in (share, unshare)] == [State.DONE, State.DONE]
    assert [call.name for call in house.cloud.changes] == ["share", "share", "unshare"]
    assert (house.cloud.has(), active(house)) == (set(), [])


@pytest.mark.parametrize("action", [Action.SHARE, Action.UNSHARE])
def test_a_crash_between_the_call_and_the_record_is_made_good_without_a_second_call(
    house: House, action: Action
) -> None:
    if action is Action.UNSHARE:
        house.approved(DATA)
        house.execute()
    calls = len(house.cloud.changes)
    number = house.approved(DATA, action=action)
    house.cloud.fail(action.value, Crash(), after_effect=True)
    with pytest.raises(Crash):
        house.execute()
    assert house.request(number).state is State.EXECUTING
    assert house.request(number).items[0].state is ItemState.WAITING
    assert (house.time_out(), house.execute()) == (0, 0)  # whoever took it may still be at it
    house.clock.advance(seconds=LEASE.total_seconds())
    assert house.time_out() == 1
    assert house.execute() == 1
    assert house.request(number).state is State.DONE
    assert len(house.cloud.changes) == calls + 1
    assert active(house) == ([DATA] if action is Action.SHARE else [])
    assert house.events(number)[-5:] == ["executing", "requeued", "executing", f"{action}_done", "done"]


@pytest.mark.parametrize("after_effect", [False, True])
def test_what_nobody_foresaw_is_tried_again_later_and_begins_with_a_read(house: House, after_effect: bool) -> None:
    house.cloud.put(image("img-other001", "other"))
    odd, other = house.approved(DATA), house.approved(DATA, image="other")
    house.cloud.fail("share", Unforeseen(), after_effect=after_effect)
    with pytest.raises(PutOff):
        house.execute()
    assert house.request(other).state is State.DONE
    assert (house.request(odd).state, house.request(odd).attempts) == (State.APPROVED, 1)
    assert house.execute() == 0
    house.clock.advance(minutes=1)
    house.execute()
    assert (house.request(odd).state, house.cloud.has()) == (State.DONE, {DATA})
    assert len(house.cloud.changes) == (2 if after_effect else 3)


def test_a_crash_before_the_call_is_made_good_with_the_call(house: House) -> None:
    number = house.approved(DATA)
    house.cloud.fail("share", Crash())
    with pytest.raises(Crash):
        house.execute()
    house.clock.advance(seconds=LEASE.total_seconds())
    house.time_out()
    settle(house)
    assert (house.request(number).state, house.cloud.has()) == (State.DONE, {DATA})
    assert len(house.cloud.changes) == 2  # the one that died, and this


@pytest.mark.parametrize("action", [Action.SHARE, Action.UNSHARE, Action.DELETE])
def test_reads_that_lag_after_a_crash_don_t_repeat_the_call(house: House, action: Action) -> None:
    if action is not Action.SHARE:
        house.cloud.give([DATA])
    number = house.approved(DATA, action=action)
    name = "share" if action is Action.SHARE else "unshare"
    house.cloud.blind = True
    house.cloud.fail(name, Crash(), after_effect=True)
    with pytest.raises(Crash):
        house.execute()
    house.clock.advance(seconds=LEASE.total_seconds())
    house.time_out()
    for _ in range(4):
        next_attempt(house)
        assert house.request(number).state is State.APPROVED
    assert [call.name for call in house.cloud.changes] == [name]
    house.cloud.blind = False
    if action is Action.SHARE:
        house.cloud.give([DATA])
    else:
        house.cloud.shares.clear()
    settle(house)
    assert house.request(number).state is State.DONE
    assert [call.name for call in house.cloud.changes] == [name]


def test_an_execution_that_outlives_its_lease_leaves_the_record_to_whoever_took_over(house: House) -> None:
    number = house.approved(DATA)
    other = house.twin()

    def take_over(_call: Call) -> None:
        house.cloud.during = None
        house.clock.advance(seconds=LEASE.total_seconds())
        other.time_out()
        other.execute()

    house.cloud.during = take_over
    house.told()
    house.execute()
    settle(other)
    other.close()
    assert house.request(number).state is State.DONE
    assert len(house.cloud.changes) == 1
    assert active(house) == [DATA]
    assert house.events(number).count("share_done") == house.events(number).count("done") == 1
    assert [notice.kind for notice in house.told()].count("end") == 1


def test_an_execution_that_lost_its_lease_and_failed_changes_nothing(house: House) -> None:
    number = house.approved(DATA)

    def lose(_call: Call) -> None:
        house.clock.advance(seconds=LEASE.total_seconds())
        house.time_out()
        house.cloud.fail("shared_with", fault(Unavailable))

    house.cloud.during = lose
    house.execute()
    assert house.request(number).state is State.APPROVED
    assert house.events(number)[-1] == "requeued"


def test_a_call_that_is_accepted_and_never_shows_is_told_as_not_seen(house: House) -> None:
    number = house.approved(DATA)
    house.cloud.blind = True
    attempts = 0
    while house.request(number).state is not State.FAILED and attempts < 20:
        next_attempt(house)
        attempts += 1
    assert 1 < attempts < 20
    (item,) = house.request(number).items
    assert (item.state, item.code) == (ItemState.FAILED, "not_seen")
    assert item.cloud_request_id
    assert active(house) == []
    assert [gist(notice)[0] for notice in house.told()].count("end") == 1


def test_an_effect_that_shows_late_is_seen_at_the_next_attempt(house: House) -> None:
    number = house.approved(DATA)
    house.cloud.blind = True
    house.execute()
    assert house.request(number).state is State.APPROVED
    house.cloud.give([DATA])
    next_attempt(house)
    assert house.request(number).state is State.DONE
    assert len(house.cloud.changes) == 1


def test_credentials_of_another_account_stop_every_call(house: House) -> None:
    number = house.approved(DATA)
    house.cloud.home = "100000000002"
    again = house.twin()
    again.execute()
    again.close()
    assert house.cloud.changes == []
    assert house.request(number).state is State.APPROVED
