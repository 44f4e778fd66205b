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


def tell_over(ledger: Ledger, request: Request, after: State, channel: str, *, now: datetime) -> bool:
    """What ends shares shows on the card of those; it has one of its own where it failed. Is that all?"""
    over = ledger.request(request.ends or 0)
    assert over is not None  # noqa: S101  the number refers to it
    if after is not State.DONE:
        Outbox(ledger, over, channel=channel, now=now).thread("over_failed", number=str(request.id))
        return False
    Outbox(ledger, over, channel=channel, now=now).over(ledger.grants.keepers(over.id, past=now))
    if ledger.cards(request.id):
        Outbox(ledger, request, channel=channel, now=now).card()
    return True
