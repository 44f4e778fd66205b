"""Images to read: what a page of them says, and what is said of one."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from approvals.catalogue import Reading, Seen
from approvals.cloud import Image, ImageKind
from approvals.model import Grant, State
from bot.cards import images, lists
from bot.cards.image import Shown, image_card
from bot.cards.images import Page, Row
from tests.bot.drawn import accepted, labels, rings_nobody, whole, words
from tests.bot.requests import BLOCKED, IMAGE, NOON, TRUSTED, UNKNOWN, request

GUANGZHOU, SINGAPORE = "ap-guangzhou", "ap-singapore"
NAMES = {TRUSTED.account: "data-team", "100055500000": "golden-images"}
READ = {GUANGZHOU: Reading(as_of=NOON, tried_at=NOON)}
HOSTILE = "<!channel> `x` *b* & \n> q " * 3


def grant(target: Any = TRUSTED, number: int = 7) -> Grant:
    return Grant(number, IMAGE.image_id, IMAGE.region, target, NOON - timedelta(days=number), number)


def seen(*accounts: str) -> Seen:
    return Seen(dict.fromkeys(accounts, NOON), NOON)


def listed(*rows: Row, readings: dict[str, Reading] = READ, **page: Any) -> str:
    text, blocks = images.images_list("Images", Page(rows, 1, len(rows), **page), readings, NAMES)
    judge(text, blocks)
    return words(blocks)


def shown(**changes: Any) -> tuple[str, list[str]]:
    usual = Shown(IMAGE, NAMES, ("U0LIN", "U0OMAR"), 1, {}, (), (), {}, (), (), ())
    text, blocks = image_card(replace(usual, **changes), NOON)
    judge(text, blocks)
    return words(blocks), labels(blocks)


def judge(text: str, blocks: list[dict[str, Any]]) -> None:
    accepted(text, blocks)
    rings_nobody(text, blocks)
    whole(text, blocks)


def test_a_row_says_what_it_is_and_whose() -> None:
    said = listed(Row(IMAGE, ("S0PLATFORM",)))

    assert "*base-nightly*  `img-6pb6lrmy` · 20 GiB · ready\nap-guangzhou · built <!date^" in said
    assert "owner <!subteam^S0PLATFORM>" in said
    assert "1 image · as of <!date^" in said


@pytest.mark.parametrize(
    ("grants", "cloud", "told"),
    [
        ((), None, "no known share"),
        ((), seen(), "not shared, seen <!date^"),
        ((grant(),), None, "shared with data-team ·"),
        ((grant(),), seen(TRUSTED.account), "shared with data-team ·"),
        ((grant(), grant(UNKNOWN)), None, "shared with data-team and 100098765432 ·"),
        ((), seen(UNKNOWN.account), "not by Imagewarden: 100098765432, seen"),
        ((grant(),), seen(UNKNOWN.account), "gone from the cloud: data-team, seen"),
        (tuple(grant(replace(UNKNOWN, account=f"10000000000{n}")) for n in range(9)), None, "and 6 more ·"),
    ],
)
def test_a_row_says_with_whom_it_is_shared_and_who_says_so(
    grants: tuple[Grant, ...], cloud: Seen | None, told: str
) -> None:
    assert told in listed(Row(IMAGE, ("U0LIN",), grants, cloud))


@pytest.mark.parametrize(
    ("state", "told"),
    [("CREATEFAILED", "its creation failed"), ("", "not seen in the cloud"), ("SOMETHING_NEW", "SOMETHING_NEW")],
)
def test_a_state_is_told_in_words_where_there_are_some(state: str, told: str) -> None:
    assert told in listed(Row(replace(IMAGE, state=state)))


def test_an_image_of_others_says_whose_it_is() -> None:
    theirs = replace(IMAGE, kind=ImageKind.SHARED, creator="100055500000")

    said = listed(Row(theirs))

    assert "shared with us by golden-images (100055500000)" in said
    assert "owner" not in said


def test_a_region_that_is_missing_is_named() -> None:
    readings = {
        **READ,
        SINGAPORE: Reading(tried_at=NOON, fault="InternalError"),
        "ap-tokyo": Reading(as_of=NOON, tried_at=NOON, fault="RequestLimitExceeded"),
    }

    said = listed(Row(IMAGE), readings=readings)

    assert "ap-singapore can't be read now (InternalError): its images are missing here." in said
    assert "ap-tokyo can't be read now (RequestLimitExceeded): what is shown of it is from <!date^" in said


def test_many_regions_that_are_missing_are_all_named() -> None:
    readings = {f"ap-test-{number}": Reading(tried_at=NOON, fault="InternalError") for number in range(12)}
    said = listed(Row(IMAGE), readings=readings)
    assert said.count("its images are missing here") == 7
    assert "ap-test-7, ap-test-8, ap-test-9, ap-test-10 and ap-test-11 can't be read now either." in said
    eight = dict(list(readings.items())[:8])
    assert "either" not in listed(Row(IMAGE), readings=eight)


def test_a_page_says_which_part_it_is_and_carries_its_neighbours() -> None:
    rows = [Row(IMAGE)] * lists.ROWS
    text, blocks = images.images_list("Images", Page(rows, 21, 57, "n", "o"), READ, NAMES, "a note")

    assert text == "Images: 21–40 of 57"
    assert labels(blocks) == ["Newer", "Older"]
    assert "a note" in words(blocks)


def test_one_image_is_shown_with_everybody_who_has_it() -> None:
    shares = {str(100_000_000_000 + number): NOON - timedelta(days=number) for number in range(25)}

    said, buttons = shown(shares={**shares, TRUSTED.account: NOON}, grants=(grant(), grant(UNKNOWN, 9)))

    assert "*Shared with 26 of 500*" in said
    assert "`100000000001` · since " in said
    assert said.count("not by Imagewarden") == 20 + 1
    assert "and 6 more" in said
    assert "*Taken back, but not by Imagewarden*  \n`100098765432` · since" in said
    assert buttons == ["Share"]


@pytest.mark.parametrize("longer", [NOON + timedelta(days=30), None])
@pytest.mark.parametrize("shares", [{TRUSTED.account: NOON}, {}, None])
def test_who_has_it_by_two_shares_has_it_for_as_long_as_the_longer_one(
    longer: datetime | None, shares: dict[str, datetime] | None
) -> None:
    week = replace(grant(number=9), until=NOON + timedelta(days=7))
    said, _ = shown(shares=shares, grants=(replace(grant(number=4), until=longer), week))
    assert "by #4" in said
    assert "by #9" not in said
    assert ("until" in said) is (longer is not None)


def test_one_image_is_told_with_all_that_an_owner_wants_to_know() -> None:
    image = replace(
        IMAGE,
        source="EXTERNAL_IMPORT",
        licence="BYOL",
        creator="100055500000",
        architecture="arm",
        whole_machine=True,
        deprecated=True,
        tags={"team": "platform"},
    )
    copy = replace(IMAGE, image_id="img-copy0001", region=SINGAPORE)

    said, buttons = shown(
        image=image, approvals=2, grants=(grant(),), shares={TRUSTED.account: NOON}, namesakes=(copy,)
    )

    for fact in (
        *("ready, deprecated", "imported from outside", "brought along (BYOL)", "golden-images (100055500000)"),
        *("arm", "the whole machine", "`team=platform`", "(2 of them must agree)", "`img-copy0001` in ap-singapore"),
        *("<@U0LIN> or <@U0OMAR>", "*data-team* `100012345678` · since <!date^", "· by #7"),
    ):
        assert fact in said
    assert buttons == ["Share"]


def test_what_waits_for_an_image_and_what_speaks_against_it_is_told() -> None:
    said, buttons = shown(waiting=(request(),), blocked=(BLOCKED,))

    assert "*Requests that wait*" in said
    assert "*#1042* share `base-nightly`" in said
    assert "✕ base-nightly has a licence of its owner. Build one without." in said
    assert buttons == []


def test_where_the_cloud_can_not_tell_it_is_said_how_it_was() -> None:
    said, _ = shown(shares=None, grants=(grant(),), then=(NOON, "The cloud can't tell now (InternalError)."))

    assert "The cloud can't tell now (InternalError). This is how it was <!date^" in said
    assert "*Shared with, by the record*" in said
    assert "nobody" in shown(shares=None)[0]


def test_nobodys_image_and_an_image_of_others() -> None:
    assert "nobody in the policy, so it can't be shared" in shown(owners=())[0]
    said, buttons = shown(image=replace(IMAGE, kind=ImageKind.SHARED, creator="100055500000"), shares=None)
    assert "Owners" not in said
    assert buttons == []
    assert "ours" not in shown(image=replace(IMAGE, kind="MARKET_IMAGE"), shares=None)[0]


@pytest.mark.parametrize("text", [HOSTILE, "&" * 60, "x" * 60, "😀" * 60], ids=["mixed", "&", "x", "😀"])
def test_long_and_hostile_names_stay_within_slacks_limits(text: str) -> None:
    image = Image(
        **{name: getattr(IMAGE, name) for name in ("image_id", "created_at", "size_gib")},
        name=text,
        region=text,
        kind="PRIVATE_IMAGE",
        state=text,
        creator=text,
        source=text,
        os_name=text,
        architecture=text,
        licence=text,
        tags={f"{text}{number}": text for number in range(50)},
    )
    target = replace(TRUSTED, name=text)
    accounts = {str(100_000_000_000 + number): NOON for number in range(500)}
    grants = tuple(grant(replace(target, account=account)) for account in accounts)
    readings = {f"{text}{number}": Reading(as_of=NOON, tried_at=NOON, fault=text) for number in range(20)}
    row = Row(image, tuple(f"U0{chr(65 + number)}" for number in range(26)), grants, Seen(accounts, NOON))

    _, blocks = images.images_list(text, Page([row] * lists.ROWS, 1, 50, "n", "o"), readings, NAMES, "note")
    judge("x", blocks)
    shown(
        image=image,
        names=dict.fromkeys(accounts, text),
        shares=accounts,
        grants=grants,
        namesakes=[image] * 30,
        waiting=[request(State.PENDING, image=image)] * lists.ROWS,
        blocked=[replace(BLOCKED, text=text)] * 3,
    )
    judge("x", images.no_images("There is nothing.", readings)[1])
