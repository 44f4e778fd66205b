"""The bot as a process: how soon it is ready, and how much memory it holds before and after much work."""

from __future__ import annotations

import statistics
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench import load
from tests.bench.ack import TEXT, imagewarden, port_of, surroundings
from tests.bench.figures import Table, met
from tests.bench.machine import resident_mib
from tests.bench.office import Office

_SETTLES = 3  # seconds
_GROWS_WITHIN = 1.05
"""What counts as no growth from the second fifth of the work to its end."""


def measure(folder: Path, *, quick: bool) -> Table:
    acked, cycles = (10_000, 2_000) if quick else (100_000, 20_000)
    starts = [_start_seconds(folder) for _ in range(3)]
    rest, while_acking = _acking(folder, acked)
    while_working = _working(folder, cycles)
    table = Table(
        "Start and memory",
        "Start is from the command to `/readyz` saying ready, median of three, looked at every 30 ms. The bot is asked "
        "by commands on connections that are never idle while it works on them as fast as the cloud's limits of calls "
        "a second allow, so most still wait at the end. All their way go the requests through the desk alone, with a "
        "cloud in memory; each is about an image of its own, which is deleted at the end of its fifth.",
        ("what", "value"),
    )
    table.add("start to ready", f"{statistics.median(starts):.2f} s")
    table.add("memory at rest", f"{rest:.0f} MiB")
    table.add(f"memory while {acked:,} requests are acked, by fifths", _told(while_acking))
    table.add(f"memory while {cycles:,} go all their way, by fifths", _told(while_working))
    growth = max(values[-1] / values[1] for values in (while_acking, while_working))
    table.goals = [
        f"No growth (within {_GROWS_WITHIN} times from the second fifth on): {met(growth <= _GROWS_WITHIN)} "
        f"(at most {growth:.2f} times)."
    ]
    return table


def _start_seconds(folder: Path) -> float:
    with surroundings(folder, delay=0.0) as start:
        began = time.perf_counter()
        with start():
            return time.perf_counter() - began


def _acking(folder: Path, number: int) -> tuple[float, list[float]]:
    with imagewarden(folder, delay=0.0) as bot:
        time.sleep(_SETTLES)
        rest = resident_mib(bot.process.pid)
        held = []
        for _ in range(5):
            load.flat_out(port_of(bot), TEXT, most=number // 5, seconds=600)
            held.append(resident_mib(bot.process.pid))
        return rest, held


def _working(folder: Path, number: int) -> list[float]:
    with TemporaryDirectory(dir=folder) as name:
        office = Office(Path(name) / "office.db")
        try:
            held = []
            for _ in range(5):
                for _ in range(number // 5):
                    office.whole()
                office.lose_images()  # else what is remembered of each, here and in the cloud, is all that grows
                held.append(resident_mib())
            return held
        finally:
            office.close()


def _told(values: list[float]) -> str:
    return ", ".join(f"{value:.0f}" for value in values) + " MiB"
