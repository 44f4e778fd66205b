"""Judging is total and pure: an answer to everything, the same each time, and nothing changed by it."""

from __future__ import annotations

import copy
from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from approvals.cloud import Image, Room
from approvals.findings import CATALOGUE
from approvals.model import Action, Level, Target
from approvals.policy import Policy, parse
from approvals.trust import judge, worse
from approvals.trust_facts import Facts
from approvals.trust_regions import Place
from bot.sandbox import company

ACCOUNTS = [company.HOME_ACCOUNT, "100012345678", "100055500000", "100099900001"]

CHANGEABLE = sorted(code for code, known in CATALOGUE.items() if not known.fixed)


def a_policy(rule: str, levels: dict[str, Level], many: int) -> Policy:
    rules = "\n".join(
        [f'unknown_target = "{rule}"', f"many_targets = {many}", 'lineage_tag = "from"', "[rules.findings]"]
        + [f'{code} = "{level}"' for code, level in levels.items()]
    )
    text = company.POLICY.replace('unknown_target = "guardian"', "").replace("[rules]", "[first]")
    settings_of_rules = text[text.index("[first]") + len("[first]") : text.index("[[accounts]]")]
    return parse(text.replace("[first]" + settings_of_rules, f"[rules]{settings_of_rules}{rules}\n"))


policies = st.builds(
    a_policy,
    st.sampled_from(["guardian", "refuse", "allow"]),
    st.dictionaries(st.sampled_from(CHANGEABLE), st.sampled_from(Level), max_size=4),
    st.integers(1, 4),
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
    deprecated=st.booleans(),
    tags=st.dictionaries(st.just("from"), st.sampled_from(["img-a", "100055500000", "100099900001"]) | st.text()),
)
targets = st.builds(Target, st.sampled_from(ACCOUNTS) | st.text(), st.none() | st.text())
moments = st.none() | st.datetimes(timezones=st.just(UTC))
shares = st.dictionaries(st.sampled_from(ACCOUNTS) | st.text(), moments)
places = st.builds(
    Place,
    st.sampled_from(company.REGIONS) | st.text(),
    known=st.booleans(),
    copy=st.none() | images,
    shared_with=shares,
    under_way=st.booleans(),
    room=st.none() | st.builds(Room, st.integers(0, 600), st.integers(0, 600)),
)
actions = st.sampled_from([one for one in Action if not (one.is_about_source or one.is_drift)])
any_facts = st.builds(
    Facts,
    action=actions,
    image_ref=st.text(),
    regions=st.lists(st.sampled_from(company.REGIONS) | st.text(), max_size=3, unique=True).map(tuple),
    targets=st.lists(targets, max_size=6, unique_by=lambda target: target.account).map(tuple),
    reason=st.text(),
    home=st.just(company.HOME_ACCOUNT),
    found=st.lists(images, max_size=3).map(tuple),
    shared_with=st.none() | shares | st.just({str(number): datetime(2026, 1, 1, tzinfo=UTC) for number in range(500)}),
    origin=st.none() | images,
    shared_before=st.frozensets(st.sampled_from(ACCOUNTS)),
    places=st.lists(places, max_size=3, unique_by=lambda place: place.region).map(tuple),
    everyone=st.booleans(),
    snapshots=st.booleans(),
)
HOME_REGION, ELSEWHERE = company.REGIONS[:2]
OURS = Image("img-a", "base", HOME_REGION, "PRIVATE_IMAGE", "NORMAL", company.HOME_ACCOUNT, "CREATE_IMAGE")
some_accounts = st.sampled_from(ACCOUNTS[1:])
usual_facts = st.builds(
    Facts,
    action=actions,
    image_ref=st.just("img-a"),
    regions=st.sampled_from([(), (HOME_REGION,), (HOME_REGION, ELSEWHERE), (ELSEWHERE,)]),
    targets=st.lists(some_accounts.map(Target), min_size=1, unique=True).map(tuple),
    reason=st.just("x"),
    home=st.just(company.HOME_ACCOUNT),
    found=st.just((OURS,)),
    shared_with=st.dictionaries(some_accounts, moments),
    shared_before=st.frozensets(some_accounts),
    places=st.builds(
        Place,
        st.just(ELSEWHERE),
        copy=st.none() | st.just(replace(OURS, image_id="img-b", region=ELSEWHERE)),
        shared_with=st.dictionaries(some_accounts, moments),
        room=st.just(Room(3, 10)),
    ).map(lambda place: (place,)),
    everyone=st.booleans(),
    snapshots=st.booleans(),
)
some_facts = any_facts | usual_facts


@given(facts=some_facts, policy=policies)
def test_every_fact_is_judged_the_same_each_time_and_left_as_it_was(facts: Facts, policy: Policy) -> None:
    before = copy.deepcopy(facts)
    assert judge(facts, policy) == judge(facts, policy)
    assert facts == before


@given(facts=some_facts, policy=policies)
def test_without_an_image_it_is_blocked_and_each_block_says_what_to_do(facts: Facts, policy: Policy) -> None:
    judgement = judge(facts, policy)
    assert judgement.image is not None or judgement.blocked
    for finding in judgement.findings:
        assert finding.text.endswith(".")
        assert finding.remedy.endswith(".")


@given(facts=some_facts, policy=policies)
def test_what_is_not_blocked_leaves_something_to_do_with_an_image_of_ours(facts: Facts, policy: Policy) -> None:
    judgement = judge(facts, policy)
    if judgement.blocked or facts.shared_with is None:
        return
    assert judgement.image is not None
    assert judgement.image.kind == "PRIVATE_IMAGE"
    if facts.action is Action.DELETE:
        assert judgement.needs_guardian
        return
    if facts.everyone and facts.action is Action.UNSHARE:
        assert judgement.affected
        return
    everywhere = {(target.account, region) for target in facts.targets for region in facts.wanted_regions}
    assert judgement.settled < everywhere


@given(facts=some_facts, policy=policies)
def test_every_finding_is_in_the_catalogue_at_a_level_that_it_may_have(facts: Facts, policy: Policy) -> None:
    for finding in judge(facts, policy).findings:
        known = CATALOGUE[finding.code]
        if finding.code == "target_unknown":
            assert (
                finding.level.value
                == {"refuse": "block", "guardian": "warn", "allow": "note"}[policy.rules.unknown_target]
            )
        else:
            assert finding.level is (
                known.level if known.fixed else policy.rules.findings.get(finding.code, known.level)
            )


@given(facts=some_facts, policy=policies, name=st.text())
def test_a_new_name_makes_nothing_worse(facts: Facts, policy: Policy, name: str) -> None:
    renamed = replace(
        facts,
        found=tuple(replace(image, name=name) for image in facts.found),
        targets=tuple(replace(target, name=name) for target in facts.targets),
    )
    assert worse(judge(facts, policy).findings, judge(renamed, policy).findings) == ()


@given(before=some_facts, now=some_facts, policy=policies)
def test_what_is_worse_is_new_and_weighs(before: Facts, now: Facts, policy: Policy) -> None:
    seen, found = judge(before, policy).findings, judge(now, policy).findings
    for finding in worse(seen, found):
        assert finding in found
        assert finding not in seen
        assert finding.level is not Level.NOTE
    assert worse(found, found) == ()
