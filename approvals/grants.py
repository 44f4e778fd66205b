"""The shares that we know of, as they stand in the database: one method a query, no rule and no commit."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from datetime import datetime

from approvals import rows
from approvals.model import Grant, Item, Request
from approvals.rows import stamp
from approvals.tables import Tables
from approvals.terms import first_due, latest


class Grants(Tables):
    """What can be read and written of shares within one transaction. See ``Ledger``."""

    def add(self, request: Request, item: Item, *, home: str, now: datetime) -> None:
        """The account has the item's image from now on, until the request says."""
        self._do(
            "add_grant",
            home=home,
            image_id=item.image_id,
            region=item.region,
            account=item.target.account,
            account_name=item.target.name,
            request_id=request.id,
            since=stamp(now),
            until=stamp(request.until) if request.until else None,
            due=stamp(first_due(now, request.until)) if request.until else None,
        )

    def end(self, request_id: int, item: Item, *, now: datetime) -> list[int]:
        """The account has the item's image no longer; returns the requests that had brought that about."""
        found = self._all(
            "end_grants",
            image_id=item.image_id,
            region=item.region,
            account=item.target.account,
            request_id=request_id,
            now=stamp(now),
        )
        return _requests(found)

    def end_one(self, over: int, share: Grant | Item, *, by: int, now: datetime) -> None:
        """One share is over, while the account keeps the image by another.

        :param over: the request that brought it about
        """
        self._do(
            "end_grant",
            image_id=share.image_id,
            region=share.region,
            account=share.target.account,
            over=over,
            request_id=by,
            now=stamp(now),
        )

    def ended_before(self, over: int, *, by: int, now: datetime) -> bool:
        """Did a request end shares before that another had brought about?"""
        return bool(self._sure("ended_before", over=over, request_id=by, now=stamp(now))["ended"])

    def ended(self, numbers: Collection[int]) -> dict[int, set[tuple[str, str]]]:
        """Account and region of the shares of each request that ended; those of which none did are left out."""
        ended: dict[int, set[tuple[str, str]]] = {}
        for row in self._all("grants_ended", numbers=json.dumps(list(numbers))) if numbers else ():
            ended.setdefault(row["request_id"], set()).add((row["account"], row["region"]))
        return ended

    def end_all(self, request_id: int, image_id: str, region: str, *, now: datetime) -> list[int]:
        """An image is gone, and every share with it; returns the requests that had brought them about."""
        return _requests(
            self._all("end_all_grants", request_id=request_id, image_id=image_id, region=region, now=stamp(now))
        )

    def due(self, now: datetime, limit: int) -> list[int]:
        """The requests whose shares are over, or of which is to be told that they soon will be, the first first."""
        return _requests(self._all("grants_due", now=stamp(now), limit=limit))

    def standing(self, request_id: int) -> list[Grant]:
        """The shares of a request that stand."""
        return [rows.grant(row) for row in self._all("grants_standing", request_id=request_id)]

    def summed(self, numbers: Collection[int]) -> dict[int, tuple[int, datetime | None]]:
        """How many shares of each request stand, and when the last one ended; those that brought none are left out."""
        if not numbers:
            return {}
        found = self._all("grants_summed", numbers=json.dumps(list(numbers)))
        return {row["request_id"]: (row["standing"], rows.moment(row["ended_at"])) for row in found}

    def put_off(self, request_id: int, *, until: datetime) -> None:
        """Look at the shares of a request again later."""
        self._do("put_off_grants", request_id=request_id, due=stamp(until))

    def end_now(self, request_id: int, *, now: datetime) -> bool:
        """The shares of a request are over, whenever they were to end; False where they were so already."""
        return self._changed("end_grants_now", request_id=request_id, now=stamp(now))

    def goes_on(self, over: int, share: Grant | Item, *, now: datetime) -> bool:
        """Does the account keep the image by another share than that of the request which is over?"""
        found = self._sure(
            "goes_on",
            image_id=share.image_id,
            region=share.region,
            account=share.target.account,
            over=over,
            now=stamp(now),
        )
        return bool(found["goes_on"])

    def keepers(self, over: int, *, past: datetime) -> dict[str, list[int]]:
        """The accounts that keep what a request shared by other shares, and by which requests.

        :param past: until when at least
        """
        kept: dict[str, list[int]] = {}
        for row in self._all("keepers", over=over, past=stamp(past)):
            kept.setdefault(row["account"], []).append(row["request_id"])
        return kept

    def is_by(self, request_id: int, share: Item) -> bool:
        """Does the account have the image by the request?"""
        return any(
            (one.image_id, one.region, one.target) == (share.image_id, share.region, share.target)
            for one in self.standing(request_id)
        )

    def next_due(self) -> datetime | None:
        return rows.moment(self._sure("next_ending")["at"])

    def of(self, image_id: str, region: str) -> list[Grant]:
        """Who has the image."""
        return [rows.grant(row) for row in self._all("active_grants", image_id=image_id, region=region)]

    def lasting(self, image_id: str, region: str) -> dict[str, datetime | None]:
        """Until when each account has the image, by the share that lasts longest; None where that has no end."""
        ends: dict[str, datetime | None] = {}
        for grant in self.of(image_id, region):
            account = grant.target.account
            ends[account] = latest(ends[account], grant.until) if account in ends else grant.until
        return ends

    def images(self) -> frozenset[tuple[str, str]]:
        """Region and id of every image that somebody has."""
        return frozenset((row["region"], row["image_id"]) for row in self._all("shared_images"))

    def shared_before(self, accounts: Collection[str]) -> frozenset[str]:
        """Those of the accounts with which any image was ever shared, whether it still is or not."""
        found = self._all("shared_before", accounts=json.dumps(list(accounts)))
        return frozenset(row["account"] for row in found)


def _requests(found: Iterable[rows.Row]) -> list[int]:
    return list(dict.fromkeys(row["request_id"] for row in found))
