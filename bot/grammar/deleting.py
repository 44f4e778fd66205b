"""``delete``: the image, its snapshots, the regions and the reason of a line."""

from __future__ import annotations

from collections.abc import Sequence

from bot.grammar.clauses import Clause, clauses_of, named, regions_of
from bot.grammar.named import filled, refuse_image
from bot.grammar.typed import Delete, Names, Refusal, cite
from bot.grammar.words import Line, Word, is_article

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
        sentence = f"The image is missing: it comes right after {cite(verb.text)}."
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
        sentence = "`delete` removes the image itself. To take it back from an account, say `unshare`."
        verb = line.words[0]
        raise Refusal(sentence, line.with_words(0, 1, Word("unshare", verb.start, verb.end)), word.start, word.end)
    sentence = f"{cite(line.text[start:end])} means nothing here: leave it out."
    if clause.key == "with":
        sentence = f"With `delete` only `with snapshots` can be said, not {cite(line.text[start:end])}."
    raise Refusal(sentence, line.with_words(clause.head, clause.stop), start, end)


def _one_at_a_time(line: Line, images: Sequence[int]) -> Refusal:
    """Several words: one name with spaces, several images, or the snapshots of one."""
    first, rest = images[0], [line.words[index] for index in images[1:]]
    start, end = line.cut(images[1], images[-1] + 1)
    if {word.text.casefold() for word in rest} <= _SNAPSHOTS:
        at = rest[0].start
        also = Word("with", at, at, key="with"), Word("snapshots", at, at)
        sentence = f"Say `with snapshots` in place of {cite(line.text[start:end])}."
        return Refusal(sentence, line.with_words(images[1], images[-1] + 1, *also), start, end)
    if any(word.listed or word.quoted or word.kind for word in rest):
        sentence = "One image at a time is deleted, since it can't be undone: leave out the others."
        return Refusal(sentence, line.with_words(images[1], images[-1] + 1), start, end)
    name = " ".join(line.words[index].text for index in images)
    whole = Word(name, line.words[first].start, end, quoted=True)
    sentence = "`delete` takes one image, since it can't be undone. A name with spaces goes in quotes."
    return Refusal(sentence, line.with_words(first, images[-1] + 1, whole), line.words[first].start, end)
