from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from structlog.contextvars import merge_contextvars
from structlog.testing import capture_logs

from approvals.audit import NOBODY, Entry
from approvals.errors import PutOff, StoreError
from approvals.ledger import Ledger
from approvals.recording import Effect, Task, record_each
from approvals.store import Store
from tests.approvals.fake_cloud import Unforeseen

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
WITHIN = 10.0  # seconds


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "recording.db")
    yield store
    store.close()


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(4) as pool:
        yield pool


def note(number: int) -> Effect:
    return lambda ledger: ledger.add_audit(Entry(NOW, "noted", NOBODY, number, {}))


def noted(store: Store) -> set[int]:
    with store.read() as ledger:
        return {number for number in range(10) if ledger.audit_of(number)}


def fail() -> Effect:
    raise Unforeseen


def task(run: Callable[[], Effect | None], put_off: int = 0) -> Task:
    """
    :param put_off: the number that is noted where it fails
    """
    return Task({}, run, note(put_off) if put_off else lambda _ledger: None)


def record(store: Store, pool: ThreadPoolExecutor, tasks: Sequence[Task]) -> None:
    record_each(store, pool, tasks, durable=True, on_fault="task_failed")


def write_half(ledger: Ledger) -> None:
    note(9)(ledger)
    raise Unforeseen


@pytest.mark.parametrize("numbers", [[], [1], [1, 2, 3]])
def test_what_every_task_gives_is_written(store: Store, pool: ThreadPoolExecutor, numbers: list[int]) -> None:
    record(store, pool, [task(partial(note, number)) for number in numbers])
    assert noted(store) == set(numbers)


def test_a_task_may_have_nothing_to_write(store: Store, pool: ThreadPoolExecutor) -> None:
    record(store, pool, [task(lambda: None)])
    record(store, pool, [task(lambda: None), task(partial(note, 1))])
    assert noted(store) == {1}


def test_a_task_begins_when_the_one_before_is_done(store: Store, pool: ThreadPoolExecutor) -> None:
    running: set[int] = set()
    met = threading.Event()

    def quick(number: int) -> Effect:
        running.add(number)
        if len(running) > 1:
            met.set()
        met.wait(0.01)
        running.remove(number)
        return note(number)

    record(store, pool, [task(partial(quick, number)) for number in range(5)])
    assert noted(store) == set(range(5))
    assert not met.is_set()


def test_a_slow_task_holds_up_no_other(store: Store, pool: ThreadPoolExecutor) -> None:
    written = threading.Event()
    store.on_commit(written.set)

    def slow() -> Effect:
        assert written.wait(WITHIN)
        assert noted(store) == {2, 3}
        return note(1)

    record(store, pool, [task(slow), task(partial(note, 2)), task(partial(note, 3))])
    assert noted(store) == {1, 2, 3}


def test_what_is_known_is_written_while_the_same_thread_goes_on(store: Store, pool: ThreadPoolExecutor) -> None:
    written = threading.Event()
    store.on_commit(written.set)

    def slow() -> Effect:
        assert written.wait(WITHIN)
        assert noted(store) == {1}
        return note(2)

    record(store, pool, [task(partial(note, 1)), task(slow)])
    assert noted(store) == {1, 2}


def test_a_task_that_fails_keeps_no_other_from_being_written(store: Store, pool: ThreadPoolExecutor) -> None:
    with pytest.raises(PutOff):
        record(store, pool, [task(one) for one in (fail, partial(note, 1), lambda: write_half, partial(note, 2))])
    assert noted(store) == {1, 2}


def test_one_that_fails_alone_is_told(store: Store, pool: ThreadPoolExecutor) -> None:
    with pytest.raises(PutOff):
        record(store, pool, [task(fail)])
    with pytest.raises(PutOff):
        record(store, pool, [task(lambda: write_half)])
    assert noted(store) == set()


@pytest.mark.parametrize("others", [(), (1, 2)], ids=["alone", "beside others"])
@pytest.mark.parametrize("run", [fail, lambda: write_half], ids=["asked in vain", "written in vain"])
def test_what_fails_is_put_off(
    store: Store, pool: ThreadPoolExecutor, run: Callable[[], Effect], others: tuple[int, ...]
) -> None:
    with pytest.raises(PutOff):
        record(store, pool, [task(run, 8), *(task(partial(note, number)) for number in others)])
    assert noted(store) == {8, *others}


@pytest.mark.parametrize("run", [fail, lambda: write_half], ids=["asked in vain", "written in vain"])
def test_the_log_has_each_fault_once_and_what_it_is_about(
    store: Store, pool: ThreadPoolExecutor, run: Callable[[], Effect]
) -> None:
    numbered = [Task({"request": number}, run, note(number)) for number in (4, 5)]
    with capture_logs(processors=[merge_contextvars]) as lines, pytest.raises(PutOff):
        record(store, pool, numbered)
    assert sorted((line["event"], line["request"], line["exc_info"]) for line in lines) == [
        ("task_failed", 4, True),
        ("task_failed", 5, True),
    ]


def test_a_database_that_cannot_be_written_is_told_as_such(store: Store, pool: ThreadPoolExecutor) -> None:
    def no_room(_ledger: Ledger) -> None:
        raise StoreError("x.db", "database or disk is full")

    with capture_logs() as lines, pytest.raises(StoreError, match="is full"):
        record(store, pool, [task(lambda: no_room, 8), task(partial(note, 1))])
    assert lines == []
    assert noted(store) == {8, 1}


def test_what_cannot_be_put_off_keeps_no_other_from_it(store: Store, pool: ThreadPoolExecutor) -> None:
    with pytest.raises(Unforeseen):
        record(store, pool, [Task({}, fail, write_half), task(fail, 8), task(partial(note, 1))])
    assert noted(store) == {8, 1}
