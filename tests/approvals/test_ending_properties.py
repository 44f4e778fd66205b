"""Whoever has an image has it by a share that goes on, in whatever order shares are asked for, extended and ended."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from approvals.archive import opened
from approvals.model import Action, State, Verb
from approvals.terms import NO_END, Term
from approvals.verifying import Verified, verify
from tests.approvals.house import DATA, LAB, LIN, MEI, House
from tests.approvals.test_ending import to_rest

ACCOUNTS = st.sampled_from([(DATA,), (LAB,), (DATA, LAB)])
HOURS = st.sampled_from([None, 5, 30, 24 * 7, 24 * 30])
FOREVER = datetime.max.replace(tzinfo=UTC)


@dataclass
class Held:
    """What an account was given, and until when; the model of a grant."""

    request: int
    account: str
    until: datetime


class SharesOverTime(RuleBasedStateMachine):
    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.house = House(Path(self.folder.name) / "imagewarden.db")
        self.held: list[Held] = []
        self.failed: list[Held] = []

    @property
    def now(self) -> datetime:
        return self.house.clock.now

    @rule(accounts=ACCOUNTS, hours=HOURS, bad=st.sets(st.sampled_from([DATA, LAB])))
    def share(self, accounts: tuple[str, ...], hours: int | None, bad: set[str]) -> None:
        number = self.house.pending(*accounts, term=Term(lasts=timedelta(hours=hours)) if hours else NO_END)
        if self.house.request(number).state is State.REFUSED:  # all of them have it for about as long already
            end = self.now + timedelta(hours=hours) * 0.9 if hours else FOREVER
            assert all(any(one.account == account and one.until >= end for one in self.held) for account in accounts)
            return
        assert self.house.press(number, LIN, Verb.APPROVE) == "approve"
        until = self.now + timedelta(hours=hours) if hours else FOREVER
        self.house.cloud.bad = bad
        to_rest(self.house)
        self.house.cloud.bad = set()
        have = {one.account for one in self.held}
        for account in accounts:
            (self.failed if account in bad - have else self.held).append(Held(number, account, until))

    @rule(which=st.integers(0, 9))
    def retry(self, which: int) -> None:
        if not self.failed:
            return
        number = self.failed[which % len(self.failed)].request
        late = self.now >= self.house.request(number).changed_at + timedelta(days=3)
        assert self.house.press(number, LIN, Verb.RETRY) == ("too_late_to_retry" if late else "retry")
        if not late:
            have = {one.account for one in self.held}
            tried = [one for one in self.failed if one.request == number]
            # Over already, it fails anew; but whoever has the image by another share has it, and nothing fails.
            over = [one for one in tried if one.until <= self.now and one.account not in have]
            self.held += [one for one in tried if one.until > self.now]
            self.failed = [one for one in self.failed if one not in tried or one in over]

    @rule(accounts=ACCOUNTS)
    def unshare(self, accounts: tuple[str, ...]) -> None:
        number = self.house.pending(*accounts, action=Action.UNSHARE)
        if self.house.request(number).state is State.PENDING:
            self.house.press(number, LIN, Verb.APPROVE)
            self.held = [one for one in self.held if one.account not in accounts]

    @rule(which=st.integers(0, 9))
    def end_now(self, which: int) -> None:
        if self.held:
            number = self.held[which % len(self.held)].request
            assert self.house.press(number, MEI, Verb.END_NOW) == "end_now"
            self.held = [one for one in self.held if one.request != number]

    @rule(hours=st.sampled_from([1, 5, 23, 24 * 6, 24 * 31]))
    def wait(self, hours: int) -> None:
        self.house.clock.advance(hours=hours)

    @invariant()
    def whoever_has_it_has_it_by_a_share_that_goes_on(self) -> None:
        to_rest(self.house)
        self.held = [one for one in self.held if one.until > self.now]
        assert self.house.cloud.has() == {one.account for one in self.held}
        standing = self.house.rows("SELECT request_id, account FROM grants WHERE ended_at IS NULL")
        assert {(row["request_id"], row["account"]) for row in standing} == {
            (one.request, one.account) for one in self.held
        }

    def teardown(self) -> None:
        with opened(self.house.path) as archive:
            assert list(verify(archive, Verified())) == []
        self.house.close()
        self.folder.cleanup()


SharesOverTime.TestCase.settings = settings(max_examples=40, stateful_step_count=15)
TestSharesOverTime = SharesOverTime.TestCase
