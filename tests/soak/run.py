"""One run: misfortune in rounds, each of which ends with a kill or a signal to stop; then peace, and the promises."""

from __future__ import annotations

import random
import signal
import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from approvals.leases import LEASE
from tests.e2e.crowd import at_work
from tests.e2e.person import PersonAt
from tests.soak.hands import Hands
from tests.soak.misfortune import Misfortune
from tests.soak.people import ASKERS, DECIDERS, LOOKERS, Asks, Looks, Presses
from tests.soak.promises import broken
from tests.soak.stage import Stage, opened

_LONG = 0.1  # of all rounds: long enough for the comparison with the cloud, which comes once a minute if nobody asks
_FROZEN = 0.3  # of all rounds with two bots: one stands still for longer than its leases last, and then goes on
_STANDS_STILL = LEASE.total_seconds() + 3.0  # seconds
_SETTLES = timedelta(seconds=125)  # what the bot changed in the last two minutes is not compared yet
_COMPARED_WITHIN = 150.0  # seconds


def soak(
    folder: Path,
    *,
    seed: int,
    rounds: int,
    requests: int,
    lag: bool,
    by_socket: bool,
    by_hand: bool,
    peace: float,
    tell: Callable[[str], None] = lambda _line: None,
) -> list[str]:
    """Give each promise that was broken as a sentence.

    :param requests: how many each of the people asks for
    :param peace: seconds in which all must come to its end once nothing goes wrong any more
    """
    dice = random.Random(seed)
    with opened(folder, by_socket=by_socket) as stage:
        asks = [Asks(PersonAt(stage.workspace.url, one), _another(dice), number=requests) for one in ASKERS]
        presses = [Presses(PersonAt(stage.workspace.url, one), _another(dice)) for one in (*DECIDERS, "U0MEI")]
        looks = [Looks(PersonAt(stage.workspace.url, one), _another(dice)) for one in LOOKERS]
        misfortune = Misfortune(stage, _another(dice), lag=lag)
        hands = Hands(stage, _another(dice))
        with at_work([*asks, *presses, *looks, misfortune, *([hands] if by_hand else [])], every=0.2) as mishaps:
            faults = []
            for number in range(rounds):
                faults += _round(stage, misfortune, asks, dice, number, tell)
            misfortune.happens, hands.rests = False, True
            stage.heal()
            for one in asks:
                one.rests = False  # the last round may have been a long one
            for presser in presses:
                presser.only_agrees = True
            with stage.bots(1) as (bot,):
                wait_until(lambda: bool(mishaps) or (all(one.has_all for one in asks) and stage.is_at_rest()), peace)
                _settled(stage)
                for presser in presses:
                    presser.rests = True
                for reader in looks:
                    reader.rests = True
                wait_until(stage.is_at_rest, _COMPARED_WITHIN)
                tell(f"in the end {stage.waits()}")
                faults += [] if bot.stop() == 0 else ["it did not stop"]
        acked = [number for one in asks for number in one.acked]
        return [*faults, *broken(stage, acked, by_hand=by_hand)]


def _settled(stage: Stage) -> None:
    """Wait for a comparison of all that begins when the last change is old enough to be compared."""
    began = datetime.now(UTC)
    wait_until(lambda: datetime.now(UTC) - began > _SETTLES and stage.is_at_rest(), _COMPARED_WITHIN)
    for _ in range(2):  # the first may have begun before
        compared = stage.compared()
        wait_until(lambda: stage.compared() > compared and stage.is_at_rest(), _COMPARED_WITHIN)  # noqa: B023  run at once


def _round(
    stage: Stage,
    misfortune: Misfortune,
    asks: Sequence[Asks],
    dice: random.Random,
    number: int,
    tell: Callable[[str], None],
) -> list[str]:
    misfortune.happens = False  # a start that the cloud refuses is tested elsewhere
    stage.heal()
    with stage.bots(dice.choice((1, 1, 2))) as bots:
        misfortune.happens = True
        is_long = dice.random() < _LONG
        for one in asks:
            one.rests = is_long
        threading.Event().wait(dice.uniform(60.0, 90.0) if is_long else dice.uniform(0.3, 6.0))
        if len(bots) > 1 and dice.random() < _FROZEN:
            frozen = dice.choice(bots)
            frozen.process.send_signal(signal.SIGSTOP)
            threading.Event().wait(_STANDS_STILL)
            frozen.process.send_signal(signal.SIGCONT)
            threading.Event().wait(dice.uniform(0.0, 3.0))
            tell(f"round {number}: one stood still")
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
