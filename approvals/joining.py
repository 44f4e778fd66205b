"""Accounts that had an image when somebody else asked for them, too."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from approvals.audit import NOBODY, Entry
from approvals.code_model import SETTLED
from approvals.ledger import Ledger
from approvals.model import Item, Request


def join(ledger: Ledger, request: Request, items: Sequence[Item], *, home: str, now: datetime) -> None:
    """Whoever had the image already has it by this request, too: what ends the other share takes nothing away.

    A share that nobody approved is none to be ended by a request for a time: people decide about it as a difference.

    :param items: how it stands with each of the request's from now on
    """
    for before, item in zip(request.items, items, strict=True):
        settled_now = item.code == SETTLED and before.code != SETTLED
        if not settled_now or ledger.grants.is_by(request.id, item):
            continue
        if request.until is None or ledger.grants.goes_on(request.id, item, now=now):
            ledger.grants.add(request, item, home=home, now=now)
            detail = {"account": item.target.account, "image": item.image_id, "region": item.region}
            ledger.add_audit(Entry(now, "share_joined", NOBODY, request.id, detail))
