"""Lighthouse, version 2020-03-24: CVM images offered to it.

The conditions are those of the vendor's page of ModifyImageSharePermission; which operating systems meet the fifth, the
words of a reason, and which code comes when several would fit are our guesses.
"""

from __future__ import annotations

from typing import Any

from bot.sandbox.cloud import cvm, fields, lighthouse_lists
from bot.sandbox.cloud.action import Action
from bot.sandbox.cloud.copies import NORMAL
from bot.sandbox.cloud.images import BUSY, OWN, Image
from bot.sandbox.cloud.parameters import Parameter, Params
from bot.sandbox.cloud.protocol import ApiError
from bot.sandbox.cloud.state import CloudState

PLATFORMS = frozenset({"CentOS", "Debian", "OpenCloudOS", "TencentOS", "Ubuntu", "Windows"})

_MAX_VALUES = 5


def _describe_images_to_share(state: CloudState, region: str, params: Params) -> dict[str, Any]:
    _check_role(state)
    image_ids, filters = params.get("ImageIds", []), params.get("Filters", [])
    lighthouse_lists.check_ids(image_ids, filters)
    for image_id in image_ids:
        _check_image_id(image_id)
    here = [
        image
        for image in state.images.values()
        if image.region == region and image.kind == OWN and (not image_ids or image.image_id in image_ids)
    ]
    found = lighthouse_lists.filtered(here, filters, _TESTS, max_values=_MAX_VALUES)
    found.sort(key=lambda image: (-image.created_at, image.image_id))
    page = lighthouse_lists.page(found, params)
    return {"ImageSet": [_image_fields(state, image) for image in page], "TotalCount": len(found)}


def _modify_image_share_permission(state: CloudState, region: str, params: Params) -> dict[str, Any]:
    permission, image_id = params["Permission"], params["ImageId"]
    if permission not in ("SHARE", "CANCEL"):
        raise ApiError("InvalidParameterValue", f"The value `{permission}` of `Permission` is not SHARE or CANCEL.")
    _check_role(state)
    _check_image_id(image_id)
    image = state.images.get(image_id)
    if image is None or image.region != region or image.kind != OWN:
        raise ApiError("ResourceNotFound.ImageIdNotFound", f"The image `{image_id}` does not exist.")
    if permission == "CANCEL":
        return _withdraw(state, image)
    if state.lighthouse.has(image_id):
        raise ApiError("UnsupportedOperation.ImageAlreadyShared", _shared_already(image))
    if image.state in BUSY:
        raise ApiError("UnsupportedOperation.ImageOccupied", f"The image `{image_id}` is busy: try again later.")
    if reason := _reason_against(image):
        raise ApiError("UnsupportedOperation.ImageUnableToShare", reason)
    return {"BlueprintId": state.lighthouse.offer(image)}


def _withdraw(state: CloudState, image: Image) -> dict[str, Any]:
    """No code of the action says that an image is not shared; this general one is our guess."""
    if not state.lighthouse.has(image.image_id):
        raise ApiError("FailedOperation.ImageOperationFailed", f"The image `{image.image_id}` is not shared.")
    return {"BlueprintId": state.lighthouse.withdraw(image.image_id)}


def _check_role(state: CloudState) -> None:
    if not state.lighthouse.has_role:
        raise ApiError("ResourceNotFound.RoleNotFound", "The service role does not exist: add the role to the account.")


def _check_image_id(image_id: str) -> None:
    try:
        cvm.check_image_ids([image_id])
    except ApiError as error:
        raise ApiError("InvalidParameterValue.InvalidImageIdMalformed", error.message) from error


def _reason_against(image: Image) -> str:
    """Why the image can't be offered, the first of several; empty where it can."""
    if image.source == "EXTERNAL_IMPORT":
        return "Images imported from external sources cannot be shared."
    if image.data_disks_gib:
        return "Full-instance images cannot be shared."
    if not image.cloud_init:
        return "Images that do not support cloud-init cannot be shared."
    if image.platform not in PLATFORMS:
        return f"Images of the operating system {image.os_name} cannot be shared."
    if image.state != NORMAL:
        return f"Images in the state {image.state} cannot be shared."
    return ""


def _shared_already(image: Image) -> str:
    return f"The image `{image.image_id}` has been shared already."


def _image_fields(state: CloudState, image: Image) -> dict[str, Any]:
    reason = _shared_already(image) if state.lighthouse.has_told(image.image_id) else _reason_against(image)
    return {
        "ImageId": image.image_id,
        "ImageName": image.name,
        "ImageDescription": image.description,
        "ImageSize": image.size_gib,
        "ImageSource": image.source,
        "ImageClass": "InstanceImage" if image.data_disks_gib else "SystemImage",
        "ImageState": image.state,
        "IsSupportCloudinit": image.cloud_init,
        "Architecture": image.architecture,
        "OsName": image.os_name,
        "Platform": image.platform,
        "CreatedTime": fields.utc(image.created_at),
        "IsShareable": not reason,
        "UnshareableReason": reason,
    }


_TESTS: lighthouse_lists.Tests[Image] = {
    "image-id": lambda image, value: image.image_id == value,
    "image-name": lambda image, value: value in image.name,
    "image-type": lambda image, value: image.kind == value,
}

ACTIONS = {
    "DescribeImagesToShare": Action(
        _describe_images_to_share, {"ImageIds": Parameter(str, many=True), **lighthouse_lists.LISTED}, per_second=20
    ),
    "ModifyImageSharePermission": Action(
        _modify_image_share_permission,
        {"ImageId": Parameter(str, required=True), "Permission": Parameter(str, required=True)},
        per_second=20,
    ),
}
