"""Requests, as they stand in the database: one method a query, no rule and no commit."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cached_property

from sqlite_utils import Database

from approvals import rows
from approvals.cloud import Image
from approvals.copies import Copies
from approvals.errors import IllegalMove
from approvals.grants import Grants
from approvals.items import Items
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
from approvals.rows import stamp
from approvals.tables import Happened
from approvals.terms import NO_END, Term

_JSON = json.JSONEncoder(ensure_ascii=False)
_NEWEST = 2**62  # above every number of a request


class Requests(Items):
    """What can be read and written of requests within one transaction. See ``Ledger``."""

    def __init__(self, db: Database, happened: list[Happened] | None = None) -> None:
        super().__init__(db, happened)
        self._db = db

    @cached_property
    def grants(self) -> Grants:
        return Grants(self._db, self.happened)

    @cached_property
    def copies(self) -> Copies:
        return Copies(self._db, self.happened)

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

    def deletion(self, image: str) -> Deletion | None:
        """By which request an image of that id or name was deleted, where one was."""
        row = self._one("deletion", image=image)
        return Deletion(row["id"], row["image_id"], rows.sure_moment(row["changed_at"])) if row else None

    def number_of(self, key: str) -> int:
        """The number of the request that was recorded under the key."""
        return int(self._sure("request_by_key", key=key)["id"])

    def request_under(self, key: str) -> Request | None:
        """The one that was recorded under the key, where there is one."""
        row = self._one("request_by_key", key=key)
        return self.request(row["id"]) if row else None

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
        ended = self.grants.ended([number for number, (_, ended_at) in sums.items() if ended_at])
        for one in requests:
            standing, ended_at = sums.get(one.id, (0, None))
            over = frozenset(ended.get(one.id, ()))
            yield replace(one, standing=standing, ended_at=ended_at, ended=over) if one.id in sums else one

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

    def waiting_for(self, person_id: str, limit: int) -> list[Request]:
        """The newest requests that wait for the person's decision."""
        return self._requests(self._all("requests_waiting_for", person=person_id, limit=limit))

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

    def set_deciders(self, request: Request) -> None:
        """Other people may decide about a pending request than it was known: those that are in it."""
        self._do("set_deciders", id=request.id, deciders=rows.deciders_text(request.deciders))

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
        allowed(State.CHECKING, after)
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
        allowed(before, after)
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


def allowed(before: State, after: State) -> None:
    """:raises IllegalMove: the table of moves doesn't have it"""
    if after not in MOVES[before]:
        raise IllegalMove(before, after)
