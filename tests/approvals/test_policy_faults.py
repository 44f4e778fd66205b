"""What is wrong in a policy file is told in a sentence that names the line and the place, all of it at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from approvals.errors import PolicyError
from approvals.findings import CATALOGUE
from approvals.policy import load, parse
from bot.grammar.words import EVERYONE
from tests.approvals.test_policy import FULL, LEAST


def problems(text: str) -> list[str]:
    with pytest.raises(PolicyError) as caught:
        parse(text, "my/policy.toml")
    assert caught.value.path == "my/policy.toml"
    return caught.value.problems


def line_of(part: str, text: str = FULL) -> int:
    """The line on which the part stands, which is there once."""
    assert text.count(part) == 1
    return text[: text.index(part)].count("\n") + 1


REPLACED = [
    ('"100000000001"', '"12"', "[home] account: '12' doesn't look like a root account id"),
    ('"100000000001"', '"0100000000001"', "[home] account: '0100000000001' doesn't look like a root account id"),
    ('"100000000001"', "100000000001", '[home] account: it must be text in quotes, such as "…"'),
    ('"international"', '"europe"', '[home] site: it must be "china" or "international"'),
    ('"international"', '"internatonal"', '[home] site: it must be "china" or "international"; did you mean "internat'),
    ('"ap-singapore"', '"Singapore"', "[home] regions number 2: 'Singapore' doesn't look like a region"),
    ('["ap-guangzhou", "ap-singapore"]', "[]", "[home] regions: it must name at least one"),
    ('["ap-guangzhou", "ap-singapore"]', '"ap-guangzhou"', '[home] regions: it must be a list, such as ["…"]'),
    ('"T0NIMBUS"', '"nimbus"', "[home] workspace: 'nimbus' doesn't look like a workspace id"),
    ('"C0IMAGES"', '"#images"', "[home] channel: '#images' doesn't look like a channel id"),
    ('"U0SARA"', '"sara"', "[home] guardians number 2: 'sara' doesn't look like a person's id"),
    ('"U0SARA"', '"sara@nimbus"', "[home] guardians number 2: 'sara@nimbus' doesn't look like a person's id"),
    ('["U0ADMIN"]', '["S0ADMIN"]', "[home] admins number 1: 'S0ADMIN' doesn't look like a person's id"),
    ('["100000000011"]', '["builder"]', "[home] creators number 1: 'builder' doesn't look like an account id"),
    ('"refuse"', '"deny"', '[rules] unknown_target: it must be "guardian", "refuse" or "allow"'),
    ("self_approval = true", 'self_approval = "perhaps"', "[rules] self_approval: it must be true or false"),
    ("approvals = 2", "approvals = 0", "[rules] approvals: it must be at least 1"),
    ("approvals = 2", "approvals = 21", "[rules] approvals: it must be at most 20"),
    ("approvals = 2", "approvals = 1.5", "[rules] approvals: it must be a whole number"),
    ("approvals = 2", 'approvals = "two"', "[rules] approvals: it must be a whole number"),
    ("many_targets = 25", "many_targets = 0", "[rules] many_targets: it must be at least 1"),
    ("90", "0", "[rules] max_days: it must be at least 1"),
    ('"2w"', '"soon"', "[rules] decide_within: a duration is a number and a unit"),
    ('"4h"', '"4"', "[rules] remind_after: a duration is a number and a unit"),
    ('"slack-owner"', '""', "[rules] owner_tag: it must not be empty"),
    ('"built-from"', '""', "[rules] lineage_tag: it must not be empty"),
    ('"warn"', '"wran"', '[rules.findings] reason_missing: it must be "block", "warn" or "note"; did you mean "warn"?'),
    ('"100012345678"', '"data"', "[[accounts]] number 1 id: 'data' doesn't look like a root account id"),
    ('"data-team"', '"data team"', "[[accounts]] number 1 name: 'data team' doesn't look like an account name"),
    ('"source"]', '"sauce"]', '[[accounts]] number 1 trusted_as number 2: it must be "target" or "source"'),
    ('"gpu-*"', '""', "[[accounts]] number 1 images number 2: it must not be empty"),
    ('match = "base-*"', 'match = ""', "[[images]] number 2 match: it must not be empty"),
    ('["U0OWNER"]', '["lin"]', "[[images]] number 1 owners number 1: 'lin' doesn't look like a person's id"),
    ("approvals = 3", "approvals = -1", "[[images]] number 2 approvals: it must be at least 1"),
]


@pytest.mark.parametrize(("good", "bad", "sentence"), REPLACED)
def test_a_value_that_cannot_be_is_told_with_its_line_and_place(good: str, bad: str, sentence: str) -> None:
    (problem,) = problems(FULL.replace(good, bad))
    assert problem.startswith(f"line {line_of(good)}: {sentence}")


@pytest.mark.parametrize(
    ("left_out", "around", "sentence"),
    [
        ('regions = ["ap-guangzhou", "ap-singapore"]', "[home]", "[home] regions is missing"),
        ('channel = "C0IMAGES"', "[home]", "[home] channel is missing"),
        ('id = "100012345678"', "[[accounts]]", "[[accounts]] number 1 id is missing"),
        ('name = "data-team"', "[[accounts]]", "[[accounts]] number 1 name is missing"),
        ('owners = ["S0PLATFORM"]', '[[images]]\nmatch = "base-*"', "[[images]] number 2 owners is missing"),
    ],
)
def test_what_must_be_there_and_is_not_is_told_with_the_line_of_its_section(
    left_out: str, around: str, sentence: str
) -> None:
    assert problems(FULL.replace(left_out, "")) == [f"line {line_of(around)}: {sentence}"]


def test_a_policy_without_its_home_is_told_so() -> None:
    assert problems("") == ["[home] is missing"]


@pytest.mark.parametrize(
    ("good", "bad", "sentence"),
    [
        ("guardians =", "guardian =", "[home] guardian is not a setting; did you mean guardians?"),
        ("\napprovals = 2", "\naprovals = 2", "[rules] aprovals is not a setting; did you mean approvals?"),
        ("self_approval =", "self-approval =", "[rules] self-approval is not a setting; did you mean self_approval?"),
        ("trusted_as =", "trusted =", "[[accounts]] number 1 trusted is not a setting; did you mean trusted_as?"),
        ('owners = ["S0', 'owner = ["S0', "[[images]] number 2 owner is not a setting; did you mean owners?"),
        ("[rules]", "[rule]", "[rule] is not a section; did you mean rules?"),
    ],
)
def test_an_unknown_setting_gets_its_line_and_the_nearest_known_one(good: str, bad: str, sentence: str) -> None:
    line = line_of(good) + good.startswith("\n")
    assert f"line {line}: {sentence}" in problems(FULL.replace(good, bad, 1))


def test_an_unknown_setting_that_is_near_nothing_gets_the_list() -> None:
    (problem,) = problems(FULL + 'zzz = "?"\n')
    assert problem.endswith("[[images]] number 2 zzz is not a setting; known here: match, owners, approvals")


def test_every_fault_is_told_at_once_in_the_order_of_the_lines() -> None:
    broken = FULL.replace('"international"', '"mars"').replace('"2w"', '"soon"').replace('["U0OWNER"]', '["lin"]')
    found = problems(broken.replace("admins", "admin") + '[[accounts]]\nid = "100012345678"\nname = "other"\n')
    assert [problem.split(": ")[1].split(" is ")[0] for problem in found] == [
        "[home] site",
        "[home] admin",
        "[rules] decide_within",
        "[[images]] number 1 owners number 1",
        "[[accounts]] number 2 id",
    ]
    numbers = [int(problem.split(":")[0].removeprefix("line ")) for problem in found]
    assert numbers == sorted(numbers)


def test_an_error_names_the_file_with_each_fault() -> None:
    with pytest.raises(PolicyError) as caught:
        parse(FULL.replace('"2w"', '"soon"').replace("[rules]", "[rule]"), "my/policy.toml")
    assert all(one.startswith("my/policy.toml, line ") for one in caught.value.told)
    assert str(caught.value) == "; ".join(caught.value.told)
    with pytest.raises(PolicyError, match=r"\Amy/policy\.toml: \[home\] is missing\Z"):
        parse("", "my/policy.toml")


@pytest.mark.parametrize(("field", "value"), [("id", "100012345678"), ("name", "Data-Team")])
def test_two_accounts_of_one_id_or_name_are_refused(field: str, value: str) -> None:
    other = {"id": "100077700001", "name": "other", field: value}
    text = FULL + f'[[accounts]]\nid = "{other["id"]}"\nname = "{other["name"]}"\n'
    line = text.count("\n") - (field == "id")
    assert problems(text) == [f"line {line}: [[accounts]] number 2 {field}: {value.lower()} is there twice"]


@pytest.mark.parametrize("name", ["lighthouse", "LightHouse", *sorted(EVERYONE)])
def test_no_account_has_the_name_of_what_is_none(name: str) -> None:
    text = FULL + f'[[accounts]]\nid = "100077700001"\nname = "{name}"\n'
    meant = "everybody who has an image" if name in EVERYONE else "the vendor's Lighthouse"
    assert problems(text) == [
        f"line {text.count(chr(10))}: [[accounts]] number 2 name: that word means {meant}: choose another name"
    ]


FIXED = sorted(code for code, one in CATALOGUE.items() if one.fixed)


@pytest.mark.parametrize("code", FIXED)
def test_the_level_of_what_no_policy_can_change_is_refused_with_the_reason(code: str) -> None:
    for level in ("note", "warn", "block"):
        (problem,) = problems(FULL.replace("reason_missing =", f'{code} = "{level}"\nreason_missing ='))
        assert problem.endswith(f"[rules.findings] {code}: its level can't be chosen: {CATALOGUE[code].fixed}")


def test_a_finding_that_does_not_exist_gets_the_nearest_one_that_can_be_set() -> None:
    (problem,) = problems(FULL.replace("reason_missing", "reason_mising"))
    assert problem == (
        f"line {line_of('reason_missing')}: [rules.findings] reason_mising: there is no finding of that code; "
        "did you mean reason_missing?"
    )
    (problem,) = problems(FULL.replace("reason_missing", "zzz"))
    changeable = sorted(code for code, one in CATALOGUE.items() if not one.fixed)
    assert problem.endswith(f"; known here: {', '.join(changeable)}")


def test_a_section_of_the_wrong_shape_is_named() -> None:
    assert problems(LEAST + "[accounts]\nx = 1") == [f"line {LEAST.count(chr(10)) + 1}: [accounts]: {LIST}"]
    assert problems(f"rules = 3\n{LEAST}") == ["line 1: [rules]: it must be a section of its own, with settings in it"]
    (problem,) = problems(f"accounts = [3]\n{LEAST}")
    assert problem.startswith("line 1: [[accounts]] number 1: it must be a section of its own")
    (problem,) = problems(f"rules.findings = 3\n{LEAST}")
    assert problem.startswith("line 1: [rules] findings: it must be a section of its own")


LIST = "it must begin with [[accounts]]"


def test_what_is_no_toml_is_told_with_the_line() -> None:
    (problem,) = problems('[home]\nregions = ["a"]\nchannel = C0\n')
    assert problem == "line 3: it is not valid TOML: Invalid value"
    (problem,) = problems("[home]\nregions = [")
    assert problem.startswith("line 2: it is not valid TOML: ")
    (problem,) = problems("[home]\n[home]\n")
    assert problem.startswith("line 2: it is not valid TOML: ")


def test_a_file_that_is_not_there_or_cannot_be_read_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="there is no such file; set IMAGEWARDEN_POLICY"):
        load(tmp_path / "policy.toml")
    with pytest.raises(PolicyError, match="it can't be read"):
        load(tmp_path)
    (tmp_path / "latin.toml").write_bytes("# é".encode("latin-1"))
    with pytest.raises(PolicyError, match="it can't be read"):
        load(tmp_path / "latin.toml")


@pytest.mark.parametrize("text", ["x = " + "[" * 3000, "x = " + "[" * 3000 + "]" * 3000, "x = " + "{a=" * 2000])
def test_what_is_nested_too_deeply_to_be_read_is_told_so(text: str) -> None:
    assert problems(text) == ["it is not a policy: lists or tables in it are nested too deeply"]


def test_what_is_nested_as_deeply_as_can_be_read_has_its_line() -> None:
    text = f"{LEAST}x = {'[' * 150}{']' * 150}\ny = 1\n"
    assert [one.split(": ")[0] for one in problems(text)] == [f"line {LEAST.count(chr(10)) + more}" for more in (1, 2)]


def test_a_number_of_more_digits_than_python_reads_is_told() -> None:
    (problem,) = problems(FULL.replace("90", "9" * 5000))
    assert problem.startswith("it is not valid TOML: ")


def test_nothing_in_the_file_reaches_the_terminal_as_it_is() -> None:
    clears_the_screen = r"\u001b[2J"
    (problem,) = problems(f'{LEAST}"{clears_the_screen}" = 1')
    assert problem.startswith(r"line 5: [home] '\x1b[2J' is not a setting; known here: account, site, regions, ")
    (problem,) = problems(LEAST.replace("C0IMAGES", clears_the_screen))
    assert problem.startswith(r"line 4: [home] channel: '\x1b[2J' doesn't look like a channel id")


def test_a_long_text_of_the_file_is_told_by_its_beginning() -> None:
    value, key = problems(LEAST.replace("C0IMAGES", "x" * 5000) + f"{'k' * 5000} = 1")
    assert value.startswith(f"line 4: [home] channel: '{'x' * 60}…' doesn't look like")
    assert key.startswith(f"line 5: [home] '{'k' * 60}…' is not a setting")
