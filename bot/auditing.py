"""``imagewarden audit``: verifies the record, and writes it out line by line."""

from __future__ import annotations

import csv
import json
import sqlite3
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import IO

import click

from approvals.archive import opened
from approvals.rows import stamp
from approvals.verifying import Verified, verify
from bot.plurals import many

COLUMNS = ("seq", "at", "event", "request_id", "actor_id", "actor_name", "detail", "previous", "hash")

_MOST_FLAWS = 100
_PAGE = 1000  # lines that are read at a time
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")  # how a cell begins that some spreadsheet computes


def report(db: Path, head: str) -> bool:
    """Verify the record and tell; is it as it was written?

    :raises StoreError: the file can't be read
    """
    seen, flaws = Verified(), 0
    with opened(db) as archive:
        for flaw in verify(archive, seen, head=head):
            flaws += 1
            if flaws <= _MOST_FLAWS:
                click.echo(f"BROKEN  {f'row {flaw.row}: ' if flaw.row else ''}{flaw.text}")
    if flaws > _MOST_FLAWS:
        click.echo(f"BROKEN  and {flaws - _MOST_FLAWS} more.")
    click.echo(f"{many(seen.rows, 'row')}, the last with the hash {seen.head}." if seen.rows else "There is no row.")
    if seen.head_row is not None:
        click.echo(f"The hash that was asked for is that of row {seen.head_row}.")
    click.echo(
        f"{many(flaws, 'flaw')} found." if flaws else "The record is as it was written, and the tables are as it tells."
    )
    return not flaws


def export(db: Path, to: IO[str], kind: str, since: datetime | None, until: datetime | None) -> None:
    """Write the lines of the record of a time, each as soon as it is read.

    :param kind: ``jsonl`` or ``csv``
    :raises StoreError: the file can't be read
    """
    lines = _lines(db, stamp(since) if since else "", stamp(until) if until else "~")
    with opened(db):
        pass  # what can't be read is told before anything is written
    if kind == "csv":
        writer = csv.writer(to)
        writer.writerow(COLUMNS)
        writer.writerows([_cell(line[column]) for column in COLUMNS] for line in lines)
        return
    for line in lines:
        fields = {column: line[column] for column in COLUMNS}
        to.write(json.dumps(fields | {"detail": _read(line["detail"])}, ensure_ascii=False) + "\n")


def moment(text: str, *, end: bool) -> datetime:
    """A time as it is typed; a day alone is its beginning, or as an end its end. UTC, where no other is said.

    :raises ValueError: it is none
    :raises OverflowError: it is one of a time zone, and before the first or after the last that there is
    """
    try:
        day = date.fromisoformat(text)
    except ValueError:
        at = datetime.fromisoformat(text)
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    begins = datetime.combine(day, time(), UTC)
    return begins + timedelta(days=1) if end and day < date.max else begins


def standard_output() -> IO[str]:
    """Standard output in UTF-8, whatever the terminal's locale."""
    sys.stdout.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]  # a text stream, always
    return sys.stdout


def _lines(db: Path, since: str, until: str) -> Iterator[sqlite3.Row]:
    """Whoever takes the lines may pause for long; a file kept open meanwhile would keep its log from being emptied."""
    after = float("-inf")
    while True:
        with opened(db) as archive:
            page = list(archive.rows("lines_between", after=after, since=since, until=until, page=_PAGE))
        yield from page
        if len(page) < _PAGE:
            return
        after = page[-1]["seq"]


def _read(detail: str) -> object:
    try:
        return json.loads(detail)
    except ValueError:
        return detail  # somebody changed it: ``verify`` tells


def _cell(value: object) -> object:
    """What somebody named themselves must not be computed by whoever opens the file."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
