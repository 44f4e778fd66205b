"""The whole desk against a simple model of it, through whatever people, time and a failing cloud do to it.

The model has no storage, no leases and no messages: it only knows the rules as the design tells them.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
)

from approvals.errors import OutcomeUnknown, PutOff, Throttled, Unavailable
from approvals.leases import LEASE
from approvals.model import Action, Item, State, Verb
from tests.approvals.fake_cloud import GUANGZHOU, Crash, FakeCloud, Unforeseen, image
from tests.approvals.house import DATA, GUS, LAB, LIN, MEI, OMAR, SARA, STRANGER, House
from tests.approvals.record import broken_lines

IMAGES = {"base-2026": "img-base0001", "web-2026": "img-web00001"}
ACCOUNTS = [DATA, LAB, STRANGER]
DECIDE_WITHIN = timedelta(days=3)
PATIENCE = timedelta(minutes=6)  # more than the longest pause between two attempts
UNDERWAY = (State.APPROVED, State.EXECUTING)
VERBS = (Verb.APPROVE, Verb.DENY, Verb.CANCEL, Verb.RETRY, Verb.REMOVE_COPY)
EXECUTED = (State.DONE, State.PARTIAL, State.FAILED)

# Where the cloud or the process fails within one attempt: the method, how, and whether after the effect.
FAULTS = [
    None,
    ("images_by_id", Unavailable, False),
    ("shared_with", Throttled, False),
    ("change", Throttled, False),
    ("change", OutcomeUnknown, False),
    ("change", OutcomeUnknown, True),
    ("change", Crash, False),
    ("change", Crash, True),
    ("images_by_id", Unforeseen, False),
    ("change", Unforeseen, False),
    ("change", Unforeseen, True),
]


@dataclass
class Told:
    """A request as the model knows it."""

    number: int
    image: str
    action: Action
    accounts: tuple[str, ...]
    requester: str
    state: State = State.CHECKING
    approved_by: set[str] = field(default_factory=set)
    deadline: datetime | None = None
    retry_until: datetime | None = None
    lease_until: datetime | None = None
    turn: int = 0
    ends: int = 0

    @property
    def guardian_needed(self) -> bool:
        return self.action is Action.SHARE and STRANGER in self.accounts and self.state is not State.REFUSED

    @property
    def owners(self) -> set[str]:
        return {LIN, OMAR} - {self.requester}

    @property
    def guardians(self) -> set[str]:
        return {SARA} if self.guardian_needed else set()

    def agreed(self) -> bool:
        return bool(self.approved_by & self.owners) and self.guardians <= self.approved_by

    def answer(self, person: str, verb: Verb, now: datetime) -> str:
        """What a press must come to."""
        if self.state is State.CHECKING:
            return "unknown_request"
        if person == GUS:
            return "may_not_act"
        if verb is Verb.CANCEL:
            if person != self.requester:
                return "not_the_requester"
        elif person not in self.owners | self.guardians:
            return "own_request" if person == self.requester else "not_a_decider"
        if verb is Verb.REMOVE_COPY:
            return "nothing_to_remove"  # the model knows one region
        if verb is Verb.RETRY:
            if self.state not in (State.FAILED, State.PARTIAL):
                return "nothing_to_retry"
            return "too_late_to_retry" if self.retry_until and now >= self.retry_until else "retry"
        if self.state is not State.PENDING:
            return "not_pending"
        if self.deadline is not None and now >= self.deadline:
            return "too_late"
        if verb is Verb.APPROVE and person in self.approved_by:
            return "voted_already"
        return verb.value


class DeskMachine(RuleBasedStateMachine):
    asked = Bundle("asked")

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        cloud = FakeCloud(*(image(image_id, name) for name, image_id in IMAGES.items()))
        self.house = House(Path(self.folder.name) / "desk.db", cloud=cloud)
        self.requests: list[Told] = []
        self.before: dict[str, set[str]] = {}
        self.shared: dict[str, set[str]] = {}
        self.granted: dict[str, set[str]] = {name: set() for name in IMAGES}
        self.ends_told: Counter[int] = Counter()
        self.turns = 0

    def teardown(self) -> None:
        lines = self.house.rows("SELECT * FROM audit ORDER BY seq")
        self.house.close()
        self.folder.cleanup()
        assert broken_lines(lines) == []

    @initialize(target=asked, had=st.sets(st.sampled_from(ACCOUNTS), min_size=1), requester=st.sampled_from([MEI, LIN]))
    def begin(self, had: set[str], requester: str) -> MultipleResults[Told]:
        """Some have an image, and two requests wait for the owners."""
        self.house.cloud.give(had)
        self.before = {"base-2026": set(had), "web-2026": set()}
        self.shared = {name: set(accounts) for name, accounts in self.before.items()}
        return multiple(
            self.asked_for("base-2026", Action.UNSHARE, sorted(had), requester, at_once=False),
            self.asked_for("web-2026", Action.SHARE, ACCOUNTS, requester, at_once=True),
        )

    @rule(
        target=asked,
        image=st.sampled_from(list(IMAGES)),
        action=st.sampled_from([Action.SHARE, Action.UNSHARE]),
        accounts=st.lists(st.sampled_from(ACCOUNTS), min_size=1, unique=True),
        requester=st.sampled_from([MEI, LIN]),
        at_once=st.sampled_from([True, True, False]),
    )
    def ask(self, image: str, action: Action, accounts: list[str], requester: str, at_once: bool) -> Told:
        return self.asked_for(image, action, accounts, requester, at_once=at_once)

    def asked_for(self, image: str, action: Action, accounts: list[str], requester: str, *, at_once: bool) -> Told:
        number = self.house.ask(*accounts, image=image, action=action, by=requester)
        self.requests.append(Told(number, image, action, tuple(accounts), requester))
        if at_once:
            self.check(fails=False)
        return self.requests[-1]

    @rule(fails=st.booleans())
    def check(self, fails: bool) -> None:
        waiting = [one for one in self.requests if one.state is State.CHECKING]
        if fails:
            self.house.cloud.fail("images_by_name", *[Unavailable("action", "Code", "a sentence")] * len(waiting))
        while self.house.check():
            pass
        self.house.cloud.heal()
        self.house.clock.advance(seconds=PATIENCE.total_seconds() if fails else 0)
        for one in [] if fails else waiting:
            has = self.house.cloud.has(IMAGES[one.image])
            wanted = one.action is Action.SHARE
            needed = [account for account in one.accounts if (account in has) is not wanted]
            one.state = State.PENDING if needed else State.REFUSED
            one.deadline = self.house.request(one.number).decide_by
            assert one.deadline is not None
            assert self.house.clock.now - timedelta(seconds=1) < one.deadline - DECIDE_WITHIN <= self.house.clock.now

    @rule(
        one=asked,
        person=st.sampled_from([MEI, LIN, OMAR, SARA, GUS]),
        verb=st.sampled_from(VERBS),
    )
    def press(self, one: Told, person: str, verb: Verb) -> None:
        expected = one.answer(person, verb, self.house.clock.now + timedelta(milliseconds=1))
        assert self.house.press(one.number, person, verb) == expected
        match expected:
            case "approve":
                one.approved_by.add(person)
                if one.agreed():
                    self.approve(one)
            case "deny":
                one.state, one.ends = State.DENIED, one.ends + 1
            case "cancel":
                one.state = State.CANCELLED
            case "retry":
                self.approve(one)

    @rule(one=asked, verb=st.sampled_from([Verb.APPROVE, Verb.DENY, Verb.CANCEL, Verb.RETRY]))
    def press_as_who_may(self, one: Told, verb: Verb) -> None:
        self.press(one, one.requester if verb is Verb.CANCEL else OMAR, verb)

    @rule(one=asked)
    def everybody_approves(self, one: Told) -> None:
        for person in (OMAR, LIN, SARA):
            self.press(one, person, Verb.APPROVE)

    def approve(self, one: Told) -> None:
        self.turns += 1
        one.state, one.turn = State.APPROVED, self.turns

    @rule(fault=st.sampled_from(FAULTS), bad=st.sets(st.sampled_from(ACCOUNTS), max_size=1))
    def execute(self, fault: tuple[str, type[BaseException], bool] | None, bad: set[str]) -> None:
        self.house.cloud.bad = bad
        if fault:
            where, kind, after_effect = fault
            for method in ("share", "unshare") if where == "change" else (where,):
                self.house.cloud.fail(method, kind("action", "Code", "a sentence"), after_effect=after_effect)
        try:
            self.house.execute()
        except PutOff:
            pass
        except Crash:
            for one in self.requests:
                if self.house.request(one.number).state is State.EXECUTING and one.state is State.APPROVED:
                    one.state, one.lease_until = State.EXECUTING, self.house.clock.now + LEASE
        self.house.cloud.heal()
        self.house.cloud.bad = set()
        self.see_what_ended()

    def see_what_ended(self) -> None:
        for one in self.requests:
            found = self.house.request(one.number)
            if one.state is State.APPROVED and found.state in EXECUTED:
                one.state, one.ends = found.state, one.ends + 1
                assert self.house.clock.now - timedelta(seconds=1) < found.changed_at <= self.house.clock.now
                one.retry_until = found.changed_at + DECIDE_WITHIN
                for item in found.items:
                    self.settle(one, item)
                assert not [other for other in self.requests if self.overtaken(one, other)]

    def settle(self, one: Told, item: Item) -> None:
        account, shares = item.target.account, one.action is Action.SHARE
        if item.state == "failed":
            assert one.state is not State.DONE
            return
        assert item.state in ("done", "already")
        assert (account in self.house.cloud.has(IMAGES[one.image])) is shares
        (self.shared[one.image].add if shares else self.shared[one.image].discard)(account)
        if shares or item.state == "done":  # whoever had it already has it by this request, too
            (self.granted[one.image].add if shares else self.granted[one.image].discard)(account)

    def overtaken(self, one: Told, other: Told) -> bool:
        rival = other.image == one.image and other.action is not one.action
        return rival and other.state in UNDERWAY and other.turn < one.turn

    @rule()
    def time_out(self) -> None:
        self.house.time_out()
        now = self.house.clock.now
        for one in self.requests:
            if one.state is State.PENDING and one.deadline is not None and one.deadline <= now:
                one.state, one.ends = State.EXPIRED, one.ends + 1
            if one.state is State.EXECUTING and one.lease_until is not None and one.lease_until <= now:
                one.state = State.APPROVED

    @rule(by=st.sampled_from([timedelta(seconds=1), LEASE, PATIENCE, PATIENCE, DECIDE_WITHIN]))
    def wait(self, by: timedelta) -> None:
        self.house.clock.advance(seconds=by.total_seconds())

    @rule()
    def come_to_rest(self) -> None:
        """With a cloud that works again, everything that was approved comes to its end."""
        for _ in range(2 * len(self.requests) + 2):
            self.wait(PATIENCE)
            self.time_out()
            self.execute(None, set())
        assert not [one for one in self.requests if one.state in UNDERWAY]
        for name, image_id in IMAGES.items():
            assert self.house.cloud.has(image_id) == self.shared[name]
            with self.house.store.read() as ledger:
                grants = ledger.grants.of(image_id, GUANGZHOU)
            assert {grant.target.account for grant in grants} == self.granted[name]

    @invariant()
    def every_request_stands_where_the_model_says(self) -> None:
        for one in self.requests:
            assert self.house.request(one.number).state is one.state

    @invariant()
    def nothing_is_shared_or_taken_back_that_nobody_approved(self) -> None:
        for name, before in self.before.items():
            has = self.house.cloud.has(IMAGES[name])
            approved = [one for one in self.requests if one.image == name and one.turn]
            shared = {account for one in approved if one.action is Action.SHARE for account in one.accounts}
            taken = {account for one in approved if one.action is Action.UNSHARE for account in one.accounts}
            assert has <= before | shared
            assert before - taken <= has

    @invariant()
    def the_requester_hears_of_each_end_once(self) -> None:
        for notice in self.house.told():
            assert notice.request_id is not None
            self.ends_told[notice.request_id] += notice.kind == "end"
        assert {one.number: one.ends for one in self.requests if one.ends} == +self.ends_told


DeskMachine.TestCase.settings = settings(max_examples=80, stateful_step_count=30)
TestTheDeskAgainstItsModel = DeskMachine.TestCase
