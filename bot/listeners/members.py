"""Who may look: what the bot tells of images, accounts and requests is for those who could ask for a share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import structlog
from slack_sdk.errors import SlackApiError

from approvals.errors import DirectoryError, UnknownPerson
from approvals.model import Person
from bot.languages import _
from bot.payloads import Asking, Suggestion
from bot.refusals import refused
from bot.replies import ReplyAddress
from bot.services import Services
from bot.slack import UNREACHED, told_by

Answer = tuple[str, list[dict[str, Any]] | None]

UNCLEAR = refused("who_unclear")
NOT_OPENED = refused("form_not_opened")

log = structlog.get_logger()


def address_of(services: Services, asking: Asking, *, replace: bool = False) -> ReplyAddress:
    """Where a private answer to them goes.

    :param replace: the answer takes the place of the message that they pressed on, or of the first answer
    """
    return ReplyAddress(asking.person_id, asking.response_url or "", services.clock().timestamp(), replace)


def answer_now(
    services: Services, name: str, asking: Asking, work: Callable[[], Answer], *, meanwhile: Answer
) -> Answer:
    """The answer at once where it is known that they may have it; else it follows when Slack has said so.

    :param work: calls neither Slack nor the cloud
    :param meanwhile: what anybody may see; the answer takes its place
    """
    person = services.people.known(asking.person_id)
    if person is None:
        answer_later(services, name, address_of(services, asking, replace=True), work)
        return meanwhile
    return work() if person.may_act else _no(person)


def answer_names(services: Services, asking: Asking, work: Callable[[], Answer]) -> Answer:
    """An answer with names of images and accounts in it, at once: the channel sees those on every card.

    So it doesn't wait for Slack to say who they are, but who is known to be no member gets none.
    """
    person = services.people.known(asking.person_id)
    if person is None:
        services.background.run("who", lambda: _get_to_know(services, asking.person_id))
    return work() if person is None or person.may_act else _no(person)


def is_known_member(services: Services, asked: Suggestion) -> bool:
    """May they be offered names, as far as it is known without asking? Where it isn't, Slack is asked for next time."""
    person = services.people.known(asked.person_id)
    if person is None:
        services.background.run("who", lambda: _get_to_know(services, asked.person_id))
    return person is not None and person.may_act


def answer_later(services: Services, name: str, address: ReplyAddress, work: Callable[[], Answer]) -> None:
    """The answer behind the ack, to whom may have it."""
    services.answer(name, address, lambda: _barred(services, address.person_id) or work())


def open_view(services: Services, asking: Asking, view: dict[str, Any]) -> None:
    """Open a modal, where they may do what it asks for; it is meant to run behind the ack."""
    address = address_of(services, asking)
    barred = _barred(services, asking.person_id)
    if barred is not None:
        services.replies.send(address, *barred)
        return
    try:
        services.client.views_open(trigger_id=asking.trigger_id, view=view)
    except SlackApiError as error:
        log.warning("view_not_opened", error=told_by(error))
        services.replies.send(address, NOT_OPENED)
    except UNREACHED as error:
        log.warning("view_not_opened", error=str(error))
        services.replies.send(address, NOT_OPENED)


def why_not(services: Services, person_id: str) -> str | None:
    """Why they may not look, as a sentence; None where they may."""
    try:
        person = services.people.person(person_id)
    except UnknownPerson:
        return _("You can't use Imagewarden: Slack doesn't know you here.")
    except DirectoryError as error:
        log.warning("person_unclear", error=str(error))
        return UNCLEAR
    return None if person.may_act else _no(person)[0]


def _get_to_know(services: Services, person_id: str) -> None:
    why_not(services, person_id)


def _no(person: Person) -> Answer:
    return _("You can't use Imagewarden: {why_not}", why_not=person.why_not), None


def _barred(services: Services, person_id: str) -> Answer | None:
    sentence = why_not(services, person_id)
    return None if sentence is None else (sentence, None)
