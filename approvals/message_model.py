"""What is told to people, and what operators must mend, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

CARD = "card"
"""The kind of a message that is a picture of its request: drawn when it is delivered, one stands for several."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A message waiting in the outbox.

    :ivar request_id: the request that it tells of, if it tells of one
    :ivar lane: notices of one lane are delivered in order
    :ivar kind: what to say; ``facts`` hold what the saying needs beyond the request
    :ivar recipient: a channel, a person, or a reply address
    :ivar told: how many of its parts were delivered, where it is longer than one message
    """

    id: int
    request_id: int | None
    lane: str
    kind: str
    recipient: str
    created_at: datetime
    facts: Mapping[str, str] = field(default_factory=dict)
    attempts: int = 0
    told: int = 0


@dataclass(frozen=True, slots=True)
class Card:
    """Where a copy of a request's card stands: for whom, in which conversation, under which message id."""

    recipient: str
    channel: str
    ts: str


class IncidentKind(StrEnum):
    """What an operator must mend before anything can be done in the cloud."""

    AUTH = "auth"  # the credentials don't work, or don't suffice
    WRONG_ACCOUNT = "wrong_account"  # they belong to another account than the policy's


@dataclass(frozen=True, slots=True)
class Incident:
    """A fault of the credentials that is not mended yet, as far as anybody knows.

    :ivar call: the call that fails; when it is answered again, the incident ends
    :ivar error: what the cloud said
    :ivar attempts: executions that were begun to see whether it is mended
    :ivar not_before: when the next one may begin
    """

    kind: IncidentKind
    call: str
    error: str
    since: datetime
    attempts: int
    not_before: datetime
