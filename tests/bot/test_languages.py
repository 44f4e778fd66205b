"""The catalogues, and how a sentence is said again in another language."""

from __future__ import annotations

import ast
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import read_mo
from hypothesis import given
from hypothesis import strategies as st

import bot
from approvals.sentences import advised, dated, joined, kept, listed_as, read, say
from bot.languages import Language, of_locale, speaking, translated
from tests import languages

_LEFT_OUT = {"verb"}  # the places that only English needs

_SAYING = {"_", "say", "ngettext", "refused"}
_WORDS = re.compile(r"(?:^| )[A-Za-z][a-z']+(?: [a-z']+){2}")
_COMMANDS = {  # the same in every language
    "the nightly build needs it",
    "the release is ready for testing",
    "the project has ended",
    "share image-of-the-form with ",
}

texts = st.text(st.characters(exclude_characters="{}", codec="utf-8"), max_size=20)
sentences = st.recursive(
    texts.map(say),
    lambda held: st.builds(lambda first, last: say("{first} and {last}", first=first, last=last), held, held | texts),
    max_leaves=5,
)


def places(text: str) -> set[str]:
    return set(re.findall(r"{(\w+)}", text))


def translations(catalogue: Catalog) -> dict[str, str]:
    """By the English text, that for several where there are two."""

    def last(held: object) -> str:
        return str(held[-1] if isinstance(held, list | tuple) else held or "")

    return {last(message.id): last(message.string) for message in catalogue if message.id}


def test_the_catalogue_has_all_that_the_code_can_say_and_nothing_else() -> None:
    in_catalogue = {message.id for message in languages.catalogue() if message.id}

    assert languages.said() - in_catalogue == set(), "python -m tests.languages adds them"
    assert in_catalogue - languages.said() == set(), "python -m tests.languages drops them"
    assert [english for english, other in translations(languages.catalogue()).items() if not other] == []


def untranslated(source: str) -> list[str]:
    """Texts of several words that are handed on without the function that says them in another language."""
    tree, fine = ast.parse(source), set[ast.AST]()
    for node in ast.walk(tree):
        called = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
        docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if called in _SAYING or called.startswith("log.") or docstring or isinstance(node, ast.Raise | ast.Assert):
            fine |= set(ast.walk(node))
    texts = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and node not in fine)
    return [node.value for node in texts if isinstance(node.value, str) and _WORDS.search(node.value)]


@pytest.mark.parametrize("folder", ["cards", "listeners", "grammar"])
def test_whatever_people_read_can_be_said_in_another_language(folder: str) -> None:
    files = sorted((Path(bot.__file__).parent / folder).glob("*.py"))
    found = {text for file in files for text in untranslated(file.read_text(encoding="utf-8"))}
    assert found <= _COMMANDS


def test_a_text_that_is_not_handed_over_is_found() -> None:
    told = 'log.info("one two three four"); answer(_("in two languages or more"))'
    assert untranslated(told) == []
    assert untranslated(told.replace("_(", "g(")) == ["in two languages or more"]


def test_a_translation_has_the_places_of_the_english_text() -> None:
    for english, other in translations(languages.catalogue()).items():
        assert places(other) <= places(english), english
        assert places(english) - places(other) <= _LEFT_OUT, english


def test_a_translation_marks_what_the_english_text_marks() -> None:
    for english, other in translations(languages.catalogue()).items():
        assert other.count("`") % 2 == 0, other
        assert other.count("*") == english.count("*"), other
        assert other.endswith("\n") == english.endswith("\n"), other


def test_what_is_installed_is_what_was_translated() -> None:
    with languages.MO.open("rb") as file:
        assert translations(read_mo(file)) == translations(languages.catalogue())


@pytest.mark.parametrize(
    ("locale", "language"),
    [
        *[("zh-CN", "zh-CN"), ("zh_CN", "zh-CN"), ("zh-Hans", "zh-CN"), ("zh-TW", "en"), ("zh-Hant", "en")],
        *[("en-US", "en"), ("en-GB", "en"), ("ja-JP", "en"), ("", "en")],
    ],
)
def test_the_language_of_a_locale(locale: str, language: Language) -> None:
    assert of_locale(locale) == language


def test_what_was_said_in_english_can_be_said_in_chinese() -> None:
    names = listed_as(["data-team", "partner-lab", "golden-images"])
    sentence = say("{name} is shared with {whom}{end}.", name="base-nightly", whom=names, end="")

    assert sentence == "base-nightly is shared with data-team, partner-lab and golden-images."
    with speaking("zh-CN"):
        assert translated(sentence) == "base-nightly 已共享给 data-team、partner-lab、golden-images。"
    assert translated(sentence) == sentence


def test_a_day_and_texts_one_behind_the_other() -> None:
    assert dated(datetime(2026, 11, 3, tzinfo=UTC)) == "3 Nov 2026"
    with speaking("zh-CN"):
        assert translated(dated(datetime(2026, 11, 3, tzinfo=UTC))) == "2026 年 11 月 3 日"
        both = joined(say("Nothing was asked."), "", say("No reason was given."))
        assert translated(both) == "没有提出申请。没有说明理由。"
        assert translated(advised("Over quota.", say("Ask for fewer at a time."))) == "Over quota. 请一次少申请一些。"


def test_no_names_are_no_text() -> None:
    assert listed_as([]) == ""
    assert joined("", "") == ""


def test_as_many_as_there_can_be_are_one_text() -> None:
    names = [f"account-{number}" for number in range(2000)]
    with speaking("zh-CN"):
        assert translated(read("", kept(listed_as(names)))) == "、".join(names)
        assert translated(read("", kept(joined(*names)))) == "".join(names)
    assert listed_as(names) == f"{', '.join(names[:-1])} and {names[-1]}"
    assert joined(*names) == " ".join(names)


def test_what_people_wrote_stays() -> None:
    with speaking("zh-CN"):
        assert translated("Nothing was asked.") == "Nothing was asked."
        assert translated(say("{first} {second}", first="{typed}", second="%s")) == "{typed}%s"


@given(sentences | texts)
def test_what_is_kept_is_read_again(sentence: str) -> None:
    again = read(str(sentence), kept(sentence))

    assert again == sentence
    with speaking("zh-CN"):
        assert translated(again) == translated(sentence)
