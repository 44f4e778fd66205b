"""How a card tells of copies in other regions."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from approvals.code_model import COPYING
from approvals.copy_model import VANISHED, Copy, CopyState
from approvals.model import Action, ItemState, Request, State
from bot.cards import endings, private
from bot.cards.copies import bar
from bot.cards.request import card
from bot.cards.story import story
from bot.cards.words import asks, state_words, title
from tests.bot.drawn import words
from tests.bot.requests import IMAGE, NOON, TRUSTED, item, request

SINGAPORE = "ap-singapore"


def copy(state: CopyState, **changes: Any) -> Copy:
    made = Copy(
        id=1,
        source_id=IMAGE.image_id,
        source_region=IMAGE.region,
        region=SINGAPORE,
        name="base-nightly-r1042-0a1b2c",
        request_id=1042,
        state=state,
        created_at=NOON,
        changed_at=NOON,
        moved_at=NOON,
        not_before=NOON,
        image_id="img-copy0001",
        percent=62,
    )
    return replace(made, **changes)


def elsewhere(state: State, *copies: Copy, **changes: Any) -> Request:
    held = {State.DONE: ItemState.DONE, State.FAILED: ItemState.FAILED}.get(state, ItemState.WAITING)
    image_id = "img-copy0001" if held is ItemState.DONE else ""
    items = (replace(item(TRUSTED, held), region=SINGAPORE, image_id=image_id),)
    return request(state, **{"regions": (SINGAPORE,), "copies": copies, "items": items, **changes})


def shown(made: Request) -> str:
    return words(card(made)[1])


def buttons(made: Request) -> list[dict[str, Any]]:
    return [element for block in card(made)[1] if block["type"] == "actions" for element in block["elements"]]


@pytest.mark.parametrize(
    ("percent", "drawn"),
    [(0, "░░░░░░░░░░ 0 %"), (9, "░░░░░░░░░░ 9 %"), (62, "▓▓▓▓▓▓░░░░ 62 %"), (100, "▓▓▓▓▓▓▓▓▓▓ 100 %")],
)
def test_a_bar(percent: int, drawn: str) -> None:
    assert bar(percent) == drawn


def test_a_copy_that_is_on_its_way() -> None:
    waiting = replace(item(TRUSTED, code=COPYING), region=SINGAPORE)
    made = elsewhere(State.APPROVED, copy(CopyState.SYNCING), items=(waiting,))
    assert title(made) == "Sharing base-nightly with data-team in Singapore"
    assert "Singapore: copying ▓▓▓▓▓▓░░░░ 62 %" in shown(made)
    assert "in Singapore · waits for the copy" in shown(made)
    assert "hasn't moved" not in shown(made)
    stalled = replace(made, copies=(copy(CopyState.SYNCING, stalled=True, moved_at=NOON - timedelta(hours=1)),))
    assert "hasn't moved since" in shown(stalled)


@pytest.mark.parametrize("state", [CopyState.WANTED, CopyState.CALLING])
def test_a_copy_that_is_about_to_be_made(state: CopyState) -> None:
    assert "Singapore: about to be copied" in shown(elsewhere(State.EXECUTING, copy(state, image_id="")))


def test_a_list_says_how_far_the_copy_is_that_a_request_waits_for() -> None:
    waiting = elsewhere(State.EXECUTING, copy(CopyState.SYNCING))
    assert state_words(waiting) == "being copied to Singapore (62 %)"
    assert state_words(elsewhere(State.PENDING, copy(CopyState.SYNCING))) == "waits for a decision"
    assert state_words(elsewhere(State.DONE, copy(CopyState.READY))) == "done"


def test_a_request_that_is_not_decided_shows_no_copy_of_others() -> None:
    assert "copying" not in shown(elsewhere(State.PENDING, copy(CopyState.SYNCING)))


def test_what_is_half_made_is_named_with_a_button_that_asks_first() -> None:
    made = elsewhere(State.FAILED, copy(CopyState.FAILED, code="CREATEFAILED"))
    assert "Half made in Singapore: `base-nightly-r1042-0a1b2c`  img-copy0001" in shown(made)
    retry, remove = buttons(made)
    assert retry["text"]["text"] == "Retry"
    assert (remove["text"]["text"], remove["value"]) == ("Remove the copy", "1042")
    assert "img-copy0001 in Singapore" in remove["confirm"]["text"]["text"]


def test_who_removes_many_copies_hears_of_all() -> None:
    made = [copy(CopyState.FAILED, id=n, image_id=f"img-copy000{n}", region=f"ap-test-{n}") for n in range(1, 7)]
    question = buttons(elsewhere(State.FAILED, *made))[1]["confirm"]["text"]["text"]
    assert question.startswith("The cloud deletes img-copy0001 in ap-test-1, img-copy0002 in ap-test-2, ")
    assert question.endswith("img-copy0003 in ap-test-3 and 3 more. That can't be undone.")


@pytest.mark.parametrize(
    "left",
    [
        copy(CopyState.FAILED, code=VANISHED),
        copy(CopyState.FAILED, image_id=""),
        copy(CopyState.REMOVED),
        copy(CopyState.FAILED, request_id=7),
        copy(CopyState.REMOVING),
    ],
)
def test_where_nothing_of_the_requests_own_is_left_there_is_no_such_button(left: Copy) -> None:
    assert [one["text"]["text"] for one in buttons(elsewhere(State.FAILED, left))] == ["Retry"]


def test_what_was_left_can_be_removed_after_a_retry_went_well() -> None:
    done = elsewhere(State.DONE, copy(CopyState.FAILED, code="X"), copy(CopyState.READY, id=2, image_id="img-copy0002"))
    assert [one["text"]["text"] for one in buttons(done)] == ["Remove the copy"]
    assert "img-copy0002" in shown(done)


def test_the_text_to_forward_names_the_copy() -> None:
    head, blocks = private.ended(elsewhere(State.DONE, copy(CopyState.READY)))
    assert head.endswith("is shared with data-team (100012345678) in Singapore.")
    said = words(blocks)
    assert "`base-nightly-r1042-0a1b2c` (img-copy0001)" in said
    assert "choose region Singapore" in said


def test_both_regions_are_named() -> None:
    there = replace(item(TRUSTED, ItemState.FAILED, 2), region=SINGAPORE)
    made = elsewhere(State.PARTIAL, items=(item(TRUSTED, ItemState.DONE), there), regions=(IMAGE.region, SINGAPORE))
    assert title(made) == "Shared in part with data-team in Guangzhou and Singapore: base-nightly"
    (told,) = story(made, {"event": "ended"})
    assert "data-team (100012345678) in Guangzhou: shared" in told
    assert "data-team (100012345678) in Singapore: failed" in told


def test_the_own_region_alone_is_not_worth_a_word() -> None:
    made = request(State.PENDING, regions=(IMAGE.region,), action=Action.SHARE)
    assert title(made) == title(request(State.PENDING))
    assert asks(made) == asks(request(State.PENDING))


@pytest.mark.parametrize(
    ("event", "said"),
    [
        ("copy_removing", "<@U0LIN> had the half-made copy `img-copy0001` in Singapore removed."),
        ("copy_removed", "The half-made copy `img-copy0001` in Singapore is removed."),
        ("copy_kept", "The copy `img-copy0001` in Singapore could not be removed: It is whole."),
    ],
)
def test_the_thread_tells_what_became_of_it(event: str, said: str) -> None:
    facts = {"event": event, "person": "U0LIN", "copy": "img-copy0001", "region": SINGAPORE, "why": "It is whole."}
    assert story(elsewhere(State.FAILED), facts) == [said]


def test_of_a_share_that_ends_only_the_regions_are_named_in_which_it_stands() -> None:
    both = (IMAGE.region, SINGAPORE)
    items = (item(TRUSTED, ItemState.DONE), replace(item(TRUSTED, ItemState.DONE, 2), region=SINGAPORE))
    stands = elsewhere(State.DONE, regions=both, items=items, until=NOON)
    assert "data-team (100012345678) in Guangzhou and Singapore ends" in endings.ending(stands, {})[0]
    left = replace(stands, ended=frozenset({(TRUSTED.account, IMAGE.region)}))
    assert "data-team (100012345678) in Singapore ends" in endings.ending(left, {})[0]
    modal = endings.extend_modal(left, (TRUSTED,), None)
    assert "data-team (100012345678) in Singapore ends" in modal["blocks"][0]["text"]["text"]
    over = replace(stands, ended=frozenset((TRUSTED.account, region) for region in both))
    assert "in Guangzhou and Singapore ends" in endings.ending(over, {})[0]
