"""SyncImages and DescribeImageQuota of the local cloud, and how a copy goes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from tencentcloud.cvm.v20170312 import models

from bot.sandbox import company
from bot.sandbox.cloud.copies import QUOTA
from bot.sandbox.cloud.server import CloudServer
from bot.sandbox.cloud.state import Image
from tests.sandbox.cloud_support import GUANGZHOU, SINGAPORE, Clock, Json, Sdk, code_of, running, sdk

NIGHTLY, GOLDEN, UBUNTU = "img-6pb6lrmy", "img-g0ldrh3l", "img-487zeit5"
BUILD_AGENT, WHOLE_MACHINE, VAULT = "img-bld4gnt5", "img-c1full8m", "img-v4ults6n"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def cloud(clock: Clock) -> Iterator[CloudServer]:
    with running(clock) as started:
        yield started


@pytest.fixture
def client(cloud: CloudServer) -> Iterator[Sdk]:
    with sdk(cloud) as made:
        yield made


def sync(client: Sdk, image: str = NIGHTLY, to: str | list[str] = SINGAPORE, **params: Any) -> Json:
    destinations = [to] if isinstance(to, str) else to
    return client.cvm("SyncImages", {"ImageIds": [image], "DestinationRegions": destinations, **params})


def seen(client: Sdk, name: str, region: str = SINGAPORE) -> list[tuple[str, int | None]]:
    """State and progress of the images of that name, as a client is told them."""
    answer = client.cvm("DescribeImages", {"Filters": [{"Name": "image-name", "Values": [name]}]}, region=region)
    return [(one["ImageState"], one["SyncPercent"]) for one in answer["ImageSet"] if one["ImageName"] == name]


def test_a_copy_comes_about_with_the_clock(cloud: CloudServer, client: Sdk, clock: Clock) -> None:
    cloud.state.copies.take(200)
    answer = sync(client, ImageName="nightly-42", ImageSetRequired=True)
    [made] = answer["ImageSet"]
    assert made.keys() == {"ImageId", "Region"}
    assert re.fullmatch(r"img-[0-9a-z]{8}", made["ImageId"])
    assert made["Region"] == SINGAPORE

    told = []
    for _ in range(4):
        told += seen(client, "nightly-42")
        clock.now += 67
    assert told == [("SYNCING", 0), ("SYNCING", 33), ("SYNCING", 67), ("NORMAL", 100)]
    assert seen(client, "nightly-42", GUANGZHOU) == []


def test_what_a_copy_is(cloud: CloudServer, client: Sdk, clock: Clock) -> None:
    cloud.state.copies.take(0)
    cloud.state.share(NIGHTLY, ["100012345678"])
    [made] = sync(client, ImageName="nightly-42", ImageSetRequired=True)["ImageSet"]
    [copy] = client.cvm("DescribeImages", {"ImageIds": [made["ImageId"]]}, region=SINGAPORE)["ImageSet"]

    assert (copy["ImageName"], copy["ImageType"], copy["ImageState"]) == ("nightly-42", "PRIVATE_IMAGE", "NORMAL")
    assert (copy["ImageCreator"], copy["Tags"]) == (company.HOME_ACCOUNT, [])
    assert cloud.state.images[made["ImageId"]].created_at == clock.now
    assert cloud.state.shares(made["ImageId"]) == {}
    client.cvm(
        "ModifyImageSharePermission",
        {"ImageId": made["ImageId"], "AccountIds": ["100012345678"], "Permission": "SHARE"},
        region=SINGAPORE,
    )


def test_the_sdks_models_read_the_answer(client: Sdk) -> None:
    request = models.SyncImagesRequest()
    request.ImageIds, request.DestinationRegions = [NIGHTLY], [SINGAPORE, "ap-tokyo"]
    request.ImageSetRequired, request.ImageName = True, "nightly-42"
    response = client.models().SyncImages(request)
    assert [copy.Region for copy in response.ImageSet] == [SINGAPORE, "ap-tokyo"]
    assert len({copy.ImageId for copy in response.ImageSet}) == 2


def test_the_ids_of_copies_are_told_on_demand_only(client: Sdk) -> None:
    assert sync(client).keys() == {"RequestId"}
    assert seen(client, "base-nightly") == [("SYNCING", 0)]  # of the same name where none is given


def test_a_query_can_hold_a_bool(cloud: CloudServer) -> None:
    with sdk(cloud, method="GET") as client:
        assert len(sync(client, ImageSetRequired=True, DryRun=False)["ImageSet"]) == 1
        assert code_of(sync, client, DryRun="perhaps") == "InvalidParameter"
    assert cloud.state.calls[0].params["ImageSetRequired"] is True


@pytest.mark.parametrize("value", ["true", 1])
def test_a_bool_is_no_text_and_no_number(client: Sdk, value: object) -> None:
    assert code_of(sync, client, DryRun=value) == "InvalidParameter"


def test_a_dry_run_copies_nothing(cloud: CloudServer, client: Sdk) -> None:
    before = cloud.state.images
    assert sync(client, DryRun=True, ImageSetRequired=True).keys() == {"RequestId"}
    cloud.state.dry_run_is_an_error = True
    assert code_of(sync, client, DryRun=True) == "DryRunOperation"
    assert code_of(sync, client, DryRun=True, to=GUANGZHOU) == "InvalidParameterValue.InvalidRegion"
    assert cloud.state.images == before


def test_a_failed_copy_stays_behind_as_such(cloud: CloudServer, client: Sdk, clock: Clock) -> None:
    cloud.state.copies.take(100)
    cloud.state.copies.fail_next(at=70)
    cloud.state.copies.fail_next("SYNCING_FAILED", at=30)
    sync(client, to=[SINGAPORE, "ap-tokyo"], ImageName="nightly-42")
    clock.now += 69
    assert seen(client, "nightly-42") == [("SYNCING", 69)]
    clock.now += 100
    assert seen(client, "nightly-42") == [("CREATEFAILED", 70)]
    assert seen(client, "nightly-42", "ap-tokyo") == [("SYNCING_FAILED", 30)]

    sync(client, ImageName="nightly-43")  # what was planned is used up
    cloud.state.copies.finish()
    assert seen(client, "nightly-43") == [("NORMAL", 100)]


def test_a_copy_can_vanish(cloud: CloudServer, client: Sdk, clock: Clock) -> None:
    cloud.state.copies.take(100)
    cloud.state.copies.vanish_next(at=50)
    [made] = sync(client, ImageName="nightly-42", ImageSetRequired=True)["ImageSet"]
    clock.now += 49
    assert seen(client, "nightly-42") == [("SYNCING", 49)]
    clock.now += 1
    assert seen(client, "nightly-42") == []
    assert made["ImageId"] not in cloud.state.images
    sync(client, ImageName="nightly-42")


def test_a_copy_can_stall(cloud: CloudServer, client: Sdk, clock: Clock) -> None:
    cloud.state.copies.stall_next(at=80)
    sync(client, ImageName="nightly-42")
    clock.now += 200
    cloud.state.copies.finish()
    assert seen(client, "nightly-42") == [("SYNCING", 80)]


def test_a_test_can_end_the_wait(cloud: CloudServer, client: Sdk) -> None:
    cloud.state.copies.take(1_000_000)
    sync(client, ImageName="nightly-42")
    version = cloud.state.snapshot()["version"]
    assert seen(client, "nightly-42") == [("SYNCING", 0)]
    cloud.state.copies.finish()
    assert seen(client, "nightly-42") == [("NORMAL", 100)]
    assert cloud.state.snapshot()["version"] > version


def test_a_copy_that_a_test_replaces_is_what_it_says(cloud: CloudServer, client: Sdk) -> None:
    [made] = sync(client, ImageName="nightly-42", ImageSetRequired=True)["ImageSet"]
    cloud.state.add_image(replace(cloud.state.images[made["ImageId"]], state="NORMAL", sync_percent=None))
    assert seen(client, "nightly-42") == [("NORMAL", 100)]


def test_an_image_on_its_way_can_be_neither_shared_nor_copied(client: Sdk) -> None:
    [made] = sync(client, ImageName="nightly-42", ImageSetRequired=True)["ImageSet"]
    share = {"ImageId": made["ImageId"], "AccountIds": ["100012345678"], "Permission": "SHARE"}
    onwards = {"ImageIds": [made["ImageId"]], "DestinationRegions": [GUANGZHOU]}
    busy = "InvalidParameterValue.InvalidImageState"
    assert code_of(client.cvm, "ModifyImageSharePermission", share, region=SINGAPORE) == busy
    assert code_of(client.cvm, "SyncImages", onwards, region=SINGAPORE) == busy


def test_an_image_shared_with_us_becomes_ours_in_its_own_region(cloud: CloudServer, client: Sdk) -> None:
    assert code_of(sync, client, GOLDEN, SINGAPORE) == "InvalidParameterValue.InvalidRegion"
    assert code_of(sync, client, GOLDEN, [GUANGZHOU, SINGAPORE]) == "InvalidParameterValue.InvalidRegion"
    [made] = sync(client, GOLDEN, GUANGZHOU, ImageSetRequired=True)["ImageSet"]
    copy = cloud.state.images[made["ImageId"]]
    assert (copy.kind, copy.creator, copy.name) == ("PRIVATE_IMAGE", company.HOME_ACCOUNT, "golden-rhel")


def test_an_encrypted_copy_stays_in_its_region(cloud: CloudServer, client: Sdk) -> None:
    assert code_of(sync, client, Encrypt=True) == "InvalidParameterValue.InvalidRegion"
    assert code_of(sync, client, KmsKeyId="key") == "InvalidParameter.InvalidKmsKeyId"
    sync(client, to=GUANGZHOU, Encrypt=True, KmsKeyId="key", ImageName="nightly-locked")
    [copy] = [image for image in cloud.state.images.values() if image.name == "nightly-locked"]
    assert copy.encrypted


@pytest.mark.parametrize(
    ("image", "code"),
    [
        ("base-nightly", "InvalidImageId.Malformed"),
        ("img-00000000", "InvalidImageId.NotFound"),
        ("img-s6edg3px", "InvalidImageId.NotFound"),  # in the other region
        (UBUNTU, "InvalidParameterValue.InvalidImageId"),
        (BUILD_AGENT, "InvalidParameterValue.InvalidImageState"),
        (WHOLE_MACHINE, "InvalidParameter.InstanceImageNotSupport"),
        (VAULT, "UnsupportedOperation.EncryptedImagesNotSupported"),
    ],
)
def test_an_image_that_cannot_be_copied(cloud: CloudServer, client: Sdk, image: str, code: str) -> None:
    before = cloud.state.images
    assert code_of(sync, client, image) == code
    assert cloud.state.images == before


def test_an_image_that_came_to_nothing(cloud: CloudServer, client: Sdk) -> None:
    cloud.state.add_image(replace(cloud.state.images[NIGHTLY], state="CREATEFAILED"))
    assert code_of(sync, client) == "InvalidImageId.IncorrectState"


def test_what_is_encrypted_is_not_encrypted_again(client: Sdk) -> None:
    code = code_of(sync, client, VAULT, GUANGZHOU, Encrypt=True)
    assert code == "UnsupportedOperation.SyncEncryptImageNotSupport"


def test_one_image_a_call(client: Sdk) -> None:
    params = {"ImageIds": [NIGHTLY, "img-2qk8xv4d"], "DestinationRegions": [SINGAPORE]}
    assert code_of(client.cvm, "SyncImages", params) == "InvalidParameterValue.LimitExceeded"


@pytest.mark.parametrize(
    ("to", "code"),
    [
        ("ap-atlantis", "InvalidRegion.NotFound"),
        (GUANGZHOU, "InvalidParameterValue.InvalidRegion"),
        (["ap-tokyo", GUANGZHOU], "InvalidParameterValue.InvalidRegion"),
        (["ap-tokyo", "ap-tokyo"], "InvalidParameterValue.InvalidRegion"),
        (["ap-tokyo", "ap-seoul"], "InvalidRegion.Unavailable"),
    ],
)
def test_a_region_that_takes_no_copy(cloud: CloudServer, client: Sdk, to: str | list[str], code: str) -> None:
    cloud.state.copies.close("ap-seoul")
    before = cloud.state.images
    assert code_of(sync, client, to=to) == code
    assert cloud.state.images == before


@pytest.mark.parametrize("name", ["", "n" * 61])
def test_a_name_that_is_too_long_or_none(client: Sdk, name: str) -> None:
    assert code_of(sync, client, ImageName=name) == "InvalidParameterValue.TooLong"


def test_a_name_of_sixty_characters(client: Sdk) -> None:
    sync(client, ImageName="n" * 60)
    assert seen(client, "n" * 60) == [("SYNCING", 0)]


def test_the_same_name_twice(cloud: CloudServer, client: Sdk) -> None:
    sync(client, ImageName="nightly-42")
    assert code_of(sync, client, ImageName="nightly-42") == "InvalidImageName.Duplicate"
    sync(client, ImageName="golden-debian")  # one that another account calls so does not count
    cloud.state.copies.same_name_allowed = True
    sync(client, ImageName="nightly-42")
    assert len(seen(client, "nightly-42")) == 2


def test_the_quota_of_a_region(cloud: CloudServer, client: Sdk) -> None:
    def quota(region: str) -> int:
        number: int = client.cvm("DescribeImageQuota", region=region)["ImageNumQuota"]
        return number

    assert quota(SINGAPORE) == QUOTA == 500
    cloud.state.copies.limit(SINGAPORE, 3)  # two of ours are there, and one that is shared with us
    assert (quota(SINGAPORE), quota(GUANGZHOU)) == (3, 500)
    cloud.state.add_image(Image("img-notours0", "not-ours", SINGAPORE, 0.0, kind="SHARED_IMAGE"))
    sync(client, ImageName="nightly-42")
    assert code_of(sync, client, ImageName="nightly-43") == "ImageQuotaLimitExceeded"
    assert code_of(sync, client, to=["ap-tokyo", SINGAPORE], ImageName="nightly-43") == "ImageQuotaLimitExceeded"
    assert seen(client, "nightly-43", "ap-tokyo") == []


def test_ten_calls_a_second(client: Sdk) -> None:
    for action, params in (
        ("SyncImages", {"ImageIds": [NIGHTLY], "DestinationRegions": [SINGAPORE], "DryRun": True}),
        ("DescribeImageQuota", {}),
    ):
        for _ in range(10):
            client.cvm(action, params)
        assert code_of(client.cvm, action, params) == "RequestLimitExceeded"
