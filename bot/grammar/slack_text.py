"""What Slack did to a typed text, undone: mentions, links and the three escaped characters.

With ``should_escape`` on, ``@lin`` arrives as ``<@U0LIN|lin>``, ``#ops`` as ``<#C0OPS|ops>``, a link (and any word that
looks like a host, such as ``base-22.04``) as ``<http://base-22.04|base-22.04>``, and ``&``, ``<``, ``>`` as entities.
The label is missing from some of them. Source: Slack's documentation of slash commands and of message formatting.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a marked stretch of text stands for."""

    PERSON = "person"
    GROUP = "group"
    CHANNEL = "channel"
    EVERYONE = "everyone"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class Mark:
    """``text[start:end]`` of the plain text was one of Slack's forms."""

    start: int
    end: int
    kind: Kind


@dataclass(frozen=True, slots=True)
class Plain:
    """The text as the person saw it, and where in it a mention or a link stands."""

    text: str
    marks: tuple[Mark, ...] = ()


# Possessive, so that a text full of brackets is read once and not once a bracket.
_ENCODED = re.compile(r"<(?P<target>[^<>|]++)(?:\|(?P<label>[^<>]*+))?>|&(?:amp|lt|gt);")
_ENTITY = re.compile(r"&(?:amp|lt|gt);")
_CHARACTERS = {"&amp;": "&", "&lt;": "<", "&gt;": ">"}
_SCHEME = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]{0,30}):(?P<rest>.*)", re.DOTALL)
_ADDRESSES = frozenset({"mailto", "tel"})
_SURROGATES = re.compile("[\ud800-\udfff]")
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def decode(text: str) -> Plain:
    """The text without Slack's encodings. Takes any text; what is not one of Slack's forms stays as it is.

    Half a surrogate pair, which JSON can carry and no database can store, becomes U+FFFD. Control characters, which
    nobody can type or see and of which each is six characters in an answer's JSON, go.
    """
    text = _CONTROLS.sub("", _SURROGATES.sub("\ufffd", text))
    parts: list[str] = []
    marks: list[Mark] = []
    length = 0
    position = 0
    for found in _ENCODED.finditer(text):
        before = text[position : found.start()]
        shown, kind = _shown(found)
        parts += (before, shown)
        length += len(before)
        if kind is not None:
            marks.append(Mark(length, length + len(shown), kind))
        length += len(shown)
        position = found.end()
    parts.append(text[position:])
    return Plain("".join(parts), tuple(marks))


def _shown(found: re.Match[str]) -> tuple[str, Kind | None]:
    if found["target"] is None:
        return _CHARACTERS[found[0]], None
    target = _unescape(found["target"])
    label = _unescape(found["label"] or "")
    name = label.lstrip("@#")
    if target.startswith("@"):
        return "@" + (name or target[1:]), Kind.PERSON
    if target.startswith("#"):
        return "#" + (name or target[1:]), Kind.CHANNEL
    if target.startswith("!subteam^"):
        return "@" + (name or target.removeprefix("!subteam^")), Kind.GROUP
    if target.startswith("!date^"):
        return label or _unescape(found[0]), None
    if target.startswith("!"):
        return "@" + (name or target[1:]), Kind.EVERYONE
    link = _SCHEME.fullmatch(target)
    if link is None:
        return _unescape(found[0]), None
    return _link(target, link["scheme"].lower(), link["rest"], label)


def _link(url: str, scheme: str, rest: str, label: str) -> tuple[str, Kind | None]:
    """A word that Slack linked by itself is the word; a link that a person made is a link."""
    if scheme in _ADDRESSES:
        return label or rest, None
    if not label:
        return url, Kind.LINK
    if "://" not in label and rest.rstrip("/").lower().endswith(label.rstrip("/").lower()):
        return label, None
    if label == url:
        return url, Kind.LINK
    return f"{label} ({url})", Kind.LINK


def _unescape(text: str) -> str:
    return _ENTITY.sub(lambda found: _CHARACTERS[found[0]], text)
