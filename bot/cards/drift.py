"""Where the cloud differs from the record, as a list."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from itertools import groupby

from approvals.drift_model import Drift, DriftKind, DriftPass
from approvals.model import Target
from approvals.sentences import say
from bot.cards.lists import page_buttons
from bot.cards.text import Block, ago, code, context, cut, escape, fitted, header, section
from bot.languages import _, translated

_NAME = 60  # characters of a name; the vendor allows as many

KINDS = {
    DriftKind.UNAPPROVED: say("Shared, but never approved"),
    DriftKind.GONE: say("Approved, but not shared any more"),
    DriftKind.INBOUND: say("Shared with us by accounts that aren't trusted"),
}
"""How the cloud differs, in words."""


def drift_list(
    rows: Sequence[Drift], latest: DriftPass, every: timedelta | None, *, newer: str, older: str
) -> tuple[str, list[Block]]:
    """A page.

    :param every: how long after one comparison the next begins; None for never
    """
    title = _("Where the cloud differs from the record")
    if not rows:
        nothing = _nothing(latest, every)
        return nothing, [section(nothing), context(progress(latest, every))]
    blocks = [header(title)]
    for kind, some in groupby(rows, key=lambda row: row.kind):
        blocks.append(section("\n".join([f"*{translated(KINDS[kind])}*", *map(_line, some)])))
    blocks += [context(progress(latest, every)), *page_buttons(newer, older)]
    return title, fitted(blocks)


def _nothing(latest: DriftPass, every: timedelta | None) -> str:
    if every is None or latest.finished_at is None:
        return _("No difference between the cloud and the record is known.")
    return _("The cloud and the record agree, as far as they were compared.")


def progress(latest: DriftPass, every: timedelta | None) -> str:
    """When the last whole comparison ended, and how far the present one is."""
    if every is None:
        return _("The policy has it switched off (`drift_every`).")
    finished = latest.finished_at
    parts = [_("last compared as a whole {when}", when=ago(finished)) if finished else _("not compared yet")]
    if latest.started_at is not None:
        parts.append(
            _("{looked} of {total} images of the present comparison", looked=latest.looked, total=latest.total)
        )
    return " · ".join(parts)


def _line(row: Drift) -> str:
    decide = _("#{number}", number=row.request_id) if row.request_id else _("no request yet")
    parts = [code(cut(row.image_name, _NAME)), row.image_id, row.region, _whose(row.target), ago(row.found_at)]
    return " · ".join(parts if row.kind is DriftKind.INBOUND else [*parts, decide])


def _whose(target: Target) -> str:
    if not target.account:
        return _("source unknown")
    return f"*{escape(target.name)}* {code(target.account)}" if target.name else code(target.account)
