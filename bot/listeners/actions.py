"""Buttons: the press is recorded and acked; whether it may have an effect is judged right behind."""

from __future__ import annotations

import re

import structlog
from slack_bolt import Ack, App, BoltContext

from approvals import model
from approvals.errors import DirectoryError, StoreError
from approvals.model import Verb
from bot import ids
from bot.cards import modal
from bot.cards.text import Block
from bot.gate import told
from bot.grammar.words import IMAGE_ID
from bot.languages import _
from bot.listeners import drift, form, images, inbound, lists, pages
from bot.listeners.copies import retire_copy
from bot.listeners.members import address_of, answer_later, open_view
from bot.listeners.pages import ImagesAt, NumberedAt, RequestsAt
from bot.listeners.unread import behind_the_ack
from bot.payloads import Press
from bot.refusals import refused
from bot.replies import ReplyAddress
from bot.services import Services

_AT_ONCE = (
    ids.APPROVE,
    ids.CANCEL,
    ids.RETRY,
    ids.ASK_AGAIN,
    ids.REMOVE_COPY,
    ids.END_NOW,
    ids.REVOKE,
    ids.SHARE_AGAIN,
    ids.CLOSE,
)
"""Buttons whose press says all; the others ask for more first."""

log = structlog.get_logger()


def register(app: App, services: Services) -> None:
    @app.action(re.compile(rf"\A({'|'.join(_AT_ONCE)})\Z"))
    def press(ack: Ack, context: BoltContext) -> None:
        pressed = told(context, Press)
        record(services, pressed, Verb(pressed.action.action_id))
        ack()

    @app.action(re.compile(rf"\A({ids.DENY}|{ids.ADOPT})\Z"))
    def why(ack: Ack, context: BoltContext) -> None:
        pressed = told(context, Press)
        behind_the_ack(services, "ask_why", pressed, lambda: ask_why(services, pressed))
        ack()

    @app.action(ids.OPEN_FORM)
    def share(ack: Ack, context: BoltContext) -> None:
        pressed = told(context, Press)
        services.opening.run("open_form", lambda: open_view(services, pressed, _form(services, pressed)))
        ack()

    @app.action(re.compile(rf"\A({ids.PAGE}|{ids.NEWER})\Z"))
    def page(ack: Ack, context: BoltContext) -> None:
        turn_page(services, told(context, Press))
        ack()


def record(services: Services, pressed: Press, verb: Verb) -> None:
    """Record a press so that it survives whatever comes; say so where it can't be."""
    number = _of_card(services, pressed)
    if number is not None:
        _record(services, pressed, number, verb)


def _record(services: Services, pressed: Press, number: int, verb: Verb) -> None:
    address = address_of(services, pressed)
    press = model.Press(
        key=pressed.key,
        request_id=number,
        person_id=pressed.person_id,
        verb=verb,
        at=services.clock(),
        reply_to=address.text(),
    )
    record_press(services, press, address)


def record_press(services: Services, press: model.Press, address: ReplyAddress) -> None:
    try:
        services.desk.press(press)
    except StoreError:
        log.exception("press_not_recorded", request=press.request_id)
        text = _("I can't record that right now, so nothing was decided. Press again in a minute.")
        services.answer("press_not_recorded", address, lambda: (text, None))


def ask_why(services: Services, pressed: Press) -> None:
    """Open the modal that asks for the reason, unless it is plain that the person may not deny, or adopt."""
    verb = Verb(pressed.action.action_id)
    number = _of_card(services, pressed)
    if number is None:
        return
    with services.store.read() as ledger:
        request = ledger.request(number)
    if request is None:
        log.warning("press_dropped", why="there is no such request", request=number)
        return
    try:
        objection = services.desk.objection(pressed.person_id, number, verb)
    except DirectoryError as error:
        log.info("objection_unknown", error=str(error))  # the submission is judged in any case
        objection = None
    if objection is None:
        asks = modal.deny_modal if verb is Verb.DENY else modal.adopt_modal
        open_view(services, pressed, asks(request))
    else:
        _record(services, pressed, number, verb)  # so that the refusal is told and recorded like any other


def turn_page(services: Services, pressed: Press) -> None:
    at = pages.read(pressed.action.value or "", newer=pressed.action.action_id == ids.NEWER)
    address = address_of(services, pressed, replace=True)
    person_id = pressed.person_id
    match at:
        case RequestsAt():
            answer_later(services, "page", address, lambda: lists.list_requests(services.store, at, person_id))
        case ImagesAt():
            images.list_later(services, at, address)
        case NumberedAt("inbound"):
            inbound.answer_inbound(services, address, lambda: inbound.list_inbound(services, at))
        case NumberedAt():
            answer_later(services, "page", address, lambda: drift.list_drift(services, at))
        case None:
            log.warning("press_dropped", why="it names no page")


def _form(services: Services, pressed: Press) -> Block:
    """The form, with the image that the button stands below if it stands below one."""
    image = pressed.action.value or ""
    return form.of_message(services, image) if IMAGE_ID.fullmatch(image) else form.empty(services)


def request_number(value: object) -> int | None:
    """The number of a request in what comes back from a button or a view; None where that is no such number."""
    text = str(value or "")
    return int(text) if re.fullmatch(r"[1-9][0-9]{0,17}", text) else None


def _of_card(services: Services, pressed: Press) -> int | None:
    """The request that the button of a card is about; a card that nobody keeps up any more comes to light by it."""
    number = request_of(services, pressed)
    if number is not None and pressed.action.action_id in (ids.APPROVE, ids.DENY, ids.CANCEL):
        services.background.run("retire_copy", lambda: retire_copy(services, pressed, number))
    return number


def request_of(services: Services, pressed: Press) -> int | None:
    """The request that the button is about; None where it is about none, or stands on another one's card."""
    number = request_number(pressed.action.value)
    if number is None:
        log.warning("press_dropped", why="its value is no request's number")
        return None
    if _on_anothers_card(services, pressed, number):
        log.warning("press_dropped", why="it is on the card of another request", request=number)
        services.answer("press_dropped", address_of(services, pressed), lambda: (refused("anothers_button"), None))
        return None
    return number


def _on_anothers_card(services: Services, pressed: Press, number: int) -> bool:
    """Is the message known as the card of another request?

    One that isn't known passes: a card that was posted when the bot was killed is recorded nowhere, and its buttons
    are as good as any.
    """
    block = pressed.action.block_id or ""
    if block.startswith(ids.BUTTONS) and block != ids.buttons_of(number):
        return True
    channel, ts = pressed.container.channel_id, pressed.container.message_ts
    if not channel or not ts:
        return False
    with services.store.read() as ledger:
        stands = ledger.request_at(channel, ts)
    return stands is not None and stands != number
