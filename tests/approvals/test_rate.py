"""The bound on calls a second."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approvals.rate import RateLimit, RateLimits
from tests.approvals.clouds import Clock

gaps = st.lists(st.floats(min_value=0, max_value=2, allow_nan=False), max_size=60)


@given(calls=st.integers(1, 12), window=st.floats(0.1, 2), pauses=gaps)
def test_never_more_than_allowed_in_any_window_and_no_needless_waiting(
    calls: int, window: float, pauses: list[float]
) -> None:
    clock = Clock(1000.0)
    limit = RateLimit(calls, window, clock=clock, wait=clock.wait)
    starts: list[float] = []
    for pause in pauses:
        clock.advance(pause)
        asked = clock()
        start = limit.acquire()
        assert start == clock()
        earliest = starts[-calls] + window if len(starts) >= calls else asked
        assert start == max(asked, earliest)
        starts.append(start)


@given(calls=st.integers(2, 12), window=st.floats(0.1, 2), pauses=gaps, data=st.data())
def test_a_call_that_can_wait_leaves_room_and_waits_no_longer(
    calls: int, window: float, pauses: list[float], data: st.DataObject
) -> None:
    clock = Clock(1000.0)
    limit = RateLimit(calls, window, clock=clock, wait=clock.wait)
    starts: list[float] = []
    for pause in pauses:
        clock.advance(pause)
        spare = data.draw(st.integers(0, calls - 1))
        asked = clock()
        start = limit.acquire(spare=spare)
        most = calls - spare
        earliest = starts[-most] + window if len(starts) >= most else asked
        assert start == pytest.approx(max(asked, earliest))
        starts.append(start)


def test_who_can_wait_holds_up_nobody_who_can_not() -> None:
    clock = Clock(0.0)
    entered, go = threading.Event(), threading.Event()

    def wait(seconds: float) -> None:
        entered.set()
        assert go.wait(10)
        clock.wait(seconds)

    limit = RateLimit(2, 1.0, clock=clock, wait=wait)
    limit.acquire()
    patient = threading.Thread(target=lambda: limit.acquire(spare=1))
    patient.start()
    assert entered.wait(10)

    assert limit.acquire() == 0.0
    go.set()
    patient.join(10)
    assert clock() == 1.0


def test_a_wait_that_returns_early_is_waited_again() -> None:
    clock = Clock(0.0)
    limit = RateLimit(1, 1.0, clock=clock, wait=lambda seconds: clock.wait(seconds / 2 if seconds > 0.1 else seconds))
    assert [limit.acquire(), limit.acquire()] == [0.0, 1.0]
    assert len(clock.waits) > 1


def test_waiting_is_not_a_busy_loop() -> None:
    clock = Clock(0.0)
    limit = RateLimit(10, 1.0, clock=clock, wait=clock.wait)
    for _ in range(30):
        limit.acquire()
    assert clock.waits == [1.0, 1.0]


def test_threads_share_the_bound() -> None:
    clock = Clock(0.0)
    limit = RateLimit(10, 1.0, clock=clock, wait=clock.wait)
    starts: list[float] = []

    def call() -> None:
        for _ in range(10):
            starts.append(limit.acquire())

    threads = [threading.Thread(target=call) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    starts.sort()
    assert len(starts) == 80
    assert all(later - earlier >= 1.0 for earlier, later in zip(starts, starts[10:], strict=False))
    assert starts[-1] == 7.0


def test_keys_do_not_hold_each_other_up() -> None:
    clock = Clock(0.0)
    limits = RateLimits(clock=clock, wait=clock.wait)
    for region in ("ap-guangzhou", "ap-singapore"):
        for _ in range(2):
            limits.acquire(("DescribeImages", region), 2)
    assert clock.waits == []
    limits.acquire(("DescribeImages", "ap-guangzhou"), 2)
    assert len(clock.waits) == 1
