"""How many requests a second are recorded, decided and executed, beside queues that only pass one row on."""

from __future__ import annotations

import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench import peers
from tests.bench.figures import Table, met
from tests.bench.floor import Floor
from tests.bench.machine import commit_seconds
from tests.bench.office import Office

WAITING = 32
_WAITS = 4  # for the disk, on the way of one request
_ALONE, _TOGETHER = "one at a time", f"{WAITING} waiting"
_FLOOR = "its statements alone"
_GOALS = {_ALONE: 700, _TOGETHER: 2000}


def measure(folder: Path, *, quick: bool) -> Table:
    number = 200 if quick else 1000
    rates: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    cpu: dict[str, list[float]] = defaultdict(list)
    commits: list[float] = []
    stages: dict[str, list[float]] = defaultdict(list)
    for _ in range(3):
        with TemporaryDirectory(dir=folder) as name:
            commits.append(commit_seconds(Path(name)))
            _ours(Path(name), number, rates["Imagewarden"], cpu, stages)
            statements = _alone(Path(name), number, rates[_FLOOR])
            if peers.are_here():
                _theirs(Path(name), number, rates)
    table = _table(rates, commits, statements)
    table.goals = [
        *(_judged(how, rates["Imagewarden"][how], rates[_FLOOR][how]) for how in _GOALS),
        "Imagewarden's share of the processor for one request, all its way: "
        + ", ".join(f"{_middle(values) * 1000:.2f} ms {how}" for how, values in cpu.items())
        + f"; with {WAITING} waiting, by step: "
        + ", ".join(f"{step} {_middle(values):,.0f} a second" for step, values in stages.items())
        + ".",
    ]
    if not peers.are_here():
        table.goals.append(peers.MISSING)
    return table


def _judged(how: str, ours: Sequence[float], floor: Sequence[float]) -> str:
    goal = _GOALS[how]
    told = f"{goal:,} a second {how}: {met(_middle(ours) >= goal)} ({_middle(ours):,.0f})."
    if _middle(floor) < goal:
        told += f" Its statements alone are {_middle(floor):,.0f}: no code around them could meet it."
    return told


def _ours(
    folder: Path,
    number: int,
    rates: dict[str, list[float]],
    cpu: dict[str, list[float]],
    stages: dict[str, list[float]],
) -> None:
    office = Office(folder / "office.db")
    try:
        for _ in range(20):
            office.whole()
        clock, processor = time.perf_counter(), time.process_time()
        done = [office.whole() for _ in range(number)]
        rates[_ALONE].append(number / (time.perf_counter() - clock))
        cpu[_ALONE].append((time.process_time() - processor) / number)
        office.are_done(done)

        processor = time.process_time()
        done, seconds = _together(office, number)
        rates[_TOGETHER].append(number / sum(seconds.values()))
        cpu[_TOGETHER].append((time.process_time() - processor) / number)
        for step, took in seconds.items():
            stages[step].append(number / took)
        office.are_done(done)
    finally:
        office.close()


def _alone(folder: Path, number: int, rates: dict[str, list[float]]) -> float:
    """Returns how many a request has."""
    place = folder / "floor"
    place.mkdir()
    with closing(Floor(place, number)) as floor:
        rates[_ALONE].append(floor.one_at_a_time())
        rates[_TOGETHER].append(floor.together(WAITING))
        return floor.statements


def _together(office: Office, number: int) -> tuple[list[int], dict[str, float]]:
    """People ask and press in 32 threads; the sweeps run as in the bot, each in one. Gives the seconds of each step."""
    asked: list[int] = []
    with ThreadPoolExecutor(WAITING) as people:

        def all_ask() -> None:
            asked.extend(people.map(lambda _: office.ask(), range(number)))

        def all_press() -> None:
            list(people.map(lambda request_id: office.desk.press(office.pressed(request_id)), asked))

        steps: list[tuple[str, Callable[[], None]]] = [
            ("asked", all_ask),
            ("checked", office.check_all),
            ("pressed", all_press),
            ("judged", office.judge_all),
            ("executed", office.execute_all),
        ]
        return asked, {step: _timed(work) for step, work in steps}


def _theirs(folder: Path, number: int, rates: dict[str, dict[str, list[float]]]) -> None:
    for name, cycle in peers.cycles(folder).items():
        cycle()
        rates[name][_ALONE].append(number / _timed(lambda cycle=cycle: _repeat(cycle, range(number))))  # type: ignore[misc]  # a default binds it
        with ThreadPoolExecutor(WAITING) as people:
            took = _timed(lambda cycle=cycle, people=people: list(people.map(lambda _: cycle(), range(number))))  # type: ignore[misc]  # as above
        rates[name][_TOGETHER].append(number / took)


def _repeat(work: Callable[[], None], times: Iterable[int]) -> None:
    for _ in times:
        work()


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _table(rates: dict[str, dict[str, list[float]]], commits: list[float], statements: float) -> Table:
    table = Table(
        "Requests recorded, decided and executed",
        "Through the desk and the store, with a cloud that answers at once and durable commits "
        "(`synchronous=FULL`). One request of Imagewarden is asked, checked, approved, executed and read back, with "
        "its lines of audit and its messages in the outbox, in six transactions of which four wait for the disk "
        "(docs/durability.md says which). Its statements alone are those of such requests "
        f"({statements:.0f} each, reads included), recorded and executed once more in the same transactions, or "
        f"{WAITING} requests in one, with nothing around them: what Imagewarden would do if its own code took no time. "
        "One cycle of a peer is one row put in, taken and finished. Medians of three rounds in turn, slowest and "
        f"fastest in brackets. A durable commit of one row took {_middle(commits) * 1e6:,.0f} µs (from "
        f"{min(commits) * 1e6:,.0f} to {max(commits) * 1e6:,.0f}): no durable transaction is faster on this disk at "
        f"that time, so four in a row, with nothing else, are {1 / (_WAITS * _middle(commits)):,.0f} a second.",
        ("a second", _ALONE, _TOGETHER),
    )
    for name, by_way in rates.items():
        table.add(name, *(_spread(by_way[how]) for how in (_ALONE, _TOGETHER)))
    return table


def _middle(values: Sequence[float]) -> float:
    return statistics.median(values)


def _spread(values: list[float]) -> str:
    return f"{_middle(values):,.0f} ({min(values):,.0f} to {max(values):,.0f})"
