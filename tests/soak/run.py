"""One run: misfortune in rounds, each of which ends with a kill or a signal to stop; then peace, and the promises."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from pathlib import Path

from tests.e2e.crowd import at_work
from tests.e2e.person import PersonAt
from tests.soak.misfortune import Misfortune
from tests.soak.people import ASKERS, DECIDERS, Asks, Presses
from tests.soak.promises import broken
from tests.soak.stage import Stage, opened

_LONG = 0.1  # of all rounds: long enough for the comparison with the cloud, which comes once a minute
_COMPARED_WITHIN = 90.0  # seconds


def soak(
    folder: Path,
    *,
    seed: int,
    rounds: int,
    requests: int,
    lag: bool,
    peace: float,
    tell: Callable[[str], None] = lambda _line: None,
) -> list[str]:
    """Give each promise that was broken as a sentence.

    :param requests: how many each of the people asks for
    :param peace: seconds in which all must come to its end once nothing goes wrong any more
    """
    dice = random.Random(seed)
    with opened(folder) as stage:
        asks = [Asks(PersonAt(stage.workspace.url, one), _another(dice), number=requests) for one in ASKERS]
        presses = [Presses(PersonAt(stage.workspace.url, one), _another(dice)) for one in (*DECIDERS, "U0MEI")]
        misfortune = Misfortune(stage, _another(dice), lag=lag)
        with at_work([*asks, *presses, misfortune], every=0.2):
            faults = [fault for number in range(rounds) for fault in _round(stage, misfortune, dice, number, tell)]
            misfortune.happens = False
            stage.heal()
            for one in presses:
                one.only_agrees = True
            with stage.bots(1) as (bot,):
                wait_until(lambda: all(one.has_all for one in asks) and stage.is_at_rest(), peace)
                compared = stage.compared()
                wait_until(lambda: stage.compared() > compared and stage.is_at_rest(), _COMPARED_WITHIN)
                tell(f"in the end {stage.waits()}")
                faults += [] if bot.stop() == 0 else ["it did not stop"]
        acked = [number for one in asks for number in one.acked]
        return [*faults, *broken(stage, acked, lag=lag)]


def _round(
    stage: Stage, misfortune: Misfortune, dice: random.Random, number: int, tell: Callable[[str], None]
) -> list[str]:
    misfortune.happens = False  # a start that the cloud refuses is tested elsewhere
    stage.heal()
    with stage.bots(dice.choice((1, 1, 2))) as bots:
        misfortune.happens = True
        threading.Event().wait(dice.uniform(60.0, 90.0) if dice.random() < _LONG else dice.uniform(0.3, 6.0))
        how = "killed"
        if dice.random() < 0.3:
            how = f"stopped with {bots[0].stop()}"
    tell(f"round {number}: {len(bots)} {how}, {stage.waits()}")
    return [] if how in ("killed", "stopped with 0") else [f"round {number}: {how}"]


def wait_until(condition: Callable[[], bool], within: float) -> None:
    """Wait for it, so many seconds at most."""
    until = time.monotonic() + within
    while not condition() and time.monotonic() < until:
        threading.Event().wait(0.2)


def _another(dice: random.Random) -> random.Random:
    return random.Random(dice.random())
