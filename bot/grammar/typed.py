"""What somebody can ask for after ``/image``, as values, and each as the text that asks for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from approvals.terms import NO_END, Term
from bot.grammar.words import ACCOUNT_ID, BLANK, IMAGE_ID, Line, spell

MAX_TEXT = 3000
"""Characters of a command that are read; what a section of Block Kit can quote back."""

LISTED: Mapping[str, Literal["all", "mine", "shared"]] = {
    "all": "all",
    "everything": "all",
    "mine": "mine",
    "my": "mine",
    "me": "mine",
    "shared": "shared",
    "shares": "shared",
}
"""The words after ``list`` that are no part of a name."""

TRUSTING: Mapping[str, bool] = {
    **dict.fromkeys(("trust", "trusted", "allow", "accept"), True),
    **dict.fromkeys(("distrust", "untrust", "mistrust", "reject", "block"), False),
}
"""The words after ``inbound`` that are no name: whether they trust."""

EVERY = "*"
"""In the place of an unshare's accounts: every one that has the image. No account has such a name."""

_ROUNDS = 8  # corrections of one text before the help is suggested


@dataclass(frozen=True, slots=True)
class Share:
    """Ask for images to be shared.

    :ivar images: ids or exact names, each once
    :ivar targets: account ids and names of the policy, as typed, each once
    :ivar regions: each once; none where the image's own is meant
    :ivar reason: "" where none was given
    """

    images: tuple[str, ...]
    targets: tuple[str, ...]
    regions: tuple[str, ...]
    reason: str
    term: Term = NO_END


@dataclass(frozen=True, slots=True)
class Unshare:
    """Ask for shares to be taken back; the fields are those of ``Share``.

    :ivar targets: ``EVERY`` alone means all accounts that have the images
    """

    images: tuple[str, ...]
    targets: tuple[str, ...]
    regions: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Delete:
    """Ask for an image to be deleted, after every share of it is taken back.

    :ivar snapshots: its snapshots too
    """

    image: str
    snapshots: bool
    regions: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Inbound:
    """List the images that others share with us, or show how it stands with one who does.

    :ivar source: an account id or a name of the policy, as typed; "" for all of them
    """

    source: str = ""


@dataclass(frozen=True, slots=True)
class Trust:
    """Ask the guardians to trust an account as a source of images, or not to trust it any more."""

    source: str
    trusted: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Show:
    image: str


@dataclass(frozen=True, slots=True)
class Requests:
    """List requests, or show the one of that number."""

    which: Literal["all", "mine", "pending"]
    number: int | None


@dataclass(frozen=True, slots=True)
class List:
    """List images: all, those that the person owns, those that are shared out, or those with ``name`` in theirs."""

    which: Literal["all", "mine", "shared", "named"]
    name: str = ""


@dataclass(frozen=True, slots=True)
class Drift:
    """List where the cloud differs from the record."""


@dataclass(frozen=True, slots=True)
class Help:
    pass


@dataclass(frozen=True, slots=True)
class Account:
    """How to find a root account id."""


@dataclass(frozen=True, slots=True)
class OpenForm:
    """Nothing was typed: ask by form."""


Command: TypeAlias = (
    Share | Unshare | Delete | Inbound | Trust | Show | List | Requests | Drift | Help | Account | OpenForm
)


@dataclass(frozen=True, slots=True)
class Misread:
    """A text that is no command. Everything in it is raw: whoever shows it escapes it.

    :ivar typed: what was typed, Slack's encodings undone
    :ivar word: the part of ``typed`` to mark, or "" where something is missing
    :ivar sentence: what is wrong
    :ivar suggestion: the nearest right command with its ``/image``; where only the person knows a word, ``…`` stands
    """

    typed: str
    word: str
    sentence: str
    suggestion: str


@dataclass(frozen=True, slots=True)
class Names:
    """The names that a suggestion falls back on."""

    image: str = "base-nightly"
    account: str = "data-team"


class Refusal(Exception):
    """A line can't be read: what to say, the part to mark, and the line with this one thing put right."""

    def __init__(self, sentence: str, fix: Line | Command, start: int = 0, end: int = 0) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.fix = fix
        self.start = start
        self.end = end


def misread(typed: str, refusal: Refusal, read: Callable[[Line], Command]) -> Misread:
    """The answer to a refused line. One thing put right may lay open the next, so the correction is read again."""
    fix: Line | Command = refusal.fix
    for _ in range(_ROUNDS):
        if not isinstance(fix, Line):
            break
        try:
            fix = read(fix)
        except Refusal as again:
            fix = again.fix
    suggestion = render(Help() if isinstance(fix, Line) else fix)
    if len(suggestion) > MAX_TEXT:
        suggestion = render(Help())
    return Misread(typed, typed[refusal.start : refusal.end], refusal.sentence, suggestion)


def cite(text: str) -> str:
    """A typed text within a sentence: in backticks, on one line, at most 60 characters."""
    flat = " ".join(text.replace("`", "'").split())
    return f"`{flat if len(flat) <= 60 else flat[:59] + BLANK}`"


def render(command: Command) -> str:
    """The text that asks for the command, ``/image`` included; reading it gives the command back."""
    match command:
        case Share():
            words = ["share", *_sharing(command, "with")]
        case Unshare():
            words = ["unshare", *_sharing(command, "from")]
        case Delete():
            words = ["delete", *_deletion(command)]
        case Inbound(source):
            words = ["inbound", _source(source) if source else ""]
        case Trust(source, trusted, reason):
            words = ["inbound", "trust" if trusted else "distrust", _target(source)]
            words += [f"because {reason}"] if reason else []
        case Show(image):
            words = ["show", _image(image)]
        case List(which, name):
            words = ["list", _listed(name) if which == "named" else which.replace("all", "")]
        case Requests(which, number):
            words = ["requests", str(number) if number else which.replace("all", "")]
        case Drift():
            return "/image drift"
        case Help():
            words = ["help"]
        case Account():
            words = ["account"]
        case OpenForm():
            words = []
    return " ".join(["/image", *filter(None, words)])


def _target(name: str) -> str:
    return name if name == BLANK or ACCOUNT_ID.fullmatch(name) else spell(name)


def _source(name: str) -> str:
    return f'"{name}"' if name.casefold() in TRUSTING else _target(name)


def _image(name: str) -> str:
    return name if name == BLANK or IMAGE_ID.fullmatch(name) else spell(name)


def _listed(name: str) -> str:
    return f'"{name}"' if name.casefold() in LISTED else _image(name)


def _sharing(command: Share | Unshare, preposition: str) -> Iterable[str]:
    yield ", ".join(map(_image, command.images))
    yield preposition
    yield "all" if preposition == "from" and command.targets == (EVERY,) else ", ".join(map(_target, command.targets))
    yield from _where_and_why(command)


def _deletion(command: Delete) -> Iterable[str]:
    yield _image(command.image)
    if command.snapshots:
        yield "with snapshots"
    yield from _where_and_why(command)


def _term(term: Term) -> str:
    """The words that ask for it, as short as they can be."""
    if term.day is not None:
        return f"until {term.day.isoformat()}"
    if term.lasts is None:
        return ""
    minutes = int(term.lasts.total_seconds() // 60)
    for unit, length in (("d", 24 * 60), ("h", 60)):
        if minutes % length == 0:
            return f"for {minutes // length}{unit}"
    return f"for {minutes}min"


def _where_and_why(command: Share | Unshare | Delete) -> Iterable[str]:
    if command.regions:
        yield f"in {', '.join(command.regions)}"
    if isinstance(command, Share) and not command.term.is_endless:
        yield _term(command.term)
    if command.reason:
        yield f"because {command.reason}"
