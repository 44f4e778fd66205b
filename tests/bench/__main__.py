"""``python -m tests.bench [--quick | --full] [--only PART…]``: measures, and writes the report."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import structlog

from tests.bench import ack, growth, home, machine, record, running, sharing, throughput
from tests.bench.figures import Table

_REPORT = Path(__file__).parents[2] / "docs" / "benchmarks.md"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds: some minutes in all")
    parser.add_argument("--full", action="store_true", help="a million requests in the largest database")
    parser.add_argument("--only", nargs="+", choices=_parts(full=False), help="measure these and print, write nothing")
    options = parser.parse_args()
    logging.disable(logging.CRITICAL)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    parts = _parts(full=options.full)
    with TemporaryDirectory(prefix="imagewarden-bench-", dir=".") as name:
        folder = Path(name).resolve()
        words = [word for word, is_on in (("--quick", options.quick), ("--full", options.full)) if is_on]
        report = _head(" ".join(["python -m tests.bench", *words]), machine.description(folder))
        for part in options.only or parts:
            told = parts[part](folder, quick=options.quick).markdown()
            print(told, flush=True)  # noqa: T201  it is a command
            report += "\n" + told
    if not options.only:
        _REPORT.write_text(report, encoding="utf-8")


def _parts(*, full: bool) -> dict[str, Callable[..., Table]]:
    return {
        "ack": ack.measure,
        "throughput": throughput.measure,
        "growth": partial(growth.measure, full=full),
        "sharing": sharing.measure,
        "running": running.measure,  # before what fills this process
        "home": home.measure,
        "record": record.measure,
    }


def _head(command: str, where: str) -> str:
    return (
        "# Benchmarks\n\n"
        "What Imagewarden costs, beside peers measured in the same run, with the goals it is held to and whether it "
        "meets them.\n\n"
        f"- Command: `{command}`\n- Machine: {where}\n"
    )


if __name__ == "__main__":
    main()
