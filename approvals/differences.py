"""Where the cloud differs from the record, as it stands in the database: one method a query, no rule and no commit."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import datetime

from approvals import rows
from approvals.cloud import Image
from approvals.drift_model import Drift, DriftKind, DriftPass
from approvals.model import Action, Deciders, Person, Target
from approvals.rows import stamp
from approvals.tables import Tables


class Differences(Tables):
    """What can be read and written of drift within one transaction. See ``Ledger``."""

    def add(self, kind: DriftKind, image: Image, target: Target, *, now: datetime) -> None:
        """Note a difference; one that is known keeps its time."""
        self._do(
            "add_drift",
            kind=kind,
            image_id=image.image_id,
            image_name=image.name,
            region=image.region,
            account=target.account,
            account_name=target.name,
            now=stamp(now),
        )

    def add_request(
        self, action: Action, image: Image, deciders: Deciders, by: Person, *, key: str, home: str, now: datetime
    ) -> int:
        """Record what people are to decide; returns its number."""
        row = self._sure(
            "add_drift_request",
            home=home,
            key=key,
            action=action,
            regions=rows.texts([image.region]),
            requester_id=by.id,
            requester_name=by.name,
            image=rows.image_text(image),
            image_id=image.image_id,
            image_region=image.region,
            deciders=rows.deciders_text(deciders),
            now=stamp(now),
        )
        return int(row["id"])

    def of(self, image_id: str, region: str) -> list[Drift]:
        """Those of one image that stand."""
        return [rows.drift(row) for row in self._all("drift_of_image", image_id=image_id, region=region)]

    def images(self) -> set[tuple[str, str]]:
        """Region and id of each of our images of which some stand."""
        return {(row["region"], row["image_id"]) for row in self._all("images_with_drift")}

    def of_request(self, request_id: int) -> list[Drift]:
        """Those that stand about which a request lets people decide."""
        return [rows.drift(row) for row in self._all("drift_of_request", request_id=request_id)]

    def open(self, *, start: int = 0, limit: int) -> list[Drift]:
        """Those that stand, by kind and image."""
        return [rows.drift(row) for row in self._all("open_drift", start=start, limit=limit)]

    def changed(self, image: Image, accounts: Collection[str], *, after: datetime, before: datetime) -> set[str]:
        """Those of the accounts with which we shared the image, or from which we took it, between two times."""
        found = self._all(
            "accounts_changed",
            image_id=image.image_id,
            region=image.region,
            accounts=json.dumps(list(accounts)),
            after=stamp(after),
            before=stamp(before),
        )
        return {row["account"] for row in found}

    def untold(self) -> list[Drift]:
        """Those that stand and of which nobody was told."""
        return [rows.drift(row) for row in self._all("drift_untold")]

    def counts(self) -> dict[DriftKind, int]:
        """How many of each kind stand."""
        return {DriftKind(row["kind"]): row["number"] for row in self._all("drift_counts")}

    def told(self, drift: Drift, request_id: int | None = None) -> None:
        """Somebody was told of it."""
        self._do("drift_told", id=drift.id, request_id=request_id)

    def settle(self, drift: Drift, outcome: str, *, now: datetime) -> None:
        """It stands no longer."""
        self._do("settle_drift", id=drift.id, outcome=outcome, now=stamp(now))

    def latest_pass(self) -> DriftPass:
        """How far the comparison is."""
        row = self._one("drift_pass")
        return rows.drift_pass(row) if row else DriftPass()

    def set_pass(self, at: DriftPass) -> None:
        self._do(
            "set_drift_pass",
            started_at=stamp(at.started_at) if at.started_at else None,
            finished_at=stamp(at.finished_at) if at.finished_at else None,
            region=at.position[0],
            image_id=at.position[1],
            looked=at.looked,
            total=at.total,
            cards=at.cards,
        )

    def is_busy(self, image_id: str, region: str) -> bool:
        """Is something being done with the image, or about to be?"""
        return bool(self._sure("is_busy", image_id=image_id, region=region)["busy"])


def accounts_of(found: Sequence[Drift], kind: DriftKind) -> dict[str, Drift]:
    """Those of a kind, by account."""
    return {one.target.account: one for one in found if one.kind is kind}
