"""docs/checks.md lists every finding as the catalogue has it; the catalogue has every one that the code names."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from approvals.findings import CATALOGUE

ROOT = Path(__file__).parents[1]
ROWS = {
    cells[0].strip("`"): cells[1:]
    for line in (ROOT / "docs" / "checks.md").read_text(encoding="utf-8").splitlines()
    if line.startswith("| `")
    for cells in [[cell.strip() for cell in line.strip("|").split("|")]]
}
OURS = {"Imagewarden", "your policy"}


def test_the_document_lists_the_codes_of_the_catalogue_and_no_others() -> None:
    assert sorted(ROWS) == sorted(CATALOGUE)


@pytest.mark.parametrize("code", sorted(CATALOGUE))
def test_it_says_of_each_what_the_catalogue_says(code: str) -> None:
    known = CATALOGUE[code]
    level, chosen, meaning, source, said = ROWS[code]
    assert (level, meaning, source) == (known.level.value, known.meaning, known.source)
    assert chosen == ("no" if known.fixed else "yes")
    assert bool(said) is (source not in OURS)


def test_the_code_names_every_finding_of_the_catalogue_and_no_other() -> None:
    """By ``found(code, …)``, which would fail at run time for a code that isn't there."""
    named = set()
    for file in (ROOT / "approvals").glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "found":
                assert isinstance(node.args[0], ast.Constant), f"{file.name}: a code must be written out"
                named.add(node.args[0].value)
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Finding":
                assert file.name in ("findings.py", "rows.py"), f"{file.name}: findings come from the catalogue"
    assert named == set(CATALOGUE)
