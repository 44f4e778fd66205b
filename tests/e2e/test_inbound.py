"""What others share with us, and whom of those to trust, as people see it."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.app import utc_now
from bot.sandbox.cloud import faults
from bot.sandbox.cloud.images import PUBLIC, SHARED, Image
from bot.sandbox.cloud.server import CloudServer
from bot.sandbox.workspace.server import WorkspaceServer
from tests.e2e.conftest import Company
from tests.e2e.misbehaving import until
from tests.e2e.person import Seen
from tests.e2e.starting import started

GOLDEN, UNKNOWN, LAB = "100055500000", "100066600000", "100023456789"
CHANNEL = "C0IMAGES"


def inbound(company: Company, what: str = "") -> str:
    until(lambda: company.sandbox.bot.catalogue.known)
    company.mei.types(f"/image inbound {what}".strip())
    return company.mei.text_of(company.mei.sees("as a source"))


def asked(company: Company, command: str, title: str) -> Seen:
    company.mei.types(f"/image inbound {command}")
    return company.sara.sees(title, where=company.direct(company.sara))


def test_what_is_shared_with_us_is_listed_by_source_the_untrusted_first(company: Company) -> None:
    text = inbound(company)

    lines = text.splitlines()
    assert lines[0] == "Images shared with us"
    assert text.index(f"{UNKNOWN} · not trusted as a source, by the policy") < text.index("mystery-miner")
    assert text.index("mystery-miner") < text.index("golden-images 100055500000") < text.index("golden-rhel")
    assert "Source unknown" in text
    assert f"golden-images {GOLDEN} · trusted as a source, by the policy" in text
    assert "here since " in text
    assert "used by " in text
    assert "as of " in text


def test_a_source_is_trusted_by_the_guardians_and_no_longer(company: Company) -> None:
    card = asked(company, f"trust {UNKNOWN} because we met them", f"Trust {UNKNOWN} as a source")
    text = company.sara.text_of(card)
    assert "we met them" in text
    assert "nobody checks what is in them" in text
    assert "a guardian: @security" in text
    company.lin.presses("Approve", on=company.lin.sees(f"Trust {UNKNOWN} as a source", where=CHANNEL))
    company.lin.sees(f"Only @sara can decide about {UNKNOWN}.")

    company.sara.presses("Approve", on=card)

    company.mei.sees(f"#1: {UNKNOWN} is trusted as a source now.")
    company.lin.sees(f"Trusted as a source: {UNKNOWN}", where=CHANNEL)
    company.mei.types("/image inbound")
    company.mei.sees(f"{UNKNOWN} · trusted as a source, since")

    company.mei.types(f"/image inbound trust {UNKNOWN} because again")
    company.mei.sees(f"{UNKNOWN} is trusted as a source already. Nothing was asked.")

    card = asked(company, f"distrust {UNKNOWN} because they were sold", f"Stop trusting {UNKNOWN} as a source")
    company.sara.presses("Approve", on=card)
    company.mei.sees(f"{UNKNOWN} is no longer trusted as a source.")

    company.mei.types(f"/image inbound {UNKNOWN}")
    text = company.mei.text_of(company.mei.sees("History"))
    assert "not trusted as a source, since" in text
    assert "mystery-miner" in text
    assert text.index("they were sold") < text.index("we met them")
    assert "asked by @mei, agreed by @sara" in text


def test_the_guardians_word_goes_before_the_policys(company: Company) -> None:
    card = asked(company, "distrust golden-images because of a leak", "Stop trusting golden-images as a source")
    company.sara.presses("Approve", on=card)
    company.mei.sees("golden-images is no longer trusted as a source.")
    company.mei.types("/image inbound golden-images")
    company.mei.sees(f"golden-images {GOLDEN} · not trusted as a source, since")


def test_denied_it_stays_as_it_is(company: Company) -> None:
    card = asked(company, "trust partner-lab because x", "Trust partner-lab as a source")
    assert company.sara.presses("Deny", on=card) is None
    assert company.sara.fills_and_submits(company.sara.modal(), {"Why": "not yet"}) == {}
    company.mei.sees("denied it; its images stay untrusted")


def test_nobody_decides_about_their_own_word(company: Company) -> None:
    company.sara.types("/image inbound trust partner-lab because x")
    company.sara.sees("a guardian must agree to that, and there is nobody else who could.")


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("trust golden-images because x", "golden-images is trusted as a source already."),
        ("distrust partner-lab because x", "partner-lab is not trusted as a source anyway."),
        ("trust 100000000001 because x", "is our own account."),
        ("trust golden-imgaes because x", "/image inbound trust golden-images because x"),
        ("trust golden-images", "/image inbound trust golden-images because …"),
        ("trust", "Which account to trust is missing."),
    ],
)
def test_what_makes_no_sense_is_told_with_what_to_type(company: Company, command: str, said: str) -> None:
    answer = company.mei.types(f"/image inbound {command}")
    if answer is None or said not in answer:
        company.mei.sees(said)


def test_instances_that_cannot_be_read_are_told_and_hold_nothing_up(company: Company) -> None:
    state = company.sandbox.cloud.state
    state.faults.plan("DescribeInstances", faults.error("UnauthorizedOperation"), times=9)
    text = inbound(company)
    assert "Which instances run in ap-guangzhou, ap-singapore isn't known." in text
    assert "used by" not in text
    company.mei.types("/image share base-nightly with data-team because x")
    company.lin.presses("Approve", on=company.lin.sees("Share base-nightly", where=CHANNEL))
    company.mei.sees("is shared with data-team")


def test_many_are_turned_page_by_page(company: Company) -> None:
    state, now = company.sandbox.cloud.state, time.time()
    for number in range(30):
        name, image_id = f"from-the-lab-{number:02d}", f"img-lab{number:05d}"
        state.add_image(Image(image_id, name, "ap-guangzhou", now - number, kind=SHARED, creator=LAB))
    company.sandbox.bot.survey.sweep(utc_now() + timedelta(minutes=6))
    company.mei.types("/image inbound")
    shown = company.mei.sees("1–20 of 35")
    company.mei.presses("Older", on=shown)
    shown = company.mei.sees("21–35 of 35")
    company.mei.presses("Newer", on=shown)
    company.mei.sees("1–20 of 35")


def test_a_guest_hears_nothing(company: Company) -> None:
    company.gus.types("/image inbound")
    company.gus.sees("guests can neither ask nor decide")


def test_a_page_that_is_turned_right_after_a_start_says_that_nothing_is_read_yet(
    cloud: CloudServer, workspace: WorkspaceServer, tmp_path: Path
) -> None:
    for number in range(30):
        name, image_id = f"from-the-lab-{number:02d}", f"img-lab{number:05d}"
        cloud.state.add_image(Image(image_id, name, "ap-guangzhou", 0.0, kind=SHARED, creator=LAB))
    with started(cloud, workspace, tmp_path) as mei:
        mei.types("/image inbound")
        shown = mei.sees("1–20 of 35")
    cloud.state.faults.plan("DescribeImages", faults.error("InternalError"), times=1000)
    with started(cloud, workspace, tmp_path) as mei:
        mei.presses("Older", on=shown)
        mei.sees("are not read yet")


@pytest.mark.parametrize(("what", "image"), [("", "mystery-miner"), ("partner-lab", "lab-notebook")])
def test_who_asks_right_after_the_start_is_answered_once_the_images_are_read(
    cloud: CloudServer, workspace: WorkspaceServer, tmp_path: Path, what: str, image: str
) -> None:
    cloud.state.faults.plan("DescribeImages", faults.delayed(1.5), times=4)
    with started(cloud, workspace, tmp_path) as mei:
        mei.types(f"/image inbound {what}".strip())
        assert image in mei.text_of(mei.sees("as a source"))


def test_who_asks_while_the_images_cannot_be_read_hears_why(
    cloud: CloudServer, workspace: WorkspaceServer, tmp_path: Path
) -> None:
    cloud.state.faults.plan("DescribeImages", faults.error("InternalError"), times=1000)
    with started(cloud, workspace, tmp_path) as mei:
        for what in ("", "data-team"):
            mei.types(f"/image inbound {what}".strip())
            told = mei.text_of(mei.sees("are not read yet"))
            assert "ap-guangzhou: InternalError and ap-singapore: InternalError" in told


def test_what_could_not_be_read_is_not_told_to_be_empty(
    cloud: CloudServer, workspace: WorkspaceServer, tmp_path: Path
) -> None:
    for image in [one for one in cloud.state.images.values() if one.kind == SHARED]:
        cloud.state.add_image(replace(image, kind=PUBLIC))
    cloud.state.faults.plan("DescribeImages", faults.error("InternalError"))  # the regions are read in their order
    with started(cloud, workspace, tmp_path) as mei:
        mei.types("/image inbound")
        told = mei.text_of(mei.sees("Nobody shares an image with us in ap-singapore."))
        assert "ap-guangzhou can't be read now (InternalError)" in told
        mei.types("/image inbound golden-images")
        told = mei.text_of(mei.sees("No image of it is shared with us now."))
        assert "ap-guangzhou can't be read now (InternalError)" in told
