"""The named queries: files read into mappings of name → statement."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib.resources import files

_HEADING = re.compile(r"^-- (\w+) --$", re.MULTILINE)


def queries(name: str = "queries.sql") -> Mapping[str, str]:
    """Every statement of a file under the name of its heading."""
    text = files(__name__).joinpath(name).read_text(encoding="utf-8")
    parts = _HEADING.split(text)[1:]
    return dict(zip(parts[::2], (part.strip() for part in parts[1::2]), strict=True))
