"""The sweep that ends shares: tells a day before, then takes back what is over, through the executor like all else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

import structlog

from approvals.audit import NOBODY, Entry
from approvals.errors import DirectoryError
from approvals.ledger import Ledger
from approvals.model import Grant, Request
from approvals.outbox import Outbox
from approvals.overs import show_over
from approvals.people import Directory, deciders_now
from approvals.policies import Policies
from approvals.store import Store

_AT_ONCE = 100  # requests
_AGAIN_AFTER = timedelta(days=1)  # where it could not be taken back, and nobody retried

log = structlog.get_logger()


class Ending:
    def __init__(self, store: Store, policies: Policies, directory: Directory) -> None:
        self._store = store
        self._policies = policies
        self._directory = directory

    def sweep(self, now: datetime) -> int:
        """Look after the shares that are due; returns of how many requests that were."""
        with self._store.read() as ledger:
            due = ledger.numbered(ledger.grants.due(now, _AT_ONCE))
            soon = [one for one in due.values() if not _over(ledger, one.id, now)]
        if not due:
            return 0
        owners = self._owners(soon)
        return self._store.write(lambda ledger: self._look_after(ledger, owners, now))

    def _owners(self, requests: Iterable[Request]) -> dict[int, tuple[str, ...]]:
        """Who owns the image of each now, as far as that can be told: no end of a share waits for it."""
        owners = {}
        for request in requests:
            try:
                owners[request.id] = deciders_now(request, self._policies.current, self._directory).owner_ids
            except DirectoryError as error:
                log.warning("owners_not_looked_up", error=str(error))
                break
            except Exception:  # one that can't be worked out holds up no other
                log.exception("owners_failed", request=request.id)
        return owners

    def _look_after(self, ledger: Ledger, owners: Mapping[int, Sequence[str]], now: datetime) -> int:
        due = ledger.grants.due(now, _AT_ONCE)
        for number in due:
            request = ledger.request(number)
            assert request is not None  # noqa: S101  a share refers to it
            over = _over(ledger, number, now)
            if over:
                self._end(ledger, request, over, now)
            elif request.until is not None:
                before = request.deciders.owner_ids if request.deciders else ()
                self._tell(ledger, request, owners.get(number, before), request.until, now)
        return len(due)

    def _tell(self, ledger: Ledger, request: Request, owners: Sequence[str], until: datetime, now: datetime) -> None:
        """A day before, unless it was extended already."""
        ledger.grants.put_off(request.id, until=until)
        standing = ledger.grants.standing(request.id)
        lost = {one.target.account for one in standing if not ledger.grants.goes_on(request.id, one, now=until)}
        if not lost:
            return
        keepers = ledger.grants.keepers(request.id, past=until)
        accounts = list(dict.fromkeys(one.target.account for one in standing))
        kept = {account: keepers[account] for account in accounts if account not in lost}
        told = tuple(dict.fromkeys((request.requester.id, *owners)))
        ending = [account for account in accounts if account in lost]
        self._outbox(ledger, request, now).ending(told, ending, kept)
        ledger.add_audit(Entry(now, "ending_told", NOBODY, request.id, {"people": list(told)}))

    def _end(self, ledger: Ledger, request: Request, over: Sequence[Grant], now: datetime) -> None:
        ledger.grants.put_off(request.id, until=now + _AGAIN_AFTER)
        if ledger.is_ending(request):
            return
        kept = [one for one in over if ledger.grants.goes_on(request.id, one, now=now)]
        for grant in kept:
            ledger.grants.end_one(request.id, grant, by=request.id, now=now)
            kept_one = {"account": grant.target.account, "image": grant.image_id, "region": grant.region}
            ledger.add_audit(Entry(now, "share_kept", NOBODY, request.id, kept_one))
        left = [one for one in over if one not in kept]
        if left:
            number = ledger.add_end(request, left, now=now)
            detail = {"ends": request.id, "accounts": [one.target.account for one in left]}
            ledger.add_audit(Entry(now, "share_over", NOBODY, number, detail))
        else:
            show_over(ledger, request, self._policies.current.home.channel, since=now, now=now)

    def _outbox(self, ledger: Ledger, request: Request, now: datetime) -> Outbox:
        return Outbox(ledger, request, channel=self._policies.current.home.channel, now=now)


def _over(ledger: Ledger, request_id: int, now: datetime) -> list[Grant]:
    """The shares of a request that stand and are over."""
    return [one for one in ledger.grants.standing(request_id) if one.until is not None and one.until <= now]
