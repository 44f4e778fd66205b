"""The filters of CVM's DescribeImages."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bot.sandbox.cloud.parameters import Parameter
from bot.sandbox.cloud.protocol import ApiError
from bot.sandbox.cloud.state import Image

MAX_FILTERS = 10
MAX_VALUES = 5
"""Filters of a call and values of a filter (vendor: DescribeImages, parameter ``Filters``)."""

FILTER: Mapping[str, Parameter] = {
    "Name": Parameter(str, required=True),
    "Values": Parameter(str, required=True, many=True),
}

TAG = "tag:"


def check(filters: Sequence[Mapping[str, Any]]) -> None:
    """:raises ApiError: more of them than allowed, or one of an unknown name"""
    if len(filters) > MAX_FILTERS:
        raise ApiError("InvalidParameterValue.LimitExceeded", f"At most {MAX_FILTERS} filters can be specified.")
    for one in filters:
        name = one["Name"]
        if len(one["Values"]) > MAX_VALUES:
            raise ApiError(
                "InvalidFilterValue.LimitExceeded",
                f"The filter `{name}` has more than {MAX_VALUES} values.",
            )
        if name not in _TESTS and not (name.startswith(TAG) and name != TAG):
            raise ApiError("InvalidFilter", f"The filter `{name}` is not supported.")


def matches(image: Image, filters: Sequence[Mapping[str, Any]]) -> bool:
    """Whether the image passes every filter, each by any of its values; ``filters`` must have passed ``check``."""
    return all(any(_passes(image, one["Name"], value) for value in one["Values"]) for one in filters)


def _passes(image: Image, name: str, value: str) -> bool:
    if name.startswith(TAG):
        return image.tags.get(name.removeprefix(TAG)) == value
    return _TESTS[name](image, value)


_TESTS: Mapping[str, Callable[[Image, str], bool]] = {
    "image-id": lambda image, value: image.image_id == value,
    "image-type": lambda image, value: image.kind == value,
    "image-name": lambda image, value: value in image.name,
    "platform": lambda image, value: value in image.platform,
    "tag-key": lambda image, value: value in image.tags,
    "tag-value": lambda image, value: value in image.tags.values(),
}
