"""Verifies the record: each line by itself, each by the one before it, and the tables by all of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from approvals.archive import Archive
from approvals.audit import FIRST, digest_of
from approvals.retelling import Retelling

GUARDS = {
    "audit_never_changes": "BEFORE UPDATE ON audit",
    "audit_never_shrinks": "BEFORE DELETE ON audit",
    "audit_never_replaced": "BEFORE INSERT ON audit WHEN EXISTS (SELECT 1 FROM audit WHERE seq = NEW.seq)",
}
"""The triggers that refuse to change a line, to take one away or to put another in its place; what each must say."""


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something that is not as it was written.

    :ivar row: the number of the line of the record; None where it is about something else
    """

    row: int | None
    text: str


@dataclass(slots=True)
class Verified:
    """What was looked at.

    :ivar rows: how many lines there are
    :ivar head: the hash of the last one
    :ivar head_row: the line that has the hash which was asked for; None where none has
    """

    rows: int = 0
    head: str = FIRST
    head_row: int | None = None


def verify(archive: Archive, seen: Verified, *, head: str = "") -> Iterator[Flaw]:
    """Every flaw, in order.

    :param seen: is filled in on the way
    :param head: a hash that some line had at an earlier time
    :raises StoreError: the file can't be read
    """
    yield from _guards(archive)
    retelling = Retelling()
    last = 0
    for row in archive.rows("lines"):
        seq, previous, written = row["seq"], row["previous"], row["hash"]
        if seq != last + 1:
            yield Flaw(seq, _missing(last + 1, seq - 1))
        if digest_of(row) != written:
            yield Flaw(seq, "it was changed: what it says and its hash don't belong together.")
        if previous != seen.head:
            yield Flaw(seq, _misplaced(archive, previous, last))
        seen.rows += 1
        seen.head, last = written, seq
        if head and written == head:
            seen.head_row = seq
        retelling.hear(row)
    yield from _cut(archive, last)
    if head and seen.head_row is None:
        yield Flaw(None, "no line has the hash that was asked for: the record was cut or written anew since then.")
    for text in retelling.compare(archive):
        yield Flaw(None, text)


def _cut(archive: Archive, last: int) -> Iterator[Flaw]:
    """Whether SQLite remembers other lines than are there."""
    (newest,) = (row["seq"] for row in archive.rows("newest_number"))
    if newest > last:
        gone = f"row {newest} is" if newest == last + 1 else f"rows {last + 1} to {newest} are"
        yield Flaw(None, f"{gone} missing at the end: the record was cut.")
    elif newest < last:
        yield Flaw(None, f"the file remembers {newest} lines and has {last}: lines were put in, or the count changed.")


def _missing(first: int, last: int) -> str:
    if last < first:
        return "its number is not the next one: lines were put in or reordered."
    gone = f"row {first} is" if first == last else f"rows {first} to {last} are"
    return f"{gone} missing before it."


def _misplaced(archive: Archive, previous: str, last: int) -> str:
    """Where it belongs, by the hash that it names."""
    if previous == FIRST:
        return "it says that it is the first line, and isn't: lines before it were put in, or those behind taken over."
    place = next((row["seq"] for row in archive.rows("line_of_hash", hash=previous)), None)
    if place is None:
        before = f"row {last}" if last else "the beginning"
        return (
            f"it does not follow from {before}: that was changed and hashed anew, or lines between them were removed."
        )
    return f"it belongs right behind row {place}: lines were reordered, removed or put in before it."


def _guards(archive: Archive) -> Iterator[Flaw]:
    there: Mapping[str, str] = {row["name"]: row["sql"] for row in archive.rows("guards")}
    for name, says in GUARDS.items():
        if says not in there.get(name, ""):
            yield Flaw(None, f"the trigger {name} is gone or another: lines could be changed since it was dropped.")
