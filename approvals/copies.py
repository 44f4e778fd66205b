"""Our copies of images in other regions, as they stand in the database: one method a query, no rule and no commit."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from approvals import rows
from approvals.cloud import Image
from approvals.copy_model import COPY_MOVES, Copy, CopyState
from approvals.errors import IllegalMove
from approvals.model import Waiting
from approvals.rows import stamp
from approvals.sentences import kept
from approvals.tables import Tables


class Copies(Tables):
    """What can be read and written of copies within one transaction. See ``Ledger``."""

    def add(self, image: Image, region: str, *, name: str, request_id: int, home: str, now: datetime) -> bool:
        """Want a copy of the image; False where one is under way or ready."""
        return self._changed(
            "add_copy",
            home=home,
            image_id=image.image_id,
            image_region=image.region,
            region=region,
            name=name,
            request_id=request_id,
            now=stamp(now),
        )

    def of(self, image: Image) -> list[Copy]:
        """Every copy of the image, oldest first."""
        return [rows.copy(row) for row in self._all("copies", image_id=image.image_id, image_region=image.region)]

    def copy(self, number: int) -> Copy:
        return rows.copy(self._sure("copy", id=number))

    def due(self, now: datetime, limit: int) -> list[Copy]:
        return [rows.copy(row) for row in self._all("copies_due", now=stamp(now), limit=limit)]

    def take(self, copy: Copy, *, lease: str, until: datetime, now: datetime) -> bool:
        """Take a copy in hand; False where somebody was first."""
        return self._changed("take_copy", id=copy.id, lease=lease, until=stamp(until), now=stamp(now))

    def holds(self, copy: Copy, lease: str) -> bool:
        """Does the lease still cover the copy, in the state that it was in?"""
        return bool(self._sure("holds_copy", id=copy.id, state=copy.state, lease=lease)["held"])

    def set(self, before: Copy, after: Copy, *, lease: str | None, keeps: bool = False) -> bool:
        """Write down how it stands with a copy now; False where others went on with it meanwhile.

        :param lease: under which it is in hand; None where nobody has it
        :param keeps: whether it stays in hand
        :raises IllegalMove: the table of moves doesn't have it
        """
        if before.state is not after.state and after.state not in COPY_MOVES[before.state]:
            raise IllegalMove(before.state, after.state)
        changed = self._changed(
            "set_copy",
            id=before.id,
            before=before.state,
            lease=lease,
            keeps=int(keeps),
            after=after.state,
            copy_id=after.image_id,
            percent=after.percent,
            code=after.code,
            message=after.message,
            message_of=kept(after.message),
            cloud_request_id=after.cloud_request_id,
            calls=after.calls,
            looks=after.looks,
            polls=after.polls,
            seen=int(after.seen),
            stalled=int(after.stalled),
            changed_at=stamp(after.changed_at),
            moved_at=stamp(after.moved_at),
            told_at=stamp(after.told_at) if after.told_at else None,
            told_percent=after.told_percent,
            not_before=stamp(after.not_before),
        )
        if changed and before.state is not after.state:
            self.happened.append(("copy", after.state))
        return changed

    def waiting(self) -> dict[CopyState, Waiting]:
        """Those with which something is to be done, by state; since when the oldest is wanted."""
        return {CopyState(row["state"]): rows.waiting(row) for row in self._all("copies_waiting")}

    def next_due(self) -> datetime | None:
        return rows.moment(self._sure("next_copying")["at"])


def newest(copies: Iterable[Copy]) -> dict[str, Copy]:
    """The newest copy in each region: of several at most one is under way or ready, and it is that one."""
    return {copy.region: copy for copy in sorted(copies, key=lambda copy: copy.id)}


def ready(copies: Iterable[Copy]) -> dict[str, Copy]:
    """The copies that can be shared, by region, as far as we know."""
    return {region: copy for region, copy in newest(copies).items() if copy.state is CopyState.READY}
