"""``inbound``: the images that others share with us, and whom of those to trust."""

from __future__ import annotations

from dataclasses import replace

from bot.grammar.accounts import refuse_numbers
from bot.grammar.clauses import clauses_of
from bot.grammar.named import filled
from bot.grammar.typed import TRUSTING, Inbound, Names, Refusal, Trust, cite
from bot.grammar.words import BLANK, PLACEHOLDERS, Line, is_article
from bot.refusals import refused


def read_inbound(line: Line, names: Names) -> Inbound | Trust:
    """Read a line whose first word is ``inbound``.

    :raises Refusal: something is missing or not understood
    """
    clauses = clauses_of(line)
    if len(clauses) > 1:
        word = line.words[clauses[1].head]
        start, end = line.cut(clauses[1].head, len(line.words))
        sentence = refused("inbound_alone", typed=cite(word.text))
        raise Refusal(sentence, replace(line, words=line.words[: clauses[1].head]), start, end)
    places = [index for index in range(1, len(line.words)) if not is_article(line.words[index])]
    if not places:
        return Inbound()
    first = line.words[places[0]]
    trusted = None if first.quoted else TRUSTING.get(first.text.casefold())
    wanted = places if trusted is None else places[1:]
    if not wanted:
        at = first.end
        sentence = refused("source_missing", text=first.text.casefold())
        raise Refusal(sentence, _because(line.with_words(len(line.words), len(line.words), filled(names.account, at))))
    return _of_source(line, wanted, trusted, names)


def _of_source(line: Line, places: list[int], trusted: bool | None, names: Names) -> Inbound | Trust:
    word = line.words[places[0]]
    if len(places) > 1:
        start, end = line.cut(places[1], places[-1] + 1)
        kept = tuple(other for index, other in enumerate(line.words) if index not in places[1:])
        raise Refusal(refused("source_one"), replace(line, words=kept), start, end)
    if word.kind or (word.text in PLACEHOLDERS and not word.quoted and not word.blank):
        sentence = refused("source_placeholder", typed=cite(word.text))
        fix = line.with_words(places[0], places[0] + 1, filled(names.account, word.start))
        raise Refusal(sentence, fix, word.start, word.end)
    refuse_numbers(line, places)
    if trusted is None:
        return Inbound(word.text)
    if not line.reason:
        raise Refusal(refused("source_reason"), _because(line))
    return Trust(word.text, trusted, line.reason)


def _because(line: Line) -> Line:
    return line if line.reason else replace(line, reason=BLANK, reason_blank=True)
