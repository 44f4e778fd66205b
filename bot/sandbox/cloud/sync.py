"""CVM, version 2017-03-12: copying an image, and how many there may be.

Codes are those that the vendor's SDK lists for SyncImages. Which one comes when several would fit, that nothing is
copied when one of the regions is refused, and what a copy takes over from its image are our guesses.
"""

from __future__ import annotations

import secrets
import string
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bot.sandbox.cloud.action import Action
from bot.sandbox.cloud.copies import NORMAL, SYNCING
from bot.sandbox.cloud.cvm import image_of, would_succeed
from bot.sandbox.cloud.images import BROKEN, OWN, PUBLIC, Image
from bot.sandbox.cloud.parameters import Parameter, Params
from bot.sandbox.cloud.protocol import ApiError
from bot.sandbox.cloud.regions import REGIONS
from bot.sandbox.cloud.state import CloudState

MAX_NAME = 60
"""Characters of an image's name (vendor: SyncImages, parameter ``ImageName``)."""

_BUSY = "InvalidParameterValue.InvalidImageState"
_REGION = "InvalidParameterValue.InvalidRegion"
_ID_LETTERS = string.ascii_lowercase + string.digits


def _sync_images(state: CloudState, region: str, params: Params) -> dict[str, Any]:
    if len(params["ImageIds"]) > 1:
        raise ApiError("InvalidParameterValue.LimitExceeded", "One image can be synchronized in a request.")
    image = image_of(state, region, params["ImageIds"][0])
    encrypt, name = params.get("Encrypt", False), params.get("ImageName", image.name)
    _check_image(image, encrypt=encrypt)
    _check_regions(state, image, params["DestinationRegions"], encrypt=encrypt)
    if "KmsKeyId" in params and not encrypt:
        raise ApiError("InvalidParameter.InvalidKmsKeyId", "`KmsKeyId` is for encrypted images only.")
    if not 1 <= len(name) <= MAX_NAME:
        raise ApiError("InvalidParameterValue.TooLong", f"An image name has between 1 and {MAX_NAME} characters.")
    for destination in params["DestinationRegions"]:
        _check_room(state, destination, name)
    if params.get("DryRun"):
        return would_succeed(state)
    copies = [_copy(state, image, destination, name, encrypt=encrypt) for destination in params["DestinationRegions"]]
    if not params.get("ImageSetRequired"):
        return {}
    return {"ImageSet": [{"ImageId": copy.image_id, "Region": copy.region} for copy in copies]}


def _describe_image_quota(state: CloudState, region: str, _params: Params) -> dict[str, Any]:
    return {"ImageNumQuota": state.copies.quota(region)}


def _check_image(image: Image, *, encrypt: bool) -> None:
    if image.kind == PUBLIC:
        raise ApiError("InvalidParameterValue.InvalidImageId", f"The image `{image.image_id}` does not allow this.")
    if image.state != NORMAL:
        code = "InvalidImageId.IncorrectState" if image.state in BROKEN else _BUSY
        raise ApiError(code, f"The image `{image.image_id}` is in the state {image.state}.")
    if image.data_disks_gib:
        raise ApiError("InvalidParameter.InstanceImageNotSupport", "Whole-machine images cannot be synchronized.")
    if image.encrypted:
        code = "SyncEncryptImageNotSupport" if encrypt else "EncryptedImagesNotSupported"
        raise ApiError(f"UnsupportedOperation.{code}", "Encrypted images do not support this operation.")


def _check_regions(state: CloudState, image: Image, destinations: Sequence[str], *, encrypt: bool) -> None:
    for destination in destinations:
        if destination not in REGIONS:
            raise ApiError("InvalidRegion.NotFound", f"The region `{destination}` does not exist.")
    if len(set(destinations)) < len(destinations):
        raise ApiError(_REGION, "A destination region is named twice.")
    if image.kind != OWN or encrypt:
        if list(destinations) != [image.region]:
            raise ApiError(_REGION, f"The destination of this image can only be `{image.region}`.")
    elif image.region in destinations:
        raise ApiError(_REGION, f"The destination region cannot be the source region `{image.region}`.")
    for destination in destinations:
        if state.copies.is_closed(destination):
            raise ApiError("InvalidRegion.Unavailable", f"Images cannot be synchronized to `{destination}`.")


def _check_room(state: CloudState, region: str, name: str) -> None:
    there = [image for image in state.images.values() if image.region == region and image.kind == OWN]
    if len(there) >= state.copies.quota(region):
        raise ApiError("ImageQuotaLimitExceeded", f"The image quota of `{region}` is used up.")
    if not state.copies.same_name_allowed and any(image.name == name for image in there):
        raise ApiError("InvalidImageName.Duplicate", f"An image `{name}` exists already in `{region}`.")


def _copy(state: CloudState, image: Image, region: str, name: str, *, encrypt: bool) -> Image:
    copy = replace(
        image,
        image_id="img-" + "".join(secrets.choice(_ID_LETTERS) for _ in range(8)),
        name=name,
        region=region,
        created_at=state.clock(),
        kind=OWN,
        creator=state.account,
        state=SYNCING,
        sync_percent=0,
        encrypted=encrypt,
        deprecated=False,
        tags={},
    )
    state.add_copy(copy)
    return copy


ACTIONS = {
    "SyncImages": Action(
        _sync_images,
        {
            "ImageIds": Parameter(str, required=True, many=True),
            "DestinationRegions": Parameter(str, required=True, many=True),
            "DryRun": Parameter(bool),
            "ImageName": Parameter(str),
            "ImageSetRequired": Parameter(bool),
            "Encrypt": Parameter(bool),
            "KmsKeyId": Parameter(str),
        },
        per_second=10,
    ),
    "DescribeImageQuota": Action(_describe_image_quota, {}, per_second=10),
}
