"""The images in memory: what is found, in which order, and what is told of age and gaps."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approvals.catalogue import FRESH_FOR, Catalogue
from approvals.cloud import Image, ImageKind
from tests.approvals.fake_cloud import GUANGZHOU, LONG_AGO, SINGAPORE, image
from tests.approvals.house import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def catalogue(clock: Clock) -> Catalogue:
    return Catalogue([GUANGZHOU, SINGAPORE], clock)


def filled(catalogue: Catalogue, *images: Image) -> Catalogue:
    for region in (GUANGZHOU, SINGAPORE):
        there = [one for one in images if one.region == region]
        catalogue.note_images(region, there, began=LONG_AGO, ended=LONG_AGO)
    return catalogue


def aged(name: str, days: int, number: int = 0, **fields: object) -> Image:
    return image(f"img-{name.lower()}{number}", name, created_at=LONG_AGO - timedelta(days=days), **fields)


def names(found: list[Image]) -> list[str]:
    return [one.name for one in found]


def test_ours_come_first_then_what_begins_with_the_text_then_the_newest(catalogue: Catalogue) -> None:
    filled(
        catalogue,
        aged("base-theirs", 0, kind=ImageKind.SHARED),
        aged("old-base", 1),
        aged("Base-3", 3),
        aged("gpu", 0),
        aged("BASE-2", 2, region=SINGAPORE),
    )

    assert names(catalogue.search(" bAsE", 10)) == ["BASE-2", "Base-3", "old-base", "base-theirs"]
    assert names(catalogue.search("base", 2)) == ["BASE-2", "Base-3"]
    assert names(catalogue.search("", 10)) == ["gpu", "old-base", "BASE-2", "Base-3", "base-theirs"]
    assert catalogue.search("nothing", 10) == []


def test_an_image_comes_before_the_newer_copies_that_are_called_like_it(catalogue: Catalogue) -> None:
    filled(catalogue, aged("base-1", 3), aged("base-1-r12-0b1b03", 1), aged("base-1-r2", 2), aged("old-base-1", 1))

    assert names(catalogue.search("base-1", 9)) == ["base-1-r2", "base-1", "old-base-1", "base-1-r12-0b1b03"]


def test_ids_are_searched_too_and_public_images_are_left_out(catalogue: Catalogue) -> None:
    filled(catalogue, image("img-zz11", "one"), image("img-zz12", "two", kind=ImageKind.PUBLIC))

    assert names(catalogue.search("IMG-ZZ1", 10)) == ["one"]
    assert names(catalogue.search("z1", 10)) == ["one"]
    assert [one.image_id for one in catalogue.images()] == ["img-zz11"]


@given(st.lists(st.text("abAB-", max_size=4), max_size=12), st.text("abAB", max_size=2), st.integers(1, 12))
def test_whatever_matches_is_found_up_to_the_limit(every: list[str], text: str, limit: int) -> None:
    catalogue = filled(
        Catalogue([GUANGZHOU, SINGAPORE], Clock()), *(image(f"img-{n}", name) for n, name in enumerate(every))
    )

    found = catalogue.search(text, limit)

    matching = [name for number, name in enumerate(every) if text.lower() in name.lower() or text in f"img-{number}"]
    assert len(found) == min(len(matching), limit)
    if limit >= len(matching):
        assert sorted(names(found)) == sorted(matching)


def test_five_thousand_images_are_searched_within_milliseconds(catalogue: Catalogue) -> None:
    filled(catalogue, *(aged(f"team-{number % 40}-build-{number}", number % 700, number) for number in range(5000)))

    for text, found in (("", 100), ("build-4999", 1), ("no such image", 0), ("99", 100), ("team-7", 100)):
        took = []
        for _ in range(9):
            began = time.perf_counter()
            assert len(catalogue.search(text, 100)) == found
            took.append(time.perf_counter() - began)
        assert min(took) < 0.005, text


def test_nothing_is_known_until_every_region_was_tried(catalogue: Catalogue) -> None:
    assert not catalogue.known
    assert catalogue.as_of is None
    assert catalogue.images() == ()

    catalogue.note_images(GUANGZHOU, [image()], began=LONG_AGO, ended=LONG_AGO)
    assert not catalogue.known
    catalogue.note_fault(SINGAPORE, "InternalError", at=LONG_AGO)

    assert catalogue.known
    assert catalogue.as_of == LONG_AGO
    assert catalogue.readings[SINGAPORE].fault == "InternalError"
    assert len(catalogue.images()) == 1


def test_where_no_region_could_be_read_nothing_is_known(catalogue: Catalogue) -> None:
    for region in (GUANGZHOU, SINGAPORE):
        catalogue.note_fault(region, "InternalError", at=LONG_AGO)

    assert not catalogue.known


def test_a_region_that_fails_later_keeps_what_was_read(catalogue: Catalogue, clock: Clock) -> None:
    filled(catalogue, image(), image("img-sg", "sg", region=SINGAPORE))

    catalogue.note_fault(SINGAPORE, "InternalError", at=clock())

    assert len(catalogue.images()) == 2
    assert catalogue.readings[SINGAPORE].as_of == LONG_AGO
    catalogue.note_images(SINGAPORE, [], began=clock(), ended=clock())
    assert len(catalogue.images()) == 1
    assert catalogue.readings[SINGAPORE].fault == ""


def test_whoever_waits_is_called_once_when_every_region_was_tried(catalogue: Catalogue) -> None:
    called: list[str] = []
    catalogue.once_read(lambda: called.append("first"))
    catalogue.note_images(GUANGZHOU, [], began=LONG_AGO, ended=LONG_AGO)
    assert called == []

    catalogue.note_fault(SINGAPORE, "InternalError", at=LONG_AGO)
    catalogue.note_images(SINGAPORE, [], began=LONG_AGO, ended=LONG_AGO)
    assert called == ["first"]

    catalogue.once_read(lambda: called.append("at once"))
    assert called == ["first", "at once"]


def test_who_looks_at_what_is_old_has_it_read_anew_once(catalogue: Catalogue, clock: Clock) -> None:
    told: list[str] = []
    catalogue.on_interest(lambda: told.append("look"))
    catalogue.images()
    for region in (GUANGZHOU, SINGAPORE):
        catalogue.note_images(region, [], began=clock(), ended=clock())

    clock.advance(seconds=FRESH_FOR.total_seconds() - 1)
    catalogue.search("a", 1)
    assert told == []
    clock.advance(seconds=1)
    catalogue.search("a", 1)
    catalogue.images()
    assert told == ["look"]
    assert catalogue.asked_at == clock()


def test_what_the_cloud_said_of_shares_is_kept_as_long_as_the_image_is_there(catalogue: Catalogue) -> None:
    one, other = image(), image("img-sg", "sg", region=SINGAPORE)
    catalogue.note_shares(GUANGZHOU, one.image_id, {"100012345678": LONG_AGO})
    catalogue.note_shares(SINGAPORE, other.image_id, {})
    filled(catalogue, one, other)

    seen = catalogue.shares_seen(one)
    assert seen is not None
    assert dict(seen.accounts) == {"100012345678": LONG_AGO}
    assert catalogue.shares_seen(replace(one, region=SINGAPORE)) is None
    catalogue.note_images(GUANGZHOU, [], began=LONG_AGO, ended=LONG_AGO)
    assert catalogue.shares_seen(one) is None
    assert catalogue.shares_seen(other) is not None


def test_threads_see_one_reading_or_the_next_and_never_a_part(catalogue: Catalogue) -> None:
    small = [image(f"img-{number}", "even") for number in range(10)]
    large = [image(f"img-{number}", "even") for number in range(200)]
    filled(catalogue, *small)
    odd: list[int] = []
    ended = threading.Event()

    def look() -> None:
        while not ended.is_set():
            odd.extend(
                many for many in (len(catalogue.search("even", 1000)), len(catalogue.images())) if many not in (10, 200)
            )

    threads = [threading.Thread(target=look) for _ in range(3)]
    for thread in threads:
        thread.start()
    for turn in range(100):
        catalogue.note_images(GUANGZHOU, (small, large)[turn % 2], began=LONG_AGO, ended=LONG_AGO)
    ended.set()
    for thread in threads:
        thread.join(10)
    assert odd == []
