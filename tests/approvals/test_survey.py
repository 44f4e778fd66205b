"""The sweep that keeps the catalogue: when it reads, what a fault leaves, and how little it asks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from approvals.account import Recorded
from approvals.catalogue import FRESH_FOR, Catalogue
from approvals.cloud import Image
from approvals.errors import AuthFailed, Unavailable
from approvals.home import HomeAccount
from approvals.survey import AFTER_A_CHANGE, AFTER_A_FAULT, EVERY, Survey
from approvals.tencent import TencentCloud
from approvals.watched import WatchedCloud
from bot.sandbox.cloud import faults
from bot.sandbox.cloud import state as sandbox
from bot.sandbox.cloud.server import CloudServer
from tests.approvals import clouds
from tests.approvals.fake_cloud import GUANGZHOU, SINGAPORE, image
from tests.approvals.house import House

DOWN = Unavailable("DescribeImages", "InternalError", "not now")
REVOKED = AuthFailed("DescribeImages", "AuthFailure.SecretIdNotFound", "no such key")


class Surveyed:
    """A house, and the survey of its cloud, or of another one."""

    def __init__(self, house: House, cloud: Any = None, catalogue: Catalogue | None = None) -> None:
        self.house = house
        self.cloud = house.cloud
        self.catalogue = catalogue or Catalogue(house.policy.home.regions, house.clock)
        self.watched = WatchedCloud(cloud or house.cloud, house.incidents, self.catalogue)
        home = HomeAccount(self.watched, house.policy, Recorded(house.store))
        self.survey = Survey(self.watched, self.catalogue, house.store, home, house.clock)

    def sweep(self, after: timedelta = timedelta()) -> list[str]:
        """The regions that were asked for, once for each page."""
        before = len(self.cloud.calls)
        assert self.survey.sweep(self.house.clock.advance(seconds=after.total_seconds())) == 0
        return [call.region for call in self.cloud.calls[before:] if call.name == "images"]

    @property
    def due_in(self) -> timedelta:
        with self.house.store.read() as ledger:
            return self.survey.next_due(ledger) - self.house.clock()


@pytest.fixture
def surveyed(house: House) -> Surveyed:
    return Surveyed(house)


def test_every_region_is_read_at_the_start_and_again_every_few_minutes(surveyed: Surveyed) -> None:
    surveyed.cloud.put(image("img-sg", "sg", region=SINGAPORE))
    assert surveyed.due_in < timedelta()

    assert surveyed.sweep() == [GUANGZHOU, SINGAPORE]
    assert {one.image_id for one in surveyed.catalogue.images()} == {"img-base0001", "img-sg"}
    assert surveyed.catalogue.as_of == surveyed.house.clock()

    assert surveyed.due_in == EVERY
    assert surveyed.sweep(EVERY - timedelta(seconds=1)) == []
    assert surveyed.sweep(timedelta(seconds=1)) == [GUANGZHOU, SINGAPORE]


def test_a_region_that_fails_leaves_the_others_and_is_tried_again_soon(surveyed: Surveyed) -> None:
    surveyed.cloud.fail("images", DOWN)

    assert surveyed.sweep() == [GUANGZHOU, SINGAPORE]
    assert surveyed.catalogue.known
    assert surveyed.catalogue.readings[GUANGZHOU].fault == "InternalError"
    assert surveyed.catalogue.images() == ()

    assert surveyed.due_in == AFTER_A_FAULT
    assert surveyed.sweep(AFTER_A_FAULT) == [GUANGZHOU]
    assert len(surveyed.catalogue.images()) == 1


def test_what_we_changed_is_read_again_soon_and_many_changes_are_one(surveyed: Surveyed) -> None:
    surveyed.sweep()
    for account in ("100012345678", "100023456789"):
        surveyed.watched.share(GUANGZHOU, "img-base0001", [account])

    assert surveyed.due_in == AFTER_A_CHANGE
    assert surveyed.sweep(AFTER_A_CHANGE - timedelta(seconds=1)) == []
    assert surveyed.sweep(timedelta(seconds=1)) == [GUANGZHOU]
    assert surveyed.sweep(AFTER_A_CHANGE) == []


def test_a_change_that_failed_may_have_had_an_effect(surveyed: Surveyed) -> None:
    surveyed.sweep()
    surveyed.cloud.fail("unshare", DOWN)
    with pytest.raises(Unavailable):
        surveyed.watched.unshare(GUANGZHOU, "img-base0001", ["100012345678"])

    assert surveyed.sweep(AFTER_A_CHANGE) == [GUANGZHOU]


def test_what_somebody_looks_at_is_not_left_to_grow_old(surveyed: Surveyed) -> None:
    surveyed.sweep()
    surveyed.house.clock.advance(seconds=1)
    surveyed.catalogue.search("base", 1)

    assert surveyed.due_in == FRESH_FOR - timedelta(seconds=1)
    assert surveyed.sweep(FRESH_FOR) == [GUANGZHOU, SINGAPORE]
    assert surveyed.due_in == EVERY


def test_nothing_stays_unread_nor_is_read_without_end_where_the_clock_was_ahead(surveyed: Surveyed) -> None:
    ahead = timedelta(hours=8)
    surveyed.cloud.fail("images", DOWN)
    assert surveyed.sweep(ahead) == [GUANGZHOU, SINGAPORE]
    surveyed.catalogue.note_change(SINGAPORE)
    surveyed.catalogue.search("", 1)

    assert surveyed.sweep(-ahead) == [GUANGZHOU, SINGAPORE]
    assert surveyed.sweep(AFTER_A_CHANGE) == [SINGAPORE]
    assert surveyed.sweep(FRESH_FOR) == []
    assert surveyed.sweep(EVERY - FRESH_FOR - AFTER_A_CHANGE) == [GUANGZHOU]


def test_another_accounts_images_are_not_read(surveyed: Surveyed) -> None:
    surveyed.cloud.home = "100099999999"

    assert surveyed.sweep() == []
    assert not surveyed.catalogue.known
    assert {one.fault for one in surveyed.catalogue.readings.values()} == {"WrongAccount"}


def test_credentials_that_do_not_work_are_an_incident_that_ends_when_they_do(surveyed: Surveyed) -> None:
    surveyed.cloud.fail("images", REVOKED)
    surveyed.sweep()
    assert "AuthFailure.SecretIdNotFound" in (surveyed.house.incidents.report() or "")

    surveyed.sweep(AFTER_A_FAULT)
    assert surveyed.house.incidents.report() is None


def test_no_page_is_asked_for_after_the_end(surveyed: Surveyed) -> None:
    surveyed.survey.close()
    assert surveyed.sweep() == []
    assert surveyed.cloud.calls == []


def test_shares_that_somebody_asked_for_are_known(surveyed: Surveyed) -> None:
    surveyed.cloud.give(["100012345678"])
    surveyed.watched.shared_with(GUANGZHOU, "img-base0001")

    seen = surveyed.catalogue.shares_seen(image())
    assert seen is not None
    assert set(seen.accounts) == {"100012345678"}


# Against the vendor's protocol.


@pytest.fixture
def server() -> Iterator[CloudServer]:
    started = CloudServer(clock=clouds.Clock()).start()
    yield started
    started.stop()


def many(server: CloudServer, number: int) -> None:
    for one in range(number):
        server.state.add_image(sandbox.Image(f"img-many{one:04d}", f"many-{one}", GUANGZHOU, float(one)))


def clock_of(server: CloudServer) -> clouds.Clock:
    assert isinstance(server.state.clock, clouds.Clock)
    return server.state.clock


def pages(server: CloudServer) -> list[tuple[int, int]]:
    calls = [call for call in server.state.calls if call.action == "DescribeImages"]
    return [(call.params["Offset"], call.params["Limit"]) for call in calls]


def test_a_page_of_a_hundred_images_is_one_call(server: CloudServer) -> None:
    many(server, 250)

    with clouds.client(server.url, clock_of(server)) as cloud:
        found = [one for page in cloud.images(GUANGZHOU) for one in page]

    assert pages(server) == [(0, 100), (100, 100), (200, 100)]
    assert {one.kind for one in found} == {"PRIVATE_IMAGE", "SHARED_IMAGE"}
    assert len({one.image_id for one in found if one.name.startswith("many-")}) == 250


def test_reading_all_leaves_half_of_the_calls_to_those_who_wait(server: CloudServer) -> None:
    many(server, 1200)
    clock = clock_of(server)

    with clouds.client(server.url, clock) as cloud:
        began = clock()
        for number, _ in enumerate(cloud.images(GUANGZHOU), 1):
            if number == 5:
                assert clock() == began
                cloud.images_by_id(GUANGZHOU, ["img-many0001"])  # at once, though five pages were just read
                assert clock() == began
        assert len(clock.waits) >= 2


class Between:
    """A cloud in which something happens after each page that is read."""

    def __init__(self, cloud: TencentCloud, happens: Callable[[], None]) -> None:
        self._cloud = cloud
        self._happens = happens

    def account(self) -> str:
        return self._cloud.account()

    def images(self, region: str) -> Iterator[list[Image]]:
        for page in self._cloud.images(region):
            self._happens()
            yield page


def test_a_list_that_changes_while_it_is_read_is_read_again_later(server: CloudServer, house: House) -> None:
    many(server, 150)
    built = sandbox.Image("img-newone01", "new", GUANGZHOU, 1.0)
    with clouds.client(server.url, clock_of(server)) as cloud:
        surveyed = Surveyed(house, Between(cloud, lambda: server.state.add_image(built)))
        surveyed.sweep()
        assert surveyed.catalogue.readings[GUANGZHOU].fault == "ListChanged"

        surveyed.sweep(AFTER_A_FAULT)

    assert surveyed.catalogue.readings[GUANGZHOU].fault == ""
    assert "new" in {one.name for one in surveyed.catalogue.images()}


def test_a_fault_between_two_pages_leaves_the_reading_before(server: CloudServer, house: House) -> None:
    many(server, 150)
    with clouds.client(server.url, clock_of(server)) as cloud:
        surveyed = Surveyed(house, cloud)
        surveyed.sweep()
        before = surveyed.catalogue.images()
        failing = Between(cloud, lambda: server.state.faults.plan("DescribeImages", faults.html()))
        Surveyed(house, failing, surveyed.catalogue).sweep(EVERY)

    assert surveyed.catalogue.images() == before
    assert surveyed.catalogue.readings[GUANGZHOU].fault


def test_closing_ends_the_reading_after_the_page_in_hand(server: CloudServer, house: House) -> None:
    many(server, 250)
    closing: list[Survey] = []
    with clouds.client(server.url, clock_of(server)) as cloud:
        surveyed = Surveyed(house, Between(cloud, lambda: closing[0].close()))
        closing.append(surveyed.survey)
        surveyed.sweep()

    assert len(pages(server)) == 1
    assert surveyed.catalogue.readings[GUANGZHOU].tried_at is None


@pytest.mark.parametrize(
    "fault", [faults.throttled(), faults.html(), faults.cut(done=False)], ids=["throttled", "html", "cut"]
)
def test_whatever_the_cloud_answers_the_other_region_is_there(
    server: CloudServer, house: House, fault: faults.Fault
) -> None:
    server.state.faults.plan("DescribeImages", fault)
    with clouds.client(server.url, clock_of(server)) as cloud:
        surveyed = Surveyed(house, cloud)
        surveyed.sweep()

    assert surveyed.catalogue.known
    assert surveyed.catalogue.readings[GUANGZHOU].fault
    assert "edge-proxy" in {one.name for one in surveyed.catalogue.images()}
