"""``python -m tests.fuzz.child TARGET PLACE FOLDER SEED INPUTS``: one target in a process of its own.

libFuzzer ends the process that it runs in, and what it is aimed at may hang or eat the memory. ``PLACE`` is an empty
folder for the target's files; ``FOLDER/corpus`` takes new inputs, ``FOLDER/found`` the one that breaks something. With
``TARGET`` and ``PLACE`` alone, standard input is tried once.
"""

from __future__ import annotations

import hashlib
import os
import signal
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from random import Random
from types import FrameType
from typing import NoReturn

from tests.fuzz.target import CORPUS, INSTRUMENTED, Target, target

CAN_BE_GUIDED = find_spec("atheris") is not None
"""Whether the engine is there: it is made for Linux on x86-64 only, and not for every Python."""

_HANGS_AFTER = 20  # seconds of the clock; far beyond what a target allows in computing time
_MEMORY = 1024  # MiB
_BROKEN = 77  # libFuzzer's exit status for the same


def main(name: str, place: str, folder: str = "", seed: str = "", inputs: str = "") -> None:
    if not folder:
        with target(name).opened(Path(place)) as check, _in_time():
            check(sys.stdin.buffer.read())
    elif CAN_BE_GUIDED:
        _guided(name, Path(place), Path(folder), int(seed), int(inputs))
    else:
        began = time.monotonic()
        tried = by_chance(target(name), Path(place), CORPUS / name, Path(folder, "found"), int(seed), int(inputs))
        sys.stderr.write(f"Done {tried} runs in {time.monotonic() - began:.0f} second(s)\n")  # in libFuzzer's words


def _guided(name: str, place: Path, folder: Path, seed: int, inputs: int) -> None:
    import atheris

    with atheris.instrument_imports(include=list(INSTRUMENTED.get(name, ()))):
        aim = target(name)

    def mutated(data: bytes, longest: int, dice: int) -> bytes:
        if dice % 4 == 0:
            return bytes(atheris.Mutate(data, longest))
        return aim.mutated(data, Random(dice))[:longest]

    def tried(data: bytes) -> None:
        try:
            check(data)
        except BaseException:  # not left to the engine: it would wait for threads that nobody ends
            traceback.print_exc()
            _keep(data, folder / "found")
            sys.stderr.flush()
            os._exit(_BROKEN)

    settings = {
        "runs": inputs,
        "seed": seed,
        "max_len": aim.LONGEST,
        "timeout": _HANGS_AFTER,
        "rss_limit_mb": _MEMORY,
        "artifact_prefix": f"{folder / 'found'}/",
        "reload": 0,
    }
    words = [f"-{key}={value}" for key, value in settings.items()]
    with aim.opened(place) as check:
        atheris.Setup([name, *words, str(folder / "corpus"), str(CORPUS / name)], tried, custom_mutator=mutated)
        atheris.Fuzz()  # doesn't return


def by_chance(aim: Target, place: Path, kept: Path, found: Path, seed: int, inputs: int) -> int:
    """Try the kept inputs, then others made from them, whatever they reach; returns how many.

    :param found: takes the input that breaks something; what broke is raised
    """
    dice = Random(seed)
    begin_with = [path.read_bytes() for path in sorted(kept.iterdir())]
    with aim.opened(place) as check:
        for number in range(inputs):
            data = begin_with[number] if number < len(begin_with) else aim.mutated(dice.choice(begin_with), dice)
            try:
                with _in_time():
                    check(data)
            except BaseException:
                _keep(data, found)
                raise
    return inputs


def _keep(data: bytes, found: Path) -> None:
    (found / f"crash-{hashlib.sha1(data).hexdigest()}").write_bytes(data)


@contextmanager
def _in_time() -> Iterator[None]:
    """:raises TimeoutError: it hangs"""
    before = signal.signal(signal.SIGALRM, _hangs)
    signal.alarm(_HANGS_AFTER)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def _hangs(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise TimeoutError(f"no answer after {_HANGS_AFTER} s")


if __name__ == "__main__":
    os.nice(10)
    main(*sys.argv[1:])
