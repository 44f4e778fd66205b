"""The sweep that checks new requests: asks the cloud, judges, and asks the owners or tells the requester why not."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import structlog

from approvals import facts, trust
from approvals.attention import attend_at
from approvals.audit import NOBODY, Entry, findings_told
from approvals.cloud import Cloud, Image
from approvals.errors import AuthFailed, CloudError, DirectoryError, Refused, UnknownPerson, WrongAccount
from approvals.findings import found
from approvals.home import HomeAccount
from approvals.ledger import Ledger
from approvals.model import Action, Deciders, Finding, ItemState, Person, Request, State
from approvals.outbox import Outbox, alarm
from approvals.pace import later
from approvals.people import Directory, can_be_met, deciders_of, guardians_of, unknown_owners
from approvals.policies import Policies
from approvals.policy import Policy
from approvals.recording import Effect, Task, record_each
from approvals.rows import stamp
from approvals.sentences import say
from approvals.store import Store
from approvals.trust import Judgement
from approvals.trust_facts import Facts
from approvals.trust_source import about_source, stands_for

_TOGETHER = 8  # requests checked side by side: a slow cloud holds up few
_NEVER = datetime.max.replace(tzinfo=UTC)
_SOON = timedelta(minutes=1)  # so that mended credentials are soon noticed

log = structlog.get_logger()


class Checker:
    """Checks requests in state ``checking``. Reads the cloud, changes nothing in it: repeating it is harmless.

    So nothing here waits for the disk: what a loss of power undoes is checked again.
    """

    def __init__(self, store: Store, cloud: Cloud, policies: Policies, directory: Directory, home: HomeAccount) -> None:
        self._store = store
        self._cloud = cloud
        self._policies = policies
        self._directory = directory
        self._home = home
        self._pool = ThreadPoolExecutor(_TOGETHER, thread_name_prefix="check")

    def sweep(self, now: datetime) -> int:
        """Check what is due; returns how many requests were looked at."""
        with self._store.read() as ledger:
            due = ledger.to_check(now, _TOGETHER)
        tasks = [
            Task(
                {"request": request.id},
                partial(self._check, request, now),
                self._put_off(request, later(now, request.attempts), now),
            )
            for request in due
        ]
        record_each(self._store, self._pool, tasks, durable=False, on_fault="check_failed")
        return len(due)

    def judge(self, request: Request) -> tuple[Judgement, Deciders | None]:
        """What the checks find of what is asked now, and who would decide: nobody where they block it. Nothing is
        stored.

        :raises CloudError: the cloud can't be asked now
        :raises WrongAccount: the credentials belong to another account than the policy's
        :raises DirectoryError: it can't be told now who would decide
        """
        return self._judge(request, self._policies.current, request.asked_at)

    def close(self) -> None:
        self._pool.shutdown()

    def _judge(self, request: Request, policy: Policy, now: datetime) -> tuple[Judgement, Deciders | None]:
        if request.action.is_about_source:
            return self._judge_source(request, policy)
        try:
            looked = self._look(request, policy, now)
        except Refused as error:
            return Judgement(None, (_refused_by_cloud(error),)), None
        judgement = trust.judge(looked, policy)
        image = judgement.image
        if image is None or judgement.blocked:
            return judgement, None
        unknown = trust.weighed(_unknown_owners(image, policy, self._directory), policy)
        judgement = replace(judgement, findings=(*judgement.findings, *unknown))
        deciders = deciders_of(
            image,
            requester_id=request.requester.id,
            guardian_needed=judgement.needs_guardian,
            policy=policy,
            directory=self._directory,
        )
        if judgement.blocked or can_be_met(deciders):
            return judgement, None if judgement.blocked else deciders
        finding = _nobody(image, deciders, policy)
        return replace(judgement, findings=(finding, *judgement.findings)), None

    def _judge_source(self, request: Request, policy: Policy) -> tuple[Judgement, Deciders | None]:
        with self._store.read() as ledger:
            words = ledger.sources.words()
        findings = trust.weighed(about_source(request, self._home.id(), policy, words), policy)
        judgement = Judgement(stands_for(request.targets[0]), findings)
        if judgement.blocked:
            return judgement, None
        deciders = guardians_of(requester_id=request.requester.id, policy=policy, directory=self._directory)
        if can_be_met(deciders):
            return judgement, deciders
        text = say("a guardian must agree to that, and there is nobody else who could.")
        finding = found("nobody_can_decide", text, say("An admin can name guardians in the policy."))
        return replace(judgement, findings=(finding, *findings)), None

    def _look(self, request: Request, policy: Policy, now: datetime) -> Facts:
        lighthouse = facts.wants_lighthouse([request], policy)
        looked = facts.gather(self._cloud, policy, request, home=self._home.id(), lighthouse=lighthouse, now=now)
        with self._store.read() as ledger:
            looked = facts.remembered(looked, ledger)
            copies = ledger.copies.of(looked.image) if looked.image else []
        regions = request.regions
        if request.everyone and looked.image and not regions:  # in every region in which it is
            regions = (looked.image.region, *(copy.region for copy in copies if copy.is_open or copy.is_ready))
            looked = replace(looked, regions=tuple(dict.fromkeys(regions)))
        room = request.action is Action.SHARE
        looked = facts.placed(
            looked,
            self._cloud,
            policy,
            copies,
            regions,
            room=room,
            lighthouse=lighthouse,
            attempts=request.attempts,
        )
        looked = facts.viewed_by_lighthouse(looked, self._cloud, lighthouse=lighthouse)
        with self._store.read() as ledger:
            looked = facts.staying(facts.lasting(looked, ledger), copies, ledger)
        return facts.of_everyone(looked, policy) if request.everyone else looked

    def _check(self, request: Request, now: datetime) -> Effect:
        policy = self._policies.current
        try:
            requester = self._directory.person(request.requester.id)
        except UnknownPerson:
            requester = replace(request.requester, may_act=False, why_not=say("Slack doesn't know who asked."))
        except DirectoryError as error:
            return self._postpone(request, error, now)
        request = replace(request, requester=requester)
        if not requester.may_act:
            return self._refuse(request, Judgement(None, (_may_not_ask(requester),)), policy, now)
        try:
            judgement, deciders = self._judge(request, policy, now)
        except (CloudError, WrongAccount, DirectoryError) as error:
            return self._postpone(request, error, now)
        if judgement.blocked:
            return self._refuse(request, judgement, policy, now)
        return lambda ledger: self._ask(ledger, request, judgement, deciders, policy, now)

    def _ask(
        self,
        ledger: Ledger,
        request: Request,
        judgement: Judgement,
        deciders: Deciders | None,
        policy: Policy,
        now: datetime,
    ) -> None:
        if not self._checked(ledger, request, judgement, deciders, State.PENDING, policy, now):
            return
        assert judgement.image is not None  # noqa: S101  without one it is blocked
        if request.everyone:
            elsewhere = set(judgement.regions) - {judgement.image.region}
            ledger.enlist(request.id, judgement.regions if elsewhere else request.regions, judgement.affected)
        ledger.place_items(request.id, judgement.image.region, now=now)
        for item in request.items:
            region = item.region or judgement.image.region
            if (item.target.account, region) in judgement.settled:
                settled = replace(item, region=region, state=ItemState.ALREADY)
                ledger.set_item(settled, now=now)
        outbox = Outbox(ledger, replace(request, deciders=deciders), channel=policy.home.channel, now=now)
        outbox.card()
        outbox.thread("asked")
        outbox.reply("asked", to=request.reply_to, person_id=request.requester.id)

    def _refuse(self, request: Request, judgement: Judgement, policy: Policy, now: datetime) -> Effect:
        def work(ledger: Ledger) -> None:
            if self._checked(ledger, request, judgement, None, State.REFUSED, policy, now):
                outbox = Outbox(ledger, request, channel=policy.home.channel, now=now)
                outbox.reply("refused", to=request.reply_to, person_id=request.requester.id)
                for finding in judgement.findings:
                    if finding.code == "lighthouse_role_missing":  # an operator's job, once
                        told = {"message": finding.text, "advice": finding.remedy}
                        alarm(ledger, policy.home.admins, "lighthouse_role", told, now=now)

        return work

    def _checked(
        self,
        ledger: Ledger,
        request: Request,
        judgement: Judgement,
        deciders: Deciders | None,
        after: State,
        policy: Policy,
        now: datetime,
    ) -> bool:
        term = request.term.within(policy.longest) if request.action is Action.SHARE else request.term
        until = term.until(now, request.requester.time_zone) if term.day else None
        decide_by = min(now + policy.rules.decide_within, until or _NEVER)
        first = ledger.checked(
            request.id,
            after,
            now=now,
            home=self._home.known,
            image=judgement.image,
            findings=judgement.findings,
            deciders=deciders,
            decide_by=decide_by,
            attend_at=attend_at(now, decide_by, 0, deciders, policy.rules),
            requester_name=request.requester.name,
            term=term,
            until=until,
        )
        if not first:
            return False
        detail: dict[str, object] = {
            "findings": findings_told(judgement.findings),
            "image": judgement.image.image_id if judgement.image else None,
        }
        if deciders is not None:
            detail |= {"owners": list(deciders.owner_ids), "guardians": list(deciders.guardian_ids)}
        if request.everyone:
            detail["accounts"] = sorted({one.target.account for one in judgement.affected if one.target.account})
        if until is not None:
            detail["until"] = stamp(until)
        event = "refused" if after is State.REFUSED else "checked"
        ledger.add_audit(Entry(now, event, NOBODY, request.id, detail))
        return True

    def _postpone(self, request: Request, error: Exception, now: datetime) -> Effect:
        cloud = error.cloud_request_id if isinstance(error, CloudError) else ""
        log.warning("check_postponed", attempts=request.attempts, error=str(error), cloud=cloud)
        until = later(now, request.attempts)
        if isinstance(error, AuthFailed | WrongAccount):  # an operator mends it, at any time
            until = min(until, now + _SOON)
        return self._put_off(request, until, now)

    def _put_off(self, request: Request, until: datetime, now: datetime) -> Effect:
        def work(ledger: Ledger) -> None:
            first = request.attempts == 0
            if ledger.postpone(request, until=until) and first:
                outbox = Outbox(ledger, request, channel=self._policies.current.home.channel, now=now)
                outbox.reply("delayed", to=request.reply_to, person_id=request.requester.id)

        return work


def _may_not_ask(requester: Person) -> Finding:
    return found(
        "requester_may_not_ask",
        say("you can't ask for this: {why_not}", why_not=requester.why_not),
        say("Ask a colleague who is a member here to ask."),
    )


def _refused_by_cloud(error: Refused) -> Finding:
    return found(
        "cloud_refused",
        say("the cloud says: {message} ({code}).", message=error.message, code=error.code),
        error.advice,
    )


def _unknown_owners(image: Image, policy: Policy, directory: Directory) -> Iterator[Finding]:
    for principal in unknown_owners(image, policy, directory):
        yield found(
            "owner_unknown",
            say(
                "{principal} is named as an owner of {name}, and Slack knows nobody of that id or address.",
                principal=principal,
                name=image.name,
            ),
            say("An admin can correct it in the policy, or whoever tags the image in its owner tag."),
        )


def _nobody(image: Image, deciders: Deciders, policy: Policy) -> Finding:
    name = image.name
    if deciders.guardian_needed and len(deciders.owner_ids) >= deciders.approvals:
        text = say("{name} needs a guardian's agreement too, and there is nobody who could give it.", name=name)
        remedy = say("An admin can name guardians in the policy.")
    elif not policy.owners_of(image):
        text, remedy = say("nobody owns {name} in the policy.", name=name), say("An admin can name its owners there.")
    else:
        text = say(
            "{name} needs {approvals} of its owners, and {count} could decide.",
            name=name,
            approvals=deciders.approvals,
            count=_count(len(deciders.owner_ids)),
        )
        remedy = say("You can't decide about your own request; an admin can name more owners in the policy.")
    return found("nobody_can_decide", text, remedy)


def _count(number: int) -> str:
    return say("none but you") if number == 0 else say("only {number}", number=number)
