"""Lighthouse through the vendor's SDK, against the pretend cloud."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from approvals.cloud import ImageKind
from approvals.errors import Refused
from approvals.tencent import TencentCloud
from bot.sandbox.cloud.blueprints import SHARED, Blueprint
from bot.sandbox.cloud.server import CloudServer
from tests.approvals.clouds import GUANGZHOU, Clock, client

NIGHTLY, WIKI = "img-6pb6lrmy", "lhbp-w1k1k1t7"
MANY = [str(100_500_000_000 + number) for number in range(120)]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def server(clock: Clock) -> Iterator[CloudServer]:
    started = CloudServer(clock=clock).start()
    try:
        yield started
    finally:
        started.stop()


@pytest.fixture
def cloud(server: CloudServer, clock: Clock) -> Iterator[TencentCloud]:
    with client(server.url, clock, lighthouse=True) as made:
        yield made


def test_every_page_of_its_images_is_read(server: CloudServer, cloud: TencentCloud) -> None:
    for number in range(130):
        server.state.lighthouse.add(Blueprint(f"lhbp-page{number:04d}", f"kit-{number}", GUANGZHOU, 1000.0 + number))
    ids = {image.image_id for page in cloud.images(GUANGZHOU) for image in page if image.is_blueprint}
    assert len(ids) == 130 + 4
    assert [one.image_id for one in cloud.images_by_name(GUANGZHOU, "kit-7")] == ["lhbp-page0007"]


def test_what_it_made_of_an_image_of_cvm_is_not_listed_beside_that(cloud: TencentCloud) -> None:
    before = {image.image_id for page in cloud.images(GUANGZHOU) for image in page}
    assert cloud.lighthouse_image(GUANGZHOU, NIGHTLY) == ""
    cloud.offer(GUANGZHOU, NIGHTLY)
    made = cloud.lighthouse_image(GUANGZHOU, NIGHTLY)
    assert made.startswith("lhbp-")
    assert {image.image_id for page in cloud.images(GUANGZHOU) for image in page} == before
    cloud.withdraw(GUANGZHOU, NIGHTLY)
    assert cloud.lighthouse_image(GUANGZHOU, NIGHTLY) == ""


def test_every_page_of_who_has_one_is_read(server: CloudServer, cloud: TencentCloud) -> None:
    server.state.lighthouse.share(WIKI, MANY)
    assert set(cloud.shared_with(GUANGZHOU, WIKI) or ()) == set(MANY)
    server.state.lighthouse.international = True
    assert cloud.shared_with(GUANGZHOU, WIKI) is None


def test_whose_an_image_is_is_read_as_of_cvm(server: CloudServer, cloud: TencentCloud) -> None:
    server.state.lighthouse.add(Blueprint("lhbp-theirs01", "theirs", GUANGZHOU, 1000.0, kind=SHARED))
    ids = [WIKI, "lhbp-theirs01", "lhbp-ubuntu22"]
    found = {image.image_id: image.kind for image in cloud.images_by_id(GUANGZHOU, ids)}
    assert found == {
        WIKI: ImageKind.PRIVATE,
        "lhbp-theirs01": ImageKind.SHARED,
        "lhbp-ubuntu22": ImageKind.PUBLIC,
    }
    assert cloud.images_by_id(GUANGZHOU, ["lhbp-n0ne0000"]) == []


def test_what_it_says_of_an_image_is_read(cloud: TencentCloud) -> None:
    view = cloud.lighthouse_view(GUANGZHOU, NIGHTLY)
    assert view is not None
    assert (view.takes, view.reason, view.cloud_init, view.state) == (True, "", True, "NORMAL")
    bare = cloud.lighthouse_view(GUANGZHOU, "img-pl6br1dg")
    assert bare is not None
    assert (bare.takes, bare.cloud_init) == (False, False)
    assert bare.reason
    assert cloud.lighthouse_view("ap-singapore", NIGHTLY) is None


def test_more_than_ten_accounts_a_call_are_refused_as_too_many(server: CloudServer, cloud: TencentCloud) -> None:
    for account in MANY[:11]:
        server.state.add_account(account)
    with pytest.raises(Refused) as refused:
        cloud.share(GUANGZHOU, WIKI, MANY[:11])
    assert refused.value.about == "size"


def test_where_it_is_not_wanted_nothing_is_asked_of_it(server: CloudServer, clock: Clock) -> None:
    with client(server.url, clock) as cloud:
        list(cloud.images(GUANGZHOU))
        assert cloud.images_by_id(GUANGZHOU, [WIKI]) == []
        assert cloud.images_by_name(GUANGZHOU, "wiki-kit") == []
    assert {call.service for call in server.state.calls} == {"cvm"}
