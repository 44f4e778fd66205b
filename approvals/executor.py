"""The sweep that does what was approved: checks again, calls for the difference only, reads back.

Every step can be repeated. A call whose answer was lost is followed by a read, never by the same call.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime
from functools import partial

import structlog

from approvals import elsewhere, everyone, facts, outcomes, trust, trust_deletion
from approvals.audit import NOBODY, Entry
from approvals.cloud import LIGHTHOUSE, MAX_BLUEPRINT_ACCOUNTS, MAX_SHARES, Cloud, Image
from approvals.deletion import Deleting, refused_beforehand
from approvals.errors import About, AuthFailed, CloudError, LeaseLost, Refused, WrongAccount
from approvals.halving import Calls, Halving
from approvals.home import HomeAccount
from approvals.incidents import Incidents
from approvals.leases import LEASE, Leases
from approvals.ledger import Ledger
from approvals.mandates import Mandates
from approvals.model import Action, Finding, Request
from approvals.outbox import Outbox
from approvals.outcomes import Done, Has, Stopped
from approvals.people import Directory
from approvals.policies import Policies
from approvals.policy import Policy
from approvals.recording import Effect, Task, record_each
from approvals.settling import Settling, Turn, is_held
from approvals.store import Store
from approvals.trust_facts import Facts
from approvals.trust_lighthouse import LIGHTHOUSE_OFF, switched_off

_TOGETHER = 8  # images side by side: one for which the cloud is slow holds up few others

log = structlog.get_logger()


class Executor:
    """Executes approved requests: those for one image together, several images side by side."""

    def __init__(
        self,
        store: Store,
        cloud: Cloud,
        policies: Policies,
        directory: Directory,
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
        self._mandates = Mandates(directory)
        self._halving = Halving()
        self._tens = Halving(MAX_BLUEPRINT_ACCOUNTS)
        self._pool = ThreadPoolExecutor(_TOGETHER, thread_name_prefix="execute")
        self._settling = Settling(policies, home)
        self._held: set[str] = set()  # images for which the last try met credentials that don't suffice

    def sweep(self, now: datetime) -> int:
        """Execute what is due next; returns how many requests that were."""
        with self._store.read() as ledger:
            leave = self._incidents.leave(ledger, now, MAX_SHARES)
            if leave is None or not ledger.is_ready(now):
                return 0
        with ExitStack() as leases:
            images = 1 if leave.until else _TOGETHER
            turns = (Turn(leases.enter_context(self._leases.hold(now)), now, leave) for _ in range(images))
            # Not waited for: what a loss of power undoes here is taken again, and read before anything is called. What
            # no read would tell must be on the disk.
            taken = self._store.write(lambda ledger: self._take_some(ledger, turns), durable=False)
            if any(_is_told_by_the_record_alone(together[0]) for together, _ in taken):
                self._store.try_out()
            tasks = [self._task(*one) for one in taken]
            record_each(self._store, self._pool, tasks, durable=True, on_fault="execution_failed")
        return sum(len(together) for together, _ in taken)

    def close(self) -> None:
        self._pool.shutdown()

    def _take_some(self, ledger: Ledger, turns: Iterable[Turn]) -> list[tuple[list[Request], Turn]]:
        """For each turn what waits for one image, as long as there is something."""
        some: list[tuple[list[Request], Turn]] = []
        for turn in turns:
            together = self._take(ledger, turn)
            if not together:
                break
            some.append((together, turn))
        return some

    def _take(self, ledger: Ledger, turn: Turn) -> list[Request]:
        now, leave = turn.now, turn.leave
        ready = ledger.ready(now, leave.most) if leave.until is None else self._in_turn(ledger, turn)
        if not ready or (leave.until and not ledger.take_probe(now, until=leave.until)):
            return []
        taken = []
        for request in ready:
            if ledger.take(request.id, lease=turn.lease, until=now + LEASE, now=now):
                ledger.add_audit(Entry(now, "executing", NOBODY, request.id, {"attempt": request.attempts + 1}))
                if request.attempts == 0 and leave.until is None and request.ends is None:
                    Outbox(ledger, request, channel=self._policies.current.home.channel, now=now).card()
                taken.append(request)
        return taken

    def _in_turn(self, ledger: Ledger, turn: Turn) -> list[Request]:
        """What to try: a permission may be missing for one image alone, and that must hold up no other."""
        ready = ledger.ready(turn.now, turn.leave.most, apart_from=sorted(self._held))
        if ready or not self._held:
            return ready
        self._held.clear()
        return ledger.ready(turn.now, turn.leave.most)

    def _task(self, together: Sequence[Request], turn: Turn) -> Task:
        about = {"requests": [one.id for one in together]}
        return Task(about, partial(self._execute, together, turn), partial(self._put_off, together, turn))

    def _put_off(self, together: Sequence[Request], turn: Turn, ledger: Ledger) -> None:
        self._settling.give_back(ledger, together, turn, counts=True)

    def _execute(self, together: Sequence[Request], turn: Turn) -> Effect | None:
        try:
            policy = self._policies.current
            looked = self._look(together, policy, turn.now)
            together = everyone.enlisted(together, looked, policy, self._store, turn.lease, turn.now)
            had = self._had(together, looked)
            together = self._reopen(together, had, turn)
            validity = self._mandates.look_up(together, policy, turn.now)
            sound, stopped = self._recheck(together, looked, validity.void, policy, turn.now)
            ended = refused_beforehand(self._cloud, sound)
            sound = [request for request in sound if request.id not in ended]
            done = self._do_everywhere(sound, looked, had, turn)
            if any(is_held(one.calls) for one in done.values()):
                self._hold(sound)
            gone = Deleting(self._cloud, lambda: self._holds(turn.lease))(sound, done)
        except (AuthFailed, WrongAccount) as error:
            log.warning("execution_held", error=str(error))
            self._hold(together)
            return lambda ledger: self._settling.give_back(ledger, together, turn, counts=False)
        except Refused as error:
            log.warning("execution_refused", error=str(error), cloud=error.cloud_request_id)
            refusal = error  # the name of a caught error is gone after its clause
            return lambda ledger: self._settling.refuse(ledger, together, refusal, turn)
        except CloudError as error:
            log.warning("execution_postponed", error=str(error), cloud=error.cloud_request_id)
            return partial(self._put_off, together, turn)
        except LeaseLost:
            log.warning("execution_lost")
            return None
        lost = {place.region: place.lost for place in looked.places}

        def record(ledger: Ledger) -> None:
            for request in together:
                if request.id in ended:
                    self._settling.end(ledger, request, ended[request.id], turn)
            self._settling.settle(ledger, sound, stopped, done, gone, lost, validity.untold, turn)

        return record

    def _look(self, together: Sequence[Request], policy: Policy, now: datetime) -> Facts:
        """How it stands in every region that one of them is about."""
        lighthouse = facts.wants_lighthouse(together, policy)
        looked = facts.gather(self._cloud, policy, together[0], home=self._home.id(), lighthouse=lighthouse, now=now)
        looked = facts.viewed_by_lighthouse(looked, self._cloud, lighthouse=lighthouse)
        with self._store.read() as ledger:
            copies = ledger.copies.of(elsewhere.image_of(together[0]))
        regions = [region for request in together for region in request.regions]
        attempts = max(request.attempts for request in together)
        return facts.placed(
            looked, self._cloud, policy, copies, regions, room=False, lighthouse=lighthouse, attempts=attempts
        )

    def _had(self, together: Sequence[Request], looked: Facts) -> dict[str, Has | None]:
        """Who has the image, by region; None where nobody can tell."""
        untold = looked.image is not None and looked.image.is_blueprint and looked.shared_with is None
        return {region: None if untold else self._with_lighthouse(together, has) for region, has in looked.has.items()}

    def _reopen(self, together: Sequence[Request], had: Mapping[str, Has | None], turn: Turn) -> Sequence[Request]:
        """What stood as wanted when it was asked and doesn't any more is known as undone before any call is made.

        Else, were we killed right behind the call, it would look as if it had always stood so.

        :raises LeaseLost: others may have gone on from here
        """
        reopened = [outcomes.reopened(request, had) for request in together]
        if reopened != together:
            self._store.write(lambda ledger: self._settling.reopen(ledger, together, reopened, turn))
        return reopened

    def _do_everywhere(
        self, sound: Sequence[Request], looked: Facts, had: Mapping[str, Has | None], turn: Turn
    ) -> dict[str, Done]:
        """Call for what is missing, by region, where there is an image that can be shared."""
        if not sound:
            return {}
        images = {place.region: place.copy for place in looked.places if place.copy}
        if looked.image is not None:
            images[looked.image.region] = looked.image
        return {region: self._do(sound, image, had[region], turn) for region, image in images.items()}

    def _with_lighthouse(self, together: Sequence[Request], has: Has) -> Has:
        """Who has an image: Lighthouse, too, where it is to lose it and the policy doesn't let anybody ask it."""
        named = any(item.target.account == LIGHTHOUSE for request in together for item in request.items)
        off = together[0].action is not Action.SHARE and not self._policies.current.home.lighthouse
        return {**has, LIGHTHOUSE: None} if named and off else has

    def _do(self, sound: Sequence[Request], image: Image, had: Has | None, turn: Turn) -> Done:
        """
        :param had: who had it; None where the cloud never tells, so that the calls' answers are all there is
        """
        action = sound[0].action
        kept = self._kept(sound, image, turn.now)
        to_send = outcomes.to_send(sound, image.region, had, action, kept)
        calls = self._call(action, image, to_send, turn.lease)
        if calls.stopped:
            cloud_request_id = calls.stopped.cloud_request_id
            log.warning("execution_stopped", error=str(calls.stopped), cloud=cloud_request_id)
        if had is None:
            return Done(image.image_id, calls, None, told=False, kept=kept)
        has = self._read_back(sound, image) if calls.made else had
        return Done(image.image_id, calls, has, kept=kept)

    def _kept(self, sound: Sequence[Request], image: Image, now: datetime) -> frozenset[int]:
        """The accounts that keep the image by another share than the one that is over."""
        over = [request for request in sound if request.ends is not None]
        if not over:
            return frozenset()
        with self._store.read() as ledger:
            return frozenset(
                item.id
                for request in over
                for item in request.items
                if item.region == image.region
                and ledger.grants.goes_on(request.ends or 0, replace(item, image_id=image.image_id), now=now)
            )

    def _read_back(self, sound: Sequence[Request], image: Image) -> Has | None:
        """Who has the image after the calls; None where that can't be read, so that a later attempt reads it."""
        lighthouse = facts.wants_lighthouse(sound, self._policies.current)
        try:
            has = facts.shares(self._cloud, image, lighthouse=lighthouse)
            return None if has is None else self._with_lighthouse(sound, has)
        except CloudError as error:
            log.warning("not_read_back", error=str(error), cloud=error.cloud_request_id)
            return None

    def _recheck(
        self, together: Sequence[Request], looked: Facts, void: Mapping[int, Finding], policy: Policy, now: datetime
    ) -> tuple[list[Request], list[Stopped]]:
        """Those that may still be done, and the others.

        :param void: by the number of a request, why its approvals don't hold
        """
        sound: list[Request] = []
        stopped: list[Stopped] = []
        with self._store.read() as ledger:
            looked = facts.lasting(looked, ledger)
            for request in together:
                if looked.image is None and elsewhere.image_of(request).is_blueprint and not policy.home.lighthouse:
                    stopped.append(Stopped(request, (switched_off(),), None, {}))  # nobody knows that it is gone
                    continue
                if looked.image is None and request.action is not Action.SHARE and request.id not in void:
                    sound.append(request)  # it is gone, as was wanted; who has a copy of it can still lose that
                    continue
                own = facts.of_request(looked, request, now)
                judgement = trust.judge(facts.remembered(own, ledger), policy)
                worse = trust.worse(request.findings, judgement.findings)
                if request.action is Action.DELETE:
                    worse = trust_deletion.unless_gone(worse)
                if request.action is Action.UNSHARE and not request.findings:  # the end of a share, or a revocation
                    worse = tuple(one for one in trust.only_fixed(worse) if one.code != LIGHTHOUSE_OFF)
                if request.id in void:
                    worse = (void[request.id], *worse)
                if worse:
                    settled = None if looked.shared_with is None else judgement.settled
                    stopped.append(Stopped(request, worse, settled, looked.image_ids))
                else:
                    sound.append(request)
        return sound, stopped

    def _call(self, action: Action, image: Image, accounts: Sequence[str], lease: str) -> Calls:
        """
        :raises LeaseLost: others may have gone on from here: one more call could undo what they did
        """
        share = action is Action.SHARE

        def call(part: Sequence[str]) -> str:
            if not self._holds(lease):
                raise LeaseLost
            if LIGHTHOUSE in part and not self._policies.current.home.lighthouse:
                off = switched_off()
                raise Refused("ModifyImageSharePermission", off.code, off.text, advice=off.remedy, about=About.ACCOUNT)
            if LIGHTHOUSE in part:
                return (self._cloud.offer if share else self._cloud.withdraw)(image.region, image.image_id)
            return (self._cloud.share if share else self._cloud.unshare)(image.region, image.image_id, part)

        calls = (self._tens if image.is_blueprint else self._halving)(call, [a for a in accounts if a != LIGHTHOUSE])
        if LIGHTHOUSE in accounts and calls.stopped is None:
            calls.add(Halving(1)(call, [LIGHTHOUSE]))
        return calls

    def _holds(self, lease: str) -> bool:
        with self._store.read() as ledger:
            return ledger.holds(lease)

    def _hold(self, together: Sequence[Request]) -> None:
        self._held |= {elsewhere.image_of(request).image_id for request in together}


def _is_told_by_the_record_alone(request: Request) -> bool:
    """Can't the cloud show afterwards that it was us who did it, or that it was done?"""
    return request.action is Action.DELETE or elsewhere.image_of(request).is_blueprint
