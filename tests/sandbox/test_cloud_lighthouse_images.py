"""CVM images offered to the local Lighthouse."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from tencentcloud.lighthouse.v20200324 import models

from bot.sandbox.cloud.images import Image
from bot.sandbox.cloud.server import CloudServer
from tests.sandbox.cloud_support import GUANGZHOU, SINGAPORE, Clock, Json, Sdk, code_of, running, sdk

NIGHTLY, STABLE = "img-6pb6lrmy", "img-2qk8xv4d"
LIST, MODIFY = "DescribeImagesToShare", "ModifyImageSharePermission"

REASONS = [
    ("img-l3g4cy9w", "external"),
    ("img-c1full8m", "Full-instance"),
    ("img-pl6br1dg", "cloud-init"),
    ("img-bsdr0ut3", "FreeBSD"),
]


@pytest.fixture
def cloud() -> Iterator[CloudServer]:
    with running(Clock()) as started:
        yield started


@pytest.fixture
def client(cloud: CloudServer) -> Iterator[Sdk]:
    with sdk(cloud) as made:
        yield made


def modify(client: Sdk, image: str = NIGHTLY, permission: str = "SHARE", region: str = GUANGZHOU) -> Json:
    return client.lighthouse(MODIFY, {"ImageId": image, "Permission": permission}, region=region)


def verdict(client: Sdk, image: str) -> tuple[bool, str]:
    [one] = client.lighthouse(LIST, {"ImageIds": [image]})["ImageSet"]
    return one["IsShareable"], one["UnshareableReason"]


def ids(client: Sdk, params: dict[str, Any]) -> set[str]:
    return {one["ImageId"] for one in client.lighthouse(LIST, params)["ImageSet"]}


def test_an_image_goes_there_and_back(cloud: CloudServer, client: Sdk) -> None:
    assert verdict(client, NIGHTLY) == (True, "")
    blueprint_id = modify(client)["BlueprintId"]
    [blueprint] = client.lighthouse("DescribeBlueprints", {"BlueprintIds": [blueprint_id]})["BlueprintSet"]
    assert (blueprint["ImageId"], blueprint["BlueprintName"]) == (NIGHTLY, "base-nightly")
    assert blueprint["BlueprintType"] == "SHARED"
    assert cloud.state.lighthouse.has(NIGHTLY)
    shareable, reason = verdict(client, NIGHTLY)
    assert not shareable
    assert "already" in reason

    assert modify(client, permission="CANCEL")["BlueprintId"] == blueprint_id
    assert verdict(client, NIGHTLY) == (True, "")
    assert client.lighthouse("DescribeBlueprints", {"BlueprintIds": [blueprint_id]})["TotalCount"] == 0


def test_it_is_another_action_than_the_one_of_cvm(cloud: CloudServer, client: Sdk) -> None:
    modify(client)
    assert cloud.state.shares(NIGHTLY) == {}
    assert [(call.service, call.action) for call in cloud.state.calls] == [("lighthouse", MODIFY)]
    with_accounts = {"ImageId": NIGHTLY, "Permission": "SHARE", "AccountIds": ["100012345678"]}
    assert code_of(client.lighthouse, MODIFY, with_accounts) == "UnknownParameter"


def test_the_sdks_models(client: Sdk) -> None:
    made = client.lighthouse_models()
    share = models.ModifyImageSharePermissionRequest()
    share.ImageId, share.Permission = NIGHTLY, "SHARE"
    assert made.ModifyImageSharePermission(share).BlueprintId.startswith("lhbp-")
    request = models.DescribeImagesToShareRequest()
    request.ImageIds = [NIGHTLY, "img-c1full8m"]
    response = made.DescribeImagesToShare(request)
    assert response.TotalCount == 2
    told = {image.ImageId: (image.ImageClass, image.IsShareable) for image in response.ImageSet}
    assert told == {NIGHTLY: ("SystemImage", False), "img-c1full8m": ("InstanceImage", False)}


def test_an_image_has_every_field_of_the_vendors_model(client: Sdk) -> None:
    [image] = client.lighthouse(LIST, {"ImageIds": [NIGHTLY]})["ImageSet"]
    assert image.keys() == {name.removeprefix("_") for name in vars(models.Image())}


@pytest.mark.parametrize(("image", "word"), REASONS)
def test_why_an_image_cannot_go_there(client: Sdk, image: str, word: str) -> None:
    shareable, reason = verdict(client, image)
    assert not shareable
    assert word in reason
    assert code_of(modify, client, image) == "UnsupportedOperation.ImageUnableToShare"


def test_an_image_that_is_busy_or_broken(cloud: CloudServer, client: Sdk) -> None:
    assert code_of(modify, client, "img-bld4gnt5") == "UnsupportedOperation.ImageOccupied"
    assert "CREATING" in verdict(client, "img-bld4gnt5")[1]
    cloud.state.add_image(replace(cloud.state.images[NIGHTLY], state="CREATEFAILED"))
    assert code_of(modify, client) == "UnsupportedOperation.ImageUnableToShare"


def test_not_twice(client: Sdk) -> None:
    modify(client)
    assert code_of(modify, client) == "UnsupportedOperation.ImageAlreadyShared"
    modify(client, permission="CANCEL")
    assert code_of(modify, client, permission="CANCEL") == "FailedOperation.ImageOperationFailed"


@pytest.mark.parametrize("permission", ["SHARE", "CANCEL"])
@pytest.mark.parametrize(
    ("image", "code"),
    [
        ("lhbp-w1k1k1t7", "InvalidParameterValue.InvalidImageIdMalformed"),
        ("img-00000000", "ResourceNotFound.ImageIdNotFound"),
        ("img-s6edg3px", "ResourceNotFound.ImageIdNotFound"),  # in the other region
        ("img-g0ldrh3l", "ResourceNotFound.ImageIdNotFound"),  # of another account
    ],
)
def test_an_image_that_is_not_ours_to_offer(client: Sdk, permission: str, image: str, code: str) -> None:
    assert code_of(modify, client, image, permission) == code


def test_a_permission_that_there_is_not(client: Sdk) -> None:
    assert code_of(modify, client, permission="share") == "InvalidParameterValue"


def test_without_the_service_role_nothing_works(cloud: CloudServer, client: Sdk) -> None:
    cloud.state.lighthouse.has_role = False
    for permission in ("SHARE", "CANCEL"):
        assert code_of(modify, client, permission=permission) == "ResourceNotFound.RoleNotFound"
    assert code_of(client.lighthouse, LIST) == "ResourceNotFound.RoleNotFound"
    cloud.state.lighthouse.has_role = True
    modify(client)


def test_what_is_listed_is_ours_and_of_the_region(cloud: CloudServer, client: Sdk) -> None:
    here = {
        image.image_id
        for image in cloud.state.images.values()
        if image.region == GUANGZHOU and image.kind == "PRIVATE_IMAGE"
    }
    assert ids(client, {"Limit": 100}) == here
    own = {"Filters": [{"Name": "image-type", "Values": ["PRIVATE_IMAGE"]}], "Limit": 100}
    assert ids(client, own) == here
    assert ids(client, {"Filters": [{"Name": "image-name", "Values": ["base"]}]}) == {
        NIGHTLY,
        STABLE,
        "img-p0pbase1",
    }
    assert ids(client, {"Filters": [{"Name": "image-id", "Values": [NIGHTLY]}]}) == {NIGHTLY}
    assert ids(client, {"ImageIds": [NIGHTLY, "img-s6edg3px", "img-00000000"]}) == {NIGHTLY}


def test_pages(cloud: CloudServer, client: Sdk) -> None:
    for number in range(120):
        cloud.state.add_image(Image(f"img-many{number:04d}", f"many-{number}", "ap-tokyo", created_at=number))

    def page(**params: int) -> list[str]:
        answer = client.lighthouse(LIST, params, region="ap-tokyo")
        assert answer["TotalCount"] == 120
        return [one["ImageName"] for one in answer["ImageSet"]]

    everything = page(Limit=100) + page(Offset=100, Limit=100)
    assert len(set(everything)) == len(everything) == 120
    assert page() == everything[:20]


@pytest.mark.parametrize(
    ("params", "code"),
    [
        (
            {"ImageIds": [NIGHTLY], "Filters": [{"Name": "image-id", "Values": [NIGHTLY]}]},
            "InvalidParameter.ParameterConflict",
        ),
        ({"ImageIds": ["base-nightly"]}, "InvalidParameterValue.InvalidImageIdMalformed"),
        ({"ImageIds": [NIGHTLY, NIGHTLY]}, "InvalidParameterValue.Duplicated"),
        ({"Filters": [{"Name": "platform", "Values": ["a"]}]}, "InvalidParameter.InvalidFilterNotSupportedName"),
        (
            {"Filters": [{"Name": "image-name", "Values": list("abcdef")}]},
            "InvalidParameter.FilterValueLimitExceeded",
        ),
        ({"Limit": 101}, "InvalidParameterValue.OutOfRange"),
        ({"Offset": -1}, "InvalidParameterValue.Negative"),
    ],
)
def test_questions_that_are_refused(client: Sdk, params: dict[str, Any], code: str) -> None:
    assert code_of(client.lighthouse, LIST, params) == code


def test_a_copy_can_go_there_once_it_has_come_about(cloud: CloudServer, client: Sdk) -> None:
    sync = {"ImageIds": [NIGHTLY], "DestinationRegions": [SINGAPORE], "ImageSetRequired": True}
    [copy] = client.cvm("SyncImages", sync)["ImageSet"]
    assert code_of(modify, client, copy["ImageId"], region=SINGAPORE) == "UnsupportedOperation.ImageOccupied"
    cloud.state.copies.finish()
    modify(client, copy["ImageId"], region=SINGAPORE)


@pytest.mark.parametrize(("action", "params"), [(LIST, {}), (MODIFY, {"ImageId": STABLE, "Permission": "SHARE"})])
def test_twenty_calls_a_second(cloud: CloudServer, client: Sdk, action: str, params: dict[str, Any]) -> None:
    for _ in range(20):
        client.lighthouse(action, params)
        if action == MODIFY:
            cloud.state.lighthouse.withdraw(STABLE)
    assert code_of(client.lighthouse, action, params) == "RequestLimitExceeded"
