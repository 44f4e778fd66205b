"""What the numbers were measured on, without names of hosts or folders."""

from __future__ import annotations

import os
import platform
import sqlite3
import statistics
import threading
import time
from collections.abc import Callable
from pathlib import Path

_LOG_BYTES = 6 * 1024 * 1024  # more than SQLite's cache by more than the commits that are measured write


def description(folder: Path) -> str:
    """One sentence about the machine and what holds the databases."""
    return (
        f"{_processor()}, {os.cpu_count()} cores, {platform.system()} {platform.release().split('-')[0]}, "
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, databases on {_file_system(folder)}; "
        f"load average when it began: {os.getloadavg()[0]:.1f}"
    )


def commit_seconds(folder: Path, times: int = 300) -> float:
    """The median time of a durable commit of one row: what no durable write can beat here, now."""
    record = durable_rows(folder)
    took = []
    for _ in range(times):
        began = time.perf_counter()
        record()
        took.append(time.perf_counter() - began)
    return statistics.median(took)


def durable_rows(folder: Path) -> Callable[[], None]:
    """What commits one row durably with each call, from any thread.

    The log is as long beforehand as it gets, as the store's is: a commit that makes it longer takes more.
    """
    connection = sqlite3.connect(folder / "commit.db", isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE IF NOT EXISTS line (number INTEGER)")
    connection.execute("BEGIN")
    connection.execute("INSERT INTO line VALUES (zeroblob(?))", (_LOG_BYTES,))
    connection.execute("ROLLBACK")
    one_at_a_time = threading.Lock()

    def record() -> None:
        with one_at_a_time:
            connection.execute("INSERT INTO line VALUES (1)")

    return record


def resident_mib(process: int | str = "self") -> float:
    """Memory that a process holds, in MiB."""
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise ValueError(f"process {process} tells no memory")


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _file_system(folder: Path) -> str:
    mounts = [line.split()[1:3] for line in Path("/proc/mounts").read_text().splitlines()]
    within = [(point, kind) for point, kind in mounts if folder.is_relative_to(point)]
    return max(within, key=lambda one: len(one[0]))[1]
