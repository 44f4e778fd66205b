"""Shortcuts: the form from anywhere, and the form with the image that a message names."""

from __future__ import annotations

import re

from slack_bolt import Ack, App, BoltContext

from bot import ids
from bot.gate import told
from bot.listeners.commands import open_form
from bot.payloads import Shortcut
from bot.services import Services

_IMAGE_ID = re.compile(r"\bimg-[0-9a-z]{6,16}\b")


def register(app: App, services: Services) -> None:
    @app.shortcut(ids.SHORTCUT_FORM)
    def form(ack: Ack, context: BoltContext) -> None:
        open_form(services, told(context, Shortcut))
        ack()

    @app.shortcut(ids.SHORTCUT_FROM_MESSAGE)
    def from_message(ack: Ack, context: BoltContext) -> None:
        taken = told(context, Shortcut)
        named = _IMAGE_ID.search(taken.message.text or "")
        open_form(services, taken, named[0] if named else "")
        ack()
