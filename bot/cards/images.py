"""A page of images to read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from approvals.catalogue import Reading, Seen
from approvals.cloud import LIGHTHOUSE, NORMAL, Image, ImageKind
from approvals.model import Grant
from approvals.sentences import say
from bot.cards.lists import page_buttons
from bot.cards.text import (
    Block,
    ago,
    all_of,
    any_of,
    code,
    context,
    cut,
    day,
    escape,
    fitted,
    header,
    section,
)
from bot.languages import _, ngettext

_NAME = 60  # characters of a name in a list; the vendor allows as many
_NAMED = 3  # accounts named in a row
_GAPS = 8  # lines about regions: a context has ten elements

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
        more.append(whose(image, names))
    return f"{' · '.join(what)}\n{' · '.join(more)}"


def _shared(row: Row, names: Mapping[str, str]) -> str:
    """With whom it is shared by the record, and what the cloud showed beyond that when it was asked last."""
    known = {grant.target.account: name_of(grant, names) for grant in row.grants}
    parts = [_("shared with {accounts}", accounts=listed_accounts(known))] if known else []
    if row.seen is not None:
        foreign = {account: names.get(account, "") for account in row.seen.accounts if account not in known}
        told = row.seen.accounts.keys() | {LIGHTHOUSE}  # which is asked about its own copies, when it counts
        gone = {account: name for account, name in known.items() if account not in told}
        if foreign:
            parts.append(
                _(
                    "not by Imagewarden: {accounts}, seen {when}",
                    accounts=listed_accounts(foreign),
                    when=ago(row.seen.at),
                )
            )
        if gone:
            parts.append(
                _("gone from the cloud: {accounts}, seen {when}", accounts=listed_accounts(gone), when=ago(row.seen.at))
            )
        if not parts:
            parts.append(_("not shared, seen {when}", when=ago(row.seen.at)))
    return " · ".join(parts) or _("no known share")


def listed_accounts(named: Mapping[str, str]) -> str:
    """A few of the accounts, by their names where they have one."""
    words = [escape(name or account) for account, name in named.items()]
    return all_of(words, most=_NAMED + 1)


def state_words(image: Image) -> str:
    """How it stands."""
    return escape(_STATES.get(image.state, image.state))


def whose(image: Image, names: Mapping[str, str]) -> str:
    """Whose it is."""
    if image.kind == ImageKind.SHARED and image.creator:
        return _("shared with us by {account}", account=account_words(image.creator, names))
    return escape(_WHOSE.get(ImageKind(image.kind), "") if image.kind in set(ImageKind) else image.kind)


def account_words(account: str, names: Mapping[str, str]) -> str:
    """The account with its name, where it has one."""
    name = names.get(account)
    return f"{escape(name)} ({escape(account)})" if name else escape(account)


def name_of(grant: Grant, names: Mapping[str, str]) -> str:
    """Of who has it, "" where there is none."""
    return grant.target.name or names.get(grant.target.account, "")


def as_of(readings: Mapping[str, Reading]) -> list[str]:
    """When the oldest of what is shown was read."""
    oldest = min((one.as_of for one in readings.values() if one.as_of and not one.fault), default=None)
    return [_("as of {when}", when=ago(oldest))] if oldest else []


def read_of(readings: Mapping[str, Reading]) -> str:
    """The regions of which there is something to tell, by name."""
    return all_of([code(region) for region, reading in readings.items() if reading.as_of])


def gaps(readings: Mapping[str, Reading]) -> list[str]:
    """A line for each region that can't be read; those beyond what a context holds in one."""
    faulty = {region: reading for region, reading in readings.items() if reading.fault}
    named = list(faulty)[: _GAPS if len(faulty) <= _GAPS else _GAPS - 1]
    left = [region for region in faulty if region not in named]
    more = (
        [_("✕ {regions} can't be read now either.", regions=all_of([escape(region) for region in left]))]
        if left
        else []
    )
    return [*(_gap(region, faulty[region]) for region in named), *more]


def _gap(region: str, reading: Reading) -> str:
    what = (
        _("what is shown of it is from {when}", when=ago(reading.as_of))
        if reading.as_of
        else _("its images are missing here")
    )
    return _(
        "✕ {region} can't be read now ({fault}): {what}.", region=escape(region), fault=escape(reading.fault), what=what
    )
