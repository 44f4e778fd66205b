"""The database in the words of the model: one method a query, no rule and no commit in it."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from typing import TypeVar

from sqlite_utils import Database

from approvals import rows
from approvals.cloud import Image
from approvals.copies import Copies
from approvals.copy_model import Copy
from approvals.differences import Differences
from approvals.errors import IllegalMove
from approvals.faults import Faults
from approvals.grants import Grants
from approvals.items import Items
from approvals.mailbox import Mailbox
from approvals.model import (
    MOVES,
    Action,
    Affected,
    Asked,
    Deciders,
    Deletion,
    Finding,
    Grant,
    Request,
    State,
    Waiting,
)
from approvals.record import Record
from approvals.rows import stamp
from approvals.shares import Shares
from approvals.sources import Sources
from approvals.tables import Happened
from approvals.terms import NO_END, Term
from approvals.words import Words

T = TypeVar("T")

_JSON = json.JSONEncoder(ensure_ascii=False)
_NEWEST = 2**62  # above every number of a request


class Ledger(Mailbox, Record, Faults, Words, Items):
    """What can be read and written within one transaction. Times are UTC and come from outside.

    The messages of a change, and the cards that show it, are in ``mailbox.py``; its lines are in ``record.py``.

    :ivar copies: those of images in other regions
    :ivar sources: accounts that share images with us
    :ivar grants: the shares that we know of
    :ivar shares: the same, as somebody looks at them
    :ivar drift: where the cloud differs from them
    """

    def __init__(self, db: Database, happened: list[Happened] | None = None) -> None:
        super().__init__(db, happened)
        self._db = db

    @cached_property
    def copies(self) -> Copies:
        return Copies(self._db, self.happened)

    @cached_property
    def sources(self) -> Sources:
        return Sources(self._db)

    @cached_property
    def grants(self) -> Grants:
        return Grants(self._db, self.happened)

    @cached_property
    def shares(self) -> Shares:
        return Shares(self._db, self.happened)

    @cached_property
    def drift(self) -> Differences:
        return Differences(self._db, self.happened)

    # requests

    def add_request(self, asked: Asked, *, now: datetime) -> int | None:
        """Record a request; returns its number, or None where its key is known already."""
        row = self._one(
            "add_request",
            key=asked.key,
            action=asked.action,
            image_ref=asked.image_ref,
            regions=rows.texts(asked.regions),
            reason=asked.reason,
            requester_id=asked.requester.id,
            requester_name=asked.requester.name,
            reply_to=asked.reply_to,
            everyone=asked.everyone,
            snapshots=asked.snapshots,
            lasts=rows.seconds(asked.term),
            day=asked.term.day.isoformat() if asked.term.day else None,
            now=stamp(now),
        )
        if row is None:
            return None
        self.happened.append(("request", asked.action, State.CHECKING))
        for region in asked.regions or ("",):
            for target in asked.targets:
                self._add_item(row["id"], target, region)
        return int(row["id"])

    def add_end(self, over: Request, grants: Sequence[Grant], *, now: datetime) -> int:
        """Record what takes back shares of a request that are over; returns its number."""
        row = self._sure("add_end", key=f"end:{over.id}:{stamp(now)}", ends=over.id, now=stamp(now))
        self.happened.append(("request", Action.UNSHARE, State.APPROVED))
        for grant in grants:
            self._add_item(row["id"], grant.target, grant.region)
        return int(row["id"])

    def is_ending(self, request: Request) -> bool:
        """Are its shares being taken back already, since they are over?"""
        return bool(self._sure("is_ending", request_id=request.id)["ending"])

    def enlist(self, request_id: int, regions: Sequence[str], affected: Iterable[Affected]) -> None:
        """Who and what a request is about that names nobody."""
        self._do("set_regions", id=request_id, regions=rows.texts(regions))
        for one in affected:
            self._add_item(request_id, one.target, one.region, one.image_id)

    def home(self) -> str:
        """The account whose images the file is about; empty where it is about none yet."""
        return str(self._sure("home")["home"])

    def deletion(self, image: str) -> Deletion | None:
        """By which request an image of that id or name was deleted, where one was."""
        row = self._one("deletion", image=image)
        return Deletion(row["id"], row["image_id"], rows.sure_moment(row["changed_at"])) if row else None

    def number_of(self, key: str) -> int:
        """The number of the request that was recorded under the key."""
        return int(self._sure("request_by_key", key=key)["id"])

    def request(self, request_id: int) -> Request | None:
        row = self._one("request", id=request_id)
        if row is None:
            return None
        request = rows.request(
            row, self._all("items", request_id=request_id), self._all("decisions", request_id=request_id)
        )
        return self._with_copies(next(iter(self._with_grants([request]))))

    def numbered(self, numbers: Sequence[int]) -> dict[int, Request]:
        """Those of the numbers that there are: in three statements, however many."""
        if len(numbers) <= 1:  # one is quicker by itself
            return {number: alone for number in numbers if (alone := self.request(number))}
        read = {"numbers": _JSON.encode(numbers)}
        items = _by_request(self._all("items_of_all", **read))
        decisions = _by_request(self._all("decisions_of_all", **read))
        found = [rows.request(row, items[row["id"]], decisions[row["id"]]) for row in self._all("requests", **read)]
        return {request.id: self._with_copies(request) for request in self._with_grants(found)}

    def _with_grants(self, requests: Sequence[Request]) -> Iterator[Request]:
        """With how it stands with the shares that they brought about, where there can be any."""
        sums = self.grants.summed([one.id for one in requests if one.may_have_shared])
        for one in requests:
            standing, ended_at = sums.get(one.id, (0, None))
            yield replace(one, standing=standing, ended_at=ended_at) if one.id in sums else one

    def _with_copies(self, request: Request) -> Request:
        if request.image is None or not set(request.regions) - {request.image.region}:
            return request
        copies = (one for one in self.copies.of(request.image) if one.region in request.regions)
        return replace(request, copies=tuple(copies))

    def requests(self, *, of: str | None = None, pending: bool = False, before: int, limit: int) -> list[Request]:
        """The newest requests first: of one person, or those that wait, or all; ``before`` a number (0: newest)."""
        before = before or _NEWEST
        if of is not None:
            found = self._all("requests_page_of", person=of, before=before, limit=limit)
        else:
            found = self._all("requests_page_pending" if pending else "requests_page", before=before, limit=limit)
        return self._requests(found)

    def requests_after(self, after: int, *, of: str | None = None, pending: bool = False, limit: int) -> list[Request]:
        """The requests that came next after a number, the newest first; which ones, see ``requests``."""
        if of is not None:
            found = self._all("requests_newer_of", person=of, after=after, limit=limit)
        else:
            found = self._all("requests_newer_pending" if pending else "requests_newer", after=after, limit=limit)
        return self._requests(found[::-1])

    def open_requests(self, image: Image, limit: int) -> list[Request]:
        """The requests for an image that are not decided, or not carried out."""
        found = self._all("requests_open", image_id=image.image_id, image_region=image.region, limit=limit)
        return self._requests(found)

    def to_check(self, now: datetime, limit: int) -> list[Request]:
        return self._requests(self._all("to_check", now=stamp(now), limit=limit))

    def to_attend(self, now: datetime, limit: int) -> list[Request]:
        """Pending requests of which it is time to remind, to pass them on, or to end them."""
        return self._requests(self._all("to_attend", now=stamp(now), limit=limit))

    def attended(self, request: Request, *, attend_at: datetime) -> None:
        """A pending request was reminded of, or passed on to its deciders as they are in it."""
        self._do(
            "attended",
            id=request.id,
            attend_at=stamp(attend_at),
            reminds=request.reminds,
            deciders=rows.deciders_text(request.deciders),
        )

    def set_until(self, request_id: int, until: datetime) -> None:
        """When the shares of a request will end is known."""
        self._do("set_until", id=request_id, until=stamp(until))

    def checked(
        self,
        request_id: int,
        after: State,
        *,
        now: datetime,
        home: str,
        image: Image | None,
        findings: Sequence[Finding],
        deciders: Deciders | None,
        decide_by: datetime,
        attend_at: datetime,
        requester_name: str,
        term: Term = NO_END,
        until: datetime | None = None,
    ) -> bool:
        """Write down what the checks found, and go on from there; False where another process was first.

        :param attend_at: when to look after it if nobody has decided
        :param term: how long the share is to last, within the policy
        :param until: when it ends, where that is known before it is approved
        """
        _allowed(State.CHECKING, after)
        return self._moved(
            "checked",
            after,
            id=request_id,
            now=stamp(now),
            home=home,
            image=rows.image_text(image),
            image_id=image.image_id if image else None,
            image_region=image.region if image else None,
            findings=rows.findings_text(findings),
            deciders=rows.deciders_text(deciders),
            decide_by=stamp(decide_by),
            attend_at=stamp(attend_at),
            requester_name=requester_name,
            lasts=rows.seconds(term),
            until=stamp(until) if until else None,
        )

    def move(self, request_id: int, before: State, after: State, *, now: datetime) -> bool:
        """Move a request from one state to another; False where it isn't in the first any more.

        :raises IllegalMove: the table of moves doesn't have it
        """
        _allowed(before, after)
        return self._moved("move", after, id=request_id, before=before, now=stamp(now))

    def postpone(self, request: Request, *, until: datetime) -> bool:
        """Put off the next attempt; False where another one was made since the request was read."""
        return self._changed(
            "postpone", id=request.id, state=request.state, attempts=request.attempts, not_before=stamp(until)
        )

    def hasten(self, now: datetime) -> None:
        """The checks and executions that were put off because the cloud or Slack failed are due now."""
        self._do("hasten_requests", now=stamp(now))

    def waiting(self) -> dict[State, Waiting]:
        """What somebody or something must still move, by state."""
        return {State(row["state"]): rows.waiting(row) for row in self._all("waiting")}

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
        _allowed(State.APPROVED, State.EXECUTING)
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
        counts: bool = True,
    ) -> bool:
        """End the execution of a request; False where the lease is not ours any more.

        :param not_before: the time of the next attempt; None where it waits for a copy
        :param counts: whether it was an attempt; without, it is as if the request had not been taken
        """
        _allowed(State.EXECUTING, after)
        return self._moved(
            "release",
            after,
            id=request_id,
            lease=lease,
            now=stamp(now),
            not_before=stamp(not_before) if not_before else None,
            undone=int(not counts),
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

    # when to look again

    def next_check(self) -> datetime | None:
        return rows.moment(self._sure("next_check")["at"])

    def next_execution(self) -> datetime | None:
        return rows.moment(self._sure("next_execution")["at"])

    def next_deadline(self) -> datetime | None:
        return rows.moment(self._sure("next_deadline")["at"])

    # plumbing

    def _moved(self, query: str, after: State, **values: object) -> bool:
        found = self._all(query, after=after, **values)
        self.happened.extend(("request", row["action"], after) for row in found)
        return bool(found)

    def _requests(self, found: Sequence[rows.Row]) -> list[Request]:
        numbers = [row["id"] for row in found]
        requests = self.numbered(numbers)
        return [requests[number] for number in numbers]


def _by_request(found: Iterable[rows.Row]) -> Mapping[int, list[rows.Row]]:
    sorted_out = defaultdict(list)
    for row in found:
        sorted_out[row["request_id"]].append(row)
    return sorted_out


def _allowed(before: State, after: State) -> None:
    if after not in MOVES[before]:
        raise IllegalMove(before, after)
