"""Texts from outside, as they can be kept."""

from __future__ import annotations

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
