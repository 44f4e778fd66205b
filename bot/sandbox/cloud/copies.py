"""Copies of images on their way to another region: how long they take, and how they end.

The vendor tells of a copy only by the image that comes about: its ``ImageState`` and ``SyncPercent`` in DescribeImages.
What a failed copy looks like is in none of its pages, so several ends can be planned.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace

from bot.sandbox.cloud.images import Image

SYNCING, NORMAL, FAILED = "SYNCING", "NORMAL", "CREATEFAILED"

SECONDS = 20.0
"""What a copy takes where nobody said otherwise: long enough to see it, short enough to wait for it."""

QUOTA = 500
"""Images of one's own in each region (vendor: SyncImages)."""

_WHOLE = 100


@dataclass(frozen=True, slots=True)
class _End:
    """How a copy ends.

    :ivar state: the image's state from then on; None: the image is gone
    :ivar percent: how far the copy gets
    """

    state: str | None = NORMAL
    percent: int = _WHOLE


@dataclass(frozen=True, slots=True)
class _Copy:
    began: float
    seconds: float
    end: _End


class Copies:
    """Safe to use from several threads.

    :param clock: Unix seconds; copies go forward with it and by nothing else
    :param changed: called after what a test changes
    :ivar same_name_allowed: whether a copy may have the name of an image that is there: the vendor has a code for it,
        and no page that says when it comes
    """

    def __init__(self, clock: Callable[[], float], changed: Callable[[], None]) -> None:
        self.same_name_allowed = False
        self._clock = clock
        self._changed = changed
        self._lock = threading.Lock()
        self._seconds = SECONDS
        self._ends: deque[_End] = deque()
        self._copies: dict[str, _Copy] = {}
        self._quotas: dict[str, int] = {}
        self._closed: set[str] = set()

    def take(self, seconds: float) -> None:
        """Every copy that is begun from now on takes so long; 0 is done at once."""
        with self._lock:
            self._seconds = seconds

    def fail_next(self, state: str = FAILED, at: int = 40) -> None:
        """The next copy that has no end planned yet stops at that percentage, and its image is left in ``state``."""
        self._plan(_End(state, at))

    def vanish_next(self, at: int = 40) -> None:
        """The next one's image is gone once it is that far."""
        self._plan(_End(None, at))

    def stall_next(self, at: int = 40) -> None:
        """The next one stays on its way for good once it is that far."""
        self._plan(_End(SYNCING, at))

    def finish(self) -> None:
        """Every copy on its way comes to the end that it is planned to have, now."""
        with self._lock:
            self._copies = {name: replace(copy, seconds=0.0) for name, copy in self._copies.items()}
        self._changed()

    def limit(self, region: str, images: int) -> None:
        """So many images of our own may be in the region, ``QUOTA`` where nothing is set."""
        with self._lock:
            self._quotas[region] = images

    def quota(self, region: str) -> int:
        with self._lock:
            return self._quotas.get(region, QUOTA)

    def close(self, region: str) -> None:
        """No image can be copied to the region."""
        with self._lock:
            self._closed.add(region)

    def is_closed(self, region: str) -> bool:
        with self._lock:
            return region in self._closed

    def begin(self, image_id: str) -> None:
        """The image of that id comes about as a copy from now on."""
        with self._lock:
            end = self._ends.popleft() if self._ends else _End()
            self._copies[image_id] = _Copy(self._clock(), self._seconds, end)

    def forget(self, image_id: str) -> None:
        """The image is no longer a copy that comes about: it is what it is said to be."""
        with self._lock:
            self._copies.pop(image_id, None)

    def seen(self, image: Image) -> Image | None:
        """The image as it is now; None where it is gone."""
        with self._lock:
            copy = self._copies.get(image.image_id)
        if copy is None:
            return image
        percent = self._percent(copy)
        if percent < copy.end.percent:
            return replace(image, state=SYNCING, sync_percent=percent)
        if copy.end.state is None:
            return None
        return replace(image, state=copy.end.state, sync_percent=copy.end.percent)

    def _percent(self, copy: _Copy) -> int:
        elapsed = self._clock() - copy.began
        return _WHOLE if elapsed >= copy.seconds else int(_WHOLE * elapsed / copy.seconds)

    def _plan(self, end: _End) -> None:
        with self._lock:
            self._ends.append(end)
