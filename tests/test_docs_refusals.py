"""docs/refusals.md lists every sentence that turns something down; the code uses each, with the words that it needs."""

from __future__ import annotations

import ast
import string
from collections.abc import Iterator
from pathlib import Path

from bot.refusals import REFUSALS, refused

ROOT = Path(__file__).parents[1]
ROWS = {
    cells[0].strip().strip("`"): cells[1].strip()
    for line in (ROOT / "docs" / "refusals.md").read_text(encoding="utf-8").splitlines()
    if line.startswith("| `")
    for cells in [line.strip("|").split("|")]
}


def uses() -> Iterator[tuple[str, set[str]]]:
    """Each call of ``refused`` with a code, and the words that it gives."""
    for file in (ROOT / "bot").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "refused":
                (code,) = node.args
                assert isinstance(code, ast.Constant), f"{file.name}:{node.lineno}: the code is no literal"
                yield str(code.value), {str(word.arg) for word in node.keywords}


def places(code: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(REFUSALS[code]) if name}


def test_the_document_lists_each_as_it_is_said() -> None:
    assert dict(REFUSALS) == ROWS


def test_each_is_used_and_none_is_missing() -> None:
    assert {code for code, _ in uses()} == set(REFUSALS)


def test_each_is_given_the_words_that_it_needs() -> None:
    assert [(code, words) for code, words in uses() if words != places(code)] == []


def test_each_is_a_sentence_and_no_two_say_the_same() -> None:
    assert len(set(REFUSALS.values())) == len(REFUSALS)
    parts = {"account_known_names"}  # goes into another
    assert [code for code, said in REFUSALS.items() if not said.endswith((".", "}", "?")) and code not in parts] == []


def test_what_was_typed_is_never_read_as_a_place() -> None:
    assert refused("image_placeholder", typed="`{0} {x!r}`") == "Put the image's name or id in place of `{0} {x!r}`."
