"""Lighthouse, version 2020-03-24: its own images, which it calls blueprints, and who has them.

Codes are those that the vendor's SDK lists for each action. Which one comes when several would fit, and that one
account at fault fails the call for all, are our guesses; so is what is said of more than ten accounts to share with,
and that the filter by name finds parts of one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from bot.sandbox.cloud import fields, lighthouse_lists
from bot.sandbox.cloud.action import Action
from bot.sandbox.cloud.blueprints import PRIVATE, Blueprint
from bot.sandbox.cloud.copies import NORMAL
from bot.sandbox.cloud.image_filters import TAG
from bot.sandbox.cloud.parameters import Parameter, Params
from bot.sandbox.cloud.protocol import ApiError
from bot.sandbox.cloud.state import CloudState

MAX_ACCOUNTS = 10
"""Accounts in a request (vendor: ShareBlueprintAcrossAccounts, parameter ``AccountIds``)."""

_MAX_VALUES, _MAX_ACCOUNT_VALUES = 100, 5
_BLUEPRINT_ID = re.compile(r"lhbp-[0-9a-z]{6,16}")
_BUSY = frozenset({"SYNCING", "ISOLATING", "DELETING", "DESTROYING"})
_Share = tuple[str, str, float]  # blueprint, account, since


def _describe_blueprints(state: CloudState, region: str, params: Params) -> dict[str, Any]:
    blueprint_ids, filters = params.get("BlueprintIds", []), params.get("Filters", [])
    lighthouse_lists.check_ids(blueprint_ids, filters)
    _check_blueprint_ids(blueprint_ids)
    here = [
        blueprint
        for blueprint in state.lighthouse.blueprints.values()
        if blueprint.region == region and (not blueprint_ids or blueprint.blueprint_id in blueprint_ids)
    ]
    found = lighthouse_lists.filtered(here, filters, {**_TESTS, **_tag_tests(filters)}, max_values=_MAX_VALUES)
    found.sort(key=lambda blueprint: (-blueprint.created_at, blueprint.blueprint_id))
    page = lighthouse_lists.page(found, params)
    return {
        "BlueprintSet": [_blueprint_fields(state, blueprint) for blueprint in page],
        "TotalCount": len(found),
    }


def _describe_shares(state: CloudState, region: str, params: Params) -> dict[str, Any]:
    if state.lighthouse.international:
        raise ApiError(
            "UnsupportedOperation.OperationNotSupportedInIntlSite",
            "This operation is not supported on the international site.",
        )
    lighthouse_lists.check_ids(params["BlueprintIds"], [])
    blueprints = [_own_blueprint(state, region, blueprint_id) for blueprint_id in params["BlueprintIds"]]
    shares: list[_Share] = [
        (blueprint.blueprint_id, account, since)
        for blueprint in blueprints
        for account, since in state.lighthouse.shares_told(blueprint.blueprint_id).items()
    ]
    found = lighthouse_lists.filtered(
        shares,
        params.get("Filters", []),
        {"account-id": lambda share, value: share[1] == value},
        max_values=_MAX_ACCOUNT_VALUES,
    )
    return {
        "BlueprintShareAcrossAccountInfoSet": [
            {"BlueprintId": blueprint_id, "AccountId": account, "CreatedTime": fields.utc(since)}
            for blueprint_id, account, since in lighthouse_lists.page(found, params)
        ],
        "TotalCount": len(found),
    }


def _share(state: CloudState, region: str, params: Params) -> dict[str, Any]:
    blueprint, accounts = _blueprint_to_change(state, region, params)
    for account in accounts:
        _check_account(state, account)
    shares = state.lighthouse.shares(blueprint.blueprint_id)
    for account in accounts:
        if account in shares:
            raise ApiError(
                "UnsupportedOperation.BlueprintAlreadyShared", f"The image is shared with `{account}` already."
            )
    if len(shares) + len(set(accounts)) > state.lighthouse.share_quota:
        raise ApiError(
            "LimitExceeded.ShareBlueprintAcrossAccountQuotaLimitExceeded", "The image has no share left to give."
        )
    state.lighthouse.share(blueprint.blueprint_id, accounts)
    return {}


def _cancel_share(state: CloudState, region: str, params: Params) -> dict[str, Any]:
    blueprint, accounts = _blueprint_to_change(state, region, params)
    shares = state.lighthouse.shares(blueprint.blueprint_id)
    for account in accounts:
        if account not in shares:
            raise ApiError("UnsupportedOperation.BlueprintHasNotShared", f"The image is not shared with `{account}`.")
    state.lighthouse.unshare(blueprint.blueprint_id, accounts)
    return {}


def _blueprint_to_change(state: CloudState, region: str, params: Params) -> tuple[Blueprint, list[str]]:
    accounts: list[str] = params["AccountIds"]
    if len(accounts) > MAX_ACCOUNTS:
        raise ApiError(
            "InvalidParameterValue.LimitExceeded", f"At most {MAX_ACCOUNTS} accounts can be named in a request."
        )
    blueprint = _own_blueprint(state, region, params["BlueprintId"])
    if blueprint.state in _BUSY:
        raise ApiError("OperationDenied.BlueprintOperationInProgress", "The image is busy: try again later.")
    if blueprint.state != NORMAL:
        raise ApiError(
            "UnsupportedOperation.BlueprintCurStateInvalid", f"An image in the state {blueprint.state} can't be shared."
        )
    return blueprint, accounts


def _own_blueprint(state: CloudState, region: str, blueprint_id: str) -> Blueprint:
    _check_blueprint_ids([blueprint_id])
    blueprint = state.lighthouse.blueprints.get(blueprint_id)
    if blueprint is None or blueprint.region != region:
        raise ApiError("ResourceNotFound.BlueprintIdNotFound", f"The image `{blueprint_id}` does not exist.")
    if blueprint.kind != PRIVATE:
        raise ApiError("ResourceNotFound.PrivateBlueprintNotFound", f"`{blueprint_id}` is not a custom image.")
    return blueprint


def _check_blueprint_ids(blueprint_ids: Sequence[str]) -> None:
    for blueprint_id in blueprint_ids:
        if not _BLUEPRINT_ID.fullmatch(blueprint_id):
            raise ApiError("InvalidParameterValue.BlueprintIdMalformed", f"The image ID `{blueprint_id}` is malformed.")


def _check_account(state: CloudState, account: str) -> None:
    if account == state.account:
        raise ApiError("InvalidParameterValue.AccountIdSameWithUin", "The account is the current one.")
    if state.is_foreign(account):
        raise ApiError(
            "InvalidParameterValue.AccountIdInvalidAccountArea", f"The account `{account}` is of the other site."
        )
    if state.is_sub_account(account):
        raise ApiError(
            "InvalidParameterValue.AccountIdsNotOwnerAccount", f"The account `{account}` is not a root account."
        )
    if not state.exists(account):
        raise ApiError("InvalidParameterValue.AccountIdsNotExist", f"The account `{account}` does not exist.")


def _blueprint_fields(state: CloudState, blueprint: Blueprint) -> dict[str, Any]:
    return {
        "BlueprintId": blueprint.blueprint_id,
        "DisplayTitle": blueprint.name,
        "DisplayVersion": "",
        "Description": blueprint.description,
        "OsName": blueprint.os_name,
        "Platform": blueprint.platform,
        "PlatformType": blueprint.platform_type,
        "BlueprintType": blueprint.kind,
        "ImageUrl": "",
        "RequiredSystemDiskSize": blueprint.size_gib,
        "BlueprintState": blueprint.state,
        "CreatedTime": fields.utc(blueprint.created_at),
        "BlueprintName": blueprint.name,
        "SupportAutomationTools": True,
        "RequiredMemorySize": 0,
        "ImageId": blueprint.image_id,
        "CommunityUrl": "",
        "GuideUrl": "",
        "SceneIdSet": [],
        "DockerVersion": None,
        "BlueprintShared": bool(state.lighthouse.shares(blueprint.blueprint_id)),
        "Tags": fields.tags(blueprint.tags),
    }


def _tag_tests(filters: Sequence[Mapping[str, Any]]) -> lighthouse_lists.Tests[Blueprint]:
    """The names that such a filter can have are as many as there are tags."""
    names = {one["Name"] for one in filters}
    return {name: _by_tag(name.removeprefix(TAG)) for name in names if name.startswith(TAG) and name != TAG}


def _by_tag(key: str) -> lighthouse_lists.Test[Blueprint]:
    return lambda blueprint, value: blueprint.tags.get(key) == value


_TESTS: lighthouse_lists.Tests[Blueprint] = {
    "blueprint-id": lambda blueprint, value: blueprint.blueprint_id == value,
    "blueprint-type": lambda blueprint, value: blueprint.kind == value,
    "platform-type": lambda blueprint, value: blueprint.platform_type == value,
    "blueprint-name": lambda blueprint, value: value in blueprint.name,
    "blueprint-state": lambda blueprint, value: blueprint.state == value,
    "tag-key": lambda blueprint, value: value in blueprint.tags,
    "tag-value": lambda blueprint, value: value in blueprint.tags.values(),
}

_IDS = Parameter(str, many=True)
_CHANGE = {
    "BlueprintId": Parameter(str, required=True),
    "AccountIds": Parameter(str, required=True, many=True),
}

ACTIONS = {
    "DescribeBlueprints": Action(
        _describe_blueprints, {"BlueprintIds": _IDS, **lighthouse_lists.LISTED}, per_second=10
    ),
    "DescribeBlueprintsShareAcrossAccountInfos": Action(
        _describe_shares,
        {"BlueprintIds": Parameter(str, required=True, many=True), **lighthouse_lists.LISTED},
        per_second=20,
    ),
    "ShareBlueprintAcrossAccounts": Action(_share, _CHANGE, per_second=20),
    "CancelShareBlueprintAcrossAccounts": Action(_cancel_share, _CHANGE, per_second=20),
}
