"""The cloud, watched: whoever calls it, credentials that don't work are noted, and that they work again, too.

So is what the catalogue can learn from a call that was made for another reason.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import TypeVar

from approvals.catalogue import Catalogue
from approvals.cloud import BLUEPRINT, Cloud, Copied, Image, LighthouseView, Room
from approvals.errors import About, AuthFailed, Refused
from approvals.incidents import IDENTITY, Incidents
from approvals.sentences import say

_T = TypeVar("_T")

_NOT_ALLOWED = {
    "AuthFailure.UnauthorizedOperation",
    "UnauthorizedOperation",
    "UnauthorizedOperation.NoPermission",
    "UnauthorizedOperation.PermissionDenied",
}
"""The codes by which the cloud says that it knows who asks, and that they may not do this: what CAM grants can be held
to single images."""


class _Forbidden:
    """The images that a call was not allowed for, and whether it went through for others since.

    Then neither credentials nor a mended permission are what is missing: it is the image. Kept in memory, since not to
    know it costs one more try.
    """

    def __init__(self) -> None:
        self._others_since: dict[tuple[str, str], bool] = {}
        self._lock = threading.Lock()

    def failed(self, call: str, image_id: str, error: AuthFailed) -> bool:
        """Note what was not allowed; tells whether it is about this image alone."""
        if error.code not in _NOT_ALLOWED:
            return False
        with self._lock:
            return self._others_since.setdefault((call, image_id), False)

    def answered(self, call: str, image_id: str) -> None:
        if not self._others_since:
            return
        with self._lock:
            self._others_since.pop((call, image_id), None)
            self._others_since |= {one: True for one in self._others_since if one[0] == call}


class WatchedCloud:
    """Implements ``approvals.cloud.Cloud``.

    Calls are told apart by region and service, since a permission can be given for one alone.
    """

    def __init__(self, cloud: Cloud, incidents: Incidents, catalogue: Catalogue) -> None:
        self._cloud = cloud
        self._incidents = incidents
        self._catalogue = catalogue
        self._forbidden = _Forbidden()

    def account(self) -> str:
        try:
            actual = self._cloud.account()
        except AuthFailed as error:
            self._incidents.failed(IDENTITY, error)
            raise
        self._incidents.identified(actual)
        return actual

    def images(self, region: str) -> Iterator[Sequence[Image]]:
        pages = self._cloud.images(region)
        while (page := self._watch(f"images {region}", lambda: next(pages, None))) is not None:
            yield page

    def images_by_id(self, region: str, image_ids: Sequence[str]) -> list[Image]:
        return self._watch(f"images {region}", lambda: self._cloud.images_by_id(region, image_ids))

    def images_by_name(self, region: str, name: str) -> list[Image]:
        return self._watch(f"images {region}", lambda: self._cloud.images_by_name(region, name))

    def shared_with(self, region: str, image_id: str) -> dict[str, datetime | None] | None:
        call = _named("shares", region, image_id)
        accounts = self._on_image(call, image_id, lambda: self._cloud.shared_with(region, image_id))
        if accounts is not None:
            self._catalogue.note_shares(region, image_id, accounts)
        return accounts

    def lighthouse_view(self, region: str, image_id: str) -> LighthouseView | None:
        return self._watch(f"lighthouse {region}", lambda: self._cloud.lighthouse_view(region, image_id))

    def lighthouse_image(self, region: str, image_id: str) -> str:
        return self._watch(f"blueprints {region}", lambda: self._cloud.lighthouse_image(region, image_id))

    def offer(self, region: str, image_id: str) -> str:
        return self._on_image(f"offer {region}", image_id, lambda: self._cloud.offer(region, image_id))

    def withdraw(self, region: str, image_id: str) -> str:
        return self._on_image(f"offer {region}", image_id, lambda: self._cloud.withdraw(region, image_id))

    def share(self, region: str, image_id: str, accounts: Sequence[str]) -> str:
        return self._change(region, image_id, lambda: self._cloud.share(region, image_id, accounts))

    def unshare(self, region: str, image_id: str, accounts: Sequence[str]) -> str:
        return self._change(region, image_id, lambda: self._cloud.unshare(region, image_id, accounts))

    def image_usage(self, region: str) -> dict[str, int]:
        return self._cloud.image_usage(region)  # not watched: what nobody granted here is missed by nothing else

    def room(self, region: str) -> Room:
        return self._watch(f"room {region}", lambda: self._cloud.room(region))

    def check_copy(self, region: str, image_id: str, destination: str, name: str) -> None:
        def check() -> None:
            self._cloud.check_copy(region, image_id, destination, name)

        self._on_image(f"copy {region}", image_id, check)

    def copy(self, region: str, image_id: str, destination: str, name: str) -> Copied:
        def copy() -> Copied:
            return self._cloud.copy(region, image_id, destination, name)

        try:
            return self._on_image(f"copy {region}", image_id, copy)
        finally:
            self._catalogue.note_change(destination)

    def check_deletion(self, region: str, image_id: str) -> None:
        """Where it is not allowed, the request is told so: nothing was taken from anybody yet that would have to wait.

        :raises Refused: the cloud would not do it, or not for us
        """

        def check() -> None:
            try:
                self._cloud.check_deletion(region, image_id)
            except AuthFailed as error:
                if error.code in _NOT_ALLOWED:
                    raise _refused(error, error.advice) from error
                raise

        self._watch(f"delete {region}", check)

    def delete_image(self, region: str, image_id: str, *, snapshots: bool) -> str:
        def delete() -> str:
            return self._cloud.delete_image(region, image_id, snapshots=snapshots)

        try:
            return self._on_image(f"delete {region}", image_id, delete)
        finally:
            self._catalogue.note_change(region)

    def _change(self, region: str, image_id: str, call: Callable[[], str]) -> str:
        try:
            return self._on_image(_named("change", region, image_id), image_id, call)
        finally:  # what failed may have had an effect all the same
            self._catalogue.note_change(region)

    def _on_image(self, call: str, image_id: str, act: Callable[[], _T]) -> _T:
        """
        :raises Refused: it is not allowed for this image, though it is for others
        """
        try:
            answer = act()
        except AuthFailed as error:
            if self._forbidden.failed(call, image_id, error):
                advice = say("Allow it for this image, too, to Imagewarden's user or role in CAM, then retry.")
                raise _refused(error, advice) from error
            self._incidents.failed(call, error)
            raise
        self._forbidden.answered(call, image_id)
        self._incidents.answered(call)
        return answer

    def _watch(self, call: str, ask: Callable[[], _T]) -> _T:
        try:
            answer = ask()
        except AuthFailed as error:
            self._incidents.failed(call, error)
            raise
        self._incidents.answered(call)
        return answer


def _refused(error: AuthFailed, advice: str) -> Refused:
    """The same, as what keeps us from acting on one image."""
    return Refused(error.action, error.code, error.message, error.cloud_request_id, about=About.IMAGE, advice=advice)


def _named(call: str, region: str, image_id: str) -> str:
    return f"{call} {BLUEPRINT if image_id.startswith(BLUEPRINT) else ''}{region}"
