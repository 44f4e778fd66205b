"""What the answers of several actions have in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TypeVar

from bot.sandbox.cloud.parameters import Parameter, Params
from bot.sandbox.cloud.protocol import ApiError

DEFAULT_LIMIT, MAX_LIMIT = 20, 100
"""Things in an answer (vendor: parameter ``Limit`` of every action that is paged here)."""

PAGED: Mapping[str, Parameter] = {"Offset": Parameter(int), "Limit": Parameter(int)}

_T = TypeVar("_T")


def utc(seconds: float) -> str:
    """Unix seconds in the vendor's form."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def tags(pairs: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in pairs.items()]


def page(things: Sequence[_T], params: Params, *, limit_code: str, offset_code: str) -> Sequence[_T]:
    """The part of them that ``Offset`` and ``Limit`` ask for.

    :param limit_code: what the service says of a ``Limit`` out of range
    :param offset_code: what it says of a negative ``Offset``
    :raises ApiError: one of the two
    """
    offset, limit = params.get("Offset", 0), params.get("Limit", DEFAULT_LIMIT)
    if offset < 0:
        raise ApiError(offset_code, "The value of `Offset` must not be negative.")
    if not 1 <= limit <= MAX_LIMIT:
        raise ApiError(limit_code, f"The value of `Limit` must be between 1 and {MAX_LIMIT}.")
    return things[offset : offset + limit]
