"""What an action may be sent, as data; and a request's parameters read and held against it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from bot.sandbox.cloud.protocol import ApiError, ApiRequest


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of an action.

    :ivar kind: ``str``, ``int``, ``bool``, or the parameters of a structure
    :ivar many: a list of such
    """

    kind: type[str] | type[int] | type[bool] | Mapping[str, Parameter]
    required: bool = False
    many: bool = False


Spec = Mapping[str, Parameter]
Params = dict[str, Any]


def read(request: ApiRequest, spec: Spec) -> Params:
    """The parameters as sent: the JSON body of a POST, the query of a GET (``AccountIds.0=…``). See ``check``.

    :raises ApiError: ``InvalidParameter`` where they can't be read
    """
    if request.method == "GET":
        return _from_query(request.query, spec)
    try:
        params = json.loads(request.body or b"{}")
    except ValueError:
        params = None
    if not isinstance(params, dict):
        raise ApiError("InvalidParameter", "The request body is not a JSON object.")
    return {name: value for name, value in params.items() if value is not None}


def check(params: Params, spec: Spec, prefix: str = "") -> None:
    """:raises ApiError: ``UnknownParameter``, ``MissingParameter`` or ``InvalidParameter``"""
    for name in params:
        if name not in spec:
            raise ApiError("UnknownParameter", f"The parameter `{prefix}{name}` is not recognized.")
    for name, parameter in spec.items():
        value = params.get(name)
        if parameter.required and (value is None or value == []):
            raise ApiError("MissingParameter", f"The request is missing the required parameter `{prefix}{name}`.")
        if value is not None:
            _check_value(value, parameter, prefix + name)


def _check_value(value: Any, parameter: Parameter, name: str) -> None:
    if not parameter.many:
        _check_one(value, parameter, name)
    elif isinstance(value, list):
        for index, one in enumerate(value):
            _check_one(one, parameter, f"{name}.{index}")
    else:
        raise _wrong_type(name)


def _check_one(value: Any, parameter: Parameter, name: str) -> None:
    if isinstance(parameter.kind, type):
        # Not isinstance: True is an int to Python, not to the vendor.
        if type(value) is not parameter.kind:
            raise _wrong_type(name)
    elif isinstance(value, dict):
        check(value, parameter.kind, f"{name}.")
    else:
        raise _wrong_type(name)


def _wrong_type(name: str) -> ApiError:
    return ApiError("InvalidParameter", f"The type of the parameter `{name}` is not valid.")


def _from_query(query: str, spec: Spec) -> Params:
    tree: Params = {}
    for path, text in parse_qsl(query, keep_blank_values=True):
        *parents, leaf = path.split(".")
        node = tree
        for parent in parents:
            node = node.setdefault(parent, {})
            if not isinstance(node, dict):
                raise _wrong_type(path)
        node[leaf] = text
    return {name: _typed(value, spec[name], name) if name in spec else value for name, value in tree.items()}


def _typed(value: Any, parameter: Parameter, name: str) -> Any:
    """A value of a query, which knows only text and dots, in the type that the parameter has."""
    if not parameter.many:
        return _typed_one(value, parameter, name)
    if not isinstance(value, dict) or not all(key.isdecimal() for key in value):
        raise _wrong_type(name)
    return [_typed_one(value[key], parameter, f"{name}.{key}") for key in sorted(value, key=int)]


def _typed_one(value: Any, parameter: Parameter, name: str) -> Any:
    kind = parameter.kind
    if isinstance(kind, Mapping) and isinstance(value, dict):
        return {key: _typed(one, kind[key], f"{name}.{key}") if key in kind else one for key, one in value.items()}
    if not isinstance(value, str):
        return value
    if kind is bool:
        # The SDK writes Python's True into a query.
        return {"true": True, "false": False}.get(value.lower(), value)
    if kind is int:
        try:
            return int(value)
        except ValueError:
            raise _wrong_type(name) from None
    return value
