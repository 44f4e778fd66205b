"""DeleteImages of the local cloud."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from tencentcloud.cvm.v20170312 import models

from bot.sandbox.cloud.server import CloudServer
from tests.sandbox.cloud_support import GUANGZHOU, SINGAPORE, Clock, Json, Sdk, code_of, running, sdk

NIGHTLY, STABLE, DASHBOARD = "img-6pb6lrmy", "img-2qk8xv4d", "img-4dshb0rd"
PARTNER_LAB = "100023456789"


@pytest.fixture
def cloud() -> Iterator[CloudServer]:
    with running(Clock()) as started:
        yield started


@pytest.fixture
def client(cloud: CloudServer) -> Iterator[Sdk]:
    with sdk(cloud) as made:
        yield made


def delete(client: Sdk, *images: str, region: str = GUANGZHOU, **options: bool) -> Json:
    return client.cvm("DeleteImages", {"ImageIds": list(images), **options}, region=region)


def test_a_deleted_image_is_gone(client: Sdk) -> None:
    assert delete(client, NIGHTLY, DASHBOARD).keys() == {"RequestId"}
    assert client.cvm("DescribeImages", {"ImageIds": [NIGHTLY, DASHBOARD]})["TotalCount"] == 0
    assert code_of(delete, client, NIGHTLY) == "InvalidImageId.NotFound"
    assert code_of(client.cvm, "DescribeImageSharePermission", {"ImageId": NIGHTLY}) == "InvalidImageId.NotFound"


def test_the_sdks_models(cloud: CloudServer, client: Sdk) -> None:
    request = models.DeleteImagesRequest()
    request.ImageIds, request.DeleteBindedSnap, request.DryRun = [NIGHTLY], True, False
    assert client.models().DeleteImages(request).RequestId
    assert NIGHTLY not in cloud.state.images


def test_snapshots_are_kept_unless_asked(cloud: CloudServer, client: Sdk) -> None:
    [image] = client.cvm("DescribeImages", {"ImageIds": [NIGHTLY]})["ImageSet"]
    delete(client, DASHBOARD, DeleteBindedSnap=True)
    assert cloud.state.kept_snapshots == []
    delete(client, NIGHTLY)
    assert cloud.state.kept_snapshots == [snapshot["SnapshotId"] for snapshot in image["SnapshotSet"]]


def test_a_dry_run_deletes_nothing(cloud: CloudServer, client: Sdk) -> None:
    assert delete(client, NIGHTLY, DryRun=True).keys() == {"RequestId"}
    cloud.state.dry_run_is_an_error = True
    assert code_of(delete, client, NIGHTLY, DryRun=True) == "DryRunOperation"
    assert code_of(delete, client, STABLE, DryRun=True) == "InvalidImageId.InShared"
    assert NIGHTLY in cloud.state.images


def test_a_shared_image_goes_once_its_shares_are_cancelled(cloud: CloudServer, client: Sdk) -> None:
    assert code_of(delete, client, STABLE) == "InvalidImageId.InShared"
    cancel = {"ImageId": STABLE, "AccountIds": [PARTNER_LAB], "Permission": "CANCEL"}
    client.cvm("ModifyImageSharePermission", cancel)
    delete(client, STABLE)
    assert STABLE not in cloud.state.images


def test_an_image_in_lighthouse_goes_once_it_is_taken_back(cloud: CloudServer, client: Sdk) -> None:
    client.lighthouse("ModifyImageSharePermission", {"ImageId": NIGHTLY, "Permission": "SHARE"})
    assert code_of(delete, client, NIGHTLY) == "InvalidImageId.InShared"
    client.lighthouse("ModifyImageSharePermission", {"ImageId": NIGHTLY, "Permission": "CANCEL"})
    delete(client, NIGHTLY)
    assert NIGHTLY not in cloud.state.images


@pytest.mark.parametrize(
    ("image", "code"),
    [
        ("base-nightly", "InvalidImageId.Malformed"),
        ("img-00000000", "InvalidImageId.NotFound"),
        ("img-s6edg3px", "InvalidImageId.NotFound"),  # in the other region
        ("img-g0ldrh3l", "InvalidParameterValue.InvalidImageIdIsShared"),
        ("img-487zeit5", "InvalidParameterValue.InvalidImageId"),
        ("img-bld4gnt5", "InvalidImageId.IncorrectState"),
        (STABLE, "InvalidImageId.InShared"),
    ],
)
def test_an_image_that_cannot_be_deleted(cloud: CloudServer, client: Sdk, image: str, code: str) -> None:
    before = cloud.state.images
    assert code_of(delete, client, image) == code
    assert code_of(delete, client, NIGHTLY, image) == code  # nor is the other one
    assert cloud.state.images == before


def test_a_copy_goes_when_it_has_come_about_or_failed(cloud: CloudServer, client: Sdk) -> None:
    cloud.state.copies.fail_next()
    sync = {"ImageIds": [NIGHTLY], "DestinationRegions": [SINGAPORE, "ap-tokyo"], "ImageSetRequired": True}
    failing, fine = client.cvm("SyncImages", sync)["ImageSet"]
    for copy in (failing, fine):
        code = code_of(delete, client, copy["ImageId"], region=copy["Region"])
        assert code == "InvalidImageId.IncorrectState"
    cloud.state.copies.finish()
    for copy in (failing, fine):
        delete(client, copy["ImageId"], region=copy["Region"])
        assert copy["ImageId"] not in cloud.state.images


def test_a_broken_image_can_go(cloud: CloudServer, client: Sdk) -> None:
    cloud.state.add_image(replace(cloud.state.images[NIGHTLY], state="IMPORTFAILED"))
    delete(client, NIGHTLY)
    assert NIGHTLY not in cloud.state.images


def test_ten_calls_a_second(client: Sdk) -> None:
    for _ in range(10):
        delete(client, NIGHTLY, DryRun=True)
    assert code_of(delete, client, NIGHTLY, DryRun=True) == "RequestLimitExceeded"
