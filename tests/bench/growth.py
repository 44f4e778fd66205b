"""How the cost of what people and sweeps do grows with the number of requests in the database."""

from __future__ import annotations

import statistics
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from approvals.ledger import Ledger
from tests.bench.figures import Table, met
from tests.bench.filling import fill
from tests.bench.office import MEI, Office, utc_now

_FLAT = 1.3
"""What counts as flat for reads: less can't be told from noise here."""

_WRITES_WITHIN = 1.3
_WRITES = ("submit", "checked", "press recorded and judged", "a request, all its way")

Step = Callable[[], object]


def measure(folder: Path, *, quick: bool, full: bool = False) -> Table:
    sizes = [1_000, 10_000, 100_000, *([1_000_000] if full else [])]
    with TemporaryDirectory(dir=folder) as name:
        offices = {size: _filled(Path(name) / f"{size}.db", size) for size in sizes}
        try:
            took = _measured(offices, rounds=150 if quick else 400)
        finally:
            for office in offices.values():
                office.close()
    return _table(sizes, took)


def _filled(path: Path, size: int) -> Office:
    fill(path, size)
    return Office(path)


def _measured(offices: dict[int, Office], *, rounds: int) -> dict[str, dict[int, float]]:
    """Medians in seconds, by step and size. The sizes take turns, so that other work on the machine is in all alike."""
    took: dict[str, dict[int, list[float]]] = defaultdict(lambda: defaultdict(list))
    for number in range(rounds + 10):
        for size, office in offices.items():
            for step, work in _steps(office).items():
                began = time.perf_counter()
                work()
                if number >= 10:
                    took[step][size].append(time.perf_counter() - began)
    return {step: {size: statistics.median(found) for size, found in by.items()} for step, by in took.items()}


def _steps(office: Office) -> dict[str, Step]:
    pending = _pending(office)

    def press_and_judge() -> None:
        office.desk.press(office.pressed(pending))
        assert office.judging.sweep(utc_now()) == 1

    return {
        "submit": office.ask,
        "checked": office.check_all,
        "press recorded and judged": press_and_judge,
        "a request, all its way": office.whole,
        "`requests`": lambda: _read(office, lambda ledger: ledger.requests(before=0, limit=11)),
        "`requests mine`": lambda: _read(office, lambda ledger: ledger.requests(of="U0P07", before=0, limit=11)),
        "`requests`, a page from the middle": lambda: _read(
            office, lambda ledger: ledger.requests(of="U0P07", before=500, limit=11)
        ),
        "home tab": lambda: _read(office, _home),
        "timers, nothing due": lambda: office.timers.sweep(utc_now()),
        "executor's question what is next": lambda: _read(office, lambda ledger: ledger.next_execution()),
    }


def _home(ledger: Ledger) -> None:
    ledger.requests(pending=True, before=0, limit=20)
    ledger.requests(of=MEI, before=0, limit=10)


def _pending(office: Office) -> int:
    with office.store.read() as ledger:
        return ledger.requests(pending=True, before=0, limit=1)[0].id


def _read(office: Office, query: Callable[[Ledger], object]) -> None:
    with office.store.read() as ledger:
        query(ledger)


def _table(sizes: list[int], took: dict[str, dict[int, float]]) -> Table:
    table = Table(
        "Cost by the number of requests in the database",
        "Medians; the databases take turns, so that what else the machine does is in all of them alike. Each request "
        "has its items, decisions, presses, messages, cards and lines of audit; 50 wait for a decision in each "
        "database. Writes are durable, so their time is mostly the disk's.",
        ("what", *(f"{size:,}, µs" for size in sizes), "growth"),
    )
    growth = {step: by_size[sizes[-1]] / by_size[sizes[0]] for step, by_size in took.items()}
    for step, by_size in took.items():
        table.add(step, *(f"{by_size[size] * 1e6:,.0f}" for size in sizes), f"{growth[step]:.2f}")
    writes = max(growth[step] for step in _WRITES)
    reads = max(value for step, value in growth.items() if step not in _WRITES)
    table.goals = [
        f"Reads flat (within {_FLAT} times): {met(reads <= _FLAT)} (at most {reads:.2f} times).",
        f"Writes within {_WRITES_WITHIN} times: {met(writes <= _WRITES_WITHIN)} (at most {writes:.2f} times).",
    ]
    return table
