"""The whole desk on one file, with a cloud and people in memory and a clock that moves when it is told to."""

from __future__ import annotations

import itertools
import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from approvals import archive
from approvals.account import Recorded
from approvals.catalogue import Catalogue
from approvals.checker import Checker
from approvals.copying import Copying
from approvals.desk import Desk
from approvals.drift import DriftWatch
from approvals.ending import Ending
from approvals.executor import Executor
from approvals.home import HomeAccount
from approvals.incidents import Incidents
from approvals.judging import Judging
from approvals.leases import Leases
from approvals.message_model import Notice
from approvals.model import Action, Asked, Person, Press, Request, Verb
from approvals.policies import Policies
from approvals.policy import parse
from approvals.store import Store
from approvals.succession import Succession
from approvals.survey import Survey
from approvals.terms import NO_END, Term
from approvals.timers import Timers
from approvals.verifying import Verified, verify
from approvals.watched import WatchedCloud
from bot.sandbox import company
from tests.approvals.fake_cloud import FakeCloud
from tests.approvals.fake_people import FakeDirectory

MEI, LIN, OMAR, SARA, GUS, WEI = (person.id for person in company.PEOPLE)
CHANNEL = "C0IMAGES"
DATA, LAB, GOLDEN = "100012345678", "100023456789", "100055500000"
STRANGER = "100099900001"

_numbers = itertools.count(1)


class Clock:
    """A time that stands still until somebody moves it."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **by: float) -> datetime:
        self.now += timedelta(**by)
        return self.now


class House:
    """What a test does to the desk, in few words. Every step happens a millisecond after the one before."""

    def __init__(
        self,
        path: Path,
        *,
        policy: str = company.POLICY,
        cloud: FakeCloud | None = None,
        directory: FakeDirectory | None = None,
        clock: Clock | None = None,
        store: Store | None = None,
    ) -> None:
        self.path = path
        self.store = store or Store(path)
        self._file = policy
        self.policy = parse(policy)
        self.policies = Policies(self.policy)
        self.cloud = cloud or FakeCloud()
        self.directory = directory or FakeDirectory()
        self.clock = clock or Clock()
        self.incidents = Incidents(self.store, self.policies, self.clock)
        self.catalogue = Catalogue(self.policy.home.regions, self.clock)
        self.watched = WatchedCloud(self.cloud, self.incidents, self.catalogue)
        self.home = HomeAccount(self.watched, self.policy, Recorded(self.store))
        self.desk = Desk(self.store, self.policies, self.directory, clock=self.clock)
        self.checker = Checker(self.store, self.watched, self.policies, self.directory, self.home)
        self.judging = Judging(self.store, self.desk)
        self.leases = Leases(self.store)
        self.executor = Executor(
            self.store, self.watched, self.policies, self.directory, self.home, self.leases, self.incidents
        )
        self.copying = Copying(self.store, self.watched, self.policies, self.home, self.leases, self.incidents)
        self.timers = Timers(self.store, self.policies)
        self.drift = DriftWatch(
            self.store, self.watched, self.catalogue, self.policies, self.directory, self.home, self.clock
        )
        self.survey = Survey(self.watched, self.catalogue, self.store, self.home, self.clock)
        self.ending = Ending(self.store, self.policies, self.directory)
        self.succession = Succession(self.store, self.policies, self.directory)

    def close(self) -> None:
        """Whatever a test did, the tables are then as the record tells."""
        self.checker.close()
        self.executor.close()
        self.copying.close()
        self.store.close()
        with archive.opened(self.path) as file:
            assert list(verify(file, Verified())) == []

    def twin(self) -> House:
        """Another process of the same company, on the same file."""
        return House(self.path, policy=self._file, cloud=self.cloud, directory=self.directory, clock=self.clock)

    # what people do

    def ask(
        self,
        *accounts: str,
        image: str = "base-2026",
        action: Action = Action.SHARE,
        by: str = MEI,
        regions: tuple[str, ...] = (),
        reason: str = "nightly build",
        key: str = "",
        everyone: bool = False,
        snapshots: bool = False,
        term: Term = NO_END,
    ) -> int:
        targets = tuple(self.policy.target(account) for account in accounts or (() if everyone else (DATA,)))
        asked = Asked(
            key or f"asked-{next(_numbers)}",
            action,
            image,
            regions,
            targets,
            reason,
            Person(by, by),
            reply_to=f"reply:{by}",
            everyone=everyone,
            snapshots=snapshots,
            term=term,
        )
        self.tick()
        return self.desk.submit([asked])[0]

    def record(self, request_id: int, person: str, verb: Verb, *, reason: str = "", key: str = "") -> Press | None:
        """The press as the store gives it to the judge; None where this very press was known."""
        key = key or f"pressed-{next(_numbers)}"
        press = Press(key, request_id, person, verb, self.tick(), reason, reply_to=f"reply:{person}")
        if not self.desk.press(press):
            return None
        with self.store.read() as ledger:
            return next(one for one in ledger.unjudged(self.clock(), 1000) if one.key == key)

    def press(self, request_id: int, person: str, verb: Verb, *, reason: str = "") -> str:
        press = self.record(request_id, person, verb, reason=reason)
        assert press is not None
        return self.judged(press)

    def judged(self, press: Press) -> str:
        with self.store.read() as ledger:
            request = ledger.request(press.request_id)
        return self.store.write(self.desk.judge(press, request))

    # what happens by itself

    def tick(self) -> datetime:
        return self.clock.advance(milliseconds=1)

    def check(self) -> int:
        return self.checker.sweep(self.tick())

    def execute(self) -> int:
        return self.executor.sweep(self.tick())

    def copy(self) -> int:
        return self.copying.sweep(self.tick())

    def judge(self) -> int:
        return self.judging.sweep(self.tick())

    def time_out(self) -> int:
        return self.timers.sweep(self.tick())

    def pass_on(self) -> int:
        return self.succession.sweep(self.tick())

    def end(self) -> int:
        return self.ending.sweep(self.tick())

    # several steps at once

    def pending(self, *accounts: str, **asked: Any) -> int:
        number = self.ask(*accounts, **asked)
        self.check()
        return number

    def approved(self, *accounts: str, **asked: Any) -> int:
        """Approved by the owner, and by the guardian where one must agree."""
        number = self.pending(*accounts, **asked)
        owner = OMAR if asked.get("by") == LIN else LIN
        assert self.press(number, owner, Verb.APPROVE) == "approve"
        deciders = self.request(number).deciders
        if deciders and deciders.guardian_needed:
            assert self.press(number, SARA, Verb.APPROVE) == "approve"
        return number

    # what can be seen

    def request(self, request_id: int) -> Request:
        with self.store.read() as ledger:
            found = ledger.request(request_id)
        assert found is not None
        return found

    def outcomes(self, request_id: int) -> dict[str, str]:
        return {item.target.account: item.state.value for item in self.request(request_id).items}

    def told(self) -> list[Notice]:
        """Every message that waits, in order; afterwards none does."""
        read: list[Notice] = []
        while True:
            with self.store.read() as ledger:
                due = ledger.notices_due(self.clock() + timedelta(days=365), 1000)
            if not due:
                return sorted(read, key=lambda notice: notice.id)
            for notice in due:
                read.append(notice)
                self._sent(notice)

    def _sent(self, notice: Notice) -> None:
        self.store.write(lambda ledger: ledger.notices_sent(notice, newest=notice.id, now=self.clock()))

    def rows(self, query: str) -> list[dict[str, Any]]:
        """What stands in the file, past the store."""
        with closing(sqlite3.connect(self.path)) as connection:
            cursor = connection.execute(query)
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor]

    def events(self, request_id: int) -> list[str]:
        with self.store.read() as ledger:
            return [str(line["event"]) for line in ledger.audit_of(request_id)]

    def detail(self, request_id: int, event: str) -> dict[str, object]:
        """What the record says of a request's event, of which there is one."""
        with self.store.read() as ledger:
            (line,) = [line for line in ledger.audit_of(request_id) if line["event"] == event]
        told: dict[str, object] = json.loads(str(line["detail"]))
        return told


def make_database_of(account: str, path: Path) -> None:
    """A database that is about that account's images."""
    cloud = FakeCloud()
    cloud.home = account
    policy = company.POLICY.replace(f'account = "{company.HOME_ACCOUNT}"', f'account = "{account}"')
    with closing(House(path, cloud=cloud, policy=policy)) as house:
        house.pending(DATA)


def gist(notice: Notice) -> tuple[str, str, str]:
    """Kind, recipient, and what it tells."""
    return notice.kind, notice.recipient, notice.facts.get("event") or notice.facts.get("code", "")
