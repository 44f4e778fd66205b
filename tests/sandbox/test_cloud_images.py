"""DescribeImages and GetCallerIdentity of the local cloud."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from tencentcloud.cvm.v20170312 import models

from bot.sandbox import company
from bot.sandbox.cloud.server import CloudServer
from bot.sandbox.cloud.state import Image
from tests.sandbox.cloud_support import GUANGZHOU, SINGAPORE, Sdk, code_of, running, sdk


@pytest.fixture
def cloud() -> Iterator[CloudServer]:
    with running() as started:
        yield started


@pytest.fixture
def client(cloud: CloudServer) -> Iterator[Sdk]:
    with sdk(cloud) as made:
        yield made


def names(answer: dict[str, Any]) -> set[str]:
    return {image["ImageName"] for image in answer["ImageSet"]}


def filtered(client: Sdk, **values: list[str]) -> set[str]:
    filters = [{"Name": name.replace("_", "-"), "Values": wanted} for name, wanted in values.items()]
    return names(client.cvm("DescribeImages", {"Filters": filters}))


def test_who_am_i(client: Sdk) -> None:
    answer = client.sts("GetCallerIdentity")
    assert answer["AccountId"] == company.HOME_ACCOUNT
    assert answer["Type"] == "CAMUser"
    assert answer["Arn"] == f"qcs::cam:{company.HOME_ACCOUNT}:uin/{answer['UserId']}"
    assert answer["PrincipalId"] == answer["UserId"] != company.HOME_ACCOUNT


def test_every_image_of_the_region_is_told_newest_first(cloud: CloudServer, client: Sdk) -> None:
    answer = client.cvm("DescribeImages")
    created = [image["CreatedTime"] for image in answer["ImageSet"]]
    here = {image.name for image in cloud.state.images.values() if image.region == GUANGZHOU}
    assert names(answer) == here
    assert answer["TotalCount"] == len(here) >= 12
    assert created == sorted(created, reverse=True)


def test_regions_are_apart(client: Sdk) -> None:
    assert names(client.cvm("DescribeImages", region=SINGAPORE)) == {"base-nightly-sg", "edge-proxy", "golden-debian"}
    assert client.cvm("DescribeImages", {"ImageIds": ["img-6pb6lrmy"]}, region=SINGAPORE)["TotalCount"] == 0


def test_an_image_has_every_field_of_the_vendors_model(cloud: CloudServer, client: Sdk) -> None:
    [image] = client.cvm("DescribeImages", {"ImageIds": ["img-6pb6lrmy"]})["ImageSet"]
    assert image.keys() == {name.removeprefix("_") for name in vars(models.Image())}
    created = datetime.strptime(image["CreatedTime"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp()
    assert created == pytest.approx(cloud.state.images["img-6pb6lrmy"].created_at, abs=1)
    assert image["SnapshotSet"][0]["DiskUsage"] == "SYSTEM_DISK"
    facts = {key: image[key] for key in ("ImageName", "ImageType", "ImageState", "ImageCreator", "ImageSize")}
    assert facts == {
        "ImageName": "base-nightly",
        "ImageType": "PRIVATE_IMAGE",
        "ImageState": "NORMAL",
        "ImageCreator": company.HOME_ACCOUNT,
        "ImageSize": 20,
    }


def test_the_sdks_models_read_the_answer(client: Sdk) -> None:
    request = models.DescribeImagesRequest()
    request.ImageIds = ["img-6pb6lrmy", "img-g0ldrh3l"]
    response = client.models().DescribeImages(request)
    assert response.TotalCount == 2
    assert {image.ImageId: image.ImageCreator for image in response.ImageSet} == {
        "img-6pb6lrmy": company.HOME_ACCOUNT,
        "img-g0ldrh3l": "100055500000",
    }
    assert {tag.Key: tag.Value for image in response.ImageSet for tag in image.Tags}["team"] == "platform"


def test_a_whole_machine_image_shows_its_data_disk(client: Sdk) -> None:
    answer = client.cvm("DescribeImages", {"Filters": [{"Name": "image-name", "Values": ["ci-runner-full"]}]})
    [image] = answer["ImageSet"]
    assert [disk["DiskUsage"] for disk in image["SnapshotSet"]] == ["SYSTEM_DISK", "DATA_DISK"]
    assert len({disk["SnapshotId"] for disk in image["SnapshotSet"]}) == 2
    assert all(re.fullmatch(r"snap-[0-9a-z]{8}", disk["SnapshotId"]) for disk in image["SnapshotSet"])


def test_an_image_on_the_way_has_no_progress_yet(client: Sdk) -> None:
    [image] = client.cvm("DescribeImages", {"Filters": [{"Name": "image-name", "Values": ["build-agent"]}]})["ImageSet"]
    assert (image["ImageState"], image["SyncPercent"]) == ("CREATING", None)


@pytest.mark.parametrize(
    ("name", "field", "value"),
    [
        ("sensor-gateway", "ImageDeprecated", True),
        ("base-nightly", "ImageDeprecated", False),
        ("plc-bridge", "IsSupportCloudinit", False),
        ("base-nightly", "IsSupportCloudinit", True),
        ("windows-sql", "LicenseType", "BYOL"),
        ("legacy-erp", "ImageSource", "EXTERNAL_IMPORT"),
    ],
)
def test_what_the_checks_ask_of_an_image(client: Sdk, name: str, field: str, value: object) -> None:
    answer = client.cvm("DescribeImages", {"Filters": [{"Name": "image-name", "Values": [name]}]})
    assert [image[field] for image in answer["ImageSet"]] == [value]


def test_an_unknown_id_is_left_out(client: Sdk) -> None:
    answer = client.cvm("DescribeImages", {"ImageIds": ["img-6pb6lrmy", "img-00000000"]})
    assert (answer["TotalCount"], names(answer)) == (1, {"base-nightly"})


@pytest.mark.parametrize("image_id", ["base-nightly", "img-", "img-6PB6LRMY", "img-6pb6lrmy ", "lhbp-6pb6lrmy"])
def test_a_malformed_id(client: Sdk, image_id: str) -> None:
    by_filter = {"Filters": [{"Name": "image-id", "Values": [image_id]}]}
    assert code_of(client.cvm, "DescribeImages", {"ImageIds": [image_id]}) == "InvalidImageId.Malformed"
    assert code_of(client.cvm, "DescribeImages", by_filter) == "InvalidImageId.Malformed"


def test_ids_and_filters_exclude_each_other(client: Sdk) -> None:
    params = {"ImageIds": ["img-6pb6lrmy"], "Filters": [{"Name": "image-type", "Values": ["PRIVATE_IMAGE"]}]}
    code = code_of(client.cvm, "DescribeImages", params)
    assert code == "InvalidParameter.InvalidParameterCoexistImageIdsFilters"


def test_filters(client: Sdk) -> None:
    assert filtered(client, image_id=["img-6pb6lrmy", "img-2qk8xv4d"]) == {"base-nightly", "base-22.04"}
    assert filtered(client, image_type=["SHARED_IMAGE"]) == {"golden-rhel", "mystery-miner", "lab-notebook"}
    assert filtered(client, image_name=["base"]) == {"base-nightly", "base-22.04", "popular-base"}
    assert filtered(client, platform=["ent"]) == {"legacy-erp", "orphan-cache", "TencentOS Server 3.1 (TK4)"}
    assert filtered(client, tag_key=["channel"]) == {"base-nightly", "base-22.04"}
    assert filtered(client, tag_value=["robots", "perception"]) == {"team-dashboard", "gpu-trainer"}
    assert filtered(client, **{"tag:channel": ["stable"]}) == {"base-22.04"}


def test_every_filter_must_hold(client: Sdk) -> None:
    assert filtered(client, image_name=["base"], tag_value=["nightly"]) == {"base-nightly"}
    assert filtered(client, image_name=["base"], image_type=["PUBLIC_IMAGE"]) == set()


@pytest.mark.parametrize("name", ["image-state", "tag:", "Image-Id"])
def test_an_unknown_filter(client: Sdk, name: str) -> None:
    params = {"Filters": [{"Name": name, "Values": ["NORMAL"]}]}
    assert code_of(client.cvm, "DescribeImages", params) == "InvalidFilter"


def test_how_many_filters_and_values_are_allowed(client: Sdk) -> None:
    def ask(filters: int, values: int) -> dict[str, Any]:
        one = {"Name": "image-name", "Values": [f"base{number or ''}" for number in range(values)]}
        return client.cvm("DescribeImages", {"Filters": [one] * filters})

    assert ask(filters=10, values=5)["TotalCount"] == 3
    assert code_of(ask, filters=11, values=1) == "InvalidParameterValue.LimitExceeded"
    assert code_of(ask, filters=1, values=6) == "InvalidFilterValue.LimitExceeded"


def test_pages(cloud: CloudServer, client: Sdk) -> None:
    for number in range(120):
        cloud.state.add_image(Image(f"img-many{number:04d}", f"many-{number}", SINGAPORE, created_at=number))

    def page(**params: int) -> list[str]:
        answer = client.cvm("DescribeImages", params, region=SINGAPORE)
        assert answer["TotalCount"] == 123
        return [image["ImageName"] for image in answer["ImageSet"]]

    everything = page(Limit=100) + page(Offset=100, Limit=100)
    assert len(everything) == len(set(everything)) == 123
    assert page() == everything[:20]
    assert page(Offset=121) == everything[121:]
    assert page(Offset=500) == []


@pytest.mark.parametrize("limit", [0, 101])
def test_a_limit_out_of_range(client: Sdk, limit: int) -> None:
    code = code_of(client.cvm, "DescribeImages", {"Limit": limit})
    assert code == "InvalidParameterValue.InvalidParameterValueLimit"


def test_a_negative_offset(client: Sdk) -> None:
    assert code_of(client.cvm, "DescribeImages", {"Offset": -1}) == "InvalidParameterValue"


def test_instance_types_are_said_to_be_unsupported(client: Sdk) -> None:
    assert code_of(client.cvm, "DescribeImages", {"InstanceType": "SA5.MEDIUM2"}) == "UnsupportedOperation"


def test_an_image_that_a_test_replaces_is_told_as_it_is_now(cloud: CloudServer, client: Sdk) -> None:
    image = cloud.state.images["img-2qk8xv4d"]
    cloud.state.add_image(replace(image, state="SYNCING"))
    [told] = client.cvm("DescribeImages", {"ImageIds": [image.image_id]})["ImageSet"]
    assert told["ImageState"] == "SYNCING"
    assert set(cloud.state.shares(image.image_id)) == {"100023456789"}
