"""Our copies of images in other regions, as values, and the moves that one can make."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class CopyState(StrEnum):
    """How it stands with our copy of an image in another region."""

    WANTED = "wanted"  # a request needs it, and the cloud was not asked yet
    CALLING = "calling"  # the cloud is being asked; whether it heard is not known
    SYNCING = "syncing"
    READY = "ready"
    FAILED = "failed"
    GONE = "gone"  # it was ready once, and can't be shared any more
    REMOVING = "removing"  # what a failed one left behind
    REMOVED = "removed"


COPY_MOVES: Mapping[CopyState, frozenset[CopyState]] = {
    CopyState.WANTED: frozenset({CopyState.CALLING, CopyState.FAILED}),
    CopyState.CALLING: frozenset({CopyState.WANTED, CopyState.SYNCING, CopyState.FAILED}),
    CopyState.SYNCING: frozenset({CopyState.READY, CopyState.FAILED}),
    CopyState.READY: frozenset({CopyState.GONE}),
    CopyState.FAILED: frozenset({CopyState.REMOVING}),
    CopyState.GONE: frozenset(),
    CopyState.REMOVING: frozenset({CopyState.REMOVED, CopyState.FAILED}),
    CopyState.REMOVED: frozenset(),
}


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy of an image in another region, made by us.

    :ivar source_id: the image that is copied, in ``source_region``
    :ivar request_id: the request for which it was begun; others may use it too
    :ivar name: under which it can be found where the answer of the call was lost
    :ivar image_id: its own id, as far as it is known
    :ivar percent: how far the cloud says it is
    :ivar code: why it failed: the vendor's code or state, or one of ours
    :ivar calls: how often the cloud was asked to make it
    :ivar looks: looks in a row that didn't show it
    :ivar seen: whether any look showed it
    :ivar polls: steps since it began to be what it is, by which the pauses grow
    :ivar stalled: it has not moved for long
    :ivar told_at: when the cards last showed how far it is, which was ``told_percent``
    :ivar not_before: the time of the next step; while a process has it in hand, when others may take over
    """

    id: int
    source_id: str
    source_region: str
    region: str
    name: str
    request_id: int
    state: CopyState
    created_at: datetime
    changed_at: datetime
    moved_at: datetime
    not_before: datetime
    image_id: str = ""
    percent: int = 0
    code: str = ""
    message: str = ""
    cloud_request_id: str = ""
    calls: int = 0
    looks: int = 0
    polls: int = 0
    seen: bool = False
    stalled: bool = False
    told_at: datetime | None = None
    told_percent: int = 0

    @property
    def is_open(self) -> bool:
        """Does something wait for it to come about?"""
        return self.state in (CopyState.WANTED, CopyState.CALLING, CopyState.SYNCING)

    @property
    def is_ready(self) -> bool:
        """Is it there to be shared, as far as we know?"""
        return self.state is CopyState.READY

    @property
    def is_left(self) -> bool:
        """Did it fail, and leave something half made behind?"""
        return self.state in (CopyState.FAILED, CopyState.REMOVING) and bool(self.image_id) and self.code != VANISHED


VANISHED = "copy_vanished"
"""The code of a copy of which nothing is left."""
