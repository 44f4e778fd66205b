"""What is told of a request: below its card, to whoever asked, before a share ends and when it is over."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from approvals.code_model import KEPT, UNVERIFIED
from approvals.model import LIGHTHOUSE_TARGET, Action, Finding, ItemState, Level, Request, State, Target
from approvals.terms import Term
from approvals.trust_regions import ELSEWHERE
from bot.cards import endings, lists, private
from bot.cards.lasting import end_fields, how_long
from bot.cards.story import story
from bot.cards.words import title
from tests.bot.drawn import accepted, labels, words
from tests.bot.requests import BLOCKED, GUARDED, IMAGE, MEI, NOON, TRUSTED, UNKNOWN, item, request

LAB = Target("100023456789", "partner-lab")
SINGAPORE = "ap-singapore"
DATE = "<!date^"


def source(state: State, action: Action) -> Request:
    """A word on an account that shares images with us."""
    return request(state, TRUSTED, action=action, image=replace(IMAGE, image_id=TRUSTED.account, name="data-team"))


SHARED, EXPIRED = request(State.DONE, TRUSTED, LAB), request(State.EXPIRED)


@pytest.mark.parametrize(
    ("of", "facts", "told"),
    [
        (request(), {"event": "approved", "person": "U0LIN", "roles": "owner"}, "<@U0LIN> approved."),
        (
            request(),
            {"event": "approved", "person": "U0SARA", "roles": "guardian"},
            "<@U0SARA> approved as a guardian.",
        ),
        (
            request(State.DENIED),
            {"event": "denied", "person": "U0LIN", "reason": "too big"},
            "<@U0LIN> denied it; nothing was shared. The reason: too big",
        ),
        (
            request(State.DENIED, action=Action.UNSHARE),
            {"event": "denied", "person": "U0LIN", "reason": ""},
            "<@U0LIN> denied it; the shares stand as before.",
        ),
        (request(), {"event": "cancelled", "person": "U0MEI"}, "<@U0MEI> cancelled it; nothing was shared."),
        (EXPIRED, {"event": "expired"}, "Nobody decided in time; nothing was shared."),
        (
            request(),
            {"event": "drift_adopt", "person": "U0LIN", "reason": "ours"},
            "<@U0LIN> adopted it: it is as if it had been approved. The reason: ours",
        ),
        (
            request(),
            {"event": "drift_adopt", "person": "U0LIN", "reason": ""},
            "<@U0LIN> adopted it: it is as if it had been approved.",
        ),
        (
            request(),
            {"event": "drift_revoke", "person": "U0LIN", "number": "7"},
            "<@U0LIN> revoked it: #7 takes it back.",
        ),
        (
            request(),
            {"event": "drift_share_again", "person": "U0LIN", "number": "7"},
            "<@U0LIN> asked for it again: #7.",
        ),
        (request(), {"event": "drift_close", "person": "U0LIN"}, "<@U0LIN> closed it: the share is rightly gone."),
        (request(), {"event": "drift_passed"}, "The cloud and the record agree again, by themselves."),
        (
            request(),
            {"event": "escalated", "people": "U0SARA U0OMAR"},
            "Nobody has decided yet: <@U0SARA> and <@U0OMAR> can decide now, too.",
        ),
        (SHARED, {"event": "ended_early", "person": "U0MEI"}, "<@U0MEI> ended it early."),
        (SHARED, {"event": "over"}, "The share has ended."),
        (
            SHARED,
            {"event": "over", "kept": LAB.account, "by": "7 9"},
            f"The share has ended. It stays shared with partner-lab ({LAB.account}) by #7 and #9.",
        ),
        (
            SHARED,
            {"event": "over_failed", "number": "7"},
            "The share is over, but could not be taken back: see #7.",
        ),
        (SHARED, {"event": "taken_back", "person": "U0LIN", "number": "7"}, "It was taken back by #7."),
        (
            SHARED,
            {"event": "taken_back", "person": "U0LIN", "number": "7", "accounts": LAB.account},
            f"It was taken back from partner-lab ({LAB.account}) by #7.",
        ),
        (
            SHARED,
            {"event": "taken_back", "person": "", "number": "7"},
            "It is shared no more, without Imagewarden: see #7.",
        ),
        (
            SHARED,
            {"event": "taken_back", "person": "", "number": "7", "accounts": LAB.account, "regions": SINGAPORE},
            f"It is gone from partner-lab ({LAB.account}), without Imagewarden: see #7.",
        ),
        (
            replace(SHARED, regions=(IMAGE.region, SINGAPORE)),
            {"event": "taken_back", "person": "", "number": "7", "accounts": LAB.account, "regions": SINGAPORE},
            f"It is gone from partner-lab ({LAB.account}) in Singapore, without Imagewarden: see #7.",
        ),
        (request(), {"event": "retried", "person": "U0LIN"}, "<@U0LIN> asked to try again what failed."),
        (EXPIRED, {"event": "asked_again", "person": "U0MEI", "number": "7"}, "<@U0MEI> asked again: #7."),
        (
            request(State.FAILED),
            {"event": "asked_again", "person": "U0MEI", "number": "7"},
            "<@U0MEI> asked again for what failed: #7.",
        ),
    ],
)
def test_each_event_has_its_sentence_below_the_card(of: Request, facts: dict[str, str], told: str) -> None:
    assert story(of, facts) == [told]


@pytest.mark.parametrize(
    ("action", "state", "code", "told"),
    [
        (Action.SHARE, ItemState.DONE, "", "shared"),
        (Action.SHARE, ItemState.DONE, UNVERIFIED, "shared as the cloud says, not verified"),
        (Action.UNSHARE, ItemState.DONE, "", "taken back"),
        (Action.UNSHARE, ItemState.ALREADY, KEPT, "kept by another share"),
        (Action.SHARE, ItemState.ALREADY, "", "was so already"),
        (Action.SHARE, ItemState.WAITING, "", "not done yet"),
        (Action.TRUST, ItemState.DONE, "", "trusted as a source"),
        (Action.DISTRUST, ItemState.DONE, "", "no longer trusted as a source"),
    ],
)
def test_the_thread_tells_how_it_ended_for_each(action: Action, state: ItemState, code: str, told: str) -> None:
    made = replace(item(TRUSTED, state), code=code, cloud_request_id="")
    (text,) = story(request(State.DONE, action=action, items=(made,)), {"event": "done"})
    assert text.splitlines()[1] == f"• data-team (100012345678): {told}"


def test_an_image_that_was_deleted_is_told_by_its_id() -> None:
    gone = replace(item(Target(""), ItemState.DONE), image_id=IMAGE.image_id, cloud_request_id="")
    (text,) = story(request(State.DONE, action=Action.DELETE, items=(gone,)), {"event": "done"})
    assert text.splitlines() == ["Deleted base-nightly.", "• `img-6pb6lrmy`: deleted"]


@pytest.mark.parametrize(
    ("of", "said"),
    [
        (source(State.PENDING, Action.TRUST), "Trust data-team as a source"),
        (source(State.DONE, Action.TRUST), "Trusted as a source: data-team"),
        (source(State.DENIED, Action.TRUST), "Denied: trust data-team as a source"),
        (source(State.PENDING, Action.DISTRUST), "Stop trusting data-team as a source"),
        (source(State.DONE, Action.DISTRUST), "No longer trusted as a source: data-team"),
    ],
)
def test_a_word_on_a_source_is_told_by_its_state(of: Request, said: str) -> None:
    assert title(of) == said


def ended(state: State, *targets: Target, **changes: Any) -> tuple[str, str, list[str]]:
    text, blocks = private.ended(request(state, *targets, **changes))
    accepted(text, blocks)
    return text, words(blocks), labels(blocks)


def test_a_denial_is_told_with_its_reason_where_there_is_one() -> None:
    assert ended(State.DENIED)[0] == "#1042: <@U0OMAR> denied it; nothing was shared. The reason: use base-22.04"
    silent = replace(request(State.DENIED).decisions[0], reason="")
    assert ended(State.DENIED, decisions=(silent,))[0] == "#1042: <@U0OMAR> denied it; nothing was shared."


def test_what_expired_can_be_asked_again_and_what_was_denied_not() -> None:
    text, _, buttons = ended(State.EXPIRED)
    assert text == "#1042: nobody decided in time, so it expired; nothing was shared. You can ask again."
    assert buttons == ["Ask again"]
    assert ended(State.DENIED)[2] == []


def test_what_failed_is_told_for_each_account() -> None:
    _, said, _ = ended(State.PARTIAL, TRUSTED, LAB)
    assert "*data-team* `100012345678` · failed: No such account." in said
    assert "partner-lab* " not in said


def test_a_deletion_tells_from_whom_it_was_taken_back() -> None:
    alone = ended(State.DONE, action=Action.DELETE, targets=(), items=())
    assert alone[0] == "#1042: `base-nightly` is deleted."
    lost = ended(State.DONE, action=Action.DELETE)
    assert lost[0] == "#1042: `base-nightly` is deleted. It was taken back from data-team (100012345678) before."


def test_what_nobody_can_verify_is_told_as_that() -> None:
    unverified = item(TRUSTED, ItemState.DONE, code=UNVERIFIED)
    assert "nobody can verify that: ask them." in ended(State.DONE, items=(unverified,))[1]
    assert "nobody can verify" not in ended(State.DONE)[1]


def test_what_lighthouse_got_is_not_to_be_forwarded_to_anybody() -> None:
    offered, other = item(LIGHTHOUSE_TARGET, ItemState.DONE), item(TRUSTED, ItemState.DONE, 2)
    alone = ended(State.DONE, LIGHTHOUSE_TARGET, items=(offered,))[1]
    assert "in the Lighthouse console choose region Guangzhou" in alone
    assert "To forward to them" not in alone
    both = ended(State.DONE, LIGHTHOUSE_TARGET, TRUSTED, items=(offered, other))[1]
    assert "To forward to them" in both


def test_what_was_denied_is_not_to_be_forwarded_to_who_had_it_before() -> None:
    had = (item(LAB, ItemState.ALREADY), item(TRUSTED, ItemState.WAITING, 2))
    assert "To forward to them" not in ended(State.DENIED, LAB, TRUSTED, items=had)[1]


@pytest.mark.parametrize(
    ("action", "said"),
    [
        (Action.TRUST, "#1042: `data-team` is trusted as a source now."),
        (Action.DISTRUST, "#1042: `data-team` is no longer trusted as a source."),
    ],
)
def test_a_word_on_a_source_is_told_to_who_asked(action: Action, said: str) -> None:
    assert private.ended(source(State.DONE, action))[0] == said


def test_where_somebody_keeps_it_elsewhere_the_region_is_told() -> None:
    note = Finding(ELSEWHERE, Level.NOTE, "data-team has it in ap-singapore, and would keep it there.", "Say so.")
    back = ended(State.DONE, action=Action.UNSHARE, findings=(note,))[0]
    assert back.startswith("#1042: `base-nightly` is no longer shared with data-team (100012345678) in Guangzhou. ")
    here = ended(State.DONE, action=Action.UNSHARE)[0]
    assert here.startswith("#1042: `base-nightly` is no longer shared with data-team (100012345678). Machines")
    nothing = Finding("nothing_to_do", Level.BLOCK, "data-team does not have it.", "Nothing was asked.")
    assert private.not_asked(request(State.REFUSED, findings=(nothing, note))) == (
        "data-team does not have it. Nothing was asked. "
        "data-team has it in ap-singapore, and would keep it there. Say so."
    )


def test_several_reasons_are_told_one_below_the_other_and_notes_are_none() -> None:
    other = replace(BLOCKED, text="It is a public image.", remedy="")
    note = Finding("reason_missing", Level.NOTE, "No reason was given.", "Say why.")
    assert private.not_asked(request(State.REFUSED, findings=(BLOCKED, other, note))) == (
        "Not asked:\n• base-nightly has a licence of its owner. Build one without.\n• It is a public image."
    )


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("delayed", "#1042 is recorded, but it can't be checked right now. I keep trying and tell you here."),
        ("asked_again", "Asked again as #7: its owners decide by what is true now."),
        ("not_to_ask_again", "Only <@U0MEI>, who asked, its owners and its guardians can ask for #1042 again."),
        ("nothing_failed", "Nothing of that request failed, so there is nothing to ask again."),
        ("nothing_to_end", "Nothing that #1042 shared is shared any more, so there is nothing to end."),
    ],
)
def test_a_private_answer_is_that_of_its_code(code: str, said: str) -> None:
    assert private.reply(request(), {"code": code, "number": "7"}, None) == said


def test_who_was_asked_is_told_with_the_guardians_and_where_it_stands() -> None:
    asked = private.reply(request(deciders=GUARDED), {"code": "asked"}, "https://nimbus.slack.com/archives/C0/p1")
    assert asked.startswith("#1042: asked <@U0LIN>, <@U0OMAR> and <@U0SARA>. You'll hear from me")
    assert asked.endswith("\n<https://nimbus.slack.com/archives/C0/p1|See the request>")


def test_a_reminder_says_until_when_where_that_is_known() -> None:
    until, link = endings.reminder(request(), "https://nimbus.slack.com/x")[0], "<https://nimbus.slack.com/x|See"
    assert until.startswith(
        "Still waiting: mei asks to share base-nightly with data-team (#1042). It needs <@U0LIN> or"
    )
    assert f" Answer by {DATE}" in until
    assert link in until
    open_ended, blocks = endings.reminder(request(decide_by=None), None)
    assert "Answer by" not in open_ended
    accepted(open_ended, blocks)


LASTS = {"until": NOON + timedelta(days=1), "standing": 2}


def test_a_day_before_those_are_named_who_lose_it() -> None:
    soon = request(State.DONE, TRUSTED, LAB, **LASTS)
    all_of_them = endings.ending(soon, {})[0]
    assert f"with data-team (100012345678) and partner-lab ({LAB.account}) ends {DATE}" in all_of_them
    text, blocks = endings.ending(soon, {"accounts": TRUSTED.account, "kept": LAB.account, "by": "7"})
    assert f"The share of `base-nightly` with data-team (100012345678) ends {DATE}" in text
    assert text.endswith(f" It stays shared with partner-lab ({LAB.account}) by #7.")
    assert labels(blocks) == ["Extend", "End now"]


OVER = {"ended_at": NOON, "ended": frozenset({(TRUSTED.account, IMAGE.region), (LAB.account, IMAGE.region)})}


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({}, "has ended, as was agreed. Machines they started go on, and copies they made stay theirs."),
        ({"person": "U0OMAR"}, "has ended early: <@U0OMAR> ended it. Machines they started go on"),
        (
            {"kept": TRUSTED.account, "by": "7"},
            "copies they made stay theirs. It stays shared with data-team (100012345678) by #7.",
        ),
        (
            {"kept": f"{TRUSTED.account} {LAB.account}", "by": "7"},
            "has ended, as was agreed. It stays shared with data-team",
        ),
    ],
)
def test_when_it_is_over_it_is_told_how_and_who_keeps_it(facts: dict[str, str], said: str) -> None:
    text, blocks = endings.over(request(State.DONE, TRUSTED, LAB, **OVER), facts)
    assert said in text
    assert words(blocks).strip() == text


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        (
            {"number": "7", "person": "U0OMAR"},
            f"with data-team (100012345678) and partner-lab ({LAB.account}). #7, which",
        ),
        ({"number": "7", "person": "U0OMAR", "accounts": LAB.account}, f"with partner-lab ({LAB.account}). #7, which"),
        ({"number": "7", "person": ""}, "Somebody took it back in the cloud, without Imagewarden: see #7."),
    ],
)
def test_who_asked_hears_who_took_it_back(facts: dict[str, str], said: str) -> None:
    text, blocks = endings.taken_back(request(State.DONE, TRUSTED, LAB, **OVER), facts)
    assert said in text
    accepted(text, blocks)


@pytest.mark.parametrize(
    ("of", "said"),
    [
        (request(), "no end, until it is taken back"),
        (request(term=Term(lasts=timedelta(days=1))), "1 day from the approval"),
        (request(term=Term(lasts=timedelta(hours=36))), "36 hours from the approval"),
        (request(term=Term(lasts=timedelta(minutes=90))), "90 minutes from the approval"),
        (request(until=NOON), f"until {DATE}"),
        (request(State.DONE, until=NOON, term=Term(lasts=timedelta(days=7))), f"7 days, until {DATE}"),
        (request(State.DONE, until=NOON, standing=1, ended_at=NOON), f"until {DATE}"),
        (request(State.DONE, until=NOON, ended_at=NOON), f"ended {DATE}"),
    ],
)
def test_how_long_a_share_lasts_is_told_as_far_as_it_is_known(of: Request, said: str) -> None:
    assert how_long(of).startswith(said)


@pytest.mark.parametrize(
    ("longest", "must", "offered", "placeholder"),
    [
        (None, False, ["7 days", "30 days", "90 days", "no end"], "no end"),
        (None, True, ["7 days", "30 days", "90 days", "no end"], "Choose"),
        (30, False, ["7 days", "30 days, the longest of the policy"], "30 days, the longest of the policy"),
        (30, True, ["7 days", "30 days, the longest of the policy"], "30 days, the longest of the policy"),
        (5, False, ["5 days, the longest of the policy"], "5 days, the longest of the policy"),
    ],
)
def test_the_form_offers_what_the_policy_lets_a_share_last(
    longest: int | None, must: bool, offered: list[str], placeholder: str
) -> None:
    menu = end_fields("", None, timedelta(days=longest) if longest else None, must=must)[0]["element"]
    assert [one["text"]["text"] for one in menu["options"]] == offered
    assert menu["placeholder"]["text"] == placeholder


def test_a_list_tells_the_end_of_what_stands() -> None:
    assert f" · until {DATE}" in lists.request_line(request(State.DONE, **LASTS))
    assert "until" not in lists.request_line(request(State.DONE, until=NOON))
    assert "until" not in lists.request_line(request(State.DONE, standing=1))
    assert MEI.name in lists.request_line(request())


def test_who_is_meant_is_named_where_it_is_one_and_counted_where_they_are_many() -> None:
    assert title(request(State.PENDING, TRUSTED, UNKNOWN)) == "Share base-nightly with 2 accounts"
    assert (
        title(request(State.PENDING, TRUSTED, LIGHTHOUSE_TARGET)) == "Share base-nightly with data-team and Lighthouse"
    )
    everyone = request(State.PENDING, TRUSTED, action=Action.UNSHARE, everyone=True)
    assert title(everyone) == "Unshare base-nightly from everyone (1 account)"
    assert title(replace(everyone, targets=(), items=())) == "Unshare base-nightly from everyone"
    four = ("ap-beijing", "ap-hongkong", IMAGE.region, SINGAPORE)
    assert title(request(regions=four)) == "Share base-nightly with data-team in 4 regions"
    assert title(request(regions=four[1:])).endswith(" and Singapore")
