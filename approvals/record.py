"""The record, as it stands in the database: adds a line, and reads what the desk asks of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime

from approvals import audit, rows
from approvals.rows import stamp
from approvals.tables import Tables


class Record(Tables):
    """What can be read and written of the record within one transaction. See ``Ledger``."""

    _audit_head: str | None = None

    def add_audit(self, entry: audit.Entry) -> None:
        previous = self._newest_hash()
        detail = audit.canonical(dict(entry.detail))
        self._audit_head = audit.digest(entry, stamp(entry.at), previous, detail)
        self._do(
            "add_audit",
            at=stamp(entry.at),
            event=entry.event,
            request_id=entry.request_id,
            actor_id=entry.actor.id,
            actor_name=entry.actor.name,
            detail=detail,
            previous=previous,
            hash=self._audit_head,
        )

    def _newest_hash(self) -> str:
        """Asked once a transaction: nobody else can add a line before it ends."""
        if self._audit_head is None:
            head = self._one("audit_head")
            self._audit_head = head["hash"] if head else audit.FIRST
        return self._audit_head

    def newest_line(self) -> tuple[int, str, str] | None:
        """Number, event and hash of the last line of the record; None where there is none."""
        row = self._one("audit_head")
        return (row["seq"], row["event"], row["hash"]) if row else None

    def began(self) -> datetime | None:
        """When the first line of the record was written; None where there is none."""
        return rows.moment(self._sure("record_began")["at"])

    def head_told_at(self) -> datetime | None:
        """When the newest hash was last told to everybody, or else when the record began."""
        return rows.moment(self._sure("last_head_posted")["at"])

    def audit_of_policy(self) -> tuple[str, Mapping[str, object]] | None:
        """The event and the detail of what the record says last about the policy file."""
        row = self._one("audit_of_policy")
        return (row["event"], json.loads(row["detail"])) if row else None

    def workspace(self) -> Mapping[str, object] | None:
        """What the record says last about the workspace in which the bot is."""
        row = self._one("audit_of_workspace")
        return json.loads(row["detail"]) if row else None

    def audit_of(self, request_id: int) -> list[Mapping[str, object]]:
        return [dict(row) for row in self._all("audit_of", request_id=request_id)]
