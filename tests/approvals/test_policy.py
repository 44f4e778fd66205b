"""The policy file: what it can say, and who owns what by it."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from approvals.errors import PolicyError
from approvals.policy import Policy, load, parse
from bot.sandbox import company
from tests.approvals.fake_cloud import image

FULL = """
[home]
account = "100000000001"
site = "international"
regions = ["ap-guangzhou", "ap-singapore"]
workspace = "T0NIMBUS"
channel = "C0IMAGES"
guardians = ["S0SECURITY", "U0SARA"]
admins = ["U0ADMIN"]
creators = ["100000000011"]
lighthouse = true
language = "zh-CN"

[rules]
unknown_target = "refuse"
self_approval = true
approvals = 2
many_targets = 25
max_days = 90
decide_within = "2w"
remind_after = "4h"
escalate_after = "1d"
drift_every = "2h"
owner_tag = "slack-owner"
lineage_tag = "built-from"

[rules.findings]
reason_missing = "warn"

[[accounts]]
id = "100012345678"
name = "data-team"
trusted_as = ["target", "source"]
images = ["nightly-*", "gpu-*"]

[[images]]
match = "img-6pb6lrmy"
owners = ["U0OWNER"]

[[images]]
match = "base-*"
owners = ["S0PLATFORM"]
approvals = 3
"""
LEAST = """
[home]
regions = ["ap-guangzhou"]
channel = "C0IMAGES"
"""


def owners(policy: str, **fields: str) -> tuple[str, ...]:
    return parse(LEAST + policy).owners_of(image(**fields))


def test_every_setting_is_read() -> None:
    policy = parse(FULL)
    assert policy.home.model_dump() == {
        "account": "100000000001",
        "site": "international",
        "regions": ("ap-guangzhou", "ap-singapore"),
        "workspace": "T0NIMBUS",
        "channel": "C0IMAGES",
        "guardians": ("S0SECURITY", "U0SARA"),
        "admins": ("U0ADMIN",),
        "creators": ("100000000011",),
        "lighthouse": True,
        "language": "zh-CN",
    }
    assert policy.rules.model_dump() == {
        "unknown_target": "refuse",
        "self_approval": True,
        "approvals": 2,
        "many_targets": 25,
        "max_days": 90,
        "decide_within": timedelta(weeks=2),
        "remind_after": timedelta(hours=4),
        "escalate_after": timedelta(days=1),
        "drift_every": timedelta(hours=2),
        "owner_tag": "slack-owner",
        "lineage_tag": "built-from",
        "findings": {"reason_missing": "warn"},
    }
    (account,) = policy.accounts
    assert (account.id, account.name, account.trusted_as) == ("100012345678", "data-team", ("target", "source"))
    assert account.images == ("nightly-*", "gpu-*")
    assert [(rule.match, rule.owners, rule.approvals) for rule in policy.images] == [
        ("img-6pb6lrmy", ("U0OWNER",), None),
        ("base-*", ("S0PLATFORM",), 3),
    ]


def test_what_is_left_out_is_the_careful_choice() -> None:
    policy = parse(LEAST)
    assert policy.home.account is None
    assert (policy.home.site, policy.home.guardians, policy.home.admins) == ("china", (), ())
    assert policy.home.language == "en"
    rules = policy.rules
    assert (rules.unknown_target, rules.self_approval, rules.approvals) == ("guardian", False, 1)
    assert (rules.max_days, rules.decide_within, rules.remind_after, rules.owner_tag) == (
        None,
        timedelta(days=3),
        None,
        None,
    )
    assert (rules.many_targets, rules.lineage_tag, rules.findings) == (10, None, {})
    assert policy.owners_of(image()) == ()


def test_the_policy_of_the_sandbox_is_one() -> None:
    assert parse(company.POLICY).home.account == company.HOME_ACCOUNT


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("30m", timedelta(minutes=30)),
        ("4h", timedelta(hours=4)),
        ("3d", timedelta(days=3)),
        ("2w", timedelta(weeks=2)),
        (" 12 h ", timedelta(hours=12)),
    ],
)
def test_a_duration_is_a_number_and_a_unit(text: str, meant: timedelta) -> None:
    assert parse(f'{LEAST}[rules]\ndecide_within = "{text}"').rules.decide_within == meant


@pytest.mark.parametrize("text", ['"0d"', '"3"', '"d"', '"-3d"', '"3 months"', '"1.5h"', '""', "3", "true", '"３d"'])
def test_what_is_no_duration_is_told_with_examples(text: str) -> None:
    with pytest.raises(PolicyError) as caught:
        parse(f"{LEAST}[rules]\nremind_after = {text}")
    (problem,) = caught.value.problems
    assert problem.startswith("line 6: [rules] remind_after: a duration is a number and a unit")
    assert '"4h"' in problem


IMAGES = """
[[images]]
match = "img-base0001"
owners = ["U0FIRST"]
[[images]]
match = "base-*"
owners = ["S0SECOND", "U0THIRD"]
approvals = 2
[[images]]
match = "exact"
owners = []
[[images]]
match = "v?.[0-9]"
owners = ["U0PATTERN"]
"""


@pytest.mark.parametrize(
    ("image_id", "name", "found"),
    [
        ("img-base0001", "base-2026", ("U0FIRST",)),
        ("img-base0002", "base-2026", ("S0SECOND", "U0THIRD")),
        ("img-base0002", "base-", ("S0SECOND", "U0THIRD")),
        ("img-base0002", "Base-2026", ()),
        ("img-base0002", "my-base-2026", ()),
        ("img-base0002", "exact", ()),
        ("img-base0002", "v1.7", ("U0PATTERN",)),
        ("img-base0002", "anything", ()),
    ],
)
def test_owners_are_those_of_the_first_rule_that_matches(image_id: str, name: str, found: tuple[str, ...]) -> None:
    assert owners(IMAGES, image_id=image_id, name=name) == found


def test_an_id_is_matched_against_the_id_and_not_as_a_pattern() -> None:
    assert owners('[[images]]\nmatch = "img-*"\nowners = ["U0ANY"]', image_id="img-1", name="other") == ()


TAGGED = '[rules]\nowner_tag = "slack-owner"\n[[images]]\nmatch = "base-*"\nowners = ["U0OWNER"]\n'


@pytest.mark.parametrize(
    ("tag", "found"),
    [
        ("U0TAG", ("U0OWNER", "U0TAG")),
        ("S0TAG", ("U0OWNER", "S0TAG")),
        ("U0OWNER", ("U0OWNER",)),
        ("lin@nimbus.example", ("U0OWNER", "lin@nimbus.example")),
        (" U0TAG ", ("U0OWNER", "U0TAG")),
        ("not an id", ("U0OWNER",)),
        ("lin@nimbus", ("U0OWNER",)),
        ("<lin@nimbus.example>", ("U0OWNER",)),
        ("", ("U0OWNER",)),
    ],
)
def test_a_tag_names_an_owner_too_where_the_policy_allows_it(tag: str, found: tuple[str, ...]) -> None:
    tagged = image(tags={"slack-owner": tag})
    assert parse(LEAST + TAGGED).owners_of(tagged) == found
    without = parse(LEAST + TAGGED.replace('owner_tag = "slack-owner"', ""))
    assert without.owners_of(tagged) == ("U0OWNER",)


def test_an_image_may_need_more_owners_than_the_rule_for_all() -> None:
    policy = parse(LEAST + "[rules]\napprovals = 4\n" + IMAGES)
    assert policy.approvals_for(image("img-base0002", "base-1")) == 2
    assert policy.approvals_for(image("img-base0001", "base-1")) == 4
    assert policy.approvals_for(image("img-x", "unmatched")) == 4


def test_accounts_are_known_by_name_and_by_id() -> None:
    policy = parse(company.POLICY)
    assert policy.account_names["data-team"] == "100012345678"
    assert (policy.name_of("100012345678"), policy.name_of("100099900001")) == ("data-team", None)
    assert policy.target("100012345678").name == "data-team"
    trust = [policy.trusts_as(role, account) for role in ("target", "source") for account in TRUST]
    assert trust == [True, True, False, False, True, False, True, False]


TRUST = ("100012345678", "100023456789", "100055500000", "100099900001")


def test_an_account_is_trusted_for_the_images_that_it_names_or_for_all() -> None:
    policy = parse(FULL)
    names = {name: policy.trusts_with(image(name=name), "100012345678") for name in ("nightly-1", "gpu-x", "base-1")}
    assert names == {"nightly-1": True, "gpu-x": True, "base-1": False}
    by_id = parse(FULL.replace('"gpu-*"', '"img-base0001"'))
    assert by_id.trusts_with(image("img-base0001", name="base-1"), "100012345678")
    for_all = parse(FULL.replace('images = ["nightly-*", "gpu-*"]', ""))
    assert for_all.trusts_with(image(name="base-1"), "100012345678")
    assert not for_all.trusts_with(image(name="base-1"), "100099900001")
    source = parse(FULL.replace('["target", "source"]', '["source"]'))
    assert not source.trusts_with(image(name="nightly-1"), "100012345678")


def test_owners_and_guardians_may_be_named_by_e_mail() -> None:
    policy = parse(FULL.replace("U0OWNER", "lin@nimbus.example").replace("U0SARA", "sara+x@a-b.nimbus.example"))
    assert policy.owners_of(image("img-6pb6lrmy")) == ("lin@nimbus.example",)
    assert policy.home.guardians == ("S0SECURITY", "sara+x@a-b.nimbus.example")


def test_ids_may_be_as_short_as_those_of_a_workspace_made_for_tests() -> None:
    policy = parse(FULL.replace("C0IMAGES", "C1").replace("U0OWNER", "U1").replace("S0SECURITY", "S1"))
    assert (policy.home.channel, policy.home.guardians[0]) == ("C1", "S1")
    assert policy.owners_of(image("img-6pb6lrmy")) == ("U1",)


def test_the_file_is_read_as_utf_8(tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    path.write_text("# 政策\n" + FULL, encoding="utf-8")
    assert load(path) == parse(FULL)


def test_a_policy_never_changes() -> None:
    with pytest.raises(Exception, match="frozen"):
        parse(LEAST).home.site = "international"


def test_every_setting_is_in_the_models_and_tried_here() -> None:
    """A setting that is added without a test of it is seen here."""
    sections = Policy.model_fields
    settings: set[str] = set()
    for name in ("home", "rules"):
        model = sections[name].annotation
        assert model is not None
        settings |= set(model.model_fields)
    written = set(re.findall(r"^(\w+) =", FULL, re.MULTILINE)) | {"findings"}
    assert settings | {"id", "name", "trusted_as", "images", "match", "owners", "reason_missing"} == written | {
        "images"
    }


def test_a_mark_that_an_editor_puts_before_a_file_is_none_of_it(tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    path.write_text(company.POLICY, encoding="utf-8-sig")
    assert load(path) == parse(company.POLICY)
