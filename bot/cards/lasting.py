"""How long a share lasts, in words and as fields of a form."""

from __future__ import annotations

from datetime import date, timedelta

from approvals.model import Request
from bot import ids
from bot.cards.modal import plain
from bot.cards.text import Block, ago, at, day
from bot.languages import _, ngettext

LENGTHS = (7, 30, 90)
"""Days to choose from."""

ENDLESS = "none"
"""The value of the choice of no end."""

_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)


def length(lasts: timedelta) -> str:
    """``30 days``."""
    if lasts % _DAY == timedelta(0):
        return ngettext("{number} day", "{number} days", lasts // _DAY)
    if lasts % _HOUR == timedelta(0):
        return ngettext("{number} hour", "{number} hours", lasts // _HOUR)
    return ngettext("{number} minute", "{number} minutes", lasts // timedelta(minutes=1))


def how_long(request: Request) -> str:
    """How long the share of a request lasts, and when it ends or ended."""
    if request.is_over and request.ended_at is not None:
        return _("ended {when}", when=ago(request.ended_at))
    lasts = request.term.lasts
    if request.until is None:
        return _("{length} from the approval", length=length(lasts)) if lasts else _("no end, until it is taken back")
    end = _("until {when}", when=at(request.until))
    return _("{length}, {end}", length=length(lasts), end=end) if lasts else end


def end_of(request: Request) -> str:
    """`` · until 24 Dec``, for a list; nothing where it has no end, or none yet."""
    return _(" · until {day}", day=day(request.until)) if request.until and request.standing else ""


def end_fields(chosen: str, last_day: date | None, longest: timedelta | None, *, must: bool = False) -> list[Block]:
    """A menu of lengths, and a day for whoever wants another.

    :param chosen: the value that is chosen; "" for none yet
    :param longest: how long the policy lets a share last
    :param must: whether no end has to be chosen, too
    """
    options = [_option(str(days), length(days * _DAY)) for days in LENGTHS if not longest or days * _DAY < longest]
    endless = _("{length}, the longest of the policy", length=length(longest)) if longest else _("no end")
    options.append(_option(ENDLESS, endless))
    menu: Block = {
        "type": "static_select",
        "action_id": ids.INPUT,
        "options": options,
        "placeholder": plain(_("Choose") if must and longest is None else endless),
    }
    initial = [one for one in options if one["value"] == chosen]
    picker: Block = {"type": "datepicker", "action_id": ids.INPUT}
    if last_day:
        picker["initial_date"] = last_day.isoformat()
    return [
        _field(ids.LASTS, _("For how long"), _("Counted from the approval."), menu | _initial(initial)),
        _field(ids.LAST_DAY, _("Or until the end of"), _("A day of your time zone."), picker),
    ]


def _initial(options: list[Block]) -> Block:
    return {"initial_option": options[0]} if options else {}


def _option(value: str, label: str) -> Block:
    return {"text": plain(label), "value": value}


def _field(block_id: str, label: str, hint: str, element: Block) -> Block:
    return {
        "type": "input",
        "block_id": block_id,
        "label": plain(label),
        "hint": plain(hint),
        "optional": True,
        "element": element,
    }
