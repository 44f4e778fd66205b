"""What whoever typed or pressed is told where the database can't be read."""

from __future__ import annotations

from collections.abc import Callable

import structlog
from slack_bolt import App, BoltContext, BoltResponse

from approvals.errors import StoreError
from bot.gate import sent
from bot.languages import translated
from bot.listeners.members import address_of
from bot.payloads import Asking, Command, Press
from bot.refusals import refused
from bot.services import Services

UNREAD = refused("not_read")

log = structlog.get_logger()


def register(app: App, services: Services) -> None:
    @app.error
    def failed(error: Exception, context: BoltContext) -> BoltResponse | None:
        """Everything else, and what Slack has words of its own for, stays the failure that it is."""
        log.error("listener_failed", exc_info=error)
        payload = sent(context)
        if not isinstance(error, StoreError):
            return None
        if isinstance(payload, Command):
            return BoltResponse(status=200, body={"text": translated(UNREAD), "response_type": "ephemeral"})
        if isinstance(payload, Press):
            _say_so(services, payload)
            return BoltResponse(status=200)
        return None


def behind_the_ack(services: Services, name: str, asking: Asking, work: Callable[[], None]) -> None:
    """Run what reads the database and opens a modal."""

    def run() -> None:
        try:
            work()
        except StoreError:
            log.exception("not_read", work=name)
            _say_so(services, asking)

    services.opening.run(name, run)


def _say_so(services: Services, asking: Asking) -> None:
    services.answer("not_read", address_of(services, asking), lambda: (UNREAD, None))
