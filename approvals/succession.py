"""The sweep that asks those who may decide now, where they are others than those who were asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import structlog

from approvals.audit import NOBODY, Entry
from approvals.errors import DirectoryError
from approvals.ledger import Ledger
from approvals.model import Deciders, Request, State
from approvals.outbox import Outbox
from approvals.pace import is_due
from approvals.people import Directory, deciders_now, suffices
from approvals.policies import Policies
from approvals.policy import Policy
from approvals.store import Store

EVERY = timedelta(minutes=5)
"""How often all that wait are looked at; besides, at the start and when another policy comes into force."""

_AGAIN_AFTER = timedelta(minutes=1)  # where the directory didn't answer
_AT_ONCE = 10
_BETWEEN = timedelta(seconds=5)  # the chat tells of some twenty groups a minute, and who presses comes first
_LONG_AGO = datetime.fromtimestamp(0, UTC)

log = structlog.get_logger()


class Succession:
    """Looks through all requests that wait for a decision, in the order of their numbers, over and over."""

    def __init__(self, store: Store, policies: Policies, directory: Directory) -> None:
        self._store = store
        self._policies = policies
        self._directory = directory
        self._policy: Policy | None = None  # by which it looks, or looked last
        self._seen = 0  # the number up to which it has
        self._due = _LONG_AGO

    def sweep(self, now: datetime) -> int:
        """Look at some of them, where it is time; returns how many those were."""
        policy = self._policies.current
        if policy is not self._policy:
            self._policy, self._seen = policy, 0
        elif not is_due(self._due, now, longest=EVERY):
            return 0
        with self._store.read() as ledger:
            waiting = ledger.requests_after(self._seen, pending=True, limit=_AT_ONCE)
        try:
            changed = list(self._changed(waiting, policy))
        except DirectoryError as error:
            log.warning("deciders_not_looked_up", error=str(error))
            self._due = now + _AGAIN_AFTER
            return 0
        if changed:
            self._store.write(lambda ledger: self._pass_on(ledger, changed, now), durable=False)
        if len(waiting) < _AT_ONCE:
            self._seen, self._due = 0, now + EVERY
        else:
            self._seen, self._due = waiting[0].id, now + _BETWEEN  # the newest is the first
        return len(waiting)

    def next_due(self, _ledger: Ledger) -> datetime:
        return self._due if self._policies.current is self._policy else _LONG_AGO

    def _changed(self, waiting: Iterable[Request], policy: Policy) -> Iterator[tuple[Request, Deciders]]:
        """
        :raises DirectoryError: who may decide can't be told now
        """
        for request in waiting:
            try:
                deciders = self._others(request, policy)
            except DirectoryError:
                raise
            except Exception:  # one that can't be worked out holds up no other
                log.exception("deciders_failed", request=request.id)
            else:
                if deciders is not None:
                    yield request, deciders

    def _others(self, request: Request, policy: Policy) -> Deciders | None:
        """Those who may decide now; None where they are the same, or somebody decides it anyway.

        Where those who agreed would suffice by now, nobody else is asked: any one of them can say it again.
        """
        if request.image is None or request.deciders is None:
            return None
        deciders = deciders_now(request, policy, self._directory)
        same = _in_order(deciders) == _in_order(request.deciders)
        return None if same or suffices(request.decisions, deciders) else deciders

    def _pass_on(self, ledger: Ledger, changed: Sequence[tuple[Request, Deciders]], now: datetime) -> None:
        for before, deciders in changed:
            stands = ledger.request(before.id)
            if stands is None or stands.state is not State.PENDING or stands.deciders != before.deciders:
                continue  # somebody pressed meanwhile
            after = replace(stands, deciders=deciders)
            ledger.set_deciders(after)
            people = {"owners": list(deciders.owner_ids), "guardians": list(deciders.guardian_ids)}
            ledger.add_audit(Entry(now, "deciders_changed", NOBODY, after.id, people))
            Outbox(ledger, after, channel=self._policies.current.home.channel, now=now).card()


def _in_order(deciders: Deciders) -> Deciders:
    """To be compared: the chat lists the people of a group as it likes."""
    return replace(
        deciders,
        owner_ids=tuple(sorted(deciders.owner_ids)),
        guardian_ids=tuple(sorted(deciders.guardian_ids)),
        backup_ids=tuple(sorted(deciders.backup_ids)),
    )
