"""What is changed behind the bot's back is found, told once, and decided by people; the rest costs a read an image."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from approvals.archive import opened
from approvals.cloud import LIGHTHOUSE, Image
from approvals.drift import MOST_CARDS
from approvals.drift_model import DriftKind
from approvals.errors import Throttled, Unavailable
from approvals.model import Action, ItemState, Request, State, Verb
from approvals.terms import NO_END, Term
from approvals.verifying import Verified, verify
from bot.cards.words import title
from bot.sandbox import company
from tests.approvals.crashing import Nap, house_with
from tests.approvals.fake_cloud import GUANGZHOU, SINGAPORE, FakeCloud, Unforeseen, image
from tests.approvals.house import CHANNEL, DATA, GUS, LAB, LIN, MEI, OMAR, SARA, STRANGER, Clock, House, gist
from tests.approvals.test_ending import WEEK, calls, shared, to_rest

BASE = "img-base0001"


def compare(house: House) -> None:
    """A whole comparison, half an hour after the last."""
    house.survey.sweep(house.clock.advance(minutes=31))
    while house.drift.sweep(house.tick()):
        pass


def watched(house: House) -> House:
    """A first comparison is over, so that each new difference is told by itself."""
    compare(house)
    house.told()
    return house


def open_drift(house: House) -> list[tuple[DriftKind, str]]:
    with house.store.read() as ledger:
        return [(one.kind, one.target.account) for one in ledger.drift.open(limit=100)]


def rests(house: House) -> timedelta:
    """How long until it looks again."""
    with house.store.read() as ledger:
        due = house.drift.next_due(ledger)
    assert due is not None
    return due - house.clock.now


def finished(house: House) -> datetime | None:
    with house.store.read() as ledger:
        return ledger.drift.latest_pass().finished_at


def newest(house: House) -> Request:
    with house.store.read() as ledger:
        return ledger.requests(before=0, limit=1)[0]


def accounts(request: Request) -> list[str]:
    return [item.target.account for item in request.items]


def sound(house: House) -> bool:
    with opened(house.path) as archive:
        return list(verify(archive, Verified())) == []


def test_where_all_agrees_nothing_is_told_and_each_image_is_read_once(house: House) -> None:
    shared(house, DATA)
    house.cloud.put(image("img-theirs01", "their-kit", kind="SHARED_IMAGE", creator=DATA))  # of whose shares none tells
    compare(house)
    house.told()
    before = calls(house, "shared_with")
    compare(house)
    ours = [one for one in house.cloud.stock.values() if one.kind == "PRIVATE_IMAGE"]
    assert calls(house, "shared_with") - before == len(ours)
    assert house.told() == []
    assert open_drift(house) == []


def test_three_hundred_images_cost_a_read_each_and_three_pages(tmp_path: Path) -> None:
    house = House(tmp_path / "many.db", cloud=FakeCloud(*(image(f"img-{n:08}", f"base-{n}") for n in range(300))))
    compare(house)
    assert calls(house, "shared_with") == 300
    assert calls(house, "images") == 3 + 1  # the other region's page is empty
    house.close()


def test_a_share_that_nobody_approved_is_told_once_to_owners_and_guardians(house: House) -> None:
    watched(house)
    house.cloud.give({STRANGER})
    compare(house)
    request = newest(house)
    assert (request.action, request.state) == (Action.ADOPT, State.PENDING)
    cards = [gist(one) for one in house.told() if one.kind == "card"]
    assert cards == [("card", who, "") for who in (CHANNEL, LIN, OMAR, SARA)]
    compare(house)
    compare(house)
    assert house.told() == []
    assert newest(house).id == request.id


@pytest.mark.parametrize("action", [Action.SHARE, Action.UNSHARE])
def test_a_read_that_lags_behind_what_was_just_done_is_no_difference(house: House, action: Action) -> None:
    shared(house, DATA)
    watched(house)
    house.survey.sweep(house.clock.advance(minutes=31))
    late = house.approved(DATA if action is Action.UNSHARE else LAB, action=action)
    house.execute()
    assert house.request(late).state is State.DONE
    house.cloud.shares[BASE] = {DATA: None}  # what a read shows that doesn't know of it yet
    reads = calls(house, "shared_with")
    while house.drift.sweep(house.tick()):
        pass
    assert calls(house, "shared_with") > reads
    assert open_drift(house) == []
    compare(house)
    assert open_drift(house) == [(DriftKind.GONE, LAB) if action is Action.SHARE else (DriftKind.UNAPPROVED, DATA)]


def test_adopted_it_is_as_if_it_had_been_approved(house: House) -> None:
    watched(house)
    house.cloud.give({STRANGER})
    compare(house)
    number = newest(house).id
    assert house.press(number, GUS, Verb.ADOPT) == "may_not_act"
    assert house.press(number, MEI, Verb.ADOPT) == "not_a_decider"
    assert house.press(number, LIN, Verb.APPROVE) == "not_pending"
    assert house.press(number, SARA, Verb.ADOPT, reason="theirs since 2024") == "adopt"
    assert house.press(number, LIN, Verb.REVOKE) == "not_pending"
    assert house.request(number).state is State.DONE
    assert open_drift(house) == []
    with house.store.read() as ledger:
        (grant,) = ledger.grants.of(BASE, GUANGZHOU)
    assert (grant.target.account, grant.request_id) == (STRANGER, number)
    compare(house)
    assert open_drift(house) == []
    assert sound(house)


def test_revoked_it_is_taken_back_without_another_word(house: House) -> None:
    watched(house)
    house.cloud.give({STRANGER, DATA})
    compare(house)
    number = newest(house).id
    assert house.press(number, OMAR, Verb.REVOKE) == "revoke"
    to_rest(house)
    assert house.cloud.has(BASE) == set()
    assert house.request(number).state is State.DENIED
    assert (newest(house).action, newest(house).state) == (Action.UNSHARE, State.DONE)
    compare(house)
    assert open_drift(house) == []
    assert sound(house)


def test_of_two_accounts_only_what_still_differs_is_decided_about(house: House) -> None:
    watched(house)
    house.cloud.give({STRANGER, LAB, DATA})
    compare(house)
    number = newest(house).id
    house.cloud.shares[BASE] = {STRANGER: None}
    house.told()
    compare(house)
    assert [gist(one) for one in house.told()] == [("card", who, "") for who in (CHANNEL, LIN, OMAR, SARA)]
    assert house.detail(number, "drift_narrowed") == {"accounts": [DATA, LAB]}
    assert title(house.request(number)) == f"Shared, but never approved: base-2026 with {STRANGER}"
    assert house.request(number).state is State.PENDING
    assert open_drift(house) == [(DriftKind.UNAPPROVED, STRANGER)]
    house.told()
    assert house.press(number, OMAR, Verb.REVOKE) == "revoke"
    taken = newest(house)
    assert house.told()[0].facts["number"] == str(taken.id)
    assert (taken.id, accounts(taken)) == (number + 1, [STRANGER])
    revoked = house.detail(number, "revoked")
    assert (revoked["accounts"], revoked["as"]) == ([STRANGER], taken.id)
    assert title(house.request(number)) == f"Revoked: base-2026 with {STRANGER}"
    to_rest(house)
    assert house.cloud.has(BASE) == set()
    assert sound(house)


@pytest.mark.parametrize(
    ("verb", "states"),
    [
        (Verb.SHARE_AGAIN, {DATA: ItemState.ALREADY, LAB: ItemState.DONE}),
        (Verb.CLOSE, {DATA: ItemState.ALREADY, LAB: ItemState.WAITING}),
    ],
)
def test_what_came_back_before_it_was_pressed_keeps_its_record(
    house: House, verb: Verb, states: dict[str, ItemState]
) -> None:
    shared(house, DATA, LAB)
    watched(house)
    house.cloud.shares[BASE].clear()
    compare(house)
    number = newest(house).id
    house.cloud.give({DATA})
    compare(house)
    assert house.press(number, LIN, verb) == verb
    assert {one.target.account: one.state for one in house.request(number).items} == states
    with house.store.read() as ledger:
        assert [one.target.account for one in ledger.grants.of(BASE, GUANGZHOU)] == [DATA]
    if verb is Verb.SHARE_AGAIN:
        assert accounts(newest(house)) == [LAB]
        assert house.detail(number, "shared_again")["as"] == newest(house).id
    assert sound(house)


def test_a_share_that_is_gone_is_told_and_can_be_shared_again_or_closed(house: House) -> None:
    shared(house, DATA, LAB)
    watched(house)
    house.cloud.shares[BASE].clear()
    compare(house)
    number = newest(house).id
    assert house.request(number).action is Action.RESTORE
    assert house.press(number, LIN, Verb.SHARE_AGAIN) == "share_again"
    house.check()
    again = newest(house)
    assert (again.action, again.state, len(again.items)) == (Action.SHARE, State.PENDING, 2)
    assert house.press(again.id, OMAR, Verb.APPROVE) == "approve"
    to_rest(house)
    assert house.cloud.has(BASE) == {DATA, LAB}
    compare(house)
    assert open_drift(house) == []
    assert sound(house)

    house.cloud.shares[BASE].clear()
    compare(house)
    assert house.press(newest(house).id, LIN, Verb.CLOSE) == "close"
    compare(house)
    assert open_drift(house) == []
    assert sound(house)


@pytest.mark.parametrize("others", [NO_END, Term(lasts=timedelta(days=30))])
def test_what_is_shared_again_is_to_end_when_it_was_to_end_before(house: House, others: Term) -> None:
    first = shared(house, DATA)
    shared(house, LAB, term=others)
    watched(house)
    until = house.request(first).until
    assert until is not None
    house.cloud.shares[BASE].clear()
    compare(house)
    house.press(newest(house).id, LIN, Verb.SHARE_AGAIN)
    again = newest(house)
    assert (accounts(again), again.term) == ([DATA, LAB], Term(day=until.date()))
    assert house.detail(again.id, "asked")["day"] == until.date().isoformat()
    assert sound(house)


def test_what_had_no_end_is_shared_again_without_one(house: House) -> None:
    shared(house, DATA)
    shared(house, DATA, term=NO_END)
    watched(house)
    house.cloud.shares[BASE].clear()
    compare(house)
    house.press(newest(house).id, LIN, Verb.SHARE_AGAIN)
    assert newest(house).term == NO_END


def test_what_agrees_again_by_itself_is_closed_by_itself(house: House) -> None:
    watched(house)
    house.cloud.give({STRANGER})
    compare(house)
    number = newest(house).id
    house.told()
    house.cloud.shares[BASE].clear()
    compare(house)
    assert house.request(number).state is State.CANCELLED
    told = [gist(one) for one in house.told()]
    assert told == [("thread", CHANNEL, "drift_passed"), *(("card", who, "") for who in (CHANNEL, LIN, OMAR, SARA))]
    assert open_drift(house) == []
    assert sound(house)
    house.cloud.give({STRANGER})
    compare(house)
    assert newest(house).id == number + 1  # found anew, so told anew


def test_an_image_that_is_gone_with_its_shares_is_told(house: House) -> None:
    shared(house, DATA)
    watched(house)
    del house.cloud.stock[GUANGZHOU, BASE]
    compare(house)
    assert open_drift(house) == [(DriftKind.GONE, DATA)]
    assert newest(house).image_name == "base-2026"


def test_an_image_that_is_gone_is_gone_from_lighthouse_too(house: House) -> None:
    shared(house, DATA, LIGHTHOUSE)
    watched(house)
    house.cloud.offered.clear()
    compare(house)
    assert open_drift(house) == []  # what is offered isn't compared, as long as the image is there
    del house.cloud.stock[GUANGZHOU, BASE]
    compare(house)
    assert open_drift(house) == [(DriftKind.GONE, DATA), (DriftKind.GONE, LIGHTHOUSE)]
    assert house.press(newest(house).id, LIN, Verb.CLOSE) == "close"
    compare(house)
    assert open_drift(house) == []
    with house.store.read() as ledger:
        assert ledger.grants.of(BASE, GUANGZHOU) == []
    assert sound(house)


def test_both_regions_are_compared(tmp_path: Path) -> None:
    there = image("img-sing0001", "base-sg", region=SINGAPORE)
    house = House(tmp_path / "two.db", cloud=FakeCloud(image(), there))
    watched(house)
    house.cloud.give({LAB}, image_id="img-sing0001")
    compare(house)
    assert open_drift(house) == [(DriftKind.UNAPPROVED, LAB)]
    assert newest(house).image_name == "base-sg"
    house.close()


def test_what_the_bot_itself_is_doing_is_no_drift(house: House) -> None:
    watched(house)
    house.approved(DATA)
    house.cloud.give({DATA})  # the call is made, and its outcome is not written down yet
    compare(house)
    assert open_drift(house) == []


def test_what_the_bot_begins_while_it_is_compared_is_no_drift(database: Path) -> None:
    cloud, clock = FakeCloud(), Clock()
    people = House(database, cloud=cloud, clock=clock)
    shared(people, DATA)
    watched(people)
    number = people.pending(DATA, action=Action.UNSHARE)

    def begin() -> None:
        people.press(number, LIN, Verb.APPROVE)
        cloud.unshare(GUANGZHOU, BASE, [DATA])  # the call is made, and its outcome is not written down yet

    nap = Nap(("before", "cloud.shared_with", 1), begin)
    with closing(people), closing(house_with(nap, database, cloud, clock)) as house:
        compare(house)
        assert people.request(number).state is State.APPROVED
        assert cloud.has() == set()
        assert open_drift(house) == []


@pytest.mark.parametrize("by_us", [False, True])
def test_of_an_image_that_is_deleted_no_difference_is_left(tmp_path: Path, by_us: bool) -> None:
    house = watched(House(tmp_path / "deleted.db"))
    house.cloud.give({DATA})
    compare(house)
    asked = newest(house)
    assert open_drift(house) == [(DriftKind.UNAPPROVED, DATA)]
    if by_us:
        number = house.ask(action=Action.DELETE, everyone=True)
        house.check()
        for person in (LIN, SARA):
            house.press(number, person, Verb.APPROVE)
        to_rest(house)
        assert house.request(number).state is State.DONE
    else:
        house.cloud.shares[BASE].clear()
        del house.cloud.stock[GUANGZHOU, BASE]
    compare(house)
    assert open_drift(house) == []
    assert house.request(asked.id).state is State.CANCELLED
    assert house.events(asked.id)[-1] == "drift_passed"
    house.close()


def test_years_of_shares_are_told_in_one_message(tmp_path: Path) -> None:
    images = [image(f"img-{n:08}", f"base-{n}") for n in range(MOST_CARDS + 1)]
    house = House(tmp_path / "years.db", cloud=FakeCloud(*images))
    for one in images:
        house.cloud.give({DATA}, image_id=one.image_id)
    compare(house)
    told = house.told()
    assert [one.facts["event"] for one in told] == ["drift_many"]
    assert len(open_drift(house)) == MOST_CARDS + 1
    compare(house)
    assert house.told() == []
    house.close()


def test_without_admins_the_guardians_are_told_of_many(tmp_path: Path) -> None:
    images = [image(f"img-{n:08}", f"base-{n}") for n in range(MOST_CARDS + 1)]
    policy = company.POLICY.replace('admins = ["U0OMAR"]', "")
    house = House(tmp_path / "guarded.db", policy=policy, cloud=FakeCloud(*images))
    for one in images:
        house.cloud.give({DATA}, image_id=one.image_id)
    compare(house)
    assert [(one.facts["event"], one.recipient) for one in house.told()] == [("drift_many", SARA)]
    house.close()


def test_where_nobody_is_there_to_be_told_the_log_says_so(tmp_path: Path) -> None:
    policy = company.POLICY.replace('admins = ["U0OMAR"]', "").replace('guardians = ["S0SECURITY"]', "")
    images = [image(f"img-{n:08}", f"base-{n}") for n in range(MOST_CARDS + 1)]
    house = House(tmp_path / "alone.db", policy=policy, cloud=FakeCloud(*images))
    for one in images:
        house.cloud.give({DATA}, image_id=one.image_id)
    house.cloud.put(image("img-in000001", "theirs", kind="SHARED_IMAGE", creator=STRANGER))
    logged = []
    for _ in range(2):
        with capture_logs() as logs:
            compare(house)
        logged.append([(one["of"], one["number"]) for one in logs if one["event"] == "nobody_to_tell"])
    assert logged == [[("drift_many", str(MOST_CARDS + 1)), ("inbound_new", "1")], []]
    assert house.told() == []
    house.close()


@pytest.mark.parametrize("gone", [False, True])
def test_what_is_more_than_a_handful_at_a_time_is_told_in_one_message(tmp_path: Path, gone: bool) -> None:
    """Over several turns of one comparison; what isn't told by itself is in the list."""
    images = [image(f"img-{n:08}", f"base-{n}") for n in range(12)]
    house = House(tmp_path / "many.db", cloud=FakeCloud(*images))
    for one in images if gone else ():
        house.approved(DATA, image=one.name)
    to_rest(house)
    watched(house)
    for one in images:
        if gone:
            del house.cloud.stock[one.region, one.image_id]
        else:
            house.cloud.give([LAB], one.image_id)
    compare(house)
    assert len(house.rows("SELECT id FROM requests WHERE action IN ('adopt', 'restore')")) == MOST_CARDS
    assert [one.facts["event"] for one in house.told() if one.kind == "alarm"] == ["drift_many"]
    assert len(open_drift(house)) == len(images)
    house.close()


def test_a_comparison_goes_on_where_it_stopped(tmp_path: Path) -> None:
    house = House(tmp_path / "stopped.db", cloud=FakeCloud(*(image(f"img-{n:08}", f"base-{n}") for n in range(30))))
    house.survey.sweep(house.clock.advance(minutes=31))
    assert house.drift.sweep(house.tick()) > 0
    looked = calls(house, "shared_with")
    assert 0 < looked < 30
    with house.store.read() as ledger:
        assert (ledger.drift.latest_pass().looked, ledger.drift.latest_pass().total) == (looked, 30)
    after = house.twin()
    after.survey.sweep(house.tick())
    while after.drift.sweep(house.tick()):
        pass
    assert calls(house, "shared_with") == 30
    with house.store.read() as ledger:
        assert ledger.drift.latest_pass().finished_at is not None
    after.close()
    house.close()


def test_where_it_was_too_fast_it_goes_on_in_a_moment(house: House) -> None:
    house.survey.sweep(house.clock.advance(minutes=31))
    house.cloud.fail("shared_with", Throttled("DescribeImageSharePermission", "RequestLimitExceeded", "slow down"))
    assert house.drift.sweep(house.tick()) == 0
    assert rests(house) == timedelta(seconds=1)
    house.drift.sweep(house.clock.advance(seconds=2))
    with house.store.read() as ledger:
        assert ledger.drift.latest_pass().finished_at is not None


def test_it_waits_behind_people_and_behind_a_cloud_that_is_down(house: House) -> None:
    house.survey.sweep(house.clock.advance(minutes=31))
    house.ask(DATA)
    assert house.drift.sweep(house.tick()) == 0
    assert calls(house, "shared_with") == 0
    assert rests(house) == timedelta(seconds=1)
    house.check()
    house.clock.advance(seconds=2)
    house.cloud.fail("shared_with", Unavailable("DescribeImageSharePermission", "InternalError", "down"))
    assert house.drift.sweep(house.tick()) == 0
    assert rests(house) == timedelta(seconds=30)
    house.clock.advance(minutes=1)
    while house.drift.sweep(house.tick()):
        pass
    with house.store.read() as ledger:
        assert ledger.drift.latest_pass().finished_at is not None


class HalfCloud(FakeCloud):
    """
    :ivar down: a region of which it isn't told who has an image
    :ivar lists_too: nor which images are there
    """

    down = ""
    lists_too = False

    def shared_with(self, region: str, image_id: str) -> dict[str, datetime | None] | None:
        shared = super().shared_with(region, image_id)
        if region == self.down:
            raise Unavailable("DescribeImageSharePermission", "InternalError", "down")
        return shared

    def images(self, region: str) -> Iterator[list[Image]]:
        if region == self.down and self.lists_too:
            raise Unavailable("DescribeImages", "InternalError", "down")
        return super().images(region)


def test_a_region_that_cannot_be_read_is_left_out_and_the_others_are_compared_all_the_same(database: Path) -> None:
    cloud = HalfCloud(image(), image("img-far00001", "far", region=SINGAPORE))
    house = House(database, cloud=cloud)
    watched(house)
    whole = finished(house)
    cloud.down = SINGAPORE

    def shared_with(region: str) -> int:
        return sum(call.name == "shared_with" and call.region == region for call in house.cloud.calls)

    def hours(number: int) -> None:
        for _ in range(number * 120):
            house.survey.sweep(house.clock.advance(seconds=30))
            while house.drift.sweep(house.tick()):
                pass

    hours(1)
    before = shared_with(GUANGZHOU)
    house.cloud.give({STRANGER})
    house.cloud.give({STRANGER}, "img-far00001")
    hours(1)
    assert open_drift(house) == [(DriftKind.UNAPPROVED, STRANGER)]
    assert "card" in [notice.kind for notice in house.told()]
    assert finished(house) == whole
    assert 1 <= shared_with(GUANGZHOU) - before <= 2  # no more often than every half hour

    cloud.down = ""
    compare(house)
    assert open_drift(house) == [(DriftKind.UNAPPROVED, STRANGER)] * 2
    assert finished(house) != whole
    house.close()


def test_what_is_shared_with_us_in_a_region_that_is_not_read_since_the_start_is_not_taken_for_gone(
    database: Path,
) -> None:
    foreign = image("img-foreign1", "their-base", region=SINGAPORE, kind="SHARED_IMAGE", creator=STRANGER)
    cloud = HalfCloud(image(), foreign)
    cloud.lists_too = True
    house = watched(House(database, cloud=cloud))
    restarted = house.twin()
    cloud.down = SINGAPORE
    compare(restarted)
    assert open_drift(house) == [(DriftKind.INBOUND, STRANGER)]
    cloud.down = ""
    compare(restarted)
    assert [notice for notice in house.told() if notice.kind == "alarm"] == []
    del cloud.stock[SINGAPORE, "img-foreign1"]
    compare(restarted)
    assert open_drift(house) == []
    for one in (restarted, house):
        one.close()


def test_a_bot_that_is_started_more_often_than_it_compares_compares_all_the_same(house: House) -> None:
    shared(house, DATA)
    house.cloud.give({LAB})
    house.clock.advance(minutes=20)
    restarted = house.twin()
    restarted.survey.sweep(restarted.tick())
    assert restarted.drift.sweep(restarted.tick()) == 0
    restarted.drift.sweep(restarted.clock.advance(minutes=11))
    restarted.close()
    assert open_drift(house) == [(DriftKind.UNAPPROVED, LAB)]


def test_a_region_that_fails_once_is_tried_again_and_nothing_is_left_out(house: House) -> None:
    house.cloud.put(image("img-far00001", "far", region=SINGAPORE))
    house.survey.sweep(house.clock.advance(minutes=31))
    for _ in range(2):
        house.cloud.fail("shared_with", Unavailable("DescribeImageSharePermission", "InternalError", "down"))
        assert house.drift.sweep(house.clock.advance(minutes=1)) == 0
    while house.drift.sweep(house.clock.advance(minutes=1)):
        pass
    assert finished(house) is not None
    assert {call.region for call in house.cloud.calls if call.name == "shared_with"} == {GUANGZHOU, SINGAPORE}


@pytest.mark.parametrize("admins", ["[]", '["U0OMAR"]'])
def test_while_the_chat_does_not_say_who_decides_all_is_compared_and_told_afterwards(
    tmp_path: Path, admins: str
) -> None:
    policy = company.POLICY.replace('admins = ["U0OMAR"]', f"admins = {admins}")
    house = watched(House(tmp_path / "down.db", policy=policy))
    house.directory.down = True
    house.cloud.give({STRANGER})
    house.cloud.put(image("img-in000001", "theirs", kind="SHARED_IMAGE", creator=STRANGER))
    before = finished(house)
    compare(house)
    assert {kind for kind, _ in open_drift(house)} == {DriftKind.UNAPPROVED, DriftKind.INBOUND}
    assert finished(house) != before
    assert house.told() == []

    house.directory.down = False
    compare(house)
    assert sorted(notice.kind for notice in house.told()) == ["alarm", "card", "card", "card", "card", "thread"]
    assert newest(house).action is Action.ADOPT
    compare(house)
    assert house.told() == []
    house.close()


def test_an_image_over_which_the_comparison_falls_holds_up_no_other(tmp_path: Path) -> None:
    house = watched(House(tmp_path / "odd.db", cloud=FakeCloud(image(), image("img-other001", "other"))))
    for image_id in (BASE, "img-other001"):
        house.cloud.give({STRANGER}, image_id)
    house.cloud.fail("shared_with", Unforeseen())
    before = finished(house)
    compare(house)
    assert finished(house) != before
    assert open_drift(house) == [(DriftKind.UNAPPROVED, STRANGER)]
    compare(house)
    assert open_drift(house) == [(DriftKind.UNAPPROVED, STRANGER)] * 2
    house.close()


def test_switched_off_it_never_looks(tmp_path: Path) -> None:
    house = House(tmp_path / "off.db", policy=company.POLICY.replace("[rules]\n", '[rules]\ndrift_every = "off"\n'))
    house.survey.sweep(house.clock.advance(days=2))
    assert house.drift.sweep(house.tick()) == 0
    with house.store.read() as ledger:
        assert house.drift.next_due(ledger) is None
    house.close()


def test_images_of_strangers_are_told_to_the_guardians_once(house: House) -> None:
    foreign = image("img-foreign1", "their-base", kind="SHARED_IMAGE", creator=STRANGER)
    house.cloud.stock[GUANGZHOU, "img-foreign1"] = foreign
    compare(house)
    told = [(one.recipient, one.facts.get("event"), one.facts.get("named")) for one in house.told()]
    assert told == [(SARA, "inbound_new", f"their-base ({STRANGER})")]
    assert open_drift(house) == [(DriftKind.INBOUND, STRANGER)]
    compare(house)
    assert house.told() == []
    trusted = house.ask(STRANGER, action=Action.TRUST, image=STRANGER)
    house.check()
    house.press(trusted, SARA, Verb.APPROVE)
    assert house.outcomes(trusted) == {STRANGER: "done"}
    compare(house)
    assert open_drift(house) == []


def test_an_image_of_nobody_knows_whom_is_told_by_its_name(house: House) -> None:
    house.cloud.put(image("lhbp-foreign1", "their-kit", kind="SHARED_IMAGE", creator=""))
    compare(house)
    assert [one.facts.get("named") for one in house.told()] == ["their-kit"]


def test_an_end_that_finds_nothing_left_closes_the_difference(house: House) -> None:
    shared(house, DATA, term=WEEK)
    watched(house)
    house.cloud.shares[BASE].clear()
    compare(house)
    number = newest(house).id
    house.clock.advance(days=7)
    to_rest(house)
    compare(house)
    assert house.request(number).state is State.CANCELLED
    assert open_drift(house) == []
    assert sound(house)


@pytest.mark.parametrize("verb", [Verb.ADOPT, Verb.REVOKE, Verb.SHARE_AGAIN, Verb.CLOSE])
def test_such_a_press_on_another_request_has_no_effect(house: House, verb: Verb) -> None:
    number = house.pending(DATA)
    assert house.press(number, LIN, verb) == "not_pending"
    assert house.request(number).state is State.PENDING


def test_what_we_changed_since_the_sweep_began_need_not_show_yet(house: House) -> None:
    watched(house)
    began = house.clock.advance(minutes=31)
    house.survey.sweep(began)
    house.approved(DATA)
    house.execute()
    house.cloud.shares["img-base0001"].clear()  # a read that lags
    while house.drift.sweep(began):
        pass
    assert open_drift(house) == []
    compare(house)
    assert open_drift(house) == [(DriftKind.GONE, DATA)]
