"""``python -m tests.fuzz [--only TARGET] [--inputs N] [--seed S]``: the long mode. ``--input FILE``: that one again."""

from __future__ import annotations

import argparse
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.fuzz.runs import Outcome, run, try_once
from tests.fuzz.target import INSTRUMENTED

_SHARES = {"grammar": 0.3, "policy": 0.5, "door": 0.2}
"""Of all inputs, so that each target gets about the same time: one for the door is a durable commit or several."""

_FOLDER = Path(".fuzz")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--only", choices=INSTRUMENTED, help="this target alone")
    parser.add_argument("--inputs", type=int, default=1_000_000, help="how many in all (default: a million)")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="the same seed tries much the same inputs")
    parser.add_argument("--input", type=Path, help="try this file once, and say what is wrong; needs --only")
    options = parser.parse_args()
    if options.input is None:
        _long(options.only, options.inputs, options.seed)
        return
    if options.only is None:
        parser.error("--input needs --only, to know what the file is an input of")
    told = try_once(options.only, options.input.read_bytes())
    _tell(told or "nothing broke")
    sys.exit(bool(told))


def _long(only: str | None, inputs: int, seed: int) -> None:
    shares = {only: 1.0} if only else _SHARES
    _tell(f"{inputs:,} inputs, seed {seed}; what is found and new goes to {_FOLDER}/")

    def one(name: str) -> Outcome:
        outcome = run(name, round(inputs * shares[name]), _FOLDER.resolve(), seed)
        _tell(outcome.text())
        return outcome

    with ThreadPoolExecutor(len(shares)) as pool:
        outcomes = list(pool.map(one, shares))
    _tell(f"{sum(outcome.inputs for outcome in outcomes):,} inputs in all")
    sys.exit(not all(outcome.good for outcome in outcomes))


def _tell(text: str) -> None:
    print(text, flush=True)  # noqa: T201  it is a command


if __name__ == "__main__":
    main()
