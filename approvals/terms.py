"""How long a share lasts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

LONGEST = timedelta(days=3650)
"""What is longer is a mistake; whoever means no end says none."""

TOLD_BEFORE = timedelta(days=1)
"""How long before a share ends that is told, so that there is time to extend it."""

_END_OF_DAY = time(23, 59)  # still that day, wherever it is shown in the reader's zone


@dataclass(frozen=True, slots=True)
class Term:
    """What was asked for; with neither, the share lasts until it is taken back.

    :ivar lasts: counted from the approval
    :ivar day: through that day, where the requester lives
    """

    lasts: timedelta | None = None
    day: date | None = None

    @property
    def is_endless(self) -> bool:
        return self.lasts is None and self.day is None

    def within(self, longest: timedelta | None) -> Term:
        """Where no end was asked for, the longest that a share may last."""
        return Term(lasts=longest) if self.is_endless and longest is not None else self

    def until(self, approved_at: datetime, zone: str) -> datetime | None:
        """When it ends, if it is approved then.

        :param zone: the IANA name of the requester's time zone; UTC where it isn't known
        """
        if self.day is not None:
            return datetime.combine(self.day, _END_OF_DAY, _zone(zone)).astimezone(UTC)
        return approved_at + self.lasts if self.lasts is not None else None


NO_END = Term()


def through(until: datetime, zone: str) -> Term:
    """Through the day of that moment, where somebody lives.

    :param zone: as of ``Term.until``
    """
    return Term(day=until.astimezone(_zone(zone)).date())


def latest(one: datetime | None, other: datetime | None) -> datetime | None:
    """The later of two ends; none is later than any."""
    return None if one is None or other is None else max(one, other)


def first_due(since: datetime, until: datetime) -> datetime:
    """When something is to be done about a share that ends: one that lasts little longer than a day just ends."""
    return until - TOLD_BEFORE if until - since >= TOLD_BEFORE * 1.5 else until


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):  # as a folder of zones is, or a name too long for a file
        return ZoneInfo("UTC")
