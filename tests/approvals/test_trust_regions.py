"""The checks about other regions: which copy serves, whether there is room for one, where nothing is left to do."""

from __future__ import annotations

from dataclasses import replace

from approvals.cloud import Room
from approvals.trust import judge
from approvals.trust_regions import Place
from tests.approvals.fake_cloud import GUANGZHOU, SINGAPORE, image
from tests.approvals.house import DATA, LAB
from tests.approvals.test_trust import POLICY, codes, copied, facts, had, one


def test_an_image_of_ours_elsewhere_is_copied_rather_than_a_strangers_of_that_name_taken() -> None:
    strangers = image("img-strange1", kind="SHARED_IMAGE", region=SINGAPORE)
    judgement = judge(facts(found=(strangers, image()), regions=(SINGAPORE,)), POLICY)
    assert judgement.image == image()


def test_a_region_without_a_copy_gets_one_where_there_is_room() -> None:
    judgement = judge(facts(regions=(SINGAPORE,), places=(Place(SINGAPORE, room=Room(12, 500)),)), POLICY)
    assert not judgement.blocked
    assert one(judgement, "copy_needed").text == (
        "Needs a copy in ap-singapore first (takes minutes to hours); 12 of 500 images used there."
    )
    assert "shares_used" not in codes(judgement)  # the image's own region is not asked for


def test_a_copy_that_is_there_or_on_its_way_is_said_to_be() -> None:
    there = judge(facts(DATA, LAB, regions=(GUANGZHOU, SINGAPORE), places=(copied(LAB),)), POLICY)
    assert one(there, "copy_used").text == (
        "In ap-singapore our copy base-2026-r7-abc is shared: 1 of 500 shares used. partner-lab has it already."
    )
    assert one(there, "shares_used").text == "0 of 500 shares used."
    assert there.settled == {(LAB, SINGAPORE)}
    assert "shared_already" not in codes(there)  # of the image itself: who has the copy is said with the copy
    on_its_way = judge(facts(regions=(SINGAPORE,), places=(Place(SINGAPORE, under_way=True),)), POLICY)
    assert codes(on_its_way) >= {"copy_under_way"}


def test_nothing_is_to_be_done_only_where_that_is_so_in_every_region() -> None:
    there = facts(regions=(GUANGZHOU, SINGAPORE), places=(copied(DATA),))
    assert not judge(there, POLICY).blocked
    assert one(judge(replace(there, shared_with=had(DATA)), POLICY), "nothing_to_do").text == (
        "data-team has base-2026 already in ap-guangzhou and ap-singapore (since 9 Jan 2026)."
    )


def test_where_all_have_the_image_itself_its_room_is_not_told() -> None:
    home = judge(facts(regions=(GUANGZHOU, SINGAPORE), places=(copied(),), shared_with=had(DATA)), POLICY)
    assert one(home, "shared_already").text == "data-team has it already."
    assert "shares_used" not in codes(home)


def test_since_when_they_have_it_is_not_told_of_a_region_that_was_not_asked_about() -> None:
    there = facts(regions=(SINGAPORE,), places=(copied(DATA),), shared_with=had(DATA))
    assert one(judge(there, POLICY), "nothing_to_do").text == "data-team has base-2026 already in ap-singapore."
