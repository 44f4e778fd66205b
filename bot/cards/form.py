"""The form that asks for a share: what it offers, what it holds, and what the checks say before it is sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from approvals.cloud import Image, ImageKind
from approvals.model import Finding, Level, Request
from approvals.policy import Account
from approvals.sentences import joined, say
from approvals.trust_image import shareable
from bot import ids, limits
from bot.cards.lasting import end_fields
from bot.cards.modal import plain, text_input
from bot.cards.request import finding_line, whose_word
from bot.cards.text import Block, all_of, button, code, context, cut, escape, region_name, section
from bot.cards.words import receivers
from bot.grammar import MAX_IMAGES, MAX_REGIONS
from bot.languages import _

MAX_REASON = limits.INPUT_TEXT
MAX_OTHER_ACCOUNTS = 2000
"""Characters: as many account ids as a command can name."""

CHOOSE_FIRST = say("Choose an image and an account: what the checks find is shown here before you send.")

_MOST_LINES = 8  # findings of one image: each of 500 accounts can be one

# Why an image can't be shared, as short as a menu needs it; the checks have the whole sentence.
_WHY_NOT = {
    "image_shared_with_us": say("others shared it with us"),
    "image_public": say("it is public"),
    "image_not_ours": say("it isn't ours"),
    "image_not_ready": say("not ready"),
    "image_byol": say("its licence (BYOL)"),
    "image_whole_machine": say("it has data disks"),
}


@dataclass(frozen=True, slots=True)
class Held:
    """What stands in the form: chosen options, as Slack takes them, and texts."""

    images: Sequence[Block] = ()
    accounts: Sequence[Block] = ()
    other_accounts: str = ""
    regions: Sequence[str] = ()
    lasts: str = ""
    last_day: date | None = None
    reason: str = ""


def share_form(
    held: Held,
    below: Sequence[Block],
    *,
    named_accounts: bool,
    regions: Sequence[str],
    longest: timedelta | None = None,
) -> Block:
    """The whole modal. Blocks keep their ids over every update, so that Slack keeps what is typed meanwhile.

    :param below: what the checks say of what is chosen; nothing yet: how to come to that
    :param named_accounts: the policy knows accounts to choose from
    :param regions: all those of the policy; of a single one nothing is said
    :param longest: how long the policy lets a share last
    """
    return {
        "type": "modal",
        "callback_id": ids.FORM_VIEW,
        "title": plain(_("Share an image")),
        "submit": plain(_("Send")),
        "close": plain(_("Back")),
        "blocks": [
            _menu(ids.IMAGE, ids.PICK_IMAGES, _("Image"), _("Type a part of its name or id."), held.images, MAX_IMAGES),
            *(_account_fields(held) if named_accounts else [_other_accounts(held, _("With whom"), optional=False)]),
            *([_region_menu(held.regions, regions)] if len(regions) > 1 else []),
            *end_fields(held.lasts, held.last_day, longest),
            {**section(_("*Checks*")), "block_id": ids.CHECK, "accessory": button(_("Check"), ids.CHECK, "check")},
            *(below or hint(CHOOSE_FIRST)),
            _reason(held),
        ],
    }


def image_option(image: Image) -> Block:
    """An image of the menu: name and id, and below them the region and how it stands."""
    ident = f" · {image.image_id}"
    why_not = next(iter(shareable(image)), None)
    state = _("can't be shared: {short}", short=_short(why_not, image)) if why_not else image.state
    return {
        "text": plain(cut(image.name, max(limits.OPTION_TEXT - len(ident), 1)) + ident),
        "value": image.image_id,
        "description": plain(cut(f"{image.region} · {state}", limits.OPTION_TEXT)),
    }


def typed_option(text: str) -> Block:
    """What was typed, as the image's id or exact name: for one that we don't have in the list."""
    return {
        "text": plain(cut(text, limits.OPTION_TEXT)),
        "value": text,
        "description": plain(_("as typed: it isn't in my list of images")),
    }


def account_option(account: Account) -> Block:
    """An account of the menu, by the policy's name."""
    trusted = _("trusted") if account.images is None else _("trusted for some images")
    if "target" not in account.trusted_as:
        trusted = _("not trusted as a target")
    return {
        "text": plain(cut(account.name, limits.OPTION_TEXT)),
        "value": account.id,
        "description": plain(f"{account.id} · {trusted}"),
    }


def hint(text: str) -> list[Block]:
    """A sentence in the place of what the checks say."""
    return [context(text)]


def checking(images: Sequence[str]) -> list[Block]:
    """While the cloud is asked, which may take long."""
    return hint(
        _(
            "Checking {listed} … You can send meanwhile: it is checked again.",
            listed=all_of([code(one) for one in images]),
        )
    )


def unchecked(image: str, why: str) -> list[Block]:
    """The checks could not be made.

    :param why: a sentence
    """
    return hint(
        _(
            "{image} is not checked: {why} You can send all the same: it is checked again.",
            image=code(image),
            why=escape(why),
        )
    )


def checked(request: Request) -> list[Block]:
    """What the checks found about an image and its targets, and who would decide.

    :param request: as it would be asked: nobody has recorded it
    """
    blocked = [one for one in request.findings if one.level is Level.BLOCK]
    shown = blocked or request.findings
    lines = [_cannot(one) if one.level is Level.BLOCK else finding_line(one) for one in shown[:_MOST_LINES]]
    if len(shown) > _MOST_LINES:
        lines.append(_("and {text} more of this kind", text=len(shown) - _MOST_LINES))
    head = _("{image} with {request}", image=code(request.image_name), request=escape(receivers(request, most=3)))
    decides = "" if blocked else _("\nDeciding: {whose_word}", whose_word=whose_word(request))
    return [section(head + decides), context("\n".join(lines))]


def _cannot(finding: Finding) -> str:
    why = escape(joined(finding.text, finding.remedy))
    return _("✕ *Can't be sent:* {why} {code}", why=why, code=code(finding.code))


def _short(finding: Finding, image: Image) -> str:
    if finding.code == "image_not_ready":
        return _("state {state}", state=image.state)
    if image.kind == ImageKind.SHARED and image.creator:
        return _("{creator} shared it with us", creator=image.creator)
    return _WHY_NOT.get(finding.code, finding.code)


def _account_fields(held: Held) -> list[Block]:
    hint_text = _("Accounts of the policy; others go below.")
    menu = _menu(
        ids.ACCOUNTS,
        ids.PICK_ACCOUNTS,
        _("With whom"),
        hint_text,
        held.accounts,
        limits.OPTIONS,
        optional=True,
    )
    return [menu, _other_accounts(held, _("Other accounts"), optional=True)]


def _other_accounts(held: Held, label: str, *, optional: bool) -> Block:
    return text_input(
        ids.OTHER_ACCOUNTS,
        label,
        _("Root account ids, with commas between."),
        most=MAX_OTHER_ACCOUNTS,
        initial=held.other_accounts,
        optional=optional,
    )


def _region_option(region: str) -> Block:
    return {"text": plain(region_name(region)), "value": region, "description": plain(region)}


def _region_menu(chosen: Sequence[str], regions: Sequence[str]) -> Block:
    """Shown are as many as a menu can have; a command takes the others too."""
    offered = [_region_option(one) for one in regions[: limits.OPTIONS]]
    element: Block = {
        "type": "multi_static_select",
        "action_id": ids.PICK_REGIONS,
        "max_selected_items": MAX_REGIONS,
        "placeholder": plain(_("Where the image is")),
        "options": offered,
    }
    initial = [one for one in offered if one["value"] in chosen]
    if initial:
        element["initial_options"] = initial
    return {
        "type": "input",
        "block_id": ids.REGIONS,
        "label": plain(_("In which regions")),
        "hint": plain(_("Where the image is, if you choose none. To another region it is copied first.")),
        "optional": True,
        "dispatch_action": True,
        "element": element,
    }


def _reason(held: Held) -> Block:
    about = _("The owners of the image read this.")
    return text_input(ids.REASON, _("Why"), about, multiline=True, most=MAX_REASON, initial=held.reason, optional=True)


def _menu(
    block_id: str,
    action_id: str,
    label: str,
    hint_text: str,
    chosen: Sequence[Block],
    most: int,
    *,
    optional: bool = False,
) -> Block:
    element: Block = {
        "type": "multi_external_select",
        "action_id": action_id,
        "min_query_length": 0,
        "max_selected_items": most,
        "placeholder": plain(_("Search …")),
    }
    if chosen:
        element["initial_options"] = list(chosen)
    return {
        "type": "input",
        "block_id": block_id,
        "label": plain(label),
        "hint": plain(hint_text),
        "optional": optional,
        "dispatch_action": True,
        "element": element,
    }
