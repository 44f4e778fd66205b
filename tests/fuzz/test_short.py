"""The short mode: the kept inputs and some others made from them, for every run of the tests.

The names of the tests tell how: guided by coverage where the engine is there, otherwise by chance.
"""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from tests.fuzz.child import CAN_BE_GUIDED, by_chance
from tests.fuzz.letter import Letter
from tests.fuzz.mutation import Words, decoded, encoded
from tests.fuzz.runs import kept, run, try_once
from tests.fuzz.target import CORPUS, INSTRUMENTED, target

_HOW = "guided-by-coverage" if CAN_BE_GUIDED else "by-chance-without-guidance"
_INPUTS = {"grammar": 1500, "policy": 1500, "door": 300}  # some seconds each; the long mode tries a million


@pytest.mark.parametrize("how", [_HOW])
@pytest.mark.parametrize("name", INSTRUMENTED)
def test_nothing_that_is_tried_breaks_it(name: str, how: str, tmp_path: Path) -> None:
    outcome = run(name, _INPUTS[name], tmp_path)
    assert outcome.good, outcome.text()
    assert outcome.inputs == _INPUTS[name] > len(kept(name))
    assert (outcome.covered > 0) is (how == "guided-by-coverage")


def test_a_fault_is_found_and_told_with_its_input_and_how_to_try_it_again(tmp_path: Path) -> None:
    outcome = run("planted", 1000, tmp_path)
    assert not outcome.good
    assert outcome.found is not None
    assert outcome.found.read_bytes().endswith(b"!")
    told = outcome.text()
    assert "AssertionError: the planted fault" in told
    assert repr(outcome.found.read_bytes()) in told
    assert f"python -m tests.fuzz --only planted --input {outcome.found}" in told
    assert "the planted fault" in try_once("planted", outcome.found.read_bytes())
    assert try_once("planted", b"a") == ""


def test_without_guidance_a_fault_is_found_too(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="the planted fault"):
        by_chance(target("planted"), tmp_path, CORPUS / "planted", tmp_path, 1, 1000)
    [found] = tmp_path.iterdir()
    assert found.read_bytes().endswith(b"!")


def test_without_guidance_the_kept_inputs_and_others_are_tried(tmp_path: Path) -> None:
    found = tmp_path / "found"
    found.mkdir()
    inputs = len(kept("policy")) + 200
    assert by_chance(target("policy"), tmp_path, CORPUS / "policy", found, 1, inputs) == inputs
    assert not list(found.iterdir())


@pytest.mark.parametrize("name", INSTRUMENTED)
def test_what_is_made_from_the_kept_inputs_is_another_one(name: str) -> None:
    aim, dice = target(name), Random(1)
    for path in kept(name):
        data = path.read_bytes()
        assert {aim.mutated(data, dice) for _ in range(10)} - {data}, path


@pytest.mark.parametrize("path", kept("door"), ids=lambda path: path.name)
def test_a_letter_is_written_as_it_was_read(path: Path) -> None:
    letter = Letter.read(path.read_bytes())
    assert Letter.read(letter.written()) == letter


@pytest.mark.parametrize("data", [b"", b"\xff\xfe", "share “a”".encode(), b"\xed\xa0\x80"])
def test_any_bytes_are_a_text(data: bytes) -> None:
    assert encoded(decoded(data)) == data


def test_every_word_can_be_put_into_a_text() -> None:
    words, dice = Words(r"\s+", ("one", "two", "three")), Random(1)
    made = " ".join(words.mutated("", dice, 100) for _ in range(50))
    assert all(piece in made for piece in ("one", "two", "three"))
