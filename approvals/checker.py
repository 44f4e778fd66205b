"""The sweep that checks new requests: asks the cloud, judges, and asks the owners or tells the requester why not."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from approvals import facts, trust
from approvals.audit import NOBODY, Entry
from approvals.cloud import Cloud
from approvals.errors import AuthFailed, CloudError, DirectoryError, Refused, UnknownPerson, WrongAccount
from approvals.home import HomeAccount
from approvals.ledger import Ledger
from approvals.model import Deciders, Finding, ItemState, Level, Person, Request, State
from approvals.outbox import Outbox
from approvals.pace import later
from approvals.people import Directory, can_be_met, deciders_of
from approvals.policy import Policy
from approvals.store import Store
from approvals.trust import Judgement

_TOGETHER = 8  # requests checked side by side: a slow cloud holds up few
_SOON = timedelta(minutes=1)  # so that mended credentials are soon noticed

log = structlog.get_logger()


class Checker:
    """Checks requests in state ``checking``. Reads the cloud, changes nothing in it: repeating it is harmless.

    So nothing here waits for the disk: what a loss of power undoes is checked again.
    """

    def __init__(self, store: Store, cloud: Cloud, policy: Policy, directory: Directory, home: HomeAccount) -> None:
        self._store = store
        self._cloud = cloud
        self._policy = policy
        self._directory = directory
        self._home = home
        self._pool = ThreadPoolExecutor(_TOGETHER, thread_name_prefix="check")

    def sweep(self, now: datetime) -> int:
        """Check what is due; returns how many requests were looked at."""
        with self._store.read() as ledger:
            due = ledger.to_check(now, _TOGETHER)
        if len(due) == 1:
            self._check(due[0], now)
        else:
            list(self._pool.map(lambda request: self._check(request, now), due))
        return len(due)

    def judge(self, request: Request) -> tuple[Judgement, Deciders | None]:
        """What the checks find, and who would decide: nobody where they block it. Nothing is stored.

        :raises CloudError: the cloud can't be asked now
        :raises WrongAccount: the credentials belong to another account than the policy's
        :raises DirectoryError: it can't be told now who would decide
        """
        try:
            found = facts.gather(self._cloud, self._policy, request, home=self._home.id())
        except Refused as error:
            return Judgement(None, (_refused_by_cloud(error),)), None
        judgement = trust.judge(found, self._policy)
        if judgement.blocked:
            return judgement, None
        deciders = self._deciders(request, judgement)
        if can_be_met(deciders):
            return judgement, deciders
        finding = _nobody(judgement, deciders, self._policy)
        return replace(judgement, findings=(finding, *judgement.findings)), None

    def close(self) -> None:
        self._pool.shutdown()

    def _check(self, request: Request, now: datetime) -> None:
        try:
            requester = self._directory.person(request.requester.id)
        except UnknownPerson:
            requester = replace(request.requester, may_act=False, why_not="Slack doesn't know who asked.")
        except DirectoryError as error:
            self._postpone(request, error, now)
            return
        request = replace(request, requester=requester)
        if not requester.may_act:
            self._refuse(request, Judgement(None, (_may_not_ask(requester),)), now)
            return
        try:
            judgement, deciders = self.judge(request)
        except (CloudError, WrongAccount, DirectoryError) as error:
            self._postpone(request, error, now)
            return
        if judgement.blocked:
            self._refuse(request, judgement, now)
        else:
            self._store.write(lambda ledger: self._ask(ledger, request, judgement, deciders, now), durable=False)

    def _deciders(self, request: Request, judgement: Judgement) -> Deciders:
        assert judgement.image is not None  # noqa: S101  without one it is blocked
        return deciders_of(
            judgement.image,
            requester_id=request.requester.id,
            guardian_needed=judgement.needs_guardian,
            policy=self._policy,
            directory=self._directory,
        )

    def _ask(
        self, ledger: Ledger, request: Request, judgement: Judgement, deciders: Deciders | None, now: datetime
    ) -> None:
        if not self._checked(ledger, request, judgement, deciders, State.PENDING, now):
            return
        assert judgement.image is not None  # noqa: S101  without one it is blocked
        ledger.place_items(request.id, judgement.image.region, now=now)
        for item in request.items:
            if item.target.account in judgement.settled:
                settled = replace(item, region=judgement.image.region, state=ItemState.ALREADY)
                ledger.set_item(settled, now=now)
        outbox = Outbox(ledger, replace(request, deciders=deciders), channel=self._policy.home.channel, now=now)
        outbox.card()
        outbox.thread("asked")
        outbox.reply("asked", to=request.reply_to, person_id=request.requester.id)

    def _refuse(self, request: Request, judgement: Judgement, now: datetime) -> None:
        def work(ledger: Ledger) -> None:
            if self._checked(ledger, request, judgement, None, State.REFUSED, now):
                outbox = Outbox(ledger, request, channel=self._policy.home.channel, now=now)
                outbox.reply("refused", to=request.reply_to, person_id=request.requester.id)

        self._store.write(work, durable=False)

    def _checked(
        self,
        ledger: Ledger,
        request: Request,
        judgement: Judgement,
        deciders: Deciders | None,
        after: State,
        now: datetime,
    ) -> bool:
        first = ledger.checked(
            request.id,
            after,
            now=now,
            home=self._home.known,
            image=judgement.image,
            findings=judgement.findings,
            deciders=deciders,
            decide_by=now + self._policy.rules.decide_within,
            requester_name=request.requester.name,
        )
        if not first:
            return False
        detail = {
            "findings": [f"{finding.level}:{finding.code}" for finding in judgement.findings],
            "image": judgement.image.image_id if judgement.image else None,
        }
        event = "refused" if after is State.REFUSED else "checked"
        ledger.add_audit(Entry(now, event, NOBODY, request.id, detail))
        return True

    def _postpone(self, request: Request, error: Exception, now: datetime) -> None:
        log.warning("check_postponed", request=request.id, attempts=request.attempts, error=str(error))
        until = later(now, request.attempts)
        if isinstance(error, AuthFailed | WrongAccount):  # an operator mends it, at any time
            until = min(until, now + _SOON)

        def work(ledger: Ledger) -> None:
            first = request.attempts == 0
            if ledger.postpone(request, until=until) and first:
                outbox = Outbox(ledger, request, channel=self._policy.home.channel, now=now)
                outbox.reply("delayed", to=request.reply_to, person_id=request.requester.id)

        self._store.write(work, durable=False)


def _may_not_ask(requester: Person) -> Finding:
    return Finding(
        "requester_may_not_ask",
        Level.BLOCK,
        f"you can't ask for this: {requester.why_not}",
        "Ask a colleague who is a member here to ask.",
    )


def _refused_by_cloud(error: Refused) -> Finding:
    return Finding("cloud_refused", Level.BLOCK, f"the cloud says: {error.message} ({error.code}).", error.advice)


def _nobody(judgement: Judgement, deciders: Deciders, policy: Policy) -> Finding:
    assert judgement.image is not None  # noqa: S101  without one it is blocked
    name = judgement.image.name
    if deciders.guardian_needed and len(deciders.owner_ids) >= deciders.approvals:
        text = f"{name} needs a guardian's agreement too, and there is nobody who could give it."
        remedy = "An admin can name guardians in the policy."
    elif not policy.owners_of(judgement.image):
        text, remedy = f"nobody owns {name} in the policy.", "An admin can name its owners there."
    else:
        text = f"{name} needs {deciders.approvals} of its owners, and {_count(len(deciders.owner_ids))} could decide."
        remedy = "You can't decide about your own request; an admin can name more owners in the policy."
    return Finding("nobody_can_decide", Level.BLOCK, text, remedy)


def _count(number: int) -> str:
    return "none but you" if number == 0 else f"only {number}"
