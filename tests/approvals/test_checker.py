"""What a new request meets: a reason why not, a delay while nobody can tell, or those who decide."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from approvals.cloud import LIGHTHOUSE, MAX_SHARES
from approvals.errors import AuthFailed, CloudError, OutcomeUnknown, PutOff, Refused, Throttled, Unavailable
from approvals.model import Action, ItemState, Level, State
from bot.sandbox import company
from tests.approvals.fake_cloud import GUANGZHOU, SINGAPORE, FakeCloud, image
from tests.approvals.house import CHANNEL, DATA, GOLDEN, GUS, LAB, LIN, MEI, OMAR, SARA, STRANGER, House, gist

REFUSED = [("reply", f"reply:{MEI}", "refused")]


def codes(house: House, number: int) -> list[str]:
    return [finding.code for finding in house.request(number).findings]


def refused(house: House, number: int) -> str:
    """The first reason; and that nobody was asked."""
    request = house.request(number)
    assert request.state is State.REFUSED
    assert request.deciders is None
    assert [gist(notice) for notice in house.told()] == [("reply", f"reply:{request.requester.id}", "refused")]
    assert house.events(number) == ["asked", "refused"]
    assert house.execute() == 0
    return request.findings[0].code


def test_a_sound_request_is_asked_of_the_owners(house: House) -> None:
    number = house.ask(DATA, LAB)
    assert house.check() == 1
    request = house.request(number)
    assert request.state is State.PENDING
    assert request.image == house.cloud.stock[GUANGZHOU, "img-base0001"]
    assert request.deciders is not None
    assert (request.deciders.owner_ids, request.deciders.guardian_needed) == ((LIN, OMAR), False)
    assert request.decide_by == house.clock.now + timedelta(days=3)
    assert {item.region for item in request.items} == {GUANGZHOU}
    assert house.events(number) == ["asked", "checked"]
    assert house.check() == 0


def test_a_stranger_needs_the_guardian_too(house: House) -> None:
    deciders = house.request(house.pending(STRANGER)).deciders
    assert deciders is not None
    assert (deciders.guardian_needed, deciders.guardian_ids) == (True, (SARA,))


@pytest.mark.parametrize(
    ("tag", "found"),
    [("img-gold0001", set()), ("img-myst0001", {"image_from_shared"}), ("img-gone0001", {"image_origin_unknown"})],
)
def test_what_an_image_was_made_from_is_looked_up_in_every_region(database: Path, tag: str, found: set[str]) -> None:
    cloud = FakeCloud(
        image(tags={"built-from": tag}),
        image("img-gold0001", "golden", region=SINGAPORE, kind="SHARED_IMAGE", creator=GOLDEN),
        image("img-myst0001", "mystery", region=SINGAPORE, kind="SHARED_IMAGE", creator=STRANGER),
    )
    policy = company.POLICY.replace("[rules]", '[rules]\nlineage_tag = "built-from"')
    with closing(House(database, policy=policy, cloud=cloud)) as house:
        number = house.pending(DATA)
        assert {one for one in codes(house, number) if one.startswith("image_")} == found


@pytest.mark.parametrize(("named", "accounts"), [("base-2026", [LIGHTHOUSE]), ("lhbp-wikikit0", [DATA])])
def test_where_lighthouse_is_off_who_wants_it_hears_how_it_is_switched_on(
    database: Path, named: str, accounts: list[str]
) -> None:
    policy = company.POLICY.replace("lighthouse = true", "lighthouse = false")
    with closing(House(database, policy=policy)) as house:
        number = house.pending(*accounts, image=named)
        (finding,) = (one for one in house.request(number).findings if one.level is Level.BLOCK)
        assert finding.code == "lighthouse_off"
        assert "lighthouse = true" in finding.remedy
        assert refused(house, number) == "lighthouse_off"
        assert "lighthouse_view" not in {call.name for call in house.cloud.calls}


def test_an_image_can_be_named_by_its_id_or_name_in_any_region(house: House) -> None:
    house.cloud.put(image("img-far00001", "far", region=SINGAPORE))
    for named in ("far", "img-far00001"):
        request = house.request(house.pending(DATA, image=named))
        assert request.image is not None
        assert (request.image.image_id, request.items[0].region) == ("img-far00001", SINGAPORE)


def test_a_name_that_looks_like_an_id_is_found_as_a_name(house: House) -> None:
    house.cloud.put(image("img-real0001", "img-by-name"))
    assert house.request(house.pending(DATA, image="img-by-name")).state is State.PENDING


def test_those_who_have_it_are_marked(house: House) -> None:
    house.cloud.give([DATA])
    assert house.outcomes(house.pending(DATA, LAB)) == {DATA: "already", LAB: "waiting"}


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"kind": "SHARED_IMAGE"}, "image_shared_with_us"),
        ({"kind": "PUBLIC_IMAGE"}, "image_public"),
        ({"kind": "MARKET_IMAGE"}, "image_not_ours"),
        ({"state": "CREATING"}, "image_not_ready"),
        ({"licence": "BYOL"}, "image_byol"),
        ({"whole_machine": True}, "image_whole_machine"),
    ],
)
def test_an_image_that_cannot_be_shared_is_refused(house: House, fields: dict[str, object], code: str) -> None:
    house.cloud.put(image(**fields))  # type: ignore[arg-type]  # neither the id nor the name is among them
    assert refused(house, house.pending(DATA)) == code


def fill_up(house: House) -> None:
    house.cloud.give(str(100_000_100_000 + number) for number in range(MAX_SHARES))


@pytest.mark.parametrize(
    ("prepare", "asked", "code"),
    [
        (lambda _: None, {"image": "nothing"}, "image_not_found"),
        (lambda _: None, {"regions": ("ap-tokyo",)}, "region_unknown"),
        (lambda house: setattr(house.cloud, "quota", 0), {"regions": (SINGAPORE,)}, "region_quota_used_up"),
        (lambda house: house.cloud.put(image("img-base0002")), {}, "image_ambiguous"),
        (lambda house: house.cloud.give([DATA]), {}, "nothing_to_do"),
        (lambda _: None, {"action": Action.UNSHARE}, "nothing_to_do"),
        (fill_up, {}, "shares_used_up"),
        (lambda house: house.cloud.put(image(name="orphan-1")), {"image": "orphan-1"}, "nobody_can_decide"),
        (lambda house: house.cloud.put(image(name="team-dashboard")), {"image": "team-dashboard"}, "nobody_can_decide"),
    ],
)
def test_what_cannot_be_done_is_refused(
    house: House, prepare: Callable[[House], None], asked: dict[str, str], code: str
) -> None:
    prepare(house)
    assert refused(house, house.pending(DATA, **asked)) == code


def test_our_own_account_is_refused_as_a_target(house: House) -> None:
    assert refused(house, house.pending(company.HOME_ACCOUNT)) == "target_is_home"


def test_requests_over_which_the_checks_fall_hold_up_no_other(house: House) -> None:
    house.directory.odd = {MEI}
    odd = [house.ask(DATA) for _ in range(10)]
    other = house.ask(LAB, by=OMAR)
    for _ in range(3):
        with suppress(PutOff):
            house.check()
    assert house.request(other).state is State.PENDING
    assert {house.request(number).state for number in odd} == {State.CHECKING}
    replies = [gist(notice) for notice in house.told() if notice.kind == "reply"]
    assert replies.count(("reply", f"reply:{MEI}", "delayed")) == len(odd)
    assert house.check() == 0  # they are tried again later, and later

    house.directory.odd = set()
    house.clock.advance(minutes=10)
    while house.check():
        pass
    assert {house.request(number).state for number in odd} == {State.PENDING}


def test_a_guest_or_somebody_unknown_may_not_ask(house: House) -> None:
    assert refused(house, house.pending(DATA, by=GUS)) == "requester_may_not_ask"
    assert refused(house, house.pending(DATA, by="U0NOBODY")) == "requester_may_not_ask"
    assert house.cloud.calls == []


def test_a_refusal_of_the_cloud_is_told_in_its_words(house: House) -> None:
    house.cloud.fail("images_by_name", Refused("DescribeImages", "InvalidX", "It says no", advice="Do y."))
    number = house.pending(DATA)
    assert refused(house, number) == "cloud_refused"
    (finding,) = house.request(number).findings
    assert (finding.text, finding.remedy) == ("the cloud says: It says no (InvalidX).", "Do y.")


def nobody(house: House, number: int) -> tuple[str, str]:
    finding = house.request(number).findings[0]
    assert finding.code == "nobody_can_decide"
    return finding.text, finding.remedy


def test_where_nobody_owns_the_image_that_is_said(house: House) -> None:
    house.cloud.put(image(name="orphan-1"))
    text, _ = nobody(house, house.pending(DATA, image="orphan-1"))
    assert text == "nobody owns orphan-1 in the policy."
    text, _ = nobody(house, house.pending(STRANGER, image="orphan-1"))  # to which a guardian would have to agree, too
    assert text == "nobody owns orphan-1 in the policy."


def test_where_the_requester_is_the_only_owner_that_is_said(house: House) -> None:
    house.cloud.put(image(name="team-dashboard"))
    text, remedy = nobody(house, house.pending(DATA, image="team-dashboard"))
    assert text == "team-dashboard needs 1 of its owners, and none but you could decide."
    assert "own request" in remedy


def test_where_no_guardian_could_agree_that_is_said(house: House) -> None:
    house.directory.groups["S0SECURITY"] = ()
    text, _ = nobody(house, house.pending(STRANGER))
    assert text == "base-2026 needs a guardian's agreement too, and there is nobody who could give it."


def test_where_the_owners_are_too_few_that_is_said(database: Path) -> None:
    house = House(database.with_name("two.db"), policy=company.POLICY.replace("approvals = 1", "approvals = 2"))
    text, _ = nobody(house, house.pending(DATA, by=LIN))
    assert text == "base-2026 needs 2 of its owners, and only 1 could decide."
    house.close()


def test_what_is_known_against_it_is_told_beside_that_nobody_can_decide(house: House) -> None:
    house.directory.groups["S0SECURITY"] = ()
    assert codes(house, house.pending(STRANGER))[:2] == ["nobody_can_decide", "target_unknown"]


@pytest.mark.parametrize("kind", [Throttled, Unavailable, AuthFailed, OutcomeUnknown])
@pytest.mark.parametrize("method", ["account", "images_by_name", "shared_with"])
def test_while_the_cloud_cannot_tell_the_requester_hears_so_once_and_then_it_is_asked(
    house: House, kind: type[CloudError], method: str
) -> None:
    number = house.ask(DATA)
    house.cloud.fail(method, *[kind(method, "X", "not now")] * 3)
    for _ in range(3):
        assert house.check() == 1
        assert house.check() == 0
        house.clock.advance(minutes=6)
    assert house.request(number).state is State.CHECKING
    assert [gist(notice) for notice in house.told() if notice.request_id] == [("reply", f"reply:{MEI}", "delayed")]
    house.check()
    assert house.request(number).state is State.PENDING
    assert ("card", CHANNEL, "") in [gist(notice) for notice in house.told()]
    assert "delayed" not in [gist(notice)[2] for notice in house.told()]


def test_while_the_chat_cannot_tell_who_somebody_is_the_check_waits(house: House) -> None:
    number = house.ask(DATA)
    house.directory.down = True
    house.check()
    assert house.request(number).state is State.CHECKING
    house.directory.down = False
    house.clock.advance(minutes=6)
    house.check()
    assert house.request(number).state is State.PENDING


def test_credentials_of_another_account_hold_up_every_check(house: House) -> None:
    house.cloud.home = "100000000002"
    number = house.pending(DATA)
    assert house.request(number).state is State.CHECKING
    assert house.cloud.changes == []


def test_requests_are_checked_oldest_first_and_a_slow_one_holds_up_no_other(house: House) -> None:
    numbers = [house.ask(DATA) for _ in range(10)]
    assert (house.check(), house.check(), house.check()) == (8, 2, 0)
    assert {house.request(number).state for number in numbers} == {State.PENDING}


def test_the_names_of_now_are_kept_with_the_request(house: House) -> None:
    house.directory.people[MEI] = replace(house.directory.people[MEI], name="Mei Chen")
    assert house.request(house.pending(DATA)).requester.name == "Mei Chen"
    assert house.request(house.pending(LAB)).items[0].state is ItemState.WAITING
