"""What is shown of shares that are over, on the card of the request that had brought them about, and who hears it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from approvals.ledger import Ledger
from approvals.model import Action, ItemState, Request, State
from approvals.outbox import TAKEN_BACK, Outbox


def show_ended(ledger: Ledger, request: Request, ended: Sequence[int], channel: str, *, now: datetime) -> None:
    """The cards of those whose shares somebody took back show that they stand no longer, and whoever asked hears it.

    :param request: which took them back, or found that they are gone
    """
    for number in dict.fromkeys(ended):
        other = ledger.request(number)
        if other is None or number in (request.id, request.ends):
            continue
        outbox = Outbox(ledger, other, channel=channel, now=now)
        if not ledger.grants.ended_before(number, by=request.id, now=now):  # in an attempt that didn't do it all
            facts = {"number": str(request.id), "person": _whose(request), **_taken(request, other)}
            outbox.thread(TAKEN_BACK, **facts)
            if other.action is Action.SHARE and request.ends is None and other.requester.id != request.requester.id:
                outbox.taken_back(facts)
        outbox.card()


def _whose(request: Request) -> str:
    """Who asked for it; "" where nobody did, since somebody took it back without us."""
    return "" if request.action.is_drift else request.requester.id


def _taken(request: Request, other: Request) -> dict[str, str]:
    """From whom and where, as far as that is not all that the other shared."""
    shared = {(item.target.account, item.region): None for item in other.items if item.state is not ItemState.FAILED}
    stays = {ItemState.FAILED, *([ItemState.ALREADY] if request.action.is_drift else [])}
    meant = {(item.target.account, item.region) for item in request.items if item.state not in stays}
    taken = [share for share in shared if share in meant]
    if len(taken) in (0, len(shared)):
        return {}
    accounts, regions = (dict.fromkeys(some) for some in zip(*taken, strict=True))
    return {"accounts": " ".join(accounts), "regions": " ".join(regions)}


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
