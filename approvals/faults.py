"""Faults of the credentials, as they stand in the database: one method a query, no rule and no commit."""

from __future__ import annotations

from datetime import datetime

from approvals import rows
from approvals.message_model import Incident, IncidentKind
from approvals.rows import stamp
from approvals.tables import Tables


class Faults(Tables):
    """What can be read and written of incidents within one transaction. See ``Ledger``."""

    def add_incident(self, kind: IncidentKind, *, call: str, error: str, now: datetime, not_before: datetime) -> bool:
        """Note a fault; False where one of its kind is known that is not mended yet."""
        return self._counted(
            "add_incident",
            ("incident", kind),
            kind=kind,
            call=call,
            error=error,
            now=stamp(now),
            not_before=stamp(not_before),
        )

    def widen_incident(self, kind: IncidentKind, *, call: str) -> None:
        self._do("widen_incident", kind=kind, call=call)

    def incidents(self) -> list[Incident]:
        """The faults that are not mended yet."""
        return [rows.incident(row) for row in self._all("incidents")]

    def take_probe(self, now: datetime, *, until: datetime) -> bool:
        """Begin to see whether the faults are mended; False where it is too early, or somebody else was first."""
        return self._changed("take_probe", now=stamp(now), until=stamp(until))

    def pass_probe(self, now: datetime) -> None:
        """What was begun met none of the faults: the next may begin."""
        self._do("pass_probe", now=stamp(now))

    def end_incidents(self, call: str, *, now: datetime) -> list[Incident]:
        """A call is answered; returns the faults that are mended by that."""
        return [rows.incident(row) for row in self._all("end_incidents", call=call, now=stamp(now))]
