"""A typed text as words, and a name as somebody would have to type it.

Phones and word processors change what is typed: quotation marks curl, two hyphens become a dash, spaces become
unbreakable, invisible characters come along with a paste. All of that is undone in a word, none of it in a reason or
inside quotation marks, where only invisible characters go.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from approvals.cloud import IDS, LIGHTHOUSE
from approvals.texts import one_line, visible
from bot.grammar.slack_text import Kind, Mark, Plain

BLANK = "…"
"""Stands in a suggestion for what only the person can fill in."""

ACCOUNT_ID = re.compile(r"[1-9][0-9]{4,13}")
"""A root account id. The vendor states no rule; 8 to 12 digits are seen in its documents, older ones may be shorter."""

IMAGE_ID = re.compile(rf"(?:{'|'.join(IDS)})[0-9a-z]+")

_GAPS = r"\s,，、;；"
_BARE = re.compile(rf"[^{_GAPS}]+")
_COMMAS = frozenset(",，、;；")
_BECAUSE = re.compile(
    rf"(?:because|(?:--|[—–])reason|reason(?=[:=：]))(?:[:=：]|[.…\u00ad\u200b-\u200f\u2060\ufeff]*(?=[{_GAPS}]|$))",
    re.IGNORECASE,
)
_QUOTES = {
    **dict.fromkeys('"“”„‟«»＂「」『』', '"'),
    **dict.fromkeys("'‘’‚‛＇", "'"),
    "`": "`",
}
_CLOSED_BEFORE = frozenset(".:!?)。")
_FENCE = "```"
_KEYS = {
    **{key: key for key in ("with", "to", "from", "in", "for", "until")},
    "w/": "with",
    "till": "until",
    "region:": "in",
    "--region": "in",
}
TO_ACCOUNTS = frozenset({"with", "to", "from"})
"""The keywords that accounts come after."""

_AND = frozenset({"and", "&", "+"})
_BECAUSE_SLIPS = frozenset({"bc", "b/c", "cuz", "coz", "cos", "cause", "reason", "because"})
_LIKE_BECAUSE = 0.8
EVERYONE = frozenset({"all", "everyone", "everybody"})
"""What would be a name but for what it means."""

NUMBER_FOLLOWS = frozenset({"uin", "appid", "id"})
"""What says of the number behind it what it is, with a comma between or without."""

ARTICLES = frozenset({"the", "image", "images", "account", "accounts", "please", "pls", "plz", "thanks"})
PLACEHOLDERS = frozenset({"IMAGE", "TARGET", "ACCOUNT", "SOURCE", "REGION", "NAME", "ID", BLANK, "..."})
"""What stands in a form for a word of one's own, and is sent as it stands."""

CVM = "cvm"
"""What images of Lighthouse can't be moved to, though people ask for that."""

_RESERVED = frozenset({*_KEYS, *_AND, *EVERYONE, *ARTICLES, *NUMBER_FOLLOWS, LIGHTHOUSE, CVM})
_PLAIN = re.compile(r"[^\W\d_](?:[\w.-]*\w)?")
_TYPOGRAPHY: Mapping[int, int | str] = {
    **{code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)},  # the full-width forms of ASCII
    **dict.fromkeys(map(ord, "‐‑‒–−"), "-"),
    ord("—"): "--",
}


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a line.

    :ivar start: where it stands in the line's text; ``end`` likewise. A word put in for a suggestion has no length
    :ivar key: the keyword that it is, or ""
    :ivar quoted: it stood in quotation marks, so it is a name, whatever it looks like
    :ivar listed: a comma or an "and" stands before it
    :ivar kind: it is a mention or a link
    :ivar blank: it was put in where only the person knows the right word
    """

    text: str
    start: int
    end: int
    key: str = ""
    quoted: bool = False
    listed: bool = False
    kind: Kind | None = None
    blank: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A text as words, up to the reason.

    :ivar reason: what follows the first ``because``; None where there is none
    :ivar reason_at: where the ``because`` begins and ends; ``reason_blank`` as in a word
    :ivar unclosed: where a quotation mark stands that nothing closes
    """

    text: str
    words: tuple[Word, ...]
    reason: str | None = None
    reason_at: tuple[int, int] = (0, 0)
    reason_blank: bool = False
    unclosed: int | None = None

    def with_words(self, start: int, stop: int, *words: Word) -> Line:
        """The line with ``words[start:stop]`` replaced."""
        return replace(self, words=(*self.words[:start], *words, *self.words[stop:]))

    def with_reason_from(self, index: int, position: int) -> Line:
        """The line with the words from ``index`` on left out and the text from ``position`` on as the reason."""
        if self.text[position : position + 1] in _COMMAS:
            position += 1
        reason = self.text[position:].strip()
        return replace(self, words=self.words[:index], reason=reason, reason_blank=False)

    def cut(self, start: int, stop: int) -> tuple[int, int]:
        """Where ``words[start:stop]`` stand in the text."""
        return self.words[start].start, self.words[stop - 1].end


def split(plain: Plain) -> Line:
    """The words of a text, and the reason. Reads every character a bounded number of times."""
    return _Splitter(plain).line()


def spell(name: str) -> str:
    """A name as it has to be typed: in quotation marks where it would be read as something else.

    A name that can't be typed at all (line breaks, every kind of quotation mark) gives ``BLANK``.
    """
    if _is_plain(name):
        return name
    for quote in sorted("\"'`", key=name.count):
        words = split(Plain(f"_ {quote}{name}{quote}")).words
        if len(words) == 2 and words[1].quoted and words[1].text == name:
            return quote + name + quote
    return BLANK


def is_article(word: Word) -> bool:
    """Whether a word only accompanies a name, as in "the image base", where a name is expected."""
    return not word.quoted and word.text.casefold() in ARTICLES and word.text not in PLACEHOLDERS


def means_because(word: Word) -> bool:
    """Whether a word is a slip of ``because``, or what people type for short."""
    return not (word.quoted or word.blank or word.kind) and _slips_from_because(word.text)


def _slips_from_because(text: str) -> bool:
    text = text.casefold()
    if text in _BECAUSE_SLIPS:
        return True
    if not 5 <= len(text) <= 9 or text[0] != "b":
        return False
    return difflib.SequenceMatcher(None, text, "because").ratio() >= _LIKE_BECAUSE


def _is_plain(name: str) -> bool:
    reserved = name.casefold() in _RESERVED or _slips_from_because(name)
    shaped = name.casefold().startswith((*IDS, "uin", "appid")) or name in PLACEHOLDERS
    return _PLAIN.fullmatch(name) is not None and _tidy(name) == name and not reserved and not shaped


def _key(tidy: str) -> str:
    text = tidy.casefold()
    return _KEYS.get(text) or _KEYS.get(text.removesuffix(":").removeprefix("--"), "")


def _tidy(bare: str) -> str:
    """A word without what a phone or a sentence put around it."""
    return _trimmed(visible(bare).translate(_TYPOGRAPHY))


def _trimmed(text: str) -> str:
    if len(text) > 2 and text[0] + text[-1] in {"()", "[]"}:
        text = text[1:-1]
    text = text.rstrip(".…!?:。") or text
    return text.lower() if IMAGE_ID.fullmatch(text.lower()) else text


class _Splitter:
    """Goes through a text once, from left to right."""

    def __init__(self, plain: Plain) -> None:
        self._text = plain.text
        self._marks = list(reversed(plain.marks))
        self._at, self._end = _unwrapped(plain.text)
        self._words: list[Word] = []
        self._listed = False
        self._unclosed: int | None = None
        self._never_closed: set[str] = set()

    def line(self) -> Line:
        while self._at < self._end:
            because = _BECAUSE.match(self._text, self._at, self._end)
            if because and self._mark() is None:
                return self._done(because)
            self._step()
        return Line(self._text, tuple(self._words), unclosed=self._unclosed)

    def _done(self, because: re.Match[str]) -> Line:
        start = because.end()
        if self._text[start : start + 1] in _COMMAS and start < self._end:
            start += 1
        reason = self._text[start : self._end].strip()
        return Line(self._text, tuple(self._words), reason, because.span(), unclosed=self._unclosed)

    def _step(self) -> None:
        character = self._text[self._at]
        mark = self._mark()
        if mark is not None:
            self._mention(mark)
        elif character in _COMMAS:
            self._listed = True
            self._at += 1
        elif character.isspace() or not visible(character):
            self._at += 1
        elif character in _QUOTES:
            self._quoted(_QUOTES[character])
        else:
            self._bare()

    def _mark(self) -> Mark | None:
        """The mention or link that begins here."""
        while self._marks and self._marks[-1].start < self._at:
            self._marks.pop()
        return self._marks[-1] if self._marks and self._marks[-1].start == self._at else None

    def _mention(self, mark: Mark) -> None:
        rest = _BARE.match(self._text, mark.end, self._end)
        end = rest.end() if rest else mark.end
        self._add(Word(visible(self._text[self._at : end]), self._at, end, kind=mark.kind))

    def _quoted(self, quote: str) -> None:
        end = self._closing(quote)
        if end is None:
            self._unclosed = self._at if self._unclosed is None else self._unclosed
            self._at += 1
            return
        name = one_line(self._text[self._at + 1 : end]).strip()
        if name:
            self._add(Word(name, self._at, end + 1, quoted=name != BLANK))
        self._at = end + 1

    def _closing(self, quote: str) -> int | None:
        if quote in self._never_closed:
            return None
        for position in range(self._at + 1, self._end):
            if _QUOTES.get(self._text[position]) == quote and self._closes(position + 1):
                return position
        self._never_closed.add(quote)
        return None

    def _closes(self, position: int) -> bool:
        if position >= self._end:
            return True
        following = self._text[position]
        return following.isspace() or following in _COMMAS or following in _CLOSED_BEFORE or not visible(following)

    def _bare(self) -> None:
        found = _BARE.match(self._text, self._at, self._end)
        end = found.end() if found else self._at + 1
        if self._marks:
            end = min(end, self._marks[-1].start)
        typed = visible(self._text[self._at : end]).translate(_TYPOGRAPHY)
        if typed.casefold() in _AND:
            self._listed = True
            self._at = end
            return
        self._add(Word(_trimmed(typed), self._at, end, key=_key(typed)))

    def _add(self, word: Word) -> None:
        self._words.append(replace(word, listed=True) if self._listed else word)
        self._listed = False
        self._at = word.end


def _unwrapped(text: str) -> tuple[int, int]:
    """Where the text begins and ends, one pair of quotation marks or backticks around all of it left out."""
    start = len(text) - len(text.lstrip())
    end = max(start, len(text.rstrip()))
    whole = text[start:end]
    if len(whole) >= 6 and whole.startswith(_FENCE) and whole.endswith(_FENCE):
        return start + 3, end - 3
    quote = _QUOTES.get(whole[:1])
    if quote and len(whole) > 2 and _QUOTES.get(whole[-1]) == quote:
        marks = [c for c in whole if _QUOTES.get(c) == quote]
        if len(marks) == 2:
            return start + 1, end - 1
    return start, end
