"""The messages that wait to be delivered, and where the cards stand: one method a query, as in ``ledger.py``."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from approvals import rows
from approvals.message_model import CARD, Card, Notice
from approvals.model import Waiting
from approvals.rows import stamp
from approvals.sentences import packed
from approvals.tables import Tables

_JSON = json.JSONEncoder(ensure_ascii=False)


class Mailbox(Tables):
    """The outbox within one transaction."""

    def add_notice(
        self, request_id: int | None, *, lane: str, kind: str, recipient: str, facts: Mapping[str, str], now: datetime
    ) -> None:
        """A message to be delivered, about a request or about none."""
        self._do(
            "add_notice",
            request_id=request_id,
            lane=lane,
            kind=kind,
            recipient=recipient,
            facts=_JSON.encode({name: packed(fact) for name, fact in facts.items()}),
            now=stamp(now),
        )

    def add_cards(self, request_id: int, *, kind: str, recipients: Iterable[str], now: datetime) -> None:
        """One message of the kind to each, and to where one stands, if none waits that nobody has taken yet."""
        self._do(
            "add_cards", request_id=request_id, kind=kind, recipients=_JSON.encode(list(recipients)), now=stamp(now)
        )

    def notices_due(self, now: datetime, limit: int, held: Collection[str] = ()) -> list[Notice]:
        """The first waiting message of each lane, where it is due.

        :param held: recipients that get nothing now
        """
        found = self._all("notices_due", now=stamp(now), limit=limit, held=_JSON.encode(list(held)))
        return [rows.notice(row) for row in found]

    def take_notices(
        self, now: datetime, limit: int, held: Collection[str] = (), *, lease: str, until: datetime
    ) -> list[Notice]:
        """The messages that are due, kept from everybody else until the lease ends."""
        due = self.notices_due(now, limit, held)
        for notice in due:
            taken = {"lease": lease, "lease_until": stamp(until)}
            if notice.kind == CARD:
                self._do("take_pictures", lane=notice.lane, kind=notice.kind, **taken)
            else:
                self._do("take_notice", id=notice.id, **taken)
        return due

    def newest_taken(self, notice: Notice) -> int:
        """The number of the newest message of the same kind that was taken together with it."""
        return int(self._sure("newest_taken", lane=notice.lane, kind=notice.kind)["id"] or notice.id)

    def notices_sent(self, notice: Notice, *, newest: int, now: datetime) -> None:
        self._do("notices_sent", lane=notice.lane, kind=notice.kind, newest=newest, now=stamp(now))
        self.happened.append(("notice", notice.kind, "sent"))

    def notice_failed(self, notice: Notice, error: str, *, now: datetime) -> None:
        self._do("notice_failed", id=notice.id, error=error, now=stamp(now))
        self._do("leave_taken", lane=notice.lane, now=stamp(now))
        self.happened.append(("notice", notice.kind, "failed"))

    def notice_told(self, notice: Notice, parts: int) -> None:
        """So many of the message's parts were delivered."""
        self._do("notice_told", id=notice.id, told=parts)

    def park_notice(self, notice: Notice, error: str, *, now: datetime) -> None:
        """Put a message aside until its recipient can be reached again; what is behind it goes on."""
        self._do("park_notice", id=notice.id, error=error, now=stamp(now))
        self._do("leave_taken", lane=notice.lane, now=stamp(now))
        self.happened.append(("notice", notice.kind, "parked"))

    def is_lane_parked(self, lane: str) -> bool:
        return bool(self._sure("is_lane_parked", lane=lane)["parked"])

    def is_any_parked(self) -> bool:
        return bool(self._sure("is_any_parked")["parked"])

    def first_parked_lane(self, recipient: str) -> str:
        """The lane of what is parked for a recipient the longest; empty where nothing is."""
        found = self._one("first_parked_lane", recipient=recipient)
        return found["lane"] if found else ""

    def unpark_notices(self, recipient: str, *, lane: str, since: datetime, now: datetime) -> int:
        """What is parked for a recipient is due; of what is older than ``since`` only the cards that stand there or
        wait for people. Returns how many others there are, which are given up, whomever they were for.

        :param lane: the only one of which that is so; empty for all
        """
        given_up = self._all("drop_parked", since=stamp(since), card=CARD)
        self._do("unpark_notices", recipient=recipient, lane=lane, now=stamp(now))
        return len(given_up)

    def notices_elsewhere(self, channel: str) -> list[int]:
        """The numbers of what waits or is parked for another channel, and would not be told where it stands."""
        return [row["id"] for row in self._all("notices_elsewhere", channel=channel, kind=CARD)]

    def move_notices(self, channel: str) -> None:
        """All of that goes to this one."""
        for number in self.notices_elsewhere(channel):
            self._do("move_notice", id=number, channel=channel)

    def hasten_notices(self, now: datetime) -> None:
        """What was put off is due now."""
        self._do("hasten_notices", now=stamp(now))

    def postpone_notice(self, notice: Notice, error: str, *, until: datetime) -> None:
        self._do("postpone_notice", id=notice.id, error=error, not_before=stamp(until))
        self.happened.append(("notice", notice.kind, "postponed"))

    def notices_waiting(self) -> Waiting:
        return rows.waiting(self._sure("notices_waiting"))

    def notices_parked(self) -> int:
        return int(self._sure("notices_parked")["number"])

    def add_card(self, request_id: int, card: Card) -> None:
        self._do("add_card", request_id=request_id, recipient=card.recipient, channel=card.channel, ts=card.ts)

    def request_at(self, channel: str, ts: str) -> int | None:
        """The number of the request whose card that message is, where it is known as one."""
        row = self._one("request_at", channel=channel, ts=ts)
        return int(row["request_id"]) if row else None

    def cards(self, request_id: int) -> list[Card]:
        found = self._all("cards", request_id=request_id)
        return [Card(row["recipient"], row["channel"], row["ts"]) for row in found]

    def next_notice(self, held: Collection[str] = ()) -> datetime | None:
        return rows.moment(self._sure("next_notice", held=_JSON.encode(list(held)))["at"])
