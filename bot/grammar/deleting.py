"""``delete``: the image, its snapshots, the regions and the reason of a line."""

from __future__ import annotations

from collections.abc import Sequence

from bot.grammar.clauses import clauses_of, regions_of
from bot.grammar.named import filled, refuse_image
from bot.grammar.parts import Clause, named
from bot.grammar.typed import Delete, Names, Refusal, cite
from bot.grammar.words import Line, Word, is_article
from bot.refusals import refused

_SNAPSHOTS = frozenset({"snapshots", "snapshot", "its", "bound", "all"})


def read_delete(line: Line, names: Names) -> Delete:
    """Read a line whose first word is the verb ``delete``.

    :raises Refusal: something is missing or not understood
    """
    clauses = clauses_of(line)
    for clause in clauses:
        _refuse_beside_delete(line, clause)
    images = named(line, clauses[0])
    if not images:
        verb = line.words[0]
        sentence = refused("delete_image_missing", typed=cite(verb.text))
        raise Refusal(sentence, line.with_words(1, 1, filled(names.image, verb.end)))
    refuse_image(line, images[0], names)
    if len(images) > 1:
        raise _one_at_a_time(line, images)
    snapshots = any(clause.key == "with" for clause in clauses)
    return Delete(line.words[images[0]].text, snapshots, regions_of(line, clauses), line.reason or "")


def _refuse_beside_delete(line: Line, clause: Clause) -> None:
    if clause.key in ("", "in"):
        return
    word = line.words[clause.head]
    named = [line.words[index].text.casefold() for index in clause.inside if not is_article(line.words[index])]
    start, end = line.cut(clause.head, clause.stop)
    if clause.key == "with" and named and set(named) <= _SNAPSHOTS:
        return
    if clause.key == "from":
        sentence = refused("delete_from")
        verb = line.words[0]
        raise Refusal(sentence, line.with_words(0, 1, Word("unshare", verb.start, verb.end)), word.start, word.end)
    sentence = refused("nothing_here", typed=cite(line.text[start:end]))
    if clause.key == "with":
        sentence = refused("delete_with", typed=cite(line.text[start:end]))
    raise Refusal(sentence, line.with_words(clause.head, clause.stop), start, end)


def _one_at_a_time(line: Line, images: Sequence[int]) -> Refusal:
    """Several words: one name with spaces, several images, or the snapshots of one."""
    first, rest = images[0], [line.words[index] for index in images[1:]]
    start, end = line.cut(images[1], images[-1] + 1)
    if {word.text.casefold() for word in rest} <= _SNAPSHOTS:
        at = rest[0].start
        also = Word("with", at, at, key="with"), Word("snapshots", at, at)
        sentence = refused("say_with_snapshots", typed=cite(line.text[start:end]))
        return Refusal(sentence, line.with_words(images[1], images[-1] + 1, *also), start, end)
    if any(word.listed or word.quoted or word.kind for word in rest):
        sentence = refused("delete_one")
        return Refusal(sentence, line.with_words(images[1], images[-1] + 1), start, end)
    name = " ".join(line.words[index].text for index in images)
    whole = Word(name, line.words[first].start, end, quoted=True)
    sentence = refused("delete_one_name")
    return Refusal(sentence, line.with_words(first, images[-1] + 1, whole), line.words[first].start, end)
