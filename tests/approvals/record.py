"""Verifies the record as an auditor would: from its lines alone, with none of our code."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any


def broken_lines(lines: Sequence[Mapping[str, Any]]) -> list[int]:
    """The numbers of the lines that don't follow from the one before, or don't hash to what they say."""
    broken, previous = [], "0" * 64
    for line in lines:
        parts = [
            previous,
            line["at"],
            line["event"],
            line["request_id"],
            line["actor_id"],
            line["actor_name"],
            line["detail"],
        ]
        text = json.dumps(parts, separators=(",", ":"), ensure_ascii=False)
        if line["previous"] != previous or line["hash"] != hashlib.sha256(text.encode()).hexdigest():
            broken.append(line["seq"])
        previous = line["hash"]
    return broken
