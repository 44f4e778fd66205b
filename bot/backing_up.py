"""``imagewarden backup``: a copy of the database as of one moment, while the bot runs."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from approvals.archive import opened
from approvals.errors import StoreError

_PAGES = 2000  # 8 MiB at a time: writers wait for none of it, and a copy that they change begins anew by itself


def backup(db: Path, to: Path) -> int:
    """Copy the database; returns how many bytes that are. The file is there whole, or not at all.

    :raises StoreError: the database can't be read, or the copy can't be written or is damaged
    """
    part = to.with_name(f".{to.name}.part")
    with opened(db):
        pass  # it is ours, and of this version
    try:
        if to.exists():
            raise StoreError(str(to), "there is a file of that name already: name another, or remove it")
        _remove(part)
        os.close(os.open(part, os.O_CREAT | os.O_WRONLY, 0o600))
        source = sqlite3.connect(f"{db.absolute().as_uri()}?mode=ro", uri=True)
        with closing(source), closing(sqlite3.connect(part)) as target:
            source.backup(target, pages=_PAGES)
            target.execute("PRAGMA journal_mode = DELETE").fetchall()  # one file, whatever the original has beside it
            damage = target.execute("PRAGMA integrity_check(1)").fetchone()[0]
        if damage != "ok":
            raise StoreError(str(db), f"the copy is damaged: {damage}")
        _wait_for_the_disk(part)
        part.rename(to)
        with suppress(OSError):  # some file systems refuse that of a folder, and SQLite leaves it at that, too
            _wait_for_the_disk(to.parent)  # where its name is
    except (OSError, sqlite3.Error) as error:
        raise StoreError(str(to), str(error)) from error
    finally:
        with suppress(OSError):  # where it couldn't even be made, it can't be removed
            _remove(part)
    return to.stat().st_size


def _wait_for_the_disk(what: Path) -> None:
    written = os.open(what, os.O_RDONLY)
    try:
        os.fsync(written)
    finally:
        os.close(written)


def _remove(part: Path) -> None:
    for left in (part, part.with_name(f"{part.name}-journal")):
        left.unlink(missing_ok=True)
