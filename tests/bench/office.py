"""The whole desk on one file, with people and a cloud in memory, and a request from being asked to being done."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from approvals.account import Recorded
from approvals.catalogue import Catalogue
from approvals.checker import Checker
from approvals.desk import Desk
from approvals.executor import Executor
from approvals.home import HomeAccount
from approvals.incidents import Incidents
from approvals.judging import Judging
from approvals.leases import Leases
from approvals.model import Action, Asked, Person, Press, Request, State, Verb
from approvals.policies import Policies
from approvals.policy import parse
from approvals.store import Store
from approvals.timers import Timers
from approvals.watched import WatchedCloud
from bot.sandbox import company
from tests.approvals.fake_people import FakeDirectory
from tests.bench.memory_cloud import MemoryCloud

MEI, OWNER, GUARDIAN = "U0MEI", "U0LIN", "U0SARA"
DATA = "100012345678"

_numbers = itertools.count(1)


def utc_now() -> datetime:
    return datetime.now(UTC)


class Office:
    def __init__(self, path: Path) -> None:
        self.store = Store(path)
        self.store.preallocate_log()
        self.policy = parse(company.POLICY)
        policies = Policies(self.policy)
        self.cloud = MemoryCloud()
        directory = FakeDirectory()
        incidents = Incidents(self.store, policies, utc_now)
        self.catalogue = Catalogue(self.policy.home.regions, utc_now)
        watched = WatchedCloud(self.cloud, incidents, self.catalogue)
        home = HomeAccount(watched, self.policy, Recorded(self.store))
        self.desk = Desk(self.store, policies, directory, clock=utc_now)
        self.checker = Checker(self.store, watched, policies, directory, home)
        self.judging = Judging(self.store, self.desk)
        self.executor = Executor(self.store, watched, policies, directory, home, Leases(self.store), incidents)
        self.timers = Timers(self.store, policies)

    def close(self) -> None:
        self.checker.close()
        self.executor.close()
        self.store.close()

    def ask(self, *, image: str = "", accounts: Sequence[str] = (DATA,), by: str = MEI) -> int:
        """Ask for an image that nobody asked for before, if none is named. The key has the shape of a command's."""
        number = next(_numbers)
        now = utc_now()
        asked = Asked(
            key=f"{by}:{int(now.timestamp())}.{number:08d}:0",
            action=Action.SHARE,
            image_ref=image or f"image-{int(now.timestamp())}-{number}",
            regions=(),
            targets=tuple(self.policy.target(account) for account in accounts),
            reason="the nightly build",
            requester=Person(by, by),
            reply_to='{"person_id": "U0MEI", "url": "", "given_at": 0.0, "replace": false}',
        )
        return self.desk.submit([asked])[0]

    def pressed(self, request_id: int, person: str = OWNER) -> Press:
        """An approval, not yet told to anybody."""
        now = utc_now()
        key = f"{now.timestamp():.6f}:{person}:{next(_numbers)}:{Verb.APPROVE}"
        return Press(key, request_id, person, Verb.APPROVE, now, reply_to="{}")

    def lose_images(self) -> None:
        """All images are deleted, and the list of them is read anew, as it is every few minutes."""
        self.cloud.forget()
        now = utc_now()
        for region in self.policy.home.regions:
            self.catalogue.note_images(region, [], began=now, ended=now)

    def check_all(self) -> None:
        while self.checker.sweep(utc_now()):
            pass

    def judge_all(self) -> None:
        while self.judging.sweep(utc_now()):
            pass

    def execute_all(self) -> None:
        while self.executor.sweep(utc_now()):
            pass

    def whole(self) -> int:
        """One request, all its way, one step after the other."""
        number = self.ask()
        self.checker.sweep(utc_now())
        self.desk.press(self.pressed(number))
        self.judging.sweep(utc_now())
        self.executor.sweep(utc_now())
        return number

    def request(self, request_id: int) -> Request:
        with self.store.read() as ledger:
            found = ledger.request(request_id)
        assert found is not None
        return found

    def are_done(self, numbers: Sequence[int]) -> None:
        """:raises AssertionError: one of the requests is not done"""
        for number in numbers:
            assert self.request(number).state is State.DONE, self.request(number)
