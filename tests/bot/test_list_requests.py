"""Pages of requests, in both directions, while requests come, are decided and go."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from approvals.errors import AuthFailed
from approvals.model import Verb
from bot import ids
from bot.cards import lists
from bot.listeners import pages
from bot.listeners.lists import list_requests, show_request
from bot.listeners.pages import RequestsAt
from tests.approvals.house import DATA, LIN, MEI, OMAR, SARA, STRANGER, House
from tests.bot.drawn import accepted, words

_LINE = re.compile(r"\*#(\d+)\* (?:share|unshare)")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    opened = House(tmp_path_factory.mktemp("lists") / "lists.db")
    yield opened
    opened.close()


def test_one_request_tells_that_it_waits_for_credentials_until_they_are_mended(tmp_path: Path) -> None:
    house = House(tmp_path / "held.db")
    number = house.approved(DATA)
    house.cloud.fail("share", AuthFailed("ModifyImageSharePermission", "UnauthorizedOperation", "not allowed"))
    house.execute()
    assert "doesn't let Imagewarden do this" in words(show_request(house.store, number)[1])
    house.clock.advance(minutes=2)
    assert house.execute() == 1
    assert "doesn't let Imagewarden do this" not in words(show_request(house.store, number)[1])
    house.close()


class Reader:
    """Somebody with a list before them."""

    def __init__(self, house: House, person: str, which: Any = "all") -> None:
        self._house = house
        self._person = person
        self._which = which
        self.open()

    def open(self) -> None:
        self._show(RequestsAt(self._which))

    def press(self, button: str) -> bool:
        value = self.buttons.get(button)
        if value is None:
            return False
        at = pages.read(value, newer=button == ids.NEWER)
        assert isinstance(at, RequestsAt)
        self._show(at)
        return True

    def _show(self, at: RequestsAt) -> None:
        text, blocks = list_requests(self._house.store, at, self._person)
        accepted(text, blocks)
        self.text = words(blocks)
        self.rows = [int(number) for number in _LINE.findall(self.text)]
        elements = [one for block in blocks or [] if block["type"] == "actions" for one in block["elements"]]
        self.buttons = {one["action_id"]: one["value"] for one in elements}
        assert len(self.rows) <= lists.ROWS
        assert len(set(self.rows)) == len(self.rows)


def everything(house: House, of: str | None = None) -> list[int]:
    with house.store.read() as ledger:
        return [request.id for request in ledger.requests(of=of, before=0, limit=10_000)]


def test_the_reader_sees_first_what_waits_for_them(tmp_path: Path) -> None:
    house = House(tmp_path / "waiting.db")
    first = house.pending()
    for number in range(3):
        house.ask(image=f"no-such-image-{number}")
        house.check()
    voted = house.pending("100099900001")
    house.press(voted, LIN, Verb.APPROVE)

    owner, asker = Reader(house, LIN), Reader(house, MEI)
    house.close()

    assert owner.rows[0] == first
    assert sorted(owner.rows) == [1, 2, 3, 4, 5]
    assert owner.text.index("Waiting for your decision") < owner.text.index(f"*#{first}*")
    assert asker.rows == [5, 4, 3, 2, 1]
    assert "Waiting" not in asker.text.split("\n")[1]


def test_however_many_newer_ones_wait_for_others(tmp_path: Path) -> None:
    house = House(tmp_path / "crowd.db")
    first = house.pending()
    guarded = house.pending(STRANGER)
    for _ in range(120):
        house.pending(by=LIN)
    assert Reader(house, LIN).rows[:2] == [guarded, first]
    assert Reader(house, SARA).rows[0] == guarded
    house.press(first, OMAR, Verb.DENY)
    house.press(guarded, LIN, Verb.APPROVE)
    assert "Waiting for your decision" not in Reader(house, LIN).text
    assert Reader(house, SARA).rows[0] == guarded, "who still must agree"
    assert len(set(Reader(house, OMAR).rows)) == lists.ROWS
    house.close()


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(st.sampled_from(("refused", "pending", "approve", "none")), max_size=8),
    which=st.sampled_from(("all", "mine")),
    reader=st.sampled_from((LIN, MEI)),
)
def test_every_request_is_shown_exactly_once_on_the_way_down(
    house: House, steps: list[str], which: str, reader: str
) -> None:
    """Rows are added and decided between two turns; those that were there at the beginning are shown once each."""
    for _ in range(4):
        house.ask(image="no-such-image", by=LIN)
        house.pending(by=MEI)
    house.check()
    there = everything(house, of=reader if which == "mine" else None)
    screen = Reader(house, reader, which)
    shown = list(screen.rows)
    turn = iter(steps)
    while True:
        _happens(house, next(turn, "none"))
        if not screen.press(ids.PAGE):
            break
        shown += screen.rows
    assert len(set(shown)) == len(shown)
    assert sorted(shown) == sorted(there)

    back = list(screen.rows)
    while screen.press(ids.NEWER):
        back += screen.rows
    assert set(back) >= set(there)
    assert ids.NEWER not in screen.buttons


@pytest.mark.parametrize("which", ["all", "pending"])
@pytest.mark.parametrize("more", [1, 3, lists.ROWS + 2])
def test_what_is_pushed_from_the_top_is_still_met_on_the_way_back(tmp_path: Path, which: str, more: int) -> None:
    house = House(tmp_path / "pushed.db")
    for _ in range(lists.ROWS):
        house.pending()
    for number in range(lists.ROWS + 5):
        house.ask(image=f"no-such-image-{number}")
    house.check()
    screen = Reader(house, LIN, which)
    there = set(everything(house)) if which == "all" else set(screen.rows)
    for _ in range(more):
        house.pending()
    while screen.press(ids.PAGE):
        pass

    back = list(screen.rows)
    while screen.press(ids.NEWER):
        back += screen.rows
    assert set(back) >= there
    assert len(set(back)) == len(back)
    house.close()


def test_a_button_made_up_with_a_long_top_shows_no_more_than_a_page(tmp_path: Path) -> None:
    house = House(tmp_path / "made-up.db")
    for number in range(3 * lists.ROWS):
        house.ask(image=f"no-such-image-{number}")
    house.check()
    at = RequestsAt("all", 3 * lists.ROWS, newer=True, top=tuple(range(1, 3 * lists.ROWS)))
    text, blocks = list_requests(house.store, at, LIN)
    accepted(text, blocks)
    assert len(_LINE.findall(words(blocks))) == lists.ROWS
    house.close()


def _happens(house: House, step: str) -> None:
    match step:
        case "refused":
            house.ask(image="no-such-image")
            house.check()
        case "pending":
            house.pending()
        case "approve":
            with house.store.read() as ledger:
                waiting = ledger.requests(pending=True, before=0, limit=1)
            for request in waiting:
                house.press(request.id, LIN, Verb.APPROVE)
        case _:
            pass


def test_an_empty_list_says_what_to_type(tmp_path: Path) -> None:
    house = House(tmp_path / "empty.db")
    for which in ("all", "mine", "pending"):
        assert "`/image " in Reader(house, MEI, which).text
    house.close()


def test_more_than_a_page_that_waits_for_one_person(tmp_path: Path) -> None:
    house = House(tmp_path / "many.db")
    numbers = [house.pending() for _ in range(lists.ROWS + 3)]
    screen = Reader(house, LIN, "pending")
    shown = list(screen.rows)
    while screen.press(ids.PAGE):
        shown += screen.rows
    house.close()

    assert sorted(shown) == numbers
