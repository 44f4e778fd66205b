"""The accounts of a command, and what is said about a name that nobody knows."""

from __future__ import annotations

import pytest

from approvals.model import Target
from bot.grammar import Inbound, Misread, Share, Trust, Unshare, parse, resolve, resolve_source

BOOK = {"data-team": "100012345678", "partner-lab": "100023456789", "Golden Images": "100055500000"}
DATA = Target("100012345678", "data-team")
LAB = Target("100023456789", "partner-lab")


def asked(text: str) -> Share | Unshare:
    command = parse(text)
    assert isinstance(command, Share | Unshare), command
    return command


@pytest.mark.parametrize(
    ("targets", "found"),
    [
        ("data-team", (DATA,)),
        ("Data-Team, PARTNER-LAB", (DATA, LAB)),
        ("partner-lab data-team", (LAB, DATA)),
        ("100012345678", (DATA,)),
        ("100098765432", (Target("100098765432", None),)),
        ("data-team (100012345678)", (DATA,)),
        ("100012345678, data-team, 100098765432", (DATA, Target("100098765432"))),
        ("“golden images”", (Target("100055500000", "Golden Images"),)),
        ("12345", (Target("12345"),)),
        ("12345678901234", (Target("12345678901234"),)),
    ],
)
def test_accounts_by_name_and_by_id(targets: str, found: tuple[Target, ...]) -> None:
    assert resolve(asked(f"share base with {targets}"), BOOK) == found
    assert resolve(asked(f"unshare base from {targets}"), BOOK) == found


@pytest.mark.parametrize(
    ("typed", "word", "sentence", "suggestion"),
    [
        (
            "with data-taem because x",
            "data-taem",
            "I don't know the account `data-taem`. Did you mean `data-team`?",
            "with data-team because x",
        ),
        ("with DATA_TEAM in ap-x", "DATA_TEAM", "Did you mean `data-team`?", "with data-team in ap-x"),
        ("with datateam", "datateam", "Did you mean `data-team`?", "with data-team"),
        ("with @data-team", "@data-team", "Did you mean `data-team`?", "with data-team"),
        ("with data team", "data team", "I don't know the account `data team`", "with data-team"),
        ("with golden images, data-team", "golden images", "`Golden Images`?", 'with "Golden Images", data-team'),
        ("with data-taem, partnr-lab because x", "data-taem", "`data-team`?", "with data-team, partner-lab because x"),
        ("with data-taem, qqqqq", "data-taem", "Did you mean `data-team`?", "with data-team, …"),
        ("with data-team, data-taem", "data-taem", "Did you mean `data-team`?", "with data-team"),
        ("with qqqqq because x", "qqqqq", "a name that I know: `data-team`, `partner-lab`", "with … because x"),
        ("with qqqqq, zzzzz, data-team", "qqqqq", "I don't know the account `qqqqq`.", "with …, data-team"),
        ("with @lin", "@lin", "People can't receive images, accounts can", "with …"),
        ("with data-team ap-singapore", "ap-singapore", "put `in` before it", "with data-team in ap-singapore"),
        ("with data-team nightly build", "nightly", "If `nightly build` is", "with data-team because nightly build"),
        ("with data team qqqqq", "data", "Did you mean `data-team`?", "with data-team, …"),
        ("with ap-singapore qqqqq", "ap-singapore", "put `in` before it", "with … in ap-singapore"),
        ('with "1000 1234 5678"', "1000 1234 5678", "digits alone: `100012345678`", "with 100012345678"),
        ('with "1234"', "1234", "I don't know the account `1234`", "with …"),
    ],
)
def test_an_unknown_name_comes_with_the_whole_command_put_right(
    typed: str, word: str, sentence: str, suggestion: str
) -> None:
    text = f"share base {typed}"
    answer = resolve(asked(text), BOOK, text)
    assert isinstance(answer, Misread), answer
    assert sentence in answer.sentence
    assert answer.suggestion == f"/image share base {suggestion}"
    assert answer.typed == text
    assert word.startswith(answer.word)
    assert answer.word


def test_the_suggestion_keeps_the_verb() -> None:
    answer = resolve(asked("unshare a, b from data-taem in ap-x because y"), BOOK)
    assert isinstance(answer, Misread)
    assert answer.suggestion == "/image unshare a, b from data-team in ap-x because y"
    assert answer.typed == "unshare a, b from data-taem in ap-x because y"


def test_what_was_typed_is_quoted_as_the_person_saw_it() -> None:
    text = "share base with data-taem because &lt;@U0LIN&gt; &amp; <@U0LIN|lin>"
    answer = resolve(asked(text), BOOK, text)
    assert isinstance(answer, Misread)
    assert answer.typed == "share base with data-taem because <@U0LIN> & @lin"


def test_without_any_name_the_policy_offers_none() -> None:
    answer = resolve(asked("share base with qqqqq"), {})
    assert isinstance(answer, Misread)
    assert answer.sentence == "I don't know the account `qqqqq`. Type its id. `/image account` tells how to find an id."


def test_many_unknown_names_are_answered_with_a_short_suggestion() -> None:
    names = " ".join(f"data-taem{n}" for n in range(200))
    answer = resolve(asked(f"share base with {names}"), BOOK)
    assert isinstance(answer, Misread)
    assert answer.suggestion == "/image share base with data-team, …"


def test_a_suggestion_that_would_be_too_long_to_type_is_not_made() -> None:
    answer = resolve(asked("share a with data-tam because " + "y" * 2965), BOOK)
    assert isinstance(answer, Misread)
    assert answer.suggestion == "/image help"


@pytest.mark.parametrize(
    ("typed", "word", "sentence", "suggestion"),
    [
        ("trust data-taem because x", "data-taem", "Did you mean `data-team`?", "trust data-team because x"),
        ("distrust qqqqq because x", "qqqqq", "a name that I know: `data-team`", "distrust … because x"),
        ("golden", "golden", "Did you mean `Golden Images`?", '"Golden Images"'),
        ("trust @lin because x", "@lin", "account that shares images with us in place of `@lin`", "trust … because x"),
        ("trust @data-taem because x", "@data-taem", "Did you mean `data-team`?", "trust data-team because x"),
    ],
)
def test_an_unknown_source_comes_with_the_whole_command_put_right(
    typed: str, word: str, sentence: str, suggestion: str
) -> None:
    command = parse(f"inbound {typed}")
    assert isinstance(command, Inbound | Trust), command
    answer = resolve_source(command, BOOK, f"inbound {typed}")
    assert isinstance(answer, Misread)
    assert (answer.typed, answer.word) == (f"inbound {typed}", word)
    assert sentence in answer.sentence
    assert answer.suggestion == f"/image inbound {suggestion}"


def test_a_source_is_found_by_its_name_in_any_case() -> None:
    command = parse("inbound DATA-TEAM")
    assert isinstance(command, Inbound)
    assert resolve_source(command, BOOK) == DATA
