"""A permission that is missing for one image alone, as CAM can: that image fails, and holds up no other."""

from __future__ import annotations

import pytest

from approvals.drift_model import Drift
from approvals.errors import AuthFailed
from approvals.model import State
from tests.approvals.fake_cloud import Call, image
from tests.approvals.house import DATA, LAB, STRANGER, House

SECRET, OTHER = "img-secret01", "img-secret02"
DENIED = AuthFailed("ModifyImageSharePermission", "UnauthorizedOperation", "You may not.", "req-9", advice="Grant it.")
UNREADABLE = AuthFailed("DescribeImageSharePermission", "UnauthorizedOperation", "You may not.", "req-8")
NO_KEY = AuthFailed("ModifyImageSharePermission", "AuthFailure.SecretIdNotFound", "no such key")


@pytest.fixture
def guarded(house: House) -> House:
    """Two images that can be looked at and not changed, and one that can."""
    house.cloud.put(image(SECRET, "secret"))
    house.cloud.put(image(OTHER, "secret-too"))
    return house


def forbid(house: House, *image_ids: str, error: AuthFailed = DENIED) -> None:
    def check(call: Call) -> None:
        if call.subject in image_ids:
            raise error

    house.cloud.during = check


def minutes(house: House, number: int) -> None:
    for _ in range(number):
        while house.execute():
            pass
        house.clock.advance(minutes=1)


def alarms(house: House) -> list[str]:
    return [notice.facts["event"] for notice in house.told() if notice.kind == "alarm"]


def open_drift(house: House) -> list[Drift]:
    with house.store.read() as ledger:
        return ledger.drift.open(limit=100)


def codes(house: House, number: int) -> list[str]:
    return [item.code for item in house.request(number).items]


def test_what_waits_for_another_image_is_done_though_it_was_approved_later(guarded: House) -> None:
    forbid(guarded, SECRET, OTHER)
    held = [guarded.approved(DATA, image=one) for one in (SECRET, OTHER)]
    minutes(guarded, 3)
    other = guarded.approved(LAB)
    guarded.execute()
    assert guarded.request(other).state is State.DONE
    assert {guarded.request(number).state for number in held} == {State.APPROVED}


def test_those_that_are_held_are_tried_in_turn(guarded: House) -> None:
    forbid(guarded, SECRET, OTHER)
    for one in (SECRET, OTHER):
        guarded.approved(DATA, image=one)
    minutes(guarded, 6)
    tried = [call.subject for call in guarded.cloud.changes]
    assert set(tried[:2]) == {SECRET, OTHER}
    assert tried[2:6] == [SECRET, OTHER, SECRET, OTHER]


def test_what_stays_forbidden_while_another_image_can_be_changed_fails_with_the_reason(guarded: House) -> None:
    forbid(guarded, SECRET)
    number = guarded.approved(DATA, LAB, image=SECRET)
    minutes(guarded, 2)
    assert guarded.request(number).state is State.APPROVED
    guarded.approved(LAB)
    minutes(guarded, 2)
    assert guarded.request(number).state is State.FAILED
    assert codes(guarded, number) == ["UnauthorizedOperation"] * 2
    assert "Allow it for this image, too" in guarded.request(number).items[0].message
    assert alarms(guarded) == ["auth", "mended"]

    again = guarded.approved(STRANGER, image=SECRET)
    minutes(guarded, 1)
    assert guarded.request(again).state is State.FAILED
    assert alarms(guarded) == []


def test_once_it_is_allowed_it_is_done_and_what_was_known_is_forgotten(guarded: House) -> None:
    forbid(guarded, SECRET)
    guarded.approved(DATA, image=SECRET)
    minutes(guarded, 2)
    guarded.approved(LAB)
    minutes(guarded, 2)
    forbid(guarded)
    allowed = guarded.approved(LAB, image=SECRET)
    minutes(guarded, 1)
    assert guarded.request(allowed).state is State.DONE

    forbid(guarded, SECRET)
    waits = guarded.approved(STRANGER, image=SECRET)
    minutes(guarded, 1)
    assert guarded.request(waits).state is State.APPROVED  # it may be the credentials, this time


def test_keys_that_are_not_taken_end_nothing_whatever_else_goes_through(guarded: House) -> None:
    forbid(guarded, SECRET, error=NO_KEY)
    number = guarded.approved(DATA, image=SECRET)
    minutes(guarded, 2)
    for account in (DATA, LAB):
        guarded.approved(account)
        minutes(guarded, 2)
    assert guarded.request(number).state is State.APPROVED
    forbid(guarded)
    minutes(guarded, 2)
    assert guarded.request(number).state is State.DONE


def compared(house: House, passes: int) -> None:
    """So many comparisons, of which each may have to wait a few times."""
    for _ in range(passes):
        house.survey.sweep(house.clock.advance(minutes=31))
        for _ in range(10):
            while house.drift.sweep(house.tick()):
                pass
            house.clock.advance(minutes=1)


def is_compared(house: House) -> bool:
    with house.store.read() as ledger:
        return ledger.drift.latest_pass().finished_at is not None


@pytest.mark.parametrize("image_id", ["img-aaaaaaa1", SECRET])
def test_an_image_that_cannot_be_read_keeps_no_other_from_being_compared(house: House, image_id: str) -> None:
    """Wherever it stands among those that are compared one after the other."""
    house.cloud.put(image(image_id, "secret"))
    house.cloud.unreadable[image_id] = UNREADABLE
    compared(house, 1)
    assert not is_compared(house)  # it might have been the credentials
    compared(house, 1)
    assert is_compared(house)
    house.cloud.give([STRANGER])
    compared(house, 1)
    assert [one.image_name for one in open_drift(house)] == ["base-2026"]
    assert alarms(house) == ["auth", "mended"]
    compared(house, 3)
    assert alarms(house) == []


def test_a_region_of_which_nothing_can_be_read_was_not_compared(house: House) -> None:
    house.cloud.unreadable["img-base0001"] = UNREADABLE
    compared(house, 1)
    assert not is_compared(house)
    house.cloud.unreadable.clear()
    compared(house, 1)
    assert is_compared(house)


def test_whoever_asks_for_an_image_that_alone_cannot_be_read_is_told_so(guarded: House) -> None:
    guarded.cloud.unreadable[SECRET] = UNREADABLE
    number = guarded.pending(DATA, image=SECRET)
    assert guarded.request(number).state is State.CHECKING
    guarded.pending(LAB)
    guarded.clock.advance(minutes=5)
    guarded.check()
    request = guarded.request(number)
    assert request.state is State.REFUSED
    assert [one.code for one in request.findings] == ["cloud_refused"]
    assert "Allow it for this image, too" in request.findings[0].remedy
