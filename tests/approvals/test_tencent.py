"""The cloud client against the sandbox's cloud: the vendor's protocol on a real socket."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from approvals.cloud import Cloud, ImageKind
from approvals.errors import About, AuthFailed, CloudError, Refused, Throttled, Unavailable
from approvals.tencent import TencentCloud
from bot.sandbox import company
from bot.sandbox.cloud import faults, seed
from bot.sandbox.cloud.server import CloudServer
from bot.sandbox.cloud.state import PUBLIC, SHARED, Image
from tests.approvals.clouds import GUANGZHOU, SINGAPORE, Clock, Observed, client

NIGHTLY, STABLE = "img-6pb6lrmy", "img-2qk8xv4d"
DATA_TEAM, PARTNER_LAB = "100012345678", "100023456789"


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
    with client(server.url, clock) as made:
        yield made


def test_is_the_cloud_that_the_rest_needs(cloud: Cloud) -> None:
    assert cloud.account() == company.HOME_ACCOUNT


def test_images_by_id_leaves_out_what_is_not_there(cloud: TencentCloud) -> None:
    found = cloud.images_by_id(GUANGZHOU, [STABLE, "img-nothere1", "img-S!", NIGHTLY, STABLE])
    assert sorted(image.image_id for image in found) == [STABLE, NIGHTLY]
    assert cloud.images_by_id(SINGAPORE, [NIGHTLY]) == []
    assert cloud.images_by_id(GUANGZHOU, []) == []


def test_more_ids_than_a_call_takes(server: CloudServer, cloud: TencentCloud) -> None:
    ids = [f"img-many{number:04d}" for number in range(205)]
    for image_id in ids:
        server.state.add_image(Image(image_id, "one-of-many", GUANGZHOU, time.time()))
    assert {image.image_id for image in cloud.images_by_id(GUANGZHOU, ids)} == set(ids)
    assert [len(call.params["ImageIds"]) for call in server.state.calls] == [100, 100, 5]


def test_an_image_as_the_cloud_tells_it(server: CloudServer, cloud: TencentCloud) -> None:
    created = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
    server.state.add_image(
        Image(
            "img-whole123",
            "whole",
            SINGAPORE,
            created.timestamp(),
            source="EXTERNAL_IMPORT",
            licence="BYOL",
            size_gib=50,
            os_name="Debian 12",
            platform="Debian",
            architecture="arm",
            creator=company.HOME_ACCOUNT,
            data_disks_gib=(100,),
            tags={"team": "data", "empty": ""},
        )
    )
    (image,) = cloud.images_by_id(SINGAPORE, ["img-whole123"])
    assert (image.name, image.region, image.kind, image.state) == ("whole", SINGAPORE, ImageKind.PRIVATE, "NORMAL")
    assert (image.source, image.licence, image.creator) == ("EXTERNAL_IMPORT", "BYOL", company.HOME_ACCOUNT)
    assert (image.size_gib, image.os_name, image.platform) == (50, "Debian 12", "Debian")
    assert (image.architecture, image.created_at, image.whole_machine) == ("arm", created, True)
    assert image.tags == {"team": "data", "empty": ""}
    (plain,) = cloud.images_by_id(GUANGZHOU, [NIGHTLY])
    assert (plain.whole_machine, plain.licence, plain.deprecated) == (False, "TencentCloud", False)


def test_by_name_is_exact_whoever_owns_it(server: CloudServer, cloud: TencentCloud) -> None:
    for image_id, name, kind in (
        ("img-named001", "tools", "PRIVATE_IMAGE"),
        ("img-named002", "tools", SHARED),
        ("img-named003", "tools", PUBLIC),
        ("img-named004", "tools-2", "PRIVATE_IMAGE"),
        ("img-named005", "Tools", "PRIVATE_IMAGE"),
    ):
        server.state.add_image(Image(image_id, name, GUANGZHOU, time.time(), kind=kind))
    found = cloud.images_by_name(GUANGZHOU, "tools")
    assert sorted(image.image_id for image in found) == ["img-named001", "img-named002", "img-named003"]
    assert cloud.images_by_name(SINGAPORE, "tools") == []


def test_by_name_reads_every_page(server: CloudServer, cloud: TencentCloud) -> None:
    now = time.time()
    server.state.add_image(Image("img-oldest00", "nightly-build", GUANGZHOU, now - 9000))
    for number in range(230):
        server.state.add_image(Image(f"img-page{number:04d}", f"nightly-build-{number}", GUANGZHOU, now - number))
    assert [image.image_id for image in cloud.images_by_name(GUANGZHOU, "nightly-build")] == ["img-oldest00"]
    assert [call.params["Offset"] for call in server.state.calls] == [0, 100, 200]


def test_share_and_unshare(server: CloudServer, cloud: TencentCloud) -> None:
    request_id = cloud.share(GUANGZHOU, NIGHTLY, [DATA_TEAM, PARTNER_LAB])
    assert request_id == server.state.calls[-1].request_id
    assert server.state.shares(NIGHTLY).keys() == {DATA_TEAM, PARTNER_LAB}
    shares = cloud.shared_with(GUANGZHOU, NIGHTLY)
    assert shares is not None
    assert shares.keys() == {DATA_TEAM, PARTNER_LAB}
    since = shares[DATA_TEAM]
    assert since is not None
    assert since.tzinfo is UTC
    assert abs(since.timestamp() - server.state.clock()) < 2
    request_id = cloud.unshare(GUANGZHOU, NIGHTLY, [DATA_TEAM])
    assert request_id == server.state.calls[-1].request_id
    assert set(cloud.shared_with(GUANGZHOU, NIGHTLY) or ()) == {PARTNER_LAB}


def test_shared_with_nobody_is_an_empty_answer(cloud: TencentCloud) -> None:
    assert cloud.shared_with(GUANGZHOU, NIGHTLY) == {}


@pytest.mark.parametrize(
    ("image_id", "account", "code", "about"),
    [
        (NIGHTLY, "100099999999", "InvalidAccountId.NotFound", About.ACCOUNT),
        (NIGHTLY, seed.SUB_ACCOUNT, "FailedOperation.NotMasterAccount", About.ACCOUNT),
        (NIGHTLY, company.HOME_ACCOUNT, "FailedOperation.AccountIsYourSelf", About.ACCOUNT),
        ("img-nothere1", DATA_TEAM, "InvalidImageId.NotFound", About.IMAGE),
        ("image-1", DATA_TEAM, "InvalidImageId.Malformed", About.IMAGE),
        ("img-w1nsql19", DATA_TEAM, "FailedOperation.BYOLImageShareFailed", About.IMAGE),
        ("img-c1full8m", DATA_TEAM, "InvalidParameter.InstanceImageNotSupport", About.IMAGE),
        ("img-g0ldrh3l", DATA_TEAM, "UnauthorizedOperation.ImageNotBelongToAccount", About.IMAGE),
    ],
)
def test_refusals(cloud: TencentCloud, image_id: str, account: str, code: str, about: About) -> None:
    with pytest.raises(Refused) as caught:
        cloud.share(GUANGZHOU, image_id, [account])
    refusal = caught.value
    assert (refusal.action, refusal.code, refusal.about) == ("ModifyImageSharePermission", code, about)
    assert refusal.cloud_request_id
    assert refusal.advice.endswith(".")
    assert refusal.message.isascii()  # English was asked for


def test_the_501st_account_is_refused_and_less_would_do(cloud: TencentCloud) -> None:
    with pytest.raises(Refused) as caught:
        cloud.share(GUANGZHOU, "img-p0pbase1", [DATA_TEAM, PARTNER_LAB])
    assert (caught.value.code, caught.value.about) == ("OverQuota", About.CALL)


def test_a_busy_image_is_for_later(cloud: TencentCloud) -> None:
    with pytest.raises(Unavailable) as caught:
        cloud.share(GUANGZHOU, "img-bld4gnt5", [DATA_TEAM])
    assert caught.value.code == "InvalidParameterValue.InvalidImageState"


@pytest.mark.parametrize(
    ("keys", "code"),
    [
        ({"secret_key": "another"}, "AuthFailure.SignatureFailure"),
        ({"secret_id": "AKIDnobody"}, "AuthFailure.SecretIdNotFound"),
        ({"token": "of-another-key"}, "AuthFailure.TokenFailure"),
    ],
)
def test_keys_that_do_not_work(server: CloudServer, keys: dict[str, Any], code: str) -> None:
    with client(server.url, **keys) as cloud, pytest.raises(AuthFailed) as caught:
        cloud.account()
    assert caught.value.code == code
    assert caught.value.advice.endswith(".")


def test_our_bound_keeps_below_the_clouds(server: CloudServer, cloud: TencentCloud, clock: Clock) -> None:
    for _ in range(35):
        cloud.shared_with(GUANGZHOU, NIGHTLY)
    for _ in range(45):
        cloud.account()
    assert {call.code for call in server.state.calls} == {"ok"}
    assert len(clock.waits) == 3 + 2


def test_without_the_bound_the_cloud_throttles(server: CloudServer) -> None:
    hurried = Clock()
    with client(server.url, hurried) as cloud:
        for _ in range(10):
            cloud.shared_with(GUANGZHOU, NIGHTLY)
        hurried.advance(10)
        with pytest.raises(Throttled) as caught:
            cloud.shared_with(GUANGZHOU, NIGHTLY)
    assert caught.value.code == "RequestLimitExceeded"


def test_threads_share_one_client() -> None:
    pace = Clock()

    def unhurried() -> float:
        pace.advance(0.2)  # so that no second has too many calls, however the threads are scheduled
        return pace()

    wrong: list[object] = []
    server = CloudServer(clock=unhurried).start()

    def call(number: int) -> None:
        region, image_id = ((GUANGZHOU, NIGHTLY), (SINGAPORE, "img-s6nb8s2e"))[number % 2]
        for _ in range(4):
            found = [image.image_id for image in shared.images_by_id(region, [image_id])]
            if found != [image_id]:
                wrong.append(found)

    threads = [threading.Thread(target=call, args=(number,)) for number in range(16)]
    try:
        with client(server.url) as shared:
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(30)
    finally:
        server.stop()
    assert wrong == []
    assert [call.code for call in server.state.calls] == ["ok"] * 64


def test_calls_are_told_of(server: CloudServer) -> None:
    told = Observed()
    with client(server.url, on_call=told) as cloud:
        cloud.account()
        with pytest.raises(CloudError):
            cloud.share(SINGAPORE, "img-nothere1", [DATA_TEAM])
    assert [call[:3] for call in told.calls] == [
        ("GetCallerIdentity", GUANGZHOU, "ok"),
        ("ModifyImageSharePermission", SINGAPORE, "InvalidImageId.NotFound"),
    ]


@pytest.mark.parametrize("endpoint", ["127.0.0.1:9000", "ftp://127.0.0.1", "http://", "http://a/path", "http://u:p@a"])
def test_an_endpoint_that_is_no_base_url(endpoint: str) -> None:
    with pytest.raises(ValueError, match="is no base URL"):
        TencentCloud(regions=[GUANGZHOU], endpoint=endpoint)


def test_how_many_images_a_region_has_and_may_have(server: CloudServer, cloud: TencentCloud) -> None:
    server.state.copies.limit(SINGAPORE, 7)
    before = cloud.room(SINGAPORE)
    cloud.copy(GUANGZHOU, NIGHTLY, SINGAPORE, "a-copy")
    assert (before.most, cloud.room(SINGAPORE).used) == (7, before.used + 1)  # one that comes about counts


def test_a_copy_is_checked_begun_followed_and_deleted(server: CloudServer, cloud: TencentCloud) -> None:
    server.state.copies.take(600.0)
    cloud.check_copy(GUANGZHOU, NIGHTLY, SINGAPORE, "a-copy")
    assert cloud.images_by_name(SINGAPORE, "a-copy") == []
    copied = cloud.copy(GUANGZHOU, NIGHTLY, SINGAPORE, "a-copy")
    (image,) = cloud.images_by_name(SINGAPORE, "a-copy")
    assert (image.image_id, image.state, image.sync_percent) == (copied.image_id, "SYNCING", 0)
    with pytest.raises(Refused) as refused:
        cloud.delete_image(SINGAPORE, copied.image_id, snapshots=False)
    assert refused.value.code == "InvalidImageId.IncorrectState"
    server.state.copies.finish()
    assert cloud.images_by_id(SINGAPORE, [copied.image_id])[0].state == "NORMAL"
    cloud.delete_image(SINGAPORE, copied.image_id, snapshots=False)
    assert cloud.images_by_id(SINGAPORE, [copied.image_id]) == []


@pytest.mark.parametrize("as_error", [False, True])
def test_a_dry_run_that_went_well_may_come_as_an_error(
    server: CloudServer, cloud: TencentCloud, as_error: bool
) -> None:
    server.state.dry_run_is_an_error = as_error
    cloud.check_copy(GUANGZHOU, NIGHTLY, SINGAPORE, "a-copy")


def test_that_code_without_a_dry_run_is_an_error(server: CloudServer, cloud: TencentCloud) -> None:
    server.state.faults.plan("SyncImages", faults.error("DryRunOperation"))
    with pytest.raises(Refused):
        cloud.copy(GUANGZHOU, NIGHTLY, SINGAPORE, "a-copy")


def test_a_name_that_is_taken_is_told_as_that(cloud: TencentCloud) -> None:
    cloud.copy(GUANGZHOU, NIGHTLY, SINGAPORE, "a-copy")
    with pytest.raises(Refused) as refused:
        cloud.check_copy(GUANGZHOU, NIGHTLY, SINGAPORE, "a-copy")
    assert refused.value.about is About.NAME
