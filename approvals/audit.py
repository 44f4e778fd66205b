"""Builds a line of the record: each line holds the hash of the one before it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from json.encoder import encode_basestring
from typing import Any, Protocol

from approvals.model import Finding, Person

FIRST = "0" * 64
"""What the first line names as the hash before it."""

_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)

NOBODY = Person("imagewarden", "Imagewarden")
"""Who did what nobody did: checks, execution, expiry."""

OPERATOR = "operator"
"""The id of whoever does something on the server: by a command, and with no name that the chat knows."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that happened, before it is chained."""

    at: datetime
    event: str
    actor: Person
    request_id: int | None
    detail: Mapping[str, object]


def findings_told(findings: Iterable[Finding]) -> list[str]:
    """Findings as the record names them: ``warn:target_unknown:100098765432``."""
    return [":".join(filter(None, (one.level, one.code, one.about))) for one in findings]


def digest(entry: Entry, at: str, previous: str, detail: str) -> str:
    """SHA-256 (hex) over the canonical JSON of the line and the hash before it.

    :param at: the time as it is written in the line
    :param detail: the detail as it is written in the line
    """
    line = [
        previous,
        at,
        entry.event,
        entry.request_id,
        entry.actor.id,
        entry.actor.name,
        detail,
    ]
    return hashlib.sha256(canonical(line).encode()).hexdigest()


class Line(Protocol):
    """A line of the record, by the columns of the table."""

    def __getitem__(self, column: str, /) -> Any: ...


def digest_of(line: Line) -> str:
    """The hash that a line of the record must have, by what is written in it."""
    number = line["request_id"]
    text = (
        f"[{_quoted(line['previous'])},{_quoted(line['at'])},{_quoted(line['event'])},"
        f"{'null' if number is None else number},"
        f"{_quoted(line['actor_id'])},{_quoted(line['actor_name'])},{_quoted(line['detail'])}]"
    )  # what ``canonical`` makes of the list, in half the time: a record can have millions of lines
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


def _quoted(value: object) -> str:
    """A text as JSON; whatever else somebody put in its place as what it is."""
    return encode_basestring(value) if isinstance(value, str) else repr(value)


def canonical(value: object) -> str:
    """JSON with sorted keys, no spaces, and nothing escaped that need not be."""
    return _CANONICAL.encode(value)
