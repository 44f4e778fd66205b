"""The accounts of a command: numbers that are no account id, and names that the policy knows.

A wrong account gets the image. So nothing is guessed here: what could be read in two ways is refused, with the form
that can't.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from approvals.cloud import LIGHTHOUSE
from approvals.model import LIGHTHOUSE_TARGET, Target
from approvals.sentences import say
from bot.grammar.slack_text import decode
from bot.grammar.typed import EVERY, MAX_TEXT, Help, Inbound, Misread, Refusal, Share, Trust, Unshare, cite, render
from bot.grammar.words import ACCOUNT_ID, BLANK, NUMBER_FOLLOWS, Line, Word
from bot.refusals import refused

_DIGITS = re.compile(r"[0-9]+")
_GROUPED = re.compile(r"[0-9]+(?:[-_./'’:\s][0-9]+)+")
_PREFIXED = re.compile(r"(?:qcs:[^0-9]*)?(?:uin[/:=#]?|(?:id|account|acct|no)[/:=#])([1-9][0-9]{4,13})(?::root)?")
_OTHER_NUMBER = re.compile(r"appid[/:=#]?[0-9]+|(?:qcs:|uin/).*", re.DOTALL)
_REGION = re.compile(r"(?:ap|na|eu|sa|me)-[a-z]{4,}(?:-[a-z]+)?")

# As long as the ids in the vendor's documents are: two shorter numbers side by side may be one id, written apart.
_ONE_ID = range(9, 15)

_MAX_CORRECTED = 10  # names of one command that are compared with the policy's


def refuse_numbers(line: Line, targets: Sequence[int]) -> None:
    """Look at the words of a line that name accounts, given by their places.

    :raises Refusal: one of them is a number, or hides one, that can't be told for certain
    """
    for index in targets:
        _refuse_prefix(line, index)
    for run in _runs(line, targets):
        _refuse_pieces(line, run)
        _refuse_pair(line, run)


def _refuse_prefix(line: Line, index: int) -> None:
    """A number with what it is before it: "uin/…" and "uin …" are an account id, an AppId never is."""
    word = line.words[index]
    if word.quoted or word.blank:
        return
    text, stop = word.text.casefold(), index + 1
    if text in NUMBER_FOLLOWS and stop < len(line.words) and _DIGITS.fullmatch(line.words[stop].text):
        text, stop = f"{text}:{line.words[stop].text}", stop + 1
    prefixed = _PREFIXED.fullmatch(text)
    account = prefixed[1] if prefixed else _joined(text)
    start, end = line.cut(index, stop)
    if account:
        raise Refusal(refused("digits_alone", joined=account), _put(line, index, stop, account), start, end)
    if _OTHER_NUMBER.fullmatch(text):
        sentence = refused("no_account_id", typed=cite(line.text[start:end]))
        raise Refusal(sentence, _put(line, index, stop, BLANK), start, end)


def _refuse_pieces(line: Line, run: range) -> None:
    """Numbers too short or too long for an id, or with a leading zero: perhaps the groups of one id."""
    texts = [line.words[index].text for index in run]
    odd = next((index for index in run if not ACCOUNT_ID.fullmatch(line.words[index].text)), None)
    if odd is None:
        return
    joined = "".join(texts)
    if len(texts) > 1 and len(joined) in _ONE_ID and ACCOUNT_ID.fullmatch(joined):
        start, end = line.cut(run.start, run.stop)
        sentence = refused("account_in_pieces", joined=joined)
        raise Refusal(sentence, _put(line, run.start, run.stop, joined), start, end)
    word = line.words[odd]
    sentence = refused("account_malformed", typed=cite(word.text))
    raise Refusal(sentence, _put(line, odd, odd + 1, BLANK), word.start, word.end)


def _refuse_pair(line: Line, run: range) -> None:
    """Two numbers with only a space between that could be one id."""
    for index in run[1:]:
        first, second = line.words[index - 1], line.words[index]
        joined = first.text + second.text
        shorter = max(len(first.text), len(second.text)) < _ONE_ID.start
        if second.listed or not shorter or len(joined) not in _ONE_ID:
            continue
        typed = f"{first.text} {second.text}"
        sentence = refused("one_or_two", typed=cite(typed), text=first.text, text2=second.text)
        raise Refusal(sentence, _put(line, index - 1, index + 1, joined), first.start, second.end)


def _runs(line: Line, targets: Sequence[int]) -> Iterator[range]:
    """Places of numbers that stand side by side, those left out that are long enough for an id by themselves."""
    start = stop = -1
    for index in targets:
        word = line.words[index]
        whole = ACCOUNT_ID.fullmatch(word.text) and len(word.text) in _ONE_ID
        if whole or word.quoted or not _DIGITS.fullmatch(word.text):
            continue
        if index != stop:
            if stop > start:
                yield range(start, stop)
            start = index
        stop = index + 1
    if stop > start:
        yield range(start, stop)


def _joined(text: str) -> str | None:
    """The account id that groups of digits make, where they make one."""
    digits = re.sub("[^0-9]", "", text)
    return digits if _GROUPED.fullmatch(text) and len(digits) in _ONE_ID and digits[0] != "0" else None


def _put(line: Line, start: int, stop: int, text: str) -> Line:
    first, last = line.words[start], line.words[stop - 1]
    word = Word(text, first.start, last.end, listed=True, blank=text == BLANK)
    line = line.with_words(start, stop, word)
    if start + 1 < len(line.words):  # what follows is another account, so that it isn't joined again
        line = line.with_words(start + 1, start + 2, replace(line.words[start + 1], listed=True))
    return line


def resolve(
    command: Share | Unshare, accounts: Mapping[str, str], text: str | None = None
) -> tuple[Target, ...] | Misread:
    """The accounts that a command names, each once, in its order; none where every account is meant.

    :param accounts: account ids by the policy's names for them
    :param text: what was sent with ``/image``, to be quoted; without it the command is written out
    """
    if isinstance(command, Unshare) and command.targets == (EVERY,):
        return ()
    book = _Book(accounts)
    found = {word: book.find(word) for word in command.targets}
    unknown = [word for word, target in found.items() if target is None]
    if unknown:
        correction = _correction(command, unknown, book)
        suggestion = render(_only_known(correction.command, book))
        if len(suggestion) > MAX_TEXT:
            suggestion = render(Help())
        typed = render(command).removeprefix("/image ") if text is None else decode(text).text
        return Misread(typed, unknown[0] if unknown[0] in typed else "", correction.sentence, suggestion)
    return tuple({target.account: target for target in found.values() if target}.values())


def resolve_source(command: Inbound | Trust, accounts: Mapping[str, str], text: str | None = None) -> Target | Misread:
    """The account that shares images with us, likewise."""
    shared = Share(("image",), (command.source,), (), "")
    target = resolve(shared, accounts)
    if not isinstance(target, Misread):
        (found,) = target
        return found
    near, sentence = _Book(accounts).nearest(command.source), target.sentence
    if command.source.startswith("@"):  # which with ``share`` is told that people can't receive images
        named = cite(command.source)
        sentence = refused("source_placeholder", typed=named)
        if near:
            sentence = refused("account_near", typed=named, typed2=cite(near))
    suggestion = render(replace(command, source=near or BLANK))
    typed = render(command).removeprefix("/image ") if text is None else decode(text).text
    return Misread(typed, command.source if command.source in typed else "", sentence, suggestion)


@dataclass(frozen=True, slots=True)
class _Correction:
    sentence: str
    command: Share | Unshare


class _Book:
    """The policy's accounts, found by name in any case, or by id."""

    def __init__(self, accounts: Mapping[str, str]) -> None:
        self.names = tuple(accounts)
        self._ids = {name.casefold(): (account, name) for name, account in accounts.items()}
        self._by_id = {account: name for name, account in accounts.items()}

    @cached_property
    def _squashed(self) -> Mapping[str, str]:
        return {_squash(name): name for name in self.names}

    def find(self, word: str) -> Target | None:
        if word.casefold() == LIGHTHOUSE:
            return LIGHTHOUSE_TARGET
        if ACCOUNT_ID.fullmatch(word):
            return Target(word, self._by_id.get(word))
        hit = self._ids.get(word.casefold())
        return Target(*hit) if hit else None

    def nearest(self, word: str) -> str | None:
        """The name that was most likely meant."""
        squashed = self._squashed.get(_squash(word))
        if squashed is not None:
            return squashed
        close = difflib.get_close_matches(word.casefold()[:60], self._ids, n=1)
        return self._ids[close[0]][1] if close else None


def _squash(name: str) -> str:
    return "".join(c for c in name.casefold() if c.isalnum())


def _correction(command: Share | Unshare, unknown: Sequence[str], book: _Book) -> _Correction:
    word = unknown[0]
    return (
        _no_account_at_all(command, word, book)
        or _split_name(command, word, book)
        or _near_name(command, unknown, book)
        or _region(command, word)
        or _reason(command, unknown)
        or _any_name(command, word, book)
    )


def _no_account_at_all(command: Share | Unshare, word: str, book: _Book) -> _Correction | None:
    joined = _joined(word)
    if joined:
        return _Correction(refused("digits_alone", joined=joined), _swap(command, {word: (joined,)}))
    if word.startswith("@") and book.find(word[1:]) is None:
        return _Correction(
            refused("cannot_receive", what=say("People"), typed=cite(word)),
            _swap(command, {word: (BLANK,)}),
        )
    return None


def _split_name(command: Share | Unshare, word: str, book: _Book) -> _Correction | None:
    """``data team`` for ``data-team``."""
    place = command.targets.index(word)
    pair = command.targets[place : place + 2]
    name = book.nearest(" ".join(pair)) if len(pair) == 2 else None
    if name is None or _squash(name) != _squash("".join(pair)):
        return None
    targets = (*command.targets[:place], name, *command.targets[place + 2 :])
    sentence = refused("account_near", typed=cite(" ".join(pair)), typed2=cite(name))
    return _Correction(sentence, replace(command, targets=tuple(dict.fromkeys(targets))))


def _near_name(command: Share | Unshare, unknown: Sequence[str], book: _Book) -> _Correction | None:
    word = unknown[0]
    near = book.nearest(word)
    if near is None:
        return None
    names = {word: (near,)}
    for other in unknown[1:_MAX_CORRECTED]:
        near_other = book.nearest(other)
        names |= {other: (near_other,)} if near_other else {}
    return _Correction(refused("account_near", typed=cite(word), typed2=cite(near)), _swap(command, names))


def _region(command: Share | Unshare, word: str) -> _Correction | None:
    region = word.casefold()
    if len(command.targets) == 1 or not _REGION.fullmatch(region):
        return None
    regions = tuple(dict.fromkeys((*command.regions, region)))
    moved = replace(_swap(command, {word: ()}), regions=regions)
    return _Correction(refused("looks_like_region", typed=cite(word)), moved)


def _reason(command: Share | Unshare, unknown: Sequence[str]) -> _Correction | None:
    """Where nothing from the first unknown word to the end is known, it may be the reason without its because."""
    place = command.targets.index(unknown[0])
    rest = command.targets[place:]
    if command.reason or place == 0 or len(rest) < 2 or list(rest) != list(unknown):
        return None
    reason = " ".join(rest)
    return _Correction(
        refused("account_or_reason", typed=cite(rest[0]), typed2=cite(reason)),
        replace(command, targets=command.targets[:place], reason=reason),
    )


def _any_name(command: Share | Unshare, word: str, book: _Book) -> _Correction:
    known = ", ".join(cite(name) for name in book.names[:3])
    instead = refused("account_known_names", known=known) if known else say("its id")
    sentence = refused("account_unknown", typed=cite(word), instead=instead)
    return _Correction(sentence, command)


def _only_known(command: Share | Unshare, book: _Book) -> Share | Unshare:
    """One thing was put right; where the policy knows another word neither, the person has to fill it in."""
    return _swap(command, {word: (BLANK,) for word in command.targets if book.find(word) is None})


def _swap(command: Share | Unshare, names: Mapping[str, tuple[str, ...]]) -> Share | Unshare:
    targets = (name for word in command.targets for name in names.get(word, (word,)))
    return replace(command, targets=tuple(dict.fromkeys(targets)))
