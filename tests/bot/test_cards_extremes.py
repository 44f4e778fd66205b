"""Cards at Slack's limits, and with texts that were made to break them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from approvals.model import Action, Finding, Item, ItemState, Level, Person, Request, State, Target
from bot import limits
from bot.cards import form, home, lists, modal, private
from bot.cards.request import card
from bot.cards.story import story
from bot.cards.text import section
from tests.bot.drawn import accepted, labels, rings_nobody, view_accepted, whole, words
from tests.bot.requests import GUARDED, IMAGE, LIN, UNKNOWN, approval, denial, request

HOSTILE = "<!channel> *_~`<@U0EVIL> <https://evil.example|here> &lt;!here&gt; \"\\'😀 "

OBJECTIONS = (
    "not_a_decider",
    "own_request",
    "not_the_requester",
    "voted_already",
    "too_late",
    "too_late_to_retry",
    "nothing_to_retry",
    "may_not_act",
    "not_pending",
)

_pieces = st.one_of(
    st.sampled_from(["<!channel>", "<@U0EVIL>", "<#C0EVIL|x>", "<https://evil.example|x>", "&lt;", "<", ">", "&", "`"]),
    st.sampled_from(["*b*", "_i_", "~s~", "\n> ", "```", '"', "\\", "😀", "|", "^"]),
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20),
)
_text = st.lists(_pieces, max_size=30).map("".join)
_name = _text.map(lambda text: f"n{text[:255]}")


def filled(text: str, most: int) -> str:
    return (text * (most // max(1, len(text)) + 1))[:most]


def hostile(state: State, text: str, *, accounts: int = 2) -> Request:
    """A request in which every word that comes from outside is ``text``."""
    name = f"n{text}"
    targets = tuple(Target(str(100_000_000_000 + number), name) for number in range(accounts))
    items = tuple(
        Item(number, one, "ap-guangzhou", ItemState.FAILED if number % 2 else ItemState.DONE, name, name, name)
        for number, one in enumerate(targets)
    )
    levels = [level for level in Level for _ in range(accounts)]
    return request(
        state,
        *targets,
        reason=filled(text, 3000) if len(text) > 2000 else text,
        image_ref=name,
        requester=Person("U0MEI", name),
        image=replace(IMAGE, name=name, os_name=name),
        deciders=GUARDED,
        findings=tuple(Finding("code", level, name, name) for level in levels),
        items=items,
        decisions=(approval(), denial(filled(text, 1000))) if state is State.DENIED else (approval(),),
    )


def judge_everything(one: Request) -> None:
    """Draws the request wherever it can be drawn, and holds each picture against Slack's rules."""
    judge(*card(one))
    judge(*private.ended(one))
    judge(private.not_asked(one), None)
    judge(private.stands(one), None)
    for why in OBJECTIONS:
        judge(private.objection(one, why), None)
    judge(private.recorded([1, 2], [one.image_ref, one.image_ref]), None)
    judge(*lists.requests_list("Requests", "none", [one] * lists.ROWS, "all:7"))
    judge(*lists.misread(one.reason, one.reason, one.reason, one.reason or "/image help"))
    for event in ("asked", "approved", "denied", "cancelled", "expired", "retried", "ended"):
        facts = {"event": event, "person": LIN.id, "roles": "owner", "reason": one.reason[:1000]}
        for message in story(one, facts):
            judge(message, None)
    judge(*lists.help_text([f"/image share {one.image_ref}"[: lists.ROWS * 10]] * 5))
    several = [replace(one, id=number) for number in range(1, home.ROWS + 1)]
    for view in (
        home.overview({"waiting": home.Page(several[: home.FEW], 5), "asked": home.Page([one] * home.FEW)}, None),
        home.one_list("waiting", home.Page(several, 20)),
        modal.deny_modal(one),
        home.closed(one.reason or "no"),
    ):
        view_accepted(view)
        rings_nobody("", view)
        whole("", view)


def judge(text: str, blocks: list[dict[str, object]] | None) -> None:
    accepted(text, blocks)
    rings_nobody(text, blocks)
    whole(text, blocks)


@settings(max_examples=60)
@given(text=_text, state=st.sampled_from(State), action=st.sampled_from(Action))
def test_no_text_breaks_a_card_or_makes_a_mention_or_a_link(text: str, state: State, action: Action) -> None:
    judge_everything(replace(hostile(state, text), action=action))


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("text", [HOSTILE, "x" * 60, "&" * 60, '"' * 60, "😀" * 60], ids=["mixed", "x", "&", '"', "😀"])
def test_five_hundred_accounts_and_long_names_stay_within_slacks_limits(state: State, text: str) -> None:
    judge_everything(hostile(state, text, accounts=500))


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("text", ["x", "<", '"', "\n", "😀", "`"])
def test_a_reason_of_three_thousand_characters_fits(state: State, text: str) -> None:
    one = request(state, reason=text * 3000, decisions=(denial(text * 1000),) if state is State.DENIED else ())

    judge(*card(one))


@pytest.mark.parametrize("text", ["x", "<", '"', "\n", "😀", "no such account, "])
def test_a_sentence_of_the_clouds_without_end_hides_neither_its_code_nor_the_trace(text: str) -> None:
    failed = request(State.FAILED, UNKNOWN)
    one = replace(failed, items=tuple(replace(item, message=text * 20_000) for item in failed.items))

    judge(*card(one))
    judge(*private.ended(one))
    [told] = story(one, {"event": "ended"})
    judge(told, [section(told)])
    assert "(InvalidAccountId.NotFound) · cloud request `5e1f-77`" in words([section(told)])


@pytest.mark.parametrize("text", [HOSTILE, "&" * 255, "x" * 255], ids=["mixed", "&", "x"])
def test_a_page_of_requests_with_long_names_shows_each_of_them(text: str) -> None:
    page = [replace(hostile(State.PENDING, text), id=number) for number in range(1, lists.ROWS + 1)]
    said, blocks = lists.requests_list("Requests", "none", page, "all:7")

    judge(said, blocks)
    assert labels(blocks) == ["Older"]
    if text != "&" * 255:  # those alone fill a message: each is five characters to Slack
        assert [number for number in range(1, lists.ROWS + 1) if f"*#{number}*" not in words(blocks)] == []


def test_a_full_card_keeps_its_buttons() -> None:
    assert labels(card(hostile(State.PENDING, HOSTILE, accounts=500))[1]) == ["Approve", "Deny", "Cancel"]


@given(name=_name, typed=_text)
@settings(max_examples=60)
def test_whatever_is_chosen_or_found_makes_a_form_that_slack_takes(name: str, typed: str) -> None:
    option = form.image_option(replace(IMAGE, name=name, state=name))
    images = [option, *([form.typed_option(typed[:150])] if typed else [])]
    regions = [f"ap-{number}" for number in range(limits.OPTIONS + 1)]
    held = form.Held(images, (), typed[:2000], [*regions[:3], typed], typed[:3000])
    found = hostile(State.PENDING, name, accounts=500)
    below = [
        *form.checked(found),
        *form.checked(replace(found, findings=found.findings[500:])),
        *form.checking([name, typed]),
        *form.unchecked(name, typed),
    ]
    for named_accounts in (True, False):
        view = form.share_form(held, below, named_accounts=named_accounts, regions=regions)
        view_accepted(view)
        rings_nobody("", {**view, "blocks": [one for one in view["blocks"] if one["type"] != "input"]})
        whole("", view)
