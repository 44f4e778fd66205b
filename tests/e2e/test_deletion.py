"""Deleting an image, and taking one back from everybody, as people see it."""

from __future__ import annotations

import pytest

from bot.sandbox.cloud import faults
from bot.sandbox.cloud.faults import Fault
from tests.e2e.conftest import Company
from tests.e2e.person import Seen

BASE, NIGHTLY, LAB, DATA_TEAM = "img-2qk8xv4d", "img-6pb6lrmy", "100023456789", "100012345678"
CHANNEL = "C0IMAGES"
MODIFY, DELETE = "ModifyImageSharePermission", "DeleteImages"


def ask(company: Company, command: str = "delete base-22.04 because it has a hole") -> Seen:
    company.mei.types(f"/image {command}")
    return company.lin.sees("Delete base-22.04", where=CHANNEL)


def approved(company: Company, command: str = "delete base-22.04 because it has a hole") -> None:
    card = ask(company, command)
    company.lin.presses("Approve", on=card)
    company.lin.sees("approved", where=CHANNEL)
    company.sara.presses("Approve", on=company.sara.sees("Delete base-22.04", where=company.direct(company.sara)))


def confirmation(card: Seen, label: str) -> str:
    """What is asked once more before the button has an effect."""
    elements = [one for block in card["blocks"] if block["type"] == "actions" for one in block["elements"]]
    [button] = [one for one in elements if one["text"]["text"] == label]
    return str(button["confirm"]["text"]["text"])


def calls(company: Company, action: str) -> list[bool]:
    """The calls of the action, each with whether it was answered well."""
    return [call.code == "ok" for call in company.sandbox.cloud.state.calls if call.action == action]


def is_there(company: Company, image_id: str) -> bool:
    return image_id in company.sandbox.cloud.state.images


def test_an_image_is_deleted_after_its_shares_with_the_word_of_an_owner_and_a_guardian(company: Company) -> None:
    company.mei.types("/image delete base-22.04 because it has a hole")
    company.mei.sees("#1: asked @lin, @omar and @sara")

    card = company.lin.sees("Delete base-22.04", where=CHANNEL)
    text = company.lin.text_of(card)
    assert "partner-lab 100023456789" in text
    assert "base-22.04 is gone for good then" in text
    assert "would stay, and cost on" in text
    assert "a guardian: @security" in text
    assert confirmation(card, "Approve") == "1 account loses it. A deleted image can't be brought back."
    company.lin.presses("Approve", on=card)
    company.lin.sees("Deciding  a guardian", where=CHANNEL)
    assert is_there(company, BASE)

    company.sara.presses("Approve", on=company.sara.sees("Delete base-22.04", where=company.direct(company.sara)))

    heard = company.mei.text_of(company.mei.sees("#1: base-22.04 is deleted."))
    assert "It was taken back from partner-lab (100023456789) before." in heard
    assert not is_there(company, BASE)
    company.lin.sees("Deleted base-22.04", where=CHANNEL)
    assert company.sandbox.cloud.state.kept_snapshots


def test_its_snapshots_go_with_it_where_that_is_asked(company: Company) -> None:
    card = ask(company, "delete base-22.04 with snapshots because it has a hole")
    assert "nothing is left to make it from again" in company.lin.text_of(card)
    company.lin.presses("Approve", on=card)
    company.sara.presses("Approve", on=company.sara.sees("Delete base-22.04", where=company.direct(company.sara)))
    company.mei.sees("is deleted")
    assert company.sandbox.cloud.state.kept_snapshots == []


def test_it_is_not_deleted_where_a_share_could_not_be_taken_back_and_a_retry_goes_on(company: Company) -> None:
    company.sandbox.cloud.state.faults.plan(MODIFY, faults.error("InvalidAccountId.NotFound"), times=1)
    approved(company)

    card = company.lin.sees("Failed: delete base-22.04\n#1", where=CHANNEL)
    text = company.lin.text_of(card)
    assert "1 share could not be taken back, so it was not deleted." in text
    assert is_there(company, BASE)
    assert calls(company, DELETE) == [False]  # the dry run alone, while it was shared

    company.lin.presses("Retry", on=card)
    company.mei.sees("is deleted")
    assert not is_there(company, BASE)


def test_a_refused_deletion_is_told_with_its_code(company: Company) -> None:
    state = company.sandbox.cloud.state
    approve_of = ask(company)
    company.lin.presses("Approve", on=approve_of)
    for code in ("MutexOperation.TaskRunning", "InvalidImageId.IncorrectState"):
        state.faults.plan(DELETE, faults.none(), times=1)  # each attempt begins with a dry run
        state.faults.plan(DELETE, faults.error(code), times=1)
    company.sara.presses("Approve", on=company.sara.sees("Delete base-22.04", where=company.direct(company.sara)))

    said = company.lin.text_of(company.lin.sees("InvalidImageId.IncorrectState", where=CHANNEL))
    assert "Not deleted: base-22.04" in said
    assert is_there(company, BASE)
    assert company.shares(BASE) == set()


def test_what_the_cloud_would_refuse_is_told_before_anybody_loses_the_image(company: Company) -> None:
    had = company.shares(BASE)
    assert had
    company.sandbox.cloud.state.faults.plan(DELETE, faults.error("InvalidImageId.IncorrectState"), times=1)
    approved(company)

    not_begun = f"partner-lab (100023456789): failed, {BASE} can't be deleted, so this was not begun."
    said = company.lin.text_of(company.lin.sees(not_begun, where=CHANNEL))
    assert "Failed: delete base-22.04" in said
    assert "InvalidImageId.IncorrectState" in said
    assert f"{BASE}: failed, This goes wrong on purpose." in said
    assert (is_there(company, BASE), company.shares(BASE)) == (True, had)


@pytest.mark.parametrize("reads", [1, 4])
def test_a_list_that_still_shows_it_for_a_while_is_no_failure(company: Company, reads: int) -> None:
    plan = company.sandbox.cloud.state.faults
    plan.lag(0)  # what takes the share back shows at once
    plan.lag(reads)
    approved(company)

    company.mei.sees("is deleted", within=30)
    assert calls(company, DELETE) == [False, True]
    company.lin.sees("Deleted base-22.04", where=CHANNEL)


@pytest.mark.parametrize("fault", [faults.cut(done=True), faults.cut(done=False)], ids=["done", "not done"])
def test_an_answer_that_is_lost_is_looked_for(company: Company, fault: Fault) -> None:
    card = ask(company)
    company.lin.presses("Approve", on=card)
    company.sandbox.cloud.state.faults.plan(DELETE, faults.none(), times=1)  # the dry run
    company.sandbox.cloud.state.faults.plan(DELETE, fault, times=1)
    company.sara.presses("Approve", on=company.sara.sees("Delete base-22.04", where=company.direct(company.sara)))

    company.mei.sees("is deleted", within=30)
    assert not is_there(company, BASE)


@pytest.mark.parametrize(
    ("image", "said"),
    [
        ("img-g0ldrh3l", "and only its owner can delete it."),
        ("img-487zeit5", "is a public image of the vendor."),
        ("img-0000gone", "there is no image img-0000gone"),
    ],
)
def test_what_is_not_ours_is_refused_with_the_reason(company: Company, image: str, said: str) -> None:
    company.mei.types(f"/image delete {image} because x")
    company.mei.sees(said)
    assert calls(company, DELETE) == []


def test_what_was_deleted_is_told_to_whoever_asks_for_it(company: Company) -> None:
    approved(company)
    company.mei.sees("is deleted")

    company.omar.types("/image share base-22.04 with data-team because x")

    company.omar.sees("by request #1. /image requests 1 shows who asked for that and who agreed.")


def test_an_image_is_taken_back_from_everyone_who_has_it_then(company: Company) -> None:
    company.mei.types("/image unshare base-22.04 from all because it has a hole")
    card = company.lin.sees("Unshare base-22.04 from everyone (1 account)", where=CHANNEL)
    assert "machines they started go on" in company.lin.text_of(card)
    company.sandbox.cloud.state.share(BASE, [DATA_TEAM])

    company.lin.presses("Approve", on=card)

    heard = company.mei.text_of(company.mei.sees("no longer shared with"))
    assert "partner-lab (100023456789) and data-team (100012345678)" in heard
    assert company.shares(BASE) == set()


def test_from_everyone_where_nobody_has_it_there_is_nothing_to_do(company: Company) -> None:
    company.mei.types("/image unshare base-nightly from all")
    company.mei.sees("Nobody has base-nightly. Nothing was asked.")
