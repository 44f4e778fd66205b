"""Modals sent: the reason of a denial, and the form that asks for a share."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import structlog
from slack_bolt import Ack, App

from approvals.model import Press, Verb
from bot import grammar, ids
from bot.listeners.actions import record_press, request_number
from bot.listeners.commands import submit
from bot.replies import ReplyAddress
from bot.services import Services

log = structlog.get_logger()


def register(app: App, services: Services) -> None:
    @app.view(ids.DENY_VIEW)
    def denied(ack: Ack, body: dict[str, Any]) -> None:
        record_denial(services, body)
        ack()

    @app.view(ids.FORM_VIEW)
    def asked(ack: Ack, body: dict[str, Any]) -> None:
        errors = submit_form(services, body)
        if errors:
            ack(response_action="errors", errors=errors)
        else:
            ack()


def record_denial(services: Services, body: Mapping[str, Any]) -> None:
    view = body["view"]
    try:
        number = request_number(json.loads(view.get("private_metadata") or "")["request"])
    except (ValueError, KeyError, TypeError):
        number = None
    if number is None:
        log.warning("view_dropped", why="it names no request")
        return
    person_id = str(body["user"]["id"])
    address = ReplyAddress(person_id)
    press = Press(
        key=f"view:{person_id}:{view.get('id') or body.get('trigger_id')}",
        request_id=number,
        person_id=person_id,
        verb=Verb.DENY,
        at=services.clock(),
        reason=_value(view, ids.REASON),
        reply_to=address.text(),
    )
    record_press(services, press, address)


def submit_form(services: Services, body: Mapping[str, Any]) -> dict[str, str]:
    """Record what the form asks for; returns the errors by field, none where it was recorded."""
    image, accounts = _value(body["view"], ids.IMAGE), _value(body["view"], ids.ACCOUNTS)
    command = grammar.parse(f"share {grammar.spell(image)} with {accounts}")
    if isinstance(command, grammar.Misread):
        return _beside(command, accounts)
    if not isinstance(command, grammar.Share) or len(command.images) != 1 or command.reason or command.region:
        return {ids.ACCOUNTS: "Only accounts here, with commas between."}
    targets = grammar.resolve(command, services.policy.account_names, accounts)
    if isinstance(targets, grammar.Misread):
        return _beside(targets, accounts)
    command = replace(command, reason=_value(body["view"], ids.REASON))
    text, _blocks = submit(services, command, body, answer_in_place=False)
    person_id = str(body["user"]["id"])
    services.answer("form_recorded", ReplyAddress(person_id), lambda: (text, None))
    return {}


def _beside(misread: grammar.Misread, accounts: str) -> dict[str, str]:
    field = ids.ACCOUNTS if misread.word and misread.word in accounts else ids.IMAGE
    return {field: misread.sentence}


def _value(view: Mapping[str, Any], block_id: str) -> str:
    values = view.get("state", {}).get("values", {}).get(block_id, {})
    first: Mapping[str, Any] = next(iter(values.values()), {})
    # Half a surrogate pair, which JSON can carry and no database can store, becomes a question mark.
    return str(first.get("value") or "").strip().encode(errors="replace").decode()
