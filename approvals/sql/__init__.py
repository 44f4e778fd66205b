"""The named queries: files read into mappings of name → statement."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from importlib.resources import files

_HEADING = re.compile(r"^-- (\w+) --$", re.MULTILINE)

FILES = ("requests.sql", "shares.sql", "messages.sql")
"""Where the statements of the store are."""


def queries(names: Sequence[str] = FILES) -> Mapping[str, str]:
    """Every statement of the files under the name of its heading."""
    found: dict[str, str] = {}
    for name in names:
        parts = _HEADING.split(files(__name__).joinpath(name).read_text(encoding="utf-8"))[1:]
        found |= zip(parts[::2], (part.strip() for part in parts[1::2]), strict=True)
    return found
