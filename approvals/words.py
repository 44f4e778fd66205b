"""What people said and pressed, as it stands in the database: one method a query, no rule and no commit."""

from __future__ import annotations

import json
from datetime import datetime

from approvals import rows
from approvals.model import Decision, Press, Waiting
from approvals.rows import stamp
from approvals.tables import Tables


class Words(Tables):
    """What can be read and written of decisions and presses within one transaction. See ``Ledger``."""

    def add_decision(self, request_id: int, decision: Decision) -> None:
        """Record one person's word; it takes the place of one that they gave before."""
        self._do(
            "add_decision",
            request_id=request_id,
            person_id=decision.person.id,
            person_name=decision.person.name,
            roles=json.dumps(sorted(decision.roles)),
            verdict=decision.verdict,
            reason=decision.reason,
            at=stamp(decision.at),
        )

    def add_press(self, press: Press) -> bool:
        """Record a press as it came in; False where this very press is known already."""
        return self._changed(
            "add_press",
            key=press.key,
            request_id=press.request_id,
            person_id=press.person_id,
            verb=press.verb,
            reason=press.reason,
            reply_to=press.reply_to,
            at=stamp(press.at),
        )

    def unjudged(self, now: datetime, limit: int) -> list[Press]:
        return [rows.press(row) for row in self._all("unjudged", now=stamp(now), limit=limit)]

    def set_judged(self, press: Press, outcome: str, *, now: datetime) -> bool:
        return self._counted("set_judged", ("press", outcome), id=press.id, outcome=outcome, now=stamp(now))

    def postpone_press(self, press: Press, *, until: datetime) -> None:
        self._do("postpone_press", id=press.id, not_before=stamp(until))

    def presses_waiting(self) -> Waiting:
        """What nobody has judged."""
        return rows.waiting(self._sure("presses_waiting"))

    def next_press(self) -> datetime | None:
        return rows.moment(self._sure("next_press")["at"])
