"""Images offered to the vendor's Lighthouse and taken back, and Lighthouse's own images, as people see it."""

from __future__ import annotations

import pytest

from bot.sandbox.cloud import faults
from bot.sandbox.cloud.machines import SHARED_BLUEPRINT
from tests.e2e.conftest import Company
from tests.e2e.person import Seen

NIGHTLY, WIKI, DATA_TEAM, LAB = "img-6pb6lrmy", "lhbp-w1k1k1t7", "100012345678", "100023456789"
CHANNEL = "C0IMAGES"
MODIFY = "ModifyImageSharePermission"


def offered(company: Company, image_id: str = NIGHTLY) -> bool:
    return company.sandbox.cloud.state.lighthouse.has(image_id)


def shares(company: Company, blueprint_id: str) -> set[str]:
    return set(company.sandbox.cloud.state.lighthouse.shares(blueprint_id))


def approve(company: Company, command: str, title: str) -> Seen:
    """Asked by mei and approved by lin; gives the card as it was asked."""
    company.mei.types(f"/image {command}")
    card = company.lin.sees(title, where=CHANNEL)
    company.lin.presses("Approve", on=card)
    return card


def test_an_image_is_offered_to_lighthouse_and_taken_back(company: Company) -> None:
    card = approve(company, "share base-nightly with lighthouse because a shop", "Share base-nightly with Lighthouse")
    assert "Lighthouse within our account" in company.lin.text_of(card)
    company.mei.sees("base-nightly is shared with Lighthouse.")
    heard = company.mei.text_of(company.mei.sees("in the Lighthouse console choose region Guangzhou"))
    assert "To forward to them" not in heard
    assert offered(company)

    company.mei.types("/image share base-nightly with lighthouse")
    company.mei.sees("Lighthouse has base-nightly already. Nothing was asked.")

    approve(company, "unshare base-nightly from lighthouse because done", "Unshare base-nightly from Lighthouse")
    company.mei.sees("base-nightly is no longer shared with Lighthouse.")
    assert not offered(company)


def test_what_is_offered_to_lighthouse_is_shown_and_listed_as_that(company: Company) -> None:
    approve(company, "share base-nightly with lighthouse for 3d because a shop", "Share base-nightly with Lighthouse")
    company.mei.sees("base-nightly is shared with Lighthouse")
    company.mei.types("/image show base-nightly")
    shown = company.mei.text_of(company.mei.sees("Shared with 0 of 500"))
    assert "Lighthouse within our account · since" in shown
    assert "not by Imagewarden" not in shown
    company.mei.types("/image list shared")
    assert "gone from the cloud" not in company.mei.text_of(company.mei.sees("shared with Lighthouse · owner"))
    assert "Lighthouse within our account · until" in company.mei.text_of(company.mei.opens_home("Ends within a week"))


def test_accounts_and_lighthouse_in_one_request(company: Company) -> None:
    approve(
        company,
        "share base-nightly with data-team and lighthouse because x",
        "Share base-nightly with data-team and Lighthouse",
    )
    heard = company.mei.text_of(company.mei.sees("To forward to them"))
    assert "Lighthouse now, within our account" in heard
    assert offered(company)
    assert company.shares(NIGHTLY) == {DATA_TEAM}


@pytest.mark.parametrize(
    ("image", "code", "words"),
    [
        ("legacy-erp", "lighthouse_imported", "Images imported from external sources cannot be shared."),
        ("plc-bridge", "lighthouse_no_cloud_init", "has no cloud-init, which Lighthouse needs."),
        ("lab-router", "lighthouse_platform", "Images of the operating system FreeBSD 13.1 64bit cannot be shared."),
        ("ci-runner-full", "lighthouse_whole_machine", "has data disks"),
        ("build-agent", "lighthouse_state", "is in state CREATING"),
    ],
)
def test_each_condition_of_the_vendor_is_told_before_anybody_is_asked(
    company: Company, image: str, code: str, words: str
) -> None:
    company.mei.types(f"/image share {image} with lighthouse because x")
    said = company.mei.text_of(company.mei.sees("Not asked"))
    assert words in said
    with company.sandbox.bot.store.read() as ledger:
        (request,) = ledger.requests(before=0, limit=5)
    assert code in {one.code for one in request.findings}
    assert MODIFY not in [call.action for call in company.sandbox.cloud.state.calls]


def test_a_missing_service_role_is_told_to_whoever_asked_and_to_the_admins(company: Company) -> None:
    company.sandbox.cloud.state.lighthouse.has_role = False
    company.mei.types("/image share base-nightly with lighthouse because x")
    company.mei.sees("An admin opens the Lighthouse console, Images, once")
    company.omar.sees("Lighthouse can't look at our images, so none can be shared with it.")


def test_a_lighthouse_image_is_shared_ten_accounts_a_call_and_taken_back(company: Company) -> None:
    state = company.sandbox.cloud.state
    accounts = [str(100_500_000_000 + number) for number in range(12)]
    for account in accounts:
        state.add_account(account)
    named = ", ".join([DATA_TEAM, *accounts])
    company.mei.types(f"/image share {WIKI} with {named} because a course")
    card = company.lin.sees("Share wiki-kit with 13 accounts", where=CHANNEL)
    company.lin.presses("Approve", on=card)
    company.sara.presses("Approve", on=company.sara.sees("Share wiki-kit", where=company.direct(company.sara)))
    company.mei.sees("In the Lighthouse console choose region Guangzhou", within=15)
    assert shares(company, WIKI) == {DATA_TEAM, *accounts}
    calls = [call for call in state.calls if call.action == "ShareBlueprintAcrossAccounts"]
    assert [len(call.params["AccountIds"]) for call in calls] == [10, 3]

    approve(company, f"unshare {WIKI} from all because it ended", "Unshare wiki-kit from everyone (13 accounts)")
    company.mei.sees("wiki-kit is no longer shared", within=15)
    assert shares(company, WIKI) == set()


def test_one_that_is_shared_already_holds_up_no_other(company: Company) -> None:
    approve(company, f"share {SHARED_BLUEPRINT} with partner-lab, data-team because x", "Share shop-starter")
    company.mei.sees("To forward to them")
    assert shares(company, SHARED_BLUEPRINT) == {LAB, DATA_TEAM}


@pytest.mark.parametrize("done", [True, False])
def test_an_answer_that_is_lost_is_looked_for(company: Company, done: bool) -> None:
    company.sandbox.cloud.state.faults.plan("ShareBlueprintAcrossAccounts", faults.cut(done=done), times=1)
    approve(company, f"share {WIKI} with data-team because x", "Share wiki-kit")
    company.mei.sees("To forward to them", within=20)
    assert shares(company, WIKI) == {DATA_TEAM}


@pytest.mark.parametrize("lost", [False, True])
def test_on_the_international_site_it_is_accepted_and_not_verified(company: Company, lost: bool) -> None:
    state = company.sandbox.cloud.state
    state.lighthouse.international = True
    if lost:
        state.faults.plan("ShareBlueprintAcrossAccounts", faults.cut(done=True), times=1)
    company.mei.types(f"/image share {WIKI} with data-team because x")
    card = company.lin.sees("Share wiki-kit", where=CHANNEL)
    assert "nobody can see who has it" in company.lin.text_of(card)
    company.lin.presses("Approve", on=card)
    company.mei.sees("The cloud accepted it. On the international site nobody can verify that", within=20)
    company.lin.sees("accepted, not verified", where=CHANNEL)
    assert shares(company, WIKI) == {DATA_TEAM}

    approve(company, f"unshare {WIKI} from data-team because x", "Unshare wiki-kit")
    company.mei.sees("wiki-kit is no longer shared with data-team", within=20)
    assert shares(company, WIKI) == set()
    company.mei.types(f"/image unshare {WIKI} from all")
    company.mei.sees("Name the accounts to take it back from.")


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (f"share {WIKI} with lighthouse because x", "wiki-kit is a Lighthouse image already."),
        (f"share {WIKI} with data-team in ap-singapore because x", "aren't copied to other regions here"),
        (f"delete {WIKI} because x", "only images of CVM are deleted here"),
        ("share lhbp-fr0mp4rt with data-team because x", "a shared image can't be shared on"),
        ("share lhbp-crmk1t42 with data-team because x", "is in state SYNCING"),
        ("share lhbp-n0ne0000 with data-team because x", "there is no image lhbp-n0ne0000"),
        (f"share {WIKI} with cvm because x", "No program can move a Lighthouse image to CVM."),
    ],
)
def test_what_cannot_be_is_told_with_the_reason(company: Company, command: str, said: str) -> None:
    company.mei.types(f"/image {command}")
    company.mei.sees(said)


def test_lighthouse_images_are_listed_and_shown(company: Company) -> None:
    company.mei.types("/image list wiki")
    company.mei.sees(WIKI)
    company.mei.types(f"/image show {SHARED_BLUEPRINT}")
    assert "partner-lab" in company.mei.text_of(company.mei.sees("shop-starter\n"))


def test_before_an_image_is_deleted_lighthouse_loses_it(company: Company) -> None:
    approve(company, "share base-nightly with lighthouse because x", "Share base-nightly with Lighthouse")
    company.mei.sees("is shared with Lighthouse")
    company.mei.types("/image delete base-nightly because x")
    card = company.lin.sees("Delete base-nightly", where=CHANNEL)
    assert "Lighthouse within our account" in company.lin.text_of(card)
    company.lin.presses("Approve", on=card)
    company.sara.presses("Approve", on=company.sara.sees("Delete base-nightly", where=company.direct(company.sara)))
    company.mei.sees("base-nightly is deleted")
    assert NIGHTLY not in company.sandbox.cloud.state.images
