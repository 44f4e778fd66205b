"""Whether a file is there, where "no" and "nobody can tell" are not the same; whether it is still the same one, and
whether what belongs to it would stay with it."""

from __future__ import annotations

import os
import re
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


_OCTAL = re.compile(r"\\([0-7]{3})")

MOUNTED_ALONE = (
    "is mounted alone: what was written last stands in files beside it, which would be gone with the container. Mount "
    "its folder instead"
)


def is_mounted_alone(path: Path, mounts: Path = Path("/proc/self/mountinfo")) -> bool:
    """Is the file a mount of its own, so that what SQLite has beside it is elsewhere?

    The numbers of devices don't tell: they differ within one file system of a container.

    :param mounts: where Linux tells of them, with spaces and the like in octal; other systems don't
    """
    try:
        lines = mounts.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return False
    places = {_OCTAL.sub(lambda code: chr(int(code[1], 8)), line.split(" ")[4]) for line in lines}
    return os.path.realpath(path) in places


class OpenFiles:
    """The files of a database that is open: itself, its log and the log's index, as they were when they were opened.

    SQLite goes on with what it has open, whatever stands at their place meanwhile: what is written then is gone when
    the last process that has them open ends.
    """

    def __init__(self, path: Path) -> None:
        real = os.path.realpath(path)  # beside which SQLite has the others, whatever links to it
        self._places = (path, Path(f"{real}-wal"), Path(f"{real}-shm"))
        self._known: dict[Path, tuple[int, int]] = {}
        self.moved()

    def moved(self) -> Path | None:
        """The first that isn't where it was opened any more; None where all are."""
        for place in self._places:
            try:
                found = _identity(place)
            except OSError:  # nobody can tell, and what is written goes where it went
                continue
            known = self._known.setdefault(place, found) if found else self._known.get(place)
            if found != known:
                return place
        return None


def _identity(place: Path) -> tuple[int, int] | None:
    """By which a file is known, whatever its name; None where there is none.

    :raises OSError: it can't be told
    """
    try:
        found = place.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return found.st_dev, found.st_ino
