"""An image is deleted after everybody lost it: copies first, each looked for afterwards, and nothing twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from approvals.cloud import NO_IMAGE, STILL_SHARED, Image
from approvals.code_model import ACCEPTED
from approvals.copy_model import CopyState
from approvals.errors import About, AuthFailed, OutcomeUnknown, Refused, Throttled, Unavailable
from approvals.leases import LEASE
from approvals.model import Action, ItemState, Level, Request, State, Verb
from tests.approvals.crashing import Nap, Point, house_with
from tests.approvals.fake_cloud import GUANGZHOU, SINGAPORE, Call, Crash, FakeCloud, image
from tests.approvals.house import DATA, LAB, LIN, MEI, OMAR, SARA, STRANGER, Clock, House
from tests.approvals.test_copying import asleep, settle

OWN = "img-base0001"
BUSY = Refused("DeleteImages", "InvalidImageId.IncorrectState", "It is busy.", about=About.IMAGE)


def asked(house: House, **how: Any) -> int:
    return house.pending(action=Action.DELETE, everyone=True, **how)


def approved(house: House, **how: Any) -> int:
    return house.approved(action=Action.DELETE, everyone=True, **how)


def with_a_copy(house: House, *accounts: str) -> str:
    """A copy of ours in Singapore, shared with them; gives its id."""
    house.approved(*accounts, regions=(SINGAPORE,))
    settle(house)
    (copy,) = (one for region, one in house.cloud.stock if region == SINGAPORE)
    return copy


def deletions(house: House) -> list[str]:
    return [call.subject for call in house.cloud.calls if call.name == "delete_image"]


def stands(request: Request) -> dict[tuple[str, str], str]:
    return {(one.target.account or one.image_id, one.region): one.state.value for one in request.items}


def codes(request: Request) -> set[str]:
    return {one.code for one in request.findings}


def lost(request: Request) -> str:
    """What is told of those who have it."""
    (text,) = (one.text for one in request.findings if one.code == "shares_cancelled")
    return text


def test_who_loses_it_is_listed_and_a_guardian_must_agree(house: House) -> None:
    house.cloud.give([DATA, STRANGER])
    request = house.request(asked(house))
    assert request.state is State.PENDING
    assert stands(request) == {
        (DATA, GUANGZHOU): "waiting",
        (STRANGER, GUANGZHOU): "waiting",
        (OWN, GUANGZHOU): "waiting",
    }
    assert [target.account for target in request.targets] == [DATA, STRANGER]
    assert request.deciders is not None
    assert request.deciders.guardian_needed
    assert [one.code for one in request.findings if one.level is Level.WARN] == ["deletion_is_final"]
    assert f"data-team and {STRANGER} lose it" in lost(request)


def test_where_nobody_has_it_nobody_loses_it(house: House) -> None:
    assert "Nobody" in lost(house.request(asked(house)))


def test_every_share_goes_first_and_the_ledger_ends_with_them(house: House) -> None:
    house.approved(DATA)
    house.execute()
    house.cloud.give([STRANGER])
    number = approved(house)
    settle(house)
    request = house.request(number)
    assert request.state is State.DONE
    assert set(stands(request).values()) == {"done"}
    assert [call.name for call in house.cloud.calls if call.name in ("unshare", "delete_image")] == [
        "unshare",
        "delete_image",
    ]
    assert house.rows("SELECT id FROM grants WHERE ended_at IS NULL") == []
    assert house.events(number)[-4:] == ["delete_done", "delete_done", "delete_done", "done"]


def test_as_long_as_it_cannot_be_read_who_has_it_nothing_is_deleted(house: House) -> None:
    """The cloud took the call, and may have done nothing: it is blind, and tells nothing."""
    house.cloud.give([DATA])
    number = approved(house)
    house.cloud.blind = True
    unread = Unavailable("DescribeImageSharePermission", "InternalError", "Not now.")
    house.cloud.during = lambda _call: house.cloud.fail("shared_with", unread)
    house.execute()
    assert [call.name for call in house.cloud.changes] == ["unshare"]
    assert deletions(house) == []
    assert house.request(number).state is State.APPROVED


def test_copies_are_deleted_too_and_before_it(house: House) -> None:
    copy = with_a_copy(house, DATA)
    number = approved(house)
    settle(house)
    assert stands(house.request(number)) == {
        (DATA, SINGAPORE): "done",
        (copy, SINGAPORE): "done",
        (OWN, GUANGZHOU): "done",
    }
    assert deletions(house) == [copy, OWN]
    assert house.cloud.stock == {}
    assert house.rows("SELECT state FROM copies") == [{"state": CopyState.GONE.value}]


def test_one_that_failed_stays_to_be_removed(house: House) -> None:
    house.cloud.ends.append("CREATEFAILED")
    half_made = with_a_copy(house, DATA)
    number = approved(house)
    settle(house)
    assert house.request(number).state is State.DONE
    assert list(house.cloud.stock) == [(SINGAPORE, half_made)]
    assert house.rows("SELECT state FROM copies") == [{"state": CopyState.FAILED.value}]


def test_of_one_region_only_the_copy_there(house: House) -> None:
    copy = with_a_copy(house, DATA)
    number = approved(house, regions=(SINGAPORE,))
    settle(house)
    assert house.request(number).state is State.DONE
    assert deletions(house) == [copy]
    assert list(house.cloud.stock) == [(GUANGZHOU, OWN)]


def test_where_a_copy_cannot_go_it_stays_itself_and_a_retry_goes_on(house: House) -> None:
    copy = with_a_copy(house, DATA)
    number = approved(house)
    house.cloud.fail("delete_image", BUSY)
    settle(house)
    request = house.request(number)
    assert request.state is State.PARTIAL
    assert stands(request) == {(DATA, SINGAPORE): "done", (copy, SINGAPORE): "failed", (OWN, GUANGZHOU): "failed"}
    assert request.items[-1].message == f"{copy} could not be deleted, so this one was not either."
    assert (GUANGZHOU, OWN) in house.cloud.stock
    assert house.press(number, LIN, Verb.RETRY) == "retry"
    settle(house)
    assert house.request(number).state is State.DONE
    assert deletions(house)[-2:] == [copy, OWN]


def test_it_stays_where_a_share_cannot_be_taken_back(house: House) -> None:
    house.cloud.give([DATA, STRANGER])
    number = approved(house)
    house.cloud.bad = {STRANGER}
    settle(house)
    request = house.request(number)
    assert request.state is State.PARTIAL
    assert stands(request)[OWN, GUANGZHOU] == "failed"
    assert request.items[-1].message == "1 share could not be taken back, so it was not deleted."
    assert deletions(house) == []


def test_whoever_got_it_meanwhile_loses_it_too(house: House) -> None:
    house.cloud.give([DATA])
    number = approved(house)
    house.cloud.give([LAB])
    settle(house)
    assert house.request(number).state is State.DONE
    assert (LAB, GUANGZHOU) in stands(house.request(number))
    assert "enlisted" in house.events(number)


def test_whoever_gets_it_while_it_is_done_loses_it_before_it_goes(house: House) -> None:
    house.cloud.give([DATA])
    number = approved(house)

    def share_behind(call: Call) -> None:
        if call.name == "unshare" and LAB not in call.accounts:
            house.cloud.give([LAB])

    house.cloud.during = share_behind
    house.execute()
    assert deletions(house) == []
    house.cloud.during = None
    settle(house)
    assert house.request(number).state is State.DONE
    assert stands(house.request(number))[LAB, GUANGZHOU] == "done"


def test_one_that_is_gone_already_is_no_failure(house: House) -> None:
    number = approved(house)
    house.cloud.stock.clear()
    settle(house)
    assert house.request(number).state is State.DONE
    assert stands(house.request(number)) == {(OWN, GUANGZHOU): "already"}
    assert deletions(house) == []


def test_where_it_is_gone_by_another_hand_its_copy_still_goes(house: House) -> None:
    copy = with_a_copy(house, DATA)
    number = approved(house)
    del house.cloud.stock[(GUANGZHOU, OWN)]
    settle(house)
    assert house.request(number).state is State.DONE
    assert stands(house.request(number)) == {
        (DATA, SINGAPORE): "done",
        (copy, SINGAPORE): "done",
        (OWN, GUANGZHOU): "already",
    }
    assert (house.cloud.has(copy), deletions(house), house.cloud.stock) == (set(), [copy], {})


@pytest.mark.parametrize("regions", [(), (SINGAPORE,)])
def test_where_its_copy_is_gone_by_another_hand_the_rest_still_goes(house: House, regions: tuple[str, ...]) -> None:
    copy = with_a_copy(house, DATA)
    number = approved(house, regions=regions)
    del house.cloud.stock[(SINGAPORE, copy)]
    settle(house)
    assert house.request(number).state is State.DONE
    assert stands(house.request(number))[copy, SINGAPORE] == "already"
    assert deletions(house) == ([] if regions else [OWN])
    assert house.rows("SELECT state FROM copies") == [{"state": CopyState.GONE.value}]
    assert house.rows("SELECT account FROM grants WHERE ended_at IS NULL") == []


def test_a_retry_goes_on_where_somebody_has_deleted_the_copy_meanwhile(house: House) -> None:
    copy = with_a_copy(house, DATA)
    number = approved(house)
    house.cloud.fail("delete_image", BUSY)
    settle(house)
    del house.cloud.stock[(SINGAPORE, copy)]
    house.press(number, LIN, Verb.RETRY)
    settle(house)
    assert house.request(number).state is State.DONE
    assert house.cloud.stock == {}


@pytest.mark.parametrize("action", [Action.DELETE, Action.UNSHARE])
@pytest.mark.parametrize("state", ["SYNCING", "CREATEFAILED"])
def test_a_copy_that_is_there_in_another_state_is_not_taken_for_gone(house: House, state: str, action: Action) -> None:
    copy = with_a_copy(house, DATA)
    number = house.approved(action=action, everyone=True, regions=(SINGAPORE,))
    house.cloud.put(replace(house.cloud.stock[SINGAPORE, copy], state=state))
    refusal = Refused("ModifyImageSharePermission", "InvalidParameterValue.InvalidImageState", "It is busy.")
    house.cloud.fail("unshare", refusal)
    settle(house)
    assert stands(house.request(number))[DATA, SINGAPORE] == "failed"
    assert house.cloud.has(copy) == {DATA}
    assert deletions(house) == []
    assert house.rows("SELECT account FROM grants WHERE ended_at IS NULL") == [{"account": DATA}]


@pytest.mark.parametrize("had", [{DATA}, set()])
def test_whoever_got_it_again_before_a_retry_loses_it_again(house: House, had: set[str]) -> None:
    house.cloud.give(had)
    number = approved(house)
    house.cloud.fail("delete_image", BUSY)
    settle(house)
    assert house.request(number).state is (State.PARTIAL if had else State.FAILED)
    house.approved(DATA)
    settle(house)
    assert house.cloud.has() == {DATA}
    assert house.press(number, LIN, Verb.RETRY) == "retry"
    settle(house)
    assert house.request(number).state is State.DONE
    assert house.cloud.stock == {}
    assert house.rows("SELECT id FROM grants WHERE ended_at IS NULL") == []


class Unmoved(FakeCloud):
    """Takes the call to delete, and shows the image all the same."""

    def delete_image(self, region: str, image_id: str, *, snapshots: bool) -> str:
        self._called(Call("delete_image", region, image_id, ("with snapshots",) if snapshots else ()))
        return "req-delete"


def test_an_accepted_call_that_does_not_show_is_not_repeated_at_once_and_told_in_the_end(database: Path) -> None:
    house = House(database, cloud=Unmoved())
    number = approved(house)
    house.execute()
    for _ in range(3):
        house.clock.advance(hours=1)
        house.execute()
    assert deletions(house) == [OWN]
    settle(house, timedelta(days=2))
    request = house.request(number)
    house.close()
    assert request.state is State.FAILED
    assert (request.items[-1].code, request.items[-1].cloud_request_id) == ("not_gone", "req-delete")
    assert len(deletions(house)) == 2


def test_a_call_that_is_lost_without_an_effect_is_made_again_after_a_read(house: House) -> None:
    number = approved(house)
    house.cloud.fail("delete_image", OutcomeUnknown("DeleteImages", "ClientNetworkError", "cut"))
    house.execute()
    assert house.request(number).state is State.APPROVED
    settle(house, timedelta(seconds=2))
    assert house.request(number).state is State.DONE
    assert deletions(house) == [OWN, OWN]
    assert "delete_accepted" not in house.events(number)


def test_a_call_of_which_every_answer_is_lost_is_made_ever_less_often(house: House) -> None:
    number = approved(house)
    house.cloud.fail("delete_image", *[OutcomeUnknown("DeleteImages", "ClientNetworkError", "cut")] * 1000)
    settle(house, timedelta(minutes=10))
    assert house.request(number).state is State.APPROVED
    assert 5 < len(deletions(house)) < 60


class Lagging(FakeCloud):
    """Deletes, and shows the image for a while all the same."""

    reads = 3

    def images_by_id(self, region: str, image_ids: Sequence[str]) -> list[Image]:
        there = super().images_by_id(region, image_ids)
        if not there and self.reads:
            self.reads -= 1
            return [image(one) for one in image_ids]
        return there


def test_one_that_is_gone_by_a_lost_call_while_reads_lag_is_no_failure(database: Path) -> None:
    house = House(database, cloud=Lagging())
    number = approved(house)
    house.cloud.fail("delete_image", OutcomeUnknown("DeleteImages", "ClientNetworkError", "cut"), after_effect=True)
    house.execute()
    assert house.request(number).state is State.APPROVED
    settle(house, timedelta(minutes=1))
    request = house.request(number)
    house.close()
    assert request.state is State.DONE
    assert stands(request) == {(OWN, GUANGZHOU): "done"}
    assert deletions(house) == [OWN, OWN]


def test_what_is_being_deleted_is_not_asked_about_anew(database: Path) -> None:
    """The cloud may call it busy while it deletes it."""
    house = House(database, cloud=Lagging())
    number = approved(house)
    house.execute()
    assert house.request(number).items[-1].code == ACCEPTED
    house.cloud.fail("check_deletion", BUSY)
    settle(house, timedelta(minutes=1))
    request = house.request(number)
    house.close()
    assert request.state is State.DONE
    assert deletions(house) == [OWN]


@pytest.mark.parametrize(
    "error",
    [
        Throttled("DeleteImages", "RequestLimitExceeded", "slower"),
        Unavailable("DeleteImages", "MutexOperation.TaskRunning", "busy"),
        AuthFailed("DeleteImages", "UnauthorizedOperation", "not allowed"),
    ],
)
def test_what_passes_is_waited_for(house: House, error: Exception) -> None:
    house.cloud.give([DATA])
    number = approved(house)
    house.cloud.fail("delete_image", error)
    house.execute()
    assert house.request(number).state is State.APPROVED
    settle(house, timedelta(hours=1))
    assert house.request(number).state is State.DONE


def test_where_it_cannot_be_read_back_the_next_look_tells(database: Path) -> None:
    cloud, clock = FakeCloud(), Clock()
    not_now = Unavailable("DescribeImages", "InternalError", "not now")
    nap = Nap(("after", "cloud.delete_image", 1), lambda: cloud.fail("images_by_id", not_now))
    house = house_with(nap, database, cloud, clock)
    number = approved(house)
    house.execute()
    assert house.request(number).state is State.APPROVED
    settle(house)
    assert house.request(number).state is State.DONE
    assert stands(house.request(number)) == {(OWN, GUANGZHOU): "done"}
    assert sum(call.name == "delete_image" for call in cloud.calls) == 1
    house.close()


def test_snapshots_stay_unless_they_are_asked_for(house: House) -> None:
    held = image(snapshots=("snap-1", "snap-2"))
    house.cloud.put(held)
    number = approved(house)
    assert {"snapshots_kept"} == codes(house.request(number)) & {"snapshots_kept", "snapshots_deleted"}
    settle(house)
    house.cloud.put(held)
    number = approved(house, snapshots=True)
    assert {"snapshots_deleted"} == codes(house.request(number)) & {"snapshots_kept", "snapshots_deleted"}
    settle(house)
    assert [call.accounts for call in house.cloud.calls if call.name == "delete_image"] == [(), ("with snapshots",)]


def test_a_copy_that_is_being_made_is_waited_for(house: House) -> None:
    house.approved(DATA, regions=(SINGAPORE,))
    house.execute()
    assert "copy_in_the_way" in codes(house.request(asked(house)))


def test_a_region_without_a_copy_is_told(house: House) -> None:
    request = house.request(asked(house, regions=(SINGAPORE,)))
    assert request.state is State.REFUSED
    assert "copy_missing" in codes(request)


def test_what_the_cloud_would_refuse_is_told_before_anything_is_taken_from_anybody(house: House) -> None:
    copy = with_a_copy(house, DATA)
    house.cloud.give([STRANGER])
    calls = len(house.cloud.changes)
    number = approved(house)
    house.cloud.fail("check_deletion", BUSY)
    settle(house)
    request = house.request(number)
    assert request.state is State.FAILED
    assert {item.state for item in request.items} == {ItemState.FAILED}
    assert {item.target.account or item.image_id: item.code for item in request.items} == {
        DATA: "not_tried",
        STRANGER: "not_tried",
        copy: BUSY.code,
        OWN: "not_tried",
    }
    assert (house.cloud.has(), house.cloud.has(copy), len(house.cloud.changes)) == ({STRANGER}, {DATA}, calls)
    assert house.press(number, LIN, Verb.RETRY) == "retry"
    settle(house)
    assert house.request(number).state is State.DONE


def test_what_is_listed_and_is_not_there_any_more_is_no_failure(house: House) -> None:
    gone = Refused("DescribeImageSharePermission", NO_IMAGE, "There is no such image.", about=About.IMAGE)
    copy = with_a_copy(house, DATA)
    number = approved(house)
    house.cloud.fail("delete_image", OutcomeUnknown("DeleteImages", "ClientNetworkError", "cut"))
    house.execute()
    house.cloud.fail("shared_with", gone, gone)  # of the image, and of its copy
    settle(house)
    assert (house.request(number).state, house.cloud.has(copy), house.cloud.stock) == (State.DONE, set(), {})
    assert stands(house.request(number)) == {
        (DATA, SINGAPORE): "done",
        (copy, SINGAPORE): "done",
        (OWN, GUANGZHOU): "done",
    }


def test_from_all_of_an_image_that_is_gone_by_then_its_copies_are_taken_back(house: House) -> None:
    copy = with_a_copy(house, DATA)
    house.cloud.give([STRANGER])
    number = house.approved(action=Action.UNSHARE, everyone=True)
    del house.cloud.stock[(GUANGZHOU, OWN)]
    settle(house)
    assert (house.request(number).state, house.cloud.has(copy)) == (State.DONE, set())
    assert stands(house.request(number)) == {(STRANGER, GUANGZHOU): "done", (DATA, SINGAPORE): "done"}


def test_without_the_word_of_who_may_decide_no_copy_of_one_that_is_gone_is_deleted(house: House) -> None:
    copy = with_a_copy(house, DATA)
    number = approved(house)
    del house.cloud.stock[(GUANGZHOU, OWN)]
    house.directory.groups["S0SECURITY"] = (OMAR,)
    settle(house)
    assert (house.request(number).state, house.cloud.has(copy), deletions(house)) == (State.FAILED, {DATA}, [])


SHARED = Refused("DeleteImages", STILL_SHARED, "It is shared.", about=About.IMAGE)


def test_what_was_just_taken_back_may_count_as_shared_for_a_moment(house: House) -> None:
    house.cloud.give([DATA])
    number = approved(house)
    house.cloud.fail("delete_image", *[SHARED] * 5)
    settle(house)
    assert (house.request(number).state, house.cloud.stock) == (State.DONE, {})
    assert len(deletions(house)) == 6


def test_who_gets_it_in_that_moment_loses_it_too(database: Path) -> None:
    cloud = FakeCloud()
    house = house_with(
        Nap(("before", "cloud.delete_image", 1), lambda: cloud.give([STRANGER])), database, cloud, Clock()
    )
    number = approved(house)
    settle(house)
    assert (house.request(number).state, cloud.has(), cloud.stock) == (State.DONE, set(), {})
    assert stands(house.request(number)) == {(OWN, GUANGZHOU): "done", (STRANGER, GUANGZHOU): "done"}
    house.close()


def test_what_stays_shared_by_what_the_cloud_says_is_told(house: House) -> None:
    house.cloud.give([DATA])
    number = approved(house)
    house.cloud.fail("delete_image", *[SHARED] * 6)
    settle(house)
    assert house.request(number).state is State.PARTIAL
    (image_item,) = (item for item in house.request(number).items if item.is_image)
    assert (image_item.state, image_item.code) == (ItemState.FAILED, STILL_SHARED)
    assert image_item.message == "It is shared."


def test_the_cloud_is_not_asked_about_deleting_before_all_agreed(house: House) -> None:
    number = house.request(asked(house)).id
    assert house.press(number, LIN, Verb.APPROVE) == "approve"
    assert "check_deletion" not in [call.name for call in house.cloud.calls]
    assert house.press(number, SARA, Verb.APPROVE) == "approve"
    settle(house)
    assert [call.name for call in house.cloud.calls if "delet" in call.name] == ["check_deletion", "delete_image"]


def test_where_one_of_them_is_gone_by_then_the_rest_is_deleted(house: House) -> None:
    copy = with_a_copy(house, DATA)
    number = approved(house)
    gone = Refused("DeleteImages", NO_IMAGE, "There is no such image.", about=About.IMAGE)
    house.cloud.fail("check_deletion", gone)
    settle(house)
    assert (house.request(number).state, house.cloud.has(copy), house.cloud.stock) == (State.DONE, set(), {})


def test_a_deleted_image_is_told_by_name_and_by_id(house: House) -> None:
    number = approved(house)
    settle(house)
    for ref in ("base-2026", OWN):
        (finding,) = house.request(house.pending(DATA, image=ref)).findings
        assert finding.text == f"{ref} was deleted on 2 Mar 2026 by request #{number}."


def test_an_owner_alone_cannot_have_it_deleted(house: House) -> None:
    number = asked(house)
    assert house.press(number, LIN, Verb.APPROVE) == "approve"
    assert house.press(number, OMAR, Verb.APPROVE) == "approve"
    house.execute()
    assert house.request(number).state is State.PENDING
    assert deletions(house) == []


def test_it_is_asked_again_for_all_that_have_it_then(house: House) -> None:
    house.cloud.give([DATA])
    number = approved(house, snapshots=True)
    house.cloud.bad = {DATA}
    settle(house)
    assert house.request(number).state is State.FAILED
    assert house.press(number, MEI, Verb.ASK_AGAIN) == "ask_again"
    asked_again = house.request(number + 1)
    assert (asked_again.action, asked_again.everyone, asked_again.snapshots) == (Action.DELETE, True, True)
    assert asked_again.items == ()


def test_two_who_asked_are_both_told_that_it_is_gone(house: House) -> None:
    first, second = approved(house), approved(house)
    settle(house)
    assert [house.request(one).state for one in (first, second)] == [State.DONE, State.DONE]
    assert deletions(house) == [OWN]


def test_what_another_request_deleted_is_not_told_as_deleted_twice(house: House) -> None:
    copy = with_a_copy(house, DATA)
    first, second = approved(house), approved(house)
    house.cloud.during = lambda _call: house.cloud.fail("images_by_id", Crash())
    with pytest.raises(Crash):  # right after it took the image back
        house.execute()
    house.cloud.heal()
    house.clock.advance(seconds=LEASE.total_seconds() + 1)
    settle(house)
    assert {stands(house.request(first))[one] for one in ((OWN, GUANGZHOU), (copy, SINGAPORE))} == {"done"}
    assert {stands(house.request(second))[one] for one in ((OWN, GUANGZHOU), (copy, SINGAPORE))} == {"already"}
    (finding,) = house.request(house.pending(DATA)).findings
    assert finding.text.endswith(f"by request #{first}.")


@pytest.mark.parametrize(
    "at",
    [
        ("after", "commit of Executor.sweep", 1),
        ("after", "cloud.images_by_id", 1),
        ("after", "cloud.images_by_id", 2),
        ("after", "cloud.delete_image", 1),
        ("before", "commit of Executor._execute", 1),
    ],
)
def test_who_slept_while_another_process_went_on_deletes_nothing(database: Path, at: Point) -> None:
    cloud = FakeCloud()
    with asleep(database, cloud, at) as house:
        number = approved(house)
        settle(house)
        assert house.request(number).state is State.DONE
        assert [call.subject for call in cloud.calls if call.name == "delete_image"] == [OWN]
        assert house.events(number).count("delete_done") == 1


def test_who_slept_while_another_process_took_it_back_from_a_newcomer_adds_nobody(database: Path) -> None:
    cloud = FakeCloud()
    cloud.give([DATA])
    with asleep(database, cloud, ("after", "cloud.shared_with", 2)) as house:
        number = house.approved(action=Action.UNSHARE, everyone=True)
        cloud.give([STRANGER])
        settle(house)
        assert cloud.has() == set()
        assert house.request(number).state is State.DONE
        assert house.events(number).count("enlisted") == 1
        assert len(house.request(number).items) == 2


def test_what_was_deleted_by_hand_is_not_told_as_deleted_by_a_request(house: House) -> None:
    approved(house)
    house.cloud.stock.clear()
    settle(house)
    (finding,) = house.request(house.pending(DATA)).findings
    assert finding.text == "there is no image base-2026 in any of our regions."


def test_from_everyone_it_is_taken_back_in_every_region(house: House) -> None:
    copy = with_a_copy(house, DATA)
    house.cloud.give([STRANGER])
    number = house.approved(action=Action.UNSHARE, everyone=True)
    settle(house)
    assert stands(house.request(number)) == {(STRANGER, GUANGZHOU): "done", (DATA, SINGAPORE): "done"}
    assert house.cloud.has() == house.cloud.has(copy) == set()
    assert {item.state for item in house.request(number).items} == {ItemState.DONE}


def test_from_everyone_of_one_region_the_others_keep_it(house: House) -> None:
    copy = with_a_copy(house, DATA)
    house.cloud.give([STRANGER])
    house.approved(action=Action.UNSHARE, everyone=True, regions=(SINGAPORE,))
    settle(house)
    assert (house.cloud.has(), house.cloud.has(copy)) == ({STRANGER}, set())


def test_from_everyone_where_nobody_has_it_there_is_nothing_to_do(house: House) -> None:
    request = house.request(house.pending(action=Action.UNSHARE, everyone=True))
    assert request.state is State.REFUSED
    (finding,) = (one for one in request.findings if one.level is Level.BLOCK)
    assert (finding.code, finding.text) == ("nothing_to_do", "Nobody has base-2026.")


def test_without_the_permission_to_delete_nothing_is_taken_from_anybody_and_nothing_is_held_up(house: House) -> None:
    missing = AuthFailed("DeleteImages", "UnauthorizedOperation", "You may not.", advice="Allow it in CAM.")
    house.cloud.give([DATA])
    number = approved(house)
    house.cloud.fail("check_deletion", missing)
    settle(house)
    request = house.request(number)
    assert (request.state, house.cloud.has()) == (State.FAILED, {DATA})
    assert {item.code: item.message for item in request.items} == {
        "not_tried": f"{OWN} can't be deleted, so this was not begun.",
        "UnauthorizedOperation": "You may not. Allow it in CAM.",
    }
    assert "alarm" not in [notice.kind for notice in house.told()]
    assert house.incidents.report() is None


def test_keys_that_are_not_taken_hold_it_up(house: House) -> None:
    house.cloud.give([DATA])
    number = approved(house)
    house.cloud.fail("check_deletion", AuthFailed("DeleteImages", "AuthFailure.SecretIdNotFound", "no such key"))
    house.execute()
    assert (house.request(number).state, house.cloud.has()) == (State.APPROVED, {DATA})
    assert "alarm" in [notice.kind for notice in house.told()]
