"""The request card, and what is said in private: words, buttons and limits, in every state."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Literal

import pytest

from approvals.audit import NOBODY
from approvals.code_model import KEPT
from approvals.model import LIGHTHOUSE_TARGET, Action, Decision, ItemState, Role, State, Target, Verdict
from approvals.policy import Account
from bot.cards import endings, form, lists, modal, private
from bot.cards.request import card
from bot.cards.story import story
from bot.cards.words import title
from tests.bot.drawn import accepted, labels, rings_nobody, view_accepted, words
from tests.bot.requests import (
    BLOCKED,
    DECIDERS,
    GUARDED,
    IMAGE,
    LIN,
    MEI,
    NOON,
    NOT_KNOWN,
    OMAR,
    SARA,
    TRUSTED,
    UNKNOWN,
    approval,
    denial,
    item,
    request,
)

TITLES = {
    State.CHECKING: "Share base-nightly with data-team",
    State.REFUSED: "Not asked: share base-nightly with data-team",
    State.PENDING: "Share base-nightly with data-team",
    State.DENIED: "Denied: share base-nightly with data-team",
    State.CANCELLED: "Cancelled: share base-nightly with data-team",
    State.EXPIRED: "Expired: share base-nightly with data-team",
    State.APPROVED: "Sharing base-nightly with data-team",
    State.EXECUTING: "Sharing base-nightly with data-team",
    State.DONE: "Shared base-nightly with data-team",
    State.PARTIAL: "Shared with 1 of 2 accounts: base-nightly",
    State.FAILED: "Failed: share base-nightly with data-team",
}
BUTTONS = {
    State.PENDING: ["Approve", "Deny", "Cancel"],
    State.PARTIAL: ["Retry"],
    State.FAILED: ["Retry"],
    State.EXPIRED: ["Ask again"],
}


@pytest.mark.parametrize("state", State)
def test_the_card_tells_its_state_in_the_header_and_has_the_buttons_that_make_sense(state: State) -> None:
    text, blocks = card(request(state, *((TRUSTED, UNKNOWN) if state is State.PARTIAL else ())))

    accepted(text, blocks)
    rings_nobody(text, blocks)
    assert blocks[0]["type"] == "header"
    assert blocks[0]["text"]["text"] == TITLES[state]
    assert labels(blocks) == BUTTONS.get(state, [])
    assert labels(card(request(state, TRUSTED, UNKNOWN), buttons=False)[1]) == []


@pytest.mark.parametrize("state", State)
def test_only_what_is_to_be_executed_waits_for_credentials(state: State) -> None:
    text, blocks = card(request(state), held=True)
    accepted(text, blocks)
    assert ("doesn't let Imagewarden do this" in str(blocks)) is (state in (State.APPROVED, State.EXECUTING))
    assert "doesn't let Imagewarden do this" not in str(card(request(state)))


@pytest.mark.parametrize(
    ("state", "header"),
    [
        (State.PENDING, "Unshare base-nightly from data-team"),
        (State.APPROVED, "Unsharing base-nightly from data-team"),
        (State.DONE, "Unshared base-nightly from data-team"),
        (State.DENIED, "Denied: unshare base-nightly from data-team"),
    ],
)
def test_the_card_of_an_unshare_speaks_of_taking_back(state: State, header: str) -> None:
    text, blocks = card(request(state, action=Action.UNSHARE))

    accepted(text, blocks)
    assert blocks[0]["text"]["text"] == header
    assert "*From*" in words(blocks)


def test_the_pending_card_answers_what_who_where_to_why_and_until_when() -> None:
    pending = request(State.PENDING, TRUSTED, UNKNOWN, deciders=GUARDED, findings=(NOT_KNOWN,))

    text, blocks = card(pending)
    said = words(blocks)

    assert text == "mei asks to share base-nightly with data-team and 1 more (#1042)"
    assert blocks[0]["text"]["text"] == "Share base-nightly with 2 accounts"
    for fact in (
        "#1042 · asked by <@U0MEI>",
        "answer by <!date^",
        "`base-nightly`  img-6pb6lrmy · ap-guangzhou · 20 GiB · Ubuntu Server 22.04 LTS 64bit · built 2 days ago",
        "*data-team* `100012345678` · trusted",
        "`100098765432` · not in the policy",
        "nightly build for the data team",
        "● *Needs a guardian:* 100098765432 is not a known account. `target_unknown`",
        "<@U0LIN> or <@U0OMAR> (1 of them) · and a guardian: <!subteam^S0SECURITY>",
    ):
        assert fact in said


@pytest.mark.parametrize(
    ("guardians", "still"),
    [
        ((LIN.id,), "<@U0OMAR>"),
        ((LIN.id, SARA.id), "<@U0OMAR> or <!subteam^S0SECURITY>"),
    ],
)
def test_where_one_person_spoke_for_both_roles_the_card_says_who_else_is_wanted(
    guardians: tuple[str, ...], still: str
) -> None:
    deciders = replace(GUARDED, guardian_ids=guardians)
    both = replace(approval(), roles=frozenset({Role.OWNER, Role.GUARDIAN}))

    said = words(card(request(State.PENDING, UNKNOWN, deciders=deciders, decisions=(both,)))[1])

    assert f"*Deciding*  one person more: {still}\n" in said


def test_that_nobody_can_decide_any_more_is_told_with_what_to_do() -> None:
    deciders = replace(GUARDED, owner_ids=(), guardian_needed=False)
    said = words(card(request(State.PENDING, deciders=deciders))[1])
    assert "*Deciding*  more people than there are: an admin can name some in the policy" in said


def test_the_word_of_who_may_not_decide_any_more_is_told_as_such_while_another_is_wanted() -> None:
    deciders = replace(GUARDED, owner_ids=("U0OMAR",), guardian_needed=False)

    waiting = words(card(request(State.PENDING, deciders=deciders, decisions=(approval(),)))[1])
    approved = words(card(request(State.APPROVED, deciders=deciders, decisions=(approval(),)))[1])

    assert "*Deciding*  <@U0OMAR>\n✓ <@U0LIN> approved <!date^" in waiting
    assert ", and may not decide any more: it doesn't count" in waiting
    assert "any more" not in approved


def test_who_approved_already_is_told_of_the_others_alone() -> None:
    waiting = request(State.PENDING, deciders=replace(GUARDED, approvals=2), decisions=(approval(),))

    said = private.objection(waiting, "voted_already")

    assert said == "You have approved #1042 already. It waits for somebody else: <@U0OMAR> or <@U0SARA>."


def test_where_it_was_decided_meanwhile_it_waits_for_nobody() -> None:
    decided = request(State.APPROVED, deciders=replace(DECIDERS, approvals=2), decisions=(approval(), approval(OMAR)))

    assert private.objection(decided, "voted_already").startswith("<@U0OMAR> approved #1042")


def test_the_button_carries_the_number_and_nothing_else() -> None:
    [actions] = [block for block in card(request())[1] if block["type"] == "actions"]

    assert [element["value"] for element in actions["elements"]] == ["1042"] * 3
    assert [element.get("style") for element in actions["elements"]] == ["primary", None, None]


def test_blocking_findings_come_first_and_notes_last() -> None:
    findings = (request().findings[0], NOT_KNOWN, BLOCKED)

    said = words(card(request(findings=findings))[1])

    assert said.index("✕ *Blocked:*") < said.index("● *Needs a guardian:*") < said.index("○ ")


def test_a_reason_that_is_missing_is_said_to_be() -> None:
    assert "*Reason*  none given" in words(card(request(reason=""))[1])


def test_what_a_person_typed_as_the_reason_is_never_parsed() -> None:
    typed = "*now* <!channel> https://evil.example `x`"

    [reason] = [block for block in card(request(reason=typed))[1] if block["type"] == "rich_text"]

    assert reason["elements"][1]["elements"] == [{"type": "text", "text": typed}]


def test_the_card_of_a_denied_request_tells_who_and_why() -> None:
    said = words(card(request(State.DENIED, decisions=(approval(), denial("too\nold"))))[1])

    assert "✕ <@U0OMAR> denied it" in said
    assert "nothing was shared" in said
    assert "> too\n> old" in said
    assert "✓ <@U0LIN> approved" in said


def test_a_guardians_vote_is_told_as_one() -> None:
    votes = (approval(), approval(SARA, Role.GUARDIAN))

    assert "✓ <@U0SARA> approved as a guardian" in words(card(request(decisions=votes))[1])


def test_more_than_ten_accounts_are_counted_and_listed_in_the_thread() -> None:
    many = tuple(Target(str(100_000_000_000 + number)) for number in range(47))
    pending = request(State.PENDING, *many)

    said = words(card(pending)[1])
    told = story(pending, {"event": "asked"})

    assert "`100000000009`" in said
    assert "`100000000010`" not in said
    assert "and 37 more: the list is in the thread" in said
    assert sum(message.count("•") for message in told) == 47
    assert story(request(), {"event": "asked"}) == []


@pytest.mark.parametrize("event", ["approved", "denied", "cancelled", "expired", "retried", "ended"])
def test_the_thread_tells_each_event_in_a_message_that_slack_takes(event: str) -> None:
    facts = {"event": event, "person": LIN.id, "roles": "guardian", "reason": "<!here> no"}

    [message] = story(request(State.PARTIAL, TRUSTED, UNKNOWN), facts)

    accepted(message, None)
    rings_nobody(message, None)


def test_the_thread_tells_the_outcome_of_each_account_with_the_clouds_request_id() -> None:
    [told] = story(request(State.PARTIAL, UNKNOWN, TRUSTED), {"event": "partial"})

    assert "• 100098765432: failed, No such account. (InvalidAccountId.NotFound) · cloud request `5e1f-77`" in told
    assert "• data-team (100012345678): shared · cloud request `5e1f-77`" in told


OBJECTIONS = {
    "not_a_decider": "Only <@U0LIN> or <@U0OMAR> can decide about `base-nightly`.",
    "own_request": "You asked for this, so somebody else must decide: <@U0LIN> or <@U0OMAR>.",
    "not_the_requester": "Only <@U0MEI>, who asked, can cancel #1042. Its owners can deny it.",
    "voted_already": "You have approved #1042 already. It waits for somebody else: <@U0LIN> or <@U0OMAR>.",
    "too_late": "The time to decide about #1042 is over; nothing was shared. It can be asked again.",
    "may_not_act": "You can't decide here: guests, bots and people of other workspaces can't.",
}


@pytest.mark.parametrize("why", OBJECTIONS)
def test_a_press_that_may_not_be_is_told_why(why: str) -> None:
    assert private.objection(request(), why) == OBJECTIONS[why]


@pytest.mark.parametrize(
    ("state", "beginning"),
    [
        (State.DENIED, "<@U0OMAR> denied #1042 "),
        (State.CANCELLED, "<@U0MEI> cancelled #1042; nothing was shared."),
        (State.EXPIRED, "Nobody decided about #1042 in time; nothing was shared."),
        (State.APPROVED, "<@U0LIN> approved #1042 "),
        (State.EXECUTING, "<@U0LIN> approved #1042 "),
        (State.DONE, "#1042 was approved by <@U0LIN>. Now: Shared base-nightly with data-team."),
        (State.FAILED, "#1042 was approved by <@U0LIN>. Now: Failed: share base-nightly with data-team."),
    ],
)
def test_who_was_first_is_told_to_who_comes_late(state: State, beginning: str) -> None:
    assert private.objection(request(state), "not_pending").startswith(beginning)


@pytest.mark.parametrize(
    ("action", "state", "verdict", "said"),
    [
        (Action.ADOPT, State.DONE, Verdict.APPROVE, "Adopted: base-nightly with data-team."),
        (Action.ADOPT, State.DENIED, Verdict.DENY, "Revoked: base-nightly with data-team."),
        (Action.RESTORE, State.DONE, Verdict.APPROVE, "Asked for again: base-nightly with data-team."),
        (Action.RESTORE, State.DENIED, Verdict.DENY, "Closed: base-nightly with data-team."),
    ],
)
def test_who_was_first_with_a_difference_is_told_to_who_comes_late(
    action: Action, state: State, verdict: Verdict, said: str
) -> None:
    first = Decision(LIN, frozenset({Role.OWNER}), verdict, NOON)
    told = private.objection(request(state, action=action, requester=NOBODY, decisions=(first,)), "not_pending")
    assert told.startswith("<@U0LIN> decided #1042 <!date^")
    assert told.endswith(f"Now: {said}")


def test_whoever_presses_on_a_difference_that_is_gone_hears_just_that() -> None:
    gone = request(State.CANCELLED, action=Action.ADOPT, requester=NOBODY, decisions=())
    assert private.objection(gone, "not_pending") == "#1042 now stands so: Gone by itself: base-nightly with data-team."


def test_who_keeps_it_by_another_share_is_not_told_to_have_lost_it() -> None:
    kept = replace(item(TRUSTED, ItemState.ALREADY), code=KEPT)
    ends = request(State.DONE, TRUSTED, action=Action.UNSHARE, items=(kept,))
    assert title(ends) == "Kept by other shares: base-nightly with data-team"
    both = (TRUSTED, UNKNOWN)
    one = request(State.DONE, *both, action=Action.UNSHARE, items=(kept, item(UNKNOWN, ItemState.DONE, 2)))
    assert title(one) == "Unshared base-nightly from 100098765432"
    failed = (kept, item(UNKNOWN, ItemState.FAILED, 2))
    assert title(request(State.PARTIAL, *both, action=Action.UNSHARE, items=failed)) == (
        "Unshared from 0 of 2 accounts: base-nightly"
    )


def test_a_blocked_request_tells_what_is_wrong_and_what_to_do() -> None:
    assert private.not_asked(request(State.REFUSED)) == (
        "Not asked: base-nightly has a licence of its owner. Build one without."
    )


def test_the_end_has_a_text_to_forward() -> None:
    text, blocks = private.ended(request(State.DONE))

    accepted(text, blocks)
    said = words(blocks)
    assert text == "#1042: `base-nightly` is shared with data-team (100012345678)."
    assert "> The image `base-nightly` (img-6pb6lrmy) is shared with your account." in said
    assert "choose region Guangzhou, then Images → Shared Image." in said
    assert "> Check that you trust the sender" in said


@pytest.mark.parametrize("state", [State.DENIED, State.EXPIRED, State.FAILED])
def test_there_is_nothing_to_forward_where_nothing_was_shared(state: State) -> None:
    text, blocks = private.ended(request(state))

    accepted(text, blocks)
    assert "To forward to them" not in words(blocks)


def test_who_never_had_the_image_is_not_said_to_lose_it() -> None:
    gone = frozenset({(TRUSTED.account, IMAGE.region)})
    over = request(State.PARTIAL, UNKNOWN, TRUSTED, ended_at=NOON, ended=gone)

    assert card(over)[0] == "#1042 Share ended: base-nightly with data-team"
    assert private.ended(over)[0] == "#1042: Share ended: base-nightly with data-team."
    assert "the share of `base-nightly` with data-team (100012345678) has ended" in endings.over(over, {})[0]
    stands = request(State.PARTIAL, UNKNOWN, TRUSTED, until=NOON)
    assert "The share of `base-nightly` with data-team (100012345678) ends " in endings.ending(stands, {})[0]


def test_what_ended_in_one_region_is_told_of_that_one() -> None:
    regions = ("ap-guangzhou", "ap-singapore")
    items = tuple(replace(item(TRUSTED, ItemState.DONE), region=region) for region in regions)
    gone = frozenset({(TRUSTED.account, "ap-singapore")})
    shared = request(State.DONE, regions=regions, items=items, standing=1, ended=gone)
    shown = words(card(shared)[1])
    assert "`100012345678` in Guangzhou · done" in shown
    assert "`100012345678` in Singapore · ended" in shown


def test_an_end_is_told_of_those_alone_who_got_the_image_by_the_request() -> None:
    items = (item(TRUSTED, ItemState.ALREADY, 1), item(UNKNOWN, ItemState.DONE, 2))
    told = private.ended(request(State.DONE, TRUSTED, UNKNOWN, until=NOON, items=items))[0]
    assert told.startswith("#1042: `base-nightly` is shared with 100098765432 until ")
    assert told.endswith(". `base-nightly` was shared with data-team (100012345678) already, for as long or longer.")
    endless = private.ended(request(State.DONE, TRUSTED, UNKNOWN, items=items))[0]
    assert endless == "#1042: `base-nightly` is shared with data-team (100012345678) and 100098765432."
    had = private.ended(request(State.DONE, TRUSTED, until=NOON, items=items[:1]))[0]
    assert had == "#1042: `base-nightly` was shared with data-team (100012345678) already, for as long or longer."


@pytest.mark.parametrize("state", [State.DONE, State.PARTIAL])
def test_there_is_nothing_to_forward_of_what_has_ended_meanwhile(state: State) -> None:
    text, blocks = private.ended(request(state, UNKNOWN, TRUSTED, LIGHTHOUSE_TARGET, ended_at=NOON))

    assert text.startswith("#1042: Share ended: base-nightly with ")
    assert "To forward to them" not in words(blocks)
    assert "is in Lighthouse now" not in words(blocks)


def test_the_end_of_an_unshare_says_that_it_is_no_recall() -> None:
    text, _ = private.ended(request(State.DONE, action=Action.UNSHARE))

    assert "is no longer shared with data-team (100012345678)" in text
    assert "copies they made stay theirs" in text


def test_a_page_of_the_list_is_a_message_and_carries_where_the_next_begins() -> None:
    text, blocks = lists.requests_list("Requests", "", [request()] * lists.ROWS, "all:1042")

    accepted(text, blocks)
    assert labels(blocks) == ["Older"]
    assert "*#1042* share `base-nightly` · data-team · waits for a decision · mei" in words(blocks)
    assert lists.requests_list("Requests", "Nothing.", [])[0] == "Nothing."


def test_the_modals_are_views_that_slack_takes() -> None:
    deny = modal.deny_modal(request(State.PENDING, TRUSTED, UNKNOWN))

    view_accepted(deny)
    assert json.loads(deny["private_metadata"]) == {"request": 1042}
    assert deny["title"]["text"] == "Deny request #1042"
    view_accepted(modal.deny_modal(request(id=9_999_999_999)))


def test_the_outcome_of_each_account_stands_on_the_card_too() -> None:
    said = words(card(request(State.PARTIAL, UNKNOWN, TRUSTED))[1])

    assert "`100098765432` · failed: No such account. (InvalidAccountId.NotFound)" in said
    assert "*data-team* `100012345678` · done" in said
    already = request(State.DONE, items=(item(TRUSTED, ItemState.ALREADY),))
    assert "`100012345678` · nothing to do" in words(card(already)[1])
    assert MEI.name in card(request())[0]


@pytest.mark.parametrize(
    ("action", "gone", "titles"),
    [
        (
            Action.ADOPT,
            "gone by itself",
            ("Shared, but never approved: base-nightly with data-team", "Gone by itself: base-nightly with 2 accounts"),
        ),
        (
            Action.RESTORE,
            "there again",
            (
                "Approved, but not shared any more: base-nightly with data-team",
                "There again: base-nightly with 2 accounts",
            ),
        ),
    ],
)
def test_for_whom_a_difference_went_by_itself_is_told_and_not_decided_about(
    action: Action, gone: str, titles: tuple[str, str]
) -> None:
    left, passed = item(TRUSTED), item(UNKNOWN, ItemState.ALREADY, 2)
    text, blocks = card(request(State.PENDING, TRUSTED, UNKNOWN, action=action, items=(left, passed)))
    assert titles[0] in text
    lines = [line for line in words(blocks).splitlines() if gone in line]
    assert [UNKNOWN.account in line for line in lines] == [True]

    both = (item(TRUSTED, ItemState.ALREADY), passed)
    text, _ = card(request(State.CANCELLED, TRUSTED, UNKNOWN, action=action, items=both))
    assert titles[1] in text


@pytest.mark.parametrize(
    ("trusted_as", "images", "said"),
    [
        (("target",), None, "trusted"),
        (("target", "source"), ("gpu-*",), "trusted for some images"),
        (("source",), None, "not trusted as a target"),
        (("source",), ("gpu-*",), "not trusted as a target"),
    ],
)
def test_an_account_of_the_menu_says_whether_it_is_trusted(
    trusted_as: tuple[Literal["target", "source"], ...], images: tuple[str, ...] | None, said: str
) -> None:
    account = Account(id="100012345678", name="data-team", trusted_as=trusted_as, images=images)
    assert form.account_option(account)["description"]["text"] == f"100012345678 · {said}"
