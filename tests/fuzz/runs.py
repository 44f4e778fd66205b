"""A run of one target in a process of its own, and what came of it."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.fuzz.child import CAN_BE_GUIDED
from tests.fuzz.target import CORPUS

ROOT = Path(__file__).parents[2]

_DONE = re.compile(r"^Done (\d+) runs in \d+ second", re.MULTILINE)
_TRIED = re.compile(r"^#(\d+)\t.* cov: (\d+) ", re.MULTILINE)
_ENGINE = re.compile(
    r"^(?:#\d|INFO: |WARNING: Failed to find|0x|\s*==\d+==.*exited|SUMMARY|MS: \d|artifact_prefix|Base64:).*\n",
    re.MULTILINE,
)
_TOLD_AT_MOST = 6000  # characters of what a broken run said


@dataclass(frozen=True, slots=True)
class Outcome:
    """
    :ivar inputs: how many were tried
    :ivar added: inputs that reached something new
    :ivar covered: branches and what else the engine counts as reached; 0 where nothing guided it
    :ivar found: the input that broke something; None where none did
    :ivar told: what the process said, where it went wrong
    """

    name: str
    inputs: int
    seconds: float
    added: int
    covered: int
    found: Path | None
    told: str

    @property
    def good(self) -> bool:
        return not self.told

    def text(self) -> str:
        """One line; where something broke, what, with which input, and how to try that again."""
        guided = f"{self.covered:,} branches covered, {self.added:,} inputs kept for new ones"
        how = f"guided by coverage: {guided}" if CAN_BE_GUIDED else "by chance, without guidance"
        line = f"{self.name:8} {self.inputs:>9,} inputs in {self.seconds:,.0f} s, {how}"
        if self.good:
            return f"{line}; nothing broke"
        told = f"{line}; BROKEN\n{self.told}\n"
        if self.found is None:
            return told
        again = f"python -m tests.fuzz --only {self.name} --input {self.found}"
        return f"{told}The input is {self.found}:\n{self.found.read_bytes()[:2000]!r}\nTry it again with: {again}\n"


def run(name: str, inputs: int, folder: Path, seed: int = 1) -> Outcome:
    """Try the kept inputs and others made from them.

    :param folder: where new inputs and findings go
    """
    corpus, found = folder / name / "corpus", folder / name / "found"
    for place in (corpus, found):
        place.mkdir(parents=True, exist_ok=True)
    before, began = {*corpus.iterdir()}, time.time()
    process = _child(name, str(folder / name), str(seed), str(inputs))
    seconds = time.time() - began
    tried = _TRIED.findall(_said(process)) or [(0, 0)]
    done = _DONE.search(_said(process))
    broke = [path for path in found.iterdir() if path.stat().st_mtime >= began - 1]
    return Outcome(
        name,
        int(done[1]) if done else int(tried[-1][0]),
        seconds,
        len({*corpus.iterdir()} - before),
        int(tried[-1][1]),
        broke[0] if broke else None,
        "" if done and not process.returncode and not broke else _end(process),
    )


def try_once(name: str, data: bytes) -> str:
    """What goes wrong with one input; "" where nothing does."""
    process = _child(name, given=data)
    return _end(process) if process.returncode else ""


def kept(name: str) -> list[Path]:
    return sorted((CORPUS / name).iterdir())


def _child(name: str, *words: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    with TemporaryDirectory(prefix="imagewarden-fuzz-") as place:
        command = [sys.executable, "-m", "tests.fuzz.child", name, place, *words]
        return subprocess.run(command, cwd=ROOT, input=given, capture_output=True, check=False)


def _said(process: subprocess.CompletedProcess[bytes]) -> str:
    return (process.stdout + process.stderr).decode(errors="backslashreplace")


def _end(process: subprocess.CompletedProcess[bytes]) -> str:
    said = _ENGINE.sub("", _said(process))
    return f"exit status {process.returncode}\n{said[-_TOLD_AT_MOST:]}"
