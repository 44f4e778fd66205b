"""``/image``: answered at once from what is at hand; what needs Slack or the cloud follows behind the ack."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

import structlog
from slack_bolt import Ack, App

from approvals import facts
from approvals.cloud import ImageKind
from approvals.errors import CloudError, StoreError
from approvals.model import Action, Asked, Person, Target
from approvals.trust import shareable
from bot import grammar, ids
from bot.cards import lists, modal, private
from bot.cards.request import card
from bot.cards.text import code
from bot.replies import ReplyAddress
from bot.services import Services

Answer = tuple[str, list[dict[str, Any]] | None]

log = structlog.get_logger()

NOT_RECORDED = "I can't record that right now, so nothing was asked. Try again in a minute."


def register(app: App, services: Services) -> None:
    @app.command(ids.COMMAND)
    def image(ack: Ack, body: dict[str, Any]) -> None:
        answer = answer_command(services, body)
        if answer is None:
            ack()
        else:
            ack(text=answer[0], blocks=answer[1], response_type="ephemeral")


def answer_command(services: Services, body: Mapping[str, Any]) -> Answer | None:
    """What to say at once; None where everything follows behind the ack."""
    text = str(body.get("text") or "")
    command = grammar.parse(text)
    match command:
        case grammar.Misread():
            return _misread_as_typed(services, text)
        case grammar.Share() | grammar.Unshare():
            return submit(services, command, body, answer_in_place=True)
        case grammar.Show(image=image):
            return _show(services, image, body)
        case grammar.Requests():
            return answer_requests(services, command, str(body.get("user_id") or ""))
        case grammar.Account():
            return lists.ACCOUNT_HELP, None
        case grammar.OpenForm():
            open_form(services, str(body.get("trigger_id") or ""))
            return None
        case grammar.Help():
            return lists.help_text(grammar.examples(_image_names(services), _receivers(services)))


def submit(
    services: Services,
    command: grammar.Share | grammar.Unshare,
    body: Mapping[str, Any],
    *,
    answer_in_place: bool,
) -> Answer:
    """Record what was asked, one request an image, and say so.

    :param answer_in_place: the later answer takes the place of this one
    """
    targets = grammar.resolve(command, services.policy.account_names, str(body.get("text") or ""))
    if isinstance(targets, grammar.Misread):
        return _misread(targets)
    asked = _asked(services, command, targets, body, answer_in_place=answer_in_place)
    try:
        numbers = services.desk.submit(asked)
    except StoreError:
        log.exception("not_recorded")
        return NOT_RECORDED, None
    return private.recorded(numbers, list(command.images)), None


def open_form(services: Services, trigger_id: str, image: str = "") -> None:
    services.background.run("open_form", lambda: _open(services, trigger_id, modal.share_form(image)))


def _open(services: Services, trigger_id: str, view: dict[str, Any]) -> None:
    services.client.views_open(trigger_id=trigger_id, view=view)


def _asked(
    services: Services,
    command: grammar.Share | grammar.Unshare,
    targets: tuple[Target, ...],
    body: Mapping[str, Any],
    *,
    answer_in_place: bool,
) -> list[Asked]:
    person = _person(body)
    # Slack's trigger_id is fresh for each interaction: the same one again is the same command, delivered twice.
    key = body.get("trigger_id") or (body.get("view") or {}).get("id") or uuid.uuid4().hex
    address = ReplyAddress.of(body, person.id, services.clock(), replace=answer_in_place and len(command.images) == 1)
    return [
        Asked(
            key=f"{person.id}:{key}:{index}",
            action=Action.SHARE if isinstance(command, grammar.Share) else Action.UNSHARE,
            image_ref=image,
            region=command.region,
            targets=targets,
            reason=command.reason,
            requester=person,
            reply_to=address.text(),
        )
        for index, image in enumerate(command.images)
    ]


def _person(body: Mapping[str, Any]) -> Person:
    user = body.get("user") or {}
    person_id = str(body.get("user_id") or user.get("id") or "")
    return Person(person_id, str(body.get("user_name") or user.get("username") or user.get("name") or person_id))


def _misread_as_typed(services: Services, text: str) -> Answer:
    """Read again with the names that a suggestion needs: they cost more than all the rest of an ack."""
    misread = grammar.parse(text, _names(services))
    assert isinstance(misread, grammar.Misread)  # noqa: S101  names change a suggestion, never the reading
    return _misread(misread)


def _misread(misread: grammar.Misread) -> Answer:
    return lists.misread(misread.typed, misread.word, misread.sentence, misread.suggestion)


def _names(services: Services) -> grammar.Names:
    """What a suggestion falls back on where the person named nothing."""
    usual = grammar.Names()
    images, accounts = _image_names(services), _receivers(services)
    return grammar.Names(images[0] if images else usual.image, accounts[0] if accounts else usual.account)


def _receivers(services: Services) -> tuple[str, ...]:
    return tuple(account.name for account in services.policy.accounts if "target" in account.trusted_as)


def _image_names(services: Services) -> tuple[str, ...]:
    """Images that exist: those asked for lately, then those that the policy names."""
    with services.store.read() as ledger:
        lately = [one.image.name for one in ledger.requests(before=0, limit=5) if one.image and one.deciders]
    named = [rule.match for rule in services.policy.images if not set("*?[") & set(rule.match)]
    return tuple(dict.fromkeys([*lately, *named]))


def answer_requests(services: Services, command: grammar.Requests, person_id: str, before: int = 0) -> Answer:
    """A page of requests, or the one of a number."""
    with services.store.read() as ledger:
        if command.number is not None:
            request = ledger.request(command.number)
            if request is None:
                return f"There is no request #{command.number}. `/image requests` lists the newest.", None
            return card(request, buttons=False)
        found = ledger.requests(
            of=person_id if command.which == "mine" else None,
            pending=command.which == "pending",
            before=before,
            limit=lists.ROWS + 1,
        )
    page = f"{command.which}:{found[lists.ROWS - 1].id}" if len(found) > lists.ROWS else ""
    title, empty = _TITLES[command.which]
    return lists.requests_list(title, empty, found[: lists.ROWS], page)


_TITLES = {
    "all": ("Requests", "Nobody has asked for anything yet. `/image help` shows how to begin."),
    "mine": ("Your requests", "You have not asked for anything yet. `/image help` shows how to begin."),
    "pending": ("Requests that wait for a decision", "Nothing waits for a decision."),
}


def _show(services: Services, image_ref: str, body: Mapping[str, Any]) -> Answer:
    person = _person(body)
    address = ReplyAddress.of(body, person.id, services.clock(), replace=True)
    services.answer("show", address, lambda: show_image(services, image_ref))
    return f"Looking up {code(image_ref)} …", None


def show_image(services: Services, image_ref: str) -> Answer:
    """One image, as the cloud has it now."""
    try:
        found = facts.find(services.cloud, services.policy.home.regions, image_ref)
        if not found:
            return f"There is no image {code(image_ref)} in our regions. Check the name in the console.", None
        if len(found) > 1:
            listed = ", ".join(f"{code(one.image_id)} ({one.region})" for one in found[: lists.ROWS])
            return f"{code(image_ref)} can mean {listed}. Show one by its id.", None
        image = found[0]
        ours = image.kind == ImageKind.PRIVATE
        shares = services.cloud.shared_with(image.region, image.image_id) if ours else None
    except CloudError as error:
        log.warning("show_failed", error=str(error), cloud_request_id=error.cloud_request_id)
        return f"The cloud can't tell about {code(image_ref)} right now ({error.code}). Try again in a minute.", None
    with services.store.read() as ledger:
        grants = ledger.grants(image)
    return lists.image_card(
        image,
        shares=shares,
        grants=grants,
        names={account.id: account.name for account in services.policy.accounts},
        owners=services.policy.owners_of(image),
        blocked=tuple(shareable(image)),
        now=services.clock(),
    )
