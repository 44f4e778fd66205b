"""Whether those who approved a request may still decide about it, right before it is done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog

from approvals.errors import DirectoryError
from approvals.findings import found
from approvals.model import Action, Deciders, Finding, Request, Verdict
from approvals.pace import is_due
from approvals.people import Directory, deciders_now, roles_of, suffices
from approvals.policy import Policy
from approvals.sentences import listed_as, say

_NOT_ASKED_FOR = timedelta(minutes=1)  # after it didn't answer: what is approved waits for the chat once, not each time
_OF_OWNERS = (Action.SHARE, Action.DELETE)  # what takes back only closes what was open

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Validity:
    """Whether the approvals of requests hold, by the numbers of these.

    :ivar void: why they don't
    :ivar untold: those for which nobody could tell: the word stands as it was given, since the chat holds up nothing
    """

    void: Mapping[int, Finding]
    untold: frozenset[int]


class Mandates:
    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._ask_from = datetime.fromtimestamp(0, UTC)

    def look_up(self, together: Sequence[Request], policy: Policy, now: datetime) -> Validity:
        """Ask the directory anew."""
        of_owners = [request for request in together if request.action in _OF_OWNERS]
        deciders = {request.id: self._deciders(request, policy, now) for request in of_owners}
        void = {
            request.id: _void(request, who)
            for request in of_owners
            if (who := deciders[request.id]) is not None and not suffices(request.decisions, who)
        }
        return Validity(void, frozenset(number for number, who in deciders.items() if who is None))

    def _deciders(self, request: Request, policy: Policy, now: datetime) -> Deciders | None:
        """Who may decide now; None where that can't be told."""
        if not is_due(self._ask_from, now, longest=_NOT_ASKED_FOR):
            return None
        try:
            return deciders_now(request, policy, self._directory)
        except DirectoryError as error:
            self._ask_from = now + _NOT_ASKED_FOR
            log.warning("approvals_not_checked", request=request.id, error=str(error))
            return None


def _void(request: Request, deciders: Deciders) -> Finding:
    gone = [
        one.person.name
        for one in request.decisions
        if one.verdict is Verdict.APPROVE and not roles_of(one.person.id, deciders)
    ]
    if gone:
        text = say("{people} may not decide about {name} any more.", people=listed_as(gone), name=request.image_name)
    else:
        text = say("the policy wants more people to agree about {name} than did.", name=request.image_name)
    return found("approval_void", text, say("Ask again: then those who may are asked."))
