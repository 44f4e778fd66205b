"""What Imagewarden needs of a cloud, in its own words. ``tencent.py`` is the one that calls the vendor."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

MAX_SHARES = 500
"""Accounts an image can be shared with (vendor: "Sharing a Custom Image", API ModifyImageSharePermission)."""


class ImageKind(StrEnum):
    """Whose an image is; the vendor's ``ImageType``."""

    PRIVATE = "PRIVATE_IMAGE"
    SHARED = "SHARED_IMAGE"
    PUBLIC = "PUBLIC_IMAGE"


NORMAL = "NORMAL"
"""The only ``ImageState`` in which an image can be shared; every other one means "not now"."""

SYNCING = "SYNCING"
"""The ``ImageState`` of a copy that is on its way; any but this and ``NORMAL`` means that it failed."""

STILL_SHARED = "InvalidImageId.InShared"
"""The code of an image that can't be deleted before every share of it is taken back (vendor: DeleteImages)."""

NO_IMAGE = "InvalidImageId.NotFound"
"""The code of an image that is not there, or no longer (vendor: DeleteImages)."""

ALREADY_SO = frozenset(
    {
        "UnsupportedOperation.BlueprintAlreadyShared",
        "UnsupportedOperation.BlueprintHasNotShared",
        "UnsupportedOperation.ImageAlreadyShared",
    }
)
"""The codes that say that it stands as it is wanted (vendor: Lighthouse; CVM has none)."""

LIGHTHOUSE = "lighthouse"
"""Stands among accounts for the vendor's Lighthouse, to which an image of ours can be offered within our account."""

MAX_BLUEPRINT_ACCOUNTS = 10
"""Accounts in a call that shares a Lighthouse image (vendor: ShareBlueprintAcrossAccounts, ``AccountIds``)."""

BLUEPRINT = "lhbp-"
"""How the id of a Lighthouse image begins."""

IDS = ("img-", BLUEPRINT)
"""How ids of images begin."""

MAX_NAME = 60
"""Characters of an image's name (vendor: SyncImages, parameter ``ImageName``)."""


@dataclass(frozen=True, slots=True)
class Image:
    """An image as the cloud described it.

    :ivar kind: the vendor's ``ImageType``; text, since the vendor may add one
    :ivar state: the vendor's ``ImageState``
    :ivar source: ``OFFICIAL``, ``CREATE_IMAGE`` or ``EXTERNAL_IMPORT``
    :ivar size_gib: size of the system disk, in GiB
    :ivar licence: ``TencentCloud`` or ``BYOL``
    :ivar whole_machine: it holds data disks beside the system disk
    :ivar snapshots: the ids of the snapshots that it is made of
    :ivar sync_percent: how far a copy is that is being made
    """

    image_id: str
    name: str
    region: str
    kind: str
    state: str
    creator: str = ""
    source: str = ""
    size_gib: int = 0
    os_name: str = ""
    platform: str = ""
    architecture: str = ""
    created_at: datetime | None = None
    licence: str = ""
    whole_machine: bool = False
    deprecated: bool = False
    sync_percent: int = 0
    snapshots: tuple[str, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_blueprint(self) -> bool:
        """Is it an image of Lighthouse, rather than of CVM?"""
        return self.image_id.startswith(BLUEPRINT)


@dataclass(frozen=True, slots=True)
class LighthouseView:
    """What Lighthouse says of an image of CVM before it is offered.

    :ivar takes: whether it would take it now
    :ivar reason: why it wouldn't, in the vendor's words
    """

    takes: bool
    reason: str
    imported: bool
    whole_machine: bool
    cloud_init: bool
    state: str
    os_name: str


@dataclass(frozen=True, slots=True)
class Room:
    """How many images of our own a region has, those that come about included, and how many it may have."""

    used: int
    most: int


@dataclass(frozen=True, slots=True)
class Copied:
    """A copy was begun.

    :ivar image_id: the copy's id, in its region
    """

    image_id: str
    cloud_request_id: str


class Cloud(Protocol):
    """The calls that Imagewarden makes. Each may raise any ``CloudError`` but for what its docstring excludes.

    Every method blocks until the answer or the time limit of the call, and keeps the vendor's
    rate limit by itself. Safe to call from several threads.
    """

    def account(self) -> str:
        """The id of the root account that the credentials belong to."""
        ...

    def images(self, region: str) -> Iterator[Sequence[Image]]:
        """Every image of the region that is ours or shared with us, in pages.

        A page is a call, made when it is asked for and when nobody else needs the calls. An error ends the pages.
        """
        ...

    def images_by_id(self, region: str, image_ids: Sequence[str]) -> list[Image]:
        """Those of the images that exist in the region; an id that is not there is left out, not an error."""
        ...

    def images_by_name(self, region: str, name: str) -> list[Image]:
        """Every image of exactly that name that the account can see in the region, whoever owns it."""
        ...

    def shared_with(self, region: str, image_id: str) -> dict[str, datetime | None] | None:
        """The accounts that the image is shared with, and since when (UTC); None where this site never tells."""
        ...

    def share(self, region: str, image_id: str, accounts: Sequence[str]) -> str:
        """Share the image with the accounts too, at most ten of a Lighthouse image; returns the vendor's request id.

        Success means only that the call was accepted: read ``shared_with`` to know what is true.
        """
        ...

    def unshare(self, region: str, image_id: str, accounts: Sequence[str]) -> str:
        """Take the image back from the accounts; returns the vendor's request id. See ``share``."""
        ...

    def lighthouse_view(self, region: str, image_id: str) -> LighthouseView | None:
        """What Lighthouse says of an image of ours; None where it doesn't know it."""
        ...

    def lighthouse_image(self, region: str, image_id: str) -> str:
        """The Lighthouse image that an image of ours became there; "" while it isn't offered."""
        ...

    def offer(self, region: str, image_id: str) -> str:
        """Let Lighthouse have an image of ours, within our account; returns the vendor's request id. See ``share``."""
        ...

    def withdraw(self, region: str, image_id: str) -> str:
        """Take it back from Lighthouse; returns the vendor's request id."""
        ...

    def image_usage(self, region: str) -> dict[str, int]:
        """How many instances of ours run from each image in the region, by image id."""
        ...

    def room(self, region: str) -> Room:
        """How many images there are and may be in the region."""
        ...

    def check_copy(self, region: str, image_id: str, destination: str, name: str) -> None:
        """Would ``copy`` be taken? Changes nothing.

        :raises Refused: it would not
        """
        ...

    def copy(self, region: str, image_id: str, destination: str, name: str) -> Copied:
        """Begin to copy an image of ours to another region; the copy is ready when its state is ``NORMAL`` there.

        Not to be repeated where the answer was lost: look in the destination for an image of that name.
        """
        ...

    def check_deletion(self, region: str, image_id: str) -> None:
        """Would ``delete_image`` be taken? Changes nothing.

        :raises Refused: it would not; also while the image is shared
        """
        ...

    def delete_image(self, region: str, image_id: str, *, snapshots: bool) -> str:
        """Delete an image of ours; returns the vendor's request id.

        :param snapshots: its snapshots too; otherwise they stay, and cost on
        """
        ...
