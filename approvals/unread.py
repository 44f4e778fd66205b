"""Regions that can't be read: tried a few times, then left out of what goes through all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import TypeVar

from approvals.errors import CloudError, Refused, Throttled

_TRIES = 3  # in a row

_T = TypeVar("_T")


class Unread(Exception):
    """What is in a region can't be read now; the cause is the cloud's error."""

    def __init__(self, region: str) -> None:
        super().__init__(region)
        self.region = region


class Regions:
    """
    :ivar left_out: those that failed too often
    """

    def __init__(self) -> None:
        self._faults: Counter[str] = Counter()
        self.left_out: set[str] = set()

    def read(self, region: str, ask: Callable[[], _T]) -> _T:
        """
        :raises Refused, Throttled: as they are
        :raises Unread: of all other errors of the cloud; it counts
        """
        try:
            answer = ask()
        except (Refused, Throttled):
            raise
        except CloudError as error:
            self._faults[region] += 1
            if self._faults[region] >= _TRIES:
                self.left_out.add(region)
            raise Unread(region) from error
        self._faults.pop(region, None)
        return answer

    def forgive(self) -> None:
        """All are tried again."""
        self._faults.clear()
        self.left_out.clear()
