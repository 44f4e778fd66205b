"""The sweep that keeps the catalogue: reads the regions one after the other, page by page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import structlog

from approvals.catalogue import FRESH_FOR, Catalogue, Reading
from approvals.cloud import Cloud, Image, ImageKind
from approvals.errors import CloudError, StoreError, WrongAccount
from approvals.home import HomeAccount
from approvals.ledger import Ledger
from approvals.pace import is_due
from approvals.store import Store

EVERY = timedelta(minutes=5)
AFTER_A_FAULT = timedelta(seconds=15)
AFTER_A_CHANGE = timedelta(seconds=10)
"""How old a reading is at least before what we changed makes it be read again: many changes in a row are one."""

_NOW = datetime.min.replace(tzinfo=UTC)

log = structlog.get_logger()


class Survey:
    """Reads a region when it is time to: every few minutes, sooner after a change or when somebody looks.

    :param clock: gives the time, in UTC
    """

    def __init__(
        self, cloud: Cloud, catalogue: Catalogue, store: Store, home: HomeAccount, clock: Callable[[], datetime]
    ) -> None:
        self._cloud = cloud
        self._store = store
        self._noted: set[tuple[str, str]] = set()
        self._catalogue = catalogue
        self._home = home
        self._clock = clock
        self._closing = False

    def sweep(self, now: datetime) -> int:
        """Read the regions that are due; never asks for another round at once."""
        for region, reading in self._catalogue.readings.items():
            if is_due(self._due(reading), now, longest=EVERY) and not self._closing:
                self._read(region)
        return 0

    def next_due(self, _ledger: Ledger) -> datetime:
        return min(map(self._due, self._catalogue.readings.values()))

    def close(self) -> None:
        """Begin no other page."""
        self._closing = True

    def _due(self, reading: Reading) -> datetime:
        if reading.tried_at is None:
            return _NOW
        if reading.fault or reading.as_of is None:
            return reading.tried_at + AFTER_A_FAULT
        due = reading.as_of + EVERY
        if reading.changed_at >= reading.as_of:
            due = reading.as_of + AFTER_A_CHANGE
        if self._catalogue.asked_at > reading.as_of:
            due = min(due, reading.as_of + FRESH_FOR)
        return due

    def _read(self, region: str) -> None:
        began = self._clock()
        images: list[Image] = []
        try:
            self._home.id()  # another account's images are nobody's business here
            for page in self._cloud.images(region):
                images.extend(page)
                if self._closing:
                    return
        except WrongAccount as error:
            log.warning("images_not_read", region=region, error=str(error))
            self._catalogue.note_fault(region, "WrongAccount", at=self._clock())
        except CloudError as error:
            log.warning("images_not_read", region=region, error=str(error), cloud_request_id=error.cloud_request_id)
            self._catalogue.note_fault(region, error.code, at=self._clock())
        else:
            self._catalogue.note_images(region, images, began=began, ended=self._clock())
            self._note_shared(images, began)

    def _note_shared(self, images: list[Image], now: datetime) -> None:
        """Remember since when others' images are there: the cloud doesn't tell."""
        shared = [one for one in images if one.kind == ImageKind.SHARED]
        new = [one for one in shared if (one.region, one.image_id) not in self._noted]
        if not new:
            return
        try:
            self._store.write(lambda ledger: ledger.sources.note_seen(new, now), durable=False)
        except StoreError:
            log.exception("shared_images_not_noted")
            return
        self._noted.update((one.region, one.image_id) for one in new)
