"""The Home tab: drawn when somebody opens it."""

from __future__ import annotations

from slack_bolt import App, BoltContext

from bot.cards import lists
from bot.gate import told
from bot.languages import speaking
from bot.listeners.lists import waiting_for
from bot.listeners.members import why_not
from bot.payloads import Event
from bot.services import Services


def register(app: App, services: Services) -> None:
    @app.event("app_home_opened")
    def opened(context: BoltContext) -> None:
        event = told(context, Event).event
        if event.tab == "home" and event.user is not None:
            person_id = event.user
            services.background.run("home", lambda: publish(services, person_id))


def publish(services: Services, person_id: str) -> None:
    barred = why_not(services, person_id)
    with speaking(services.language_asked(person_id)):
        view = lists.home_closed(barred) if barred else _home(services, person_id)
    services.client.views_publish(user_id=person_id, view=view)


def _home(services: Services, person_id: str) -> dict[str, object]:
    with services.store.read() as ledger:
        waiting = waiting_for(ledger, person_id, lists.ROWS)
        mine = ledger.requests(of=person_id, before=0, limit=10)
    return lists.home_view(waiting, mine)
