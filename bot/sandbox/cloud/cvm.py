"""CVM, version 2017-03-12: what images there are, and who has them.

Codes are those that the vendor's SDK lists for each action; which one comes when several would fit is our guess.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from bot.sandbox.cloud import fields, image_filters
from bot.sandbox.cloud.action import Action
from bot.sandbox.cloud.copies import NORMAL
from bot.sandbox.cloud.parameters import Parameter, Params
from bot.sandbox.cloud.protocol import ApiError
from bot.sandbox.cloud.state import OWN, CloudState, Image

MAX_SHARES = 500
"""Accounts an image can be shared with (vendor: ModifyImageSharePermission)."""

_IMAGE_ID = re.compile(r"img-[0-9a-z]{6,16}")


def _describe_images(state: CloudState, region: str, params: Params) -> dict[str, Any]:
    image_ids, filters = params.get("ImageIds", []), params.get("Filters", [])
    if image_ids and filters:
        raise ApiError(
            "InvalidParameter.InvalidParameterCoexistImageIdsFilters",
            "The parameters `ImageIds` and `Filters` cannot be specified together.",
        )
    if "InstanceType" in params:
        raise ApiError("UnsupportedOperation", "Images cannot be selected by instance type here.")
    image_filters.check(filters)
    if image_ids:
        filters = [{"Name": "image-id", "Values": image_ids}]
    for one in filters:
        if one["Name"] == "image-id":
            check_image_ids(one["Values"])
    images = [
        image for image in state.images_told() if image.region == region and image_filters.matches(image, filters)
    ]
    images.sort(key=lambda image: (-image.created_at, image.image_id))
    page = fields.page(
        images,
        params,
        limit_code="InvalidParameterValue.InvalidParameterValueLimit",
        offset_code="InvalidParameterValue",
    )
    return {"ImageSet": [_image_fields(image) for image in page], "TotalCount": len(images)}


def _describe_image_share_permission(state: CloudState, region: str, params: Params) -> dict[str, Any]:
    image = _own_image(state, region, params["ImageId"])
    shares = state.shares_told(image.image_id)
    return {
        "SharePermissionSet": [
            {"AccountId": account, "CreatedTime": fields.utc(since)} for account, since in shares.items()
        ]
    }


def _modify_image_share_permission(state: CloudState, region: str, params: Params) -> dict[str, Any]:
    """All or nothing. To share what is shared and to cancel what is not is accepted quietly."""
    permission, accounts = params["Permission"], params["AccountIds"]
    if permission not in ("SHARE", "CANCEL"):
        raise ApiError("InvalidParameterValue", f"The value `{permission}` of `Permission` is not SHARE or CANCEL.")
    image = _own_image(state, region, params["ImageId"])
    _check_image_can_change(image)
    shares = state.shares(image.image_id)
    for account in accounts:
        # A share stays cancellable when its account is closed later.
        if account not in shares:
            _check_account(state, account)
    if permission == "CANCEL":
        state.unshare(image.image_id, accounts)
        return {}
    if image.licence == "BYOL":
        raise ApiError("FailedOperation.BYOLImageShareFailed", "Bring-your-own-licence images cannot be shared.")
    if len(shares.keys() | set(accounts)) > MAX_SHARES:
        raise ApiError("OverQuota", f"An image can be shared with at most {MAX_SHARES} accounts.")
    state.share(image.image_id, accounts)
    return {}


def check_image_ids(image_ids: Sequence[str]) -> None:
    """:raises ApiError: ``InvalidImageId.Malformed``"""
    for image_id in image_ids:
        if not _IMAGE_ID.fullmatch(image_id):
            raise ApiError("InvalidImageId.Malformed", f"The image ID `{image_id}` is malformed.")


def image_of(state: CloudState, region: str, image_id: str) -> Image:
    """The image of that id, whoever owns it.

    :raises ApiError: ``InvalidImageId.Malformed``, or ``InvalidImageId.NotFound`` in that region
    """
    check_image_ids([image_id])
    image = state.images.get(image_id)
    if image is None or image.region != region:
        raise ApiError("InvalidImageId.NotFound", f"The image `{image_id}` does not exist.")
    return image


def would_succeed(state: CloudState) -> dict[str, Any]:
    """The answer to a dry run that nothing speaks against; see ``CloudState.dry_run_is_an_error``.

    :raises ApiError: ``DryRunOperation``
    """
    if state.dry_run_is_an_error:
        raise ApiError("DryRunOperation", "The request would have succeeded, but the parameter `DryRun` is set.")
    return {}


def _own_image(state: CloudState, region: str, image_id: str) -> Image:
    image = image_of(state, region, image_id)
    if image.kind != OWN:
        raise ApiError(
            "UnauthorizedOperation.ImageNotBelongToAccount",
            f"The image `{image_id}` does not belong to the current account.",
        )
    return image


def _check_image_can_change(image: Image) -> None:
    if image.state != NORMAL:
        raise ApiError(
            "InvalidParameterValue.InvalidImageState",
            f"The image `{image.image_id}` is in the state {image.state}: try again when it is NORMAL.",
        )
    if image.data_disks_gib:
        raise ApiError(
            "InvalidParameter.InstanceImageNotSupport", "Whole-machine images do not support this operation."
        )
    if image.encrypted:
        raise ApiError(
            "UnsupportedOperation.EncryptedImagesNotSupported", "Encrypted images do not support this operation."
        )


def _check_account(state: CloudState, account: str) -> None:
    if account == state.account:
        raise ApiError("FailedOperation.AccountIsYourSelf", "An image cannot be shared with its own account.")
    if state.is_sub_account(account):
        raise ApiError("FailedOperation.NotMasterAccount", f"The account `{account}` is not a root account.")
    if not state.exists(account):
        raise ApiError("InvalidAccountId.NotFound", f"The account `{account}` does not exist.")


def _image_fields(image: Image) -> dict[str, Any]:
    return {
        "ImageId": image.image_id,
        "OsName": image.os_name,
        "ImageType": image.kind,
        "CreatedTime": fields.utc(image.created_at),
        "ImageName": image.name,
        "ImageDescription": image.description,
        "ImageSize": image.size_gib,
        "Architecture": image.architecture,
        "ImageState": image.state,
        "Platform": image.platform,
        "ImageCreator": image.creator,
        "ImageSource": image.source,
        "SyncPercent": 100 if image.state == NORMAL else image.sync_percent,
        "IsSupportCloudinit": image.cloud_init,
        "SnapshotSet": [
            {"SnapshotId": snapshot_id, "DiskUsage": usage, "DiskSize": size}
            for snapshot_id, usage, size in image.snapshots
        ],
        "Tags": fields.tags(image.tags),
        "LicenseType": image.licence,
        "ImageFamily": "",
        "ImageDeprecated": image.deprecated,
        "CdcCacheStatus": None,
    }


_TEXT = Parameter(str, required=True)

ACTIONS = {
    "DescribeImages": Action(
        _describe_images,
        {
            "ImageIds": Parameter(str, many=True),
            "Filters": Parameter(image_filters.FILTER, many=True),
            **fields.PAGED,
            "InstanceType": Parameter(str),
        },
        per_second=10,
    ),
    "DescribeImageSharePermission": Action(_describe_image_share_permission, {"ImageId": _TEXT}, per_second=10),
    "ModifyImageSharePermission": Action(
        _modify_image_share_permission,
        {"ImageId": _TEXT, "AccountIds": Parameter(str, required=True, many=True), "Permission": _TEXT},
        per_second=10,
    ),
}
