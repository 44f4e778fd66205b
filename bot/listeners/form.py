"""What a person filled into the form, read: what is asked for, or what is wrong beside each field."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from approvals.catalogue import Catalogue
from approvals.cloud import IDS, MAX_SHARES, Image, ImageKind
from approvals.model import Target
from approvals.policy import Policy
from approvals.sentences import say
from approvals.terms import Term
from bot import grammar, ids, limits
from bot.cards import form
from bot.cards.form import Held
from bot.cards.text import Block
from bot.grammar.slack_text import decode
from bot.languages import _, translated
from bot.listeners.lasting import read_term
from bot.payloads import View
from bot.refusals import refused
from bot.services import Services

_PRESELECTED = 5  # images of one message: who means more of them looks at each
_IMAGE_ID = re.compile(rf"(?<![0-9A-Za-z_-])(?:{'|'.join(IDS)})[0-9a-z]{{6,16}}(?![0-9A-Za-z_-])")
_WITHIN_A_NAME = r"[0-9A-Za-z_-]"

_NONE_NAMED = say("I found no image in that message. Choose one above.")


@dataclass(frozen=True, slots=True)
class Filled:
    """What the form asks for.

    :ivar images: ids or exact names, each once
    :ivar errors: what is wrong, by field; where there is any, it can't be asked
    """

    images: tuple[str, ...]
    targets: tuple[Target, ...]
    regions: tuple[str, ...]
    reason: str
    term: Term
    errors: dict[str, str]


def read(view: View, policy: Policy, now: datetime) -> Filled:
    """Read a form that somebody has sent, or is still filling in. Whatever it holds, nothing is raised."""
    errors: dict[str, str] = {}
    images = _images(view, errors)
    targets = _targets(view, policy, errors)
    regions = _regions(view, policy, errors)
    term = read_term(view, errors, now=now, longest=policy.longest)
    reason = view.text(ids.REASON)
    if len(reason) > form.MAX_REASON:
        errors[ids.REASON] = refused("form_long_reason", most=f"{form.MAX_REASON:,}")
    return Filled(images, targets, regions, reason, term, errors)


def held(view: View, services: Services) -> Held:
    """What stands in a form, to be drawn again."""
    known = images_by_id(services.catalogue)
    accounts = {account.id: form.account_option(account) for account in services.policy.accounts}
    return Held(
        tuple(_option(value, known) for value in view.chosen(ids.IMAGE) if 0 < len(value) <= limits.OPTION_VALUE),
        tuple(accounts[value] for value in view.chosen(ids.ACCOUNTS) if value in accounts),
        view.text(ids.OTHER_ACCOUNTS)[: form.MAX_OTHER_ACCOUNTS],
        view.chosen(ids.REGIONS),
        next(iter(view.chosen(ids.LASTS)), ""),
        view.day(ids.LAST_DAY),
        view.text(ids.REASON)[: form.MAX_REASON],
    )


def empty(services: Services) -> Block:
    return drawn(services, Held(), [])


def of_message(services: Services, text: str) -> Block:
    """The form with the images that a message names; it says so where there are none.

    :param text: as Slack tells it
    """
    named = images_named(decode(text).text, services.catalogue)
    if not named:
        return drawn(services, Held(), form.hint(_NONE_NAMED))
    known = images_by_id(services.catalogue)
    below = []
    if len(named) > _PRESELECTED:
        below = form.hint(
            _(
                "The message names {number} images; the first {preselected} are chosen.",
                number=len(named),
                preselected=_PRESELECTED,
            )
        )
    return drawn(services, Held(tuple(_option(one, known) for one in named[:_PRESELECTED])), below)


def drawn(services: Services, held: Held, below: list[Block]) -> Block:
    policy = services.policy
    return form.share_form(
        held, below, named_accounts=bool(policy.accounts), regions=policy.home.regions, longest=policy.longest
    )


def images_named(text: str, catalogue: Catalogue) -> tuple[str, ...]:
    """Ids of the images that a text names by id or exact name, in its order. Of those with the same name ours count."""
    at: dict[str, int] = {}
    for found in _IMAGE_ID.finditer(text):
        at.setdefault(found[0], found.start())
    by_name: dict[str, list[Image]] = {}
    for image in catalogue.images():
        if image.name and image.name in text:
            by_name.setdefault(image.name, []).append(image)
    for name, images in by_name.items():
        place = _place(name, text)
        ours = [image for image in images if image.kind == ImageKind.PRIVATE]
        for image in (ours or images) if place is not None else ():
            at[image.image_id] = min(place or 0, at.get(image.image_id, len(text)))
    return tuple(sorted(at, key=lambda image_id: at[image_id]))


def images_by_id(catalogue: Catalogue) -> dict[str, Image]:
    return {image.image_id: image for image in catalogue.images()}


def _place(name: str, text: str) -> int | None:
    """Where the name stands by itself, not as a part of a longer one."""
    found = re.search(rf"(?<!{_WITHIN_A_NAME})(?<!\w\.){re.escape(name)}(?!{_WITHIN_A_NAME})(?!\.\w)", text)
    return found.start() if found else None


def _option(value: str, known: dict[str, Image]) -> Block:
    return form.image_option(known[value]) if value in known else form.typed_option(value)


def _images(view: View, errors: dict[str, str]) -> tuple[str, ...]:
    images = tuple(filter(None, (value.strip() for value in view.chosen(ids.IMAGE))))
    if not images:
        errors[ids.IMAGE] = refused("form_no_image")
    elif len(images) > grammar.MAX_IMAGES:
        errors[ids.IMAGE] = refused("form_many_images", most=grammar.MAX_IMAGES)
    elif any(len(image) > limits.OPTION_VALUE for image in images):
        errors[ids.IMAGE] = refused("form_long_name")
    return images


def _targets(view: View, policy: Policy, errors: dict[str, str]) -> tuple[Target, ...]:
    chosen = view.chosen(ids.ACCOUNTS)
    targets = [policy.target(account) for account in chosen if grammar.ACCOUNT_ID.fullmatch(account)]
    if len(targets) < len(chosen):
        errors[ids.ACCOUNTS] = refused("form_not_listed")
    others = _others(view.text(ids.OTHER_ACCOUNTS), policy)
    if isinstance(others, str):
        errors[ids.OTHER_ACCOUNTS] = others
    else:
        targets += others
    targets = list({target.account: target for target in targets}.values())
    field = ids.ACCOUNTS if policy.accounts else ids.OTHER_ACCOUNTS
    if not targets and not errors.keys() & {ids.ACCOUNTS, ids.OTHER_ACCOUNTS}:
        errors[field] = refused("form_no_account")
    elif len(targets) > MAX_SHARES:
        errors[field] = refused("form_many_accounts", most=MAX_SHARES)
    return tuple(targets)


def _regions(view: View, policy: Policy, errors: dict[str, str]) -> tuple[str, ...]:
    regions = view.chosen(ids.REGIONS) if len(policy.home.regions) > 1 else ()
    if not set(regions) <= set(policy.home.regions):
        errors[ids.REGIONS] = refused("form_no_region")
    elif len(regions) > grammar.MAX_REGIONS:
        errors[ids.REGIONS] = refused("form_many_regions", most=grammar.MAX_REGIONS)
    return regions


def _others(text: str, policy: Policy) -> tuple[Target, ...] | str:
    """The accounts that were written down, read as in a command; or what is wrong with them."""
    if not text:
        return ()
    command = grammar.parse(f"share image-of-the-form with {text}")
    if isinstance(command, grammar.Misread):
        return _complaint(command, text)
    if not isinstance(command, grammar.Share) or len(command.images) != 1 or _says_more(command):
        return refused("form_not_accounts")
    targets = grammar.resolve(command, policy.account_names, text)
    return _complaint(targets, text) if isinstance(targets, grammar.Misread) else targets


def _says_more(command: grammar.Share) -> bool:
    return bool(command.reason or command.regions) or not command.term.is_endless


def _complaint(misread: grammar.Misread, text: str) -> str:
    """The grammar's sentence where it is about something that was written here, not about a command.

    Beside a field Slack shows no marks: what they would show as code stands in quotation marks.
    """
    if not misread.word or misread.word not in decode(text).text:
        return refused("form_not_accounts")
    return re.sub("`([^`]*)`", r"“\1”", translated(misread.sentence))
