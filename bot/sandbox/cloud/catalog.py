"""Everything that the local cloud can be asked: services, their versions and actions; and the regions there are."""

from __future__ import annotations

from collections.abc import Mapping

from bot.sandbox.cloud import cvm, sts
from bot.sandbox.cloud.action import Action
from bot.sandbox.cloud.protocol import ApiError, ApiRequest

SERVICES: Mapping[str, Mapping[str, Mapping[str, Action]]] = {
    "cvm": {"2017-03-12": cvm.ACTIONS},
    "sts": {"2018-08-13": sts.ACTIONS},
}

REGIONS = frozenset(
    {
        "ap-bangkok",
        "ap-beijing",
        "ap-chengdu",
        "ap-chongqing",
        "ap-guangzhou",
        "ap-hongkong",
        "ap-jakarta",
        "ap-nanjing",
        "ap-seoul",
        "ap-shanghai",
        "ap-singapore",
        "ap-tokyo",
        "eu-frankfurt",
        "na-ashburn",
        "na-siliconvalley",
        "sa-saopaulo",
    }
)
"""The vendor's regions (its "Regions and Availability Zones" page), without those for finance."""


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
    if request.region not in REGIONS:
        raise ApiError("UnsupportedRegion", f"The region `{request.region}` is not supported.")
    return action
