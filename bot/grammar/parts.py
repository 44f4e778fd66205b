"""The clauses of a line, and what corrections do with them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.grammar.words import Line, Word, is_article


@dataclass(frozen=True, slots=True)
class Clause:
    """The keyword at ``head`` (the verb for the first clause) and the words after it, up to ``stop``."""

    key: str
    head: int
    stop: int

    @property
    def inside(self) -> range:
        return range(self.head + 1, self.stop)


def named(line: Line, clause: Clause) -> list[int]:
    """The places of a clause's names. "the image base" names one thing, "image" alone is a name."""
    names = [index for index in clause.inside if not is_article(line.words[index])]
    return names or list(clause.inside)


def with_keyword(line: Line, index: int, key: str) -> Line:
    """The line with that keyword in place of a word."""
    word = line.words[index]
    return line.with_words(index, index + 1, Word(key, word.start, word.end, key=key))


def as_reason(line: Line, clause: Clause, position: int) -> Line:
    """The clause as the reason, or the beginning of it; the line without it, where it is neither."""
    if clause.stop == len(line.words):
        return line.with_reason_from(clause.head, position)
    rest = line.with_words(clause.head, clause.stop)
    return rest if line.reason else replace(rest, reason=line.text[position : line.words[clause.stop - 1].end])
