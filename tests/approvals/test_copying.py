"""Copies to other regions: asked for once, followed, shared, and what is left of those that fail removed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from approvals.cloud import ImageKind
from approvals.copy_model import COPY_MOVES, Copy, CopyState
from approvals.errors import AuthFailed, OutcomeUnknown, PutOff, Refused, Throttled, Unavailable
from approvals.leases import LEASE
from approvals.message_model import Notice
from approvals.model import Action, ItemState, State, Verb
from tests.approvals.crashing import Nap, Point, house_with
from tests.approvals.fake_cloud import GUANGZHOU, SINGAPORE, Crash, FakeCloud, Unforeseen, image
from tests.approvals.house import DATA, GUS, LAB, LIN, MEI, Clock, House

LOST = OutcomeUnknown("SyncImages", "ClientNetworkError", "no answer")
NOT_NOW = Unavailable("SyncImages", "InvalidParameterValue.InvalidImageState", "busy")
TOO_MANY = Throttled("SyncImages", "RequestLimitExceeded", "too many")
NO_KEYS = AuthFailed("SyncImages", "UnauthorizedOperation", "not allowed")
ENCRYPTED = Refused("SyncImages", "UnsupportedOperation.EncryptedImagesNotSupported", "It is encrypted.")


def settle(house: House, within: timedelta = timedelta(minutes=10)) -> None:
    """Run what is due until nothing is that time alone would bring about so soon."""
    end = house.clock() + within
    while True:
        while house.check() + house.time_out() + house.execute() + house.copy():
            pass
        with house.store.read() as ledger:
            found = (ledger.next_check(), ledger.next_execution(), ledger.copies.next_due(), ledger.next_deadline())
        soon = min((one for one in found if one is not None and one <= end), default=None)
        if soon is None:
            return
        house.clock.now = max(house.clock(), soon)


@contextmanager
def asleep(database: Path, cloud: FakeCloud, at: Point) -> Iterator[House]:
    """A process that sleeps at that step for longer than its lease lasts, while another one goes on."""
    clock = Clock()
    other = House(database, cloud=cloud, clock=clock)

    def others_go_on() -> None:
        clock.advance(seconds=LEASE.total_seconds() + 1)
        settle(other)

    nap = Nap(at, others_go_on)
    with closing(other), closing(house_with(nap, database, cloud, clock)) as house:
        yield house
        assert at in nap.passed


def copies(house: House) -> list[Copy]:
    with house.store.read() as ledger:
        return ledger.copies.of(image())


def calls(house: House, name: str = "copy") -> int:
    return sum(call.name == name for call in house.cloud.calls)


def shared(house: House, number: int) -> dict[tuple[str, str], str]:
    return {(item.target.account, item.region): item.state.value for item in house.request(number).items}


def test_an_image_is_copied_once_and_the_copy_is_shared(house: House) -> None:
    number = house.approved(DATA, regions=(SINGAPORE,))
    settle(house)
    (copy,) = copies(house)
    assert (copy.state, copy.percent, copy.request_id) == (CopyState.READY, 100, number)
    assert house.request(number).state is State.DONE
    assert (house.cloud.has(copy.image_id), house.cloud.has()) == ({DATA}, set())
    assert calls(house) == 1
    (item,) = house.request(number).items
    assert (item.region, item.image_id) == (SINGAPORE, copy.image_id)
    (grant,) = house.rows("SELECT image_id, region, account FROM grants")
    assert tuple(grant.values()) == (copy.image_id, SINGAPORE, DATA)
    told = [event for event in house.events(number) if event.startswith(("copy", "share", "waits", "done"))]
    assert told == ["copy_wanted", "share_copying", "waits_for_copy", "copy_calling", "copy_syncing", "copy_ready",
                    "share_done", "done"]  # fmt: skip


def test_the_own_region_does_not_wait_for_the_other(house: House) -> None:
    number = house.approved(DATA, LAB, regions=(GUANGZHOU, SINGAPORE))
    house.execute()
    assert house.cloud.has() == {DATA, LAB}
    assert house.request(number).state is State.APPROVED
    assert shared(house, number)[DATA, GUANGZHOU] == "done"
    settle(house)
    assert set(shared(house, number).values()) == {"done"}
    assert house.cloud.has(copies(house)[0].image_id) == {DATA, LAB}


def test_who_has_it_in_one_region_gets_it_in_the_other(house: House) -> None:
    house.cloud.give([DATA])
    number = house.approved(DATA, regions=(GUANGZHOU, SINGAPORE))
    settle(house)
    assert shared(house, number) == {(DATA, GUANGZHOU): "already", (DATA, SINGAPORE): "done"}
    assert house.cloud.has(copies(house)[0].image_id) == {DATA}


def test_what_waits_for_a_copy_holds_up_no_other_request_of_the_image(house: House) -> None:
    house.approved(DATA, regions=(SINGAPORE,))
    house.execute()
    other = house.approved(LAB)
    house.execute()
    assert house.request(other).state is State.DONE


def test_a_copy_that_is_there_is_used_again(house: House) -> None:
    house.approved(DATA, regions=(SINGAPORE,))
    settle(house)
    number = house.pending(LAB, regions=(SINGAPORE,))
    assert "copy_used" in {finding.code for finding in house.request(number).findings}
    house.press(number, LIN, Verb.APPROVE)
    settle(house)
    assert house.request(number).state is State.DONE
    assert calls(house) == 1
    assert house.cloud.has(copies(house)[0].image_id) == {DATA, LAB}


def test_two_requests_that_need_the_same_copy_share_one(house: House) -> None:
    first, second = house.approved(DATA, regions=(SINGAPORE,)), house.approved(LAB, regions=(SINGAPORE,))
    settle(house)
    assert {house.request(number).state for number in (first, second)} == {State.DONE}
    assert (calls(house), house.cloud.has(copies(house)[0].image_id)) == (1, {DATA, LAB})


def test_nobody_takes_a_step_that_another_process_is_taking(database: Path) -> None:
    cloud, clock, taken = FakeCloud(), Clock(), []
    with closing(House(database, cloud=cloud, clock=clock)) as other:
        at = Nap(("before", "cloud.room", 2), lambda: taken.append(other.copy()))  # the first is the check's
        with closing(house_with(at, database, cloud, clock)) as house:
            house.approved(DATA, regions=(SINGAPORE,))
            house.execute()
            assert house.copy() == 1
    assert taken == [0]


def test_who_waits_for_a_copy_is_told_on_the_card_and_it_is_no_attempt(database: Path) -> None:
    """The card that says "in progress" is delivered meanwhile."""
    taken = Nap(("after", "commit of Executor.sweep", 1), lambda: told.extend(house.told()))
    told: list[Notice] = []
    with closing(house_with(taken, database, FakeCloud(), Clock())) as house:
        number = house.approved(DATA, regions=(SINGAPORE,))
        house.execute()
        assert "card" in {one.kind for one in told}
        assert "card" in {one.kind for one in house.told()}
        assert house.request(number).attempts == 0


def test_two_processes_make_one_copy(house: House) -> None:
    twin = house.twin()
    number = house.approved(DATA, regions=(SINGAPORE,))
    for _ in range(20):
        for one in (house, twin):
            one.copy()
            one.execute()
        house.clock.advance(seconds=3)
    twin.close()
    assert (house.request(number).state, calls(house)) == (State.DONE, 1)


def test_a_share_of_a_copy_is_taken_back(house: House) -> None:
    house.approved(DATA, regions=(SINGAPORE,))
    settle(house)
    number = house.approved(DATA, regions=(SINGAPORE,), action=Action.UNSHARE)
    settle(house)
    assert house.request(number).state is State.DONE
    assert house.cloud.has(copies(house)[0].image_id) == set()
    assert house.rows("SELECT id FROM grants WHERE ended_at IS NULL") == []


def test_a_copy_that_is_gone_from_the_cloud_is_made_anew(house: House) -> None:
    house.approved(DATA, regions=(SINGAPORE,))
    settle(house)
    (old,) = copies(house)
    del house.cloud.stock[SINGAPORE, old.image_id]
    house.clock.advance(hours=1)
    number = house.approved(LAB, regions=(SINGAPORE,))
    settle(house)
    assert [copy.state for copy in copies(house)] == [CopyState.GONE, CopyState.READY]
    assert house.request(number).state is State.DONE


def test_a_retry_for_one_account_says_nothing_about_another_that_had_the_copy_before(house: House) -> None:
    house.cloud.bad = {LAB}
    number = house.approved(DATA, LAB, regions=(SINGAPORE,))
    settle(house)
    assert shared(house, number) == {(DATA, SINGAPORE): "done", (LAB, SINGAPORE): "failed"}
    house.cloud.bad.clear()
    (old,) = copies(house)
    before = house.rows("SELECT * FROM grants")
    (done,) = [item for item in house.request(number).items if item.state is ItemState.DONE]
    del house.cloud.stock[SINGAPORE, old.image_id]
    house.clock.advance(hours=1)
    house.press(number, LIN, Verb.RETRY)
    settle(house)
    assert [copy.state for copy in copies(house)] == [CopyState.GONE, CopyState.READY]
    assert house.request(number).state is State.DONE
    assert done in house.request(number).items
    assert house.rows("SELECT * FROM grants")[: len(before)] == before
    assert len(house.rows("SELECT * FROM grants")) == len(before) + 1


def test_a_copy_just_made_that_a_late_list_does_not_show_is_not_made_again(house: House) -> None:
    number = house.approved(DATA, regions=(SINGAPORE,))
    while not (copies(house) and copies(house)[0].state is CopyState.READY):
        house.execute()
        house.copy()
        house.clock.advance(seconds=3)
    house.cloud.hidden.add(copies(house)[0].image_id)
    house.execute()
    assert house.request(number).state is State.APPROVED
    house.cloud.hidden.clear()
    settle(house)
    assert (house.request(number).state, calls(house)) == (State.DONE, 1)


def test_a_copy_just_made_that_is_gone_is_looked_for_ever_less_and_made_anew(house: House) -> None:
    house.approved(DATA, regions=(SINGAPORE,))
    settle(house)
    ready_at = copies(house)[0].changed_at
    del house.cloud.stock[SINGAPORE, copies(house)[0].image_id]
    number = house.approved(LAB, regions=(SINGAPORE,))
    settle(house)
    assert [copy.state for copy in copies(house)] == [CopyState.GONE, CopyState.READY]
    assert house.request(number).state is State.DONE
    gone_after = copies(house)[0].changed_at - ready_at
    assert timedelta(minutes=2) <= gone_after < timedelta(minutes=2, seconds=1)
    assert house.events(number).count("waits_for_copy") <= 15  # lines that a reader has to pass


@pytest.mark.parametrize("after_effect", [False, True])
def test_a_lost_answer_is_looked_up_by_the_name_before_the_cloud_is_asked_again(
    house: House, after_effect: bool
) -> None:
    number = house.approved(DATA, regions=(SINGAPORE,))
    house.execute()
    house.cloud.fail("copy", LOST, after_effect=after_effect)
    settle(house)
    assert house.request(number).state is State.DONE
    assert calls(house) == (1 if after_effect else 2)
    assert sum(region == SINGAPORE for region, _ in house.cloud.stock) == 1


def test_it_is_looked_for_over_more_than_a_minute_since_a_list_can_be_late(house: House) -> None:
    house.approved(DATA, regions=(SINGAPORE,))
    house.execute()
    house.cloud.fail("copy", LOST)
    began = house.clock()
    while calls(house) < 2:
        house.copy()
        house.clock.advance(seconds=1)
    assert timedelta(seconds=50) < house.clock() - began < timedelta(seconds=100)
    assert calls(house, "images_by_name") - 2 == 6  # two were the check's


def test_a_copy_that_never_shows_is_told_after_three_calls(house: House) -> None:
    number = house.approved(DATA, regions=(SINGAPORE,))
    house.execute()
    house.cloud.fail("copy", LOST, LOST, LOST)
    settle(house, timedelta(hours=1))
    (item,) = house.request(number).items
    assert (house.request(number).state, item.code, calls(house)) == (State.FAILED, "copy_not_seen", 3)


def test_a_name_that_is_taken_is_our_own_copy(house: House) -> None:
    number = house.approved(DATA, regions=(SINGAPORE,))
    house.execute()
    (copy,) = copies(house)
    house.cloud.put(image("img-itsours1", copy.name, region=SINGAPORE))
    settle(house)
    assert copies(house)[0].image_id == "img-itsours1"
    assert (house.request(number).state, calls(house)) == (State.DONE, 0)


def test_an_image_that_others_share_under_that_name_is_not_our_copy(house: House) -> None:
    number = house.approved(DATA, regions=(SINGAPORE,))
    house.execute()
    (copy,) = copies(house)
    house.cloud.put(image("img-theirs01", copy.name, region=SINGAPORE, kind=ImageKind.SHARED))
    house.cloud.names_are_unique = False
    house.cloud.fail("copy", LOST, after_effect=True)
    settle(house)
    assert house.request(number).state is State.DONE
    assert copies(house)[0].image_id != "img-theirs01"


@pytest.mark.parametrize("error", [NOT_NOW, TOO_MANY, NO_KEYS])
def test_where_nothing_was_done_it_is_tried_again(house: House, error: Exception) -> None:
    number = house.approved(DATA, regions=(SINGAPORE,))
    house.execute()
    house.cloud.fail("copy", error)
    house.copy()
    (copy,) = copies(house)
    assert (copy.state, copy.calls, copy.polls) == (CopyState.WANTED, 0, 1)
    assert copy.not_before > house.clock()
    settle(house)
    assert (house.request(number).state, calls(house)) == (State.DONE, 2)


@pytest.mark.parametrize(("error", "polls"), [(TOO_MANY, 1), (LOST, 1), (NO_KEYS, 0)])
def test_a_step_that_fails_is_put_off_and_credentials_are_no_attempt(
    house: House, error: Exception, polls: int
) -> None:
    house.approved(DATA, regions=(SINGAPORE,))
    house.execute()
    house.cloud.fail("room", error)
    house.copy()
    (copy,) = copies(house)
    assert (copy.state, copy.polls) == (CopyState.WANTED, polls)
    assert timedelta(0) <= copy.not_before - house.clock() < timedelta(seconds=10)
    assert house.rows("SELECT lease FROM copies") == [{"lease": None}]


def test_credentials_that_do_not_suffice_hold_copies_until_they_do(house: House) -> None:
    number = house.approved(DATA, regions=(SINGAPORE,))
    house.execute()
    house.cloud.fail("check_copy", *[NO_KEYS] * 3)
    house.copy()
    assert [row["kind"] for row in house.rows("SELECT kind FROM incidents WHERE ended_at IS NULL")] == ["auth"]
    assert house.copy() == 0
    settle(house)
    assert house.rows("SELECT kind FROM incidents WHERE ended_at IS NULL") == []
    assert house.request(number).state is State.DONE


@pytest.mark.parametrize("step", ["check_copy", "copy"])
def test_a_refusal_ends_it_with_the_clouds_reason_and_the_own_region_is_shared(house: House, step: str) -> None:
    number = house.approved(DATA, regions=(GUANGZHOU, SINGAPORE))
    house.cloud.fail(step, ENCRYPTED)
    settle(house)
    request = house.request(number)
    assert request.state is State.PARTIAL
    assert shared(house, number) == {(DATA, GUANGZHOU): "done", (DATA, SINGAPORE): "failed"}
    (failed,) = (item for item in request.items if item.state is ItemState.FAILED)
    assert (failed.code, failed.message) == (ENCRYPTED.code, "It is encrypted.")
    assert not any(copy.is_left for copy in request.copies)


def test_the_quota_is_looked_at_again_before_the_copy_is_asked_for(house: House) -> None:
    number = house.approved(DATA, regions=(SINGAPORE,))
    house.cloud.quota = 0
    settle(house)
    (item,) = house.request(number).items
    assert (item.state, item.code, calls(house, "check_copy")) == (ItemState.FAILED, "copy_no_room", 0)


@pytest.mark.parametrize(("end", "code"), [("CREATEFAILED", "CREATEFAILED"), (None, "copy_vanished")])
def test_a_copy_that_fails_is_told_and_can_be_retried(house: House, end: str | None, code: str) -> None:
    number = house.approved(DATA, regions=(SINGAPORE,))
    house.cloud.ends.append(end)
    settle(house)
    request = house.request(number)
    (item,), (copy,) = request.items, request.copies
    assert (request.state, item.code) == (State.FAILED, code)
    assert "50 %" in item.message
    assert copy.is_left is (end is not None)
    assert house.press(number, LIN, Verb.RETRY) == "retry"
    settle(house)
    assert house.request(number).state is State.DONE
    assert [one.state for one in copies(house)] == [CopyState.FAILED, CopyState.READY]
    assert len({one.name for one in copies(house)}) == 2


@pytest.mark.parametrize(
    ("shown", "reads", "least", "most"),
    [(True, 3, timedelta(seconds=4), timedelta(seconds=10)), (False, 6, timedelta(seconds=80), timedelta(minutes=2))],
)
def test_a_copy_that_was_never_shown_is_looked_for_longer_than_one_that_vanished(
    house: House, shown: bool, reads: int, least: timedelta, most: timedelta
) -> None:
    house.approved(DATA, regions=(SINGAPORE,))
    house.cloud.ends.append("SYNCING")  # for good
    house.execute()
    house.copy()
    if shown:
        house.clock.advance(seconds=3)
        house.copy()
    (copy,) = copies(house)
    assert (copy.state, copy.seen) == (CopyState.SYNCING, shown)
    del house.cloud.stock[SINGAPORE, copy.image_id]
    began, looked = house.clock(), calls(house, "images_by_id")
    while copies(house)[0].state is CopyState.SYNCING:
        house.copy()
        house.clock.advance(seconds=1)
    assert calls(house, "images_by_id") - looked == reads
    assert least < copies(house)[0].changed_at - began < most


def failed(house: House) -> int:
    """A request whose copy failed, and left something half made."""
    number = house.approved(DATA, regions=(SINGAPORE,))
    house.cloud.ends.append("CREATEFAILED")
    settle(house)
    assert house.request(number).copies[0].is_left
    return number


def test_an_owner_has_what_is_half_made_removed(house: House) -> None:
    number = failed(house)
    (copy,) = copies(house)
    for person, why in ((MEI, "own_request"), (GUS, "may_not_act")):
        assert house.press(number, person, Verb.REMOVE_COPY) == why
    assert house.press(number, LIN, Verb.REMOVE_COPY) == "remove_copy"
    assert house.press(number, LIN, Verb.REMOVE_COPY) == "nothing_to_remove"
    house.told()
    settle(house)
    told = [(one.kind, one.facts.get("event")) for one in house.told()]
    assert (told.count(("thread", "copy_removed")), ("card", None) in told) == (1, True)
    assert ("with snapshots",) not in {call.accounts for call in house.cloud.calls}
    assert (SINGAPORE, copy.image_id) not in house.cloud.stock
    assert copies(house)[0].state is CopyState.REMOVED
    assert calls(house, "delete_image") == 1
    assert house.events(number)[-3:] == ["copy_removing", "press_refused", "copy_removed"]


def test_a_lost_answer_to_the_removal_is_read_for(house: House) -> None:
    number = failed(house)
    house.press(number, LIN, Verb.REMOVE_COPY)
    house.cloud.fail("delete_image", LOST, after_effect=True)
    settle(house)
    assert (copies(house)[0].state, calls(house, "delete_image")) == (CopyState.REMOVED, 1)


def test_what_somebody_uses_meanwhile_is_kept(house: House) -> None:
    number = failed(house)
    (copy,) = copies(house)
    house.cloud.put(image(copy.image_id, copy.name, region=SINGAPORE))
    house.cloud.give([LAB], copy.image_id)
    house.press(number, LIN, Verb.REMOVE_COPY)
    settle(house)
    assert (copies(house)[0].state, calls(house, "delete_image")) == (CopyState.FAILED, 0)
    assert house.detail(number, "copy_kept")["why"] == "It is whole, and shared: somebody uses it."
    assert house.events(number)[-1] == "copy_kept"


def test_what_became_whole_meanwhile_and_nobody_uses_is_removed(house: House) -> None:
    number = failed(house)
    (copy,) = copies(house)
    house.cloud.put(image(copy.image_id, copy.name, region=SINGAPORE))
    house.press(number, LIN, Verb.REMOVE_COPY)
    settle(house)
    assert copies(house)[0].state is CopyState.REMOVED


def test_what_the_cloud_shows_long_after_it_was_asked_to_remove_it_is_told(house: House) -> None:
    number = failed(house)
    house.press(number, LIN, Verb.REMOVE_COPY)
    house.cloud.fail("delete_image", *[LOST] * 20)
    began = house.clock()
    house.told()
    settle(house, timedelta(hours=1))
    assert copies(house)[0].state is CopyState.FAILED
    assert house.events(number)[-1] == "copy_kept"
    (kept,) = (one for one in house.told() if one.kind == "thread")
    assert kept.facts["event"] == "copy_kept"
    assert "The cloud was asked for that, and shows it all the same." in kept.facts["why"]  # whether it took it or not
    assert timedelta(seconds=30) < house.clock() - began < timedelta(minutes=3)


def test_a_copy_that_does_not_move_is_said_to_and_given_up_after_a_day(house: House) -> None:
    house.cloud.looks = 2
    number = house.approved(DATA, regions=(SINGAPORE,))
    house.cloud.looks = 10**9  # a look moves it by nothing
    settle(house, timedelta(minutes=45))
    assert house.request(number).copies[0].stalled
    settle(house, timedelta(hours=25))
    (item,) = house.request(number).items
    assert (item.state, item.code) == (ItemState.FAILED, "copy_stalled")


def test_progress_is_shown_now_and_then_and_not_with_each_look(house: House) -> None:
    house.cloud.looks = 50
    number = house.approved(DATA, regions=(SINGAPORE,))
    house.execute()
    house.told()
    asked, shown = house.clock(), list[datetime]()
    while house.request(number).copies[0].is_open:
        if house.copy() and any(notice.kind == "card" for notice in house.told()):
            shown.append(house.clock())
        house.clock.advance(seconds=1)
    assert 10 < len(shown) <= (house.clock() - asked) / timedelta(seconds=10) + 2
    began, first, *_ = shown
    assert first - began < timedelta(seconds=5)
    assert min(after - before for before, after in pairwise(shown[1:-1])) >= timedelta(seconds=10)


def test_a_process_that_dies_right_after_the_call_is_followed_by_a_look(house: House) -> None:
    number = house.approved(DATA, regions=(SINGAPORE,))
    house.execute()
    house.cloud.fail("copy", Crash(), after_effect=True)
    with pytest.raises(Crash):
        house.copy()
    assert copies(house)[0].state is CopyState.CALLING
    house.clock.advance(seconds=LEASE.total_seconds() + 1)
    settle(house)
    assert (house.request(number).state, calls(house)) == (State.DONE, 1)


def test_a_copy_over_which_a_step_falls_is_tried_again_later_and_holds_up_no_other(house: House) -> None:
    house.cloud.put(image("img-other001", "other"))
    numbers = [house.approved(DATA, regions=(SINGAPORE,), image=name) for name in ("base-2026", "other")]
    while house.execute():
        pass
    house.cloud.fail("room", Unforeseen())
    with pytest.raises(PutOff):
        house.copy()
    assert calls(house) == 1
    assert sorted(row["state"] for row in house.rows("SELECT state FROM copies")) == ["syncing", "wanted"]
    settle(house)
    assert [house.request(number).state for number in numbers] == [State.DONE, State.DONE]
    assert calls(house) == 2


@pytest.mark.parametrize(
    "at",
    [
        ("after", "cloud.check_copy", 1),
        ("after", "commit of Copying._begin", 1),
        ("after", "cloud.copy", 1),
        ("before", "cloud.images_by_id", 2),
        ("before", "commit of Copying._step", 2),
    ],
)
def test_who_slept_while_another_process_went_on_makes_no_second_copy(database: Path, at: Point) -> None:
    cloud = FakeCloud()
    with asleep(database, cloud, at) as house:
        number = house.approved(DATA, regions=(SINGAPORE,))
        settle(house)
        assert house.request(number).state is State.DONE
        events = house.events(number)
        assert sum(call.name == "copy" for call in cloud.calls) == 1
        assert [events.count(event) for event in ("copy_syncing", "copy_ready", "share_done", "done")] == [1, 1, 1, 1]


def test_every_state_of_a_copy_has_its_moves() -> None:
    assert set(COPY_MOVES) == set(CopyState)


def test_a_long_name_leaves_room_for_the_number(house: House) -> None:
    house.cloud.put(image("img-long0001", "x" * 60))
    number = house.approved(DATA, image="img-long0001", regions=(SINGAPORE,))
    house.execute()
    (row,) = house.rows("SELECT name FROM copies")
    assert len(row["name"]) == 60
    assert f"-r{number}-" in row["name"]
