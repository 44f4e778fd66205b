"""How many there are, in the command line's English."""

from __future__ import annotations


def many(number: int, noun: str) -> str:
    """``1 image``, ``2 images``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
