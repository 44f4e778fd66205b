"""Shortcuts: the form from anywhere, and the form with the image that a message names."""

from __future__ import annotations

import re
from typing import Any

from slack_bolt import Ack, App

from bot import ids
from bot.listeners.commands import open_form
from bot.services import Services

_IMAGE_ID = re.compile(r"\bimg-[0-9a-z]{6,16}\b")


def register(app: App, services: Services) -> None:
    @app.shortcut(ids.SHORTCUT_FORM)
    def form(ack: Ack, body: dict[str, Any]) -> None:
        open_form(services, str(body.get("trigger_id") or ""))
        ack()

    @app.shortcut(ids.SHORTCUT_FROM_MESSAGE)
    def from_message(ack: Ack, body: dict[str, Any]) -> None:
        named = _IMAGE_ID.search(str((body.get("message") or {}).get("text") or ""))
        open_form(services, str(body.get("trigger_id") or ""), named[0] if named else "")
        ack()
