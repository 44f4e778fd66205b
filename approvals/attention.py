"""When to look again after a request that waits for a decision: to remind of it, to pass it on, to end it."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from approvals.model import Deciders, Request, Role
from approvals.people import counted, escalated
from approvals.policy import Rules


def attend_at(since: datetime, decide_by: datetime, reminds: int, deciders: Deciders | None, rules: Rules) -> datetime:
    """The next time.

    :param since: when it began to wait
    :param reminds: how often the deciders were reminded
    """
    times = [decide_by]
    if rules.remind_after is not None:
        times.append(since + rules.remind_after * _distance(reminds + 1))
    if rules.escalate_after is not None and deciders is not None and deciders.backup_ids:
        times.append(since + rules.escalate_after)
    return min(times)


def reminds_due(request: Request, rules: Rules, now: datetime) -> int:
    """How many reminders there should have been by now; after a long sleep those that were missed are one."""
    number = request.reminds
    if rules.remind_after is not None:
        while request.changed_at + rules.remind_after * _distance(number + 1) <= now:
            number += 1
    return number


def passed_on(request: Request, rules: Rules, now: datetime) -> Deciders | None:
    """The deciders with the guardians among the owners, where those have let it lie for too long."""
    deciders = request.deciders
    if deciders is None or not deciders.backup_ids or rules.escalate_after is None:
        return None
    if now < request.changed_at + rules.escalate_after:
        return None
    return escalated(deciders)


def still_wanted(request: Request) -> tuple[str, ...]:
    """Those whose word could bring the request on."""
    deciders = request.deciders
    if deciders is None:
        return ()
    lacks = lacking(request, deciders)
    owners = deciders.owner_ids if lacks.owner or lacks.anybody else ()
    wanted = (*owners, *(deciders.guardian_ids if lacks.guardian or lacks.anybody else ()))
    voted = {one.person.id for one in counted(request.decisions, deciders)}
    return tuple(person for person in dict.fromkeys(wanted) if person not in voted)


class Lacking(NamedTuple):
    """Whose word is still wanted.

    :ivar anybody: one person was owner and guardian, and has but one word: whoever else may decide will do
    """

    owner: bool
    guardian: bool
    anybody: bool


def lacking(request: Request, deciders: Deciders) -> Lacking:
    """Nothing is, exactly where ``people.suffices`` says so."""
    given = counted(request.decisions, deciders)
    owner = sum(Role.OWNER in one.roles for one in given) < deciders.approvals
    guardian = deciders.guardian_needed and not any(Role.GUARDIAN in one.roles for one in given)
    anybody = deciders.guardian_needed and len(given) <= deciders.approvals and not (owner or guardian)
    return Lacking(owner, guardian, anybody)


def _distance(number: int) -> int:
    """Once, then twice, then four times as long after the one before."""
    return int(2**number - 1)
