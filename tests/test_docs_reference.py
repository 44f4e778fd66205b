"""docs/reference.md names every command, option, state and id there is, and the README's map every file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from itertools import takewhile
from pathlib import Path

import click
import pytest
import yaml

from approvals import code_model, model
from approvals.copy_model import COPY_MOVES, CopyState
from bot import ids
from bot.cli import main

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")
INPUTS = {  # blocks and fields within a form, which nobody presses
    ids.INPUT,
    ids.REASON,
    ids.IMAGE,
    ids.ACCOUNTS,
    ids.OTHER_ACCOUNTS,
    ids.REGIONS,
    ids.LASTS,
    ids.LAST_DAY,
    ids.BUTTONS,
}


def tables(heading: str) -> Iterator[list[list[str]]]:
    """The cells of each table below a heading, without the first two lines."""
    section = TEXT.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    lines = iter(section.splitlines())
    for line in lines:
        if line.startswith("|"):
            rows = takewhile(lambda one: one.startswith("|"), lines)
            yield [[cell.strip() for cell in row.strip("|").split("|")] for row in rows][1:]


def quoted(text: str) -> list[str]:
    return re.findall(r"`([^`]+)`", text)


def commands(group: click.Group, path: str) -> Iterator[tuple[str, set[str]]]:
    """Each command as it is typed, with its options."""
    for name, one in group.commands.items():
        if isinstance(one, click.Group):
            yield from commands(one, f"{path} {name}")
        else:
            words = [str(each.name).upper() for each in one.params if isinstance(each, click.Argument)]
            options = {each.opts[0] for each in one.params if isinstance(each, click.Option)}
            yield " ".join([path, name, *words]), options


def test_every_command_is_there_with_its_options() -> None:
    (rows,) = tables("The command line")
    assert {quoted(row[0])[0]: set(quoted(row[1])) for row in rows} == dict(commands(main, "imagewarden"))


@pytest.mark.parametrize(
    ("heading", "moves"),
    [("States of a request", model.MOVES), ("States of a copy in another region", COPY_MOVES)],
)
def test_every_state_is_there_with_what_can_follow(
    heading: str, moves: dict[model.State | CopyState, frozenset[StrEnum]]
) -> None:
    (rows,) = tables(heading)
    assert {quoted(row[0])[0]: quoted(row[2]) for row in rows} == {
        state.value: sorted(one.value for one in then) for state, then in moves.items()
    }


def test_every_state_and_code_of_an_account_is_there() -> None:
    states, codes = tables("States of an account in a request")
    assert [quoted(row[0])[0] for row in states] == [state.value for state in model.ItemState]
    ours = {value for name, value in vars(code_model).items() if name.isupper()}
    assert {quoted(row[0])[0] for row in codes} == ours


def test_every_id_that_slack_sends_back_is_there() -> None:
    known = {value for name, value in vars(ids).items() if name.isupper()} - INPUTS - {ids.COMMAND}
    (buttons,) = tables("Buttons")
    (views,) = tables("Forms and shortcuts")
    fields = {name for name in quoted(TEXT) if name.startswith(("pick_", "check_form"))}
    assert {quoted(row[0])[0] for row in [*buttons, *views]} | fields == known


def test_the_manifest_has_the_shortcuts() -> None:
    manifest = yaml.safe_load((ROOT / "manifest.yml").read_text(encoding="utf-8"))
    told = {one["callback_id"] for one in manifest["features"]["shortcuts"]}
    assert told == {ids.SHORTCUT_FORM, ids.SHORTCUT_FROM_MESSAGE}


def mapped() -> set[str]:
    """What the map names: files, patterns of files, and whole folders with a slash behind."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ((?:`[^`]+`(?:, )?)+) \|", readme.partition("## The house")[2], re.MULTILINE)
    found = set()
    for row in rows:
        folder = ""
        for name in quoted(row):
            folder = f"{name.rstrip('/').rpartition('/')[0]}/" if "/" in name else folder
            found.add(name if "/" in name else f"{folder}{name}")
    return found


def test_the_map_names_every_file_and_nothing_that_is_gone() -> None:
    names = mapped()
    for name in names:
        assert any(ROOT.glob(name.rstrip("/"))), f"{name} is in the map and nowhere else"
    covered = {path for name in names for path in ROOT.glob(name.rstrip("/"))}
    for package in ("approvals", "bot"):
        for file in (ROOT / package).glob("**/*.py"):
            if file.name != "__init__.py":
                assert covered & {file, *file.parents}, f"{file.relative_to(ROOT)} is not in the map"
