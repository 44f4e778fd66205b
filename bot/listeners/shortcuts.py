"""Shortcuts: the form from anywhere, and the form with the images that a message names."""

from __future__ import annotations

from slack_bolt import Ack, App, BoltContext

from bot import ids
from bot.gate import told
from bot.listeners import form
from bot.listeners.members import open_view
from bot.payloads import Shortcut
from bot.services import Services


def register(app: App, services: Services) -> None:
    @app.shortcut(ids.SHORTCUT_FORM)
    def anywhere(ack: Ack, context: BoltContext) -> None:
        taken = told(context, Shortcut)
        services.opening.run("open_form", lambda: open_view(services, taken, form.empty(services)))
        ack()

    @app.shortcut(ids.SHORTCUT_FROM_MESSAGE)
    def from_message(ack: Ack, context: BoltContext) -> None:
        taken = told(context, Shortcut)
        services.opening.run(
            "open_form", lambda: open_view(services, taken, form.of_message(services, taken.message.words))
        )
        ack()
