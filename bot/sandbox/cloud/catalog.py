"""Everything that the local cloud can be asked: services, their versions and actions."""

from __future__ import annotations

from collections.abc import Mapping

from bot.sandbox.cloud import cvm, deletion, instances, lighthouse, lighthouse_images, sts, sync
from bot.sandbox.cloud.action import Action
from bot.sandbox.cloud.protocol import ApiError, ApiRequest
from bot.sandbox.cloud.regions import REGIONS, WITHOUT_LIGHTHOUSE

SERVICES: Mapping[str, Mapping[str, Mapping[str, Action]]] = {
    "cvm": {"2017-03-12": {**cvm.ACTIONS, **sync.ACTIONS, **deletion.ACTIONS, **instances.ACTIONS}},
    "lighthouse": {"2020-03-24": {**lighthouse.ACTIONS, **lighthouse_images.ACTIONS}},
    "sts": {"2018-08-13": sts.ACTIONS},
}


def find(service: str, request: ApiRequest) -> Action:
    """The action that is asked for.

    :raises ApiError: ``NoSuchProduct``, ``NoSuchVersion``, ``InvalidAction``, ``MissingParameter``
        or ``UnsupportedRegion``
    """
    for name, value in (("Action", request.action), ("Version", request.version), ("Region", request.region)):
        if not value:
            raise ApiError("MissingParameter", f"The request is missing the required parameter `{name}`.")
    versions = SERVICES.get(service)
    if versions is None:
        raise ApiError("NoSuchProduct", f"The product `{service}` does not exist.")
    actions = versions.get(request.version)
    if actions is None:
        raise ApiError("NoSuchVersion", f"The version `{request.version}` of `{service}` does not exist.")
    action = actions.get(request.action)
    if action is None:
        raise ApiError("InvalidAction", f"The action `{request.action}` does not exist or is not for this version.")
    if request.region not in REGIONS or (service == "lighthouse" and request.region in WITHOUT_LIGHTHOUSE):
        raise ApiError("UnsupportedRegion", f"The region `{request.region}` is not supported.")
    return action
