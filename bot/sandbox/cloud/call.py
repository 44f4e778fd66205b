"""A call in the log of the local cloud."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Call:
    """A call that was made, refused ones too.

    :ivar at: Unix seconds
    :ivar service: ``cvm``, ``lighthouse`` or ``sts``: two of them have an action of the same name; empty where the
        call was refused before it was proven
    :ivar params: as sent; empty where the call was refused before they were read
    :ivar code: ``ok``, the error code, or the shape of an answer that was spoiled on purpose
    :ivar ms: milliseconds until the answer left, a delay set for a test included
    :ivar done: it took effect, whatever was answered
    """

    at: float
    service: str
    action: str
    region: str
    params: Mapping[str, Any]
    code: str
    request_id: str
    ms: float
    done: bool
