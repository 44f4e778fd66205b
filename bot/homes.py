"""Who has their Home tab open, and where in it they are: so that it can be drawn again when they have pressed."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass

_KEPT = 1000  # people


@dataclass(frozen=True, slots=True)
class Place:
    """A page of the tab.

    :ivar which: a list, or the overview
    :ivar start: where the page begins
    """

    which: str = "overview"
    start: int = 0


class Homes:
    """In memory: after a restart the tab is drawn anew when somebody opens it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: OrderedDict[str, Place] = OrderedDict()

    def note(self, person_id: str, place: Place) -> None:
        """Somebody looks at that page."""
        with self._lock:
            self._open[person_id] = place
            self._open.move_to_end(person_id)
            if len(self._open) > _KEPT:
                self._open.popitem(last=False)

    def place_of(self, person_id: str) -> Place | None:
        """Where somebody is in their tab; None where they did not open it lately."""
        with self._lock:
            return self._open.get(person_id)
