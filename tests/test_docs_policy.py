"""docs/policy.md names every setting with its default, and its example is a policy that uses them all."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from pydantic import BaseModel

from approvals.policy import Account, Home, ImageRule, Rules, parse

TEXT = (Path(__file__).parents[1] / "docs" / "policy.md").read_text(encoding="utf-8")
(EXAMPLE,) = re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL)
SECTIONS: dict[str, type[BaseModel]] = {
    "[home]": Home,
    "[rules]": Rules,
    "[[accounts]]": Account,
    "[[images]]": ImageRule,
}


def rows(section: str) -> dict[str, str]:
    """Each setting of the section's table, and its default as it is written there."""
    part = TEXT.split(f"## `{section}`", 1)[1].split("\n## ", 1)[0]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in part.splitlines() if line[:3] == "| `"]
    return {row[0].strip("`"): row[1] for row in cells}


@pytest.mark.parametrize("section", SECTIONS)
def test_every_setting_is_named_and_no_other(section: str) -> None:
    assert sorted(rows(section)) == sorted(SECTIONS[section].model_fields)


@pytest.mark.parametrize("section", SECTIONS)
def test_the_defaults_are_those_of_the_code(section: str) -> None:
    for setting, said in rows(section).items():
        field = SECTIONS[section].model_fields[setting]
        assert (said == "must be set") is field.is_required(), setting
        if said.startswith("`"):
            written = tomllib.loads(f"x = {said.strip('`')}")["x"]
            section_with_it = SECTIONS[section].model_validate({**REQUIRED[section], setting: written})
            assert getattr(section_with_it, setting) == field.get_default(call_default_factory=True), setting


REQUIRED = {"[home]": {"regions": ["ap-guangzhou"], "channel": "C0IMAGES"}, "[rules]": {}}


def test_the_example_uses_every_setting_and_can_be_read() -> None:
    assert parse(EXAMPLE)
    written = tomllib.loads(EXAMPLE)
    for section, model in SECTIONS.items():
        parts = written[section.strip("[]")]
        used = {key for part in (parts if isinstance(parts, list) else [parts]) for key in part}
        assert used == set(model.model_fields), section
