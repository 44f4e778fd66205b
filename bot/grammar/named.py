"""What can stand for an image and for an account in a command, and what only looks so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from approvals.sentences import say
from bot.grammar.slack_text import Kind
from bot.grammar.typed import Names, Refusal, Share, Unshare, cite
from bot.grammar.words import ACCOUNT_ID, BLANK, CVM, EVERYONE, IMAGE_ID, PLACEHOLDERS, TO_ACCOUNTS, Line, Word
from bot.refusals import refused

_KINDS = {
    Kind.PERSON: say("person"),
    Kind.GROUP: say("group"),
    Kind.CHANNEL: say("channel"),
    Kind.LINK: say("link"),
}
_MANY = {Kind.PERSON: say("People"), Kind.GROUP: say("Groups"), Kind.CHANNEL: say("Channels")}


def filled(name: str, at: int) -> Word:
    """A word with a name put in for a suggestion."""
    return Word(name, at, at, quoted=True, listed=True)


def _blank(word: Word) -> Word:
    return Word(BLANK, word.start, word.end, listed=True, blank=True)


def refuse_mixed_up(line: Line, images: Sequence[int], targets: Sequence[int]) -> None:
    """Image ids among the accounts: the two sides changed places, or one image came too late."""
    strays = [index for index in targets if IMAGE_ID.fullmatch(line.words[index].text)]
    if not strays or line.words[strays[0]].quoted:
        return
    word = line.words[strays[0]]
    sentence = refused("mixed_up", typed=cite(word.text))
    moved = [line.words[index] for index in strays]
    swapped = len(strays) == len(targets) and not any(IMAGE_ID.fullmatch(line.words[i].text) for i in images)
    back = [line.words[index] for index in images] if swapped else []
    taken = {*strays, *(images if swapped else ())}
    words = [other for index, other in enumerate(line.words) if index not in taken]
    head = next(index for index, other in enumerate(words) if other.key in TO_ACCOUNTS)
    words[head + 1 : head + 1] = back
    words[1:1] = moved
    raise Refusal(sentence, replace(line, words=tuple(words)), word.start, word.end)


def refuse_image(line: Line, index: int, names: Names) -> None:
    word = line.words[index]
    if word.quoted or word.blank:
        return
    if word.kind is not None:
        sentence = refused("not_an_image", typed=cite(word.text), called=_called(word.kind))
        raise Refusal(sentence, line.with_words(index, index + 1, _blank(word)), word.start, word.end)
    if word.text in PLACEHOLDERS:
        sentence = refused("image_placeholder", typed=cite(word.text))
        fix = line.with_words(index, index + 1, filled(names.image, word.start))
        raise Refusal(sentence, fix, word.start, word.end)
    if ACCOUNT_ID.fullmatch(word.text) and len(word.text) > 8:
        sentence = refused("account_as_image", typed=cite(word.text))
        raise Refusal(sentence, line.with_words(index, index + 1, _blank(word)), word.start, word.end)


def refuse_target(line: Line, index: int, form: type[Share] | type[Unshare], names: Names) -> None:
    word = line.words[index]
    if word.quoted or word.blank:
        return
    everyone = word.text.casefold() in EVERYONE
    if word.kind is Kind.EVERYONE or (everyone and form is Share):
        sentence = refused("everyone_shared", typed=cite(word.text))
        raise Refusal(sentence, line.with_words(index, index + 1, _blank(word)), word.start, word.end)
    if word.kind is not None:
        what = _MANY.get(word.kind, say("Links"))
        sentence = refused("cannot_receive", what=what, typed=cite(word.text))
        raise Refusal(sentence, line.with_words(index, index + 1, _blank(word)), word.start, word.end)
    if word.text in PLACEHOLDERS:
        sentence = refused("account_placeholder", typed=cite(word.text))
        fix = line.with_words(index, index + 1, filled(names.account, word.start))
        raise Refusal(sentence, fix, word.start, word.end)
    if word.text.casefold() == CVM:
        sentence = refused("lighthouse_to_cvm")
        raise Refusal(sentence, line.with_words(index, index + 1, _blank(word)), word.start, word.end)


def _called(kind: Kind) -> str:
    return _KINDS.get(kind, say("mention"))


def unique(line: Line, places: Sequence[int], most: int, what: str) -> tuple[str, ...]:
    """The names at the places, each once.

    :raises Refusal: there are more than ``most``
    """
    names = dict.fromkeys(line.words[index].text for index in places)
    if len(names) <= most:
        return tuple(names)
    kept = set(list(names)[:most])
    dropped = {index for index in places if line.words[index].text not in kept}
    words = tuple(word for index, word in enumerate(line.words) if index not in dropped)
    first = line.words[min(dropped)]
    sentence = refused("too_many", most=most, what=what, number=len(names))
    raise Refusal(sentence, replace(line, words=words), first.start, first.end)
