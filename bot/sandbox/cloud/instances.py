"""CVM, version 2017-03-12: which machines there are.

An answer has those fields that the local cloud knows of a machine; the vendor's has more. There is no filter by image.
Codes are those of the vendor's SDK for CVM; which of them DescribeInstances gives is partly our guess.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from bot.sandbox.cloud import fields
from bot.sandbox.cloud.action import Action
from bot.sandbox.cloud.image_filters import FILTER, MAX_FILTERS, MAX_VALUES
from bot.sandbox.cloud.parameters import Parameter, Params
from bot.sandbox.cloud.protocol import ApiError
from bot.sandbox.cloud.state import CloudState, Instance

MAX_IDS = 100
"""Ids in a request (vendor: DescribeInstances, parameter ``InstanceIds``)."""

_INSTANCE_ID = re.compile(r"ins-[0-9a-z]{6,16}")

_TESTS: Mapping[str, Callable[[Instance, str], bool]] = {
    "instance-id": lambda instance, value: instance.instance_id == value,
    "instance-name": lambda instance, value: value in instance.name,
    "instance-state": lambda instance, value: instance.state == value,
    "tag-key": lambda instance, value: value in instance.tags,
    "zone": lambda instance, value: _zone(instance) == value,
}


def _describe_instances(state: CloudState, region: str, params: Params) -> dict[str, Any]:
    instance_ids, filters = params.get("InstanceIds", []), params.get("Filters", [])
    if instance_ids and filters:
        raise ApiError("InvalidParameter", "The parameters `InstanceIds` and `Filters` cannot be specified together.")
    if len(instance_ids) > MAX_IDS or len(filters) > MAX_FILTERS:
        raise ApiError("InvalidParameterValue.LimitExceeded", "Too many instances or filters are specified.")
    for instance_id in instance_ids:
        if not _INSTANCE_ID.fullmatch(instance_id):
            raise ApiError("InvalidInstanceId.Malformed", f"The instance ID `{instance_id}` is malformed.")
    for one in filters:
        _check_filter(one)
    found = [
        instance
        for instance in state.instances.values()
        if instance.region == region
        and (not instance_ids or instance.instance_id in instance_ids)
        and all(any(_TESTS[one["Name"]](instance, value) for value in one["Values"]) for one in filters)
    ]
    found.sort(key=lambda instance: (-instance.created_at, instance.instance_id))
    page = fields.page(found, params, limit_code="InvalidParameterValue", offset_code="InvalidParameterValue")
    return {"InstanceSet": [_instance_fields(instance) for instance in page], "TotalCount": len(found)}


def _check_filter(one: Mapping[str, Any]) -> None:
    name = one["Name"]
    if name not in _TESTS:
        raise ApiError("InvalidFilter", f"The filter `{name}` is not supported.")
    if len(one["Values"]) > MAX_VALUES:
        raise ApiError("InvalidFilterValue.LimitExceeded", f"The filter `{name}` has more than {MAX_VALUES} values.")


def _instance_fields(instance: Instance) -> dict[str, Any]:
    return {
        "Placement": {"Zone": _zone(instance), "ProjectId": 0},
        "InstanceId": instance.instance_id,
        "InstanceType": instance.instance_type,
        "InstanceName": instance.name,
        "InstanceState": instance.state,
        "RestrictState": "NORMAL",
        "ImageId": instance.image_id,
        "OsName": instance.os_name,
        "CreatedTime": fields.utc(instance.created_at),
        "Tags": fields.tags(instance.tags),
    }


def _zone(instance: Instance) -> str:
    return f"{instance.region}-3"


ACTIONS = {
    "DescribeInstances": Action(
        _describe_instances,
        {"InstanceIds": Parameter(str, many=True), "Filters": Parameter(FILTER, many=True), **fields.PAGED},
        per_second=40,
    ),
}
