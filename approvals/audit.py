"""Builds a line of the record: each line holds the hash of the one before it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from approvals.model import Person

FIRST = "0" * 64
"""What the first line names as the hash before it."""

_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)

NOBODY = Person("imagewarden", "Imagewarden")
"""Who did what nobody did: checks, execution, expiry."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that happened, before it is chained."""

    at: datetime
    event: str
    actor: Person
    request_id: int | None
    detail: Mapping[str, object]


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


def canonical(value: object) -> str:
    """JSON with sorted keys, no spaces, and nothing escaped that need not be."""
    return _CANONICAL.encode(value)
