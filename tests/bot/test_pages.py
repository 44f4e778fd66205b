"""Where a page is, as a button carries it, and which rows it has while the list changes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import limits
from bot.listeners.pages import ImagesAt, Key, RequestsAt, cut, read

ROWS = 5

keys = st.builds(
    lambda rank, age, number: (rank, round(age, 6), f"img-{number}", "ap-x"),
    st.integers(0, 3),
    st.floats(-2e9, 0),
    st.integers(0, 10**6),
)


@given(
    st.builds(
        RequestsAt,
        st.sampled_from(("all", "mine", "pending")),
        st.integers(0, 10**18 - 1),
        st.booleans(),
        st.lists(st.integers(1, 10**18 - 1), max_size=20).map(tuple),
    )
)
def test_a_page_of_requests_comes_back_as_it_was(at: RequestsAt) -> None:
    assert read(at.value(), newer=at.newer) == at
    assert len(at.value()) <= limits.BUTTON_VALUE


@given(
    st.builds(
        ImagesAt, st.sampled_from(("all", "mine", "shared", "named")), st.text(max_size=60), keys, newer=st.booleans()
    )
)
def test_a_page_of_images_comes_back_as_it_was(at: ImagesAt) -> None:
    assert read(at.value(), newer=at.newer) == at
    assert len(at.value()) <= limits.BUTTON_VALUE


def test_older_bots_buttons_lead_where_they_did() -> None:
    assert read("pending:20", newer=False) == RequestsAt("pending", 20)


@pytest.mark.parametrize(
    "value",
    [
        *("", "all", "all:", "all:x", "all:-1", "all:01", "all:٣", "all:1:2,3", "all:1:2.", "theirs:1", "all:1\n"),
        *("all:" + "9" * 40, "images", "images:all:x:0:a:b:", "images:all:0:nan:a:b:", "images:all:0:1e9:a:b:c"),
        *("images:theirs:0:0:a:b:c", "images:all:10:0:a:b:c", "images:all:0:0:a:b"),
    ],
)
def test_anything_else_is_no_page(value: str) -> None:
    assert read(value, newer=False) is None


@given(st.text(max_size=80), st.booleans())
def test_whatever_comes_back_is_read_without_a_fault(value: str, newer: bool) -> None:
    for text in (value, f"all:{value}", f"images:{value}", f"images:all:0:0:{value}"):
        read(text, newer=newer)


@given(st.data())
def test_turning_pages_shows_each_row_once_while_others_come_and_go(data: st.DataObject) -> None:
    """What is there all the time is shown exactly once on the way down, whatever is added or removed meanwhile."""
    stays = data.draw(st.sets(keys, max_size=40))
    passing = data.draw(st.sets(keys, max_size=40)) - stays
    now: list[Key] = sorted(stays | set(data.draw(st.lists(st.sampled_from(sorted(passing)))) if passing else []))
    seen: list[Key] = []
    page = cut(now, None, newer=False, rows=ROWS)
    while True:
        shown = now[page.start : page.stop]
        seen += shown
        if page.stop >= len(now):
            break
        now = sorted(stays | (set(data.draw(st.lists(st.sampled_from(sorted(passing))))) if passing else set()))
        page = cut(now, shown[-1], newer=False, rows=ROWS)
        if not any(key > shown[-1] for key in now):
            break
    assert [key for key in seen if key in stays] == sorted(stays)


@given(st.sets(keys, min_size=1, max_size=40))
def test_turning_back_shows_each_row_once_and_ends_with_a_whole_page(every: set[Key]) -> None:
    ordered = sorted(every)
    page = range(len(ordered) - 1, len(ordered))
    seen = ordered[page.start : page.stop]
    while page.start:
        before = page
        page = cut(ordered, ordered[page.start], newer=True, rows=ROWS)
        assert len(page) == min(ROWS, len(ordered))
        seen = ordered[page.start : before.start] + seen
        assert page.start == 0 or page.stop == before.start
    assert seen == ordered


def test_a_page_whose_rows_are_gone_is_the_last_that_there_is() -> None:
    key: Key = (0, -5.0, "img-5", "ap-x")
    ordered = [replace_age(key, float(-number)) for number in (9, 8, 7)]

    assert list(cut(ordered, key, newer=False, rows=ROWS)) == [2]
    assert list(cut([], key, newer=False, rows=ROWS)) == []
    assert list(cut(ordered, (0, -9.5, "", ""), newer=True, rows=ROWS)) == [0, 1, 2]


def replace_age(key: Key, age: float) -> Key:
    return (key[0], age, key[2], key[3])


def test_the_side_of_a_page_is_told_by_the_button() -> None:
    at = RequestsAt("all", 7)
    assert read(at.value(), newer=True) == replace(at, newer=True)
