"""Texts for people that remember what they are made of, so that whoever shows them can do so in another language."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

_SAY, _WORDS = "say", "words"


class Sentence(str):
    """The English text. Compared and stored as a text it is just that.

    :ivar template: what it is looked up by in a catalogue: the English text with its places in braces
    :ivar words: what stands in the places; sentences among them are said in the same language
    """

    template: str
    words: Mapping[str, object]

    def __new__(cls, template: str, words: Mapping[str, object]) -> Sentence:
        made = super().__new__(cls, template.format(**words) if words else template)
        made.template = template
        made.words = words
        return made

    def __getnewargs__(self) -> tuple[Any, ...]:
        return self.template, self.words


def say(template: str, **words: object) -> Sentence:
    """A text for people; without words it has no places, and braces in it stand for themselves."""
    return Sentence(template, words)


def joined(*texts: str) -> str:
    """Texts one behind the other, as one; empty ones are left out."""
    parts = [text for text in texts if text]
    if len(parts) < 2:
        return parts[0] if parts else ""
    half = len(parts) // 2  # so that many are nested a few deep
    return say("{first} {second}", first=joined(*parts[:half]), second=joined(*parts[half:]))


def advised(said: str, advice: str) -> str:
    """What the cloud says, in its own language, and what to do about it, which may be nothing."""
    return say("{said} {advice}", said=said, advice=advice) if advice else said


def listed_as(names: Sequence[str]) -> str:
    """``data-team, partner-lab and 100012345678``."""
    if len(names) < 2:
        return names[0] if names else ""
    return say("{first} and {last}", first=_with_commas(names[:-1]), last=names[-1])


def _with_commas(names: Sequence[str]) -> str:
    if len(names) < 2:
        return names[0]
    half = len(names) // 2  # so that many are nested a few deep
    return say("{first}, {last}", first=_with_commas(names[:half]), last=_with_commas(names[half:]))


_MONTHS = (
    *(say("Jan"), say("Feb"), say("Mar"), say("Apr"), say("May"), say("Jun")),
    *(say("Jul"), say("Aug"), say("Sep"), say("Oct"), say("Nov"), say("Dec")),
)


def dated(moment: datetime) -> Sentence:
    """``3 Nov 2026``, for texts that can't leave it to the reader's Slack."""
    return say("{day} {month} {year}", day=moment.day, month=_MONTHS[moment.month - 1], year=moment.year)


def kept(text: str) -> str:
    """What a text was made of, as it stands beside it in the database; "" where it is nothing but a text."""
    return json.dumps(packed(text), ensure_ascii=False) if isinstance(text, Sentence) else ""


def read(text: str, held: str) -> str:
    """The text of which that was kept."""
    made: str = unpacked(json.loads(held)) if held else text
    return made


def packed(text: object) -> object:
    """A text as JSON can hold it."""
    if isinstance(text, Sentence):
        return {_SAY: text.template, _WORDS: {name: packed(word) for name, word in text.words.items()}}
    return text if isinstance(text, str | int) else str(text)


def unpacked_words(held: Mapping[str, object]) -> dict[str, Any]:
    """Likewise, of texts by name."""
    return {name: unpacked(one) for name, one in held.items()}


def unpacked(held: object) -> Any:
    """What ``packed`` made of it."""
    if isinstance(held, dict):
        return Sentence(held[_SAY], {name: unpacked(word) for name, word in held[_WORDS].items()})
    return held
