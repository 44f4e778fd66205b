"""Differences between the cloud and the record, as values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from approvals.model import Target


class DriftKind(StrEnum):
    """How the cloud differs from the record."""

    UNAPPROVED = "unapproved"  # shared, and nobody approved that
    GONE = "gone"  # approved, and not shared any more
    INBOUND = "inbound"  # shared with us by an account that isn't trusted


@dataclass(frozen=True, slots=True)
class Drift:
    """A difference that was found and still stands.

    :ivar target: the account that has the image, or doesn't; of an inbound image, whose it is
    :ivar request_id: the request by which people decide about it; None where it is listed only
    """

    id: int
    kind: DriftKind
    image_id: str
    image_name: str
    region: str
    target: Target
    found_at: datetime
    request_id: int | None = None


@dataclass(frozen=True, slots=True)
class DriftPass:
    """How far the comparison is.

    :ivar position: region and image that were looked at last; empty between two passes
    :ivar finished_at: when the last whole pass ended
    :ivar cards: requests that this pass made
    """

    started_at: datetime | None = None
    finished_at: datetime | None = None
    position: tuple[str, str] = ("", "")
    looked: int = 0
    total: int = 0
    cards: int = 0
