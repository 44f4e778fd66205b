"""Whether a file is there, where "no" and "nobody can tell" are not the same."""

from __future__ import annotations

from pathlib import Path


def is_there(path: Path) -> bool:
    """Whether there is something of that name: ``Path.exists`` says no of all that can't be looked at, from 3.14 on.

    :raises OSError: it can't be told: a folder that isn't for us to look into, a name that no file can have
    """
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True
