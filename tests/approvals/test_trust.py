"""The checks: each finding comes where it should and only there."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from approvals.cloud import LIGHTHOUSE, MAX_SHARES, Image, Room
from approvals.model import Action, Finding, Level, Target
from approvals.policy import Policy, parse
from approvals.trust import Judgement, judge, worse
from approvals.trust_facts import Facts
from approvals.trust_regions import Place
from bot.sandbox import company
from tests.approvals.fake_cloud import GUANGZHOU, SINGAPORE, image
from tests.approvals.house import DATA, GOLDEN, LAB, STRANGER

POLICY = parse(company.POLICY)
SINCE = datetime(2026, 1, 9, 12, tzinfo=UTC)


def facts(*targets: str, found: tuple[Image, ...] = (image(),), **fields: object) -> Facts:
    usual: dict[str, object] = {
        "action": Action.SHARE,
        "image_ref": "base-2026",
        "regions": (),
        "targets": tuple(POLICY.target(account) for account in targets or (DATA,)),
        "reason": "nightly build",
        "home": company.HOME_ACCOUNT,
        "found": found,
        "shared_with": {},
    }
    return Facts(**{**usual, **fields})  # type: ignore[arg-type]  # fields as a test names them


def with_rules(*lines: str) -> Policy:
    return parse(company.POLICY.replace("[rules]\n", "\n".join(["[rules]", *lines, ""])))


def had(*accounts: str) -> dict[str, datetime | None]:
    return dict.fromkeys(accounts, SINCE)


def copied(*accounts: str) -> Place:
    """A copy of ours in Singapore that those have."""
    return Place(
        SINGAPORE, copy=image("img-copy0001", "base-2026-r7-abc", region=SINGAPORE), shared_with=had(*accounts)
    )


def codes(judgement: Judgement, level: Level | None = None) -> set[str]:
    return {finding.code for finding in judgement.findings if level in (None, finding.level)}


def one(judgement: Judgement, code: str) -> Finding:
    (finding,) = [finding for finding in judgement.findings if finding.code == code]
    return finding


def test_a_share_that_nothing_speaks_against_has_only_notes() -> None:
    judgement = judge(facts(DATA, LAB), POLICY)
    assert codes(judgement) == {"share_is_not_recall", "shares_used", "share_endless", "first_share"}
    assert not judgement.blocked
    assert not judgement.needs_guardian
    assert one(judgement, "shares_used").text == "0 of 500 shares used."


def test_an_unshare_that_nothing_speaks_against_has_only_a_note() -> None:
    judgement = judge(facts(action=Action.UNSHARE, shared_with=had(DATA, LAB)), POLICY)
    assert codes(judgement) == {"unshare_is_not_recall"}
    assert not judgement.blocked


BLOCKS = [
    ("image_not_found", facts(found=(), shared_with=None)),
    ("region_unknown", facts(regions=("ap-tokyo",), places=(Place("ap-tokyo", known=False),))),
    ("region_quota_used_up", facts(regions=(SINGAPORE,), places=(Place(SINGAPORE, room=Room(500, 500)),))),
    ("nothing_to_do", facts(regions=(SINGAPORE,), places=(copied(DATA),))),
    ("nothing_to_do", facts(regions=(SINGAPORE,), action=Action.UNSHARE, places=(Place(SINGAPORE),))),
    ("shares_used_up", facts(regions=(SINGAPORE,), places=(copied(*map(str, range(MAX_SHARES))),))),
    ("image_ambiguous", facts(found=(image(), image("img-base0002")))),
    ("image_ambiguous", facts(found=(image(), image("img-base0002", region=SINGAPORE)))),
    ("image_shared_with_us", facts(found=(image(kind="SHARED_IMAGE", creator=GOLDEN),), shared_with=None)),
    ("image_public", facts(found=(image(kind="PUBLIC_IMAGE"),), shared_with=None)),
    ("image_not_ours", facts(found=(image(kind="MARKET_IMAGE"),), shared_with=None)),
    ("image_not_ready", facts(found=(image(state="CREATING"),))),
    ("image_byol", facts(found=(image(licence="BYOL"),))),
    ("image_whole_machine", facts(found=(image(whole_machine=True),))),
    ("target_is_home", facts(DATA, company.HOME_ACCOUNT)),
    ("nothing_to_do", facts(DATA, shared_with=had(DATA))),
    ("nothing_to_do", facts(DATA, action=Action.UNSHARE)),
    ("shares_used_up", facts(DATA, LAB, shared_with=had(*map(str, range(MAX_SHARES - 1))))),
    ("image_not_ours", facts(found=(image(kind="SHARED_IMAGE"),), action=Action.UNSHARE, shared_with=None)),
    ("image_not_ours", facts(found=(image(kind="PUBLIC_IMAGE"),), action=Action.UNSHARE, shared_with=None)),
]


@pytest.mark.parametrize(("code", "given"), BLOCKS)
def test_what_blocks_does_so_alone_and_says_the_way_out(code: str, given: Facts) -> None:
    judgement = judge(given, POLICY)
    assert judgement.blocked
    assert codes(judgement, Level.BLOCK) == {code}
    assert one(judgement, code).text.endswith(".")
    assert one(judgement, code).remedy.endswith(".")


def test_every_block_says_whom_or_what_it_is_about() -> None:
    said = {code: one(judge(given, POLICY), code).text for code, given in BLOCKS}
    assert said["image_not_found"] == "there is no image base-2026 in any of our regions."
    assert said["region_unknown"] == "ap-tokyo is not one of our regions."
    assert "all 500 images that can be there" in said["region_quota_used_up"]
    assert said["image_ambiguous"].count("img-base000") == 2
    assert f"shared with us by {GOLDEN}" in said["image_shared_with_us"]
    assert "state CREATING" in said["image_not_ready"]
    assert said["target_is_home"].startswith(company.HOME_ACCOUNT)
    assert "499 accounts, and 2 more" in said["shares_used_up"]


def test_a_named_region_tells_two_of_one_name_apart() -> None:
    twins = (image(), image("img-base0002", region=SINGAPORE))
    judgement = judge(facts(found=twins, regions=(SINGAPORE,)), POLICY)
    assert judgement.image == twins[1]


def test_ours_comes_before_others_of_its_name() -> None:
    foreign = image("img-evil0001", kind="SHARED_IMAGE", creator=STRANGER)
    for found in ((image(), foreign), (foreign, image())):
        assert judge(facts(found=found), POLICY).image == image()


def test_what_is_public_or_shared_with_us_is_not_also_not_ready() -> None:
    judgement = judge(facts(found=(image(kind="SHARED_IMAGE", state="CREATING"),), shared_with=None), POLICY)
    assert codes(judgement, Level.BLOCK) == {"image_shared_with_us"}


def test_an_image_can_be_blocked_for_several_reasons_at_once() -> None:
    given = facts(found=(image(state="CREATING", licence="BYOL", whole_machine=True),))
    assert codes(judge(given, POLICY), Level.BLOCK) == {"image_not_ready", "image_byol", "image_whole_machine"}


def test_an_unshare_is_possible_whatever_keeps_the_image_from_being_shared() -> None:
    odd = image(state="CREATING", licence="BYOL", whole_machine=True, source="EXTERNAL_IMPORT")
    judgement = judge(facts(found=(odd,), action=Action.UNSHARE, shared_with=had(DATA)), POLICY)
    assert not judgement.blocked
    assert not judgement.needs_guardian


def test_an_unshare_from_an_account_that_nobody_knows_needs_no_guardian() -> None:
    judgement = judge(facts(STRANGER, action=Action.UNSHARE, shared_with=had(STRANGER)), POLICY)
    assert codes(judgement) == {"unshare_is_not_recall"}


@pytest.mark.parametrize(("rule", "level"), [("guardian", Level.WARN), ("refuse", Level.BLOCK), ("allow", Level.NOTE)])
@pytest.mark.parametrize("account", [STRANGER, GOLDEN])
def test_an_unknown_target_is_judged_by_the_rule_of_the_policy(rule: str, level: Level, account: str) -> None:
    policy = parse(company.POLICY.replace('unknown_target = "guardian"', f'unknown_target = "{rule}"'))
    finding = one(judge(facts(DATA, account), policy), "target_unknown")
    assert finding.level is level
    assert account in finding.text
    assert finding.text.endswith(", and the policy refuses those.") is (level is Level.BLOCK)


def test_each_unknown_target_is_named() -> None:
    judgement = judge(facts(STRANGER, "100099900002"), POLICY)
    assert [finding.text for finding in judgement.findings if finding.code == "target_unknown"] == [
        "100099900001 is not a known account.",
        "100099900002 is not a known account.",
    ]
    assert judgement.needs_guardian


def test_an_account_that_is_known_as_a_source_only_is_not_trusted_as_a_target() -> None:
    text = one(judge(facts(GOLDEN), POLICY), "target_unknown").text
    assert text == f"golden-images ({GOLDEN}) is not trusted as a target."


def test_an_imported_image_needs_a_guardian() -> None:
    judgement = judge(facts(found=(image(source="EXTERNAL_IMPORT"),)), POLICY)
    assert codes(judgement, Level.WARN) == {"image_imported"}
    assert judgement.needs_guardian


def test_a_missing_reason_is_noted() -> None:
    assert one(judge(facts(reason=""), POLICY), "reason_missing").level is Level.NOTE


def test_the_last_place_can_be_used_and_no_more() -> None:
    nearly = had(*map(str, range(MAX_SHARES - 1)))
    assert one(judge(facts(DATA, shared_with=nearly), POLICY), "shares_used").text == "499 of 500 shares used."
    assert judge(facts(DATA, LAB, shared_with=nearly), POLICY).blocked
    assert not judge(facts(DATA, LAB, shared_with=had(LAB, *list(nearly)[1:])), POLICY).blocked


def test_the_last_place_of_a_copy_can_be_used_and_no_more() -> None:
    nearly = copied(*map(str, range(MAX_SHARES - 1)))
    assert not judge(facts(DATA, regions=(SINGAPORE,), places=(nearly,)), POLICY).blocked
    assert judge(facts(DATA, LAB, regions=(SINGAPORE,), places=(nearly,)), POLICY).blocked


def test_what_lighthouse_has_takes_no_place_of_a_copy() -> None:
    full = copied(*map(str, range(MAX_SHARES)))
    offered = judge(facts(LIGHTHOUSE, regions=(SINGAPORE,), places=(full,), uses_lighthouse=True), POLICY)
    assert "shares_used_up" not in codes(offered)
    nearly = copied(LIGHTHOUSE, *map(str, range(MAX_SHARES - 1)))
    last = judge(facts(DATA, regions=(SINGAPORE,), places=(nearly,), uses_lighthouse=True), POLICY)
    assert "499 of 500 shares used" in one(last, "copy_used").text


def test_of_an_image_of_lighthouses_no_room_is_told() -> None:
    given = facts(found=(image("lhbp-0000aaaa"),), shared_with={}, uses_lighthouse=True)
    assert "shares_used" not in codes(judge(given, POLICY))
    assert "shares_used" in codes(judge(facts(), POLICY))


@pytest.mark.parametrize("asked", [True, False])
def test_what_lighthouse_has_is_settled_where_it_was_asked(asked: bool) -> None:
    given = facts(LIGHTHOUSE, shared_with={LIGHTHOUSE: None}, uses_lighthouse=asked)
    assert judge(given, POLICY).settled == ({(LIGHTHOUSE, GUANGZHOU)} if asked else set())


@pytest.mark.parametrize(("used", "code"), [(True, "image_not_found"), (False, "lighthouse_off")])
def test_an_image_of_lighthouses_that_is_not_there_is_told_as_such(used: bool, code: str) -> None:
    given = facts(found=(), image_ref="lhbp-missing1", shared_with=None, uses_lighthouse=used)
    assert code in codes(judge(given, POLICY), Level.BLOCK)


@pytest.mark.parametrize("having", [(), (DATA,)])
def test_that_a_deletion_recalls_nothing_is_told_where_somebody_has_it(having: tuple[str, ...]) -> None:
    given = replace(facts(action=Action.DELETE), targets=tuple(map(POLICY.target, having)), shared_with=had(*having))
    assert ("unshare_is_not_recall" in codes(judge(given, POLICY))) is bool(having)


def test_those_who_have_it_are_settled_and_told() -> None:
    judgement = judge(facts(DATA, LAB, shared_with=had(DATA)), POLICY)
    assert judgement.settled == {(DATA, GUANGZHOU)}
    assert one(judgement, "shared_already").text == "data-team has it already."
    back = judge(facts(DATA, LAB, action=Action.UNSHARE, shared_with=had(DATA)), POLICY)
    assert back.settled == {(LAB, GUANGZHOU)}
    assert one(back, "not_shared").text == "partner-lab does not have it."


def test_who_keeps_it_in_another_region_is_told() -> None:
    staying = {SINGAPORE: frozenset({DATA, STRANGER}), "ap-tokyo": frozenset({STRANGER})}
    back = judge(facts(DATA, LAB, action=Action.UNSHARE, shared_with=had(DATA, LAB), staying=staying), POLICY)
    told = one(back, "shared_elsewhere")
    assert told.text == f"data-team has it in {SINGAPORE}, and would keep it there."
    assert told.remedy == f"To take it back there, say: in {SINGAPORE}."
    nothing = judge(facts(DATA, STRANGER, action=Action.UNSHARE, shared_with={}, staying=staying), POLICY)
    assert one(nothing, "nothing_to_do").text == f"data-team and {STRANGER} do not have base-2026 in {GUANGZHOU}."
    told = one(nothing, "shared_elsewhere")
    assert told.text == f"data-team and {STRANGER} have it in {SINGAPORE} and ap-tokyo, and would keep it there."
    assert "shared_elsewhere" not in codes(judge(facts(LAB, action=Action.UNSHARE, staying=staying), POLICY))


def test_who_keeps_it_in_another_region_is_told_where_it_is_taken_from_everybody_in_one() -> None:
    given = facts(action=Action.UNSHARE, everyone=True, regions=(GUANGZHOU,), shared_with=had(DATA))
    staying = {SINGAPORE: frozenset({LAB})}
    told = one(judge(replace(given, staying=staying), POLICY), "shared_elsewhere")
    assert told.text == f"partner-lab has it in {SINGAPORE}, and would keep it there."


def test_where_all_have_it_the_day_is_told_and_many_are_not_listed() -> None:
    assert one(judge(facts(DATA, shared_with=had(DATA)), POLICY), "nothing_to_do").text == (
        "data-team has base-2026 already (since 9 Jan 2026)."
    )
    several = [DATA, LAB, STRANGER, "100099900002", "100099900003"]
    text = one(judge(facts(*several, shared_with=had(*several)), POLICY), "nothing_to_do").text
    assert text.startswith("data-team, partner-lab, 100099900001 and 2 more have base-2026 already")


def test_where_nobody_knows_since_when_no_day_is_told() -> None:
    judgement = judge(facts(DATA, shared_with={DATA: None}), POLICY)
    assert one(judgement, "nothing_to_do").text == "data-team has base-2026 already."


def test_findings_come_in_the_order_of_their_weight() -> None:
    given = facts(STRANGER, company.HOME_ACCOUNT, found=(image(source="EXTERNAL_IMPORT"),), reason="")
    levels = [finding.level for finding in judge(given, POLICY).findings]
    assert levels == sorted(levels, key=[Level.BLOCK, Level.WARN, Level.NOTE].index)
    assert set(levels) == set(Level)


def found_for(given: Facts, policy: Policy = POLICY) -> tuple[Finding, ...]:
    return judge(given, policy).findings


def test_what_everybody_saw_is_not_worse() -> None:
    for given in (facts(), facts(STRANGER), facts(STRANGER, found=(image(source="EXTERNAL_IMPORT"),))):
        assert worse(found_for(given), found_for(given)) == ()


def test_what_nobody_saw_is_worse_where_it_blocks_or_warns() -> None:
    before = found_for(facts(DATA))
    blocked = worse(before, found_for(facts(DATA, found=(image(state="SYNCING"),))))
    assert [finding.code for finding in blocked] == ["image_not_ready"]
    warned = worse(before, found_for(facts(DATA, found=(image(source="EXTERNAL_IMPORT"),))))
    assert [finding.code for finding in warned] == ["image_imported"]
    assert worse(before, found_for(facts(DATA, reason="", shared_with=had(LAB)))) == ()


def test_another_unknown_account_is_worse_than_the_one_that_was_seen() -> None:
    seen = found_for(facts(STRANGER))
    assert [one.text for one in worse(seen, found_for(facts(STRANGER, "100099900002")))] == [
        "100099900002 is not a known account."
    ]


def test_a_note_that_became_a_warning_is_worse() -> None:
    lax = parse(company.POLICY.replace('unknown_target = "guardian"', 'unknown_target = "allow"'))
    assert [finding.level for finding in worse(found_for(facts(STRANGER), lax), found_for(facts(STRANGER)))] == [
        Level.WARN
    ]


def test_that_all_is_done_already_is_not_worse() -> None:
    assert worse(found_for(facts(DATA)), found_for(facts(DATA, shared_with=had(DATA)))) == ()
    share = facts(DATA, action=Action.UNSHARE, shared_with=had(DATA))
    assert worse(found_for(share), found_for(replace(share, shared_with={}))) == ()


def test_what_got_better_is_not_worse() -> None:
    before = found_for(facts(STRANGER, found=(image(source="EXTERNAL_IMPORT"),)))
    assert worse(before, found_for(facts(DATA))) == ()


def test_a_new_name_of_the_image_or_of_an_account_is_not_worse() -> None:
    odd = {"source": "EXTERNAL_IMPORT", "creator": STRANGER}
    before = found_for(facts(STRANGER, found=(image(**odd),)))
    renamed = facts(found=(image(name="renamed", **odd),), targets=(Target(STRANGER, "newcomer"),))
    assert {one.code for one in found_for(renamed)} >= {"image_imported", "image_creator_foreign", "target_unknown"}
    assert "newcomer" in one(judge(renamed, POLICY), "target_unknown").text
    assert worse(before, found_for(renamed)) == ()


def test_a_warning_that_became_a_block_is_worse() -> None:
    given = facts(found=(image(source="EXTERNAL_IMPORT"),))
    strict = with_rules('findings = { image_imported = "block" }')
    assert [one.level for one in worse(found_for(given), found_for(given, strict))] == [Level.BLOCK]


# what is in the image, and who made it


def test_an_image_that_others_created_needs_a_guardian_unless_they_are_ours() -> None:
    sub_account = "100000000011"
    given = facts(found=(image(creator=sub_account),))
    finding = one(judge(given, POLICY), "image_creator_foreign")
    assert (finding.level, sub_account in finding.text) == (Level.WARN, True)
    ours = parse(company.POLICY.replace("admins =", f'creators = ["{sub_account}"]\nadmins ='))
    assert "image_creator_foreign" not in codes(judge(given, ours))
    assert "image_creator_foreign" not in codes(judge(facts(found=(image(creator=""),)), POLICY))


def test_a_deprecated_image_is_noted() -> None:
    assert one(judge(facts(found=(image(deprecated=True),)), POLICY), "image_deprecated").level is Level.NOTE


LINEAGE = with_rules('lineage_tag = "built-from"')
GOLD = image("img-gold0001", name="golden-rhel", kind="SHARED_IMAGE", creator=GOLDEN)
MYSTERY = image("img-myst0001", name="mystery", kind="SHARED_IMAGE", creator=STRANGER)


def made_from(tag: str, origin: Image | None = None, policy: Policy = LINEAGE) -> set[str]:
    given = facts(found=(image(tags={"built-from": tag}),), origin=origin, shared_before=frozenset({DATA}))
    return codes(judge(given, policy)) - {"share_is_not_recall", "share_endless", "shares_used"}


def test_what_it_was_made_from_is_judged_by_whose_that_is() -> None:
    assert made_from("img-gold0001", GOLD) == set()
    assert made_from("img-base0007", image("img-base0007")) == set()
    assert made_from("img-pub00001", image("img-pub00001", kind="PUBLIC_IMAGE", creator="")) == set()
    assert made_from("img-myst0001", MYSTERY) == {"image_from_shared"}
    assert made_from("img-gone0001") == {"image_origin_unknown"}
    assert made_from("whatever") == {"image_origin_unknown"}
    assert (made_from(GOLDEN), made_from(STRANGER)) == (set(), {"image_from_shared"})
    assert made_from(company.HOME_ACCOUNT) == set()


def test_what_somebody_unknown_shared_with_us_is_no_trusted_source() -> None:
    odd = image("img-myst0001", name="mystery", kind="SHARED_IMAGE", creator="")
    assert made_from("img-myst0001", odd) == {"image_from_shared"}
    given = facts(found=(image(tags={"built-from": "img-myst0001"}),), origin=odd)
    assert one(judge(given, LINEAGE), "image_from_shared").text == (
        "base-2026 was made from mystery (img-myst0001) that was shared with us, and the cloud doesn't tell by whom."
    )


def test_without_a_tag_or_a_rule_for_it_nobody_says_what_it_was_made_from() -> None:
    assert made_from("") == set()
    assert made_from("img-myst0001", MYSTERY, POLICY) == set()


# with whom


def test_an_account_that_is_trusted_for_other_images_needs_a_guardian() -> None:
    policy = parse(company.POLICY.replace('name = "data-team"', 'name = "data-team"\nimages = ["gpu-*"]'))
    finding = one(judge(facts(DATA, LAB), policy), "target_not_for_image")
    assert (finding.level, finding.about) == (Level.WARN, DATA)
    assert finding.text == f"data-team ({DATA}) is trusted as a target, but not for base-2026."
    assert "target_not_for_image" not in codes(judge(facts(DATA, found=(image(name="gpu-1"),)), policy))


def test_more_accounts_at_once_than_the_policy_says_need_a_guardian() -> None:
    policy = with_rules("many_targets = 2")
    many = (DATA, LAB, STRANGER)
    assert one(judge(facts(*many), policy), "many_targets").text.startswith("3 accounts would get it at once")
    assert "many_targets" not in codes(judge(facts(*many, shared_with=had(DATA)), policy))
    assert "many_targets" not in codes(judge(facts(*many), POLICY))


def test_the_first_share_ever_with_an_account_is_noted() -> None:
    known = frozenset({DATA})
    assert "first_share" not in codes(judge(facts(DATA, shared_before=known), POLICY))
    finding = one(judge(facts(DATA, LAB, STRANGER, shared_before=known), POLICY), "first_share")
    assert finding.text == (f"By the record it would be the first image that we share with partner-lab and {STRANGER}.")
    assert "first_share" not in codes(judge(facts(DATA, LAB, shared_before=known, shared_with=had(LAB)), POLICY))


def test_targets_are_named_by_the_policy_where_it_knows_them() -> None:
    assert POLICY.target(DATA) == Target(DATA, "data-team")


@pytest.mark.parametrize(
    ("accounts", "said"),
    [
        ((DATA,), "data-team."),
        ((DATA, LAB), "data-team and partner-lab."),
        ((DATA, LAB, STRANGER), f"data-team, partner-lab and {STRANGER}."),
        ((DATA, LAB, STRANGER, GOLDEN), f"data-team, partner-lab, {STRANGER} and 1 more."),
    ],
)
def test_three_accounts_are_named_and_the_others_counted(accounts: tuple[str, ...], said: str) -> None:
    assert one(judge(facts(*accounts), POLICY), "first_share").text.endswith(f" that we share with {said}")


@pytest.mark.parametrize(
    ("number", "named"),
    [
        (1, "snapshot snap-1"),
        (2, "snapshots snap-1, snap-2"),
        (3, "snapshots snap-1, snap-2, snap-3"),
        (4, "snapshots snap-1, snap-2, snap-3 and 1 more"),
    ],
)
def test_three_snapshots_are_named_and_the_others_counted(number: int, named: str) -> None:
    held = image(snapshots=tuple(f"snap-{one}" for one in range(1, number + 1)))
    told = judge(facts(action=Action.DELETE, found=(held,), snapshots=True), POLICY)
    assert one(told, "snapshots_deleted").text == (
        f"With it its {named} would go: nothing is left to make it from again."
    )


def test_a_deletion_of_a_copy_alone_is_told_as_that() -> None:
    held = image("img-copy0001", region=SINGAPORE, snapshots=("snap-1",))
    given = facts(action=Action.DELETE, places=(Place(SINGAPORE, copy=held),), shared_with=had(DATA), snapshots=True)
    told = judge(replace(given, regions=(SINGAPORE,), targets=()), POLICY)
    assert one(told, "deletion_is_final").text.startswith(f"base-2026 is gone for good in {SINGAPORE} then;")
    assert one(told, "shares_cancelled").text == f"Nobody else has base-2026 in {SINGAPORE}."
    assert one(told, "snapshots_deleted").text == "With the copy its snapshot snap-1 would go."
    both = judge(replace(given, regions=(GUANGZHOU, SINGAPORE)), POLICY)
    assert one(both, "snapshots_deleted").text.endswith("would go: nothing is left to make it from again.")


@pytest.mark.parametrize(("state", "way_out"), [("CREATEFAILED", "Make it anew"), ("CREATING", "Ask again when")])
def test_what_never_will_be_ready_is_not_to_be_waited_for(state: str, way_out: str) -> None:
    assert one(judge(facts(found=(image(state=state),)), POLICY), "image_not_ready").remedy.startswith(way_out)


@pytest.mark.parametrize(
    ("kind", "creator", "code", "said"),
    [
        ("SHARED_IMAGE", GOLDEN, "image_shared_with_us", f"was shared with us by {GOLDEN}, and only its owner"),
        ("SHARED_IMAGE", "", "image_shared_with_us", "was shared with us by another account, and only its owner"),
        ("PUBLIC_IMAGE", "", "image_public", "is a public image of the vendor."),
        ("MARKET_IMAGE", "", "image_not_ours", "is not a custom image of ours."),
    ],
)
def test_only_what_is_ours_is_deleted(kind: str, creator: str, code: str, said: str) -> None:
    judgement = judge(facts(action=Action.DELETE, found=(image(kind=kind, creator=creator),)), POLICY)
    assert codes(judgement) == {code}
    assert said in one(judgement, code).text


@pytest.mark.parametrize(("having", "said"), [((DATA,), "data-team loses it:"), ((DATA, LAB), "partner-lab lose it:")])
def test_who_loses_what_is_deleted_is_told(having: tuple[str, ...], said: str) -> None:
    given = facts(*having, action=Action.DELETE, shared_with=had(*having))
    assert said in one(judge(given, POLICY), "shares_cancelled").text
    assert not {"snapshots_kept", "snapshots_deleted"} & codes(judge(given, POLICY))
