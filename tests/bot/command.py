"""The real command in a process of its own, with only the environment that the README names."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.sandbox import company

ROOT = Path(__file__).resolve().parents[2]
_PATIENCE = 30.0  # seconds

SECRETS = (
    company.BOT_TOKEN,
    company.APP_TOKEN,
    company.SIGNING_SECRET,
    company.SECRET_ID,
    company.SECRET_KEY,
)


@dataclass(frozen=True)
class Ended:
    code: int
    out: str
    err: str

    @property
    def shown(self) -> str:
        return self.out + self.err

    def problem(self) -> str:
        """The one sentence that the command ended with."""
        assert "Traceback" not in self.shown, self.shown
        assert not any(secret in self.shown for secret in SECRETS)
        assert self.code == 1, self.shown
        [sentence] = [line for line in self.err.splitlines() if line.startswith("Error: ")]
        return sentence.removeprefix("Error: ")


def environment(folder: Path, api_url: str, cloud_url: str, **changes: str | None) -> dict[str, str]:
    """What the contract names, for the pretend company; a change to None leaves the name out."""
    policy = folder / "policy.toml"
    if not policy.exists():
        policy.write_text(company.POLICY)
    values: dict[str, str | None] = {
        "SLACK_BOT_TOKEN": company.BOT_TOKEN,
        "SLACK_APP_TOKEN": company.APP_TOKEN,
        "SLACK_SIGNING_SECRET": company.SIGNING_SECRET,
        "SLACK_API_URL": api_url,
        "TENCENTCLOUD_SECRET_ID": company.SECRET_ID,
        "TENCENTCLOUD_SECRET_KEY": company.SECRET_KEY,
        "TENCENTCLOUD_ENDPOINT": cloud_url,
        "IMAGEWARDEN_DB": str(folder / "imagewarden.db"),
        "IMAGEWARDEN_POLICY": str(policy),
        **changes,
    }
    return {name: value for name, value in values.items() if value is not None}


def command_line(*arguments: str) -> list[str]:
    return [sys.executable, "-c", "from bot.cli import main; main(prog_name='imagewarden')", *arguments]


def _around(values: Mapping[str, str]) -> dict[str, str]:
    """The values, and what any process needs."""
    return {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error", **values}


def imagewarden(*arguments: str, values: Mapping[str, str], folder: Path) -> Ended:
    """Runs the command to its end."""
    ended = subprocess.run(
        command_line(*arguments),
        env=_around(values),
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=_PATIENCE,
        check=False,
    )
    return Ended(ended.returncode, ended.stdout, ended.stderr)


class Running:
    """The command, running; what it logs is read along, so that it never waits for a reader."""

    def __init__(self, *arguments: str, values: Mapping[str, str], folder: Path) -> None:
        self.lines: list[str] = []
        self._said = threading.Condition()
        self._process = subprocess.Popen(
            command_line(*arguments),
            env=_around(values),
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.pid = self._process.pid
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def says(self, fragment: str, within: float = 20.0) -> None:
        """Waits until a line of the log holds ``fragment``."""
        with self._said:
            told = self._said.wait_for(lambda: any(fragment in line for line in self.lines), within)
        assert told, f"{fragment!r} is not in: {self.lines}"

    def stop(self, number: int = signal.SIGTERM, within: float = 10.0) -> int:
        """Sends a signal; returns the exit code. What outlives ``within`` seconds is killed, and fails."""
        if self._process.poll() is None:
            self._process.send_signal(number)
        try:
            code = self._process.wait(within)
        finally:
            self._process.kill()
            self._process.wait()
            self._reader.join()
            if self._process.stderr:
                self._process.stderr.close()
        return code

    def _read(self) -> None:
        assert self._process.stderr is not None
        for line in self._process.stderr:
            with self._said:
                self.lines.append(line.rstrip())
                self._said.notify_all()
