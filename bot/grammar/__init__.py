"""The text after ``/image``: read into a command, or answered with what to type instead.

::

    share IMAGE… with ACCOUNT… [in REGION…] [for 7d | until 2026-12-31] [because REASON]
    unshare IMAGE… from ACCOUNT… [in REGION…] [because REASON]
    show IMAGE
    list [mine | shared | NAME]
    requests [mine | pending | NUMBER]
    drift · help · account · (nothing, or share alone, which opens the form)

IMAGE is an id or an exact name, NAME a part of one, ACCOUNT an id or a name of the policy. The reason is kept as it
was written; in all else case, commas, "and", spaces, quotation marks and what Slack adds don't matter. A name that is a
keyword goes in quotes. Reading is pure, takes any text, and takes time in proportion to its length.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from approvals.sentences import say
from approvals.terms import Term
from bot.grammar.accounts import resolve, resolve_source
from bot.grammar.clauses import MAX_IMAGES, read_sharing
from bot.grammar.deleting import read_delete
from bot.grammar.regions import MAX_REGIONS
from bot.grammar.slack_text import decode
from bot.grammar.sources import read_inbound
from bot.grammar.typed import (
    EVERY,
    LISTED,
    MAX_TEXT,
    Account,
    Command,
    Delete,
    Drift,
    Help,
    Inbound,
    List,
    Misread,
    Names,
    OpenForm,
    Refusal,
    Requests,
    Share,
    Show,
    Trust,
    Unshare,
    cite,
    misread,
    render,
)
from bot.grammar.verbs import WHICH, no_verb, request_number, verb_of, without_politeness
from bot.grammar.words import ACCOUNT_ID, BLANK, IMAGE_ID, PLACEHOLDERS, Line, Word, is_article, spell, split
from bot.refusals import refused

__all__ = [
    "ACCOUNT_ID",
    "EVERY",
    "IMAGE_ID",
    "MAX_IMAGES",
    "MAX_REGIONS",
    "MAX_TEXT",
    "Account",
    "Command",
    "Delete",
    "Drift",
    "Help",
    "Inbound",
    "List",
    "Misread",
    "Names",
    "OpenForm",
    "Requests",
    "Share",
    "Show",
    "Trust",
    "Unshare",
    "examples",
    "parse",
    "render",
    "resolve",
    "resolve_source",
    "spell",
]

_LONGEST_ENCODED = 5  # "&amp;" for one "&"

_USUAL = Names()


def parse(text: str, names: Names = _USUAL) -> Command | Misread:
    """Read the text that Slack sent with ``/image``.

    :param names: an image and an account that exist, for suggestions where the person named none
    """
    plain = decode(text[: MAX_TEXT * _LONGEST_ENCODED])
    if len(plain.text) > MAX_TEXT or len(text) > MAX_TEXT * _LONGEST_ENCODED:
        sentence = refused("too_long", max_text=f"{MAX_TEXT:,}")
        return Misread(plain.text[:MAX_TEXT], "", sentence, render(Help()))
    line = split(plain)
    try:
        return _read(line, names)
    except Refusal as refusal:
        return misread(line.text, refusal, lambda fix: _read(fix, names))


def examples(images: Sequence[str] = (), accounts: Sequence[str] = ()) -> tuple[str, ...]:
    """Five commands that can be typed as they stand, with the first of the names that were given.

    :param images: names of images that exist; ``accounts`` names of the policy's accounts
    """
    known_images = [*dict.fromkeys(filter(_typeable, images))][:2] or [_USUAL.image]
    known_accounts = tuple(dict.fromkeys(filter(_typeable, accounts)))[:2] or (_USUAL.account,)
    image, account = known_images[0], known_accounts[0]
    commands: tuple[Command, ...] = (
        Share((image,), (account,), (), "the nightly build needs it", Term(lasts=timedelta(days=30))),
        Share((known_images[-1],), known_accounts, (), "the release is ready for testing"),
        Unshare((image,), (account,), (), "the project has ended"),
        Show(image),
        Requests("pending", None),
    )
    return tuple(map(render, commands))


def _typeable(name: str) -> bool:
    return spell(name) != BLANK and len(name) < MAX_TEXT // 10


def _read(line: Line, names: Names) -> Command:
    """Read a line.

    :raises Refusal: it can't be read
    """
    if line.unclosed is not None:
        at = line.unclosed
        follows = line.text[at + 1 : at + 30].strip()
        where = say("before {typed}", typed=cite(follows)) if follows else say("at the end")
        sentence = refused("quotation_open", where=where)
        raise Refusal(sentence, replace(line, unclosed=None), at, at + 1)
    line = without_politeness(line)
    if not line.words:
        if line.reason is None:
            return OpenForm()
        sentence = refused("verb_missing")
        raise Refusal(sentence, line.with_words(0, 0, Word("share", 0, 0)))
    verb = verb_of(line.words[0])
    if verb in _READERS:
        return _READERS[verb](line, names)
    raise no_verb(line, verb)


def _read_share(line: Line, names: Names) -> Command:
    if len(line.words) == 1 and line.reason is None:
        return OpenForm()
    return read_sharing(line, Share, names)


def _read_unshare(line: Line, names: Names) -> Command:
    return read_sharing(line, Unshare, names)


def _read_show(line: Line, names: Names) -> Command:
    articles = 0
    while articles + 2 < len(line.words) and is_article(line.words[articles + 1]):
        articles += 1
    line = line.with_words(1, 1 + articles)
    words = line.words[1:]
    if not words:
        raise Refusal(refused("show_what"), Show(names.image))
    first = words[0]
    number = request_number(first) if first.text.startswith("#") and not first.quoted else None
    if number:
        sentence = refused("show_request", typed=cite(first.text))
        raise Refusal(sentence, Requests("all", number), first.start, first.end)
    if not (first.quoted or first.blank) and (first.kind or first.text in PLACEHOLDERS):
        sentence = refused("show_placeholder", typed=cite(first.text))
        raise Refusal(sentence, Show(names.image), first.start, first.end)
    if len(words) == 1:
        return Show(first.text)
    start, end = line.cut(2, len(line.words))
    spaced = not any(word.key or word.listed or word.quoted or word.kind for word in words)
    name = " ".join(word.text for word in words) if spaced else first.text
    advice = refused("quote_spaces") if spaced else refused("leave_out_rest")
    raise Refusal(refused("show_one", advice=advice), Show(name), start, end)


def _read_list(line: Line, names: Names) -> Command:
    words = [word for word in line.words[1:] if not is_article(word)]
    if not words:
        return List("all")
    first = words[0]
    which = None if first.quoted else LISTED.get(first.text.casefold())
    found = List(which) if which else List("named", first.text)
    if not (first.quoted or first.blank) and first.text in PLACEHOLDERS:
        sentence = refused("list_placeholder", typed=cite(first.text))
        raise Refusal(sentence, List("named", names.image), first.start, first.end)
    if first.kind or first.key:
        sentence = refused("list_unknown", typed=cite(first.text))
        raise Refusal(sentence, List("all"), first.start, first.end)
    if len(words) == 1:
        return found
    spaced = not which and not any(word.key or word.listed or word.quoted or word.kind for word in words)
    advice = refused("quote_spaces") if spaced else refused("leave_out_rest")
    fix = List("named", " ".join(word.text for word in words)) if spaced else found
    raise Refusal(refused("list_one", advice=advice), fix, words[1].start, words[-1].end)


def _read_requests(line: Line, _names: Names) -> Command:
    words = [word for word in line.words[1:] if word.text.casefold() not in ("request", "requests", "number", "no")]
    if not words:
        return Requests("all", None)
    first = words[0]
    number = request_number(first)
    which = WHICH.get(first.text.casefold())
    found = Requests(which or "all", number)
    if not (number or which):
        sentence = refused("requests_unknown", typed=cite(first.text))
        close = difflib.get_close_matches(first.text.casefold()[:20], WHICH, n=1)
        raise Refusal(sentence, Requests(WHICH[close[0]] if close else "all", None), first.start, first.end)
    if len(words) > 1:
        sentence = refused("requests_one")
        raise Refusal(sentence, found, words[1].start, words[-1].end)
    return found


def _read_help(_line: Line, _names: Names) -> Command:
    return Help()


def _read_drift(line: Line, _names: Names) -> Command:
    if len(line.words) == 1:
        return Drift()
    start, end = line.cut(1, len(line.words))
    raise Refusal(refused("drift_alone"), Drift(), start, end)


def _read_account(line: Line, _names: Names) -> Command:
    if len(line.words) == 1:
        return Account()
    start, end = line.cut(1, len(line.words))
    sentence = refused("account_alone")
    raise Refusal(sentence, Account(), start, end)


_READERS: Mapping[str, Callable[[Line, Names], Command]] = {
    "share": _read_share,
    "unshare": _read_unshare,
    "delete": read_delete,
    "inbound": read_inbound,
    "show": _read_show,
    "list": _read_list,
    "requests": _read_requests,
    "drift": _read_drift,
    "help": _read_help,
    "account": _read_account,
}
