"""What the local cloud says to requests that are signed well and ask for nonsense."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from bot.sandbox.cloud.server import CloudServer
from tests.sandbox.cloud_support import Clock, Sdk, code_of, refusal, running, sdk

SHARE = {"ImageId": "img-6pb6lrmy", "AccountIds": ["100012345678"], "Permission": "SHARE"}


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def shared_cloud(clock: Clock) -> Iterator[CloudServer]:
    """One for all of these tests, since none of them changes anything."""
    with running(clock) as started:
        yield started


@pytest.fixture
def cloud(shared_cloud: CloudServer, clock: Clock) -> CloudServer:
    clock.now += 1  # so that no test meets the limit on calls a second because of another one
    return shared_cloud


@pytest.fixture
def client(cloud: CloudServer) -> Iterator[Sdk]:
    with sdk(cloud) as made:
        yield made


def test_an_unknown_service(client: Sdk) -> None:
    assert code_of(client.any, "cloudy", "2017-03-12", "DescribeImages") == "NoSuchProduct"


def test_an_unknown_version(client: Sdk) -> None:
    assert code_of(client.any, "cvm", "2018-08-13", "DescribeImages") == "NoSuchVersion"


def test_an_action_of_another_service(client: Sdk) -> None:
    assert code_of(client.any, "cvm", "2017-03-12", "GetCallerIdentity") == "InvalidAction"


def test_an_unknown_action(client: Sdk) -> None:
    error = refusal(client.cvm, "DescribeNothing")
    assert error.code == "InvalidAction"
    assert "DescribeNothing" in error.message


@pytest.mark.parametrize("region", [None, ""])
def test_a_missing_region(client: Sdk, region: str | None) -> None:
    error = refusal(client.cvm, "DescribeImages", region=region)
    assert error.code == "MissingParameter"
    assert "Region" in error.message


def test_an_unknown_region(client: Sdk) -> None:
    assert code_of(client.cvm, "DescribeImages", region="ap-atlantis") == "UnsupportedRegion"


def test_a_region_where_the_company_has_nothing(client: Sdk) -> None:
    assert client.cvm("DescribeImages", region="eu-frankfurt")["TotalCount"] == 0


@pytest.mark.parametrize("name", ["ImageId", "AccountIds", "Permission"])
def test_a_missing_parameter(cloud: CloudServer, client: Sdk, name: str) -> None:
    error = refusal(client.cvm, "ModifyImageSharePermission", {key: SHARE[key] for key in SHARE if key != name})
    assert error.code == "MissingParameter"
    assert name in error.message
    assert cloud.state.shares("img-6pb6lrmy") == {}


def test_an_empty_list_of_accounts(client: Sdk) -> None:
    assert code_of(client.cvm, "ModifyImageSharePermission", {**SHARE, "AccountIds": []}) == "MissingParameter"


@pytest.mark.parametrize(
    "extra",
    [{"DryRun": "true"}, {"CcountID": ["1"]}],
    ids=["of another action", "a misspelt attribute as the SDK sends it"],
)
@pytest.mark.parametrize("method", ["POST", "GET"])
def test_an_unknown_parameter(cloud: CloudServer, extra: dict[str, Any], method: str) -> None:
    with sdk(cloud, method=method) as client:
        error = refusal(client.cvm, "ModifyImageSharePermission", {**SHARE, **extra})
    assert error.code == "UnknownParameter"
    assert next(iter(extra)) in error.message
    assert cloud.state.shares("img-6pb6lrmy") == {}


def test_an_unknown_parameter_within_a_structure(client: Sdk) -> None:
    error = refusal(
        client.cvm, "DescribeImages", {"Filters": [{"Name": "image-id", "Values": ["img-6pb6lrmy"], "Op": "eq"}]}
    )
    assert error.code == "UnknownParameter"
    assert "Filters.0.Op" in error.message


@pytest.mark.parametrize(
    "params",
    [
        {"Limit": "20"},
        {"Limit": True},
        {"Limit": 1.5},
        {"ImageIds": "img-6pb6lrmy"},
        {"ImageIds": [7]},
        {"ImageIds": {"0": "img-6pb6lrmy"}},
        {"Filters": ["image-id"]},
        {"Filters": [{"Name": "image-id", "Values": "img-6pb6lrmy"}]},
    ],
)
def test_a_wrong_type(client: Sdk, params: dict[str, Any]) -> None:
    error = refusal(client.cvm, "DescribeImages", params)
    assert error.code == "InvalidParameter"
    assert next(iter(params)) in error.message


@pytest.mark.parametrize("params", [{"Limit": "many"}, {"ImageIds": "img-6pb6lrmy"}, {"Filters": ["image-id"]}])
def test_a_wrong_type_in_a_query(cloud: CloudServer, params: dict[str, Any]) -> None:
    with sdk(cloud, method="GET") as client:
        assert code_of(client.cvm, "DescribeImages", params) == "InvalidParameter"


def test_a_query_gives_numbers_and_structures(cloud: CloudServer) -> None:
    with sdk(cloud, method="GET") as client:
        client.cvm("DescribeImages", {"Limit": 2, "Filters": [{"Name": "image-name", "Values": ["a", "b"]}]})
    assert cloud.state.calls[-1].params == {"Limit": 2, "Filters": [{"Name": "image-name", "Values": ["a", "b"]}]}


def test_a_null_is_as_good_as_absent(client: Sdk) -> None:
    assert client.cvm("DescribeImages", {"Limit": None})["TotalCount"] > 0


def test_a_body_that_is_no_object(client: Sdk) -> None:
    made = client.models()
    assert code_of(made.call_json, "DescribeImages", ["img-6pb6lrmy"]) == "InvalidParameter"
