"""What the form's menus offer while somebody types, answered from memory: neither the cloud nor Slack is asked."""

from __future__ import annotations

from slack_bolt import Ack, App, BoltContext

from bot import grammar, ids, limits
from bot.cards import form
from bot.cards.text import Block
from bot.gate import told
from bot.listeners.form import images_by_id
from bot.listeners.members import is_known_member
from bot.payloads import Suggestion
from bot.services import Services


def register(app: App, services: Services) -> None:
    @app.options(ids.PICK_IMAGES)
    def images(ack: Ack, context: BoltContext) -> None:
        asked = told(context, Suggestion)
        ack(options=offer_images(services, asked.value) if is_known_member(services, asked) else [])

    @app.options(ids.PICK_ACCOUNTS)
    def accounts(ack: Ack, context: BoltContext) -> None:
        asked = told(context, Suggestion)
        ack(options=offer_accounts(services, asked.value) if is_known_member(services, asked) else [])


def offer_images(services: Services, typed: str) -> list[Block]:
    """Images with that text in their name or id. None is an empty list: Slack says then that there are no results.

    One that isn't in our list can be asked for as it is typed: by its id, or by its name while a region hasn't been
    read.
    """
    typed = typed.strip()
    offered = [form.image_option(image) for image in services.catalogue.search(typed, limits.OPTIONS)]
    exact = any(typed in (image.name, image.image_id) for image in images_by_id(services.catalogue).values())
    if exact or not 0 < len(typed) <= limits.OPTION_VALUE or not _may_be_missing(services, typed):
        return offered
    return [*offered[: limits.OPTIONS - 1], form.typed_option(typed)]


def offer_accounts(services: Services, typed: str) -> list[Block]:
    """Accounts of the policy with that text in their name or id, those that are trusted as a target first."""
    wanted = typed.strip().casefold()
    found = [one for one in services.policy.accounts if wanted in one.name.casefold() or wanted in one.id]
    found.sort(key=lambda account: "target" not in account.trusted_as)
    return [form.account_option(account) for account in found[: limits.OPTIONS]]


def _may_be_missing(services: Services, typed: str) -> bool:
    unread = any(reading.as_of is None for reading in services.catalogue.readings.values())
    return unread or grammar.IMAGE_ID.fullmatch(typed) is not None
