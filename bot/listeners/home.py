"""The Home tab: drawn when somebody opens it."""

from __future__ import annotations

from typing import Any

from slack_bolt import App

from approvals.model import Request
from bot.cards import lists
from bot.services import Services

_LOOKED_THROUGH = 100  # pending requests


def register(app: App, services: Services) -> None:
    @app.event("app_home_opened")
    def opened(event: dict[str, Any]) -> None:
        if event.get("tab") == "home":
            person_id = str(event.get("user") or "")
            services.background.run("home", lambda: publish(services, person_id))


def publish(services: Services, person_id: str) -> None:
    with services.store.read() as ledger:
        pending = ledger.requests(pending=True, before=0, limit=_LOOKED_THROUGH)
        mine = ledger.requests(of=person_id, before=0, limit=10)
    waiting = [request for request in pending if _waits_for(request, person_id)]
    services.client.views_publish(user_id=person_id, view=lists.home_view(waiting[: lists.ROWS], mine))


def _waits_for(request: Request, person_id: str) -> bool:
    deciders = request.deciders
    if deciders is None or any(decision.person.id == person_id for decision in request.decisions):
        return False
    return person_id in (*deciders.owner_ids, *deciders.guardian_ids)
