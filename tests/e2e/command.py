"""The real ``imagewarden`` command as a process, with nothing but the environment of the README."""

from __future__ import annotations

import itertools
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.sandbox import company

_COMMAND = [sys.executable, "-W", "ignore::DeprecationWarning", "-c", "from bot.cli import main; main()"]
_ROOT = Path(__file__).parents[2]
_POLL = 0.03  # seconds between two looks
# Below 32,768, from where on Linux gives ports to all who want just any: to each server of the tests, for instance.
_FIRST_PORT = 20_000
_PORTS_EACH = 700


def environment(folder: Path, *, api_url: str, cloud_url: str, **more: str) -> dict[str, str]:
    """What the README says to set, for the sandbox's servers; the policy file is written too."""
    policy = folder / "policy.toml"
    policy.write_text(company.POLICY)
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(_ROOT),
        "SLACK_BOT_TOKEN": company.BOT_TOKEN,
        "SLACK_API_URL": api_url,
        "TENCENTCLOUD_SECRET_ID": company.SECRET_ID,
        "TENCENTCLOUD_SECRET_KEY": company.SECRET_KEY,
        "TENCENTCLOUD_ENDPOINT": cloud_url,
        "IMAGEWARDEN_DB": str(folder / "bot.db"),
        "IMAGEWARDEN_POLICY": str(policy),
        **more,
    }


def command(*words: str) -> list[str]:
    """``imagewarden`` with those words."""
    return [*_COMMAND, *words]


def imagewarden(
    *words: str, env: Mapping[str, str], cwd: Path, typed: str | None = None
) -> subprocess.CompletedProcess[str]:
    """The command, run to its end.

    :param typed: what it is answered
    """
    return subprocess.run(
        command(*words), env=dict(env), cwd=cwd, input=typed, capture_output=True, text=True, timeout=60
    )


@dataclass
class Running:
    """A bot that runs."""

    process: subprocess.Popen[bytes]
    url: str

    def stop(self) -> int:
        """Ask it to stop; gives its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=20)

    def get(self, path: str) -> int:
        """The status of a page of it; 0 where nobody answers."""
        try:
            with urllib.request.urlopen(self.url + path, timeout=5) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            with error:
                return error.code
        except OSError:
            return 0


@contextmanager
def running(
    *words: str, listens: int, env: Mapping[str, str], cwd: Path, under: Sequence[str] = (), ready: int = 200
) -> Iterator[Running]:
    """The bot in the background, once it says so.

    :param words: ``run`` and its options
    :param listens: the port on which it tells whether it is ready
    :param under: a command that becomes the one that it is given
    :param ready: the status by which it says so: 503 where it is up and something is missing
    """
    with (cwd / "bot.log").open("ab") as log:
        process = subprocess.Popen([*under, *command(*words)], env=dict(env), cwd=cwd, stderr=log)
    bot = Running(process, f"http://127.0.0.1:{listens}")
    try:
        until = time.monotonic() + 30
        while bot.get("/readyz") != ready:
            assert process.poll() is None, (cwd / "bot.log").read_text()
            assert time.monotonic() < until, (cwd / "bot.log").read_text()
            threading.Event().wait(_POLL)
        yield bot
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def _ports() -> Iterator[int]:
    """Those of this one of pytest's processes, each before any comes again."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    of_ours = range(_FIRST_PORT + _PORTS_EACH * worker, _FIRST_PORT + _PORTS_EACH * (worker + 1))
    begin = os.getpid() % _PORTS_EACH  # another run on this machine is elsewhere
    return itertools.cycle([*of_ours[begin:], *of_ours[:begin]])


_of_ours = _ports()


def free_port() -> int:
    """A port on which nobody listens, nor will before the bot does."""
    return next(filter(_is_free, _of_ours))


def _is_free(port: int) -> bool:
    with socket.socket() as one:
        try:
            one.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
