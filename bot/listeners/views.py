"""Modals sent: the reason of a denial, and the form that asks for a share."""

from __future__ import annotations

import json

import structlog
from slack_bolt import Ack, App, BoltContext

from approvals.model import Press, Verb
from bot import grammar, ids
from bot.gate import told
from bot.languages import translated
from bot.listeners import form
from bot.listeners.actions import record_press, request_number
from bot.listeners.commands import NOT_RECORDED, submit
from bot.listeners.members import address_of
from bot.payloads import Submission
from bot.services import Services

log = structlog.get_logger()


def register(app: App, services: Services) -> None:
    @app.view(ids.DENY_VIEW)
    def denied(ack: Ack, context: BoltContext) -> None:
        record_with_reason(services, told(context, Submission), Verb.DENY)
        ack()

    @app.view(ids.ADOPT_VIEW)
    def adopted(ack: Ack, context: BoltContext) -> None:
        record_with_reason(services, told(context, Submission), Verb.ADOPT)
        ack()

    @app.view(ids.FORM_VIEW)
    def asked(ack: Ack, context: BoltContext) -> None:
        errors = submit_form(services, told(context, Submission))
        if errors:
            ack(response_action="errors", errors={field: translated(text) for field, text in errors.items()})
        else:
            ack()


def record_with_reason(services: Services, sent: Submission, verb: Verb) -> None:
    number = named_in(sent.view.private_metadata)
    if number is None:
        log.warning("view_dropped", why="it names no request")
        return
    address = address_of(services, sent)
    press = Press(
        key=f"view:{sent.person_id}:{sent.view.id}",
        request_id=number,
        person_id=sent.person_id,
        verb=verb,
        at=services.clock(),
        reason=sent.view.text(ids.REASON),
        reply_to=address.text(),
    )
    record_press(services, press, address)


def submit_form(services: Services, sent: Submission) -> dict[str, str]:
    """Record what the form asks for; returns the errors by field, none where it was recorded."""
    filled = form.read(sent.view, services.policy, services.clock())
    if filled.errors:
        return filled.errors
    accounts = tuple(target.account for target in filled.targets)
    command = grammar.Share(filled.images, accounts, filled.regions, filled.reason, filled.term)
    address = address_of(services, sent)
    # One opened form is one request: sent twice, by a double click, it is still the same.
    answer = submit(services, command, filled.targets, sent, key=f"view:{sent.view.id}", address=address)
    if answer == (NOT_RECORDED, None):
        return {ids.IMAGE: NOT_RECORDED}  # the form stays open with all that was filled in
    services.answer("form_recorded", address, lambda: answer)
    return {}


def named_in(metadata: str) -> int | None:
    """The request that a view was opened for; None where it names none."""
    try:
        named = json.loads(metadata)
    except (ValueError, RecursionError):
        return None
    return request_number(named.get("request")) if isinstance(named, dict) else None
