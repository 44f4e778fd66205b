"""Requests about every account that has an image: who that is can change until it is done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from approvals.audit import NOBODY, Entry
from approvals.errors import LeaseLost
from approvals.ledger import Ledger
from approvals.model import Affected, ItemState, Request
from approvals.outcomes import is_open
from approvals.policy import Policy
from approvals.store import Store
from approvals.trust_facts import Facts


def enlisted(
    together: Sequence[Request], looked: Facts, policy: Policy, store: Store, lease: str, now: datetime
) -> list[Request]:
    """The requests, those about everyone with the accounts that got the image after they were asked for.

    The owners allowed that nobody has it any more, which is true of whoever got it meanwhile, too.

    :raises LeaseLost: others may have gone on from here
    """
    return [_enlisted(request, looked, policy, store, lease, now) for request in together]


def _enlisted(request: Request, looked: Facts, policy: Policy, store: Store, lease: str, now: datetime) -> Request:
    new = _newcomers(request, looked, policy) if request.everyone else []
    if not new:
        return request

    def work(ledger: Ledger) -> Request | None:
        if not ledger.holds(lease):
            return None
        ledger.enlist(request.id, request.regions, new)
        detail = {"accounts": [one.target.account for one in new]}
        ledger.add_audit(Entry(now, "enlisted", NOBODY, request.id, detail))
        return ledger.request(request.id)

    wider = store.write(work)
    if wider is None:
        raise LeaseLost
    return replace(wider, attempts=request.attempts)  # those before this one: it was taken since


def _newcomers(request: Request, looked: Facts, policy: Policy) -> list[Affected]:
    """Those who lost it by the request, and have it again, too."""
    left = (item for item in request.items if is_open(item) or item.state is ItemState.FAILED)
    known = {(item.target.account, item.region) for item in left}
    own = request.image.region if request.image else ""
    return [
        Affected(policy.target(account), region, "")
        for region in request.regions or (own,)
        for account in looked.has.get(region, ())
        if (account, region) not in known
    ]
