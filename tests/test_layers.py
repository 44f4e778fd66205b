"""Imports run one way; the contracts are in pyproject.toml."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def test_every_import_contract_is_kept() -> None:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"]

    seen = subprocess.run(command, cwd=Path(__file__).parents[1], capture_output=True, text=True)

    assert seen.returncode == 0, seen.stdout
    assert "0 broken" in seen.stdout
