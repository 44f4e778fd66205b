"""How long a share is to last, as it was filled into a form."""

from __future__ import annotations

from datetime import datetime, timedelta

from approvals.terms import LONGEST, NO_END, Term
from bot import ids
from bot.cards.lasting import LENGTHS
from bot.payloads import View
from bot.refusals import refused

_ELSEWHERE = timedelta(days=1)  # it may be another day where the person is; the checks know it to the minute


def read_term(view: View, errors: dict[str, str], *, now: datetime, longest: timedelta | None) -> Term:
    """The term; what is wrong with it goes beside its field.

    :param longest: how long the policy lets a share last
    """
    chosen = next(iter(view.chosen(ids.LASTS)), "")
    last_day = view.day(ids.LAST_DAY)
    days = int(chosen) if chosen in map(str, LENGTHS) else None
    if last_day is None:
        return Term(lasts=timedelta(days=days)) if days is not None else NO_END
    if days is not None:
        errors[ids.LAST_DAY] = refused("form_two_ends")
    elif last_day < (now - _ELSEWHERE).date():
        errors[ids.LAST_DAY] = refused("form_day_over")
    elif longest is not None and last_day > (now + longest + _ELSEWHERE).date():
        errors[ids.LAST_DAY] = refused("form_late_day", days=longest.days)
    elif last_day > (now + LONGEST + _ELSEWHERE).date():
        errors[ids.LAST_DAY] = refused("form_far_day", days=LONGEST.days)
    return Term(day=last_day)
