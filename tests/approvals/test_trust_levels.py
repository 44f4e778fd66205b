"""The policy's levels: an occasion for each finding that the policy can make stricter or milder."""

from __future__ import annotations

from datetime import timedelta

import pytest

from approvals.cloud import Room
from approvals.findings import CATALOGUE
from approvals.model import Action, Level
from approvals.policy import parse
from approvals.trust import judge
from approvals.trust_regions import Place
from bot.sandbox import company
from tests.approvals.fake_cloud import GUANGZHOU, SINGAPORE, image
from tests.approvals.house import DATA, GOLDEN, LAB, STRANGER
from tests.approvals.test_trust import SINCE, copied, facts, had, one

CHANGEABLE = sorted(code for code, known in CATALOGUE.items() if not known.fixed)

OCCASIONS = {
    "image_imported": facts(found=(image(source="EXTERNAL_IMPORT"),)),
    "image_creator_foreign": facts(found=(image(creator=STRANGER),)),
    "image_from_shared": facts(found=(image(tags={"built-from": STRANGER}),)),
    "image_origin_unknown": facts(found=(image(tags={"built-from": "?"}),)),
    "image_deprecated": facts(found=(image(deprecated=True),)),
    "target_not_for_image": facts(GOLDEN),
    "many_targets": facts(*map(str, range(11))),
    "first_share": facts(),
    "shares_used": facts(),
    "shared_already": facts(DATA, LAB, shared_with=had(DATA)),
    "not_shared": facts(DATA, LAB, action=Action.UNSHARE, shared_with=had(DATA)),
    "shared_elsewhere": facts(action=Action.UNSHARE, shared_with=had(DATA), staying={SINGAPORE: frozenset({DATA})}),
    "copy_needed": facts(regions=(SINGAPORE,), places=(Place(SINGAPORE, room=Room(0, 500)),)),
    "copy_under_way": facts(regions=(SINGAPORE,), places=(Place(SINGAPORE, under_way=True),)),
    "copy_used": facts(regions=(SINGAPORE,), places=(copied(LAB),)),
    "share_endless": facts(),
    "share_limited": facts(lasts=timedelta(days=90), limited=True),
    "share_extended": facts(
        DATA,
        shared_with=had(DATA),
        until=SINCE + timedelta(days=30),
        lasts=timedelta(days=30),
        lasting={(DATA, GUANGZHOU): SINCE + timedelta(days=7)},
    ),
    "reason_missing": facts(reason=""),
    "share_is_not_recall": facts(),
    "unshare_is_not_recall": facts(action=Action.UNSHARE, shared_with=had(DATA)),
    "lighthouse_unverified": facts(found=(image("lhbp-base0001"),), shared_with=None),
    "shares_cancelled": facts(action=Action.DELETE),
    "snapshots_kept": facts(action=Action.DELETE, found=(image(snapshots=("snap-1",)),)),
    "snapshots_deleted": facts(action=Action.DELETE, found=(image(snapshots=("snap-1",)),), snapshots=True),
}


@pytest.mark.parametrize("code", sorted(OCCASIONS))
def test_the_policy_decides_the_level_of_each_and_each_has_a_way_out(code: str) -> None:
    for level in Level:
        text = company.POLICY.replace('trusted_as = ["source"]', 'trusted_as = ["target"]\nimages = ["x"]')
        limit = "" if code == "share_endless" else "max_days = 90\n"
        rules = f'[rules]\nlineage_tag = "built-from"\n{limit}findings = {{ {code} = "{level}" }}\n'
        policy = parse(text.replace("[rules]\n", rules))
        finding = one(judge(OCCASIONS[code], policy), code)
        assert finding.level is level
        assert finding.remedy.endswith(".")


def test_there_is_an_occasion_for_each_level_that_can_be_changed() -> None:
    assert {*OCCASIONS, "owner_unknown"} == set(CHANGEABLE)
