"""The plan of what goes wrong, with every action that the vendor's SDK can call at the local cloud."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException

from bot.sandbox.cloud import catalog, faults
from bot.sandbox.cloud.faults import Faults
from bot.sandbox.cloud.server import CloudServer
from tests.sandbox.cloud_support import SINGAPORE, Clock, Json, Sdk, code_of, running, sdk

NIGHTLY, STABLE, WIKI, SHOP = "img-6pb6lrmy", "img-2qk8xv4d", "lhbp-w1k1k1t7", "lhbp-sh0pst4r"
DATA_TEAM, PARTNER_LAB = "100012345678", "100023456789"

# Each is refused when it is made a second time, or gives the same answer.
CALLS: list[tuple[str, str, dict[str, Any]]] = [
    ("cvm", "DescribeImages", {}),
    ("cvm", "DescribeImageSharePermission", {"ImageId": STABLE}),
    ("cvm", "ModifyImageSharePermission", {"ImageId": NIGHTLY, "AccountIds": [DATA_TEAM], "Permission": "SHARE"}),
    ("cvm", "SyncImages", {"ImageIds": [NIGHTLY], "DestinationRegions": [SINGAPORE], "ImageName": "nightly-42"}),
    ("cvm", "DescribeImageQuota", {}),
    ("cvm", "DeleteImages", {"ImageIds": ["img-4dshb0rd"]}),
    ("cvm", "DescribeInstances", {}),
    ("lighthouse", "DescribeBlueprints", {}),
    ("lighthouse", "DescribeBlueprintsShareAcrossAccountInfos", {"BlueprintIds": [SHOP]}),
    ("lighthouse", "ShareBlueprintAcrossAccounts", {"BlueprintId": WIKI, "AccountIds": [DATA_TEAM]}),
    ("lighthouse", "CancelShareBlueprintAcrossAccounts", {"BlueprintId": SHOP, "AccountIds": [PARTNER_LAB]}),
    ("lighthouse", "DescribeImagesToShare", {}),
    ("lighthouse", "ModifyImageSharePermission", {"ImageId": NIGHTLY, "Permission": "SHARE"}),
    ("sts", "GetCallerIdentity", {}),
]


@pytest.fixture
def cloud() -> Iterator[CloudServer]:
    with running(Clock()) as started:
        yield started


@pytest.fixture
def plan(cloud: CloudServer) -> Faults:
    return cloud.state.faults


@pytest.fixture
def client(cloud: CloudServer) -> Iterator[Sdk]:
    with sdk(cloud) as made:
        yield made


def call(client: Sdk, service: str, action: str, params: dict[str, Any]) -> Json:
    answer: Json = getattr(client, service)(action, params)
    return answer


def truth(cloud: CloudServer) -> object:
    """Everything that a call could change."""
    state = cloud.state
    shown = {key: value for key, value in state.snapshot().items() if key in ("images", "blueprints")}
    return shown, state.kept_snapshots


def test_no_action_is_left_out() -> None:
    known = {
        (service, action)
        for service, versions in catalog.SERVICES.items()
        for actions in versions.values()
        for action in actions
    }
    assert {(service, action) for service, action, _ in CALLS} == known


@pytest.mark.parametrize(("service", "action", "params"), CALLS)
def test_a_code_comes_in_place_of_the_effect(
    cloud: CloudServer, plan: Faults, client: Sdk, service: str, action: str, params: dict[str, Any]
) -> None:
    before = truth(cloud)
    plan.plan(action, faults.error("InternalError"))
    plan.plan(action, faults.throttled())

    assert code_of(call, client, service, action, params) == "InternalError"
    assert code_of(call, client, service, action, params) == "RequestLimitExceeded"
    assert truth(cloud) == before
    assert [(one.service, one.action, one.done) for one in cloud.state.calls] == [(service, action, False)] * 2
    assert call(client, service, action, params)["RequestId"]


@pytest.mark.parametrize(("service", "action", "params"), CALLS)
def test_the_effect_can_be_there_without_its_answer(
    cloud: CloudServer, plan: Faults, client: Sdk, service: str, action: str, params: dict[str, Any]
) -> None:
    before = truth(cloud)
    plan.plan(action, faults.cut(done=True))

    with pytest.raises(TencentCloudSDKException, match="closed connection without response"):
        call(client, service, action, params)
    assert cloud.state.calls[-1].done
    assert (truth(cloud) == before) is action.startswith(("Describe", "Get"))


def test_an_action_of_two_services_has_a_plan_for_each(cloud: CloudServer, plan: Faults, client: Sdk) -> None:
    offer = {"ImageId": NIGHTLY, "Permission": "SHARE"}
    share = {**offer, "AccountIds": [DATA_TEAM]}
    plan.plan("ModifyImageSharePermission", faults.error("OfLighthouse"), service="lighthouse")
    plan.plan("ModifyImageSharePermission", faults.error("OfCvm"), service="cvm")
    plan.plan("ModifyImageSharePermission", faults.error("OfEither"))

    assert code_of(client.cvm, "ModifyImageSharePermission", share) == "OfCvm"
    assert code_of(client.lighthouse, "ModifyImageSharePermission", offer) == "OfLighthouse"
    assert code_of(client.cvm, "ModifyImageSharePermission", share) == "OfEither"
    assert client.lighthouse("ModifyImageSharePermission", offer)["BlueprintId"]
    assert client.cvm("ModifyImageSharePermission", share)
    assert set(cloud.state.shares(NIGHTLY)) == {DATA_TEAM}


def test_who_has_a_blueprint_can_be_read_late(plan: Faults, client: Sdk) -> None:
    def accounts() -> list[str]:
        answer = client.lighthouse("DescribeBlueprintsShareAcrossAccountInfos", {"BlueprintIds": [SHOP]})
        return [one["AccountId"] for one in answer["BlueprintShareAcrossAccountInfoSet"]]

    plan.lag(2)
    client.lighthouse("ShareBlueprintAcrossAccounts", {"BlueprintId": SHOP, "AccountIds": [DATA_TEAM]})
    assert [accounts() for _ in range(3)] == [[PARTNER_LAB], [PARTNER_LAB], [PARTNER_LAB, DATA_TEAM]]
    plan.lag(1)
    client.lighthouse("CancelShareBlueprintAcrossAccounts", {"BlueprintId": SHOP, "AccountIds": [PARTNER_LAB]})
    assert [accounts() for _ in range(2)] == [[PARTNER_LAB, DATA_TEAM], [DATA_TEAM]]


def test_what_is_offered_to_lighthouse_can_be_read_late(plan: Faults, client: Sdk) -> None:
    def shareable() -> bool:
        [image] = client.lighthouse("DescribeImagesToShare", {"ImageIds": [NIGHTLY]})["ImageSet"]
        told: bool = image["IsShareable"]
        return told

    for permission, told in (("SHARE", [True, False]), ("CANCEL", [False, True])):
        plan.lag(1)
        client.lighthouse("ModifyImageSharePermission", {"ImageId": NIGHTLY, "Permission": permission})
        assert [shareable() for _ in range(2)] == told
