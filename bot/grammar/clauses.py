"""``share`` and ``unshare``: the images, the accounts, the regions and the reason of a line."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TypeVar

from approvals.cloud import MAX_SHARES
from approvals.sentences import say
from bot.grammar.accounts import refuse_numbers
from bot.grammar.ends import read_term, refuse_term
from bot.grammar.named import filled, refuse_image, refuse_mixed_up, refuse_target, unique
from bot.grammar.parts import Clause, named, with_keyword
from bot.grammar.regions import read_regions
from bot.grammar.typed import EVERY, Names, Refusal, Share, Unshare, cite
from bot.grammar.words import (
    ACCOUNT_ID,
    BLANK,
    EVERYONE,
    IMAGE_ID,
    TO_ACCOUNTS,
    Line,
    Word,
    means_because,
)
from bot.refusals import refused

MAX_IMAGES = 10
"""Images of one request: more than that nobody looks at one by one before approving."""

_WITH_SLIPS = frozenset({"wiht", "wtih", "whit", "wit", "wth", "w", "iwth", "onto", "into", "->", "→", "=>"})
_FROM_SLIPS = frozenset({"form", "fro", "frm", "fomr", "rfom"})
_NO_REASON = frozenset({BLANK, "...", "REASON"})

_Sharing = TypeVar("_Sharing", Share, Unshare)


def read_sharing(line: Line, form: type[_Sharing], names: Names) -> _Sharing:
    """Read a line whose first word is the verb.

    :raises Refusal: something is missing, not understood, or for a later version
    """
    clauses = clauses_of(line)
    for clause in clauses:
        _refuse_from(line, clause, form)
    if form is not Share:
        refuse_term(line, clauses)
    term = read_term(line, clauses)
    regions = regions_of(line, clauses)
    images = named(line, clauses[0])
    targets = [index for clause in clauses if clause.key in TO_ACCOUNTS for index in named(line, clause)]
    if not images:
        raise _no_image(line, targets, names)
    if not targets:
        raise _no_account(line, clauses, images, form, names)
    refuse_mixed_up(line, images, targets)
    for index in images:
        refuse_image(line, index, names)
    for index in targets:
        refuse_target(line, index, form, names)
    refuse_numbers(line, targets)
    which = unique(line, images, MAX_IMAGES, say("images"))
    whom = _every(line, targets) or unique(line, targets, MAX_SHARES, say("accounts"))
    read = form(which, whom, regions, line.reason or "")
    return replace(read, term=term) if isinstance(read, Share) else read


def clauses_of(line: Line) -> list[Clause]:
    """The clauses of a line, the verb's first.

    :raises Refusal: there are options, or the reason is empty
    """
    _refuse_slip_of_because(line)
    clauses = list(_clauses(line))
    _refuse_empty_reason(line)
    for clause in clauses:
        _refuse_flags(line, clause)
    return clauses


def regions_of(line: Line, clauses: Sequence[Clause]) -> tuple[str, ...]:
    """:raises Refusal: what comes after an ``in`` is no region"""
    return read_regions(line, [(clause.head, clause.stop) for clause in clauses if clause.key == "in"])


def _every(line: Line, targets: Sequence[int]) -> tuple[str, ...]:
    """``EVERY``, where that is said; nothing where accounts are named.

    :raises Refusal: both are
    """
    every = {index for index in targets if _says_every(line.words[index])}
    if not every:
        return ()
    if len(every) < len(targets):
        word = line.words[min(every)]
        sentence = refused("all_and_others", typed=cite(word.text))
        others = tuple(other for index, other in enumerate(line.words) if index not in every)
        raise Refusal(sentence, replace(line, words=others), word.start, word.end)
    return (EVERY,)


def _says_every(word: Word) -> bool:
    return word.text.casefold() in EVERYONE and not word.quoted


def _clauses(line: Line) -> Iterator[Clause]:
    heads = [0, *(index for index, word in enumerate(line.words) if word.key and index), len(line.words)]
    for head, stop in itertools.pairwise(heads):
        yield Clause(line.words[head].key if head else "", head, stop)


def _refuse_slip_of_because(line: Line) -> None:
    for index, word in enumerate(line.words):
        if index and means_because(word):
            fix = line.with_reason_from(index, word.end)
            raise Refusal(refused("because_misspelt", typed=cite(word.text)), fix, word.start, word.end)


def _refuse_empty_reason(line: Line) -> None:
    if line.reason is None or line.reason_blank:
        return
    if not any(c.isprintable() and not c.isspace() for c in line.reason):
        sentence = refused("reason_missing")
    elif line.reason in _NO_REASON:
        sentence = refused("reason_placeholder", typed=cite(line.reason))
    else:
        return
    raise Refusal(sentence, replace(line, reason=BLANK, reason_blank=True), *line.reason_at)


def _refuse_flags(line: Line, clause: Clause) -> None:
    for index in clause.inside:
        word = line.words[index]
        if word.text.startswith("--") and not word.quoted:
            sentence = refused("no_options", typed=cite(word.text))
            raise Refusal(sentence, line.with_words(index, index + 1), word.start, word.end)


def _refuse_from(line: Line, clause: Clause, form: type[Share] | type[Unshare]) -> None:
    if clause.key == "from" and form is Share:
        word = line.words[clause.head]
        sentence = refused("from_with_share")
        raise Refusal(sentence, with_keyword(line, clause.head, "with"), word.start, word.end)


def _no_image(line: Line, targets: Sequence[int], names: Names) -> Refusal:
    verb = line.words[0]
    after = say("right after {typed}", typed=cite(verb.text))
    sentence = refused("image_missing", after=after)
    if not targets:
        sentence = refused("image_and_account_missing", after=after)
    return Refusal(sentence, line.with_words(1, 1, filled(names.image, verb.end)))


def _no_account(
    line: Line, clauses: Sequence[Clause], images: Sequence[int], form: type[Share] | type[Unshare], names: Names
) -> Refusal:
    """No account is named: where it may be among the images, or where one has to be put."""
    preposition, slips = ("with", _WITH_SLIPS) if form is Share else ("from", _FROM_SLIPS | _WITH_SLIPS)
    for index in images:
        word = line.words[index]
        if word.text.casefold() in slips and not word.quoted:
            fix = with_keyword(line, index, preposition)
            return Refusal(
                refused("say_instead", preposition=preposition, typed=cite(word.text)), fix, word.start, word.end
            )
    empty = next((clause for clause in clauses if clause.key in TO_ACCOUNTS), None)
    if empty:
        word = line.words[empty.head]
        fix = line.with_words(empty.stop, empty.stop, filled(names.account, word.end))
        return Refusal(refused("account_missing_after", typed=cite(word.text)), _asked_why(fix), word.start, word.end)
    late = _named_in_reason(line, preposition)
    if late:
        sentence = refused("account_in_reason")
        return Refusal(sentence, late, *line.reason_at)
    place = _where_accounts_begin(line, images)
    at = line.words[(place or clauses[0].stop) - 1].end
    key = Word(preposition, at, at, key=preposition)
    sentence = refused("account_missing", preposition=preposition)
    if place:
        return Refusal(sentence, line.with_words(place, place, key), *line.cut(place, clauses[0].stop))
    account = filled(names.account, at)
    return Refusal(sentence, _asked_why(line.with_words(clauses[0].stop, clauses[0].stop, key, account)))


def _named_in_reason(line: Line, preposition: str) -> Line | None:
    """The line put right where its reason ends in "with ACCOUNT"."""
    head, *tail = (line.reason or "").rsplit(maxsplit=2) or [""]
    if len(tail) != 2 or tail[0].casefold() != preposition:
        return None
    at = line.reason_at[0]
    moved = Word(preposition, at, at, key=preposition), Word(tail[1], at, at)
    return replace(line, words=(*line.words, *moved), reason=head)


def _asked_why(line: Line) -> Line:
    return line if line.reason else replace(line, reason=BLANK, reason_blank=True)


def _where_accounts_begin(line: Line, images: Sequence[int]) -> int | None:
    for index in images[1:]:
        if ACCOUNT_ID.fullmatch(line.words[index].text) and len(line.words[index].text) > 8:
            return index
    if len(images) == 2 and not (line.words[images[1]].listed or IMAGE_ID.fullmatch(line.words[images[1]].text)):
        return images[1]
    return None
