"""How Lighthouse selects and pages what it lists: the same rules for each of its lists, and codes that CVM has not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from bot.sandbox.cloud import fields
from bot.sandbox.cloud.image_filters import FILTER, MAX_FILTERS
from bot.sandbox.cloud.parameters import Parameter, Params
from bot.sandbox.cloud.protocol import ApiError

LISTED: Mapping[str, Parameter] = {"Filters": Parameter(FILTER, many=True), **fields.PAGED}
"""The parameters that every list takes."""

MAX_IDS = 100
"""Ids in a request (vendor: Lighthouse, DescribeBlueprints, parameter ``BlueprintIds``)."""

_T = TypeVar("_T")
Test = Callable[[_T, str], bool]
Tests = Mapping[str, Test[_T]]


def check_ids(ids: Sequence[str], filters: Sequence[Any]) -> None:
    """
    :raises ApiError: ``InvalidParameter.ParameterConflict``, ``InvalidParameterValue.LimitExceeded`` or
        ``InvalidParameterValue.Duplicated``
    """
    if ids and filters:
        raise ApiError("InvalidParameter.ParameterConflict", "IDs and `Filters` cannot be specified together.")
    if len(ids) > MAX_IDS:
        raise ApiError("InvalidParameterValue.LimitExceeded", f"At most {MAX_IDS} IDs can be specified.")
    if len(set(ids)) < len(ids):
        raise ApiError("InvalidParameterValue.Duplicated", "An ID is specified twice.")


def filtered(
    things: Iterable[_T], filters: Sequence[Mapping[str, Any]], tests: Tests[_T], *, max_values: int
) -> list[_T]:
    """Those that pass every filter, each by any of its values.

    :param tests: name of a filter → whether a thing passes it by that value
    :raises ApiError: ``InvalidParameterValue.LimitExceeded``, ``InvalidParameter.FilterValueLimitExceeded`` or
        ``InvalidParameter.InvalidFilterNotSupportedName``
    """
    if len(filters) > MAX_FILTERS:
        raise ApiError("InvalidParameterValue.LimitExceeded", f"At most {MAX_FILTERS} filters can be specified.")
    for one in filters:
        name = one["Name"]
        if name not in tests:
            raise ApiError("InvalidParameter.InvalidFilterNotSupportedName", f"The filter `{name}` is not supported.")
        if len(one["Values"]) > max_values:
            raise ApiError(
                "InvalidParameter.FilterValueLimitExceeded", f"The filter `{name}` has more than {max_values} values."
            )
    return [
        thing
        for thing in things
        if all(any(tests[one["Name"]](thing, value) for value in one["Values"]) for one in filters)
    ]


def page(things: Sequence[_T], params: Params) -> Sequence[_T]:
    """:raises ApiError: ``InvalidParameterValue.OutOfRange`` or ``InvalidParameterValue.Negative``"""
    return fields.page(
        things,
        params,
        limit_code="InvalidParameterValue.OutOfRange",
        offset_code="InvalidParameterValue.Negative",
    )
