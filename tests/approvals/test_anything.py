"""Anything in any order: what people ask and press, what the console does, what fails, who dies. No model of it; but
when all has come to rest, who has an image is who may have it, every difference is known, and the record tells it all.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from approvals import drifting, objections
from approvals.archive import opened
from approvals.clocks import SetBack
from approvals.cloud import LIGHTHOUSE, NORMAL, Image, ImageKind
from approvals.drift_model import DriftKind
from approvals.errors import AuthFailed, OutcomeUnknown, PutOff, Refused, Throttled, Unavailable
from approvals.leases import LEASE
from approvals.model import Action, Deciders, Request, State, Verb
from approvals.people import deciders_now, suffices
from approvals.terms import NO_END, Term
from approvals.verifying import Verified, verify
from tests.approvals.fake_cloud import GUANGZHOU, SINGAPORE, Call, Crash, FakeCloud, Unforeseen, image
from tests.approvals.house import DATA, LAB, LIN, MEI, OMAR, SARA, STRANGER, House
from tests.bot.drawn import can_be_told

NAMES = {"base-2026": "img-base0001", "web-2026": "img-web00001", "gpu-2026": "img-gpu00001"}
NOBODY = "100099999999"  # no such account
ACCOUNTS = [DATA, LAB, STRANGER, NOBODY, LIGHTHOUSE]
REGIONS = [(), (SINGAPORE,), (GUANGZHOU, SINGAPORE)]
TERMS = [NO_END, Term(lasts=timedelta(hours=2)), Term(lasts=timedelta(days=7))]
GROUPS = [(LIN, OMAR), (OMAR,), (SARA,), (LIN, SARA), ()]
ENDS = "('done', 'partial', 'failed', 'refused', 'denied', 'cancelled', 'expired')"
SETTLES = timedelta(minutes=31)  # between two comparisons
METHODS = [
    "account",
    "images_by_name",
    "images_by_id",
    "shared_with",
    "share",
    "unshare",
    "offer",
    "withdraw",
    "lighthouse_view",
    "lighthouse_image",
    "room",
    "check_copy",
    "copy",
    "check_deletion",
    "delete_image",
]
CHANGES = {"share", "unshare", "offer", "withdraw", "check_copy", "copy", "check_deletion", "delete_image"}
NOT_ALLOWED = AuthFailed("action", "UnauthorizedOperation", "a sentence")
KINDS = [Throttled, Unavailable, OutcomeUnknown, AuthFailed, Refused, Crash, Unforeseen]

Fault = tuple[str, type[BaseException], bool]
FAULTS = st.none() | st.tuples(st.sampled_from(METHODS), st.sampled_from(KINDS), st.booleans())


def error(kind: type[BaseException]) -> BaseException:
    if kind is AuthFailed:
        return NOT_ALLOWED
    return kind("action", "Code", "a sentence")


class LateCloud(FakeCloud):
    """
    :ivar late: reads show who had which image when this was set
    :ivar forbidden: images that we may look at and not change
    :ivar on_call: told of each call before anything comes of it
    """

    def __init__(self, *images: Image) -> None:
        super().__init__(*images)
        self.late: dict[str, dict[str, datetime | None]] | None = None
        self.forbidden: set[str] = set()
        self.on_call: Callable[[Call], None] = lambda _call: None

    def _called(self, call: Call) -> None:
        self.on_call(call)
        super()._called(call)
        if call.name in CHANGES and call.subject in self.forbidden:
            raise NOT_ALLOWED

    def be_late(self) -> None:
        self.late = {image_id: dict(accounts) for image_id, accounts in self.shares.items()}

    def shared_with(self, region: str, image_id: str) -> dict[str, datetime | None] | None:
        now = super().shared_with(region, image_id)
        return now if self.late is None else self.late.get(image_id, {})


class Anything(RuleBasedStateMachine):
    @initialize(had=st.sets(st.sampled_from([DATA, STRANGER])))
    def begin(self, had: set[str]) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.cloud = LateCloud(*(image(image_id, name) for name, image_id in NAMES.items()))
        self.cloud.bad = {NOBODY}
        self.cloud.give(had)
        house = House(Path(self.folder.name) / "desk.db", cloud=self.cloud)
        self.houses = (house, house.twin())
        self.clock = house.clock
        self.ends_told: Counter[int] = Counter()
        self.directory = house.directory
        self.untold_until = self.clock.now
        self.unworded: list[Call] = []
        self.cloud.on_call = self.called
        self.compare()

    def teardown(self) -> None:
        if not hasattr(self, "houses"):
            return
        for house in self.houses:
            house.close()
        self.folder.cleanup()

    # people

    @rule(
        name=st.sampled_from(list(NAMES)),
        action=st.sampled_from([*[Action.SHARE] * 5, *[Action.UNSHARE] * 2, Action.DELETE]),
        accounts=st.lists(st.sampled_from(ACCOUNTS), min_size=1, max_size=2, unique=True),
        regions=st.sampled_from(REGIONS),
        term=st.sampled_from(TERMS),
        requester=st.sampled_from([MEI, LIN]),
        everyone=st.booleans(),
        at_once=st.booleans(),
    )
    def ask(
        self,
        name: str,
        action: Action,
        accounts: list[str],
        regions: tuple[str, ...],
        term: Term,
        requester: str,
        everyone: bool,
        at_once: bool,
    ) -> None:
        everyone = action is Action.DELETE or (everyone and action is Action.UNSHARE)
        self.houses[0].ask(
            *(() if everyone else accounts),
            image=name,
            action=action,
            by=requester,
            regions=regions if action is Action.SHARE else (),
            everyone=everyone,
            term=term if action is Action.SHARE else NO_END,
        )
        if at_once:
            self.agree()
            self.come_to_rest()

    @rule(
        back=st.integers(0, 5),
        person=st.sampled_from([MEI, LIN, OMAR, SARA]),
        verb=st.none() | st.sampled_from(list(Verb)),
        which=st.integers(0, 1),
    )
    def press(self, back: int, person: str, verb: Verb | None, which: int) -> None:
        """A button that is there, or any."""
        number = self.newest() - back
        if number <= 0:
            return
        there = self.buttons(number)
        if verb is None and there:
            verb = there[which % len(there)]
        self.houses[which].press(number, person, verb or Verb.CANCEL, reason="because")

    def buttons(self, number: int) -> list[Verb]:
        request = self.houses[0].request(number)
        if request.state is State.PENDING:
            return list(drifting.VERBS.get(request.action, (Verb.APPROVE, Verb.DENY)))
        return [
            *([Verb.RETRY] if request.state in (State.FAILED, State.PARTIAL) else []),
            *([Verb.ASK_AGAIN] if objections.to_ask_again(request) else []),
            *([Verb.END_NOW] if request.standing else []),
        ]

    @rule()
    def agree(self) -> None:
        """Everybody agrees to all that waits for a word."""
        self.each_house_until_idle(House.check)
        for number in range(1, self.newest() + 1):
            for person in (OMAR, LIN, SARA):
                if self.houses[0].request(number).state is State.PENDING:
                    self.houses[0].press(number, person, Verb.APPROVE)

    @rule(at_once=st.booleans())
    def retry(self, at_once: bool) -> None:
        for number in range(1, self.newest() + 1):
            self.houses[0].press(number, OMAR, Verb.RETRY)
        if at_once:
            self.come_to_rest()

    # the console

    @rule(which=st.integers(0, 5), account=st.sampled_from([DATA, LAB, STRANGER]))
    def by_hand(self, which: int, account: str) -> None:
        """Somebody shares an image in the console, or takes it back."""
        ours = self.ours()
        if not ours:
            return
        has = self.cloud.shares[ours[which % len(ours)].image_id]
        if account in has:
            del has[account]
        else:
            has[account] = None

    @rule(which=st.integers(0, 5), copy=st.booleans())
    def gone(self, which: int, copy: bool) -> None:
        """Somebody deletes an image in the console, for which they must take it back from all first."""
        ours = [one for one in self.ours() if (one.region == SINGAPORE) is (copy or which > 0)]
        if ours:
            one = ours[which % len(ours)]
            self.cloud.shares[one.image_id].clear()
            self.cloud.offered.discard(one.image_id)
            del self.cloud.stock[one.region, one.image_id]

    @rule(forbidden=st.sets(st.sampled_from(sorted(NAMES.values()))))
    def permit(self, forbidden: set[str]) -> None:
        """An operator lets the bot change all images but these."""
        self.cloud.forbidden = forbidden

    # who may decide

    @rule(owners=st.sampled_from(GROUPS), guardians=st.sampled_from(GROUPS), agreed=st.booleans())
    def people_change(self, owners: tuple[str, ...], guardians: tuple[str, ...], agreed: bool) -> None:
        """
        :param agreed: whether they did to what was asked right before, and it is executed right after
        """
        if agreed:
            self.houses[0].ask(STRANGER)
            self.agree()
        self.directory.groups["S0PLATFORM"] = owners
        self.directory.groups["S0SECURITY"] = guardians
        if agreed:
            self.come_to_rest()

    def called(self, call: Call) -> None:
        """Nothing is shared or deleted without the word of those who may give it, where that can be told."""
        if call.name not in ("share", "offer", "delete_image") or self.clock.now < self.untold_until:
            return
        house = self.houses[0]
        executing = [house.request(row["id"]) for row in house.rows(_EXECUTING)]
        worded = [
            one
            for one in executing
            if (one.action is Action.DELETE) is (call.name == "delete_image")
            and suffices(one.decisions, deciders_now(one, house.policy, self.directory))
        ]
        may = {(image_id, item.target.account) for one in worded for item in one.items for image_id in images_of(one)}
        accounts = call.accounts if call.name == "share" else (LIGHTHOUSE,) if call.name == "offer" else ()
        wanted = {(call.subject, account) for account in accounts}
        if call.name == "delete_image":
            may, wanted = {(image_id, "") for image_id, _ in may}, {(call.subject, "")}
        if not wanted <= may:
            self.unworded.append(call)

    # what happens by itself

    @rule(
        step=st.sampled_from(
            [House.check, House.execute, House.execute, House.copy, House.time_out, House.end, House.pass_on]
        ),
        which=st.integers(0, 1),
        fault=FAULTS,
        told=st.sampled_from([True, True, True, False]),
        answers=st.sampled_from(["well", "well", "without effect", "late"]),
        by_hand=st.none() | st.tuples(st.integers(0, 5), st.sampled_from([DATA, LAB, STRANGER])),
        pressed=st.none() | st.tuples(st.integers(0, 5), st.sampled_from([LIN, OMAR, SARA])),
    )
    def happens(
        self,
        step: Callable[[House], int],
        which: int,
        fault: Fault | None,
        told: bool,
        answers: str,
        by_hand: tuple[int, str] | None,
        pressed: tuple[int, str] | None,
    ) -> None:
        """
        :param told: whether the chat tells who somebody is
        :param by_hand: what the console does while a share is made or taken back; ``pressed`` likewise
        """
        if fault:
            method, kind, after_effect = fault
            self.cloud.fail(method, error(kind), after_effect=after_effect)
        self.cloud.blind = answers == "without effect"
        if answers == "late":
            self.cloud.be_late()

        def meanwhile(_call: Call) -> None:
            if by_hand:
                self.by_hand(*by_hand)
            if pressed and told:
                self.press(*pressed, verb=None, which=1 - which)

        self.cloud.during = meanwhile
        if not told:
            self.directory.down = True
            self.untold_until = self.clock.now + timedelta(minutes=2)  # it is asked again after one
        with suppress(Crash, PutOff):
            step(self.houses[which])
        self.heal()

    def heal(self) -> None:
        self.cloud.heal()
        self.directory.down = False
        self.cloud.blind, self.cloud.late = False, None
        self.cloud.during = None

    @rule()
    def compare(self) -> None:
        """A comparison with the cloud, half an hour after the last."""
        house = self.houses[0]
        house.survey.sweep(self.clock.advance(seconds=SETTLES.total_seconds()))
        while house.drift.sweep(house.tick()):
            pass

    @rule(
        by=st.sampled_from([timedelta(seconds=1), LEASE, timedelta(minutes=6), timedelta(hours=3), timedelta(days=4)])
    )
    def wait(self, by: timedelta) -> None:
        self.clock.advance(seconds=by.total_seconds())

    @rule(by=st.sampled_from([timedelta(minutes=5), timedelta(hours=3), timedelta(days=2)]))
    def set_back(self, by: timedelta) -> None:
        """The machine's clock was ahead, and somebody sets it."""
        now = self.clock.advance(seconds=-by.total_seconds())
        SetBack(self.houses[0].store, lambda: 0.0).sweep(now)
        self.untold_until = min(self.untold_until, now + timedelta(minutes=2))

    # what must be so

    @rule()
    def come_to_rest(self) -> None:
        self.cloud.forbidden = set()
        for _ in range(100):
            self.wait(timedelta(minutes=6))
            self.each_house_until_idle(House.check, House.time_out, House.end, House.execute, House.copy, House.pass_on)
            if not self.is_underway():
                break
        assert not self.is_underway()
        self.compare()
        self.compare()
        assert not self.is_underway()
        self.who_has_an_image_may_have_it_or_it_is_known()
        self.who_may_decide_is_asked()
        with opened(self.houses[0].path) as archive:
            assert list(verify(archive, Verified())) == []

    def who_has_an_image_may_have_it_or_it_is_known(self) -> None:
        with self.houses[0].store.read() as ledger:
            standing = {(image_id, region) for region, image_id in ledger.grants.images()}
            for image_id, region in standing | {(one.image_id, one.region) for one in self.ours()}:
                has = self.cloud.has(image_id) | ({LIGHTHOUSE} if image_id in self.cloud.offered else set())
                may = {grant.target.account for grant in ledger.grants.of(image_id, region)}
                known = ledger.drift.of(image_id, region)
                told = {kind: {one.target.account for one in known if one.kind is kind} for kind in DriftKind}
                assert has - may == told[DriftKind.UNAPPROVED]
                assert may - has == told[DriftKind.GONE]

    def who_may_decide_is_asked(self) -> None:
        house = self.houses[0]
        for _ in range(self.newest()):  # they are looked at some at a time
            self.wait(timedelta(seconds=5))
            self.each_house_until_idle(House.pass_on)
        for row in house.rows("SELECT id FROM requests WHERE state = 'pending'"):
            request = house.request(row["id"])
            deciders = deciders_now(request, house.policy, self.directory)
            assert who(request.deciders) == who(deciders) or suffices(request.decisions, deciders)

    @invariant()
    def nothing_is_done_without_the_word_of_who_may_give_it(self) -> None:
        if hasattr(self, "houses"):
            assert self.unworded == []

    @invariant()
    def what_is_told_can_be_and_no_end_more_often_than_there_was_one(self) -> None:
        if not hasattr(self, "houses"):
            return
        house = self.houses[0]
        for one in house.told():
            self.ends_told[one.request_id or 0] += one.kind == "end"
            can_be_told(one, house.request(one.request_id) if one.request_id else None)
        ended = house.rows(f"SELECT request_id, COUNT(*) AS times FROM audit WHERE event IN {ENDS} GROUP BY request_id")
        assert self.ends_told <= Counter({one["request_id"]: one["times"] for one in ended})

    def is_underway(self) -> list[str]:
        house = self.houses[0]
        return [
            *(f"#{row['id']}" for row in house.rows(_REQUESTS)),
            *(f"copy {row['id']}" for row in house.rows(_COPIES)),
        ]

    def each_house_until_idle(self, *steps: Callable[[House], int]) -> None:
        while sum(step(house) for house in self.houses for step in steps):
            pass

    def newest(self) -> int:
        (row,) = self.houses[0].rows("SELECT COALESCE(MAX(id), 0) AS newest FROM requests")
        return int(row["newest"])

    def ours(self) -> list[Image]:
        found = [one for one in self.cloud.stock.values() if one.kind == ImageKind.PRIVATE and one.state == NORMAL]
        return sorted(found, key=lambda one: one.image_id)


def who(deciders: Deciders | None) -> tuple[set[str], set[str]]:
    assert deciders is not None
    return set(deciders.owner_ids), set(deciders.guardian_ids)


def images_of(request: Request) -> set[str]:
    """The image, and its copies in the regions that are asked for."""
    assert request.image is not None
    return {request.image.image_id, *(copy.image_id for copy in request.copies)}


_EXECUTING = "SELECT id FROM requests WHERE state = 'executing' AND action IN ('share', 'delete')"
_REQUESTS = "SELECT id FROM requests WHERE state IN ('checking', 'approved', 'executing')"
_COPIES = "SELECT id FROM copies WHERE state IN ('wanted', 'calling', 'syncing', 'removing')"

Anything.TestCase.settings = settings(stateful_step_count=20, max_examples=settings().max_examples // 2)
TestAnything = Anything.TestCase
