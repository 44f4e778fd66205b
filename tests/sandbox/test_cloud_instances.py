"""DescribeInstances of the local cloud."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from tencentcloud.cvm.v20170312 import models

from bot.sandbox.cloud.server import CloudServer
from bot.sandbox.cloud.state import Instance
from tests.sandbox.cloud_support import GUANGZHOU, SINGAPORE, Clock, Sdk, code_of, running, sdk


@pytest.fixture
def cloud() -> Iterator[CloudServer]:
    with running(Clock()) as started:
        yield started


@pytest.fixture
def client(cloud: CloudServer) -> Iterator[Sdk]:
    with sdk(cloud) as made:
        yield made


def names(client: Sdk, params: dict[str, Any], region: str = GUANGZHOU) -> list[str]:
    return [one["InstanceName"] for one in client.cvm("DescribeInstances", params, region=region)["InstanceSet"]]


def filtered(client: Sdk, name: str, *values: str) -> set[str]:
    return set(names(client, {"Filters": [{"Name": name, "Values": list(values)}]}))


def test_what_an_image_is_used_by_is_read_off_the_instances(client: Sdk) -> None:
    used = Counter(one["ImageId"] for one in client.cvm("DescribeInstances")["InstanceSet"])
    assert (used["img-g0ldrh3l"], used["img-my5tery7"], used["img-l4bn0teb"]) == (2, 1, 0)


def test_the_sdks_models_read_an_instance(client: Sdk) -> None:
    request = models.DescribeInstancesRequest()
    request.InstanceIds = ["ins-erpdb002"]
    response = client.models().DescribeInstances(request)
    [one] = response.InstanceSet
    assert response.TotalCount == 1
    assert (one.InstanceName, one.ImageId, one.InstanceState) == ("erp-standby", "img-g0ldrh3l", "STOPPED")
    assert one.Placement.Zone == "ap-guangzhou-3"
    assert one.CreatedTime.endswith("Z")


def test_regions_are_apart(client: Sdk) -> None:
    assert names(client, {}, SINGAPORE) == ["edge-1", "jump-host"]
    assert names(client, {}, "eu-frankfurt") == []


def test_pages(cloud: CloudServer, client: Sdk) -> None:
    for number in range(230):
        cloud.state.add_instance(
            Instance(f"ins-many{number:04d}", f"many-{number}", "ap-tokyo", "img-any00000", number)
        )

    def page(**params: int) -> list[str]:
        answer = client.cvm("DescribeInstances", params, region="ap-tokyo")
        assert answer["TotalCount"] == 230
        return [one["InstanceName"] for one in answer["InstanceSet"]]

    everything = [name for offset in (0, 100, 200) for name in page(Offset=offset, Limit=100)]
    assert len(set(everything)) == len(everything) == 230
    assert page() == everything[:20]
    assert page(Offset=500) == []


def test_filters(client: Sdk) -> None:
    assert filtered(client, "instance-name", "web") == {"web-front-1", "web-front-2"}
    assert filtered(client, "instance-state", "STOPPED") == {"erp-standby", "old-batch"}
    assert filtered(client, "instance-id", "ins-web00001", "ins-gpux0001") == {"web-front-1", "gpu-experiment"}
    assert filtered(client, "tag-key", "team") == {"web-front-1", "web-front-2"}
    assert len(filtered(client, "zone", "ap-guangzhou-3")) == 6
    assert filtered(client, "zone", "ap-guangzhou-6") == set()


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"Filters": [{"Name": "image-id", "Values": ["img-g0ldrh3l"]}]}, "InvalidFilter"),
        ({"Filters": [{"Name": "zone", "Values": list("abcdef")}]}, "InvalidFilterValue.LimitExceeded"),
        ({"Filters": [{"Name": "zone", "Values": ["a"]}] * 11}, "InvalidParameterValue.LimitExceeded"),
        ({"InstanceIds": [f"ins-{number:08d}" for number in range(101)]}, "InvalidParameterValue.LimitExceeded"),
        ({"InstanceIds": ["web-front-1"]}, "InvalidInstanceId.Malformed"),
        (
            {"InstanceIds": ["ins-web00001"], "Filters": [{"Name": "zone", "Values": ["a"]}]},
            "InvalidParameter",
        ),
        ({"Limit": 101}, "InvalidParameterValue"),
        ({"Limit": 0}, "InvalidParameterValue"),
        ({"Offset": -1}, "InvalidParameterValue"),
    ],
)
def test_refusals(client: Sdk, params: dict[str, Any], code: str) -> None:
    assert code_of(client.cvm, "DescribeInstances", params) == code


def test_forty_calls_a_second(client: Sdk) -> None:
    for _ in range(40):
        client.cvm("DescribeInstances")
    assert code_of(client.cvm, "DescribeInstances") == "RequestLimitExceeded"
