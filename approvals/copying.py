"""The sweep that makes copies of images in other regions: asks for them once, follows them, removes what failed.

Each step is stored before the next. A call whose answer was lost is followed by looking for a copy of its name, several
times over more than a minute, since a list may be late; only then is the cloud asked again.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from approvals import copy_steps
from approvals.audit import NOBODY, Entry
from approvals.cloud import NORMAL, SYNCING, Cloud, ImageKind
from approvals.copy_model import VANISHED, Copy, CopyState
from approvals.elsewhere import facts_of
from approvals.errors import About, AuthFailed, CloudError, LeaseLost, OutcomeUnknown, PutOff, Refused, WrongAccount
from approvals.home import HomeAccount
from approvals.incidents import Incidents, Leave
from approvals.leases import LEASE, Leases
from approvals.ledger import Ledger
from approvals.outbox import Outbox
from approvals.pace import later
from approvals.policies import Policies
from approvals.sentences import joined, say
from approvals.store import Store

_TOGETHER = 8  # copies side by side
_LOOKS = 6  # that don't show a copy, over a minute and a half, after which it isn't there
_LOOKS_AFTER_SEEN = 3  # the same, where it was shown before
_MOST_CALLS = 3  # that left no trace, after which no further one is made
_UNSEEN, _QUOTA = "copy_not_seen", "copy_no_room"

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Turn:
    """One step of one copy, under a lease."""

    lease: str
    now: datetime
    leave: Leave


@dataclass(frozen=True, slots=True)
class _Step:
    """What a step brought.

    :ivar before: as it stands in the database
    :ivar why_kept: of a copy that was to be removed: why it wasn't
    """

    before: Copy
    after: Copy
    why_kept: str = ""


class Copying:
    """Brings about the copies that are wanted, and removes those that failed where somebody asked for that."""

    def __init__(
        self,
        store: Store,
        cloud: Cloud,
        policies: Policies,
        home: HomeAccount,
        leases: Leases,
        incidents: Incidents,
    ) -> None:
        self._store = store
        self._cloud = cloud
        self._policies = policies
        self._home = home
        self._leases = leases
        self._incidents = incidents
        self._pool = ThreadPoolExecutor(_TOGETHER, thread_name_prefix="copy")

    def sweep(self, now: datetime) -> int:
        """Take the next step with each copy that is due; returns how many those were."""
        with self._store.read() as ledger:
            leave = self._incidents.leave(ledger, now, _TOGETHER)
            due = ledger.copies.due(now, leave.most) if leave else []
        if leave is None or not due:
            return 0
        with ExitStack() as leases:
            turns = [_Turn(leases.enter_context(self._leases.hold(now)), now, leave) for _ in due]
            # Not waited for: what a loss of power undoes here is taken again, in the state in which it was.
            taken = self._store.write(lambda ledger: _take(ledger, due, turns), durable=False)
            steps = [self._pool.submit(self._step, *one) for one in taken]
            wait(steps)  # the leases are held until the last has ended, whatever becomes of the others
            for step in steps:
                step.result()
        return len(taken)

    def close(self) -> None:
        self._pool.shutdown()

    def _step(self, copy: Copy, turn: _Turn) -> None:
        try:
            step = self._next(copy, turn)
        except LeaseLost:
            log.warning("copy_lost", copy=copy.id)
            return
        except WrongAccount as error:
            log.warning("copy_postponed", copy=copy.id, error=str(error))
            self._put_off(copy, turn, counts=False)
            return
        except CloudError as error:
            log.warning("copy_postponed", copy=copy.id, error=str(error), cloud=error.cloud_request_id)
            self._put_off(copy, turn, counts=not isinstance(error, AuthFailed))
            return
        except Exception as error:
            log.exception("copy_failed", copy=copy.id)
            self._put_off(copy, turn, counts=True)
            raise PutOff from error
        self._store.write(lambda ledger: self._record_and_pass(ledger, step, turn))

    def _put_off(self, copy: Copy, turn: _Turn, *, counts: bool) -> None:
        until = later(turn.now, copy.polls) if counts else turn.now
        step = _Step(copy, replace(copy, polls=copy.polls + counts, not_before=until))
        self._store.write(lambda ledger: self._record(ledger, step, turn))

    def _next(self, copy: Copy, turn: _Turn) -> _Step:
        self._home.id()  # what isn't there with another account's credentials is not gone
        match copy.state:
            case CopyState.WANTED:
                return self._begin(copy, turn)
            case CopyState.CALLING:
                return _Step(copy, self._look_up(copy, turn.now))
            case CopyState.SYNCING:
                return _Step(copy, self._follow(copy, turn.now))
            case _:
                return self._remove(copy, turn.now)

    def _begin(self, copy: Copy, turn: _Turn) -> _Step:
        """
        :raises LeaseLost: others may have gone on from here: one more call could make a second copy
        """
        room = self._cloud.room(copy.region)
        if room.used >= room.most:
            message = say(
                "All {most} images that can be in {region} are there. Delete some, then retry.",
                most=room.most,
                region=copy.region,
            )
            return _Step(copy, copy_steps.failed(copy, turn.now, _QUOTA, message))
        calling = replace(copy, state=CopyState.CALLING, calls=copy.calls + 1, looks=0, changed_at=turn.now)
        try:
            self._cloud.check_copy(copy.source_region, copy.source_id, copy.region, copy.name)
        except Refused as refusal:
            if refusal.about is not About.NAME:
                return _Step(copy, copy_steps.refused(copy, turn.now, refusal))
            return _Step(copy, replace(calling, calls=copy.calls, not_before=copy_steps.after(turn.now, 0)))
        self._store.write(lambda ledger: self._note_call(ledger, copy, calling, turn))
        with self._store.read() as ledger:
            if not ledger.copies.holds(calling, turn.lease):
                raise LeaseLost
        return _Step(calling, self._call(calling, turn.now))

    def _note_call(self, ledger: Ledger, copy: Copy, calling: Copy, turn: _Turn) -> None:
        if ledger.copies.set(copy, calling, lease=turn.lease, keeps=True):
            ledger.add_audit(Entry(turn.now, "copy_calling", NOBODY, copy.request_id, facts_of(calling)))

    def _call(self, calling: Copy, now: datetime) -> Copy:
        try:
            copied = self._cloud.copy(calling.source_region, calling.source_id, calling.region, calling.name)
        except OutcomeUnknown as error:
            log.warning("copy_answer_lost", copy=calling.id, error=str(error), cloud=error.cloud_request_id)
            lost = error.cloud_request_id or ""
            return replace(calling, cloud_request_id=lost, not_before=copy_steps.after(now, 0))
        except Refused as refusal:
            if refusal.about is About.NAME:
                return replace(calling, not_before=copy_steps.after(now, 0))
            return copy_steps.refused(calling, now, refusal)
        except CloudError as error:  # of the other kinds nothing was done
            log.warning("copy_postponed", copy=calling.id, error=str(error), cloud=error.cloud_request_id)
            calls, until = calling.calls - 1, later(now, calling.polls)
            return replace(calling, state=CopyState.WANTED, calls=calls, polls=calling.polls + 1, not_before=until)
        return replace(copy_steps.begun(calling, now, copied.image_id), cloud_request_id=copied.cloud_request_id)

    def _look_up(self, copy: Copy, now: datetime) -> Copy:
        """The answer was lost, or the name is taken: is there a copy?"""
        found = self._cloud.images_by_name(copy.region, copy.name)
        ours = [image for image in found if image.kind == ImageKind.PRIVATE]
        if ours:
            return copy_steps.begun(copy, now, ours[0].image_id)
        if copy.looks + 1 < _LOOKS:
            return replace(copy, looks=copy.looks + 1, not_before=copy_steps.after(now, copy.looks + 1))
        if copy.calls < _MOST_CALLS:
            return replace(copy, state=CopyState.WANTED, looks=0, not_before=now, changed_at=now)
        message = say(
            "The cloud was asked {calls} times for the copy, and shows none. Look in the console, then retry.",
            calls=copy.calls,
        )
        return copy_steps.failed(copy, now, _UNSEEN, message)

    def _follow(self, copy: Copy, now: datetime) -> Copy:
        found = self._cloud.images_by_id(copy.region, [copy.image_id])
        if not found:
            looks = copy.looks + 1
            if looks < (_LOOKS_AFTER_SEEN if copy.seen else _LOOKS):
                return replace(copy, looks=looks, not_before=copy_steps.after(now, 0 if copy.seen else looks))
            message = say(
                "The copy {image_id} is gone; it was {percent} % done. Retry to make another.",
                image_id=copy.image_id,
                percent=copy.percent,
            )
            return copy_steps.failed(copy, now, VANISHED, message)
        image = found[0]
        if image.state == NORMAL:
            return replace(copy, state=CopyState.READY, seen=True, percent=100, looks=0, changed_at=now)
        if image.state != SYNCING:
            percent = max(copy.percent, image.sync_percent)
            message = say("The copy stopped at {percent} %; the cloud tells its state, and no reason.", percent=percent)
            return copy_steps.failed(replace(copy, seen=True, percent=percent), now, image.state, message)
        return copy_steps.moved(copy, image, now)

    def _remove(self, copy: Copy, now: datetime) -> _Step:
        found = self._cloud.images_by_id(copy.region, [copy.image_id])
        if not found:
            return _Step(copy, replace(copy, state=CopyState.REMOVED, changed_at=now))
        kept = replace(copy, state=CopyState.FAILED, looks=0, changed_at=now)
        if found[0].state == NORMAL and self._cloud.shared_with(copy.region, copy.image_id):
            return _Step(copy, kept, say("It is whole, and shared: somebody uses it."))
        if copy.looks >= _LOOKS:
            return _Step(copy, kept, say("The cloud was asked for that, and shows it all the same."))
        try:
            self._cloud.delete_image(copy.region, copy.image_id, snapshots=False)
        except Refused as refusal:
            return _Step(
                copy,
                kept,
                joined(say("{message} ({code})", message=refusal.message, code=refusal.code), refusal.advice),
            )
        except OutcomeUnknown as error:
            log.warning("removal_unknown", copy=copy.id, error=str(error), cloud=error.cloud_request_id)
        return _Step(copy, replace(copy, looks=copy.looks + 1, not_before=copy_steps.after(now, copy.looks)))

    def _record_and_pass(self, ledger: Ledger, step: _Step, turn: _Turn) -> None:
        self._record(ledger, step, turn)
        if turn.leave.until:
            ledger.pass_probe(turn.now)

    def _record(self, ledger: Ledger, step: _Step, turn: _Turn) -> None:
        before, after, now = step.before, step.after, turn.now
        tells = after.state in (CopyState.CALLING, CopyState.SYNCING) and copy_steps.is_news(before, after, now)
        if tells and after.state is before.state:  # that it begins is no progress, so the first is shown at once
            after = replace(after, told_at=now, told_percent=after.percent)
        if not ledger.copies.set(before, after, lease=turn.lease):
            log.warning("copy_lost", copy=before.id)  # others went on from it: what they know is newer
            return
        if after.state is not before.state:
            detail = facts_of(after) | ({"why": step.why_kept} if step.why_kept else {})
            event = "copy_kept" if step.why_kept else f"copy_{after.state}"
            ledger.add_audit(Entry(now, event, NOBODY, after.request_id, detail))
        if before.state is CopyState.REMOVING:
            self._tell_removal(ledger, step, now)
        elif not after.is_open:
            ledger.wake(after, now=now)
        elif tells:
            for request in ledger.waiting_for_copy(after):
                Outbox(ledger, request, channel=self._policies.current.home.channel, now=now).card()

    def _tell_removal(self, ledger: Ledger, step: _Step, now: datetime) -> None:
        request = ledger.request(step.after.request_id)
        if request is None or step.after.state is CopyState.REMOVING:
            return
        outbox = Outbox(ledger, request, channel=self._policies.current.home.channel, now=now)
        event = "copy_kept" if step.why_kept else "copy_removed"
        facts = {"copy": step.after.image_id, "region": step.after.region, "why": step.why_kept}
        outbox.thread(event, **facts)
        outbox.card()


def _take(ledger: Ledger, due: Sequence[Copy], turns: Sequence[_Turn]) -> list[tuple[Copy, _Turn]]:
    leave, now = turns[0].leave, turns[0].now
    if leave.until and not ledger.take_probe(now, until=leave.until):
        return []
    return [
        (copy, turn)
        for copy, turn in zip(due, turns, strict=True)
        if ledger.copies.take(copy, lease=turn.lease, until=now + LEASE, now=now)
    ]
