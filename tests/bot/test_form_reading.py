"""What can stand in the form is read as something to ask for, or as a sentence beside its field; nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from approvals.catalogue import Catalogue
from approvals.cloud import MAX_SHARES, Image
from approvals.model import LIGHTHOUSE_TARGET, Target
from approvals.policy import Policy, parse
from approvals.terms import NO_END, Term
from bot import grammar, ids, limits, payloads
from bot.cards import form as cards
from bot.cards.lasting import end_fields
from bot.grammar.slack_text import decode
from bot.listeners import form
from bot.payloads import Submission, View
from bot.sandbox import company
from tests.bot.requests import IMAGE, NOON
from tests.e2e.door import submission

POLICY = parse(company.POLICY)
ALONE = POLICY.model_copy(update={"accounts": ()})
DATA_TEAM, OTHER = Target("100012345678", "data-team"), Target("100098765432")

_texts = st.one_of(
    st.text(max_size=40),
    st.lists(
        st.sampled_from(
            [
                *(
                    "100012345678",
                    "data-team",
                    "data",
                    "team",
                    "with",
                    "from",
                    "in",
                    "ap-singapore",
                    "because",
                    "for 7d",
                ),
                *(",", " ", "-", '"', "all", "lighthouse", "@omar", "<@U0LIN>", "uin/100012345678", "1000 1234 5678"),
                *("img-6pb6lrmy", "0", "9" * 20, "…", "share", "until", "\n", "&lt;", "\u200b"),
            ]
        ),
        max_size=8,
    ).map(" ".join),
)
_chosen = st.lists(st.one_of(st.sampled_from(["img-6pb6lrmy", "100012345678", "x" * 151, " "]), _texts), max_size=12)


def view_of(**values: Sequence[str]) -> View:
    sent = payloads.read(submission(ids.FORM_VIEW, "", values))
    assert isinstance(sent, Submission)
    return sent.view


def filled(policy: Policy = POLICY, **values: Sequence[str]) -> form.Filled:
    usual: dict[str, Sequence[str]] = {ids.IMAGE: ["img-6pb6lrmy"], ids.ACCOUNTS: ["100012345678"], ids.REASON: "x"}
    return form.read(view_of(**{**usual, **values}), policy, NOON)


def inputs(policy: Policy) -> set[str]:
    view = cards.share_form(cards.Held(), [], named_accounts=bool(policy.accounts), regions=policy.home.regions)
    return {block["block_id"] for block in view["blocks"] if block["type"] == "input"}


def test_a_full_form_is_what_it_says() -> None:
    asked = filled(other_accounts="100098765432, data-team", image=["img-6pb6lrmy", "base-22.04", "img-6pb6lrmy"])

    assert asked == form.Filled(("img-6pb6lrmy", "base-22.04"), (DATA_TEAM, OTHER), (), "x", NO_END, {})


@settings(max_examples=300)
@given(
    images=st.just(["img-6pb6lrmy", "base-22.04"]) | _chosen,
    accounts=st.just(["100012345678"]) | _chosen,
    others=st.sampled_from(["", "100098765432", "data-team, lighthouse"]) | _texts,
    regions=st.just(["ap-guangzhou"])
    | st.lists(st.sampled_from(["ap-guangzhou", "ap-singapore", "ap-tokyo", ""]), max_size=3),
    reason=st.text(max_size=10),
    known=st.booleans(),
)
def test_whatever_is_put_in_is_a_request_or_a_sentence_beside_a_field(
    images: list[str], accounts: list[str], others: str, regions: list[str], reason: str, known: bool
) -> None:
    policy = POLICY if known else ALONE
    held = {ids.IMAGE: images, ids.OTHER_ACCOUNTS: others, ids.REGIONS: regions, ids.REASON: reason} | (
        {ids.ACCOUNTS: accounts} if known else {}
    )

    asked = filled(policy, **{ids.ACCOUNTS: [], **held})

    assert asked.errors.keys() <= inputs(policy)
    assert all(text.strip() for text in asked.errors.values())
    if not asked.errors:
        assert set(asked.regions) <= set(policy.home.regions)
        assert 1 <= len(asked.images) <= grammar.MAX_IMAGES
        assert 1 <= len(asked.targets) <= MAX_SHARES
        assert all(
            grammar.ACCOUNT_ID.fullmatch(target.account) for target in asked.targets if target != LIGHTHOUSE_TARGET
        )
        assert all(image.strip() and len(image) <= limits.OPTION_VALUE for image in asked.images)


@pytest.mark.parametrize(
    ("field", "values", "said"),
    [
        (ids.IMAGE, {ids.IMAGE: []}, "Choose an image."),
        (ids.IMAGE, {ids.IMAGE: [" "]}, "Choose an image."),
        (ids.IMAGE, {ids.IMAGE: [f"img-{n}" for n in range(11)]}, "10 images at most"),
        (ids.IMAGE, {ids.IMAGE: ["x" * 151]}, "not that long"),
        (ids.ACCOUNTS, {ids.ACCOUNTS: []}, "Choose an account"),
        (ids.ACCOUNTS, {ids.ACCOUNTS: ["data-team"]}, "That is no account"),
        (ids.ACCOUNTS, {ids.ACCOUNTS: [str(10**11 + n) for n in range(501)]}, "500 accounts at most"),
        (ids.OTHER_ACCOUNTS, {ids.OTHER_ACCOUNTS: "data-taem"}, "Did you mean “data-team”?"),
        (ids.OTHER_ACCOUNTS, {ids.OTHER_ACCOUNTS: "1000 1234 5678"}, "in one piece: “100012345678”"),
        (ids.OTHER_ACCOUNTS, {ids.OTHER_ACCOUNTS: "0123456"}, "is not an account id"),
        (ids.OTHER_ACCOUNTS, {ids.OTHER_ACCOUNTS: "<@U0OMAR|omar>"}, "put an account"),
        (ids.OTHER_ACCOUNTS, {ids.OTHER_ACCOUNTS: "everyone"}, "everyone"),
        (ids.OTHER_ACCOUNTS, {ids.OTHER_ACCOUNTS: "data-team because I say so"}, "Only account ids"),
        (ids.OTHER_ACCOUNTS, {ids.OTHER_ACCOUNTS: "data-team in ap-singapore"}, "Only account ids"),
        (ids.OTHER_ACCOUNTS, {ids.OTHER_ACCOUNTS: ", ,"}, "Only account ids"),
        (ids.REGIONS, {ids.REGIONS: ["ap-singapore", "ap-tokyo"]}, "no region of the policy"),
        (ids.REASON, {ids.REASON: "x" * 3001}, "3,000 characters at most"),
    ],
)
def test_each_fault_stands_beside_its_field(field: str, values: dict[str, Any], said: str) -> None:
    errors = filled(**values).errors

    assert list(errors) == [field]
    assert said in errors[field]


def test_all_faults_are_told_at_once() -> None:
    errors = filled(image=[], accounts=[], other_accounts="data-taem").errors
    assert list(errors) == [ids.IMAGE, ids.OTHER_ACCOUNTS]


def test_without_accounts_in_the_policy_there_is_one_field_for_them() -> None:
    assert ids.ACCOUNTS not in inputs(ALONE)
    assert list(filled(ALONE, accounts=[]).errors) == [ids.OTHER_ACCOUNTS]
    assert filled(ALONE, accounts=[], other_accounts="100012345678").targets == (Target("100012345678"),)


def test_with_one_region_there_is_nothing_to_choose() -> None:
    single = POLICY.model_copy(update={"home": POLICY.home.model_copy(update={"regions": ("ap-guangzhou",)})})
    assert ids.REGIONS in inputs(POLICY)
    assert ids.REGIONS not in inputs(single)
    assert filled(single, regions=["ap-tokyo"]).regions == ()


def test_more_regions_than_a_request_can_have_are_too_many() -> None:
    wide = POLICY.home.model_copy(update={"regions": tuple(f"ap-{number}" for number in range(12))})
    errors = filled(POLICY.model_copy(update={"home": wide}), regions=wide.regions[:11]).errors
    assert errors == {ids.REGIONS: "A request can have 10 regions at most. Ask in several requests."}


def catalogue(*images: Image) -> Catalogue:
    made = Catalogue(("ap-guangzhou",), lambda: NOON)
    made.note_images("ap-guangzhou", images, began=NOON, ended=NOON)
    return made


OURS = replace(IMAGE, image_id="img-nightly1", name="base-nightly")
BASE = replace(IMAGE, image_id="img-base0001", name="base")
DOTTED = replace(IMAGE, image_id="img-base2204", name="base-22.04")
THEIRS = replace(IMAGE, image_id="img-theirs01", name="base-nightly", kind="SHARED_IMAGE")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("img-6pb6lrmy is built, who needs it?", ["img-6pb6lrmy"]),
        ("take `base-22.04` or *base-nightly*.", ["img-base2204", "img-nightly1"]),
        ("base-22.04.", ["img-base2204"]),
        ("`img-nightly1` is base-nightly", ["img-nightly1"]),
        ("see <https://console.example/image/img-6pb6lrmy?rid=1|the console>", ["img-6pb6lrmy"]),
        ("<http://base-22.04|base-22.04> is out", ["img-base2204"]),
        ("img-bbbbbb before img-aaaaaa", ["img-bbbbbb", "img-aaaaaa"]),
        ("rebase, base-nightlyx, my_base, base.img, myimg-6pb6lrmy", []),
        ("good morning, img- everybody", []),
        ("", []),
    ],
)
def test_a_message_names_images_by_id_and_by_exact_name(text: str, named: list[str]) -> None:
    known = catalogue(OURS, BASE, DOTTED, THEIRS)
    assert list(form.images_named(decode(text).text, known)) == named


def test_an_image_of_others_is_named_where_none_of_ours_has_the_name() -> None:
    assert form.images_named("base-nightly", catalogue(THEIRS)) == ("img-theirs01",)


def ending(policy: Policy = POLICY, lasts: str = "", last_day: str = "") -> form.Filled:
    """The form of ``filled``, with a length chosen and a day picked."""
    sent = submission(ids.FORM_VIEW, "", {ids.IMAGE: ["img-6pb6lrmy"], ids.ACCOUNTS: ["100012345678"], ids.REASON: "x"})
    if lasts:
        sent["view"]["state"]["values"][ids.LASTS] = {ids.INPUT: {"selected_option": {"value": lasts}}}
    if last_day:
        sent["view"]["state"]["values"][ids.LAST_DAY] = {ids.INPUT: {"selected_date": last_day}}
    read = payloads.read(sent)
    assert isinstance(read, Submission)
    return form.read(read.view, policy, NOON)


MONTH = parse(company.POLICY.replace("[rules]", "[rules]\nmax_days = 30"))


@pytest.mark.parametrize(
    ("lasts", "last_day", "term"),
    [
        ("", "", NO_END),
        ("none", "", NO_END),
        ("30", "", Term(lasts=timedelta(days=30))),
        ("", "2026-12-31", Term(day=date(2026, 12, 31))),
        ("none", "2026-12-31", Term(day=date(2026, 12, 31))),
        ("", "2026-11-23", Term(day=date(2026, 11, 23))),  # where the person lives it may still be that day
        ("31", "", NO_END),  # not among those that are offered
        ("", "2026-02-30", NO_END),
    ],
)
def test_until_when_is_a_length_or_a_day_or_never(lasts: str, last_day: str, term: Term) -> None:
    asked = ending(lasts=lasts, last_day=last_day)
    assert (asked.term, asked.errors) == (term, {})


@pytest.mark.parametrize(
    ("lasts", "last_day", "said"),
    [
        ("7", "2026-12-01", "Choose a length or a day, not both."),
        ("", "2026-11-22", "That day is over. Choose a later one."),
        ("", "2026-12-26", "The policy lets a share last 30 days at most. Choose an earlier day."),
    ],
)
def test_an_end_that_cannot_be_is_told_beside_the_day(lasts: str, last_day: str, said: str) -> None:
    assert ending(MONTH, lasts, last_day).errors == {ids.LAST_DAY: said}
    assert ending(MONTH, "", "2026-12-24").errors == {}


@pytest.mark.parametrize("day", ["2037-01-01", "9999-12-31"])
def test_a_day_that_nobody_can_mean_is_told_where_the_policy_has_no_limit(day: str) -> None:
    told = {ids.LAST_DAY: "A share lasts 3650 days at most. Choose an earlier day, or no end."}
    assert ending(last_day=day).errors == told
    assert ending(last_day="2036-11-20").errors == {}


def test_only_lengths_that_the_policy_allows_are_offered_and_what_is_chosen_stays() -> None:
    def menu(longest: timedelta | None, chosen: str = "") -> Any:
        return end_fields(chosen, date(2026, 12, 31), longest)[0]["element"]

    assert [one["text"]["text"] for one in menu(None)["options"]] == ["7 days", "30 days", "90 days", "no end"]
    longest = "30 days, the longest of the policy"
    assert [one["text"]["text"] for one in menu(timedelta(days=30))["options"]] == ["7 days", longest]
    assert "initial_option" not in menu(None)
    assert menu(None)["placeholder"]["text"] == "no end"
    assert menu(None, "7")["initial_option"]["value"] == "7"
