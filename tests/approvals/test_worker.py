"""The loops: they wake when a commit makes something due and on a due time, outlive a fault, and stop when told."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from structlog.testing import capture_logs

from approvals.errors import PutOff, StoreError
from approvals.ledger import Ledger
from approvals.model import Action, Asked, Person, Target
from approvals.store import Store
from approvals.worker import Sweep, Worker

LONG_AGO = datetime(2025, 1, 31, tzinfo=UTC)
WITHIN = 10.0  # seconds; less than the longest rest of a loop, so that a wake that is lost is seen
NOTHING: Callable[[Ledger], datetime | None] = lambda _ledger: None  # noqa: E731  a value like the methods beside it


def utc_now() -> datetime:
    return datetime.now(UTC)


class Runs:
    """A sweep that only counts how often it ran.

    :param act: what it does beside, given the number of the run, the first being 1
    """

    def __init__(self, act: Callable[[int], int] = lambda _number: 0) -> None:
        self._act = act
        self._changed = threading.Condition()
        self.count = 0
        self.at: list[datetime] = []

    def __call__(self, now: datetime) -> int:
        with self._changed:
            self.count += 1
            self.at.append(now)
            number = self.count
            self._changed.notify_all()
        return self._act(number)

    def reach(self, count: int, within: float = WITHIN) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: self.count >= count, within)


class Looks(Runs):
    """A sweep that looks at the newest request, and is due while there is one that it has not seen."""

    def __init__(self, store: Store, act: Callable[[int], int] = lambda _number: 0) -> None:
        super().__init__(act)
        self._store = store
        self._seen = 0

    def __call__(self, now: datetime) -> int:
        with self._store.read() as ledger:
            self._seen = newest(ledger)
        return super().__call__(now)

    def due(self, ledger: Ledger) -> datetime | None:
        return LONG_AGO if newest(ledger) > self._seen else None

    def sweep(self) -> Sweep:
        return Sweep("looks", self, self.due)


def newest(ledger: Ledger) -> int:
    return max((request.id for request in ledger.requests(before=0, limit=1)), default=0)


@contextmanager
def running(store: Store, *sweeps: Sweep) -> Iterator[Worker]:
    worker = Worker(store, utc_now, list(sweeps))
    worker.start()
    try:
        yield worker
    finally:
        assert worker.stop(WITHIN)


def commit(store: Store, key: str = "k") -> None:
    asked = Asked(key, Action.SHARE, "base", (), (Target("100012345678"),), "", Person("U0MEI", "mei"))
    store.write(lambda ledger: ledger.add_request(asked, now=utc_now()))


def test_a_sweep_runs_at_the_start_and_again_at_each_commit_that_makes_something_due(store: Store) -> None:
    runs = Looks(store)
    with running(store, runs.sweep()):
        for number in range(1, 5):
            assert runs.reach(number)
            commit(store, str(number))
        assert runs.reach(5)


@pytest.mark.parametrize("later", [None, WITHIN], ids=["nothing", "something later"])
def test_a_commit_wakes_only_those_for_whom_something_is_due(store: Store, later: float | None) -> None:
    due = utc_now() + timedelta(seconds=later) if later else None
    concerned, other = Looks(store), Runs()
    with running(store, concerned.sweep(), Sweep("other", other, lambda _ledger: due)):
        assert other.reach(1)
        for number in range(1, 4):
            assert concerned.reach(number)
            commit(store, str(number))
        assert concerned.reach(4)
        assert other.count == 1


def test_a_commit_that_makes_something_due_soon_cuts_a_long_rest_short(store: Store) -> None:
    runs, due = Runs(), utc_now() + timedelta(seconds=0.4)
    with running(store, Sweep("x", runs, lambda ledger: due if newest(ledger) and runs.count < 3 else None)):
        assert runs.reach(1)
        commit(store)
        assert runs.reach(3)  # woken to plan its rest anew, and when the time has come
        assert runs.at[2] >= due


def test_a_commit_during_a_sweep_is_not_lost(store: Store) -> None:
    def commit_once(number: int) -> int:
        if number == 1:
            commit(store)
        return 0

    runs = Looks(store, commit_once)
    with running(store, runs.sweep()):
        assert runs.reach(2)


def test_a_sweep_runs_again_when_something_is_due(store: Store) -> None:
    runs, start = Runs(), utc_now()
    due = start + timedelta(seconds=0.3)
    with running(store, Sweep("x", runs, lambda _ledger: due if runs.count < 2 else None)):
        assert runs.reach(2)
        assert runs.at[1] >= due


def test_what_is_overdue_is_not_asked_for_without_pause(store: Store) -> None:
    runs, start = Runs(), utc_now()
    with running(store, Sweep("x", runs, lambda _ledger: start)):
        assert runs.reach(4)
    assert (runs.at[3] - runs.at[0]).total_seconds() >= 0.14


def test_a_sweep_that_found_work_runs_again_at_once(store: Store) -> None:
    runs = Runs(lambda number: 1 if number < 50 else 0)
    with running(store, Sweep("x", runs, NOTHING)):
        assert runs.reach(50)
    assert runs.count == 50


def test_a_sweep_that_fails_stops_no_other_and_runs_again(store: Store) -> None:
    def fail(number: int) -> int:
        raise RuntimeError(f"run {number}")

    bad, good = Looks(store, fail), Looks(store)
    with running(store, bad.sweep(), good.sweep()):
        assert bad.reach(1)
        for number in range(1, 4):
            assert good.reach(number)
            commit(store, str(number))
        assert good.reach(4)
        assert bad.reach(2)


def test_a_sweep_that_cannot_use_the_database_is_not_tried_at_each_commit(store: Store) -> None:
    def fail(number: int) -> int:
        commit(store, str(number))
        raise StoreError("bot.db", "disk I/O error")

    bad, due = Runs(fail), utc_now() + timedelta(hours=1)
    with running(store, Sweep("x", bad, lambda _ledger: due)):
        assert bad.reach(3)
    assert all((later - at).total_seconds() > 0.9 for at, later in pairwise(bad.at))


def test_a_sweep_that_goes_on_failing_is_tried_less_and_less_whatever_is_committed(store: Store) -> None:
    def fail(number: int) -> int:
        commit(store, str(number))
        raise RuntimeError(f"run {number}")

    bad = Looks(store, fail)
    with running(store, bad.sweep()):
        assert bad.reach(3)
    first, second = ((later - at).total_seconds() for at, later in pairwise(bad.at[:3]))
    assert 0.9 < first < 1.9 < second < 3.9  # 1 and 2 s, on a machine that may be busy


def test_what_was_put_off_holds_up_nothing_else_of_its_sweep(store: Store) -> None:
    def put_off(number: int) -> int:
        if number < 20:
            raise PutOff
        return 0

    runs, ended = Runs(put_off), list[bool]()
    worker = Worker(store, utc_now, [Sweep("x", runs, NOTHING)], on_run=lambda _name, _at, well: ended.append(well))
    with capture_logs() as lines:
        worker.start()
        assert runs.reach(20, within=1.0)
        assert worker.stop(WITHIN)
    assert ended == [False] * 19 + [True]  # counted, though it is told elsewhere
    assert lines == []


def test_after_a_run_that_went_well_the_next_fault_is_a_first_one_again(store: Store) -> None:
    def fail_every_other(number: int) -> int:
        if number % 2:
            raise RuntimeError(f"run {number}")
        return 1

    runs = Runs(fail_every_other)
    with running(store, Sweep("x", runs, NOTHING)):
        assert runs.reach(7)
    pauses = [(later - at).total_seconds() for at, later in pairwise(runs.at[:7])]
    assert all(0.9 < pause < 3 for pause in pauses[::2]), "if the faults before counted, the third pause were 4 s"
    assert all(pause < 0.9 for pause in pauses[1::2])


def test_a_due_time_that_cannot_be_read_is_a_fault_like_another(store: Store) -> None:
    def unreadable(_ledger: Ledger) -> datetime | None:
        raise RuntimeError("no due time")

    runs = Runs()
    with running(store, Sweep("x", runs, unreadable)):
        assert runs.reach(2)


def test_a_database_that_cannot_be_used_is_told_once_for_as_long_as_it_lasts(store: Store) -> None:
    def full(number: int) -> int:
        if number < 4:
            raise StoreError("x.db", "database or disk is full")
        return 0

    runs = Runs(full)
    with capture_logs() as lines, running(store, Sweep("x", runs, NOTHING)):
        for number in range(1, 5):
            assert runs.reach(number)
            commit(store)
    told = [line for line in lines if line["event"] == "sweep_postponed"]
    assert [line["error"] for line in told] == ["the database x.db can't be used: database or disk is full"]
    assert "sweep_failed" not in {line["event"] for line in lines}


def test_a_slow_sweep_holds_up_no_other(store: Store) -> None:
    release = threading.Event()
    slow, quick = Looks(store, lambda _number: 0 if release.wait(WITHIN) else 1), Looks(store)
    with running(store, slow.sweep(), quick.sweep()):
        assert slow.reach(1)
        assert quick.reach(1)
        commit(store)
        assert quick.reach(2)
        assert slow.count == 1
        release.set()


def test_stopping_lets_the_step_in_hand_finish(store: Store) -> None:
    finished: list[str] = []
    entered, release = threading.Event(), threading.Event()

    def step(_number: int) -> int:
        entered.set()
        assert release.wait(WITHIN)
        finished.append("step")
        return 1

    runs = Runs(step)
    worker = Worker(store, utc_now, [Sweep("x", runs, NOTHING)])
    worker.start()
    assert entered.wait(WITHIN)
    assert not worker.stop(within=0.05)
    assert finished == []
    release.set()
    assert worker.stop(WITHIN)
    assert (finished, runs.count) == (["step"], 1)


def test_what_was_never_started_can_be_stopped(store: Store) -> None:
    assert Worker(store, utc_now, [Sweep("x", Runs(), NOTHING)]).stop(WITHIN)


def test_after_the_stop_nothing_runs(store: Store) -> None:
    runs = Runs()
    with running(store, Sweep("x", runs, NOTHING)):
        assert runs.reach(1)
    before = runs.count
    commit(store)
    assert not runs.reach(before + 1, within=0.1)


@pytest.mark.parametrize("sweeps", [1, 6])
def test_many_commits_from_many_threads_end_in_a_run_that_saw_them_all(store: Store, sweeps: int) -> None:
    seen: list[dict[str, int]] = []
    all_of_it = threading.Event()

    def look(_number: int) -> int:
        with store.read() as ledger:
            counts = {state.value: one.number for state, one in ledger.waiting().items()}
        seen.append(counts)
        if counts.get("checking") == 40:
            all_of_it.set()
        return 0

    def commit_ten(thread: int) -> None:
        for number in range(10):
            commit(store, f"{thread}:{number}")

    with running(store, *[Looks(store, look).sweep() for _ in range(sweeps)]):
        threads = [threading.Thread(target=commit_ten, args=(thread,)) for thread in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(WITHIN)
        assert all_of_it.wait(WITHIN)
