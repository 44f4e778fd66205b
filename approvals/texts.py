"""Texts from outside, as they can be kept."""

from __future__ import annotations


def storable(text: str) -> str:
    """Half a surrogate pair, which JSON can carry and no database can store, becomes a question mark; a NUL goes."""
    if not text.isascii():
        text = text.encode(errors="replace").decode()
    return text.replace("\0", "")
