"""What is wrong in a policy file is told in a sentence that names the place, all of it at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from approvals.errors import PolicyError
from approvals.policy import load, parse
from tests.approvals.test_policy import FULL, LEAST


def problems(text: str) -> list[str]:
    with pytest.raises(PolicyError) as caught:
        parse(text, "my/policy.toml")
    assert caught.value.path == "my/policy.toml"
    assert str(caught.value).startswith("my/policy.toml: ")
    return caught.value.problems


REPLACED = [
    ('"100000000001"', '"12"', "home.account: '12' doesn't look like a root account id"),
    ('"100000000001"', '"0100000000001"', "home.account: '0100000000001' doesn't look like a root account id"),
    ('"100000000001"', "100000000001", "home.account: Input should be a valid string"),
    ('"international"', '"europe"', "home.site: Input should be 'china' or 'international'"),
    ('"ap-singapore"', '"Singapore"', "home.regions number 2: 'Singapore' doesn't look like a region"),
    ('"C0IMAGES"', '"#images"', "home.channel: '#images' doesn't look like a channel id"),
    ('"U0SARA"', '"sara"', "home.guardians number 2: 'sara' doesn't look like a person's id"),
    ('["U0ADMIN"]', '["S0ADMIN"]', "home.admins number 1: 'S0ADMIN' doesn't look like a person's id"),
    ('"refuse"', '"deny"', "rules.unknown_target: Input should be 'guardian', 'refuse' or 'allow'"),
    ("true", '"perhaps"', "rules.self_approval: Input should be a valid boolean"),
    ("approvals = 2", "approvals = 0", "rules.approvals: Input should be greater than or equal to 1"),
    ("approvals = 2", "approvals = 21", "rules.approvals: Input should be less than or equal to 20"),
    ("90", "0", "rules.max_days: Input should be greater than or equal to 1"),
    ('"2w"', '"soon"', "rules.decide_within: a duration is a number and a unit"),
    ('"4h"', '"4"', "rules.remind_after: a duration is a number and a unit"),
    ('"slack-owner"', '""', "rules.owner_tag: String should have at least 1 character"),
    ('"100012345678"', '"data"', "accounts number 1.id: 'data' doesn't look like a root account id"),
    ('"data-team"', '"data team"', "accounts number 1.name: 'data team' doesn't look like an account name"),
    ('"source"]', '"sauce"]', "accounts number 1.trusted_as number 2: Input should be 'target' or 'source'"),
    ('"base-*"', '""', "images number 2.match: String should have at least 1 character"),
    ('["U0OWNER"]', '["lin"]', "images number 1.owners number 1: 'lin' doesn't look like a person's id"),
    ("approvals = 3", "approvals = -1", "images number 2.approvals: Input should be greater than or equal to 1"),
]


@pytest.mark.parametrize(("good", "bad", "sentence"), REPLACED)
def test_a_value_that_cannot_be_is_told_with_its_place(good: str, bad: str, sentence: str) -> None:
    assert FULL.count(good) == 1 or good == "true"
    (problem,) = problems(FULL.replace(good, bad, 1))
    assert problem.startswith(sentence)


@pytest.mark.parametrize(
    ("left_out", "sentence"),
    [
        ('regions = ["ap-guangzhou", "ap-singapore"]', "home.regions is missing"),
        ('channel = "C0IMAGES"', "home.channel is missing"),
        ('id = "100012345678"', "accounts number 1.id is missing"),
        ('name = "data-team"', "accounts number 1.name is missing"),
        ('match = "img-6pb6lrmy"', "images number 1.match is missing"),
        ('owners = ["S0PLATFORM"]', "images number 2.owners is missing"),
    ],
)
def test_what_must_be_there_and_is_not_is_named(left_out: str, sentence: str) -> None:
    assert problems(FULL.replace(left_out, "")) == [sentence]


def test_a_policy_without_its_home_is_told_so() -> None:
    assert problems("") == ["home is missing"]


def test_no_region_is_too_few() -> None:
    (problem,) = problems('[home]\nregions = []\nchannel = "C0IMAGES"')
    assert problem.startswith("home.regions: ")
    assert "at least 1" in problem


@pytest.mark.parametrize(
    ("good", "bad", "sentence"),
    [
        ("guardians =", "guardian =", "home.guardian is not a setting; did you mean guardians?"),
        ("self_approval =", "self-approval =", "rules.self-approval is not a setting; did you mean self_approval?"),
        ("trusted_as =", "trusted =", "accounts number 1.trusted is not a setting; did you mean trusted_as?"),
        ('owners = ["S0', 'owner = ["S0', "images number 2.owner is not a setting; did you mean owners?"),
        ("[rules]", "[rule]", "rule is not a setting; did you mean rules?"),
    ],
)
def test_an_unknown_setting_gets_the_nearest_known_one(good: str, bad: str, sentence: str) -> None:
    assert sentence in problems(FULL.replace(good, bad, 1))


def test_an_unknown_setting_that_is_near_nothing_gets_the_list() -> None:
    (problem,) = problems(FULL + 'zzz = "?"\n')
    assert problem == "images number 2.zzz is not a setting; known here: match, owners, approvals"


def test_every_fault_is_told_at_once() -> None:
    broken = FULL.replace('"international"', '"mars"').replace('"2w"', '"soon"').replace('["U0OWNER"]', '["lin"]')
    found = problems(broken.replace("admins", "admin"))
    assert [problem.split(":")[0].split(" is ")[0] for problem in found] == [
        "home.site",
        "home.admin",
        "rules.decide_within",
        "images number 1.owners number 1",
    ]


@pytest.mark.parametrize(("field", "value"), [("id", "100012345678"), ("name", "Data-Team")])
def test_two_accounts_of_one_id_or_name_are_refused(field: str, value: str) -> None:
    other = {"id": "100077700001", "name": "other", field: value}
    text = FULL + f'[[accounts]]\nid = "{other["id"]}"\nname = "{other["name"]}"\n'
    assert problems(text) == [f"accounts: the {field} {value.lower()} is there twice"]


def test_a_section_of_the_wrong_shape_is_named() -> None:
    (problem,) = problems(LEAST + "[accounts]\nx = 1")
    assert problem.startswith("accounts: ")
    (problem,) = problems(f"rules = 3\n{LEAST}")
    assert problem.startswith("rules: ")


def test_what_is_no_toml_is_told_with_the_line() -> None:
    (problem,) = problems("[home]\nregions = [")
    assert problem.startswith("it is not valid TOML: ")
    assert "line 2" in problem or "end of document" in problem


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


def test_a_number_of_more_digits_than_python_reads_is_told() -> None:
    (problem,) = problems(FULL.replace("90", "9" * 5000))
    assert problem.startswith("it is not valid TOML: ")


def test_nothing_in_the_file_reaches_the_terminal_as_it_is() -> None:
    clears_the_screen = r"\u001b[2J"
    assert problems(f'{LEAST}"{clears_the_screen}" = 1') == [
        r"home.'\x1b[2J' is not a setting; known here: account, site, regions, channel, guardians, admins"
    ]
    (problem,) = problems(LEAST.replace("C0IMAGES", clears_the_screen))
    assert problem.startswith(r"home.channel: '\x1b[2J' doesn't look like a channel id")


def test_a_long_text_of_the_file_is_told_by_its_beginning() -> None:
    value, key = problems(LEAST.replace("C0IMAGES", "x" * 5000) + f"{'k' * 5000} = 1")
    assert value.startswith(f"home.channel: '{'x' * 60}…' doesn't look like")
    assert key.startswith(f"home.'{'k' * 60}…' is not a setting")
