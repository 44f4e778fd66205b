"""DescribeImageSharePermission and ModifyImageSharePermission of the local cloud."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from tencentcloud.cvm.v20170312 import models

from bot.sandbox import company
from bot.sandbox.cloud import seed
from bot.sandbox.cloud.server import CloudServer
from tests.sandbox.cloud_support import GUANGZHOU, SINGAPORE, Sdk, code_of, running, sdk

DATA_TEAM, PARTNER_LAB = "100012345678", "100023456789"
NIGHTLY, STABLE, POPULAR = "img-6pb6lrmy", "img-2qk8xv4d", "img-p0pbase1"


@pytest.fixture
def cloud() -> Iterator[CloudServer]:
    with running() as started:
        yield started


@pytest.fixture
def client(cloud: CloudServer) -> Iterator[Sdk]:
    with sdk(cloud) as made:
        yield made


def image_id(cloud: CloudServer, name: str) -> str:
    [found] = [image.image_id for image in cloud.state.images.values() if image.name == name]
    return found


def modify(client: Sdk, image: str, accounts: list[str], permission: str = "SHARE", region: str = GUANGZHOU) -> None:
    params = {"ImageId": image, "AccountIds": accounts, "Permission": permission}
    answer = client.cvm("ModifyImageSharePermission", params, region=region)
    assert answer.keys() == {"RequestId"}


def listed(client: Sdk, image: str) -> dict[str, str]:
    answer = client.cvm("DescribeImageSharePermission", {"ImageId": image})
    return {one["AccountId"]: one["CreatedTime"] for one in answer["SharePermissionSet"]}


def test_sharing_adds_and_cancelling_removes(client: Sdk) -> None:
    assert listed(client, NIGHTLY) == {}
    modify(client, NIGHTLY, [DATA_TEAM])
    modify(client, NIGHTLY, [PARTNER_LAB, seed.STRANGER])
    assert set(listed(client, NIGHTLY)) == {DATA_TEAM, PARTNER_LAB, seed.STRANGER}

    modify(client, NIGHTLY, [PARTNER_LAB, DATA_TEAM], "CANCEL")
    assert set(listed(client, NIGHTLY)) == {seed.STRANGER}


def test_the_sdks_models_read_the_shares(cloud: CloudServer, client: Sdk) -> None:
    request = models.DescribeImageSharePermissionRequest()
    request.ImageId = STABLE
    [one] = client.models().DescribeImageSharePermission(request).SharePermissionSet
    since = datetime.strptime(one.CreatedTime, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp()
    assert one.AccountId == PARTNER_LAB
    assert since == pytest.approx(cloud.state.shares(STABLE)[PARTNER_LAB], abs=1)


def test_what_is_shared_already_is_accepted_and_keeps_its_date(client: Sdk) -> None:
    before = listed(client, STABLE)
    modify(client, STABLE, [PARTNER_LAB, PARTNER_LAB])
    assert listed(client, STABLE) == before


def test_cancelling_what_is_not_shared_is_accepted(client: Sdk) -> None:
    modify(client, NIGHTLY, [DATA_TEAM], "CANCEL")
    assert listed(client, NIGHTLY) == {}


def test_regions_are_apart(cloud: CloudServer, client: Sdk) -> None:
    assert code_of(modify, client, NIGHTLY, [DATA_TEAM], region=SINGAPORE) == "InvalidImageId.NotFound"
    modify(client, image_id(cloud, "edge-proxy"), [DATA_TEAM], region=SINGAPORE)
    assert set(cloud.state.shares(image_id(cloud, "edge-proxy"))) == {DATA_TEAM}


@pytest.mark.parametrize("action", ["DescribeImageSharePermission", "ModifyImageSharePermission"])
@pytest.mark.parametrize(
    ("image", "code"),
    [
        ("base-nightly", "InvalidImageId.Malformed"),
        ("img-00000000", "InvalidImageId.NotFound"),
        ("img-g0ldrh3l", "UnauthorizedOperation.ImageNotBelongToAccount"),
        ("img-487zeit5", "UnauthorizedOperation.ImageNotBelongToAccount"),
    ],
    ids=["malformed", "unknown", "shared with us", "public"],
)
def test_an_image_that_is_not_ours_to_see(client: Sdk, action: str, image: str, code: str) -> None:
    params: dict[str, Any] = {"ImageId": image}
    if action.startswith("Modify"):
        params |= {"AccountIds": [DATA_TEAM], "Permission": "SHARE"}
    assert code_of(client.cvm, action, params) == code


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("build-agent", "InvalidParameterValue.InvalidImageState"),
        ("windows-sql", "FailedOperation.BYOLImageShareFailed"),
        ("ci-runner-full", "InvalidParameter.InstanceImageNotSupport"),
    ],
)
def test_an_image_that_cannot_be_shared(cloud: CloudServer, client: Sdk, name: str, code: str) -> None:
    assert code_of(modify, client, image_id(cloud, name), [DATA_TEAM]) == code
    assert cloud.state.shares(image_id(cloud, name)) == {}


def test_an_encrypted_image_cannot_be_shared(cloud: CloudServer, client: Sdk) -> None:
    cloud.state.add_image(replace(cloud.state.images[NIGHTLY], encrypted=True))
    assert code_of(modify, client, NIGHTLY, [DATA_TEAM]) == "UnsupportedOperation.EncryptedImagesNotSupported"


@pytest.mark.parametrize(
    ("account", "code"),
    [
        ("100000000099", "InvalidAccountId.NotFound"),
        ("data-team", "InvalidAccountId.NotFound"),
        (seed.SUB_ACCOUNT, "FailedOperation.NotMasterAccount"),
        (seed.USER, "FailedOperation.NotMasterAccount"),
        (company.HOME_ACCOUNT, "FailedOperation.AccountIsYourSelf"),
    ],
    ids=["unknown", "a name", "sub-account", "our own sub-account", "ourselves"],
)
@pytest.mark.parametrize("permission", ["SHARE", "CANCEL"])
def test_one_bad_account_refuses_the_whole_call(
    cloud: CloudServer, client: Sdk, account: str, code: str, permission: str
) -> None:
    before = cloud.state.shares(STABLE)
    assert code_of(modify, client, STABLE, [DATA_TEAM, PARTNER_LAB, account], permission) == code
    assert cloud.state.shares(STABLE) == before


def test_an_account_that_was_added_exists(cloud: CloudServer, client: Sdk) -> None:
    cloud.state.add_account("100077700000")
    cloud.state.add_account("700000000009", sub_account_of="100077700000")
    modify(client, NIGHTLY, ["100077700000"])
    assert code_of(modify, client, NIGHTLY, ["700000000009"]) == "FailedOperation.NotMasterAccount"


def test_a_share_with_an_account_that_is_gone_can_be_cancelled(cloud: CloudServer, client: Sdk) -> None:
    cloud.state.share(NIGHTLY, ["100000000099"])
    modify(client, NIGHTLY, ["100000000099"], "CANCEL")
    assert cloud.state.shares(NIGHTLY) == {}


def test_the_501st_account(cloud: CloudServer, client: Sdk) -> None:
    assert len(listed(client, POPULAR)) == 499
    assert code_of(modify, client, POPULAR, [DATA_TEAM, PARTNER_LAB]) == "OverQuota"
    assert len(cloud.state.shares(POPULAR)) == 499

    modify(client, POPULAR, [DATA_TEAM, *seed.POPULAR[:3]])
    assert code_of(modify, client, POPULAR, [PARTNER_LAB]) == "OverQuota"
    assert len(listed(client, POPULAR)) == 500


@pytest.mark.parametrize("permission", ["share", "ALLOW", ""])
def test_a_permission_that_there_is_not(cloud: CloudServer, client: Sdk, permission: str) -> None:
    assert code_of(modify, client, NIGHTLY, [DATA_TEAM], permission) == "InvalidParameterValue"
    assert cloud.state.shares(NIGHTLY) == {}
