"""The ``in REGION…`` of a command."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from approvals.sentences import say
from bot.grammar.named import unique
from bot.grammar.typed import Refusal, cite
from bot.grammar.words import PLACEHOLDERS, TO_ACCOUNTS, Line, Word, is_article
from bot.refusals import refused

MAX_REGIONS = 10
"""Regions of one request: each can need a copy of the image."""

# The shape of the vendor's region ids, such as ap-guangzhou and ap-shanghai-fsi; a zone has a number behind.
_REGION = re.compile(r"[a-z]{2}(?:-[a-z]+){1,3}")
_ZONE = re.compile(rf"({_REGION.pattern})-[0-9]+")
_CITIES = {
    **{
        city: f"ap-{city}"
        for city in (
            *("guangzhou", "shanghai", "nanjing", "beijing", "chengdu", "chongqing", "hongkong", "singapore"),
            *("bangkok", "mumbai", "seoul", "tokyo", "jakarta"),
        )
    },
    **{city: f"na-{city}" for city in ("siliconvalley", "ashburn", "toronto")},
    "frankfurt": "eu-frankfurt",
    "moscow": "eu-moscow",
}


def read_regions(line: Line, clauses: Sequence[tuple[int, int]]) -> tuple[str, ...]:
    """The regions of a line, each once.

    :param clauses: for each ``in``, its place and where its words end
    :raises Refusal: one is no region, or there are too many
    """
    places = [index for head, stop in clauses for index in _read_clause(line, head, stop)]
    return tuple(dict.fromkeys(name.casefold() for name in unique(line, places, MAX_REGIONS, say("regions"))))


def _read_clause(line: Line, head: int, stop: int) -> Iterator[int]:
    """The places of the regions."""
    inside = [index for index in range(head + 1, stop) if not _is_noise(line.words[index])]
    if not inside:
        start, end = line.cut(head, head + 1)
        sentence = refused("region_missing", typed=cite(line.text[start:end] or "in"))
        raise Refusal(sentence, line.with_words(head, stop), start, end)
    for place, index in enumerate(inside):
        _refuse_city(line, inside[place:])
        word = line.words[index].text
        if _REGION.fullmatch(word.casefold()) and word not in PLACEHOLDERS:
            yield index
        elif place == 0:
            raise _no_region(line, head, stop, index)
        else:
            raise _too_much(line, stop, index)


def _refuse_city(line: Line, inside: Sequence[int]) -> None:
    """A place that has a region, "Hong Kong" say, or a zone of one: its region is written otherwise."""
    for length in range(1, 1 + min(2, len(inside))):
        words = "".join(line.words[index].text for index in inside[:length]).casefold()
        zone = _ZONE.fullmatch(words) if length == 1 else None
        region = zone[1] if zone else _CITIES.get(words)
        if region:
            raise _renamed(line, inside[0], inside[length - 1] + 1, region)


def _is_noise(word: Word) -> bool:
    return is_article(word) or (word.text.casefold() == "region" and word.text not in PLACEHOLDERS)


def _renamed(line: Line, start: int, stop: int, region: str) -> Refusal:
    begin, end = line.cut(start, stop)
    fix = line.with_words(start, stop, Word(region, begin, end))
    return Refusal(refused("region_written", typed=cite(line.text[begin:end]), region=region), fix, begin, end)


def _no_region(line: Line, head: int, stop: int, index: int) -> Refusal:
    """Without a region it may be "in a hurry", which is a reason, or it is left out."""
    start, end = line.cut(head, stop)
    phrase = line.text[start:end]
    if line.words[index].text in PLACEHOLDERS:
        sentence = refused("region_placeholder", typed=cite(line.words[index].text), typed2=cite(phrase))
        return Refusal(sentence, line.with_words(head, stop), start, end)
    sentence = refused("region_unknown", typed=cite(line.words[index].text))
    last = stop == len(line.words) and any(word.key in TO_ACCOUNTS for word in line.words[1:head])
    if not last or line.reason is not None:
        return Refusal(
            refused("region_leave_out", sentence=sentence, typed=cite(phrase)), line.with_words(head, stop), start, end
        )
    sentence = refused("region_reason", sentence=sentence, typed=cite(phrase))
    return Refusal(sentence, line.with_reason_from(head, start), start, end)


def _too_much(line: Line, stop: int, index: int) -> Refusal:
    start, end = line.cut(index, stop)
    sentence = refused("region_too_much", typed=cite(line.text[start:end]))
    if stop < len(line.words) or line.reason is not None:
        return Refusal(refused("region_rest_leave_out", sentence=sentence), line.with_words(index, stop), start, end)
    sentence = refused("region_rest_reason", sentence=sentence)
    return Refusal(sentence, line.with_reason_from(index, start), start, end)
