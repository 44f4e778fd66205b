"""The local cloud in memory: images, who they are shared with, which accounts exist, and the calls made.

Calls over HTTP are judged and carried out on the server's one event loop, so no two of them interleave; tests and the
page come from other threads, hence the lock.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.cloud.faults import Faults

CALLS_KEPT = 10_000
CALLS_SHOWN = 30
"""Calls in a snapshot: what fits beside the page's list of images."""

OWN, SHARED, PUBLIC = "PRIVATE_IMAGE", "SHARED_IMAGE", "PUBLIC_IMAGE"


@dataclass(frozen=True, slots=True)
class Image:
    """An image; words and values are the vendor's.

    :ivar creator: the account that made it: ours, the one that shares it with us, or "" for a public one
    :ivar created_at: Unix seconds
    :ivar data_disks_gib: sizes of the data disks in it; any makes it a whole-machine image
    :ivar encrypted: nothing in the API tells so before a share is refused
    """

    image_id: str
    name: str
    region: str
    created_at: float
    kind: str = OWN
    state: str = "NORMAL"
    source: str = "CREATE_IMAGE"
    licence: str = "TencentCloud"
    size_gib: int = 20
    os_name: str = "Ubuntu Server 22.04 LTS 64bit"
    platform: str = "Ubuntu"
    architecture: str = "x86_64"
    creator: str = ""
    description: str = ""
    data_disks_gib: tuple[int, ...] = ()
    encrypted: bool = False
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Call:
    """A call that was made, refused ones too.

    :ivar at: Unix seconds
    :ivar params: as sent; empty where the call was refused before they were read
    :ivar code: ``ok``, the error code, or the shape of an answer that was spoiled on purpose
    :ivar ms: milliseconds until the answer left, a delay set for a test included
    :ivar done: it took effect, whatever was answered
    """

    at: float
    action: str
    region: str
    params: Mapping[str, Any]
    code: str
    request_id: str
    ms: float
    done: bool


class CloudState:
    """Safe to use from several threads. Every read returns a copy.

    :param account: the root account that everything is seen from
    :param user: the sub-user of it that the keys belong to
    :param regions: where the account has its images
    :param clock: Unix seconds
    :ivar faults: what goes wrong on purpose
    """

    def __init__(self, account: str, user: str, regions: tuple[str, ...], clock: Callable[[], float]) -> None:
        self.account = account
        self.user = user
        self.regions = regions
        self.clock = clock
        self.faults = Faults()
        self._lock = threading.Lock()
        self._version = 0
        self._images: dict[str, Image] = {}
        self._shares: dict[str, dict[str, float]] = {}
        self._lagging: dict[str, tuple[int, dict[str, float]]] = {}
        self._accounts: dict[str, str | None] = {account: None}
        self._sub_accounts: dict[str, str] = {user: account}
        self._calls: deque[Call] = deque(maxlen=CALLS_KEPT)
        self._delays: dict[str, float] = {}
        self._watchers: list[Callable[[], None]] = []

    @property
    def images(self) -> dict[str, Image]:
        """By id."""
        with self._lock:
            return dict(self._images)

    @property
    def calls(self) -> list[Call]:
        """The last calls, the newest last."""
        with self._lock:
            return list(self._calls)

    def shares(self, image_id: str) -> dict[str, float]:
        """The accounts that the image is shared with, and since when (Unix seconds)."""
        with self._lock:
            return dict(self._shares.get(image_id, {}))

    def shares_told(self, image_id: str) -> dict[str, float]:
        """What a call that asks for the shares is told: the same, or what was before where reads lag behind."""
        with self._lock:
            left, before = self._lagging.pop(image_id, (0, {}))
            if not left:
                return dict(self._shares.get(image_id, {}))
            self._lagging[image_id] = left - 1, before
            return dict(before)

    def exists(self, account: str) -> bool:
        """Whether there is such a root account."""
        with self._lock:
            return account in self._accounts

    def is_sub_account(self, account: str) -> bool:
        with self._lock:
            return account in self._sub_accounts

    def add_image(self, image: Image, shared_with: Mapping[str, float] | None = None) -> None:
        """Add an image, or replace the one of that id.

        :param shared_with: account → since when; absent: the shares of the one it replaces stay
        """
        with self._lock:
            self._images[image.image_id] = image
            if shared_with is not None:
                self._shares[image.image_id] = dict(shared_with)
        self._changed()

    def add_account(self, account: str, name: str | None = None, sub_account_of: str | None = None) -> None:
        """Make an account exist: a root account, or a sub-account of one."""
        with self._lock:
            if sub_account_of is None:
                self._accounts[account] = name
            else:
                self._sub_accounts[account] = sub_account_of
        self._changed()

    def share(self, image_id: str, accounts: Iterable[str]) -> None:
        """Share without any check; an account that has the image already keeps its date."""
        now = self.clock()
        with self._lock:
            shares = self._shares.setdefault(image_id, {})
            self._lag(image_id, shares)
            for account in accounts:
                shares.setdefault(account, now)
        self._changed()

    def unshare(self, image_id: str, accounts: Iterable[str]) -> None:
        with self._lock:
            shares = self._shares.get(image_id, {})
            self._lag(image_id, shares)
            for account in accounts:
                shares.pop(account, None)
        self._changed()

    def record(self, call: Call) -> None:
        with self._lock:
            self._calls.append(call)
        self._changed()

    def delay(self, action: str, seconds: float) -> None:
        """From now on, hold every answer to ``action`` back so long; the call takes effect at once. 0 ends it."""
        with self._lock:
            self._delays[action] = seconds

    def delay_of(self, action: str) -> float:
        with self._lock:
            return self._delays.get(action, 0.0)

    def on_change(self, callback: Callable[[], None]) -> None:
        """Have ``callback()`` called after every change and every call, on the thread that made it.

        The server's event loop is such a thread: the callback must return at once.
        """
        with self._lock:
            self._watchers.append(callback)

    def snapshot(self) -> dict[str, Any]:
        """What the page shows, as JSON types; times are Unix seconds."""
        with self._lock:
            images = sorted(self._images.values(), key=self._order)
            return {
                "version": self._version,
                "account": self.account,
                "regions": list(self.regions),
                "images": [self._image_row(image) for image in images],
                "calls": [_call_row(call) for call in list(self._calls)[-CALLS_SHOWN:]],
            }

    def _lag(self, image_id: str, before: Mapping[str, float]) -> None:
        if reads := self.faults.next_lag():
            self._lagging[image_id] = reads, dict(before)

    def _changed(self) -> None:
        with self._lock:
            self._version += 1
            watchers = tuple(self._watchers)
        # Outside the lock: who is told may hold a lock of its own and ask for a snapshot.
        for watcher in watchers:
            watcher()

    def _order(self, image: Image) -> tuple[int, int, str]:
        regions = (*self.regions, image.region)
        return regions.index(image.region), (OWN, SHARED, PUBLIC).index(image.kind), image.name

    def _image_row(self, image: Image) -> dict[str, Any]:
        return {
            "id": image.image_id,
            "name": image.name,
            "region": image.region,
            "kind": image.kind,
            "state": image.state,
            "source": image.source,
            "licence": image.licence,
            "size_gib": image.size_gib,
            "os": image.os_name,
            "creator": image.creator,
            "created_at": image.created_at,
            "shared_with": [
                {"account": account, "name": self._accounts.get(account), "since": since}
                for account, since in self._shares.get(image.image_id, {}).items()
            ],
        }


def _call_row(call: Call) -> dict[str, Any]:
    return {"at": call.at, "action": call.action, "region": call.region, "code": call.code, "ms": round(call.ms, 1)}
