"""What a fuzzer is aimed at, and how long an answer may take."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from importlib import import_module
from pathlib import Path
from random import Random
from typing import Protocol, cast

CORPUS = Path(__file__).parent / "corpus"

Check = Callable[[bytes], None]


class Target(Protocol):
    """A module of this package.

    :ivar LONGEST: bytes of an input
    """

    LONGEST: int

    def opened(self, folder: Path) -> AbstractContextManager[Check]:
        """What holds for every input.

        :param folder: empty, for files
        """

    def mutated(self, data: bytes, dice: Random) -> bytes:
        """Another input, made from one, that gets as far."""


INSTRUMENTED = {
    "grammar": ("bot.cards.lists", "bot.grammar"),
    "policy": ("approvals.policy", "approvals.policy_faults", "approvals.policy_lines", "tomllib"),
    "door": ("bot.cards", "bot.door", "bot.gate", "bot.listeners", "bot.payloads", "bot.replies", "slack_bolt.request"),
}
"""Each target, with the packages whose branches tell whether an input is worth being kept."""


def target(name: str) -> Target:
    """The target of that name; its module, and with it what it tests, is imported now."""
    return cast(Target, import_module(f"tests.fuzz.{name}"))


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Computing time of this process, whatever else the machine does.

    :raises AssertionError: it took longer
    """
    began = time.process_time()
    yield
    took = time.process_time() - began
    assert took <= seconds, f"it took {took:.2f} s of computing, at most {seconds} s are allowed"
