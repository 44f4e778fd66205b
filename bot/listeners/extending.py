"""The button that asks for a share to go on: a new request, which the owners decide about like the first."""

from __future__ import annotations

from collections.abc import Sequence

import structlog
from slack_bolt import Ack, App, BoltContext

from approvals.model import Grant, Request, Target
from bot import grammar, ids
from bot.cards import endings
from bot.gate import told
from bot.languages import translated
from bot.listeners.actions import request_of
from bot.listeners.commands import NOT_RECORDED, submit
from bot.listeners.lasting import read_term
from bot.listeners.members import address_of, open_view
from bot.listeners.unread import behind_the_ack
from bot.listeners.views import named_in
from bot.payloads import Press, Submission
from bot.refusals import refused
from bot.services import Services

log = structlog.get_logger()


def register(app: App, services: Services) -> None:
    @app.action(ids.EXTEND)
    def extend(ack: Ack, context: BoltContext) -> None:
        pressed = told(context, Press)
        behind_the_ack(services, "extend", pressed, lambda: ask_how_long(services, pressed))
        ack()

    @app.view(ids.EXTEND_VIEW)
    def extended(ack: Ack, context: BoltContext) -> None:
        errors = submit_extension(services, told(context, Submission))
        if errors:
            ack(response_action="errors", errors={field: translated(text) for field, text in errors.items()})
        else:
            ack()


def ask_how_long(services: Services, pressed: Press) -> None:
    """Open the modal, where there is something to extend."""
    number = request_of(services, pressed)
    request = _request(services, number)
    if number is None or request is None:
        return
    if not request.standing:
        address = address_of(services, pressed)
        services.answer("extend", address, lambda: (refused("nothing_to_extend", number=number), None))
        return
    modal = endings.extend_modal(request, _targets(_standing(services, request)), services.policy.longest)
    open_view(services, pressed, modal)


def submit_extension(services: Services, sent: Submission) -> dict[str, str]:
    """Record the new request; returns the errors by field, none where it was recorded."""
    errors: dict[str, str] = {}
    longest = services.policy.longest
    term = read_term(sent.view, errors, now=services.clock(), longest=longest)
    if term.is_endless and longest is None and not errors and not sent.view.chosen(ids.LASTS):
        errors[ids.LASTS] = refused("form_no_end")
    request = _request(services, named_in(sent.view.private_metadata))
    if errors or request is None or request.image is None:
        return errors
    standing = _standing(services, request)
    if not standing:
        return {ids.LASTS: refused("nothing_to_extend", number=request.id)}
    targets = _targets(standing)
    accounts = tuple(target.account for target in targets)
    there = {grant.region for grant in standing}
    regions = tuple(region for region in request.regions if region in there)
    command = grammar.Share((request.image.image_id,), accounts, regions, sent.view.text(ids.REASON), term)
    address = address_of(services, sent)
    answer = submit(services, command, targets, sent, key=f"view:{sent.view.id}", address=address)
    if answer == (NOT_RECORDED, None):
        return {ids.LASTS: NOT_RECORDED}
    services.answer("extension_recorded", address, lambda: answer)
    return {}


def _request(services: Services, number: int | None) -> Request | None:
    with services.store.read() as ledger:
        request = ledger.request(number) if number is not None else None
    if number is not None and request is None:
        log.warning("press_dropped", why="there is no such request", request=number)
    return request


def _standing(services: Services, request: Request) -> list[Grant]:
    with services.store.read() as ledger:
        return ledger.grants.standing(request.id)


def _targets(standing: Sequence[Grant]) -> tuple[Target, ...]:
    return tuple(dict.fromkeys(grant.target for grant in standing))
