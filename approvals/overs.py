"""What is shown of shares that are over: on the card of the request that had brought them about."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from approvals.ledger import Ledger
from approvals.model import Request, State
from approvals.outbox import Outbox


def show_ended(ledger: Ledger, request: Request, ended: Sequence[int], channel: str, *, now: datetime) -> None:
    """The cards of those whose shares somebody took back show that they stand no longer.

    :param request: which took them back
    """
    for number in dict.fromkeys(ended):
        other = ledger.request(number)
        if other is not None and number not in (request.id, request.ends):
            outbox = Outbox(ledger, other, channel=channel, now=now)
            taken = ledger.grants.ended_by(number, by=request.id, now=now)
            if not any(taken.values()):  # in an attempt that didn't do it all
                some = {"accounts": " ".join(taken)} if other.standing else {}
                outbox.thread("taken_back", number=str(request.id), **some)
            outbox.card()


def show_over(ledger: Ledger, over: Request, channel: str, *, since: datetime, now: datetime) -> None:
    """Show and tell that the shares of a request have ended.

    :param since: when that began
    """
    early = over.until is None or since < over.until
    ended = [row["actor_id"] for row in ledger.audit_of(over.id) if row["event"] == "ended_early"] if early else []
    kept = ledger.grants.keepers(over.id, past=now)
    Outbox(ledger, over, channel=channel, now=now).over(kept, by=str(ended[-1]) if ended else "")


def tell_over(ledger: Ledger, request: Request, after: State, channel: str, *, now: datetime) -> bool:
    """What ends shares shows on the card of those; it has one of its own where it failed. Is that all?"""
    over = ledger.request(request.ends or 0)
    assert over is not None  # noqa: S101  the number refers to it
    if after is not State.DONE:
        Outbox(ledger, over, channel=channel, now=now).thread("over_failed", number=str(request.id))
        return False
    show_over(ledger, over, channel, since=request.asked_at, now=now)
    if ledger.cards(request.id):
        Outbox(ledger, request, channel=channel, now=now).card()
    return True
