"""What an interaction hands the bot for a while: a ``trigger_id`` opens one view, a ``response_url`` takes answers."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass

from bot import limits
from bot.sandbox.workspace.errors import SlackError


@dataclass(slots=True)
class Trigger:
    """
    :ivar view_id: the modal that the interaction came from, which ``views.push`` needs
    """

    person: str
    at: float
    view_id: str | None
    used: bool = False


class Triggers:
    """The trigger ids that were given out."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._given: dict[str, Trigger] = {}
        self._count = 0

    def give(self, person: str, view_id: str | None = None) -> str:
        with self._lock:
            self._count += 1
            name = f"{9_000_000_000 + self._count}.{1_000_000 + self._count}.{secrets.token_hex(16)}"
            self._given[name] = Trigger(person, self._clock(), view_id)
        return name

    def use(self, name: str) -> Trigger:
        """
        :raises SlackError: ``invalid_trigger_id``, ``exchanged_trigger_id`` or ``expired_trigger_id``
        """
        with self._lock:
            trigger = self._given.get(name)
            if trigger is None:
                raise SlackError("invalid_trigger_id")
            if trigger.used:
                raise SlackError("exchanged_trigger_id")
            if self._clock() - trigger.at > limits.TRIGGER_LIFETIME:
                raise SlackError("expired_trigger_id")
            trigger.used = True
            return trigger


@dataclass(slots=True)
class ResponseUrl:
    """
    :ivar original: the ts of the message that ``replace_original`` replaces, where there is one
    """

    channel: str
    person: str
    at: float
    original: str | None
    uses: int = 0


class ResponseUrls:
    """The response_urls that were given out, by the last part of their address."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._given: dict[str, ResponseUrl] = {}

    def give(self, channel: str, person: str, original: str | None = None) -> str:
        name = secrets.token_urlsafe(18)
        with self._lock:
            self._given[name] = ResponseUrl(channel, person, self._clock(), original)
        return name

    def set_original(self, name: str, ts: str) -> None:
        """The first message that answers a command is the one that later answers may replace."""
        with self._lock:
            self._given[name].original = self._given[name].original or ts

    def use(self, name: str) -> ResponseUrl:
        """
        :raises SlackError: ``expired_url`` or ``used_url``; an address never given counts as expired
        """
        with self._lock:
            given = self._given.get(name)
            if given is None or self._clock() - given.at > limits.RESPONSE_URL_LIFETIME:
                raise SlackError("expired_url", status=404)
            if given.uses >= limits.RESPONSE_URL_USES:
                raise SlackError("used_url", status=404)
            given.uses += 1
            return given
