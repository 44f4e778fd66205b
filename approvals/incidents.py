"""Faults that an operator must mend: credentials that don't work. Told to the admins once, and once when mended.

They stand in the database, so that all processes on it know of them, and none of them tells what another one told.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from approvals import outbox
from approvals.account import Recorded, against
from approvals.audit import NOBODY, Entry
from approvals.errors import AuthFailed
from approvals.ledger import Ledger
from approvals.message_model import Incident, IncidentKind
from approvals.pace import later
from approvals.policies import Policies
from approvals.store import Store

IDENTITY = "account"
"""The call that any working credentials may make; where it fails, everything does."""

_LONGEST_PAUSE = timedelta(minutes=1)  # so that mended credentials are soon noticed
_NAME_ADMINS = "name people under [home] admins in the policy"

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Leave:
    """What may be executed now.

    :ivar most: how many requests, of as many as there are
    :ivar until: where it is a try whether the credentials work again, when the next one may be made
    """

    most: int
    until: datetime | None = None


class Incidents:
    """The faults, as far as they are not mended. Safe to use from several threads.

    :param clock: gives the time, in UTC
    """

    def __init__(self, store: Store, policies: Policies, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._policies = policies
        self._clock = clock
        self._recorded = Recorded(store)
        # The calls that fail, as far as this process knows: so that an answer costs no look into the database.
        self._failing: frozenset[str] = frozenset()
        with store.read() as ledger:
            self._read(ledger)

    def leave(self, ledger: Ledger, now: datetime, most: int) -> Leave | None:
        """How much may be executed now: everything, one as a try, or nothing (None)."""
        found = self._read(ledger)
        if not found:
            return Leave(most)
        if any(one.not_before > now for one in found):
            return None
        return Leave(1, later(now, max(one.attempts for one in found), cap=_LONGEST_PAUSE))

    def failed(self, call: str, error: AuthFailed) -> None:
        """The cloud did not take the credentials for a call."""
        facts = {
            "action": error.action,
            "code": error.code,
            "message": error.message,
            "advice": error.advice,
            "cloud_request_id": error.cloud_request_id or "",
        }
        self._open(IncidentKind.AUTH, call, str(error), facts)

    def answered(self, call: str) -> None:
        """The cloud answered a call; if it is one that failed, that is mended."""
        if call in self._failing:
            for one in self._store.write(lambda ledger: self._end(ledger, call)):
                log.info("incident_ended", kind=one.kind.value, error=one.error)

    def identified(self, actual: str) -> None:
        """The cloud said whose the credentials are."""
        wrong = against(actual, self._policies.current, self._recorded())
        if wrong is None:
            self.answered(IDENTITY)
        else:
            facts = {"action": IDENTITY, "code": IncidentKind.WRONG_ACCOUNT.value, "message": str(wrong)}
            more = {"recorded": wrong.expected} if wrong.recorded else {}
            self._open(IncidentKind.WRONG_ACCOUNT, IDENTITY, str(wrong), facts | more)

    def report(self) -> str | None:
        """What fails, for an operator; None where nothing does."""
        with self._store.read() as ledger:
            found = self._read(ledger)
        if not found:
            return None
        told = "" if self._policies.current.home.admins else f"; nobody is told of it: {_NAME_ADMINS}"
        return f"{found[0].error}; what is approved waits until this is mended{told}"

    def _read(self, ledger: Ledger) -> list[Incident]:
        found = ledger.incidents()
        self._failing = frozenset(one.call for one in found)
        return found

    def _open(self, kind: IncidentKind, call: str, error: str, facts: dict[str, str]) -> None:
        admins = self._policies.current.home.admins

        def work(ledger: Ledger) -> bool:
            now = self._clock()
            not_before = later(now, 0, cap=_LONGEST_PAUSE)
            first = ledger.add_incident(kind, call=call, error=error, now=now, not_before=not_before)
            if first:
                ledger.add_audit(Entry(now, "incident", NOBODY, None, {"kind": kind, **facts}))
                outbox.alarm(ledger, admins, kind.value, facts, now=now)
            elif call == IDENTITY:
                ledger.widen_incident(kind, call=call)
            return first

        self._failing |= {call}
        if self._store.write(work):
            log.error("incident", kind=kind.value, error=error, cloud_request_id=facts.get("cloud_request_id"))
            if not admins:
                log.error("nobody_to_tell", remedy=_NAME_ADMINS)

    def _end(self, ledger: Ledger, call: str) -> list[Incident]:
        now = self._clock()
        mended = ledger.end_incidents(call, now=now)
        for one in mended:
            ledger.add_audit(Entry(now, "incident_ended", NOBODY, None, {"kind": one.kind}))
        if mended and not self._read(ledger):
            since = min(one.since for one in mended)
            outbox.alarm(ledger, self._policies.current.home.admins, "mended", {"since": since.isoformat()}, now=now)
        return mended
