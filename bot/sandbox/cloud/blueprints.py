"""What Lighthouse has in memory: its images, which it calls blueprints, and what CVM has offered to it."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from bot.sandbox.cloud.faults import Faults
from bot.sandbox.cloud.images import Image
from bot.sandbox.cloud.lag import Lag

PRIVATE, SHARED, SYSTEM = "PRIVATE", "SHARED", "PURE_OS"

SHARE_QUOTA = 500
"""Accounts that a blueprint can be shared with: our guess, taken from CVM; the vendor names no number."""


@dataclass(frozen=True, slots=True)
class Blueprint:
    """A blueprint; words and values are the vendor's.

    :ivar kind: ``SHARED`` is one that came from elsewhere, from CVM too: that the latter is so is not verified
    :ivar created_at: Unix seconds
    :ivar image_id: the CVM image that it came from, or ""
    """

    blueprint_id: str
    name: str
    region: str
    created_at: float
    kind: str = PRIVATE
    state: str = "NORMAL"
    size_gib: int = 20
    os_name: str = "Ubuntu Server 22.04 LTS 64bit"
    platform: str = "UBUNTU"
    platform_type: str = "LINUX_UNIX"
    description: str = ""
    image_id: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)


class Lighthouse:
    """Safe to use from several threads. Every read returns a copy.

    :param clock: Unix seconds
    :param faults: the plan, for reads that lag behind
    :param changed: called after every change
    :ivar has_role: whether the account has given Lighthouse its service role, without which it can't look at CVM
    :ivar international: whether this is the vendor's international site, where who has a blueprint can't be read
    :ivar share_quota: accounts that a blueprint can be shared with
    """

    def __init__(self, clock: Callable[[], float], faults: Faults, changed: Callable[[], None]) -> None:
        self.has_role = True
        self.international = False
        self.share_quota = SHARE_QUOTA
        self._clock = clock
        self._changed = changed
        self._lock = threading.Lock()
        self._blueprints: dict[str, Blueprint] = {}
        self._shares: dict[str, dict[str, float]] = {}
        self._offered: dict[str, str] = {}
        self._share_lag = Lag[dict[str, float]](faults)
        self._offer_lag = Lag[bool](faults)

    @property
    def blueprints(self) -> dict[str, Blueprint]:
        """By id."""
        with self._lock:
            return dict(self._blueprints)

    def add(self, blueprint: Blueprint, shared_with: Mapping[str, float] | None = None) -> None:
        """Add a blueprint, or replace the one of that id.

        :param shared_with: account → since when; absent: the shares of the one it replaces stay
        """
        with self._lock:
            self._blueprints[blueprint.blueprint_id] = blueprint
            if shared_with is not None:
                self._shares[blueprint.blueprint_id] = dict(shared_with)
        self._changed()

    def shares(self, blueprint_id: str) -> dict[str, float]:
        """The accounts that have the blueprint, and since when (Unix seconds)."""
        with self._lock:
            return dict(self._shares.get(blueprint_id, {}))

    def shares_told(self, blueprint_id: str) -> dict[str, float]:
        """The same as a call is told it, which may lag behind."""
        return self._share_lag.told(blueprint_id, self.shares(blueprint_id))

    def share(self, blueprint_id: str, accounts: Iterable[str]) -> None:
        """Share without any check."""
        now = self._clock()
        with self._lock:
            shares = self._shares.setdefault(blueprint_id, {})
            self._share_lag.changing(blueprint_id, dict(shares))
            for account in accounts:
                shares.setdefault(account, now)
        self._changed()

    def unshare(self, blueprint_id: str, accounts: Iterable[str]) -> None:
        with self._lock:
            shares = self._shares.get(blueprint_id, {})
            self._share_lag.changing(blueprint_id, dict(shares))
            for account in accounts:
                shares.pop(account, None)
        self._changed()

    def has(self, image_id: str) -> bool:
        """Whether the CVM image is offered to Lighthouse."""
        with self._lock:
            return image_id in self._offered

    def has_told(self, image_id: str) -> bool:
        """The same as a call is told it, which may lag behind."""
        return self._offer_lag.told(image_id, self.has(image_id))

    def offer(self, image: Image) -> str:
        """Take the CVM image in; returns the id of the blueprint that it is here."""
        blueprint = Blueprint(
            f"lhbp-{secrets.token_hex(4)}",
            image.name,
            image.region,
            self._clock(),
            kind=SHARED,
            size_gib=image.size_gib,
            os_name=image.os_name,
            platform=image.platform.upper(),
            platform_type="WINDOWS" if image.platform == "Windows" else "LINUX_UNIX",
            description=image.description,
            image_id=image.image_id,
        )
        with self._lock:
            self._offer_lag.changing(image.image_id, image.image_id in self._offered)
            self._blueprints[blueprint.blueprint_id] = blueprint
            self._offered[image.image_id] = blueprint.blueprint_id
        self._changed()
        return blueprint.blueprint_id

    def withdraw(self, image_id: str) -> str:
        """Take the CVM image back from here; returns the id of the blueprint that it was.

        :raises KeyError: it is not here
        """
        with self._lock:
            blueprint_id = self._offered.pop(image_id)
            self._offer_lag.changing(image_id, before=True)
            del self._blueprints[blueprint_id]
            self._shares.pop(blueprint_id, None)
        self._changed()
        return blueprint_id
