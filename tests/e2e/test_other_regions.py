"""An image of one region, shared in another: copied there first, as people see it."""

from __future__ import annotations

import pytest

from bot.sandbox.cloud import faults
from bot.sandbox.cloud.faults import Fault
from bot.sandbox.cloud.state import Image
from tests.e2e.conftest import Company
from tests.e2e.person import Seen
from tests.e2e.test_time import now

NIGHTLY = "img-6pb6lrmy"
DATA_TEAM = "100012345678"
CHANNEL = "C0IMAGES"
GUANGZHOU, SINGAPORE = "ap-guangzhou", "ap-singapore"
COPIED = 12.0  # seconds within which a copy is noticed: looks are some seconds apart


def approve(company: Company, command: str = "in ap-singapore because the release") -> Seen:
    """Ask, and let an owner approve; gives the card that was approved."""
    company.mei.types(f"/image share base-nightly with data-team {command}")
    card = company.lin.sees("Share base-nightly with data-team", where=CHANNEL)
    company.lin.presses("Approve", on=card)
    return card


def card_of(company: Company, title: str, within: float = COPIED) -> Seen:
    """The card in an owner's direct message, where it has no thread."""
    return company.lin.sees(title, where=company.direct(company.lin), within=within)


def copies(company: Company) -> list[Image]:
    images = company.sandbox.cloud.state.images.values()
    return [one for one in images if one.region == SINGAPORE and one.name.startswith("base-nightly-r1-")]


def calls(company: Company, action: str) -> int:
    return sum(call.action == action for call in company.sandbox.cloud.state.calls)


def test_an_image_is_copied_to_another_region_and_shared_there(company: Company) -> None:
    company.sandbox.cloud.state.copies.take(4.0)
    card = approve(company)
    assert "Needs a copy in ap-singapore first (takes minutes to hours)" in company.lin.text_of(card)

    going = company.lin.sees("copying ▓", where=CHANNEL, within=COPIED)
    text = company.lin.text_of(going)
    assert text.startswith("Sharing base-nightly with data-team in Singapore")
    assert "waits for the copy" in text

    ended = company.mei.sees("To forward to them", within=COPIED)
    (copy,) = copies(company)
    assert company.shares(copy.image_id) == {DATA_TEAM}
    assert company.shares(NIGHTLY) == set()
    heard = company.mei.text_of(ended)
    assert f"The image {copy.name} ({copy.image_id}) is shared with your account." in heard
    assert "choose region Singapore" in heard
    assert copy.image_id in company.lin.text_of(card_of(company, "Shared base-nightly"))
    assert calls(company, "SyncImages") == 2  # one of them the dry run


def test_the_own_region_is_shared_at_once_and_the_other_one_later(company: Company) -> None:
    company.sandbox.cloud.state.copies.take(600.0)
    card = approve(company, "in ap-guangzhou, ap-singapore for 30d because x")

    going = company.lin.sees("copying", where=CHANNEL, within=COPIED)
    assert "in Guangzhou · done" in company.lin.text_of(going)
    assert company.shares(NIGHTLY) == {DATA_TEAM}

    company.sandbox.cloud.state.copies.finish()
    heard = company.mei.text_of(company.mei.sees("To forward to them", within=COPIED))
    (copy,) = copies(company)
    assert NIGHTLY in heard
    assert copy.image_id in heard
    assert company.shares(copy.image_id) == {DATA_TEAM}

    company.mei.types("/image unshare base-nightly from data-team in ap-guangzhou because done there")
    back = company.lin.sees("Unshare base-nightly from data-team", where=CHANNEL)
    assert "data-team has it in ap-singapore, and would keep it there." in company.lin.text_of(back)
    company.lin.presses("Approve", on=back)
    company.mei.sees("is no longer shared with data-team (100012345678) in Guangzhou.")
    company.mei.presses("Extend", on=now(company.mei, card))
    assert company.mei.fills_and_submits(company.mei.modal(), {"For how long": "90 days"}) == {}
    company.lin.sees("Share base-nightly with data-team in Singapore\n", where=CHANNEL)


def test_a_copy_that_is_there_is_shared_and_taken_back(company: Company) -> None:
    company.sandbox.cloud.state.copies.take(0.0)
    approve(company)
    company.mei.sees("To forward to them", within=COPIED)
    (copy,) = copies(company)

    company.mei.types("/image share base-nightly with partner-lab in ap-singapore because y")
    card = company.lin.sees("Share base-nightly with partner-lab in Singapore", where=CHANNEL)
    assert f"our copy {copy.name} is shared: 1 of 500 shares used" in company.lin.text_of(card)
    company.lin.presses("Approve", on=card)
    company.mei.sees("is shared with partner-lab")
    assert len(copies(company)) == 1
    company.mei.types("/image show base-nightly")
    shown = company.mei.text_of(company.mei.sees("Shared with 0 of 500"))
    assert f"Singapore: {copy.name}  {copy.image_id} · shared with data-team and partner-lab" in shown

    company.mei.types("/image unshare base-nightly from data-team")
    told = company.mei.text_of(company.mei.sees("data-team does not have base-nightly in ap-guangzhou."))
    assert told.endswith("and would keep it there. To take it back there, say: in ap-singapore.")
    company.mei.types("/image unshare base-nightly from data-team, partner-lab in ap-singapore because done")
    company.lin.presses("Approve", on=company.lin.sees("Unshare base-nightly from 2 accounts", where=CHANNEL))
    company.mei.sees("is no longer shared with")
    assert company.shares(copy.image_id) == set()


def test_a_region_without_room_is_told_before_anybody_is_asked(company: Company) -> None:
    company.sandbox.cloud.state.copies.limit(SINGAPORE, 0)
    company.mei.types("/image share base-nightly with data-team in ap-singapore because x")

    company.mei.sees("Not asked: a copy in ap-singapore is needed first, and all 0 images that can be there are.")
    assert company.lin.messages(CHANNEL) == []


def test_a_region_that_is_not_ours_is_told(company: Company) -> None:
    company.mei.types("/image share base-nightly with data-team in ap-tokyo because x")

    company.mei.sees("Not asked: ap-tokyo is not one of our regions. Name one of ap-guangzhou, ap-singapore")


def test_a_failed_copy_is_named_and_removed_by_an_owner(company: Company) -> None:
    state = company.sandbox.cloud.state
    state.copies.take(1.0)
    state.copies.fail_next()
    approve(company)

    failed = card_of(company, "Failed: share base-nightly with data-team in Singapore")
    (copy,) = copies(company)
    text = company.lin.text_of(failed)
    assert "The copy stopped at 40 %; the cloud tells its state, and no reason. (CREATEFAILED)" in text
    assert f"Half made in Singapore: {copy.name}  {copy.image_id}" in text
    assert company.lin.buttons(failed) == ["Retry", "Remove the copy"]

    company.gus.presses("Remove the copy", on=company.gus.sees("Half made in Singapore", where=CHANNEL))
    company.gus.sees("You can't decide here")
    company.lin.presses("Remove the copy", on=failed)
    company.lin.sees(f"The half-made copy {copy.image_id} in Singapore is removed.", where=CHANNEL, within=COPIED)
    company.omar.sees("Failed: share base-nightly", where=company.direct(company.omar))
    assert copies(company) == []
    assert calls(company, "DeleteImages") == 1


def test_a_copy_that_vanishes_is_told_and_a_retry_makes_another(company: Company) -> None:
    state = company.sandbox.cloud.state
    state.copies.take(12.0)
    state.copies.vanish_next()
    approve(company)
    company.lin.sees("copying ▓", where=CHANNEL, within=COPIED)
    state.copies.take(0.0)
    state.copies.finish()
    failed = card_of(company, "Failed: share base-nightly", within=30.0)
    assert "is gone" in company.lin.text_of(failed)
    assert company.lin.buttons(failed) == ["Retry"]

    company.lin.presses("Retry", on=failed)
    company.mei.sees("To forward to them", within=COPIED)
    (copy,) = copies(company)
    assert company.shares(copy.image_id) == {DATA_TEAM}


@pytest.mark.parametrize(
    "fault",
    [faults.cut(done=True), faults.html(done=True), faults.error("InternalError", done=True)],
    ids=["cut", "html", "error"],
)
def test_a_lost_answer_makes_no_second_copy(company: Company, fault: Fault) -> None:
    state = company.sandbox.cloud.state
    state.copies.take(0.0)
    state.faults.plan("SyncImages", faults.none())  # the dry run
    state.faults.plan("SyncImages", fault)
    approve(company)

    company.mei.sees("To forward to them", within=COPIED)
    assert len(copies(company)) == 1
    assert calls(company, "SyncImages") == 2


@pytest.mark.parametrize(
    "code", ["UnsupportedOperation.EncryptedImagesNotSupported", "ImageQuotaLimitExceeded", "InvalidRegion.Unavailable"]
)
def test_what_the_cloud_refuses_is_told_with_its_code(company: Company, code: str) -> None:
    company.sandbox.cloud.state.faults.plan("SyncImages", faults.error(code))
    approve(company)

    failed = card_of(company, "Failed: share base-nightly")
    assert code in company.lin.text_of(failed)
    assert company.lin.buttons(failed) == ["Retry"]
    assert copies(company) == []


def test_a_copy_that_stands_still_is_waited_for(company: Company) -> None:
    state = company.sandbox.cloud.state
    state.copies.take(4.0)
    state.copies.stall_next(at=20)
    approve(company)

    going = company.lin.sees("copying ▓▓", where=CHANNEL, within=COPIED)
    assert "20 %" in company.lin.text_of(going)
    assert company.lin.buttons(going) == []
