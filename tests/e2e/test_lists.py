"""What somebody reads after a command: lists of images and of requests, one image, and what is said instead."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.app import utc_now
from bot.cards import lists
from bot.sandbox.cloud import faults
from bot.sandbox.cloud.server import CloudServer
from bot.sandbox.cloud.state import Image
from bot.sandbox.company import POLICY, SIGNING_SECRET, Group
from bot.sandbox.run import opened
from bot.sandbox.workspace.server import WorkspaceServer
from tests.e2e.command import environment, free_port, running
from tests.e2e.conftest import Company, at
from tests.e2e.misbehaving import CHANNEL, IMAGES, WITHIN, approves, asks, plan
from tests.e2e.person import PersonAt, Seen

GUANGZHOU, SINGAPORE = "ap-guangzhou", "ap-singapore"
STABLE, PARTNER = "img-2qk8xv4d", "100023456789"


def reads(person: PersonAt, command: str, fragment: str) -> str:
    """Types a command, and gives the answer that holds the fragment."""
    person.types(f"/image {command}")
    return person.text_of(person.sees(fragment))


def build(company: Company, number: int, region: str = GUANGZHOU) -> None:
    cloud = company.sandbox.cloud.state
    for one in range(number):
        cloud.add_image(Image(f"img-built{one:03d}", f"built-{one:03d}", region, cloud.clock() - 86_400 * 900 - one))


def read_anew(company: Company) -> None:
    """As the survey does by itself within minutes."""
    company.sandbox.bot.survey.sweep(utc_now() + timedelta(minutes=6))


def rows_of(text: str) -> list[str]:
    return re.findall(r"^(\S+)  img-\S+ · ", text, re.MULTILINE)


def test_every_image_is_listed_ours_first_and_the_newest_first(company: Company) -> None:
    text = reads(company.mei, "list", "Images")

    assert rows_of(text)[:2] == ["build-agent", "base-nightly"]
    assert "gpu-trainer  img-gpu7rn3k · 100 GiB · ready\nap-guangzhou · built " in text
    assert "owner @omar" in text
    assert "1–20 of 25 · as of " in text

    shown = company.mei.sees("1–20 of 25")
    assert company.mei.buttons(shown) == ["Older"]
    company.mei.presses("Older", on=shown)
    text = company.mei.text_of(company.mei.sees("21–25 of 25"))
    assert rows_of(text)[-1] == "golden-rhel"
    assert "golden-images (100055500000)" in text


@pytest.mark.parametrize(
    ("person", "owns"), [("lin", "legacy-erp"), ("omar", "gpu-trainer"), ("mei", "team-dashboard")]
)
def test_mine_are_those_that_the_policy_gives_me_or_a_group_of_mine(company: Company, person: str, owns: str) -> None:
    reader: PersonAt = getattr(company, person)

    mine = rows_of(reads(reader, "list mine", "Your images"))

    assert owns in mine
    assert ("team-dashboard" in mine) == (person == "mei")
    assert not {"golden-rhel", "orphan-cache"} & set(mine)


def test_mine_are_those_too_that_name_me_by_my_address() -> None:
    """In the policy, or in the image's own tag; whatever of it is written large."""
    policy = POLICY.replace('owners = ["U0OMAR"]', 'owners = ["Omar@nimbus.example"]')
    policy = policy.replace("[rules]", '[rules]\nowner_tag = "owner"')
    with opened(policy=policy) as sandbox:
        company = at(sandbox)
        tags = {"owner": "mei@nimbus.example"}
        sandbox.cloud.state.add_image(Image("img-tagged01", "tagged", GUANGZHOU, 1.7e9, tags=tags))
        read_anew(company)
        assert rows_of(reads(company.omar, "list mine", "Your images")).count("gpu-trainer") == 1
        assert "gpu-trainer" in company.omar.text_of(company.omar.opens_home("gpu-trainer"))
        assert rows_of(reads(company.mei, "list mine", "Your images")) == ["team-dashboard", "tagged"]
        assert sandbox.workspace.api.called["users.lookupByEmail"] == 0, "of which Slack takes few a minute"


def test_however_many_groups_own_images_slack_is_asked_once() -> None:
    """It tells of some twenty of them a minute, one by one."""
    rules = "".join(f'[[images]]\nmatch = "team-{one}"\nowners = ["S0TEAM{one}"]\n' for one in range(30))
    with opened(policy=POLICY.replace("[[images]]", f"{rules}[[images]]", 1)) as sandbox:
        company = at(sandbox)
        for one in range(30):
            people = ("U0MEI",) if one % 10 else ("U0LIN", "U0OMAR")
            sandbox.workspace.state.groups[f"S0TEAM{one}"] = Group(f"S0TEAM{one}", f"team-{one}", people)
            sandbox.cloud.state.add_image(Image(f"img-team00{one:02}", f"team-{one}", GUANGZHOU, 1.7e9 - one))
        read_anew(company)
        called = sandbox.workspace.api.called
        before = called["usergroups.users.list"]
        assert "Your images" in reads(company.mei, "list mine", "1–20 of 28")
        assert "team-1" in company.mei.text_of(company.mei.opens_home("team-1"))
        assert (called["usergroups.list"], called["usergroups.users.list"] - before) == (1, 0)


def test_whose_address_slack_keeps_to_itself_sees_what_names_their_id() -> None:
    policy = POLICY.replace('owners = ["U0OMAR"]', 'owners = ["omar@nimbus.example"]')
    with opened(policy=policy) as sandbox:
        company = at(sandbox)
        sandbox.workspace.api.scopes = tuple(one for one in sandbox.workspace.api.scopes if "email" not in one)
        mine = rows_of(reads(company.omar, "list mine", "Your images"))
        assert "legacy-erp" in mine
        assert "gpu-trainer" not in mine


def test_who_owns_nothing_is_told_what_to_type(company: Company) -> None:
    text = reads(company.sara, "list mine", "you own no image")
    assert "/image list" in text


def test_a_part_of_a_name_is_searched_in_any_case(company: Company) -> None:
    assert rows_of(reads(company.mei, "list BASE", "Images with BASE")) == [
        *("base-nightly", "base-nightly-sg", "base-22.04", "popular-base"),
    ]
    assert rows_of(reads(company.mei, "list img-gpu7", "Images with img-gpu7")) == ["gpu-trainer"]


def test_near_misses_get_a_suggestion(company: Company) -> None:
    assert "/image list shared" in reads(company.mei, "list shred", "No image has shred")
    assert "/image list base-nightly" in reads(company.mei, "list base-nigthly", "No image has base-nigthly")
    assert "/image show base-nightly" in reads(company.mei, "show base-nigthly", "There is no image base-nigthly")
    assert "/image list mine" in reads(company.mei, "lits mine", "Did you mean")


def test_what_is_shared_is_told_with_whom_and_who_says_so(company: Company) -> None:
    assert "/image list shows the images" in reads(company.lin, "list shared", "No image is shared with anybody")

    asks(company)
    approves(company)
    company.mei.sees("is shared with data-team", within=WITHIN)
    text = reads(company.lin, "list shared", "Shared images")
    assert rows_of(text) == ["base-nightly"]
    assert "shared with data-team · owner" in text
    assert "By Imagewarden's record." in text

    reads(company.lin, "show base-22.04", "Shared with 1 of 500")
    text = reads(company.lin, "list shared", "not by Imagewarden")
    assert rows_of(text) == ["base-nightly", "base-22.04"]
    assert "not by Imagewarden: partner-lab, seen " in text

    company.sandbox.cloud.state.unshare("img-6pb6lrmy", ["100012345678"])
    reads(company.lin, "show base-nightly", "Taken back, but not by Imagewarden")
    assert "gone from the cloud: data-team, seen " in reads(company.lin, "list shared", "gone from the cloud")


def test_a_long_list_has_pages_both_ways(company: Company) -> None:
    build(company, 50)
    read_anew(company)
    mei = company.mei
    mei.types("/image list built")
    first = shown = mei.sees("Images with built")
    assert "1–20 of 50" in mei.text_of(first)
    assert mei.buttons(first) == ["Older"]

    names = rows_of(mei.text_of(first))
    for part in ("21–40 of 50", "41–50 of 50"):
        shown = _turned(mei, shown, "Older", part)
        names += rows_of(mei.text_of(shown))
    assert names == [f"built-{number:03d}" for number in range(50)]
    assert mei.buttons(shown) == ["Newer"]

    for part in ("21–40 of 50", "1–20 of 50"):
        shown = _turned(mei, shown, "Newer", part)
    assert rows_of(mei.text_of(shown)) == names[:20]
    assert shown["ts"] == first["ts"]


def test_pages_of_requests_go_both_ways(company: Company) -> None:
    mei = company.mei
    for number in range(lists.ROWS + 2):
        mei.types(f"/image share no-such-image-{number} with data-team because x")
    mei.types("/image requests mine")
    first = mei.sees("Your requests")
    assert mei.buttons(first) == ["Older"]

    older = _turned(mei, first, "Older", "#1 share")
    assert mei.buttons(older) == ["Newer"]
    newer = _turned(mei, older, "Newer", f"#{lists.ROWS + 2} share")
    assert mei.buttons(newer) == ["Older"]
    assert newer["ts"] == first["ts"]


def _turned(person: PersonAt, page: Seen, button: str, fragment: str) -> Seen:
    assert person.presses(button, on=page) is None
    return person.sees(fragment)


def test_what_waits_for_me_comes_first(company: Company) -> None:
    asks(company)
    company.mei.types("/image share team-dashboard with data-team because x")
    company.mei.sees("Not asked: team-dashboard")

    text = reads(company.lin, "requests", "Waiting for your decision")
    assert text.index("#1 share base-nightly") < text.index("All others") < text.index("#2 share team-dashboard")
    company.lin.presses("Approve", on=company.lin.sees("Share base-nightly", where=CHANNEL))
    company.mei.sees("is shared with data-team", within=WITHIN)
    assert "Waiting" not in reads(company.lin, "requests", "#1 share base-nightly · data-team · done")
    assert "Share" in reads(company.mei, "requests 1", "nightly")


def test_one_image_is_shown_with_all_that_an_owner_wants_to_know(company: Company) -> None:
    cloud = company.sandbox.cloud.state
    cloud.add_image(replace(cloud.images["img-s6nb8s2e"], name="base-22.04"))
    read_anew(company)
    company.mei.types(f"/image share {STABLE} with data-team because x")
    company.lin.sees("Share base-22.04", where=CHANNEL)

    company.lin.types(f"/image show {STABLE}")
    shown = company.lin.sees("Shared with 1 of 500")

    text = company.lin.text_of(shown)
    for fact in (
        *("State ready", "Source made from a machine", "Creator our account (100000000001)", "team=platform"),
        *("Owners  @lin or @omar (1 of them must agree)", "not by Imagewarden", "img-s6nb8s2e in ap-singapore"),
        *("Requests that wait", "#1 share base-22.04"),
    ):
        assert fact in text
    assert company.lin.presses("Share", on=shown) is None
    assert "base-22.04" in str(company.lin.modal())


def test_an_image_that_can_not_be_shared_has_no_button_to_share_it(company: Company) -> None:
    company.lin.types("/image show golden-rhel")
    shown = company.lin.sees("shared with us by golden-images")
    assert company.lin.buttons(shown) == []


def test_a_guest_reads_nothing(company: Company) -> None:
    for command in ("list", "list mine", "list shared", "show base-nightly", "requests"):
        company.gus.types(f"/image {command}")
        company.gus.sees("You can't use Imagewarden: guests can neither ask nor decide.")
    assert not any("img-" in company.gus.text_of(one) for one in company.gus.messages())


def test_an_image_is_shown_as_it_was_while_the_cloud_is_down(company: Company) -> None:
    plan(company, IMAGES, *[faults.html()] * 10)

    text = reads(company.lin, "show base-nightly", "This is how it was")

    assert "The cloud can't tell about base-nightly right now" in text
    assert "Shared with, by the record  \nnobody" in text


@contextmanager
def starting(cloud: CloudServer, workspace: WorkspaceServer, folder: Path) -> Iterator[PersonAt]:
    """A bot that has just begun, and somebody who uses it."""
    port = free_port()
    env = environment(folder, api_url=workspace.api_url, cloud_url=cloud.url, SLACK_SIGNING_SECRET=SIGNING_SECRET)
    workspace.deliver_to(f"http://127.0.0.1:{port}/slack/events")
    with running("run", "--http", f"127.0.0.1:{port}", listens=port, env=env, cwd=folder):
        yield PersonAt(workspace.url, "U0MEI")


def test_a_region_that_can_not_be_read_is_named_and_the_other_is_listed(
    cloud: CloudServer, workspace: WorkspaceServer, tmp_path: Path
) -> None:
    cloud.state.faults.plan(IMAGES, faults.error("InternalError"))  # the regions are read in their order

    with starting(cloud, workspace, tmp_path) as mei:
        text = reads(mei, "list", "can't be read now")

    assert "ap-guangzhou can't be read now (InternalError): its images are missing here." in text
    assert rows_of(text) == ["base-nightly-sg", "edge-proxy", "golden-debian"]


def test_a_list_that_is_asked_for_while_the_images_are_read_follows(
    cloud: CloudServer, workspace: WorkspaceServer, tmp_path: Path
) -> None:
    cloud.state.faults.plan(IMAGES, faults.delayed(3.0))

    with starting(cloud, workspace, tmp_path) as mei:
        assert mei.types("/image list") == "I am still reading the images of our regions; the list follows here."
        text = mei.text_of(mei.sees("1–20 of 25", within=WITHIN))

    assert rows_of(text)[1] == "base-nightly"


def test_where_no_region_can_be_read_there_is_a_sentence(
    cloud: CloudServer, workspace: WorkspaceServer, tmp_path: Path
) -> None:
    cloud.state.faults.plan(IMAGES, faults.error("InternalError"))
    cloud.state.faults.plan(IMAGES, faults.error("InternalError"))

    with starting(cloud, workspace, tmp_path) as mei:
        text = reads(mei, "list", "The cloud can't be read right now")

    assert "ap-guangzhou: InternalError and ap-singapore: InternalError" in text
