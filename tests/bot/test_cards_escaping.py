"""Text from outside in Slack's markup: it is read as it is, wherever it stands and however it is cut."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import limits
from bot.cards import lists
from bot.cards.text import code, cut, cut_marked, entities, escape, header, mrkdwn, sections

_UNFINISHED = re.compile(r"&(?!amp;|lt;|gt;)|<[^>]*$")
_texts = st.text(st.sampled_from("ab1 _*~`<>&|@!\n"), max_size=40)


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("<!channel> & <@U0EVIL|x>", "&lt;!channel&gt; &amp; &lt;@U0EVIL|x&gt;"),
        ("*Approved* by _all_, ~not~", "∗Approved∗ by ˍallˍ, ∼not∼"),
        ("my_image_2 a*b ~user/x", "my_image_2 a*b ∼user/x"),
        ("> quoted\n  >> too\n5 > 3", "› quoted\n  ›&gt; too\n5 &gt; 3"),
        ("half ` a span", "half ˋ a span"),
        ("run `a <b> *c*` now", "run `a &lt;b&gt; *c*` now"),
        ("```\nblock\n```", "ˋˋˋ\nblock\nˋˋˋ"),
        ("__init__", "ˍˍinitˍˍ"),
        ("", ""),
    ],
)
def test_what_was_typed_is_read_as_it_was_typed(typed: str, shown: str) -> None:
    assert escape(typed) == shown


@given(_texts)
def test_no_mark_of_a_text_has_an_effect_outside_a_code_span(text: str) -> None:
    shown = escape(text)
    outside = re.sub(r"`[^`\n]+`", "x", shown)

    assert "`" not in outside
    assert not set("<>") & set(shown)
    assert not re.search(r"(?<![^\W_])[*_~]", outside)
    assert not re.search(r"(?m)^\s*&gt;", shown)
    assert _UNFINISHED.search(shown) is None


@pytest.mark.parametrize("drawn", [escape, code, lambda text: cut(text, 40)], ids=["text", "code", "plain"])
@given(text=st.text(st.sampled_from("a1\u202a\u202e\u2066\u2069\x1b\x85\x07"), max_size=20))
def test_no_text_turns_round_what_stands_behind_it(drawn: Callable[[str], str], text: str) -> None:
    assert set(drawn(text)) <= set("a1`")


@pytest.mark.parametrize("text", ["עברית", "👩‍💻", "a\tb", "line\nline", "non\u00a0breaking"])
def test_what_people_write_with_stays(text: str) -> None:
    assert escape(text) == cut(text, 40) == text


def test_a_header_is_one_line() -> None:
    assert header("Share x\nwith all\r\n*now*")["text"]["text"] == "Share x with all  *now*"


@given(_texts)
def test_code_is_one_span_on_one_line(text: str) -> None:
    shown = code(text)

    assert shown.count("`") == 2
    assert "\n" not in shown
    assert shown[1:-1] == entities(text.replace("`", "ˋ").replace("\n", " "))


@given(_texts, st.integers(1, 60))
def test_a_text_that_is_cut_ends_in_no_half_of_an_entity(text: str, most: int) -> None:
    for marked in (entities(text), f"{entities(text)} <!date^1^{{ago}}|1 Jan 2026 00:00 UTC>"):
        cut = cut_marked(marked, most)
        assert len(cut) <= most
        assert _UNFINISHED.search(cut) is None


def test_a_text_too_long_for_slack_is_cut_before_the_entity() -> None:
    text = "x" * (limits.SECTION_TEXT - 3) + "&amp;&amp;"

    assert mrkdwn(text)["text"] == "x" * (limits.SECTION_TEXT - 3) + "…"


def test_lines_that_are_too_many_for_one_section_take_another() -> None:
    lines = [f"{number} " + "x" * 290 for number in range(25)]
    made = sections(lines)

    assert len(made) == 3
    assert "\n".join(one["text"]["text"] for one in made).split("\n") == lines


@pytest.mark.parametrize("word", ["", "<b>", "`x", "not there", "&"])
def test_the_word_that_could_not_be_read_is_marked_and_escaped(word: str) -> None:
    _, blocks = lists.misread("share <b> `x & y", word, "No `such`.", "/image help")
    marked = blocks[0]["elements"][0]["text"]

    assert not set("<>") & set(marked)
    assert marked.count("`") == (2 if word and word != "not there" else 0)
