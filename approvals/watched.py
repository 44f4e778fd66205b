"""The cloud, watched: whoever calls it, credentials that don't work are noted, and that they work again, too."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar

from approvals.cloud import Cloud, Image
from approvals.errors import AuthFailed
from approvals.incidents import IDENTITY, Incidents

_T = TypeVar("_T")


class WatchedCloud:
    """Implements ``approvals.cloud.Cloud``.

    Calls are told apart by region, since a permission can be given for one alone.
    """

    def __init__(self, cloud: Cloud, incidents: Incidents) -> None:
        self._cloud = cloud
        self._incidents = incidents

    def account(self) -> str:
        try:
            actual = self._cloud.account()
        except AuthFailed as error:
            self._incidents.failed(IDENTITY, error)
            raise
        self._incidents.identified(actual)
        return actual

    def images_by_id(self, region: str, image_ids: Sequence[str]) -> list[Image]:
        return self._watch(f"images {region}", lambda: self._cloud.images_by_id(region, image_ids))

    def images_by_name(self, region: str, name: str) -> list[Image]:
        return self._watch(f"images {region}", lambda: self._cloud.images_by_name(region, name))

    def shared_with(self, region: str, image_id: str) -> dict[str, datetime | None]:
        return self._watch(f"shares {region}", lambda: self._cloud.shared_with(region, image_id))

    def share(self, region: str, image_id: str, accounts: Sequence[str]) -> str:
        return self._watch(f"change {region}", lambda: self._cloud.share(region, image_id, accounts))

    def unshare(self, region: str, image_id: str, accounts: Sequence[str]) -> str:
        return self._watch(f"change {region}", lambda: self._cloud.unshare(region, image_id, accounts))

    def _watch(self, call: str, ask: Callable[[], _T]) -> _T:
        try:
            answer = ask()
        except AuthFailed as error:
            self._incidents.failed(call, error)
            raise
        self._incidents.answered(call)
        return answer
