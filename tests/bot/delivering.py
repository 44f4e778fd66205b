"""A ledger with requests in it, the sweep that delivers about them, and the workspace that they go to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from slack_sdk import WebClient

from approvals.leases import Leases
from approvals.ledger import Ledger
from approvals.model import Action, Asked, Deciders, Decision, Request, Role, State, Target, Verdict
from approvals.outbox import Outbox
from approvals.store import Store
from bot.notices import Notices
from bot.replies import Replies
from bot.sandbox.workspace.server import WorkspaceServer
from bot.sandbox.workspace.state import Message
from tests.bot.conftest import Hands
from tests.bot.requests import DECIDERS, IMAGE, LIN, MEI, NOT_RECALLED, TRUSTED

CHANNEL = "C0IMAGES"


@dataclass
class Desk:
    """Makes changes as the desk does, with their messages beside them; ``sweep`` delivers.

    :ivar installed: is it known where the bot is installed?
    """

    store: Store
    notices: Notices
    workspace: WorkspaceServer
    hands: Hands
    channel: str = CHANNEL
    installed: bool = True

    def pending(self, *targets: Target, deciders: Deciders = DECIDERS, key: str = "1", threaded: bool = False) -> int:
        """A request that waits for its owners; its cards are not delivered yet."""
        now = self.hands.utc()
        asked = Asked(key, Action.SHARE, "base-nightly", (), targets or (TRUSTED,), "a reason", MEI)

        def work(ledger: Ledger) -> int:
            number = ledger.add_request(asked, now=now)
            assert number is not None
            ledger.checked(
                number,
                State.PENDING,
                now=now,
                home="100000000001",
                image=IMAGE,
                findings=(NOT_RECALLED,),
                deciders=deciders,
                decide_by=now + timedelta(days=3),
                attend_at=now + timedelta(days=3),
                requester_name="mei",
            )
            outbox = self._outbox(ledger, number)
            outbox.card()
            if threaded:
                outbox.thread("asked")
            return number

        return self.store.write(work)

    def approved(self, number: int) -> None:
        def work(ledger: Ledger) -> None:
            decision = Decision(LIN, frozenset({Role.OWNER}), Verdict.APPROVE, self.hands.utc())
            ledger.add_decision(number, decision)
            ledger.move(number, State.PENDING, State.APPROVED, now=self.hands.utc())
            outbox = self._outbox(ledger, number)
            outbox.thread("approved", person=LIN.id, roles="owner")
            outbox.card()

        self.store.write(work)

    def cancelled(self, number: int) -> None:
        def work(ledger: Ledger) -> None:
            ledger.move(number, State.PENDING, State.CANCELLED, now=self.hands.utc())
            outbox = self._outbox(ledger, number)
            outbox.thread("cancelled", person=MEI.id)
            outbox.card()

        self.store.write(work)

    def told_privately(self, number: int, code: str, to: str) -> None:
        self.store.write(lambda ledger: self._outbox(ledger, number).reply(code, to=to, person_id=MEI.id))

    def ended(self, number: int) -> None:
        self.store.write(lambda ledger: self._outbox(ledger, number).end())

    def deliver(self) -> int:
        """Sweeps until nothing is due; returns how many messages were tried."""
        tried = 0
        while (some := self.notices.sweep(self.hands.utc())) or self._is_any_due():
            tried += some
        return tried

    def _is_any_due(self) -> bool:
        """What waited for a message that came to its end within the last sweep."""
        with self.store.read() as ledger:
            due = self.notices.next_due(ledger)
        return due is not None and due <= self.hands.utc()

    def waiting(self) -> int:
        with self.store.read() as ledger:
            return ledger.notices_waiting().number

    def next_due(self) -> float | None:
        """Seconds until the next message is due."""
        with self.store.read() as ledger:
            at = ledger.next_notice()
        return (at - self.hands.utc()).total_seconds() if at else None

    def notices_due_in(self) -> float | None:
        """The same, as the one who delivers sees it, who leaves out whoever was asked to be left in peace."""
        with self.store.read() as ledger:
            at = self.notices.next_due(ledger)
        return (at - self.hands.utc()).total_seconds() if at else None

    def parked(self) -> int:
        with self.store.read() as ledger:
            return ledger.notices_parked()

    def in_channel(self, channel: str = "") -> list[Message]:
        """The cards in the channel; what stands in a thread is left out."""
        messages = self.workspace.state.conversations[channel or self.channel].messages
        return [one for one in messages if not one.thread_ts]

    def in_thread(self) -> list[str]:
        return [one.text for one in self.workspace.state.conversations[self.channel].messages if one.thread_ts]

    def in_direct(self, person: str) -> list[Message]:
        return list(self.workspace.state.conversations[self.workspace.state.dm_of(person)].messages)

    def _outbox(self, ledger: Ledger, number: int) -> Outbox:
        return Outbox(ledger, self._request(ledger, number), channel=self.channel, now=self.hands.utc())

    def _request(self, ledger: Ledger, number: int) -> Request:
        request = ledger.request(number)
        assert request is not None
        return request


def desk_at(path: Path, workspace: WorkspaceServer, client: WebClient, hands: Hands, channel: str = CHANNEL) -> Desk:
    store = Store(path)
    replies = Replies(client, hands.utc)
    notices = Notices(
        store, client, replies, hands.utc, Leases(store), lambda _: "en", lambda: made.installed, channel=channel
    )
    made = Desk(store, notices, workspace, hands, channel)
    return made


def headline(message: Message) -> str:
    assert message.blocks is not None
    return str(message.blocks[0]["text"]["text"])
