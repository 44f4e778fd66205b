"""A target with a fault planted in it, to see that a fault is found and told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

from tests.fuzz.target import Check

LONGEST = 16


@contextmanager
def opened(folder: Path) -> Iterator[Check]:  # noqa: ARG001  it writes no files
    yield _check


def mutated(data: bytes, dice: Random) -> bytes:
    return data[: LONGEST - 1] + dice.choice((b"a", b"b", b"!"))


def _check(data: bytes) -> None:
    assert not data.endswith(b"!"), "the planted fault"
