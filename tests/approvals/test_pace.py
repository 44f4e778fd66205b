"""When it is tried again: later each time, never at once for all, and never later than the cap."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from approvals.pace import is_due, later

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def pauses(attempts: int, **cap: timedelta) -> list[float]:
    return [(later(NOW, attempts, **cap) - NOW).total_seconds() for _ in range(300)]


@pytest.mark.parametrize(("attempts", "longest"), [(0, 1), (1, 2), (4, 16), (6, 64), (7, 120), (1000, 120)])
def test_the_longest_pause_doubles_up_to_the_cap(attempts: int, longest: float) -> None:
    drawn = pauses(attempts)
    assert min(drawn) >= 0.25
    assert 0.9 * longest < max(drawn) <= longest


@pytest.mark.parametrize("attempts", [3, 30])
def test_those_who_failed_together_are_spread_over_the_whole_pause(attempts: int) -> None:
    drawn = pauses(attempts)
    quarter = max(drawn) / 4
    assert all(sum(n * quarter <= one < (n + 1) * quarter for one in drawn) > 30 for n in range(4))


def test_the_cap_can_be_lower() -> None:
    assert max(pauses(30, cap=timedelta(minutes=1))) <= 60


@pytest.mark.parametrize(("seconds", "due"), [(-1, True), (0, True), (1, False), (60, False), (61, True), (9999, True)])
def test_what_lies_further_away_than_it_ever_is_is_due(seconds: int, due: bool) -> None:
    assert is_due(NOW + timedelta(seconds=seconds), NOW, longest=timedelta(seconds=60)) is due
