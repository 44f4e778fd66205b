"""The button that asks anew for what was stopped: its owners decide by what is true now."""

from __future__ import annotations

import structlog
from slack_bolt import Ack, App, BoltContext

from approvals.errors import StoreError
from approvals.model import Person, Request
from bot import ids
from bot.cards.text import mention
from bot.gate import told
from bot.languages import _
from bot.listeners.actions import request_of
from bot.listeners.members import address_of
from bot.payloads import Press
from bot.refusals import refused
from bot.replies import ReplyAddress
from bot.services import Services

log = structlog.get_logger()


def register(app: App, services: Services) -> None:
    @app.action(ids.ASK_AGAIN)
    def again(ack: Ack, context: BoltContext) -> None:
        ask_again(services, told(context, Press))
        ack()


def ask_again(services: Services, pressed: Press) -> None:
    """Record the new request before the ack, and say so; it is the first asker's, whoever pressed."""
    number = request_of(services, pressed)
    if number is None:
        return
    with services.store.read() as ledger:
        request = ledger.request(number)
    if request is None:
        log.warning("press_dropped", why="there is no such request", request=number)
        return
    text = _record(services, pressed, request) if _is_concerned(pressed.person_id, request) else _whose(request)
    services.answer("ask_again", address_of(services, pressed), lambda: (text, None))


def _record(services: Services, pressed: Press, request: Request) -> str:
    requester = ReplyAddress(request.requester.id)
    by = Person(pressed.person_id, pressed.person_name)
    try:
        new = services.desk.ask_again(request, by=by, reply_to=requester.text())
    except StoreError:
        log.exception("not_recorded", request=request.id)
        return refused("not_recorded")
    return (
        refused("nothing_failed")
        if new is None
        else _("Asked again as #{new}: its owners decide by what is true now.", new=new)
    )


def _is_concerned(person_id: str, request: Request) -> bool:
    deciders = request.deciders
    others = (*deciders.owner_ids, *deciders.guardian_ids) if deciders else ()
    return person_id == request.requester.id or person_id in others


def _whose(request: Request) -> str:
    who = mention(request.requester.id)
    return refused("not_to_ask_again", who=who, number=request.id)
