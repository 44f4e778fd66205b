"""Texts from outside, as they can be kept."""

from __future__ import annotations

import unicodedata

_LONGEST_SENTENCE = 2000  # characters; the vendor sets no limit, and one that names 500 accounts has some 7,000


def sentence(text: str) -> str:
    """What somebody else says, to be shown to people: as it can be kept, and no longer than anybody reads."""
    text = storable(text)
    return text if len(text) <= _LONGEST_SENTENCE else f"{text[: _LONGEST_SENTENCE - 1]}…"


def storable(text: str) -> str:
    """Half a surrogate pair, which JSON can carry and no database can store, becomes a question mark; a NUL goes."""
    if not text.isascii():
        text = text.encode(errors="replace").decode()
    return text.replace("\0", "")


def visible(text: str) -> str:
    """What people see of it: no control characters, and none of those that only tell how others are drawn."""
    if text.isprintable():  # as nearly every text is
        return text
    return "".join(c for c in text if unicodedata.category(c) not in {"Cc", "Cf"})


def one_line(text: str) -> str:
    """The same in one line."""
    return text if text.isprintable() else visible("".join(" " if c.isspace() else c for c in text))
