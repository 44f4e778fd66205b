"""The client under test, with a clock that moves only by waiting, and the calls it told of."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from approvals.tencent import TencentCloud
from bot.sandbox import company

GUANGZHOU, SINGAPORE = company.REGIONS


class Clock:
    """Seconds from now on, as far as somebody waited. Safe to use from several threads."""

    def __init__(self, now: float | None = None) -> None:
        self._now = time.time() if now is None else now
        self._lock = threading.Lock()
        self.waits: list[float] = []

    def __call__(self) -> float:
        with self._lock:
            return self._now

    def wait(self, seconds: float) -> None:
        with self._lock:
            self._now += seconds
            self.waits.append(seconds)

    def advance(self, seconds: float) -> None:
        with self._lock:
            self._now += seconds


@dataclass
class Observed:
    """What ``on_call`` was told: action, region, code, seconds."""

    calls: list[tuple[str, str, str, float]] = field(default_factory=list)

    def __call__(self, action: str, region: str, code: str, seconds: float) -> None:
        self.calls.append((action, region, code, seconds))


@contextmanager
def client(endpoint: str | None, fake: Clock | None = None, **options: Any) -> Iterator[TencentCloud]:
    """A client of the company's, closed at the end; ``options`` go before what is usual here."""
    fake = fake or Clock()
    usual = {
        "regions": company.REGIONS,
        "clock": fake,
        "wait": fake.wait,
        "secret_id": company.SECRET_ID,
        "secret_key": company.SECRET_KEY,
    }
    cloud = TencentCloud(endpoint=endpoint, **{**usual, **options})
    try:
        yield cloud
    finally:
        cloud.close()
