"""Changes to a text that keep most of its words whole, so that what comes out gets past the first check."""

from __future__ import annotations

import re
from collections.abc import Sequence
from random import Random

_CURLED = str.maketrans({'"': "“", "'": "’", "-": "–", " ": "\u00a0", ",": "，", ":": "："})
_REPEATS = (2, 3, 10, 60, 400)


class Words:
    """
    :param parts: what a text is taken apart into; what lies between two matches is a part too
    :param pieces: words that mean something here
    """

    def __init__(self, parts: str, pieces: Sequence[str]) -> None:
        self._parts = re.compile(f"({parts})")
        self._pieces = pieces

    def mutated(self, text: str, dice: Random, longest: int) -> str:
        """The text with one to four things changed, cut at ``longest`` characters."""
        parts = [part for part in self._parts.split(text) if part]
        for _ in range(dice.choice((1, 1, 2, 4))):
            self._change(parts, dice)
        return "".join(parts)[:longest]

    def _change(self, parts: list[str], dice: Random) -> None:
        place = dice.randrange(len(parts) + 1)
        piece = dice.choice(self._pieces)
        if place == len(parts) or not parts[place] or dice.random() < 0.3:
            parts[place:place] = [piece, *dice.choice(((), (" ",), (", ",), ("\n",)))]
            return
        old = parts[place]
        match dice.randrange(7):
            case 0:
                parts[place] = piece
            case 1:
                del parts[place : place + dice.choice((1, 2, 5))]
            case 2:
                other = dice.randrange(len(parts))
                parts[place], parts[other] = parts[other], old
            case 3:
                parts[place:place] = parts[place : place + 4]
            case 4:
                parts[place] = old.translate(_CURLED) if dice.random() < 0.5 else old.swapcase()
            case 5:
                parts[place] = _slip(old, dice)
            case _:
                parts[place] = old * (dice.choice(_REPEATS) if dice.random() < 0.1 else 2)


def _slip(word: str, dice: Random) -> str:
    """One character lost, doubled, changed places with the next, or any other in its place."""
    at = dice.randrange(len(word))
    any_other = chr(dice.choice((dice.randrange(0x80), dice.randrange(0x3000), dice.randrange(0x110000))))
    inside = dice.choice(("", word[at] * 2, word[at : at + 2][::-1], any_other, word[at] + any_other))
    return word[:at] + inside + word[at + 1 :]


def decoded(data: bytes) -> str:
    """Any bytes as a text; what is no UTF-8 becomes half a surrogate pair, which JSON can carry too."""
    return data.decode("utf-8", "surrogateescape")


def encoded(text: str) -> bytes:
    """The bytes that ``decoded`` reads; half a surrogate pair from elsewhere becomes a question mark."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace")
