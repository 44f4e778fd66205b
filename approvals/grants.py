"""The shares that we know of, as they stand in the database: one method a query, no rule and no commit."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime

from approvals import rows
from approvals.cloud import Image
from approvals.model import Grant, Item
from approvals.rows import stamp
from approvals.tables import Tables


class Grants(Tables):
    """What can be read and written of shares within one transaction. See ``Ledger``."""

    def add(self, request_id: int, item: Item, *, home: str, now: datetime) -> None:
        """The account has the item's image from now on."""
        self._do(
            "add_grant",
            home=home,
            image_id=item.image_id,
            region=item.region,
            account=item.target.account,
            account_name=item.target.name,
            request_id=request_id,
            since=stamp(now),
        )

    def end(self, request_id: int, item: Item, *, now: datetime) -> None:
        """The account has the item's image no longer."""
        self._do(
            "end_grants",
            image_id=item.image_id,
            region=item.region,
            account=item.target.account,
            request_id=request_id,
            now=stamp(now),
        )

    def end_all(self, request_id: int, image_id: str, region: str, *, now: datetime) -> None:
        """An image is gone, and every share with it."""
        self._do("end_all_grants", request_id=request_id, image_id=image_id, region=region, now=stamp(now))

    def of(self, image: Image) -> list[Grant]:
        """Who has the image."""
        return [rows.grant(row) for row in self._all("active_grants", image_id=image.image_id, region=image.region)]

    def images(self) -> frozenset[tuple[str, str]]:
        """Region and id of every image that somebody has."""
        return frozenset((row["region"], row["image_id"]) for row in self._all("shared_images"))

    def shared_before(self, accounts: Collection[str]) -> frozenset[str]:
        """Those of the accounts with which any image was ever shared, whether it still is or not."""
        found = self._all("shared_before", accounts=json.dumps(list(accounts)))
        return frozenset(row["account"] for row in found)
