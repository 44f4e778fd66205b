"""Are Slack and the cloud there? Asked at the start and from time to time, for ``/readyz``."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from slack_sdk.errors import SlackApiError

from approvals.errors import CloudError, WrongAccount
from approvals.home import HomeAccount
from approvals.ledger import Ledger
from bot.metrics import Metrics
from bot.slack import UNREACHED, Installation

_EVERY = timedelta(seconds=30)
_EVERY_WHILE_DOWN = timedelta(seconds=3)

log = structlog.get_logger()


class Health:
    """Knows when Slack and the cloud last answered.

    :param listening: whether the way in is open (a connected socket, a served port)
    """

    def __init__(self, slack: Installation, home: HomeAccount, metrics: Metrics, listening: Callable[[], bool]) -> None:
        self._slack = slack
        self._home = home
        self._metrics = metrics
        self._listening = listening
        self._due: datetime | None = None
        self._faults: dict[str, str] = {"slack": "not asked yet", "cloud": "not asked yet"}

    @property
    def problems(self) -> dict[str, str]:
        """What keeps the bot from working, by dependency; empty where nothing does."""
        faults = dict(self._faults)
        if not self._listening():
            faults["listening"] = "Slack can't reach the bot: the connection is not up"
        return faults

    def sweep(self, now: datetime) -> int:
        """Ask, where it is time to; never asks for another round at once."""
        if self._due is None or now >= self._due:
            self._ask()
            self._due = now + (_EVERY_WHILE_DOWN if self._faults else _EVERY)
        return 0

    def next_due(self, _ledger: Ledger) -> datetime | None:
        return self._due

    def _ask(self) -> None:
        try:
            self._slack.ask()
        except (SlackApiError, *UNREACHED) as error:
            self._note("slack", str(error))
        else:
            self._note("slack", None)
        try:
            self._home.ask()
        except (CloudError, WrongAccount) as error:
            self._note("cloud", str(error))
        else:
            self._note("cloud", None)

    def _note(self, of: str, fault: str | None) -> None:
        self._metrics.up.labels(of).set(fault is None)
        if fault is None:
            if self._faults.pop(of, None) is not None:
                log.info("up", of=of)
        elif self._faults.get(of) != fault:
            log.error("down", of=of, error=fault)
            self._faults[of] = fault
