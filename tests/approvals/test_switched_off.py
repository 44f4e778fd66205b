"""What the policy switches off after something was shared: nothing is recorded as taken back that still stands."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from pathlib import Path

from approvals.cloud import LIGHTHOUSE, Image
from approvals.model import Action, ItemState, State, Verb
from approvals.terms import Term
from bot.sandbox import company
from tests.approvals.fake_cloud import GUANGZHOU, SINGAPORE, Call, FakeCloud, image
from tests.approvals.house import CHANNEL, DATA, LIN, Clock, House, gist
from tests.approvals.test_copying import settle
from tests.approvals.test_drift import compare, open_drift

KIT, BASE = "lhbp-wikikit0", "img-base0001"
WEEK = Term(lasts=timedelta(days=7))
OFF = company.POLICY.replace("lighthouse = true", "lighthouse = false")
ONE_REGION = company.POLICY.replace(f'regions = ["{GUANGZHOU}", "{SINGAPORE}"]', f'regions = ["{GUANGZHOU}"]')


class QuietCloud(FakeCloud):
    """
    :ivar off: nothing is asked of Lighthouse, so none of its images is shown
    """

    off = False

    def _listed(self, region: str) -> list[Image]:
        return [one for one in super()._listed(region) if not (self.off and one.is_blueprint)]

    def _called(self, call: Call) -> None:
        super()._called(call)
        assert not (self.off and (call.name in ("offer", "withdraw") or call.name.startswith("lighthouse_")))


class Office:
    """One file and one cloud, on which the bot is started anew with another policy."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.cloud = QuietCloud(image(), image(KIT, "wiki-kit"))
        self.clock = Clock()

    def house(self, policy: str = company.POLICY) -> closing[House]:
        self.cloud.off = policy == OFF
        return closing(House(self.path, policy=policy, cloud=self.cloud, clock=self.clock))


def share(house: House, *accounts: str, name: str = "base-2026", regions: tuple[str, ...] = ()) -> int:
    number = house.approved(*accounts, image=name, term=WEEK, regions=regions)
    settle(house)
    assert house.request(number).state is State.DONE
    house.told()
    return number


def end(house: House) -> None:
    house.clock.advance(days=8)
    while house.end():
        settle(house)


def standing(house: House) -> set[str]:
    return {row["account"] for row in house.rows("SELECT account FROM grants WHERE ended_at IS NULL")}


def last_end(house: House) -> dict[str, tuple[str, str]]:
    (row,) = house.rows("SELECT MAX(id) AS id FROM requests WHERE ends IS NOT NULL")
    return {one.target.account: (one.state.value, one.code) for one in house.request(row["id"]).items}


def test_an_image_of_lighthouse_that_nobody_may_look_at_any_more_is_not_taken_for_gone(database: Path) -> None:
    office = Office(database)
    with office.house() as house:
        number = share(house, DATA, name="wiki-kit")
    with office.house(OFF) as house:
        compare(house)
        compare(house)
        assert open_drift(house) == []
        end(house)
        assert last_end(house) == {DATA: ("failed", "lighthouse_off")}
        assert (office.cloud.has(KIT), standing(house)) == ({DATA}, {DATA})
        told = [gist(one) for one in house.told() if one.request_id == number]
        assert ("thread", CHANNEL, "over_failed") in told
    with office.house() as house:
        end(house)
        assert (office.cloud.has(KIT), standing(house)) == (set(), set())


def test_what_lighthouse_has_stays_recorded_and_the_others_lose_it(database: Path) -> None:
    office = Office(database)
    with office.house() as house:
        share(house, DATA, LIGHTHOUSE)
    with office.house(OFF) as house:
        end(house)
        assert last_end(house) == {DATA: ("done", ""), LIGHTHOUSE: ("failed", "lighthouse_off")}
        assert (office.cloud.has(), office.cloud.offered, standing(house)) == (set(), {BASE}, {LIGHTHOUSE})
    with office.house() as house:
        end(house)
        assert (office.cloud.offered, standing(house)) == (set(), set())


def test_lighthouse_alone_stays_recorded_likewise(database: Path) -> None:
    office = Office(database)
    with office.house() as house:
        share(house, LIGHTHOUSE)
    with office.house(OFF) as house:
        end(house)
        assert last_end(house) == {LIGHTHOUSE: ("failed", "lighthouse_off")}
        assert (office.cloud.offered, standing(house)) == ({BASE}, {LIGHTHOUSE})


def test_nobody_is_told_that_lighthouse_has_not_what_cannot_be_looked_at(database: Path) -> None:
    office = Office(database)
    with office.house() as house:
        share(house, LIGHTHOUSE)
    with office.house(OFF) as house:
        request = house.request(house.pending(LIGHTHOUSE, action=Action.UNSHARE))
        assert request.state is State.REFUSED
        assert "lighthouse_off" in {one.code for one in request.findings}


def test_what_was_approved_before_it_was_switched_off_is_not_done(database: Path) -> None:
    office = Office(database)
    with office.house() as house:
        share(house, LIGHTHOUSE)
        number = house.approved(LIGHTHOUSE, action=Action.UNSHARE)
    with office.house(OFF) as house:
        settle(house)
        assert house.request(number).state is State.FAILED
        assert (office.cloud.offered, standing(house)) == ({BASE}, {LIGHTHOUSE})


def test_what_was_revoked_before_it_was_switched_off_is_not_taken_for_gone(database: Path) -> None:
    office = Office(database)
    with office.house() as house:
        compare(house)
        office.cloud.give([DATA], KIT)
        compare(house)
        (asked,) = house.rows("SELECT id FROM requests")
        assert house.press(asked["id"], LIN, Verb.REVOKE) == "revoke"
    with office.house(OFF) as house:
        settle(house)
        (item,) = house.request(2).items
        assert (item.state, item.code) == (ItemState.FAILED, "lighthouse_off")
        assert office.cloud.has(KIT) == {DATA}


def test_a_copy_in_a_region_that_the_policy_names_no_more_is_taken_back_all_the_same(database: Path) -> None:
    office = Office(database)
    with office.house() as house:
        share(house, DATA, regions=(GUANGZHOU, SINGAPORE))
        (copy,) = (image_id for region, image_id in office.cloud.stock if region == SINGAPORE)
        assert office.cloud.has(copy) == {DATA}
    del office.cloud.stock[GUANGZHOU, BASE]
    with office.house(ONE_REGION) as house:
        assert house.policy.home.regions == (GUANGZHOU,)
        end(house)
        assert (office.cloud.has(copy), standing(house)) == (set(), set())
