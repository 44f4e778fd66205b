"""CVM, version 2017-03-12: deleting images.

Codes are those that the vendor's SDK lists for DeleteImages. That nothing is deleted when one of several images can't
be is our guess; so is that an image offered to Lighthouse counts as shared.
"""

from __future__ import annotations

from typing import Any

from bot.sandbox.cloud.action import Action
from bot.sandbox.cloud.cvm import image_of, would_succeed
from bot.sandbox.cloud.images import BUSY, PUBLIC, SHARED, Image
from bot.sandbox.cloud.parameters import Parameter, Params
from bot.sandbox.cloud.protocol import ApiError
from bot.sandbox.cloud.state import CloudState


def _delete_images(state: CloudState, region: str, params: Params) -> dict[str, Any]:
    images = {image_id: image_of(state, region, image_id) for image_id in params["ImageIds"]}
    for image in images.values():
        _check_can_go(state, image)
    if params.get("DryRun"):
        return would_succeed(state)
    for image_id in images:
        state.delete_image(image_id, with_snapshots=params.get("DeleteBindedSnap", False))
    return {}


def _check_can_go(state: CloudState, image: Image) -> None:
    image_id = image.image_id
    if image.kind == SHARED:
        raise ApiError("InvalidParameterValue.InvalidImageIdIsShared", f"The image `{image_id}` is a shared image.")
    if image.kind == PUBLIC:
        raise ApiError("InvalidParameterValue.InvalidImageId", f"The image `{image_id}` does not allow this.")
    if image.state in BUSY:
        raise ApiError("InvalidImageId.IncorrectState", f"The image `{image_id}` is in the state {image.state}.")
    if state.shares(image_id) or state.lighthouse.has(image_id):
        raise ApiError("InvalidImageId.InShared", f"The image `{image_id}` is shared: cancel the shares first.")


ACTIONS = {
    "DeleteImages": Action(
        _delete_images,
        {
            "ImageIds": Parameter(str, required=True, many=True),
            "DeleteBindedSnap": Parameter(bool),
            "DryRun": Parameter(bool),
        },
        per_second=10,
    ),
}
