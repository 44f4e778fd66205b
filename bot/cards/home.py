"""The Home tab: what waits for somebody, what is theirs, what is shared until when; for admins how the bot is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from approvals.cloud import NORMAL, Image
from approvals.drift_model import DriftKind, DriftPass
from approvals.message_model import Incident
from approvals.model import Request, State, Waiting
from approvals.shares import Share
from bot import ids
from bot.cards.buttons import decision_buttons
from bot.cards.drift import KINDS
from bot.cards.lists import request_line
from bot.cards.request import whose_word
from bot.cards.text import Block, ago, at, button, code, context, cut, day, escape, header, section, sections
from bot.cards.words import asks, marked, state_word, title
from bot.languages import _, ngettext

ROWS = 20
FEW = 5
"""Rows of a list on the overview."""

Which = Literal["waiting", "asked", "images", "ending", "shared"]

_NAME = 60  # characters of a name; the vendor allows as many


@dataclass(frozen=True, slots=True)
class Page:
    """A part of one list.

    :ivar rows: what it shows: requests, images or shares
    :ivar next: what the button for more carries; 0 where there is no more
    :ivar first: whether it begins with the first row
    :ivar told: whether it is known what the rows are
    """

    rows: Sequence[Request] | Sequence[Image] | Sequence[Share]
    next: int = 0
    first: bool = True
    told: bool = True


@dataclass(frozen=True, slots=True)
class Operation:
    """How the bot is, for admins.

    :ivar report: problems and warnings, by what they are about
    :ivar compares: whether the cloud is compared with the record at all
    """

    report: Mapping[str, Mapping[str, str]]
    waiting: Mapping[State, Waiting]
    notices: Waiting
    incidents: Sequence[Incident]
    drift: Mapping[DriftKind, int]
    latest: DriftPass
    compares: bool


def overview(pages: Mapping[Which, Page], operation: Operation | None) -> Block:
    """The first page: the beginning of each list, of those that wait with buttons."""
    blocks: list[Block] = [{"type": "actions", "elements": [_share()]}]
    for which, page in pages.items():
        if which == "ending" and not page.rows:
            continue
        blocks += [header(_title(which)), *_rows(which, page), *_more(which, page)]
    if operation is not None:
        blocks += [{"type": "divider"}, header(_("Operation")), *_operation(operation)]
    return _view(blocks)


def one_list(which: Which, page: Page) -> Block:
    """One list, a page of it."""
    back = [button(_("Overview"), f"{ids.HOME_TO}_overview", "overview:0")]
    if not page.first:
        back.append(button(_("First page"), f"{ids.HOME_TO}_first", f"{which}:0"))
    if page.next:
        back.append(button(_("More"), f"{ids.HOME_TO}_next", f"{which}:{page.next}"))
    return _view([header(_title(which)), *_rows(which, page), {"type": "actions", "elements": back}])


def closed(why: str) -> Block:
    """The Home tab of whom it is not for."""
    return _view([section(escape(why))])


def _view(blocks: list[Block]) -> Block:
    return {"type": "home", "blocks": blocks}


def _title(which: Which) -> str:
    return {
        "waiting": _("Waiting for you"),
        "asked": _("You asked for"),
        "ending": _("Ends within a week"),
        "images": _("Your images"),
        "shared": _("Shared"),
    }[which]


def _empty(which: Which) -> str:
    return {
        "waiting": _("Nothing waits for your decision."),
        "asked": _("Nothing yet. Type `/image help` in any channel, or press the button above."),
        "ending": _("No share ends within a week."),
        "images": _("You own no image in the policy. `/image list` shows all of ours."),
        "shared": _("Nothing is shared yet by Imagewarden. `/image help` shows how to ask for it."),
    }[which]


def _rows(which: Which, page: Page) -> list[Block]:
    if not page.told:
        return [section(_("Which images you own can't be told right now. Open this tab again in a minute."))]
    if not page.rows:
        return [section(_empty(which))]
    if which == "waiting":
        return [block for row in page.rows if isinstance(row, Request) for block in _waiting(row)]
    return sections(_line(row) for row in page.rows)


def _line(row: Request | Image | Share) -> str:
    if isinstance(row, Request):
        return request_line(row)
    if isinstance(row, Image):
        state = [code(row.state)] if row.state != NORMAL else []
        return " · ".join([code(cut(row.name, _NAME)), escape(row.image_id), escape(row.region), *state])
    end = _("until {when}", when=at(row.grant.until)) if row.grant.until else _("no end")
    whom = marked(row.grant.target)
    facts = [code(cut(row.image_name, _NAME)), escape(row.grant.region), whom, end, f"#{row.grant.request_id}"]
    return " · ".join(facts)


def _waiting(request: Request) -> list[Block]:
    drift = request.action.is_drift
    line = _(
        "*#{number}* {request} · {when}\nDeciding: {who}",
        number=request.id,
        request=escape(title(request) if drift else asks(request)),
        when=_("found {when}", when=ago(request.asked_at)) if drift else ago(request.asked_at),
        who=whose_word(request),
    )
    return [section(line), decision_buttons(request)]


def _more(which: Which, page: Page) -> list[Block]:
    if not page.next:
        return []
    return [{"type": "actions", "elements": [button(_("All"), f"{ids.HOME_TO}_{which}", f"{which}:0")]}]


def _share() -> Block:
    return button(_("Share an image"), ids.OPEN_FORM, "form", style="primary")


def _no_drift(seen: Operation) -> str:
    if not seen.compares:
        return _("switched off in the policy (`drift_every`)")
    return _("none") if seen.latest.finished_at else _("not compared yet")


def _operation(seen: Operation) -> list[Block]:
    faults = [f"✕ {escape(f'{name}: {why}')}" for name, why in seen.report.get("problems", {}).items()]
    faults += [f"● {escape(f'{name}: {why}')}" for name, why in seen.report.get("warnings", {}).items()]
    faults += [
        f"● {_('credentials: {call} fails since {when}', call=code(one.call), when=ago(one.since))}"
        for one in seen.incidents
    ]
    queue = [_queued(state, waiting) for state, waiting in seen.waiting.items() if waiting.number]
    if seen.notices.number:
        queue.append(
            ngettext("{number} message to be delivered", "{number} messages to be delivered", seen.notices.number)
        )
    open_drift = [_("{what}: {number}", what=KINDS[kind], number=number) for kind, number in seen.drift.items()]
    drift = " · ".join([*open_drift, code("/image drift")]) if open_drift else _no_drift(seen)
    last = [context(_("last compared {when}", when=ago(seen.latest.finished_at)))] if seen.latest.finished_at else []
    return [
        section(_("*Health*  {text}", text="\n".join(faults) or _("all is well"))),
        section(_("*Queue*  {text}", text=" · ".join(queue) or _("empty"))),
        section(_("*Drift*  {text}", text=drift)),
        *last,
    ]


def _queued(state: State, waiting: Waiting) -> str:
    since = _(" since {day}", day=day(waiting.since)) if waiting.since else ""
    return _("{what}: {number}", what=state_word(state), number=waiting.number) + since
