"""CVM, version 2017-03-12: the actions on images.

Codes are those that the vendor's SDK lists for each action; which one comes when several would fit is our guess.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from bot.sandbox.cloud import image_filters
from bot.sandbox.cloud.action import Action
from bot.sandbox.cloud.parameters import Parameter, Params
from bot.sandbox.cloud.protocol import ApiError
from bot.sandbox.cloud.state import OWN, CloudState, Image

MAX_SHARES = 500
"""Accounts an image can be shared with (vendor: ModifyImageSharePermission)."""

DEFAULT_LIMIT, MAX_LIMIT = 20, 100
"""Images in an answer (vendor: DescribeImages, parameter ``Limit``)."""

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
            _check_image_ids(one["Values"])
    images = [
        image for image in state.images.values() if image.region == region and image_filters.matches(image, filters)
    ]
    images.sort(key=lambda image: (-image.created_at, image.image_id))
    page = _page(images, params)
    return {"ImageSet": [_image_fields(image) for image in page], "TotalCount": len(images)}


def _describe_image_share_permission(state: CloudState, region: str, params: Params) -> dict[str, Any]:
    image = _own_image(state, region, params["ImageId"])
    shares = state.shares_told(image.image_id)
    return {
        "SharePermissionSet": [{"AccountId": account, "CreatedTime": _utc(since)} for account, since in shares.items()]
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


def _check_image_ids(image_ids: Sequence[str]) -> None:
    for image_id in image_ids:
        if not _IMAGE_ID.fullmatch(image_id):
            raise ApiError("InvalidImageId.Malformed", f"The image ID `{image_id}` is malformed.")


def _own_image(state: CloudState, region: str, image_id: str) -> Image:
    _check_image_ids([image_id])
    image = state.images.get(image_id)
    if image is None or image.region != region:
        raise ApiError("InvalidImageId.NotFound", f"The image `{image_id}` does not exist.")
    if image.kind != OWN:
        raise ApiError(
            "UnauthorizedOperation.ImageNotBelongToAccount",
            f"The image `{image_id}` does not belong to the current account.",
        )
    return image


def _check_image_can_change(image: Image) -> None:
    if image.state != "NORMAL":
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


def _page(images: Sequence[Image], params: Params) -> Sequence[Image]:
    offset, limit = params.get("Offset", 0), params.get("Limit", DEFAULT_LIMIT)
    if offset < 0:
        raise ApiError("InvalidParameterValue", "The value of `Offset` must not be negative.")
    if not 1 <= limit <= MAX_LIMIT:
        raise ApiError(
            "InvalidParameterValue.InvalidParameterValueLimit",
            f"The value of `Limit` must be between 1 and {MAX_LIMIT}.",
        )
    return images[offset : offset + limit]


def _image_fields(image: Image) -> dict[str, Any]:
    return {
        "ImageId": image.image_id,
        "OsName": image.os_name,
        "ImageType": image.kind,
        "CreatedTime": _utc(image.created_at),
        "ImageName": image.name,
        "ImageDescription": image.description,
        "ImageSize": image.size_gib,
        "Architecture": image.architecture,
        "ImageState": image.state,
        "Platform": image.platform,
        "ImageCreator": image.creator,
        "ImageSource": image.source,
        "SyncPercent": 100 if image.state == "NORMAL" else None,
        "IsSupportCloudinit": True,
        "SnapshotSet": _snapshots(image),
        "Tags": [{"Key": key, "Value": value} for key, value in image.tags.items()],
        "LicenseType": image.licence,
        "ImageFamily": "",
        "ImageDeprecated": False,
        "CdcCacheStatus": None,
    }


def _snapshots(image: Image) -> list[dict[str, Any]]:
    if image.kind != OWN:
        return []
    disks = [("SYSTEM_DISK", image.size_gib), *(("DATA_DISK", size) for size in image.data_disks_gib)]
    stem = image.image_id.removeprefix("img-")[:7]
    return [
        {"SnapshotId": f"snap-{stem}{number}", "DiskUsage": usage, "DiskSize": size}
        for number, (usage, size) in enumerate(disks)
    ]


def _utc(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


_TEXT = Parameter(str, required=True)

ACTIONS = {
    "DescribeImages": Action(
        _describe_images,
        {
            "ImageIds": Parameter(str, many=True),
            "Filters": Parameter(image_filters.FILTER, many=True),
            "Offset": Parameter(int),
            "Limit": Parameter(int),
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
