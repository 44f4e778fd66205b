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
    many = f"{first}–{first + len(rows) - 1} of {total}" if newer or older else f"{total} image{'s' * (total != 1)}"
    notes = [f"Which instances run in {', '.join(unknown)} isn't known."] if unknown else []
    blocks = [header("Images shared with us")]
    for source, group in groupby(rows, key=lambda row: row.source):
        blocks.append(section("\n".join([verdict(source), *map(_line, group)])))
    blocks += [context(" · ".join([many, *as_of(readings)]), *gaps(readings), *notes), *page_buttons(newer, older)]
    return f"Images shared with us: {many}", fitted(blocks)


def source_history(source: Source, told: Sequence[Told], rows: Sequence[Inbound]) -> tuple[str, list[Block]]:
    """One source: how it stands, its images, and every word on it."""
    head = f"{source.name or source.account}: {'trusted' if source.trusted else 'not trusted'} as a source"
    images = "\n".join(map(_line, rows)) or "No image of it is shared with us now."
    words = "\n".join(map(_told, told)) or "The guardians have given no word on it; the policy's holds."
    blocks = [header(head), section(verdict(source)), section(images), section(f"*History*\n{words}")]
    return head, fitted(blocks)


def verdict(source: Source) -> str:
    """Who it is and whether it is trusted, by whose word."""
    if not source.account:
        return "*Source unknown* · the cloud doesn't tell whose these are, so they can't be trusted"
    name = f"*{escape(source.name)}* " if source.name else ""
    how = "trusted" if source.trusted else "not trusted"
    by = f"since {day(source.word.at)}, #{source.word.request_id}" if source.word else "by the policy"
    return f"{name}{code(source.account)} · *{how}* as a source, {by}"


def _line(row: Inbound) -> str:
    image = row.image
    facts = [f"{code(cut(image.name, _NAME))} {escape(image.image_id)}", escape(image.region)]
    if image.created_at:
        facts.append(f"built {day(image.created_at)}")
    if row.first_seen:
        facts.append(f"here since {day(row.first_seen)} at least")
    if row.used is not None:
        facts.append(f"used by {row.used} instance{'' if row.used == 1 else 's'}" if row.used else "not used")
    return f"• {' · '.join(facts)}"


def _told(told: Told) -> str:
    verb = "trusted" if told.word.trusted else "not trusted any more"
    agreed = all_of([mention(one.person.id) for one in told.decisions]) or "nobody"
    why = f": {escape(told.reason)}" if told.reason else ""
    asked = mention(told.requester.id)
    return f"• {day(told.word.at)} {verb} · #{told.word.request_id} · asked by {asked}, agreed by {agreed}{why}"
