"""The Home tab: drawn when somebody opens it."""

from __future__ import annotations

from slack_bolt import App, BoltContext

from approvals.model import Request
from bot.cards import lists
from bot.gate import told
from bot.listeners.members import why_not
from bot.payloads import Event
from bot.services import Services

_LOOKED_THROUGH = 100  # pending requests


def register(app: App, services: Services) -> None:
    @app.event("app_home_opened")
    def opened(context: BoltContext) -> None:
        event = told(context, Event).event
        if event.tab == "home" and event.user is not None:
            person_id = event.user
            services.background.run("home", lambda: publish(services, person_id))


def publish(services: Services, person_id: str) -> None:
    barred = why_not(services, person_id)
    services.client.views_publish(
        user_id=person_id, view=lists.home_closed(barred) if barred else _home(services, person_id)
    )


def _home(services: Services, person_id: str) -> dict[str, object]:
    with services.store.read() as ledger:
        pending = ledger.requests(pending=True, before=0, limit=_LOOKED_THROUGH)
        mine = ledger.requests(of=person_id, before=0, limit=10)
    waiting = [request for request in pending if _waits_for(request, person_id)]
    return lists.home_view(waiting[: lists.ROWS], mine)


def _waits_for(request: Request, person_id: str) -> bool:
    deciders = request.deciders
    if deciders is None or any(decision.person.id == person_id for decision in request.decisions):
        return False
    return person_id in (*deciders.owner_ids, *deciders.guardian_ids)
