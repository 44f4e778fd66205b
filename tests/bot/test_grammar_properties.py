"""What holds for every text: an answer, always, and one that can be used."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date, timedelta
from types import FrameType
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from approvals.terms import NO_END, Term
from bot.grammar import (
    EVERY,
    MAX_TEXT,
    Account,
    Command,
    Delete,
    Help,
    Inbound,
    List,
    Misread,
    Names,
    OpenForm,
    Requests,
    Share,
    Show,
    Trust,
    Unshare,
    examples,
    parse,
    render,
)
from tests.fuzz.grammar import BLANK, PIECES, as_slack_sends, check, check_resolved, retype

texts = st.one_of(
    st.text(max_size=300),
    st.lists(st.sampled_from(PIECES), max_size=25).map(" ".join),
    st.lists(st.sampled_from(PIECES), max_size=25).map("".join),
    st.builds(
        lambda verb, words: f"{verb} {' '.join(words)}",
        st.sampled_from(("share", "unshare", "show", "list", "requests")),
        st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=8)), max_size=15),
    ),
)
many = settings(max_examples=300)


@many
@given(texts)
def test_every_text_has_an_answer(text: str) -> None:
    check(parse(text))


@settings(max_examples=200)
@given(st.text(st.characters(), max_size=300))
@example("share \ud800 with \udfff because \ud83d")
def test_halves_of_characters_have_an_answer_that_can_be_stored(text: str) -> None:
    answer = parse(f"share {text}")
    check(answer)
    repr(answer).encode()


@many
@given(texts, st.dictionaries(st.text(min_size=1, max_size=12), st.sampled_from(("10001", "100012345678"))))
@example("share a with data-taem", {"data-team": "100012345678"})
@example("share a with data-team? ½", {"data-team": "100012345678"})
def test_every_account_is_found_or_explained(text: str, accounts: dict[str, str]) -> None:
    command = parse(text)
    if isinstance(command, Share | Unshare):
        check_resolved(command, accounts, text)


def visible(text: str) -> str:
    return "".join(c for c in text if c.isprintable()).strip()


plain_names = st.from_regex(r"[A-Za-z][a-z0-9._-]{0,12}[a-z0-9]", fullmatch=True)
quoted_names = (
    st.one_of(st.sampled_from(PIECES), st.text(max_size=20))
    .map(visible)
    .filter(
        lambda name: (
            name not in ("", BLANK) and not set(name) & set("\"'`“”„‟«»＂「」『』‘’‚‛＇") and not name.isspace()
        )
    )
)
names = st.one_of(plain_names, quoted_names)
accounts = st.one_of(names, st.from_regex(r"[1-9][0-9]{4,13}", fullmatch=True))
controls = "".join(map(chr, (*range(9), 11, 12, *range(14, 32), 127)))  # they go
typed = st.characters(exclude_categories=["Cs"], exclude_characters=controls)
reasons = st.text(typed, max_size=200).map(str.strip).filter(lambda r: visible(r) not in ("", "…", "...", "REASON"))
regions = st.lists(
    st.sampled_from(("ap-guangzhou", "na-siliconvalley", "ap-shanghai-fsi")), max_size=3, unique=True
).map(tuple)


def some(strategy: st.SearchStrategy[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(strategy, min_size=1, max_size=6, unique=True).map(tuple)


terms = st.one_of(
    st.just(NO_END),
    st.builds(Term, lasts=st.integers(1, 3650 * 24 * 60).map(lambda minutes: timedelta(minutes=minutes))),
    st.builds(Term, day=st.dates(date(2000, 1, 1), date(2199, 12, 31))),
)
sharing = (some(names), some(accounts), regions, st.one_of(st.just(""), reasons))
commands: st.SearchStrategy[Command] = st.one_of(
    st.builds(Share, *sharing, terms),
    st.builds(Unshare, *sharing),
    st.builds(Unshare, some(names), st.just((EVERY,)), regions, st.one_of(st.just(""), reasons)),
    st.just(Inbound()),
    st.builds(Inbound, accounts),
    st.builds(Trust, accounts, st.booleans(), reasons),
    st.builds(Delete, names, st.booleans(), regions, st.one_of(st.just(""), reasons)),
    st.builds(Show, names),
    st.builds(List, st.just("named"), names),
    st.builds(List, st.sampled_from(("all", "mine", "shared"))),
    st.builds(Requests, st.just("all"), st.integers(1, 10**18 - 1)),
    st.builds(Requests, st.sampled_from(("all", "mine", "pending")), st.none()),
    st.sampled_from((Help(), Account(), OpenForm())),
)


@many
@given(commands)
def test_a_written_command_reads_back(command: Command) -> None:
    assert parse(as_slack_sends(render(command))) == command
    assert retype(render(command)) == command


@many
@given(texts)
def test_what_was_read_can_be_written_and_read_again(text: str) -> None:
    command = parse(text)
    if not isinstance(command, Misread) and BLANK not in render(command):
        assert retype(render(command)) == command


@many
@given(reasons, st.sampled_from(("because", "Because:", "--reason", "reason:", "—reason")))
def test_the_reason_survives_to_the_letter(reason: str, keyword: str) -> None:
    command = parse(f"share a with b {keyword} {as_slack_sends(reason)}")
    assert command == Share(("a",), ("b",), (), reason)


@many
@given(st.lists(names), st.lists(accounts))
def test_what_help_shows_can_be_typed_as_it_stands(images: list[str], known: list[str]) -> None:
    shown = examples(images, known)
    assert len(shown) == 5
    assert BLANK not in "".join(shown) or BLANK in "".join(images + known)
    for text in shown:
        assert not isinstance(retype(text), Misread), text


@many
@example("share", "Cvm")
@given(names, accounts)
def test_names_that_were_passed_in_can_be_typed(image: str, account: str) -> None:
    for text in ("unshare", "share a", "unshare a", "show", "share with b because c", "share IMAGE with ACCOUNT"):
        check(parse(text, Names(image, account)))


HOSTILE = (
    *('"', "“", "'", "`", "<", "<a|", "<@", "<@U|", "&", "&amp", "&amp;", ">", "|", ",", " , ", " and ", "(", "\u200b"),
    *('"a ', '"a" ', ' "a', "'a 'b ", "with ", "in ", "for ", "for a ", "until ", "because", "becuase ", "the ", "a "),
    *("please ", "1 ", "12345 ", "1-", "1.1", "uin/", "uin ", "qcs:", "IMAGE ", "img-1 ", "<@U|a> ", "<#C|> ", "all "),
    *("lighthouse ", "in ap-x ", "with a ", "and with ", "--x ", "…", "... ", "b\u0301", "\ud800"),
)


def steps(call: Callable[[], object]) -> int:
    """How many lines of the bot's code run, whatever the clock says."""
    count = 0

    def trace(frame: FrameType, event: str, _arg: Any) -> Any:
        nonlocal count
        if not frame.f_globals.get("__name__", "").startswith("bot."):
            return None
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        call()
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize("piece", HOSTILE)
@pytest.mark.parametrize("head", ["share ", "unshare a from "])
def test_four_times_the_text_is_about_four_times_the_work(head: str, piece: str) -> None:
    def text(length: int) -> str:
        return (head + piece * length)[:length]

    check(parse(text(MAX_TEXT)))
    short = steps(lambda: parse(text(MAX_TEXT // 4)))
    long = steps(lambda: parse(text(MAX_TEXT)))
    assert long <= 6 * short + 2000
