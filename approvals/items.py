"""The accounts of requests, as they stand in the database: one method a query, no rule and no commit."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from approvals.cloud import Image
from approvals.model import Item, ItemState, Target
from approvals.rows import stamp
from approvals.sentences import kept
from approvals.tables import Tables


class Items(Tables):
    """What can be read and written of items within one transaction. See ``Ledger``."""

    def add_items(self, request_id: int, image: Image, targets: Iterable[Target]) -> None:
        """The accounts of a request about an image in its own region."""
        for target in targets:
            self._add_item(request_id, target, image.region, image.image_id)

    def _add_item(self, request_id: int, target: Target, region: str, image_id: str = "") -> None:
        self._do(
            "add_item",
            request_id=request_id,
            account=target.account,
            account_name=target.name,
            region=region,
            image_id=image_id,
        )

    def set_item(self, item: Item, *, now: datetime) -> None:
        self._do(
            "set_item",
            id=item.id,
            state=item.state,
            code=item.code,
            message=item.message,
            message_of=kept(item.message),
            cloud_request_id=item.cloud_request_id,
            unseen=item.unseen,
            region=item.region,
            image_id=item.image_id,
            now=stamp(now),
        )
        if item.state is not ItemState.WAITING:
            self.happened.append(("item", item.state, item.code))

    def place_items(self, request_id: int, region: str, *, now: datetime) -> None:
        """The region of every account's share is known, where none was asked for."""
        self._do("place_items", request_id=request_id, region=region, now=stamp(now))

    def reset_items(self, request_id: int, *, now: datetime) -> None:
        self._do("reset_items", request_id=request_id, now=stamp(now))
