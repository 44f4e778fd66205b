"""Images that others share with us: a page of them by source, and what the guardians said of one source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from approvals.catalogue import Reading
from approvals.cloud import Image
from approvals.model import Decision, Person, SourceWord
from bot.cards.images import as_of, gaps
from bot.cards.lists import page_buttons
from bot.cards.text import Block, all_of, code, context, cut, day, escape, fitted, header, mention, section
from bot.languages import _, ngettext

_NAME = 60  # characters of a name; the vendor allows as many


@dataclass(frozen=True, slots=True)
class Source:
    """An account that shares images with us.

    :ivar account: "" where the cloud doesn't tell whose an image is
    :ivar word: the guardians' last word on it; None where there is none, and the policy's holds
    """

    account: str
    name: str
    trusted: bool
    word: SourceWord | None


@dataclass(frozen=True, slots=True)
class Inbound:
    """An image that a source shares with us.

    :ivar used: instances of ours that run from it; None where that isn't known
    """

    image: Image
    source: Source
    first_seen: datetime | None
    used: int | None


@dataclass(frozen=True, slots=True)
class Told:
    """A word on a source, with whose it was."""

    word: SourceWord
    requester: Person
    decisions: Sequence[Decision]
    reason: str


def inbound_list(
    rows: Sequence[Inbound],
    first: int,
    total: int,
    readings: Mapping[str, Reading],
    unknown: Sequence[str],
    *,
    newer: str,
    older: str,
) -> tuple[str, list[Block]]:
    """A page.

    :param first: the number of its first row, from 1
    :param unknown: regions in which it isn't known which instances there are
    """
    many = (
        _("{first}–{last} of {total}", first=first, last=first + len(rows) - 1, total=total)
        if newer or older
        else ngettext("{number} image", "{number} images", total)
    )
    notes = [_("Which instances run in {join} isn't known.", join=", ".join(unknown))] if unknown else []
    blocks = [header(_("Images shared with us"))]
    for source, group in groupby(rows, key=lambda row: row.source):
        blocks.append(section("\n".join([verdict(source), *map(_line, group)])))
    blocks += [context(" · ".join([many, *as_of(readings)]), *gaps(readings), *notes), *page_buttons(newer, older)]
    return _("Images shared with us: {many}", many=many), fitted(blocks)


def source_history(
    source: Source, told: Sequence[Told], rows: Sequence[Inbound], readings: Mapping[str, Reading]
) -> tuple[str, list[Block]]:
    """One source: how it stands, its images, and every word on it."""
    how = _("trusted") if source.trusted else _("not trusted")
    head = _("{name}: {how} as a source", name=source.name or source.account, how=how)
    images = "\n".join(map(_line, rows)) or _("No image of it is shared with us now.")
    words = "\n".join(map(_told, told)) or _("The guardians have given no word on it; the policy's holds.")
    about = [*as_of(readings), *gaps(readings)]
    blocks = [
        header(head),
        section(verdict(source)),
        section(images),
        *([context(*about)] if about else []),
        section(_("*History*\n{words}", words=words)),
    ]
    return head, fitted(blocks)


def verdict(source: Source) -> str:
    """Who it is and whether it is trusted, by whose word."""
    if not source.account:
        return _("*Source unknown* · the cloud doesn't tell whose these are, so they can't be trusted")
    name = f"*{escape(source.name)}* " if source.name else ""
    how = _("trusted") if source.trusted else _("not trusted")
    by = (
        _("since {day}, #{request_id}", day=day(source.word.at), request_id=source.word.request_id)
        if source.word
        else _("by the policy")
    )
    return _("{name}{account} · *{how}* as a source, {by}", name=name, account=code(source.account), how=how, by=by)


def _line(row: Inbound) -> str:
    image = row.image
    facts = [f"{code(cut(image.name, _NAME))} {escape(image.image_id)}", escape(image.region)]
    if image.created_at:
        facts.append(_("built {day}", day=day(image.created_at)))
    if row.first_seen:
        facts.append(_("here since {day} at least", day=day(row.first_seen)))
    if row.used is not None:
        facts.append(
            ngettext("used by {number} instance", "used by {number} instances", row.used) if row.used else _("not used")
        )
    return f"• {' · '.join(facts)}"


def _told(told: Told) -> str:
    verb = _("trusted") if told.word.trusted else _("not trusted any more")
    agreed = all_of([mention(one.person.id) for one in told.decisions])
    why = f": {escape(told.reason)}" if told.reason else ""
    asked = mention(told.requester.id)
    return _(
        "• {day} {verb} · #{request_id} · asked by {asked}, agreed by {agreed}{why}",
        day=day(told.word.at),
        verb=verb,
        request_id=told.word.request_id,
        asked=asked,
        agreed=agreed,
        why=why,
    )
