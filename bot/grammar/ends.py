"""The ``for 7d`` or ``until 2026-12-31`` of a command."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from approvals.terms import LONGEST, NO_END, Term
from bot.grammar.parts import Clause, as_reason, named, with_keyword
from bot.grammar.typed import Refusal, cite
from bot.grammar.words import TO_ACCOUNTS, Line, Word
from bot.refusals import refused

_UNITS: Mapping[str, timedelta] = {
    **dict.fromkeys(("min", "mins", "minute", "minutes"), timedelta(minutes=1)),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), timedelta(hours=1)),
    **dict.fromkeys(("d", "day", "days"), timedelta(days=1)),
    **dict.fromkeys(("w", "week", "weeks"), timedelta(weeks=1)),
    **dict.fromkeys(("mo", "month", "months"), timedelta(days=30)),
    **dict.fromkeys(("y", "year", "years"), timedelta(days=365)),
}
_WRITTEN = re.compile(r"([0-9]{1,9})([a-z]*)", re.IGNORECASE)
_COUNTED = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "ten": 10}
_VAGUE = frozenset({"few", "some", "couple", "several"})
_DAY = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})")
_DAY_FIRST_OR_MONTH = re.compile(r"([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4})")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_YEARS = range(2000, 2200)
_YEAR = re.compile(r"[0-9]{4}")
_ORDINAL = re.compile(r"([0-9]{1,2})(?:st|nd|rd|th)?", re.IGNORECASE)


def read_term(line: Line, clauses: Sequence[Clause]) -> Term:
    """How long the share of a line is to last.

    :raises Refusal: it can't be read, or is said twice
    """
    term = NO_END
    for clause in _ends(clauses):
        read, length = _read(line, clause, clauses)
        start, end = line.cut(clause.head, clause.head + 1 + length)
        if term != NO_END:
            sentence = refused("end_twice", typed=cite(line.text[start:end]))
            raise Refusal(sentence, line.with_words(clause.head, clause.head + 1 + length), start, end)
        term = read
    return term


def refuse_term(line: Line, clauses: Sequence[Clause]) -> None:
    """:raises Refusal: an end is said where there is none, since only a share has one"""
    for clause in _ends(clauses):
        _, length = _read(line, clause, clauses)
        start, end = line.cut(clause.head, clause.head + 1 + length)
        sentence = refused("end_of_share_alone", typed=cite(line.text[start:end]))
        raise Refusal(sentence, line.with_words(clause.head, clause.head + 1 + length), start, end)


def _ends(clauses: Sequence[Clause]) -> list[Clause]:
    return [clause for clause in clauses if clause.key in ("for", "until")]


def _read(line: Line, clause: Clause, clauses: Sequence[Clause]) -> tuple[Term, int]:
    """The term, and how many words of the clause say it."""
    words = [line.words[index] for index in named(line, clause)]
    start, end = line.cut(clause.head, clause.stop)
    phrase = line.text[start:end]
    if not words:
        raise Refusal(refused("end_missing", typed=cite(phrase)), _for_a_week(line, clause), start, end)
    term, length = _length_of_time(words) if clause.key == "for" else _day(words)
    if term is None and clause.key == "for":
        raise _no_length(line, clause, clauses)
    if term is None:
        raise Refusal(refused("not_a_day", typed=cite(phrase)), _for_a_week(line, clause), start, end)
    if length < len(words):
        rest = words[length:]
        sentence = refused("not_understood_after_end", typed=cite(line.text[rest[0].start : rest[-1].end]))
        fix = line.with_words(clause.head + 1 + length, clause.stop)
        raise Refusal(sentence, fix, rest[0].start, rest[-1].end)
    _refuse_odd(line, clause, term)
    return term, length


def _refuse_odd(line: Line, clause: Clause, term: Term) -> None:
    if term.lasts is None or timedelta(0) < term.lasts <= LONGEST:
        return
    start, end = line.cut(clause.head, clause.stop)
    sentence = refused("no_such_time", typed=cite(line.text[start:end]), most=LONGEST.days)
    raise Refusal(sentence, _for_a_week(line, clause), start, end)


def _no_length(line: Line, clause: Clause, clauses: Sequence[Clause]) -> Refusal:
    """``for`` something that is no time: an account, or the reason."""
    words = [line.words[index] for index in clause.inside]
    start, end = line.cut(clause.head, clause.head + 1)
    if _is_amount(words[0]):
        phrase = line.text[start : words[-1].end]
        sentence = refused("not_a_length", typed=cite(phrase))
        return Refusal(sentence, _for_a_week(line, clause), start, words[-1].end)
    if not any(other.key in TO_ACCOUNTS for other in clauses):
        return Refusal(
            refused("with_misspelt", typed=cite(line.text[start:end])),
            with_keyword(line, clause.head, "with"),
            start,
            end,
        )
    reason = line.text[words[0].start : words[-1].end]
    sentence = refused("not_understood", typed=cite(line.text[start:end]), typed2=cite(reason))
    return Refusal(sentence, as_reason(line, clause, words[0].start), start, end)


def _for_a_week(line: Line, clause: Clause) -> Line:
    """An end that can be sent as it stands: without one the share would have none."""
    word = line.words[clause.head]
    return line.with_words(
        clause.head, clause.stop, Word("for", word.start, word.end, key="for"), Word("7d", word.end, word.end)
    )


def _is_amount(word: Word) -> bool:
    text = word.text.casefold()
    return not word.quoted and (bool(_WRITTEN.fullmatch(text)) or text in _COUNTED or text in _VAGUE)


def _length_of_time(words: Sequence[Word]) -> tuple[Term | None, int]:
    first = words[0].text.casefold()
    written = _WRITTEN.fullmatch(first)
    if written and written[2] in _UNITS:
        return Term(lasts=_times(int(written[1]), _UNITS[written[2]])), 1
    count = int(written[1]) if written and not written[2] else _COUNTED.get(first)
    unit = _UNITS.get(words[1].text.casefold()) if len(words) > 1 else None
    return (Term(lasts=_times(count, unit)), 2) if count is not None and unit else (None, 0)


def _times(count: int, unit: timedelta) -> timedelta:
    """No longer than what is too long anyhow."""
    return min(count, LONGEST // unit + 1) * unit


def _day(words: Sequence[Word]) -> tuple[Term | None, int]:
    written = _DAY.fullmatch(words[0].text)
    if written:
        return _dated(*map(int, written.groups())), 1
    turned = _DAY_FIRST_OR_MONTH.fullmatch(words[0].text)
    if turned:
        return _the_only_reading(*map(int, turned.groups())), 1
    if len(words) < 3 or not _YEAR.fullmatch(words[2].text):
        return None, 0
    first, second = words[0].text, words[1].text
    day, month = (first, second) if _ORDINAL.fullmatch(first) else (second, first)
    number = _ORDINAL.fullmatch(day)
    if number is None or month.casefold()[:3] not in _MONTHS:
        return None, 0
    return _dated(int(words[2].text), _MONTHS.index(month.casefold()[:3]) + 1, int(number[1])), 3


def _the_only_reading(first: int, second: int, year: int) -> Term | None:
    """31.12.2026 and 12/31/2026 are one day; 1/2/2026 is one here and another there."""
    readings = {_dated(year, second, first), _dated(year, first, second)} - {None}
    return readings.pop() if len(readings) == 1 else None


def _dated(year: int, month: int, day: int) -> Term | None:
    if year not in _YEARS:
        return None
    try:
        return Term(day=date(year, month, day))
    except ValueError:
        return None
