"""All images of our regions, in memory: what the cloud showed when it was read last, whatever it does now.

``survey.py`` fills it. Public images are left out: there are hundreds, and they need no sharing.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from approvals.cloud import Image, ImageKind
from approvals.copy_steps import COPY_NAME

FRESH_FOR = timedelta(seconds=60)
"""How old what somebody looks at may be without being read anew behind their back."""

_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Reading:
    """How it stands with one region.

    :ivar images: as they were read last
    :ivar as_of: when that reading began; None where there was none
    :ivar tried_at: when the last attempt ended; None where there was none
    :ivar fault: the cloud's code where the last attempt failed, or ""
    :ivar changed_at: when we last changed something in the region
    """

    images: tuple[Image, ...] = ()
    as_of: datetime | None = None
    tried_at: datetime | None = None
    fault: str = ""
    changed_at: datetime = _NEVER


@dataclass(frozen=True, slots=True)
class Seen:
    """The accounts that an image was shared with when the cloud was last asked, and when that was."""

    accounts: Mapping[str, datetime | None]
    at: datetime


@dataclass(frozen=True, slots=True)
class _Entry:
    """An image, with what is compared with a searched text."""

    image: Image
    name: str
    id: str


class Catalogue:
    """Answers at once and from any thread; nothing here calls the cloud.

    :param regions: those of the policy
    :param clock: gives the time, in UTC
    """

    def __init__(self, regions: Iterable[str], clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._readings = {region: Reading() for region in regions}
        self._entries: tuple[_Entry, ...] = ()
        self._images: tuple[Image, ...] = ()
        self._seen: dict[tuple[str, str], Seen] = {}
        self._asked_at = _NEVER
        self._told_of: datetime | None = None  # the age of what somebody looked at when the listeners were told
        self._waiting: list[Callable[[], None]] = []
        self._listeners: list[Callable[[], None]] = []

    # what people ask

    @property
    def known(self) -> bool:
        """Has every region been asked for, and at least one been read?"""
        readings = self.readings.values()
        return all(one.tried_at for one in readings) and any(one.as_of for one in readings)

    @property
    def as_of(self) -> datetime | None:
        """When the oldest of what is shown was read; None while nothing was."""
        return min((one.as_of for one in self.readings.values() if one.as_of), default=None)

    @property
    def readings(self) -> Mapping[str, Reading]:
        """By region, in the policy's order."""
        with self._lock:
            return dict(self._readings)

    def images(self) -> tuple[Image, ...]:
        """Ours first, then those shared with us; the newest first."""
        self._note_interest()
        return self._images

    def search(self, text: str, limit: int) -> list[Image]:
        """Images with the text in their name or id, in any case; every image for "".

        Ours go first but for the copies that we made, of those the ones that begin with the text, of those the newest.
        """
        self._note_interest()
        wanted = text.casefold().strip()
        ranked: tuple[list[Image], ...] = ([], [], [], [], [])
        for entry in self._entries:
            if wanted in entry.name or wanted in entry.id:
                begins = entry.name.startswith(wanted) or entry.id.startswith(wanted)
                ranked[_rank(entry.image, begins)].append(entry.image)
                if len(ranked[0]) == limit:
                    break
        return [image for some in ranked for image in some][:limit]

    def shares_seen(self, image: Image) -> Seen | None:
        """Whom the cloud said the image is shared with; None where it wasn't asked since the start."""
        with self._lock:
            return self._seen.get((image.region, image.image_id))

    def once_read(self, call: Callable[[], None]) -> None:
        """Call when every region has been tried, at once where they have been; it must be quick and must not raise."""
        with self._lock:
            if not self._tried():
                self._waiting.append(call)
                return
        call()

    def on_interest(self, listener: Callable[[], None]) -> None:
        """Call ``listener`` when somebody looks at what is not fresh; it must be quick and must not raise."""
        self._listeners.append(listener)

    # what others tell

    def note_images(self, region: str, images: Sequence[Image], *, began: datetime, ended: datetime) -> None:
        """A region was read."""
        kept = tuple(image for image in images if image.kind != ImageKind.PUBLIC)
        there = {image.image_id for image in kept}
        with self._lock:
            self._seen = {key: seen for key, seen in self._seen.items() if key[0] != region or key[1] in there}
            # Later than now is what a clock said that was ahead.
            self._asked_at = min(self._asked_at, ended)
            changed_at = min(self._readings[region].changed_at, ended)
        self._put(region, images=kept, as_of=began, tried_at=ended, fault="", changed_at=changed_at)

    def note_fault(self, region: str, code: str, *, at: datetime) -> None:
        """A region could not be read; what was read before stays."""
        self._put(region, tried_at=at, fault=code)

    def note_shares(self, region: str, image_id: str, accounts: Mapping[str, datetime | None]) -> None:
        """The cloud said whom an image is shared with."""
        with self._lock:
            self._seen[(region, image_id)] = Seen(dict(accounts), self._clock())

    def note_change(self, region: str) -> None:
        """We changed something in a region, so that what was read of it may be wrong."""
        with self._lock:
            if region in self._readings:
                self._readings[region] = replace(self._readings[region], changed_at=self._clock())

    @property
    def asked_at(self) -> datetime:
        """When somebody last looked."""
        return self._asked_at

    def _put(self, region: str, **fields: object) -> None:
        with self._lock:
            self._readings[region] = replace(self._readings[region], **fields)  # type: ignore[arg-type]  # as named above
            images = [image for one in self._readings.values() for image in one.images]
            self._images = tuple(sorted(images, key=newest_first))
            self._entries = tuple(
                _Entry(image, image.name.casefold(), image.image_id.casefold()) for image in self._images
            )
            called, self._waiting = (self._waiting, []) if self._tried() else ([], self._waiting)
        for call in called:
            call()

    def _tried(self) -> bool:
        return all(one.tried_at for one in self._readings.values())

    def _note_interest(self) -> None:
        now = self._asked_at = self._clock()
        as_of = self.as_of
        if as_of is None or now - as_of < FRESH_FOR or as_of == self._told_of:
            return
        self._told_of = as_of
        for listener in self._listeners:
            listener()


def newest_first(image: Image) -> tuple[bool, float, str, str]:
    """Sorts images: ours first, then by age; no two have the same key."""
    built = image.created_at.timestamp() if image.created_at else 0.0
    return _is_not_ours(image), -built, image.image_id, image.region


def _rank(image: Image, begins: bool) -> int:
    if _is_not_ours(image):
        return 4 - begins
    return 2 if COPY_NAME.search(image.name) else 1 - begins


def _is_not_ours(image: Image) -> bool:
    return image.kind != ImageKind.PRIVATE
