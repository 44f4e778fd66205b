"""A cloud without delay: it has every image that is asked for, and answers at once."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from approvals.cloud import NORMAL, Copied, Image, ImageKind, Room
from approvals.errors import About, Refused
from bot.sandbox import company

_MADE = datetime(2025, 1, 31, 8, tzinfo=UTC)


class MemoryCloud:
    """Implements ``approvals.cloud.Cloud``. An image's name is its id; all are in the first region.

    :ivar reads: calls made that change nothing
    :ivar changes: calls made that share
    :ivar bad: accounts that don't exist: a call that names one is refused whole
    """

    def __init__(self) -> None:
        self.reads = 0
        self.changes = 0
        self.bad: set[str] = set()
        self._shares: dict[str, dict[str, datetime | None]] = defaultdict(dict)
        self._lock = threading.Lock()

    def forget(self) -> None:
        """Nobody has an image any more."""
        with self._lock:
            self._shares.clear()

    def account(self) -> str:
        return company.HOME_ACCOUNT

    def images(self, region: str) -> Iterator[list[Image]]:
        raise NotImplementedError

    def images_by_id(self, region: str, image_ids: Sequence[str]) -> list[Image]:
        self._read()
        return [_image(region, image_id) for image_id in image_ids if region == company.REGIONS[0]]

    def images_by_name(self, region: str, name: str) -> list[Image]:
        self._read()
        return [_image(region, name)] if region == company.REGIONS[0] else []

    def shared_with(self, region: str, image_id: str) -> dict[str, datetime | None]:  # noqa: ARG002
        self._read()
        with self._lock:
            return dict(self._shares[image_id])

    def share(self, region: str, image_id: str, accounts: Sequence[str]) -> str:  # noqa: ARG002
        with self._lock:
            self.changes += 1
            if self.bad & set(accounts):
                sentence = "An account does not exist."
                raise Refused("share", "InvalidAccountId.NotFound", sentence, "bench", about=About.ACCOUNT)
            self._shares[image_id].update(dict.fromkeys(accounts, _MADE))
        return "bench"

    def unshare(self, region: str, image_id: str, accounts: Sequence[str]) -> str:
        raise NotImplementedError

    def image_usage(self, region: str) -> dict[str, int]:
        raise NotImplementedError

    def room(self, region: str) -> Room:
        raise NotImplementedError

    def check_copy(self, region: str, image_id: str, destination: str, name: str) -> None:
        raise NotImplementedError

    def copy(self, region: str, image_id: str, destination: str, name: str) -> Copied:
        raise NotImplementedError

    def lighthouse_view(self, region: str, image_id: str) -> None:
        raise NotImplementedError

    def lighthouse_image(self, region: str, image_id: str) -> str:
        raise NotImplementedError

    def offer(self, region: str, image_id: str) -> str:
        raise NotImplementedError

    def withdraw(self, region: str, image_id: str) -> str:
        raise NotImplementedError

    def check_deletion(self, region: str, image_id: str) -> None:
        raise NotImplementedError

    def delete_image(self, region: str, image_id: str, *, snapshots: bool) -> str:
        raise NotImplementedError

    def _read(self) -> None:
        with self._lock:
            self.reads += 1


def _image(region: str, name: str) -> Image:
    return Image(
        image_id=name,
        name=name,
        region=region,
        kind=ImageKind.PRIVATE,
        state=NORMAL,
        creator=company.HOME_ACCOUNT,
        source="CREATE_IMAGE",
        size_gib=50,
        created_at=_MADE,
        licence="TencentCloud",
    )
