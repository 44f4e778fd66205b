"""Buttons: the press is recorded and acked; whether it may have an effect is judged right behind."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import structlog
from slack_bolt import Ack, App

from approvals.errors import DirectoryError, StoreError
from approvals.model import Press, Verb
from bot import grammar, ids
from bot.cards import modal
from bot.listeners.commands import answer_requests, open_form
from bot.replies import ReplyAddress
from bot.services import Services

log = structlog.get_logger()


def register(app: App, services: Services) -> None:
    @app.action(re.compile(rf"\A({ids.APPROVE}|{ids.CANCEL}|{ids.RETRY})\Z"))
    def press(ack: Ack, body: dict[str, Any]) -> None:
        record(services, body, Verb(body["actions"][0]["action_id"]))
        ack()

    @app.action(ids.DENY)
    def deny(ack: Ack, body: dict[str, Any]) -> None:
        services.background.run("ask_why", lambda: ask_why(services, body))
        ack()

    @app.action(ids.OPEN_FORM)
    def form(ack: Ack, body: dict[str, Any]) -> None:
        open_form(services, str(body.get("trigger_id") or ""))
        ack()

    @app.action(ids.PAGE)
    def page(ack: Ack, body: dict[str, Any]) -> None:
        turn_page(services, body)
        ack()


def record(services: Services, body: Mapping[str, Any], verb: Verb, reason: str = "") -> None:
    """Record a press so that it survives whatever comes; say so where it can't be."""
    number = request_number(body["actions"][0].get("value"))
    if number is None:
        log.warning("press_dropped", why="its value is no request's number")
        return
    person_id = str(body["user"]["id"])
    address = ReplyAddress.of(body, person_id, services.clock())
    press = Press(
        key=_key(body, person_id),
        request_id=number,
        person_id=person_id,
        verb=verb,
        at=services.clock(),
        reason=reason,
        reply_to=address.text(),
    )
    record_press(services, press, address)


def record_press(services: Services, press: Press, address: ReplyAddress) -> None:
    try:
        services.desk.press(press)
    except StoreError:
        log.exception("press_not_recorded", request=press.request_id)
        text = "I can't record that right now, so nothing was decided. Press again in a minute."
        services.answer("press_not_recorded", address, lambda: (text, None))


def ask_why(services: Services, body: Mapping[str, Any]) -> None:
    """Open the modal that asks for the reason, unless it is plain that the person may not deny."""
    number = request_number(body["actions"][0].get("value"))
    if number is None:
        log.warning("press_dropped", why="its value is no request's number")
        return
    person_id = str(body["user"]["id"])
    with services.store.read() as ledger:
        request = ledger.request(number)
    if request is None:
        log.warning("press_dropped", why="there is no such request", request=number)
        return
    try:
        objection = services.desk.objection(person_id, number, Verb.DENY)
    except DirectoryError as error:
        log.info("objection_unknown", error=str(error))  # the submission is judged in any case
        objection = None
    if objection is None:
        services.client.views_open(trigger_id=str(body.get("trigger_id") or ""), view=modal.deny_modal(request))
    else:
        record(services, body, Verb.DENY)  # so that the refusal is told and recorded like any other


def turn_page(services: Services, body: Mapping[str, Any]) -> None:
    which, _, before = str(body["actions"][0].get("value") or "").partition(":")
    number = request_number(before)
    if number is None or which not in ("all", "mine", "pending"):
        log.warning("press_dropped", why="it names no page")
        return
    person_id = str(body["user"]["id"])
    command = grammar.Requests(which, None)  # type: ignore[arg-type]  # looked at above
    address = ReplyAddress.of(body, person_id, services.clock(), replace=True)
    services.answer("page", address, lambda: answer_requests(services, command, person_id, number))


def request_number(value: object) -> int | None:
    """The number of a request in what comes back from a button or a view; None where that is no such number."""
    text = str(value or "")
    return int(text) if re.fullmatch(r"[1-9][0-9]{0,17}", text) else None


def _key(body: Mapping[str, Any], person_id: str) -> str:
    """A press is the same press when it comes from the same person, message and moment."""
    action = body["actions"][0]
    container = body.get("container") or {}
    where = container.get("message_ts") or container.get("view_id") or ""
    when = action.get("action_ts") or body.get("trigger_id") or ""
    return f"{when}:{person_id}:{where}:{action['action_id']}"
