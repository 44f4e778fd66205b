"""Keeps the catalogues beside what the code says: ``python -m tests.languages`` adds what is new, drops what is gone.

What is added waits for its translation; the tests name it until it has one.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from approvals import tencent_codes
from bot.refusals import REFUSALS

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "bot" / "locale" / "zh_CN" / "LC_MESSAGES"
PO, MO = FOLDER / "imagewarden.po", FOLDER / "imagewarden.mo"
_ANY_DAY = datetime(2026, 11, 25, tzinfo=UTC)  # always the same, so that a run that changes nothing leaves no trace

Said = str | tuple[str, str]
"""A text, or that for one and that for several."""


def sources() -> list[Path]:
    """Every file of the product that can speak to people."""
    ours = [*(ROOT / "approvals").rglob("*.py"), *(ROOT / "bot").rglob("*.py")]
    return sorted(file for file in ours if "sandbox" not in file.parts)


def said() -> set[Said]:
    """Everything that the code can say."""
    advice = {meaning.advice for meaning in tencent_codes.every_meaning() if meaning.advice}
    return {*_marked(), *REFUSALS.values(), *advice}


def _marked() -> Iterator[Said]:
    for file in sources():
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
                continue
            texts = [one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
            if node.func.id in ("_", "say") and texts:
                yield texts[0]
            elif node.func.id == "ngettext":
                yield texts[0], texts[1]


def catalogue() -> Catalog:
    """The catalogue as it is committed."""
    with PO.open("rb") as file:
        held = read_po(file, locale="zh_CN")
    held.creation_date = held.revision_date = _ANY_DAY
    return held


def update() -> None:
    """Bring the catalogue up to date with the code, and compile it."""
    before = catalogue() if PO.exists() else Catalog(locale="zh_CN")
    after = Catalog(locale="zh_CN", fuzzy=False)
    for text in sorted(said(), key=str):
        known = before.get(text)
        after.add(text, known.string if known else None)
    FOLDER.mkdir(parents=True, exist_ok=True)
    with PO.open("wb") as file:
        write_po(file, after, width=120, sort_output=True, omit_header=True)
    with MO.open("wb") as file:
        write_mo(file, catalogue())


if __name__ == "__main__":
    update()
