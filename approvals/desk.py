"""What a person can do: ask, approve, deny, cancel, retry. The only door through which a person changes a state.

A press is recorded first and judged afterwards, because judging asks the chat who somebody is. What the judging
decides, the change, the record and the messages about it are one transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from approvals import drifting, objections
from approvals.audit import NOBODY, Entry, findings_told
from approvals.copy_model import CopyState
from approvals.errors import UnknownPerson
from approvals.ledger import Ledger
from approvals.model import (
    Action,
    Asked,
    Deciders,
    Decision,
    ItemState,
    Person,
    Press,
    Request,
    SourceWord,
    State,
    Verb,
    Verdict,
)
from approvals.outbox import Outbox
from approvals.people import Directory, counted, deciders_now, roles_of, suffices
from approvals.policies import Policies
from approvals.policy import Policy
from approvals.rows import stamp
from approvals.sentences import say
from approvals.store import Store

Clock = Callable[[], datetime]

_CAME_TO_NOTHING = frozenset({State.REFUSED, State.DENIED, State.CANCELLED, State.EXPIRED, State.PARTIAL, State.FAILED})


class Desk:
    """Everything that people do goes through here.

    :param clock: gives the time, in UTC
    """

    def __init__(self, store: Store, policies: Policies, directory: Directory, *, clock: Clock) -> None:
        self._store = store
        self._policies = policies
        self._directory = directory
        self._clock = clock

    def submit(self, asked: Sequence[Asked]) -> list[int]:
        """Record requests, all or none; returns their numbers. The same delivery again returns the same numbers.

        :raises StoreError: the database can't be written; nothing was recorded
        """
        return self._store.write(lambda ledger: [self._record(ledger, one) for one in asked])

    def press(self, press: Press) -> bool:
        """Record a press, to be judged; False where this very press is known already.

        :raises StoreError: the database can't be written; nothing was recorded
        """
        return self._store.write(lambda ledger: ledger.add_press(press))

    def judge(self, press: Press, request: Request | None) -> Callable[[Ledger], str]:
        """Judge a recorded press by who the presser is now; gives what to write, which returns what came of it.

        :param request: the one pressed on, where there is one; what is written is judged by how it stands then
        :raises DirectoryError: who they are can't be told now; judge again later
        """
        if request is None or request.image is None:
            return lambda ledger: self._dismiss(ledger, press)
        policy = self._policies.current
        person = self._person(press.person_id)
        deciders = deciders_now(request, policy, self._directory)
        return lambda ledger: self._apply(ledger, press, person, deciders, policy)

    def objection(self, person_id: str, request_id: int, verb: Verb) -> str | None:
        """Why this person may not do that now; None where they may. A courtesy: the press itself is judged again.

        :raises DirectoryError: who they are can't be told now
        """
        with self._store.read() as ledger:
            request = ledger.request(request_id)
        if request is None or request.image is None:
            return "unknown_request"
        policy = self._policies.current
        person = self._person(person_id)
        deciders = deciders_now(request, policy, self._directory)
        return objections.against(verb, person, request, deciders, policy, self._clock())

    def _person(self, person_id: str) -> Person:
        try:
            return self._directory.person(person_id)
        except UnknownPerson:
            return Person(person_id, person_id, may_act=False, why_not=say("Slack doesn't know them."))

    def _record(self, ledger: Ledger, asked: Asked) -> int:
        now = self._clock()
        request_id = ledger.add_request(asked, now=now)
        if request_id is None:
            return ledger.number_of(asked.key)
        detail: dict[str, object] = {
            "action": asked.action,
            "image": asked.image_ref,
            "regions": list(asked.regions),
            "accounts": "all" if asked.everyone else [target.account for target in asked.targets],
            "reason": asked.reason,
        } | ({"snapshots": True} if asked.snapshots else {})
        if asked.term.lasts is not None:
            detail["seconds"] = int(asked.term.lasts.total_seconds())
        if asked.term.day is not None:
            detail["day"] = asked.term.day.isoformat()
        ledger.add_audit(Entry(now, "asked", asked.requester, request_id, detail))
        return request_id

    def _dismiss(self, ledger: Ledger, press: Press) -> str:
        now = self._clock()
        if ledger.set_judged(press, "unknown_request", now=now):
            person = Person(press.person_id, press.person_id)
            detail = {"verb": press.verb, "request": press.request_id, "why": "unknown_request"}
            ledger.add_audit(Entry(now, "press_refused", person, None, detail))
        return "unknown_request"

    def _apply(self, ledger: Ledger, press: Press, person: Person, deciders: Deciders, policy: Policy) -> str:
        now = self._clock()
        request = ledger.request(press.request_id)
        assert request is not None  # noqa: S101  requests are never deleted
        objection = objections.against(press.verb, person, request, deciders, policy, press.at)
        outcome = objection or press.verb.value
        if not ledger.set_judged(press, outcome, now=now):
            return "judged_already"
        if press.verb is Verb.APPROVE and not objection and deciders != request.deciders:
            request = replace(request, deciders=deciders)  # whose word is still wanted is told by who may decide now
            ledger.set_deciders(request)
        outbox = Outbox(ledger, request, channel=policy.home.channel, now=now)
        if objection:
            detail: dict[str, object] = {"verb": press.verb, "why": objection}
            ledger.add_audit(Entry(now, "press_refused", person, request.id, detail))
            outbox.reply(objection, to=press.reply_to, person_id=person.id, verb=press.verb)
            return outcome
        match press.verb:
            case Verb.APPROVE:
                self._approve(ledger, outbox, request, person, deciders, now)
            case Verb.DENY:
                self._deny(ledger, outbox, request, person, deciders, press.reason, now)
            case Verb.CANCEL:
                self._close(ledger, outbox, request, person, State.CANCELLED, now)
            case Verb.RETRY:
                self._retry(ledger, outbox, request, person, now)
            case Verb.ASK_AGAIN:
                self._ask_again(ledger, outbox, request, person, press, now)
            case Verb.REMOVE_COPY:
                self._remove_copies(ledger, outbox, request, person, now)
            case Verb.END_NOW:
                self._end_now(ledger, outbox, request, person, now)
            case _:
                self._settle_drift(ledger, outbox, request, person, press, now)
        return outcome

    def _approve(
        self, ledger: Ledger, outbox: Outbox, request: Request, person: Person, deciders: Deciders, now: datetime
    ) -> None:
        decision = Decision(person, roles_of(person.id, deciders), Verdict.APPROVE, now)
        ledger.add_decision(request.id, decision)
        met = suffices([*request.decisions, decision], deciders)
        counting = {one.person.id for one in counted(request.decisions, deciders)}
        without = [one.person.id for one in request.decisions if one.person.id not in {*counting, person.id}]
        until = now + request.term.lasts if met and request.term.lasts is not None else None
        detail = {
            "roles": sorted(decision.roles),
            "enough": met,
            "findings": findings_told(request.findings),
            **({"until": stamp(until)} if until else {}),
            **({"without": without} if without else {}),
        }
        ledger.add_audit(Entry(now, "approved", person, request.id, detail))
        outbox.thread("approved", person=person.id, roles=" ".join(sorted(decision.roles)))
        if met:
            ledger.move(request.id, State.PENDING, State.APPROVED, now=now)
        if until is not None:
            ledger.set_until(request.id, until)
        if met and request.action.is_about_source:
            self._settle_source(ledger, outbox, request, now)
        outbox.card()

    def _settle_source(self, ledger: Ledger, outbox: Outbox, request: Request, now: datetime) -> None:
        """It needs nothing of the cloud, so it is true from now on."""
        (item,) = request.items
        trusted = request.action is Action.TRUST
        ledger.sources.add(SourceWord(item.target.account, trusted, request.id, now))
        ledger.set_item(replace(item, state=ItemState.DONE), now=now)
        ledger.move(request.id, State.APPROVED, State.EXECUTING, now=now)
        ledger.move(request.id, State.EXECUTING, State.DONE, now=now)
        detail = {"account": item.target.account, "trusted": trusted}
        ledger.add_audit(Entry(now, State.DONE.value, NOBODY, request.id, detail))
        outbox.thread("ended", state=State.DONE.value)
        outbox.end()

    def _deny(
        self,
        ledger: Ledger,
        outbox: Outbox,
        request: Request,
        person: Person,
        deciders: Deciders,
        reason: str,
        now: datetime,
    ) -> None:
        ledger.add_decision(request.id, Decision(person, roles_of(person.id, deciders), Verdict.DENY, now, reason))
        self._close(ledger, outbox, request, person, State.DENIED, now, reason)
        outbox.end()

    def _close(
        self,
        ledger: Ledger,
        outbox: Outbox,
        request: Request,
        person: Person,
        after: State,
        now: datetime,
        reason: str = "",
    ) -> None:
        ledger.move(request.id, State.PENDING, after, now=now)
        ledger.add_audit(Entry(now, after.value, person, request.id, {"reason": reason}))
        outbox.thread(after.value, person=person.id, reason=reason)
        outbox.card()

    def _retry(self, ledger: Ledger, outbox: Outbox, request: Request, person: Person, now: datetime) -> None:
        ledger.reset_items(request.id, now=now)
        ledger.move(request.id, request.state, State.APPROVED, now=now)
        ledger.add_audit(Entry(now, "retried", person, request.id, {}))
        outbox.thread("retried", person=person.id)
        outbox.card()

    def _ask_again(
        self, ledger: Ledger, outbox: Outbox, request: Request, person: Person, press: Press, now: datetime
    ) -> None:
        """Ask anew for what failed or expired, in the name of who asked first.

        Whoever presses while that may come to something, or has, is told the number of the same new request.
        """
        assert request.image is not None  # noqa: S101  what failed or expired was checked before
        asked = Asked(
            _key_anew(ledger, request.id),
            request.action,
            request.image.image_id,
            request.regions,
            () if request.everyone else objections.to_ask_again(request),
            request.reason,
            request.requester,
            request.requester.id,
            request.everyone,
            request.snapshots,
            request.term,
        )
        new = self._record(ledger, asked)
        ledger.add_audit(Entry(now, "asked_again", person, request.id, {"as": new}))
        outbox.thread("asked_again", person=person.id, number=str(new))
        outbox.reply("asked_again", to=press.reply_to, person_id=person.id, number=str(new))

    def _remove_copies(self, ledger: Ledger, outbox: Outbox, request: Request, person: Person, now: datetime) -> None:
        for copy in objections.removable(request):
            removing = replace(copy, state=CopyState.REMOVING, changed_at=now, not_before=now)
            ledger.copies.set(copy, removing, lease=None)
            detail = {"copy": copy.image_id, "region": copy.region, "name": copy.name}
            ledger.add_audit(Entry(now, "copy_removing", person, request.id, detail))
            outbox.thread("copy_removing", person=person.id, copy=copy.image_id, region=copy.region)
        outbox.card()

    def _end_now(self, ledger: Ledger, outbox: Outbox, request: Request, person: Person, now: datetime) -> None:
        """Nobody need agree: who asked wanted no more than a time, and who owns it may always take it back."""
        if ledger.grants.end_now(request.id, now=now):
            ledger.add_audit(Entry(now, "ended_early", person, request.id, {}))
            outbox.thread("ended_early", person=person.id)
            outbox.card()

    def _settle_drift(
        self, ledger: Ledger, outbox: Outbox, request: Request, person: Person, press: Press, now: datetime
    ) -> None:
        number, channel = None, self._policies.current.home.channel
        match press.verb:
            case Verb.ADOPT:
                drifting.adopt(ledger, request, person, press.reason, home=ledger.home(), now=now)
            case Verb.REVOKE:
                number = drifting.revoke(ledger, request, person, now=now)
            case Verb.SHARE_AGAIN:
                number = drifting.share_again(ledger, request, person, press.reply_to, channel, now=now)
            case _:
                drifting.close(ledger, request, person, channel, now=now)
        new = {"number": str(number)} if number is not None else {}
        outbox.thread(f"drift_{press.verb}", person=person.id, reason=press.reason, **new)
        outbox.card()


def _key_anew(ledger: Ledger, request_id: int) -> str:
    """Under which a request is asked for again; where that came to nothing, under which that one is, and so on."""
    key = f"again:{request_id}"
    while (last := ledger.request_under(key)) is not None and last.state in _CAME_TO_NOTHING:
        key = f"again:{last.id}"
    return key
