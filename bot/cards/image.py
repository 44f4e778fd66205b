"""One image, with everything that its owners want to know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from approvals.cloud import LIGHTHOUSE, MAX_SHARES, Image, ImageKind
from approvals.copy_model import Copy
from approvals.model import Finding, Grant, Level, Request, Target
from approvals.sentences import joined, say
from bot import ids
from bot.cards.copies import copy_line, there
from bot.cards.images import account_words, listed_accounts, name_of, state_words, whose
from bot.cards.lists import ROWS, request_line
from bot.cards.request import image_facts
from bot.cards.text import (
    Block,
    ago,
    all_of,
    any_of,
    button,
    code,
    context,
    cut,
    day,
    escape,
    fitted,
    header,
    labelled,
    section,
)
from bot.cards.words import marked
from bot.languages import _

Shares = Mapping[str, datetime | None] | None
"""The accounts that the cloud shares an image with, and since when; None where that isn't known."""

Then = tuple[datetime, str] | None
"""When it was as it is shown, and the sentence on why the cloud can't tell how it is now; None where it can."""

_NEVER = datetime.max.replace(tzinfo=UTC)
_TAG = 60  # characters of a tag

_SOURCES = {
    "OFFICIAL": say("the platform"),
    "CREATE_IMAGE": say("made from a machine"),
    "EXTERNAL_IMPORT": say("imported from outside"),
}
_LICENCES = {"TencentCloud": say("the platform's"), "BYOL": say("brought along (BYOL)")}


@dataclass(frozen=True, slots=True)
class Shown:
    """What is known of one image.

    :ivar names: the policy's names by account id
    :ivar owners: people who may decide, or the policy's groups where Slack can't tell who is in them
    :ivar approvals: how many of them must agree
    :ivar copies: those that we made of it in other regions, oldest first
    :ivar copies_with: who has each, by its id and the record
    :ivar namesakes: other images of ours of the same name
    :ivar blocked: why it can't be shared; empty where it can
    :ivar waiting: requests for it that are not decided, or not carried out
    """

    image: Image
    names: Mapping[str, str]
    owners: Sequence[str]
    approvals: int
    shares: Shares
    grants: Sequence[Grant]
    copies: Sequence[Copy]
    copies_with: Mapping[str, Sequence[Grant]]
    namesakes: Sequence[Image]
    waiting: Sequence[Request]
    blocked: Sequence[Finding]
    then: Then = None


def image_card(shown: Shown, now: datetime) -> tuple[str, list[Block]]:
    """One image: what it is, whose, who has it, what waits for it, and whether it can be shared."""
    image = shown.image
    facts = [*image_facts(image, now), whose(image, shown.names)]
    blocks = [header(image.name), context(" · ".join(facts)), section(_details(image, shown.names))]
    if shown.then:
        at, why = shown.then
        blocks.append(context(_("{why} This is how it was {when}.", why=why, when=ago(at))))
    if image.kind == ImageKind.PRIVATE:
        blocks.append(labelled(_("Owners"), _owners(shown)))
        blocks += _shares(shown)
        blocks += _others(shown)
    if shown.waiting:
        waiting = "\n".join(request_line(one) for one in shown.waiting)
        blocks.append(labelled(_("Requests that wait"), f"\n{waiting}"))
    reasons = [joined(one.text, one.remedy) for one in shown.blocked if one.level is Level.BLOCK]
    blocks += [context(f"✕ {escape(reason)}") for reason in reasons]
    if not reasons and image.kind == ImageKind.PRIVATE:
        form = button(_("Share"), ids.OPEN_FORM, image.image_id, style="primary")
        blocks.append({"type": "actions", "elements": [form]})
    return f"{escape(image.name)}: {' · '.join(facts)}", fitted(blocks)


def _details(image: Image, names: Mapping[str, str]) -> str:
    facts = [(_("State"), state_words(image) + (_(", deprecated") if image.deprecated else ""))]
    if image.source:
        facts.append((_("Source"), escape(_SOURCES.get(image.source, image.source))))
    if image.licence:
        facts.append((_("Licence"), escape(_LICENCES.get(image.licence, image.licence))))
    if image.creator:
        facts.append((_("Creator"), account_words(image.creator, names)))
    if image.architecture:
        facts.append((_("Architecture"), escape(image.architecture)))
    if image.whole_machine:
        facts.append((_("Disks"), _("the whole machine, data disks too")))
    lines = [" · ".join(f"*{label}* {text}" for label, text in facts)]
    if image.tags:
        tags = [code(cut(f"{key}={value}", _TAG)) for key, value in sorted(image.tags.items())]
        lines.append(_("*Tags* {join}", join=" ".join(tags[:ROWS])))
    return "\n".join(lines)


def _owners(shown: Shown) -> str:
    if not shown.owners:
        return _("nobody in the policy, so it can't be shared. An admin can name its owners there.")
    many = (
        _(" ({approvals} of them must agree)", approvals=shown.approvals)
        if len(shown.owners) > 1 or shown.approvals > 1
        else ""
    )
    return any_of(shown.owners) + many


def _shares(shown: Shown) -> list[Block]:
    by_account = {grant.target.account: grant for grant in sorted(shown.grants, key=_lasts)}  # the longest counts
    if shown.shares is None:
        lines = [_by_record(grant, shown.names) for grant in by_account.values()] or [_("nobody")]
        return [labelled(_("Shared with, by the record"), _listed(lines))]
    offered = [by_account.pop(LIGHTHOUSE)] if LIGHTHOUSE in by_account else []  # the cloud's list doesn't have it
    lines = [_share(account, since, by_account.get(account), shown.names) for account, since in shown.shares.items()]
    # How many accounts can have an image of Lighthouse is published nowhere.
    head = (
        _("Shared with")
        if shown.image.is_blueprint
        else _("Shared with {number} of {max_shares}", number=len(lines), max_shares=MAX_SHARES)
    )
    lines += [_by_record(grant, shown.names) for grant in offered]
    blocks = [labelled(head, _listed(lines) if lines else _("nobody yet"))]
    gone = [_by_record(grant, shown.names) for account, grant in by_account.items() if account not in shown.shares]
    if gone:
        blocks.append(labelled(_("Taken back, but not by Imagewarden"), _listed(gone)))
    return blocks


def _lasts(grant: Grant) -> datetime:
    return grant.until or _NEVER


def _listed(lines: Sequence[str]) -> str:
    """The lines, below their heading."""
    more = [_("and {text} more", text=len(lines) - ROWS)] if len(lines) > ROWS else []
    return "\n".join(["", *lines[:ROWS], *more])


def _share(account: str, since: datetime | None, grant: Grant | None, names: Mapping[str, str]) -> str:
    if grant is not None:
        return _by_record(grant, names)
    when = _(" · since {day}", day=day(since)) if since else ""
    return _("{label}{when} · not by Imagewarden", label=marked(Target(account, names.get(account))), when=when)


def _by_record(grant: Grant, names: Mapping[str, str]) -> str:
    until = _(" · until {day}", day=day(grant.until)) if grant.until else ""
    return _(
        "{label} · since {day}{until} · by #{request_id}",
        label=marked(Target(grant.target.account, name_of(grant, names))),
        day=day(grant.since),
        until=until,
        request_id=grant.request_id,
    )


def _others(shown: Shown) -> list[Block]:
    """Our copies in other regions, each of which is shared by itself, and what can be confused with it."""
    copies, blocks = [_copy(copy, shown) for copy in there(shown.copies)], []
    if copies:
        blocks.append(labelled(_("Copies") if len(copies) > 1 else _("Copy"), _listed(copies)))
    if shown.namesakes:
        named = [
            _("{image_id} in {region}", image_id=code(one.image_id), region=escape(one.region))
            for one in shown.namesakes
        ]
        blocks.append(labelled(_("Same name"), all_of(named, most=8)))
    return blocks


def _copy(copy: Copy, shown: Shown) -> str:
    grants = shown.copies_with.get(copy.image_id, ())
    known = {grant.target.account: name_of(grant, shown.names) for grant in grants}
    return copy_line(copy) + (_(" · shared with {accounts}", accounts=listed_accounts(known)) if known else "")
