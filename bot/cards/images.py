"""Images to read: a page of them, and one with everything that its owners want to know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from approvals.catalogue import Reading, Seen
from approvals.cloud import MAX_SHARES, NORMAL, Image, ImageKind
from approvals.copy_model import Copy
from approvals.model import Finding, Grant, Level, Request
from approvals.sentences import joined, say
from bot import ids
from bot.cards.copies import there
from bot.cards.lists import ROWS, page_buttons, request_line
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
from bot.languages import _, ngettext

Shares = Mapping[str, datetime | None] | None
"""The accounts that the cloud shares an image with, and since when; None where that isn't known."""

Then = tuple[datetime, str] | None
"""When it was as it is shown, and the sentence on why the cloud can't tell how it is now; None where it can."""

_NAME = 60  # characters of a name in a list; the vendor allows as many
_NAMED = 3  # accounts named in a row

_WHOSE = {ImageKind.PRIVATE: say("ours"), ImageKind.SHARED: say("shared with us"), ImageKind.PUBLIC: say("public")}

_STATES = {
    NORMAL: say("ready"),
    "": say("not seen in the cloud"),
    "CREATING": say("being created"),
    "CREATEFAILED": say("its creation failed"),
    "SYNCING": say("being copied"),
    "IMPORTING": say("being imported"),
    "IMPORTFAILED": say("its import failed"),
}
"""The vendor's ``ImageState`` in words; others are shown as they are."""

_SOURCES = {
    "OFFICIAL": say("the platform"),
    "CREATE_IMAGE": say("made from a machine"),
    "EXTERNAL_IMPORT": say("imported from outside"),
}
_LICENCES = {"TencentCloud": say("the platform's"), "BYOL": say("brought along (BYOL)")}


@dataclass(frozen=True, slots=True)
class Row:
    """An image in a list.

    :ivar owners: people and groups, as the policy names them
    :ivar grants: the shares that the ledger knows
    :ivar seen: what the cloud said of its shares last, where it was asked
    """

    image: Image
    owners: tuple[str, ...] = ()
    grants: tuple[Grant, ...] = ()
    seen: Seen | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a list.

    :ivar first: the number of its first row, from 1
    :ivar total: how many rows the list has
    :ivar newer: what the button to the rows before it carries, "" where there are none; ``older`` likewise
    """

    rows: Sequence[Row]
    first: int
    total: int
    newer: str = ""
    older: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """What is known of one image.

    :ivar names: the policy's names by account id
    :ivar owners: people who may decide, or the policy's groups where Slack can't tell who is in them
    :ivar approvals: how many of them must agree
    :ivar copies: those that we made of it in other regions, oldest first
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
    namesakes: Sequence[Image]
    waiting: Sequence[Request]
    blocked: Sequence[Finding]
    then: Then = None


def images_list(
    title: str, page: Page, readings: Mapping[str, Reading], names: Mapping[str, str], note: str = ""
) -> tuple[str, list[Block]]:
    """A page of images, with the time of what it shows and the regions that are missing.

    :param names: the policy's names by account id
    :param note: what else is to be known of this list
    """
    lines = [_row(row, names) for row in page.rows]
    last = page.first + len(lines) - 1
    many = (
        _("{first}–{last} of {total}", first=page.first, last=last, total=page.total)
        if page.newer or page.older
        else ngettext("{number} image", "{number} images", page.total)
    )
    blocks = [
        header(title),
        *map(section, lines),
        context(" · ".join([many, *as_of(readings)]), *gaps(readings), *([note] if note else [])),
        *page_buttons(page.newer, page.older),
    ]
    return f"{escape(title)}: {many}", fitted(blocks)


def no_images(sentence: str, readings: Mapping[str, Reading]) -> tuple[str, list[Block]]:
    """A list without a row: what to type instead, and what the sentence can't know."""
    about = [*as_of(readings), *gaps(readings)]
    return sentence, [section(sentence), *([context(*about)] if about else [])]


def image_card(shown: Shown, now: datetime) -> tuple[str, list[Block]]:
    """One image: what it is, whose, who has it, what waits for it, and whether it can be shared."""
    image = shown.image
    facts = [*image_facts(image, now), _whose(image, shown.names)]
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


def _row(row: Row, names: Mapping[str, str]) -> str:
    image = row.image
    what = [f"*{escape(cut(image.name, _NAME))}*  {code(image.image_id)}"]
    if image.size_gib:
        what.append(f"{image.size_gib} GiB")
    what.append(state_words(image))
    more = [escape(image.region), *([_("built {day}", day=day(image.created_at))] if image.created_at else [])]
    if image.kind == ImageKind.PRIVATE:
        owners = _("owner {who}", who=any_of(row.owners, most=4)) if row.owners else _("no owner in the policy")
        more += [_shared(row, names), owners]
    else:
        more.append(_whose(image, names))
    return f"{' · '.join(what)}\n{' · '.join(more)}"


def _shared(row: Row, names: Mapping[str, str]) -> str:
    """With whom it is shared by the record, and what the cloud showed beyond that when it was asked last."""
    known = {grant.target.account: grant.target.name or names.get(grant.target.account, "") for grant in row.grants}
    parts = [_("shared with {accounts}", accounts=_accounts(known))] if known else []
    if row.seen is not None:
        foreign = {account: names.get(account, "") for account in row.seen.accounts if account not in known}
        gone = {account: name for account, name in known.items() if account not in row.seen.accounts}
        if foreign:
            parts.append(
                _("not by Imagewarden: {accounts}, seen {when}", accounts=_accounts(foreign), when=ago(row.seen.at))
            )
        if gone:
            parts.append(
                _("gone from the cloud: {accounts}, seen {when}", accounts=_accounts(gone), when=ago(row.seen.at))
            )
        if not parts:
            parts.append(_("not shared"))
    return " · ".join(parts) or _("no known share")


def _accounts(named: Mapping[str, str]) -> str:
    words = [escape(name or account) for account, name in named.items()]
    return all_of(words, most=_NAMED + 1)


def state_words(image: Image) -> str:
    return escape(_STATES.get(image.state, image.state))


def _whose(image: Image, names: Mapping[str, str]) -> str:
    if image.kind == ImageKind.SHARED and image.creator:
        return _("shared with us by {account}", account=_account(image.creator, names))
    return escape(_WHOSE.get(ImageKind(image.kind), "") if image.kind in set(ImageKind) else image.kind)


def _account(account: str, names: Mapping[str, str]) -> str:
    name = names.get(account)
    return f"{escape(name)} ({escape(account)})" if name else escape(account)


def _details(image: Image, names: Mapping[str, str]) -> str:
    facts = [(_("State"), state_words(image) + (_(", deprecated") if image.deprecated else ""))]
    if image.source:
        facts.append((_("Source"), escape(_SOURCES.get(image.source, image.source))))
    if image.licence:
        facts.append((_("Licence"), escape(_LICENCES.get(image.licence, image.licence))))
    if image.creator:
        facts.append((_("Creator"), _account(image.creator, names)))
    if image.architecture:
        facts.append((_("Architecture"), escape(image.architecture)))
    if image.whole_machine:
        facts.append((_("Disks"), _("the whole machine, data disks too")))
    lines = [" · ".join(f"*{label}* {text}" for label, text in facts)]
    if image.tags:
        tags = [code(cut(f"{key}={value}", _NAME)) for key, value in sorted(image.tags.items())]
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
    by_account = {grant.target.account: grant for grant in shown.grants}
    if shown.shares is None:
        lines = [_by_record(grant, shown.names) for grant in shown.grants] or [_("nobody")]
        return [labelled(_("Shared with, by the record"), _listed(lines))]
    lines = [_share(account, since, by_account.get(account), shown.names) for account, since in shown.shares.items()]
    # How many accounts can have an image of Lighthouse is published nowhere.
    head = (
        _("Shared with")
        if shown.image.is_blueprint
        else _("Shared with {number} of {max_shares}", number=len(lines), max_shares=MAX_SHARES)
    )
    blocks = [labelled(head, _listed(lines) if lines else _("nobody yet"))]
    gone = [_by_record(grant, shown.names) for grant in shown.grants if grant.target.account not in shown.shares]
    if gone:
        blocks.append(labelled(_("Taken back, but not by Imagewarden"), _listed(gone)))
    return blocks


def _listed(lines: Sequence[str]) -> str:
    """The lines, below their heading."""
    more = [_("and {text} more", text=len(lines) - ROWS)] if len(lines) > ROWS else []
    return "\n".join(["", *lines[:ROWS], *more])


def _share(account: str, since: datetime | None, grant: Grant | None, names: Mapping[str, str]) -> str:
    if grant is not None:
        return _by_record(grant, names)
    when = _(" · since {day}", day=day(since)) if since else ""
    return _("{label}{when} · not by Imagewarden", label=_label(account, names.get(account)), when=when)


def _by_record(grant: Grant, names: Mapping[str, str]) -> str:
    name = grant.target.name or names.get(grant.target.account)
    until = _(" · until {day}", day=day(grant.until)) if grant.until else ""
    return _(
        "{label} · since {day}{until} · by #{request_id}",
        label=_label(grant.target.account, name),
        day=day(grant.since),
        until=until,
        request_id=grant.request_id,
    )


def _label(account: str, name: str | None) -> str:
    return f"*{escape(name)}* {code(account)}" if name else code(account)


def _others(shown: Shown) -> list[Block]:
    """Our copies in other regions, each of which is shared by itself, and what can be confused with it."""
    copies, blocks = there(shown.copies), []
    if copies:
        blocks.append(labelled(_("Copies") if len(copies) > 1 else _("Copy"), _listed(copies)))
    if shown.namesakes:
        named = [
            _("{image_id} in {region}", image_id=code(one.image_id), region=escape(one.region))
            for one in shown.namesakes
        ]
        blocks.append(labelled(_("Same name"), all_of(named, most=8)))
    return blocks


def as_of(readings: Mapping[str, Reading]) -> list[str]:
    oldest = min((one.as_of for one in readings.values() if one.as_of and not one.fault), default=None)
    return [_("as of {when}", when=ago(oldest))] if oldest else []


def gaps(readings: Mapping[str, Reading]) -> list[str]:
    return [_gap(region, reading) for region, reading in readings.items() if reading.fault][:8]


def _gap(region: str, reading: Reading) -> str:
    what = (
        _("what is shown of it is from {when}", when=ago(reading.as_of))
        if reading.as_of
        else _("its images are missing here")
    )
    return _(
        "✕ {region} can't be read now ({fault}): {what}.", region=escape(region), fault=escape(reading.fault), what=what
    )
