"""Our copies of an image in other regions, as a request's card tells of them."""

from __future__ import annotations

from collections.abc import Iterable

from approvals.copies import newest
from approvals.copy_model import Copy, CopyState
from approvals.model import Request, State
from bot import ids
from bot.cards.text import Block, all_of, at, button, code, escape, labelled, region_name
from bot.languages import _

_CELLS = 10
_CONFIRMED = 4  # copies of which the question speaks one by one
_SHOWN = (State.APPROVED, State.EXECUTING, State.DONE, State.PARTIAL, State.FAILED)


def copies(request: Request) -> list[Block]:
    """How far each copy is, and what those that failed left behind; nothing where no other region is asked for."""
    if request.state not in _SHOWN:
        return []
    lines = [*map(copy_line, there(request.copies)), *map(_left, left(request))]
    return [labelled(_("Copies") if len(lines) > 1 else _("Copy"), "\n".join(lines))] if lines else []


def there(made: Iterable[Copy]) -> list[Copy]:
    """The one of each region in which there is a copy or will be one."""
    return [copy for copy in newest(made).values() if copy.is_open or copy.is_ready]


def left(request: Request) -> list[Copy]:
    """The half-made copies that were begun for the request."""
    return [copy for copy in request.copies if copy.request_id == request.id and copy.is_left]


def remove_button(request: Request) -> list[Block]:
    """To remove what is half made, where nobody has asked for that yet."""
    there = [copy for copy in left(request) if copy.state is CopyState.FAILED]
    if not there or request.state not in _SHOWN:
        return []
    several = len(there) > 1
    label = _("Remove the copies") if several else _("Remove the copy")
    named = all_of(
        [
            _("{image_id} in {region_name}", image_id=copy.image_id, region_name=region_name(copy.region))
            for copy in there
        ],
        most=_CONFIRMED,
    )
    confirm = {
        "title": {"type": "plain_text", "text": f"{label}?"},
        "text": {"type": "plain_text", "text": _("The cloud deletes {named}. That can't be undone.", named=named)},
        "confirm": {"type": "plain_text", "text": _("Remove")},
        "deny": {"type": "plain_text", "text": _("Keep")},
        "style": "danger",
    }
    return [{**button(label, ids.REMOVE_COPY, str(request.id)), "confirm": confirm}]


def copy_line(copy: Copy) -> str:
    """Where it is, and how it is called or how far it is."""
    where = escape(region_name(copy.region))
    match copy.state:
        case CopyState.READY:
            return f"{where}: {_named(copy)}"
        case CopyState.SYNCING:
            stalled = _(" · hasn't moved since {when}", when=at(copy.moved_at)) if copy.stalled else ""
            return _("{where}: copying {bar}{stalled}", where=where, bar=bar(copy.percent), stalled=stalled)
        case _:
            return _("{where}: about to be copied", where=where)


def _left(copy: Copy) -> str:
    what = _("Half made in {region}: {named}", region=escape(region_name(copy.region)), named=_named(copy))
    return _("{what} · is being removed", what=what) if copy.state is CopyState.REMOVING else what


def _named(copy: Copy) -> str:
    return f"{code(copy.name)}  {escape(copy.image_id)}"


def bar(percent: int) -> str:
    """``▓▓▓▓▓▓░░░░ 60 %``."""
    full = max(0, min(_CELLS, percent * _CELLS // 100))
    return f"{'▓' * full}{'░' * (_CELLS - full)} {percent} %"
