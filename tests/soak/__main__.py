"""``python -m tests.soak``: some minutes of everything at once; ``--help`` tells of what."""

from __future__ import annotations

import argparse
import logging
import sys
import time
from pathlib import Path
from tempfile import mkdtemp

from tests.soak.run import soak

_PEACE = 900.0  # seconds: after many failed attempts the pauses are minutes


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--seed", type=int, default=int(time.time()), help="the same seed asks, fails and kills alike")
    parser.add_argument("--rounds", type=int, default=20, help="starts of the bot, each ended by a kill or a signal")
    parser.add_argument("--requests", type=int, default=60, help="how many each of three people asks for")
    parser.add_argument("--lag", action="store_true", help="the cloud's reads may lag behind its changes, too")
    parser.add_argument("--socket", action="store_true", help="the bot is in Socket Mode, and loses connections, too")
    parser.add_argument("--hands", action="store_true", help="somebody shares and takes back in the console, too")
    options = parser.parse_args()
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)  # whoever is killed breaks off what it asked
    folder = Path(mkdtemp(prefix="soak-"))
    _tell(f"seed {options.seed}; database and log are in {folder}")
    found = soak(
        folder,
        seed=options.seed,
        rounds=options.rounds,
        requests=options.requests,
        lag=options.lag,
        by_socket=options.socket,
        by_hand=options.hands,
        peace=_PEACE,
        tell=_tell,
    )
    for sentence in found:
        _tell(f"BROKEN: {sentence}")
    _tell(f"{len(found)} promises broken")
    sys.exit(bool(found))


def _tell(text: str) -> None:
    print(text, flush=True)  # noqa: T201  it is a command


if __name__ == "__main__":
    main()
