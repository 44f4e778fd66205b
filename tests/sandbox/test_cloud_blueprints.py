"""Blueprints of the local Lighthouse, and who has them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from tencentcloud.lighthouse.v20200324 import models

from bot.sandbox import company
from bot.sandbox.cloud import seed
from bot.sandbox.cloud.blueprints import Blueprint
from bot.sandbox.cloud.server import CloudServer
from tests.sandbox.cloud_support import GUANGZHOU, SINGAPORE, Clock, Json, Sdk, code_of, running, sdk

SHOP, WIKI, BUSY, LANDING = "lhbp-sh0pst4r", "lhbp-w1k1k1t7", "lhbp-crmk1t42", "lhbp-l4ndp4g3"
FROM_OTHERS, UBUNTU = "lhbp-fr0mp4rt", "lhbp-ubuntu22"
DATA_TEAM, PARTNER_LAB = "100012345678", "100023456789"
LIST, SHARES = "DescribeBlueprints", "DescribeBlueprintsShareAcrossAccountInfos"
SHARE, CANCEL = "ShareBlueprintAcrossAccounts", "CancelShareBlueprintAcrossAccounts"


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


def names(answer: Json) -> set[str]:
    return {one["BlueprintName"] for one in answer["BlueprintSet"]}


def filtered(client: Sdk, name: str, *values: str) -> set[str]:
    return names(client.lighthouse(LIST, {"Filters": [{"Name": name, "Values": list(values)}]}))


def change(client: Sdk, action: str, accounts: list[str], blueprint: str = WIKI, region: str = GUANGZHOU) -> None:
    answer = client.lighthouse(action, {"BlueprintId": blueprint, "AccountIds": accounts}, region=region)
    assert answer.keys() == {"RequestId"}


def listed(client: Sdk, *blueprints: str, **params: Any) -> list[tuple[str, str]]:
    answer = client.lighthouse(SHARES, {"BlueprintIds": list(blueprints), **params})
    return [(one["BlueprintId"], one["AccountId"]) for one in answer["BlueprintShareAcrossAccountInfoSet"]]


def test_every_blueprint_of_the_region_is_told_newest_first(client: Sdk) -> None:
    answer = client.lighthouse(LIST)
    created = [one["CreatedTime"] for one in answer["BlueprintSet"]]
    assert names(answer) == {"shop-starter", "wiki-kit", "crm-kit", "partner-demo", "Ubuntu Server 22.04 LTS"}
    assert answer["TotalCount"] == 5
    assert created == sorted(created, reverse=True)
    assert names(client.lighthouse(LIST, region=SINGAPORE)) == {"landing-page"}


def test_a_blueprint_has_every_field_of_the_vendors_model(client: Sdk) -> None:
    [shop] = client.lighthouse(LIST, {"BlueprintIds": [SHOP]})["BlueprintSet"]
    assert shop.keys() == {name.removeprefix("_") for name in vars(models.Blueprint())}
    facts = {key: shop[key] for key in ("BlueprintType", "BlueprintState", "BlueprintShared", "ImageId", "Tags")}
    assert facts == {
        "BlueprintType": "PRIVATE",
        "BlueprintState": "NORMAL",
        "BlueprintShared": True,
        "ImageId": "",
        "Tags": [{"Key": "team", "Value": "web"}],
    }


def test_the_sdks_models(cloud: CloudServer, client: Sdk, clock: Clock) -> None:
    made = client.lighthouse_models()
    share = models.ShareBlueprintAcrossAccountsRequest()
    share.BlueprintId, share.AccountIds = WIKI, [DATA_TEAM]
    assert made.ShareBlueprintAcrossAccounts(share).RequestId

    wiki = models.DescribeBlueprintsRequest()
    wiki.BlueprintIds = [WIKI]
    assert [one.BlueprintShared for one in made.DescribeBlueprints(wiki).BlueprintSet] == [True]

    who = models.DescribeBlueprintsShareAcrossAccountInfosRequest()
    who.BlueprintIds = [WIKI]
    response = made.DescribeBlueprintsShareAcrossAccountInfos(who)
    [one] = response.BlueprintShareAcrossAccountInfoSet
    assert (response.TotalCount, one.BlueprintId, one.AccountId) == (1, WIKI, DATA_TEAM)
    since = datetime.strptime(one.CreatedTime, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp()
    assert since == pytest.approx(clock.now, abs=1)

    cancel = models.CancelShareBlueprintAcrossAccountsRequest()
    cancel.BlueprintId, cancel.AccountIds = WIKI, [DATA_TEAM]
    assert made.CancelShareBlueprintAcrossAccounts(cancel).RequestId
    assert cloud.state.lighthouse.shares(WIKI) == {}


def test_filters(client: Sdk) -> None:
    assert filtered(client, "blueprint-id", SHOP, WIKI) == {"shop-starter", "wiki-kit"}
    assert filtered(client, "blueprint-type", "PRIVATE") == {"shop-starter", "wiki-kit", "crm-kit"}
    assert filtered(client, "blueprint-type", "SHARED", "PURE_OS") == {"partner-demo", "Ubuntu Server 22.04 LTS"}
    assert filtered(client, "platform-type", "WINDOWS") == set()
    assert filtered(client, "blueprint-name", "kit") == {"wiki-kit", "crm-kit"}
    assert filtered(client, "blueprint-state", "SYNCING") == {"crm-kit"}
    assert filtered(client, "tag-key", "team") == filtered(client, "tag-value", "web") == {"shop-starter"}
    assert filtered(client, "tag:team", "web") == {"shop-starter"}
    assert filtered(client, "tag:nobody", "web") == set()


@pytest.mark.parametrize(
    ("params", "code"),
    [
        (
            {"BlueprintIds": [SHOP], "Filters": [{"Name": "blueprint-id", "Values": [SHOP]}]},
            "InvalidParameter.ParameterConflict",
        ),
        ({"BlueprintIds": ["img-6pb6lrmy"]}, "InvalidParameterValue.BlueprintIdMalformed"),
        ({"BlueprintIds": [SHOP, SHOP]}, "InvalidParameterValue.Duplicated"),
        ({"BlueprintIds": [f"lhbp-{one:08d}" for one in range(101)]}, "InvalidParameterValue.LimitExceeded"),
        ({"Filters": [{"Name": "tag-key", "Values": ["a"]}] * 11}, "InvalidParameterValue.LimitExceeded"),
        (
            {"Filters": [{"Name": "tag-key", "Values": [str(one) for one in range(101)]}]},
            "InvalidParameter.FilterValueLimitExceeded",
        ),
        ({"Filters": [{"Name": "image-id", "Values": ["a"]}]}, "InvalidParameter.InvalidFilterNotSupportedName"),
        ({"Filters": [{"Name": "tag:", "Values": ["a"]}]}, "InvalidParameter.InvalidFilterNotSupportedName"),
        ({"Limit": 101}, "InvalidParameterValue.OutOfRange"),
        ({"Limit": 0}, "InvalidParameterValue.OutOfRange"),
        ({"Offset": -1}, "InvalidParameterValue.Negative"),
    ],
)
def test_questions_that_are_refused(client: Sdk, params: dict[str, Any], code: str) -> None:
    assert code_of(client.lighthouse, LIST, params) == code


def test_an_unknown_id_is_left_out(client: Sdk) -> None:
    assert names(client.lighthouse(LIST, {"BlueprintIds": [WIKI, LANDING, "lhbp-00000000"]})) == {"wiki-kit"}


def test_pages(cloud: CloudServer, client: Sdk) -> None:
    for number in range(120):
        cloud.state.lighthouse.add(Blueprint(f"lhbp-many{number:04d}", f"many-{number}", "ap-tokyo", number))

    def page(**params: int) -> list[str]:
        answer = client.lighthouse(LIST, params, region="ap-tokyo")
        assert answer["TotalCount"] == 120
        return [one["BlueprintName"] for one in answer["BlueprintSet"]]

    everything = page(Limit=100) + page(Offset=100, Limit=100)
    assert len(set(everything)) == len(everything) == 120
    assert page() == everything[:20]


def test_sharing_adds_and_cancelling_removes(client: Sdk) -> None:
    change(client, SHARE, [DATA_TEAM])
    change(client, SHARE, [PARTNER_LAB, seed.STRANGER])
    assert listed(client, WIKI) == [(WIKI, DATA_TEAM), (WIKI, PARTNER_LAB), (WIKI, seed.STRANGER)]
    change(client, CANCEL, [PARTNER_LAB, DATA_TEAM])
    assert listed(client, WIKI) == [(WIKI, seed.STRANGER)]


def test_what_is_shared_already_is_refused_for_all(cloud: CloudServer, client: Sdk) -> None:
    code = code_of(change, client, SHARE, [DATA_TEAM, PARTNER_LAB], SHOP)
    assert code == "UnsupportedOperation.BlueprintAlreadyShared"
    assert set(cloud.state.lighthouse.shares(SHOP)) == {PARTNER_LAB}


def test_what_is_not_shared_cannot_be_cancelled(cloud: CloudServer, client: Sdk) -> None:
    code = code_of(change, client, CANCEL, [PARTNER_LAB, DATA_TEAM], SHOP)
    assert code == "UnsupportedOperation.BlueprintHasNotShared"
    assert set(cloud.state.lighthouse.shares(SHOP)) == {PARTNER_LAB}


@pytest.mark.parametrize("action", [SHARE, CANCEL])
def test_ten_accounts_a_call(cloud: CloudServer, client: Sdk, action: str) -> None:
    accounts = list(seed.POPULAR[:11])
    if action == CANCEL:
        cloud.state.lighthouse.share(WIKI, accounts)
    assert code_of(change, client, action, accounts) == "InvalidParameterValue.LimitExceeded"
    change(client, action, accounts[:10])
    assert len(cloud.state.lighthouse.shares(WIKI)) == (10 if action == SHARE else 1)


@pytest.mark.parametrize(
    ("account", "code"),
    [
        (company.HOME_ACCOUNT, "AccountIdSameWithUin"),
        (seed.FOREIGN, "AccountIdInvalidAccountArea"),
        (seed.SUB_ACCOUNT, "AccountIdsNotOwnerAccount"),
        ("100000000099", "AccountIdsNotExist"),
    ],
)
def test_an_account_that_cannot_have_it(cloud: CloudServer, client: Sdk, account: str, code: str) -> None:
    assert code_of(change, client, SHARE, [DATA_TEAM, account]) == f"InvalidParameterValue.{code}"
    assert cloud.state.lighthouse.shares(WIKI) == {}


def test_cvm_does_not_know_the_accounts_of_the_other_site(client: Sdk) -> None:
    params = {"ImageId": "img-6pb6lrmy", "AccountIds": [seed.FOREIGN], "Permission": "SHARE"}
    assert code_of(client.cvm, "ModifyImageSharePermission", params) == "InvalidAccountId.NotFound"


@pytest.mark.parametrize("action", [SHARE, CANCEL])
@pytest.mark.parametrize(
    ("blueprint", "code"),
    [
        ("wiki-kit", "InvalidParameterValue.BlueprintIdMalformed"),
        ("lhbp-00000000", "ResourceNotFound.BlueprintIdNotFound"),
        (LANDING, "ResourceNotFound.BlueprintIdNotFound"),  # in the other region
        (FROM_OTHERS, "ResourceNotFound.PrivateBlueprintNotFound"),
        (UBUNTU, "ResourceNotFound.PrivateBlueprintNotFound"),
        (BUSY, "OperationDenied.BlueprintOperationInProgress"),
    ],
)
def test_a_blueprint_that_cannot_be_shared(client: Sdk, action: str, blueprint: str, code: str) -> None:
    assert code_of(change, client, action, [DATA_TEAM], blueprint) == code


def test_a_blueprint_that_came_to_nothing(cloud: CloudServer, client: Sdk) -> None:
    cloud.state.lighthouse.add(replace(cloud.state.lighthouse.blueprints[WIKI], state="CREATEFAILED"))
    assert code_of(change, client, SHARE, [DATA_TEAM]) == "UnsupportedOperation.BlueprintCurStateInvalid"


def test_the_quota_of_shares(cloud: CloudServer, client: Sdk) -> None:
    cloud.state.lighthouse.share_quota = 2
    code = code_of(change, client, SHARE, [DATA_TEAM, seed.STRANGER], SHOP)
    assert code == "LimitExceeded.ShareBlueprintAcrossAccountQuotaLimitExceeded"
    change(client, SHARE, [DATA_TEAM], SHOP)


def test_who_has_several_blueprints_is_told_in_pages(cloud: CloudServer, client: Sdk) -> None:
    cloud.state.lighthouse.share(WIKI, seed.POPULAR[:120])
    first = listed(client, SHOP, WIKI, Limit=100)
    rest = listed(client, SHOP, WIKI, Limit=100, Offset=100)
    assert first[0] == (SHOP, PARTNER_LAB)
    assert first[1:] + rest == [(WIKI, account) for account in seed.POPULAR[:120]]
    one = [{"Name": "account-id", "Values": [PARTNER_LAB, seed.POPULAR[7]]}]
    assert listed(client, SHOP, WIKI, Filters=one) == [(SHOP, PARTNER_LAB), (WIKI, seed.POPULAR[7])]


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({}, "MissingParameter"),
        ({"BlueprintIds": ["lhbp-00000000"]}, "ResourceNotFound.BlueprintIdNotFound"),
        ({"BlueprintIds": [SHOP, SHOP]}, "InvalidParameterValue.Duplicated"),
        (
            {"BlueprintIds": [SHOP], "Filters": [{"Name": "account-id", "Values": list("123456")}]},
            "InvalidParameter.FilterValueLimitExceeded",
        ),
        (
            {"BlueprintIds": [SHOP], "Filters": [{"Name": "blueprint-id", "Values": [SHOP]}]},
            "InvalidParameter.InvalidFilterNotSupportedName",
        ),
    ],
)
def test_questions_about_shares_that_are_refused(client: Sdk, params: dict[str, Any], code: str) -> None:
    assert code_of(client.lighthouse, SHARES, params) == code


def test_the_international_site_does_not_tell_who_has_a_blueprint(cloud: CloudServer, client: Sdk) -> None:
    cloud.state.lighthouse.international = True
    change(client, SHARE, [DATA_TEAM])
    assert code_of(listed, client, WIKI) == "UnsupportedOperation.OperationNotSupportedInIntlSite"


def test_there_is_no_lighthouse_in_chongqing(client: Sdk) -> None:
    assert code_of(client.lighthouse, LIST, region="ap-chongqing") == "UnsupportedRegion"
    assert client.cvm("DescribeImages", region="ap-chongqing")["TotalCount"] == 0


@pytest.mark.parametrize(
    ("action", "params", "per_second"),
    [
        (LIST, {}, 10),
        (SHARES, {"BlueprintIds": [SHOP]}, 20),
        (SHARE, {"BlueprintId": SHOP, "AccountIds": [PARTNER_LAB]}, 20),
        (CANCEL, {"BlueprintId": WIKI, "AccountIds": [PARTNER_LAB]}, 20),
    ],
)
def test_calls_a_second(client: Sdk, action: str, params: dict[str, Any], per_second: int) -> None:
    def call() -> str:
        try:
            client.lighthouse(action, params)
        except TencentCloudSDKException as error:  # a share that is refused counts as a call, too
            return str(error.code)
        return "ok"

    codes = [call() for _ in range(per_second + 1)]
    assert codes[-1] == "RequestLimitExceeded"
    assert "RequestLimitExceeded" not in codes[:-1]
