"""Shares as somebody looks at them, beside what they are of: pages of those that stand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from approvals import rows
from approvals.model import Grant
from approvals.rows import stamp
from approvals.tables import Tables


@dataclass(frozen=True, slots=True)
class Share:
    """A share that stands.

    :ivar image_name: as it was called when it was asked for
    """

    grant: Grant
    image_name: str


class Shares(Tables):
    """What can be read of shares for a list. See ``Ledger``."""

    def page(self, *, start: int, limit: int) -> list[Share]:
        """By image; from a row on."""
        return [_share(row) for row in self._all("shares_page", start=start, limit=limit)]

    def ending(self, before: datetime, *, start: int, limit: int) -> list[Share]:
        """Those that end before that time, the first to end first, from a row on.

        Where another share of the same image to the same account lasts longer, nothing ends.
        """
        return [_share(row) for row in self._all("shares_ending", before=stamp(before), start=start, limit=limit)]


def _share(row: rows.Row) -> Share:
    return Share(rows.grant(row), row["image_name"] or row["image_id"])
