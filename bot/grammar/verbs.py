"""The first word of a command: which verb it is, or which was meant."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from typing import Literal

from bot.grammar.typed import Help, Refusal, Requests, Show, cite
from bot.grammar.words import IMAGE_ID, TO_ACCOUNTS, Line, Word
from bot.refusals import refused

VERBS = ("share", "unshare", "delete", "show", "list", "inbound", "requests", "drift", "help", "account")

WHICH: Mapping[str, Literal["all", "mine", "pending"]] = {
    "all": "all",
    "mine": "mine",
    "my": "mine",
    "me": "mine",
    "pending": "pending",
    "open": "pending",
    "waiting": "pending",
}
"""The words after ``requests``."""

_NUMBER = re.compile(r"#?([1-9][0-9]{0,17})")  # what a 64-bit row number can hold
_POLITE = frozenset(
    {
        *("/image", "image", "imagewarden", "hi", "hey", "hello", "please", "pls", "plz", "kindly"),
        *("can", "could", "you", "i", "i'd", "we", "want", "need", "like", "would", "to"),
    }
)
_SAME_VERB = {"request": "requests", "accounts": "account", "?": "help", "h": "help"}
_OTHER_VERB = {
    **dict.fromkeys(("revoke", "remove", "withdraw", "take", "unshared", "un", "stop"), "unshare"),
    **dict.fromkeys(("dont", "don't", "don’t"), "unshare"),
    **dict.fromkeys(("give", "send", "grant", "add", "sharing", "shared"), "share"),
    **dict.fromkeys(("rm", "del", "destroy", "erase", "deleting"), "delete"),
    **dict.fromkeys(("describe", "info", "get", "view", "display"), "show"),
    **dict.fromkeys(("ls", "images", "find", "search"), "list"),
    **dict.fromkeys(("status", "queue", "reqs"), "requests"),
    **dict.fromkeys(("usage", "commands"), "help"),
}


_BUTTONS: Mapping[str, Literal["mine", "pending"]] = {
    **dict.fromkeys(("approve", "deny"), "pending"),
    **dict.fromkeys(("cancel", "retry", "extend", "end"), "mine"),
}
"""What is no command, and the list in which what it is about stands."""


def without_politeness(line: Line) -> Line:
    """The line from the verb on: "/image please share …" is "share …"."""
    first = 0
    while first + 1 < len(line.words) and verb_of(line.words[first], "") in _POLITE:
        first += 1
    if len(line.words) == 1 and line.words[0].text.casefold() == "/image":
        first = 1
    return line.with_words(0, first) if first else line


def verb_of(word: Word, strip: str = "-/") -> str:
    """The word as a verb; whether it is one of ``VERBS`` is for the caller to look at."""
    text = word.text.casefold().lstrip(strip) or word.text
    return _SAME_VERB.get(text, text)


def no_verb(line: Line, verb: str) -> Refusal:
    """What to say to a line that begins with no verb of this version."""
    word = line.words[0]
    meant = _meant(verb)
    if verb in _BUTTONS:
        number = next((found for found in map(request_number, line.words[1:]) if found), None)
        sentence = refused("a_button", typed=cite(word.text))
        return Refusal(sentence, Requests("all" if number else _BUTTONS[verb], number), word.start, word.end)
    if meant:
        rest = 2 if len(line.words) > 1 and line.words[1].text.casefold() in ("share", "sharing") else 1
        fix = line.with_words(0, rest, Word(meant, word.start, word.end))
        return Refusal(refused("near_verb", typed=cite(word.text), meant=meant), fix, word.start, word.end)
    verbs = ", ".join(f"`{known}`" for known in VERBS)
    sentence = refused("no_verb", typed=cite(word.text), verbs=verbs)
    return _only_names(line) or Refusal(sentence, Help(), word.start, word.end)


def _meant(verb: str) -> str | None:
    if verb in _OTHER_VERB:
        return _OTHER_VERB[verb]
    close = difflib.get_close_matches(verb, VERBS, n=1, cutoff=0.7) if len(verb) <= 20 else []
    return close[0] if close else None


def _only_names(line: Line) -> Refusal | None:
    """A line that begins with the image: what to do with it can be told from what follows."""
    first = line.words[0]
    following = line.words[1].key if len(line.words) > 1 else ""
    if following in TO_ACCOUNTS:
        verb = "unshare" if following == "from" else "share"
        sentence = refused("verb_before", verb=verb, typed=cite(first.text))
        return Refusal(sentence, line.with_words(0, 0, Word(verb, first.start, first.start)), first.start, first.end)
    which = WHICH.get(first.text.casefold())
    number = request_number(first) if len(line.words) == 1 else None
    if which or number:
        sentence = refused("verb_before", verb="requests", typed=cite(first.text))
        return Refusal(sentence, Requests(which or "all", number), first.start, first.end)
    if len(line.words) == 1 and IMAGE_ID.fullmatch(first.text):
        sentence = refused("verb_before", verb="show", typed=cite(first.text))
        return Refusal(sentence, Show(first.text), first.start, first.end)
    return None


def request_number(word: Word) -> int | None:
    """The request that a word such as ``#1042`` names."""
    found = None if word.kind else _NUMBER.fullmatch(word.text)
    return int(found[1]) if found else None
