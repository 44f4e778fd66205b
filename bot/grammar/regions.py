"""The ``in REGION`` of a command."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.grammar.typed import Refusal, cite
from bot.grammar.words import PLACEHOLDERS, TO_ACCOUNTS, Line, Word, is_article

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


def read_region(line: Line, clauses: Sequence[tuple[int, int]]) -> str:
    """The region of a line, or "".

    :param clauses: for each ``in``, its place and where its words end
    :raises Refusal: it is no region, or there are several
    """
    regions = [_read_one(line, head, stop) for head, stop in clauses]
    if len(set(regions)) > 1:
        head, stop = clauses[1]
        raise _several(line.with_words(head, stop), *line.cut(head, stop))
    return regions[0] if regions else ""


def _read_one(line: Line, head: int, stop: int) -> str:
    inside = [index for index in range(head + 1, stop) if not _is_noise(line.words[index])]
    if not inside:
        start, end = line.cut(head, head + 1)
        sentence = (
            f"No region comes after {cite(line.text[start:end] or 'in')}. A name that is a keyword goes in quotes."
        )
        raise Refusal(sentence, line.with_words(head, stop), start, end)
    city = _CITIES.get("".join(line.words[index].text for index in inside).casefold())
    if city:
        raise _renamed(line, inside[0], inside[-1] + 1, city)
    region = line.words[inside[0]].text.casefold()
    zone = _ZONE.fullmatch(region)
    if zone:
        raise _renamed(line, inside[0], inside[0] + 1, zone[1])
    if region in _CITIES:
        raise _renamed(line, inside[0], inside[0] + 1, _CITIES[region])
    if not _REGION.fullmatch(region) or line.words[inside[0]].text in PLACEHOLDERS:
        raise _no_region(line, head, stop, inside[0])
    if len(inside) > 1:
        raise _too_much(line, stop, inside)
    return region


def _is_noise(word: Word) -> bool:
    return is_article(word) or (word.text.casefold() == "region" and word.text not in PLACEHOLDERS)


def _renamed(line: Line, start: int, stop: int, region: str) -> Refusal:
    begin, end = line.cut(start, stop)
    fix = line.with_words(start, stop, Word(region, begin, end))
    return Refusal(f"The region of {cite(line.text[begin:end])} is written `{region}`.", fix, begin, end)


def _no_region(line: Line, head: int, stop: int, index: int) -> Refusal:
    """Without a region it may be "in a hurry", which is a reason, or it is left out."""
    start, end = line.cut(head, stop)
    phrase = line.text[start:end]
    if line.words[index].text in PLACEHOLDERS:
        sentence = f"Put a region in place of {cite(line.words[index].text)}, or leave out {cite(phrase)}."
        return Refusal(sentence, line.with_words(head, stop), start, end)
    sentence = f"{cite(line.words[index].text)} is not a region, which looks like `ap-guangzhou`."
    last = stop == len(line.words) and any(word.key in TO_ACCOUNTS for word in line.words[1:head])
    if not last or line.reason is not None:
        return Refusal(f"{sentence} Leave out {cite(phrase)}.", line.with_words(head, stop), start, end)
    sentence = f"{sentence} If {cite(phrase)} is the reason, put `because` before it."
    return Refusal(sentence, line.with_reason_from(head, start), start, end)


def _too_much(line: Line, stop: int, inside: Sequence[int]) -> Refusal:
    start, end = line.cut(inside[1], stop)
    others = [line.words[index].text.casefold() for index in inside[1:]]
    if all(_REGION.fullmatch(other) or other in _CITIES for other in others):
        return _several(line.with_words(inside[1], stop), start, end)
    phrase = line.text[start:end]
    sentence = f"{cite(phrase)} is not understood after the region."
    if stop < len(line.words) or line.reason is not None:
        return Refusal(f"{sentence} Leave it out.", line.with_words(inside[1], stop), start, end)
    sentence = f"{sentence} If it is the reason, put `because` before it."
    return Refusal(sentence, line.with_reason_from(inside[1], start), start, end)


def _several(fix: Line, start: int, end: int) -> Refusal:
    return Refusal("This version takes one region a request: ask once for each region.", fix, start, end)
