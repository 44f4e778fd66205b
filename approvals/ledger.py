"""The database in the words of the model: one method a query, no rule and no commit in it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import cached_property

from approvals import rows
from approvals.copy_model import Copy
from approvals.differences import Differences
from approvals.faults import Faults
from approvals.mailbox import Mailbox
from approvals.model import Request, State
from approvals.record import Record
from approvals.requests import Requests, allowed
from approvals.rows import stamp
from approvals.shares import Shares
from approvals.sources import Sources
from approvals.words import Words


class Ledger(Mailbox, Record, Faults, Words, Requests):
    """What can be read and written within one transaction. Times are UTC and come from outside.

    Requests are in ``requests.py``; the messages of a change, and the cards that show it, in ``mailbox.py``; its lines
    in ``record.py``.

    :ivar copies: those of images in other regions
    :ivar sources: accounts that share images with us
    :ivar grants: the shares that we know of
    :ivar shares: the same, as somebody looks at them
    :ivar drift: where the cloud differs from them
    """

    @cached_property
    def sources(self) -> Sources:
        return Sources(self._db)

    @cached_property
    def shares(self) -> Shares:
        return Shares(self._db, self.happened)

    @cached_property
    def drift(self) -> Differences:
        return Differences(self._db, self.happened)

    def home(self) -> str:
        """The account whose images the file is about; empty where it is about none yet."""
        return str(self._sure("home")["home"])

    # execution

    def is_ready(self, now: datetime) -> bool:
        """Is there an approved request that may be executed now?"""
        return bool(self._all("ready", now=stamp(now), apart_from=rows.texts(())))

    def ready(self, now: datetime, limit: int, *, apart_from: Iterable[str] = ()) -> list[Request]:
        """The approved requests to execute together next: one image, one action, in the order of approval.

        What was tried and put off holds up what was approved after it: a share must not follow the unshare that
        ends it.

        :param apart_from: images that are not looked at
        """
        first = self._one("ready", now=stamp(now), apart_from=rows.texts(apart_from))
        if first is None:
            return []
        found = self._all(
            "ready_together",
            now=stamp(now),
            image_id=first["image_id"],
            image_region=first["image_region"],
            limit=limit,
        )
        together: list[rows.Row] = []
        for row in found:
            if row["action"] != found[0]["action"]:
                break
            together.append(row)
        return self._requests(together)

    def take(self, request_id: int, *, lease: str, until: datetime, now: datetime) -> bool:
        allowed(State.APPROVED, State.EXECUTING)
        return self._moved(
            "take", State.EXECUTING, id=request_id, lease=lease, lease_until=stamp(until), now=stamp(now)
        )

    def release(
        self,
        request_id: int,
        after: State,
        *,
        lease: str,
        now: datetime,
        not_before: datetime | None,
        undone: int = 0,
    ) -> bool:
        """End the execution of a request; False where the lease is not ours any more.

        :param not_before: the time of the next attempt; None where it waits for a copy
        :param undone: how many attempts don't count any more, this one included
        """
        allowed(State.EXECUTING, after)
        return self._moved(
            "release",
            after,
            id=request_id,
            lease=lease,
            now=stamp(now),
            not_before=stamp(not_before) if not_before else None,
            undone=undone,
        )

    def renew(self, lease: str, *, until: datetime) -> None:
        """Put off the end of a lease, on whatever it still covers."""
        self._do("renew_execution", lease=lease, until=stamp(until))
        self._do("renew_delivery", lease=lease, until=stamp(until))
        self._do("renew_copying", lease=lease, until=stamp(until))

    def holds(self, lease: str) -> bool:
        """Does the lease still cover an execution?"""
        return bool(self._sure("holds", lease=lease)["held"])

    def abandoned(self, now: datetime, limit: int) -> list[Request]:
        return self._requests(self._all("abandoned", now=stamp(now), limit=limit))

    def waiting_for_copy(self, copy: Copy) -> list[Request]:
        """The requests that wait for a copy of the same image, in that region."""
        waits = {"image_id": copy.source_id, "image_region": copy.source_region}
        found = self._requests(self._all("requests_waiting_for_copies", **waits))
        return [request for request in found if copy.region in request.regions]

    def wake(self, copy: Copy, *, now: datetime) -> None:
        """What waits for copies of the same image is due."""
        self._do("wake_requests", image_id=copy.source_id, image_region=copy.source_region, now=stamp(now))

    # a clock that was ahead

    def bring_forward(self, now: datetime, *, latest: datetime) -> bool:
        """What is due later than ``latest``, though nothing is put off for so long, is due now; was there anything?"""
        times = {"now": stamp(now), "latest": stamp(latest)}
        found = [
            self._changed("bring_forward_requests", **times),
            self._changed("bring_forward_executions", **times),
            self._changed("bring_forward_presses", **times),
            self._changed("bring_forward_notices", **times),
            self._changed("bring_forward_incidents", **times),
            self._changed("bring_forward_copies", **times),
            self._changed("bring_forward_drift_pass", now=stamp(now)),
        ]
        return any(found)

    # when to look again

    def next_check(self) -> datetime | None:
        return rows.moment(self._sure("next_check")["at"])

    def next_execution(self) -> datetime | None:
        return rows.moment(self._sure("next_execution")["at"])

    def next_deadline(self) -> datetime | None:
        return rows.moment(self._sure("next_deadline")["at"])
