"""The text after ``/image``: whatever it is, there is an answer, it can be shown, and what it suggests can be typed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import get_args

from bot.cards import lists, private
from bot.cards.text import code
from bot.grammar import (
    EVERY,
    MAX_TEXT,
    Command,
    Misread,
    Names,
    Share,
    Show,
    Unshare,
    examples,
    parse,
    render,
    resolve,
)
from tests.bot.drawn import accepted, rings_nobody
from tests.fuzz.mutation import Words, decoded, encoded
from tests.fuzz.target import Check, within

LONGEST = 4096
_USUAL_LENGTH = 100  # characters; few people type more, and short texts are tried faster
_SECONDS = 1.0  # with the instrumentation, which makes it three times as slow

BLANK = "…"
PIECES = (
    *(
        "share",
        "Unshare",
        "show",
        "requests",
        "help",
        "account",
        "delete",
        "with snapshots",
        "from all",
        "list",
        "shrae",
        "base-nightly",
        "a",
    ),
    *(
        "with",
        "to",
        "from",
        "in",
        "because",
        "reason:",
        "--reason",
        "for",
        "until",
        "for 7d",
        "until 2026-12-31",
        "until 3 Nov",
        "202²",
        "and",
        "&amp;",
        "w/",
        "becuase",
    ),
    *("data-team", "100012345678", "1000", "1234", "12345", "67890", "#1042", "uin/12345", "appid", "img-1x", "IMG-1"),
    *("ap-guangzhou", "ap-x-3", "7d", "7", "days", "all", "everyone", "lighthouse", "lhbp-1", "the", "image", "please"),
    *("IMAGE", "…", "...", "-", "--x", "—x", "(a)", "@lin", "<@U0LIN|lin>", "<#C0A|>", "<!here>", "<https://x.y|z>"),
    *("<http://b-1.2|b-1.2>", '"', "“", "”", "'", "`", "```", '"my image"', "'in'", "`with`", ",", "，", ";", ".", "!"),
    *("&lt;", "<", ">", "|", "\u00a0", "\u200b", "\n", "ｘ", "数据", "/image", "mine", "approve", "un", "region"),
    *("img-6pb6lrmy", "partner-lab", "data team", "ap-singapore", "tokyo", "1000-1234-5678", "«a»", "<!subteam^S0A>"),
    *("<mailto:a@b.c|a@b.c>", "<!date^1^{ago}|x>", "<tel:123|123>", "qcs::cam::uin/100012345678:root", "inbound"),
    *(
        "trust",
        "Block",
        "inbound trust",
        "mine pending",
        "accounts",
        "w/o",
        "the image",
        "\U0001f600",
        "\u202e",
        "e\u0301",
        "\ud83d",
        "ⅷ",
        "١٢٣٤٥",
        "½",
    ),
)
_BOOKS: tuple[dict[str, str], ...] = (
    {"data-team": "100012345678", "partner-lab": "100023456789"},
    {"with": "10001", "Data Team": "100012345678", "team": "100077700001", "…": "10002", "a`b": "10003"},
    {},
)
_NAMES = Names("my image", "because")

_words = Words(r"\s+|<[^>]*>|[\w.-]+", PIECES)


@contextmanager
def opened(folder: Path) -> Iterator[Check]:  # noqa: ARG001  it writes no files
    yield _check


def mutated(data: bytes, dice: Random) -> bytes:
    longest = LONGEST if dice.random() < 0.01 else _USUAL_LENGTH
    return encoded(_words.mutated(decoded(data), dice, longest))


def as_slack_sends(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def retype(suggestion: str) -> Command | Misread:
    return parse(as_slack_sends(suggestion).removeprefix("/image"))


def check(answer: Command | Misread) -> None:
    """It is an answer, and one that can be used."""
    if not isinstance(answer, Misread):
        assert isinstance(answer, get_args(Command))
        return
    assert answer.sentence.strip()
    assert answer.word in answer.typed
    assert answer.suggestion.startswith("/image")
    assert len(answer.suggestion) <= MAX_TEXT
    if BLANK not in answer.suggestion:
        again = retype(answer.suggestion)
        assert not isinstance(again, Misread), (answer, again)


def check_resolved(command: Share | Unshare, accounts: dict[str, str], text: str) -> None:
    """Each account is found or explained."""
    answer = resolve(command, accounts, text)
    if not isinstance(answer, Misread):
        least = 0 if isinstance(command, Unshare) and command.targets == (EVERY,) else 1
        assert least <= len(answer) <= len(command.targets)
        assert len({target.account for target in answer}) == len(answer)
        return
    check(answer)
    again = retype(answer.suggestion)
    if BLANK not in answer.suggestion and isinstance(again, Share | Unshare):
        assert not isinstance(resolve(again, accounts), Misread), (answer, again)


def _check(data: bytes) -> None:
    text = decoded(data)
    with within(_SECONDS):
        answer = parse(text)
    check(answer)
    repr(answer).encode()  # half a surrogate pair can't be stored
    _shown(answer)
    if isinstance(answer, Misread):
        if len(data) % 4 == 0:  # not for each, since it costs as much as all the rest
            named = parse(text, _NAMES)
            assert isinstance(named, Misread)
            assert named.sentence == answer.sentence
            check(named)
        return
    written = render(answer)
    assert BLANK in written or retype(written) == answer, (answer, retype(written))
    if isinstance(answer, Share | Unshare):
        for book in _BOOKS:
            with within(_SECONDS):
                check_resolved(answer, book, text)


def _shown(answer: Command | Misread) -> None:
    """What a person sees is taken by Slack, and rings nobody."""
    match answer:
        case Misread():
            shown, blocks = lists.misread(answer.typed, answer.word, answer.sentence, answer.suggestion)
            accepted(shown, blocks)
            rings_nobody(shown, blocks)
        case Share() | Unshare():
            shown = private.recorded(list(range(1, len(answer.images) + 1)), list(answer.images))
            accepted(shown, None)
            rings_nobody(shown, [])
        case Show(image):
            rings_nobody(code(image), [])
            check(parse(render(Show(image))))
            assert len(examples([image], [image])) == 5
        case _:
            pass
