"""Judging is total and pure: an answer to everything, the same each time, and nothing changed by it."""

from __future__ import annotations

import copy
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from approvals.cloud import Image
from approvals.model import Action, Level, Target
from approvals.policy import parse
from approvals.trust import Facts, judge, worse
from bot.sandbox import company

ACCOUNTS = [company.HOME_ACCOUNT, "100012345678", "100055500000", "100099900001"]

policies = st.sampled_from(["guardian", "refuse", "allow"]).map(
    lambda rule: parse(company.POLICY.replace('unknown_target = "guardian"', f'unknown_target = "{rule}"'))
)
images = st.builds(
    Image,
    image_id=st.sampled_from(["img-a", "img-b"]) | st.text(),
    name=st.text(),
    region=st.sampled_from([*company.REGIONS, ""]),
    kind=st.sampled_from(["PRIVATE_IMAGE", "SHARED_IMAGE", "PUBLIC_IMAGE", "MARKET_IMAGE", ""]),
    state=st.sampled_from(["NORMAL", "CREATING", ""]),
    creator=st.text(max_size=3),
    source=st.sampled_from(["CREATE_IMAGE", "EXTERNAL_IMPORT", "OFFICIAL", ""]),
    licence=st.sampled_from(["TencentCloud", "BYOL", ""]),
    whole_machine=st.booleans(),
)
targets = st.builds(Target, st.sampled_from(ACCOUNTS) | st.text(), st.none() | st.text())
moments = st.none() | st.datetimes(timezones=st.just(UTC))
shares = st.dictionaries(st.sampled_from(ACCOUNTS) | st.text(), moments)
some_facts = st.builds(
    Facts,
    action=st.sampled_from(Action),
    image_ref=st.text(),
    region=st.sampled_from(["", *company.REGIONS]) | st.text(),
    targets=st.lists(targets, max_size=6, unique_by=lambda target: target.account).map(tuple),
    reason=st.text(),
    home=st.just(company.HOME_ACCOUNT),
    found=st.lists(images, max_size=3).map(tuple),
    shared_with=st.none() | shares | st.just({str(number): datetime(2026, 1, 1, tzinfo=UTC) for number in range(500)}),
)


@given(facts=some_facts, policy=policies)
@settings(deadline=None)
def test_every_fact_is_judged_the_same_each_time_and_left_as_it_was(facts: Facts, policy: object) -> None:
    before = copy.deepcopy(facts)
    assert judge(facts, policy) == judge(facts, policy)  # type: ignore[arg-type]  # a strategy is untyped
    assert facts == before


@given(facts=some_facts, policy=policies)
@settings(deadline=None)
def test_without_an_image_it_is_blocked_and_each_block_says_what_to_do(facts: Facts, policy: object) -> None:
    judgement = judge(facts, policy)  # type: ignore[arg-type]  # as above
    assert judgement.image is not None or judgement.blocked
    for finding in judgement.findings:
        assert finding.code.replace("_", "").islower()
        assert finding.text.endswith(".")
        assert finding.remedy or finding.level is not Level.BLOCK


@given(facts=some_facts, policy=policies)
@settings(deadline=None)
def test_what_is_not_blocked_leaves_something_to_do_with_an_image_of_ours(facts: Facts, policy: object) -> None:
    judgement = judge(facts, policy)  # type: ignore[arg-type]  # as above
    if judgement.blocked or facts.shared_with is None:
        return
    assert judgement.image is not None
    assert judgement.image.kind == "PRIVATE_IMAGE"
    assert judgement.settled < {target.account for target in facts.targets}


@given(before=some_facts, now=some_facts, policy=policies)
@settings(deadline=None)
def test_what_is_worse_is_new_and_weighs(before: Facts, now: Facts, policy: object) -> None:
    seen, found = judge(before, policy).findings, judge(now, policy).findings  # type: ignore[arg-type]  # as above
    for finding in worse(seen, found):
        assert finding in found
        assert finding not in seen
        assert finding.level is not Level.NOTE
    assert worse(found, found) == ()
