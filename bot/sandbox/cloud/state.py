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

from bot.sandbox.cloud import snapshot
from bot.sandbox.cloud.blueprints import Lighthouse
from bot.sandbox.cloud.call import Call
from bot.sandbox.cloud.copies import Copies
from bot.sandbox.cloud.faults import Faults
from bot.sandbox.cloud.images import OWN, PUBLIC, SHARED, Image
from bot.sandbox.cloud.lag import Lag

__all__ = ["OWN", "PUBLIC", "SHARED", "CloudState", "Image", "Instance"]

CALLS_KEPT = 10_000
CALLS_SHOWN = 30
"""Calls in a snapshot: what fits beside the page's list of images."""


@dataclass(frozen=True, slots=True)
class Instance:
    """A machine of ours, as far as its image goes; words and values are the vendor's.

    :ivar image_id: what it was made from; that image may be gone
    :ivar created_at: Unix seconds
    """

    instance_id: str
    name: str
    region: str
    image_id: str
    created_at: float
    state: str = "RUNNING"
    instance_type: str = "SA5.MEDIUM2"
    os_name: str = "Ubuntu Server 22.04 LTS 64bit"
    tags: Mapping[str, str] = field(default_factory=dict)


class CloudState:
    """Safe to use from several threads. Every read returns a copy.

    :param account: the root account that everything is seen from
    :param user: the sub-user of it that the keys belong to
    :param regions: where the account has its images
    :param clock: Unix seconds
    :ivar faults: what goes wrong on purpose
    :ivar copies: how copies to another region go
    :ivar lighthouse: what the other service has
    :ivar dry_run_is_an_error: whether a dry run that would succeed is answered with the error ``DryRunOperation``, as
        the vendor's list of common codes has it, or with an empty answer, as the pages of the actions have it
    """

    def __init__(self, account: str, user: str, regions: tuple[str, ...], clock: Callable[[], float]) -> None:
        self.account = account
        self.user = user
        self.regions = regions
        self.clock = clock
        self.faults = Faults()
        self.copies = Copies(clock, self._changed)
        self.lighthouse = Lighthouse(clock, self.faults, self._changed)
        self.dry_run_is_an_error = False
        self._lock = threading.Lock()
        self._version = 0
        self._images: dict[str, Image] = {}
        self._shares: dict[str, dict[str, float]] = {}
        self._kept_snapshots: list[str] = []
        self._instances: dict[str, Instance] = {}
        self._lag = Lag[dict[str, float]](self.faults)
        self._gone = Lag[Image | None](self.faults)
        self._accounts: dict[str, str | None] = {account: None}
        self._sub_accounts: dict[str, str] = {user: account}
        self._foreign: set[str] = set()
        self._calls: deque[Call] = deque(maxlen=CALLS_KEPT)
        self._delays: dict[str, float] = {}
        self._watchers: list[Callable[[], None]] = []

    @property
    def images(self) -> dict[str, Image]:
        """By id, each as it is now."""
        with self._lock:
            seen = [self.copies.seen(image) for image in self._images.values()]
        return {image.image_id: image for image in seen if image}

    def images_told(self) -> list[Image]:
        """What a call that lists images is told: the same, and those that are gone where reads lag behind."""
        gone = (self._gone.told(image_id, None) for image_id in self._gone.lagging())
        return [*self.images.values(), *filter(None, gone)]

    @property
    def instances(self) -> dict[str, Instance]:
        """By id."""
        with self._lock:
            return dict(self._instances)

    @property
    def kept_snapshots(self) -> list[str]:
        """Ids of the snapshots that outlived their image."""
        with self._lock:
            return list(self._kept_snapshots)

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
        return self._lag.told(image_id, self.shares(image_id))

    def exists(self, account: str) -> bool:
        """Whether there is such a root account."""
        with self._lock:
            return account in self._accounts

    def is_sub_account(self, account: str) -> bool:
        with self._lock:
            return account in self._sub_accounts

    def is_foreign(self, account: str) -> bool:
        """Whether the account is one of the vendor's other site, which knows nothing of this one."""
        with self._lock:
            return account in self._foreign

    def add_image(self, image: Image, shared_with: Mapping[str, float] | None = None) -> None:
        """Add an image, or replace the one of that id.

        :param shared_with: account → since when; absent: the shares of the one it replaces stay
        """
        with self._lock:
            self.copies.forget(image.image_id)
            self._images[image.image_id] = image
            if shared_with is not None:
                self._shares[image.image_id] = dict(shared_with)
        self._changed()

    def add_copy(self, image: Image) -> None:
        """Add an image that comes about as a copy of another; see ``copies``."""
        with self._lock:
            self._images[image.image_id] = image
            self.copies.begin(image.image_id)
        self._changed()

    def delete_image(self, image_id: str, *, with_snapshots: bool) -> None:
        """Delete without any check."""
        with self._lock:
            image = self._images.pop(image_id)
            self._gone.changing(image_id, image)
            self._shares.pop(image_id, None)
            self.copies.forget(image_id)
            if not with_snapshots:
                self._kept_snapshots.extend(snapshot_id for snapshot_id, _, _ in image.snapshots)
        self._changed()

    def add_instance(self, instance: Instance) -> None:
        with self._lock:
            self._instances[instance.instance_id] = instance
        self._changed()

    def add_foreign_account(self, account: str) -> None:
        """Make a root account exist on the vendor's other site."""
        with self._lock:
            self._foreign.add(account)

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
            self._lag.changing(image_id, dict(shares))
            for account in accounts:
                shares.setdefault(account, now)
        self._changed()

    def unshare(self, image_id: str, accounts: Iterable[str]) -> None:
        with self._lock:
            shares = self._shares.get(image_id, {})
            self._lag.changing(image_id, dict(shares))
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
        """What the page shows; see ``snapshot.py``."""
        images, blueprints = self.images.values(), self.lighthouse.blueprints.values()
        with self._lock:
            version, names, calls = self._version, dict(self._accounts), list(self._calls)[-CALLS_SHOWN:]
        return {
            "version": version,
            "account": self.account,
            "regions": list(self.regions),
            "images": [
                snapshot.image_row(
                    image, self.shares(image.image_id), names, in_lighthouse=self.lighthouse.has(image.image_id)
                )
                for image in snapshot.in_order(images, self.regions)
            ],
            "blueprints": [
                snapshot.blueprint_row(blueprint, self.lighthouse.shares(blueprint.blueprint_id), names)
                for blueprint in sorted(blueprints, key=lambda blueprint: (blueprint.region, blueprint.name))
            ],
            "calls": [snapshot.call_row(call) for call in calls],
        }

    def _changed(self) -> None:
        with self._lock:
            self._version += 1
            watchers = tuple(self._watchers)
        # Outside the lock: who is told may hold a lock of its own and ask for a snapshot.
        for watcher in watchers:
            watcher()
