"""Writes messages beside the change that they tell of, in the same transaction; others deliver them.

A lane keeps order: what goes to one place about one request arrives in the order in which it happened. What is about
no request, and goes to the admins, has a lane for each of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from approvals.ledger import Ledger
from approvals.message_model import CARD as CARD
from approvals.model import Request

THREAD = "thread"
REPLY = "reply"
END = "end"
REMIND = "remind"
ENDING = "ending"
OVER = "over"
TAKEN_BACK = "taken_back"
ALARM = "alarm"
HEAD = "head"


class Outbox:
    """The messages of one change to one request.

    :param channel: where the cards of all requests are posted
    """

    def __init__(self, ledger: Ledger, request: Request, *, channel: str, now: datetime) -> None:
        self._ledger = ledger
        self._request = request
        self._channel = channel
        self._now = now

    def card(self) -> None:
        """Show the request as it is now, in the channel and to everybody who may decide.

        Where a picture waits already, that one will show it: it is drawn when it is delivered.
        """
        deciders = self._request.deciders
        people = (*deciders.owner_ids, *deciders.guardian_ids) if deciders else ()
        recipients = dict.fromkeys((self._channel, *people))
        self._ledger.add_cards(self._request.id, kind=CARD, recipients=recipients, now=self._now)

    def thread(self, event: str, **facts: str) -> None:
        """Tell the next line of the story, under the card in the channel."""
        self._add(THREAD, self._channel, {"event": event, **facts})

    def reply(self, code: str, *, to: str, person_id: str, **facts: str) -> None:
        """Answer somebody privately; it waits for the card, so that it can link to it.

        :param to: the reply address of what they typed or pressed
        """
        facts = {"code": code, "person": person_id, **facts}
        self._ledger.add_notice(
            self._request.id,
            lane=f"{self._request.id}:{self._channel}",
            kind=REPLY,
            recipient=to,
            facts=facts,
            now=self._now,
        )

    def end(self) -> None:
        """Tell the requester how it ended."""
        self._add(END, self._request.requester.id, {})

    def remind(self, people: Iterable[str]) -> None:
        """Tell those whose word is wanted that it still is."""
        for person in people:
            self._add(REMIND, person, {})

    def ending(self, people: Iterable[str], accounts: Iterable[str], kept: Mapping[str, Iterable[int]]) -> None:
        """Tell them that its shares end soon.

        :param accounts: that lose the image then
        :param kept: accounts that don't, and by which requests they keep it
        """
        for person in people:
            self._add(ENDING, person, {"accounts": " ".join(accounts), **_kept(kept)})

    def over(self, kept: Mapping[str, Iterable[int]], *, by: str) -> None:
        """Show and tell the requester that its shares have ended.

        :param kept: accounts that keep the image all the same, and by which requests
        :param by: who ended them early; "" where they ended when they were to
        """
        self.thread("over", **_kept(kept))
        self.card()
        self._add(OVER, self._request.requester.id, {"person": by, **_kept(kept)})

    def taken_back(self, facts: Mapping[str, str]) -> None:
        """Tell the requester that somebody else had its shares taken back."""
        self._add(TAKEN_BACK, self._request.requester.id, facts)

    def _add(self, kind: str, recipient: str, facts: Mapping[str, str]) -> None:
        lane = f"{self._request.id}:{recipient}"
        self._ledger.add_notice(self._request.id, lane=lane, kind=kind, recipient=recipient, facts=facts, now=self._now)


def _kept(kept: Mapping[str, Iterable[int]]) -> dict[str, str]:
    by = sorted({number for numbers in kept.values() for number in numbers})
    return {"kept": " ".join(kept), "by": " ".join(map(str, by))}


def alarm(ledger: Ledger, admins: Iterable[str], event: str, facts: Mapping[str, str], *, now: datetime) -> None:
    """Tell each of the admins what is about no request."""
    for admin in dict.fromkeys(admins):
        ledger.add_notice(
            None,
            lane=f"admins:{admin}",
            kind=ALARM,
            recipient=admin,
            facts={"event": event, **facts},
            now=now,
        )
