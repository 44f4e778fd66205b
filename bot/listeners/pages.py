"""Where in a list a page is, as a button carries it. What comes back with a press may be anything.

A page is named by a row beside it, never by a number of rows: so no row is shown twice or left out when others come.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

WhichRequests = Literal["all", "mine", "pending"]
WhichImages = Literal["all", "mine", "shared", "named"]
WhichNumbered = Literal["inbound", "drift"]
Key = tuple[int, float, str, str]
"""What a list of images is sorted by: the rank, the age, the id, the region."""

_NUMBER = r"(?:0|[1-9][0-9]{0,17})"
_REQUESTS = re.compile(rf"({'|'.join(get_args(WhichRequests))}):({_NUMBER})(?::((?:{_NUMBER}(?:\.{_NUMBER})*)?))?")
_NUMBERED = re.compile(rf"({'|'.join(get_args(WhichNumbered))}):([0-9]{{1,6}})")
_IMAGES = re.compile(
    rf"images:({'|'.join(get_args(WhichImages))}):([0-9]):(-?[0-9]{{1,12}}(?:\.[0-9]{{1,6}})?):([^:]*):([^:]*):(.*)",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class RequestsAt:
    """A page of requests.

    :ivar number: of the request beside the page; 0 where the page begins with the newest
    :ivar newer: the page lies on the newer side of it
    :ivar top: requests that stood before all others on the first page
    """

    which: WhichRequests
    number: int = 0
    newer: bool = False
    top: tuple[int, ...] = ()

    def value(self) -> str:
        return f"{self.which}:{self.number}:{'.'.join(map(str, self.top))}"


@dataclass(frozen=True, slots=True)
class ImagesAt:
    """A page of images.

    :ivar name: what was searched for, where it is a list of those
    :ivar key: of the image beside the page; None for the first page
    :ivar newer: as above
    """

    which: WhichImages
    name: str = ""
    key: Key | None = None
    newer: bool = False

    def value(self) -> str:
        rank, age, image_id, region = self.key or (0, 0.0, "", "")
        return f"images:{self.which}:{rank}:{age:.6f}:{image_id}:{region}:{self.name}"


@dataclass(frozen=True, slots=True)
class NumberedAt:
    """A page by the number of its first row: what is shared with us, or the differences between cloud and record. Both
    are few, and seldom change.

    :ivar start: from 0
    """

    which: WhichNumbered
    start: int = 0

    def value(self) -> str:
        return f"{self.which}:{self.start}"


@dataclass(frozen=True, slots=True)
class Numbered:
    """A page of such a list as long as it is now.

    :ivar start: from 0
    :ivar newer: what the button carries that leads to the page before it; "" for none
    :ivar older: likewise the page behind it
    """

    start: int
    newer: str
    older: str


def numbered(at: NumberedAt, total: int, *, rows: int) -> Numbered:
    """The page that is meant; the last that there is, where its rows are gone."""
    start = min(at.start, max(total - 1, 0) // rows * rows)
    newer = NumberedAt(at.which, max(start - rows, 0)).value() if start else ""
    older = NumberedAt(at.which, start + rows).value() if start + rows < total else ""
    return Numbered(start, newer, older)


def read(value: str, *, newer: bool) -> RequestsAt | ImagesAt | NumberedAt | None:
    """The page that a button leads to; None where its value names none.

    :param newer: which of the two buttons it is
    """
    if found := _REQUESTS.fullmatch(value):
        top = tuple(int(number) for number in (found[3] or "").split(".") if number)
        return RequestsAt(found[1], int(found[2]), newer, top)  # type: ignore[arg-type]  # as the pattern has it
    if found := _NUMBERED.fullmatch(value):
        return NumberedAt(found[1], int(found[2]))  # type: ignore[arg-type]  # as the pattern has it
    if found := _IMAGES.fullmatch(value):
        key = (int(found[2]), float(found[3]), found[4], found[5])
        return ImagesAt(found[1], found[6], key, newer)  # type: ignore[arg-type]  # as the pattern has it
    return None


def cut(keys: Sequence[Key], at: Key | None, *, newer: bool, rows: int) -> range:
    """Which places of a sorted list the page has.

    :param at: of the row beside the page; None for the first page
    """
    if at is None:
        start = 0
    elif newer:
        start = bisect_left(keys, at) - rows
    else:
        start = min(bisect_right(keys, at), max(len(keys) - 1, 0))
    start = max(start, 0)
    return range(start, min(start + rows, len(keys)))
