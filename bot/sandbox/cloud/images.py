"""An image of the local cloud."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

OWN, SHARED, PUBLIC = "PRIVATE_IMAGE", "SHARED_IMAGE", "PUBLIC_IMAGE"

BUSY = frozenset({"CREATING", "SYNCING", "IMPORTING"})
BROKEN = frozenset({"CREATEFAILED", "IMPORTFAILED"})
"""States that pass by themselves, and those that never do (vendor: data type ``Image``)."""


@dataclass(frozen=True, slots=True)
class Image:
    """An image; words and values are the vendor's.

    :ivar creator: the account that made it: ours, the one that shares it with us, or "" for a public one
    :ivar created_at: Unix seconds
    :ivar sync_percent: of a copy, how far it is
    :ivar data_disks_gib: sizes of the data disks in it; any makes it a whole-machine image
    :ivar encrypted: nothing in the API tells so before a share is refused
    """

    image_id: str
    name: str
    region: str
    created_at: float
    kind: str = OWN
    state: str = "NORMAL"
    sync_percent: int | None = None
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
    cloud_init: bool = True
    deprecated: bool = False
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def snapshots(self) -> list[tuple[str, str, int]]:
        """Id, ``DiskUsage`` and GiB of each snapshot that it is made of; those of others aren't told."""
        if self.kind != OWN:
            return []
        disks = [("SYSTEM_DISK", self.size_gib), *(("DATA_DISK", size) for size in self.data_disks_gib)]
        stem = self.image_id.removeprefix("img-")[:7]
        return [(f"snap-{stem}{number}", usage, size) for number, (usage, size) in enumerate(disks)]
