"""What goes wrong on purpose in the local cloud: the plan, by action."""

from __future__ import annotations

import threading
from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from bot.sandbox.cloud.protocol import ApiError


class Shape(StrEnum):
    """What arrives of an answer."""

    WHOLE = "whole"
    CHARSET = "charset"  # Content-Type "application/json; charset=utf-8", with which the SDK sees no error
    CUT = "cut"  # the connection is closed before a byte of it
    CUT_IN_BODY = "cut_in_body"
    HTML = "html"  # status 500 and a page, as a broken gateway sends it
    NOT_JSON = "not_json"
    REDIRECT = "redirect"  # status 302


@dataclass(frozen=True, slots=True)
class Fault:
    """How one call goes wrong.

    :ivar code: the vendor's error code to answer with; empty leaves the answer as it is
    :ivar done: the call takes effect all the same
    :ivar delay: seconds before the answer
    :ivar drip: seconds that the body takes in all, byte by byte
    """

    shape: Shape = Shape.WHOLE
    code: str = ""
    done: bool = False
    delay: float = 0.0
    drip: float = 0.0

    @property
    def heard(self) -> str:
        """What the log of calls says of it in place of a code: empty where the right answer arrives."""
        return self.code or ("" if self.shape is Shape.WHOLE else self.shape.value)


def none() -> Fault:
    """The call goes right, for a plan in which a later one doesn't."""
    return Fault(done=True)


def error(code: str, *, done: bool = False) -> Fault:
    return Fault(code=code, done=done)


def error_with_charset(code: str) -> Fault:
    return Fault(Shape.CHARSET, code)


def throttled() -> Fault:
    return error("RequestLimitExceeded")


def delayed(seconds: float) -> Fault:
    return Fault(done=True, delay=seconds)


def dripped(seconds: float) -> Fault:
    return Fault(done=True, drip=seconds)


def cut(*, done: bool) -> Fault:
    return Fault(Shape.CUT, done=done)


def cut_in_body() -> Fault:
    return Fault(Shape.CUT_IN_BODY, done=True)


def html(*, done: bool = False) -> Fault:
    return Fault(Shape.HTML, done=done)


def not_json(*, done: bool = False) -> Fault:
    return Fault(Shape.NOT_JSON, done=done)


def redirected() -> Fault:
    return Fault(Shape.REDIRECT)


class Faults:
    """The plan. It is used up by calls that would be carried out, not by those that are refused anyway.

    :ivar forbidden: images that CAM lets nobody change, whatever they may do with others
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._planned: defaultdict[tuple[str, str], deque[Fault]] = defaultdict(deque)
        self._lags: deque[int] = deque()
        self.forbidden: set[str] = set()

    def check_allowed(self, action: str, params: Mapping[str, Any]) -> None:
        """
        :raises ApiError: ``UnauthorizedOperation``
        """
        images = {params.get("ImageId"), *params.get("ImageIds", ())}
        if not action.startswith("Describe") and images & self.forbidden:
            raise ApiError("UnauthorizedOperation", f"You are not authorized to perform {action} on this image.")

    def plan(self, action: str, fault: Fault, times: int = 1, service: str = "") -> None:
        """After what is planned for ``action`` already, its next ``times`` calls go wrong so.

        :param service: ``cvm``, ``lighthouse`` or ``sts``; needed only where two of them have an action of that name
        """
        with self._lock:
            self._planned[service, action].extend([fault] * times)

    def lag(self, reads: int) -> None:
        """After the next change of who has an image or a blueprint, or the end of an image, so many reads of it show it
        as before."""
        with self._lock:
            self._lags.append(reads)

    def clear(self) -> None:
        """Forget what is planned and has not begun."""
        with self._lock:
            self._planned.clear()
            self._lags.clear()

    def next(self, service: str, action: str) -> Fault | None:
        """What is planned for that service's action alone comes first."""
        with self._lock:
            planned = self._planned[service, action] or self._planned["", action]
            return planned.popleft() if planned else None

    def next_lag(self) -> int:
        with self._lock:
            return self._lags.popleft() if self._lags else 0
