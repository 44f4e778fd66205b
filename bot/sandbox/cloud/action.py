"""What an action of the API is: a function, its parameters and its limit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.sandbox.cloud.parameters import Params, Spec
from bot.sandbox.cloud.state import CloudState


@dataclass(frozen=True, slots=True)
class Action:
    """An action that the local cloud knows.

    :ivar run: (state, region, parameters that fit ``spec``) → the fields of the answer; raises ``ApiError``
    :ivar per_second: calls allowed a second, in each region
    """

    run: Callable[[CloudState, str, Params], dict[str, Any]]
    spec: Spec
    per_second: int
