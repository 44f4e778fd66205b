"""A company whose bot can be killed at each step that leaves the process: a commit, a call of the cloud or of Slack.

The steps are found by wrapping the store, the cloud and Slack's client; the product knows nothing of it.
"""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from slack_sdk import WebClient
from slack_sdk.web import SlackResponse

from approvals.account import Recorded
from approvals.catalogue import Catalogue
from approvals.checker import Checker
from approvals.cloud import Copied, Image, LighthouseView, Room
from approvals.copying import Copying
from approvals.desk import Desk
from approvals.drift import DriftWatch
from approvals.ending import Ending
from approvals.executor import Executor
from approvals.heads import Heads
from approvals.home import HomeAccount
from approvals.incidents import Incidents
from approvals.judging import Judging
from approvals.leases import Leases
from approvals.ledger import Ledger
from approvals.model import Action, Asked, Person, Press, Verb
from approvals.policies import Policies
from approvals.policy import parse
from approvals.sql.work import Work
from approvals.store import Store
from approvals.succession import Succession
from approvals.survey import Survey
from approvals.terms import NO_END, Term
from approvals.timers import Timers
from approvals.watched import WatchedCloud
from bot.notices import Notices
from bot.replies import Replies, ReplyAddress
from bot.sandbox import company
from bot.sandbox.workspace.server import WorkspaceServer
from tests.approvals.fake_cloud import FakeCloud
from tests.approvals.fake_people import FakeDirectory
from tests.approvals.house import CHANNEL, MEI, Clock, House
from tests.bot.conftest import Hands
from tests.sandbox.workspace_support import client_of

T = TypeVar("T")

CHANGES = ("share", "unshare", "offer", "withdraw", "copy", "delete_image")  # calls of the cloud; all others only read
DEAD_FOR = 60.0  # seconds until it is started again: longer than any lease
# Links, times, how long the record is, and what is unknown where an answer was lost.
_PASSING = re.compile(r"http[^|]+| · cloud request .+|<!date[^>]+>|`[0-9a-f]{64}`|has \d+ lines")
_RECORDED = {f"commit of {name}" for name in ("Notices._deliver", "Teller._told", "Teller._place")}
_WAITS_FOR = timedelta(minutes=10)  # longer than any pause before another attempt, shorter than any deadline of people


Point = tuple[str, str, int]
"""Before or after which step, and the how many-th time."""


class Killed(BaseException):
    """The process is gone at this very point: nothing in the product can catch it."""


class Fate:
    """Where a process dies: ``before`` or ``after`` the n-th step of a name; nowhere without.

    :ivar passed: the steps that it came past, as (side, step, n)
    :ivar durable: who waited for the disk with a commit
    """

    def __init__(self, at: Point | None = None) -> None:
        self._at = at
        self._counts: Counter[str] = Counter()
        self.passed: list[Point] = []
        self.durable: set[str] = set()

    @property
    def steps(self) -> dict[str, int]:
        """How often it began each step."""
        return dict(self._counts)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        self._counts[name] += 1
        turn = self._counts[name]
        self._pass("before", name, turn)
        try:
            yield
        except Exception:  # a call that failed is over, too
            self._pass("after", name, turn)
            raise
        self._pass("after", name, turn)

    def _pass(self, side: str, name: str, turn: int) -> None:
        self.passed.append((side, name, turn))
        if (side, name, turn) == self._at:
            raise Killed

    def waited_for(self, path: Path) -> None:
        """A commit of the file is on the disk, and all before it."""

    def befall(self, path: Path) -> None:
        """The process is dead: what becomes of the file."""


class Blackout(Fate):
    """The power goes where a process dies: of the file there is what somebody waited for, and nothing later."""

    def __init__(self, at: Point) -> None:
        super().__init__(at)
        self._kept: dict[str, bytes] = {}

    def waited_for(self, path: Path) -> None:
        self._kept = {file.name: file.read_bytes() for file in _files(path) if file.suffix != ".db-shm"}

    def befall(self, path: Path) -> None:
        for file in _files(path):
            file.unlink()
        for name, content in self._kept.items():
            path.with_name(name).write_bytes(content)


def _files(path: Path) -> list[Path]:
    """The database, its log and the index of that."""
    return sorted(path.parent.glob(f"{path.name}*"))


class EarlyDeath(Fate):
    """Where a process dies as soon as it has come past so many points.

    :param points: how many
    """

    def __init__(self, points: int) -> None:
        super().__init__()
        self._points = points

    def _pass(self, side: str, name: str, turn: int) -> None:
        super()._pass(side, name, turn)
        if len(self.passed) == self._points:
            raise Killed


class Nap(Fate):
    """Where a process sleeps, rather than die.

    :param meanwhile: what happens while it does
    """

    def __init__(self, at: Point, meanwhile: Callable[[], None]) -> None:
        super().__init__()
        self._nap_at = at
        self._meanwhile = meanwhile

    def _pass(self, side: str, name: str, turn: int) -> None:
        super()._pass(side, name, turn)
        if (side, name, turn) == self._nap_at:
            self._meanwhile()


def _name(work: Callable[..., object]) -> str:
    while isinstance(work, partial):
        work = work.func
    return work.__qualname__.partition(".<locals>")[0]


class MortalStore(Store):
    """Every commit is a step, named after the method that makes it."""

    def __init__(self, path: Path, fate: Fate) -> None:
        super().__init__(path)
        self._path = path
        self._fate = fate
        fate.waited_for(path)

    def write_all(self, works: Sequence[Callable[[Ledger], T]], *, durable: bool = True) -> list[Work[T]]:
        if not works:
            return []
        name = " and ".join(sorted({_name(work) for work in works}))
        if durable:
            self._fate.durable.add(name)
        with self._fate.step(f"commit of {name}"):
            done = super().write_all(works, durable=durable)
            if durable:
                self._fate.waited_for(self._path)
            return done

    def try_out(self) -> None:
        super().try_out()
        self._fate.waited_for(self._path)


class MortalCloud:
    """Every call is a step. Implements ``approvals.cloud.Cloud``."""

    def __init__(self, cloud: FakeCloud, fate: Fate) -> None:
        self._cloud = cloud
        self._fate = fate

    def account(self) -> str:
        with self._fate.step("cloud.account"):
            return self._cloud.account()

    def images(self, region: str) -> Iterator[Sequence[Image]]:
        pages = self._cloud.images(region)
        while True:
            with self._fate.step("cloud.images"):
                page = next(pages, None)
            if page is None:
                return
            yield page

    def images_by_id(self, region: str, image_ids: Sequence[str]) -> list[Image]:
        with self._fate.step("cloud.images_by_id"):
            return self._cloud.images_by_id(region, image_ids)

    def images_by_name(self, region: str, name: str) -> list[Image]:
        with self._fate.step("cloud.images_by_name"):
            return self._cloud.images_by_name(region, name)

    def shared_with(self, region: str, image_id: str) -> dict[str, datetime | None] | None:
        with self._fate.step("cloud.shared_with"):
            return self._cloud.shared_with(region, image_id)

    def share(self, region: str, image_id: str, accounts: Sequence[str]) -> str:
        with self._fate.step("cloud.share"):
            return self._cloud.share(region, image_id, accounts)

    def unshare(self, region: str, image_id: str, accounts: Sequence[str]) -> str:
        with self._fate.step("cloud.unshare"):
            return self._cloud.unshare(region, image_id, accounts)

    def image_usage(self, region: str) -> dict[str, int]:
        with self._fate.step("cloud.image_usage"):
            return self._cloud.image_usage(region)

    def room(self, region: str) -> Room:
        with self._fate.step("cloud.room"):
            return self._cloud.room(region)

    def check_copy(self, region: str, image_id: str, destination: str, name: str) -> None:
        with self._fate.step("cloud.check_copy"):
            self._cloud.check_copy(region, image_id, destination, name)

    def copy(self, region: str, image_id: str, destination: str, name: str) -> Copied:
        with self._fate.step("cloud.copy"):
            return self._cloud.copy(region, image_id, destination, name)

    def lighthouse_view(self, region: str, image_id: str) -> LighthouseView | None:
        with self._fate.step("cloud.lighthouse_view"):
            return self._cloud.lighthouse_view(region, image_id)

    def lighthouse_image(self, region: str, image_id: str) -> str:
        with self._fate.step("cloud.lighthouse_image"):
            return self._cloud.lighthouse_image(region, image_id)

    def offer(self, region: str, image_id: str) -> str:
        with self._fate.step("cloud.offer"):
            return self._cloud.offer(region, image_id)

    def withdraw(self, region: str, image_id: str) -> str:
        with self._fate.step("cloud.withdraw"):
            return self._cloud.withdraw(region, image_id)

    def check_deletion(self, region: str, image_id: str) -> None:
        with self._fate.step("cloud.check_deletion"):
            self._cloud.check_deletion(region, image_id)

    def delete_image(self, region: str, image_id: str, *, snapshots: bool) -> str:
        with self._fate.step("cloud.delete_image"):
            return self._cloud.delete_image(region, image_id, snapshots=snapshots)


class MortalSlack(WebClient):
    """Every call of the Web API is a step."""

    def __init__(self, like: WebClient, fate: Fate) -> None:
        super().__init__(like.token, base_url=like.base_url, retry_handlers=[])
        self._fate = fate

    def api_call(self, api_method: str, **options: Any) -> SlackResponse:
        with self._fate.step(f"slack.{api_method}"):
            return super().api_call(api_method, **options)


class MortalReplies(Replies):
    """Every private answer is a step: it goes to a ``response_url``, past the client."""

    def __init__(self, client: WebClient, clock: Callable[[], datetime], fate: Fate) -> None:
        super().__init__(client, clock)
        self._fate = fate

    def send(self, address: ReplyAddress, text: str, blocks: list[dict[str, Any]] | None = None) -> None:
        with self._fate.step("slack.response_url"):
            super().send(address, text, blocks)


def house_with(fate: Fate, path: Path, cloud: FakeCloud, clock: Clock) -> House:
    """A desk without Slack whose every commit and call of the cloud is a step."""
    mortal: Any = MortalCloud(cloud, fate)
    return House(path, cloud=mortal, clock=clock, store=MortalStore(path, fate))


@dataclass
class World:
    """What is there whether the bot lives or not."""

    path: Path
    workspace: WorkspaceServer
    hands: Hands
    cloud: FakeCloud = field(default_factory=FakeCloud)
    directory: FakeDirectory = field(default_factory=FakeDirectory)

    def __post_init__(self) -> None:
        self.hands.now += (
            100.0  # the workspace may be older than this world: what was said in it before, and its limits
        )
        self._begun = self.hands.now

    def reply_to(self, person: str) -> str:
        """An address as Slack gives one with each command and each press."""
        given = self.workspace.state.responses.give(CHANNEL, person)
        return ReplyAddress(person, f"{self.workspace.url}/response/{given}", self.hands.now).text()

    def rows(self, query: str) -> list[dict[str, Any]]:
        """What stands in the file, past the store."""
        with closing(sqlite3.connect(self.path)) as connection:
            cursor = connection.execute(query)
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor]

    def messages(self) -> Counter[tuple[str, ...]]:
        """Every message of the bot: where, for whom, below what or not, and its words."""
        return Counter(
            (one.channel, one.only_for or "all", "thread" if one.thread_ts else "top", _PASSING.sub("", one.text))
            for conversation in self.workspace.state.conversations.values()
            for one in conversation.messages
            if one.at >= self._begun
        )


class Life:
    """The bot from one start to its end, wired as ``bot/app.py`` does it but for the way in and the threads."""

    def __init__(self, world: World, fate: Fate) -> None:
        self._world = world
        self._hands = world.hands
        self.fate = fate
        self.store = MortalStore(world.path, fate)
        clock = world.hands.utc
        self.policy = parse(company.POLICY)
        policies = Policies(self.policy)
        incidents = Incidents(self.store, policies, clock)
        catalogue = Catalogue(self.policy.home.regions, clock)
        cloud = WatchedCloud(MortalCloud(world.cloud, fate), incidents, catalogue)
        home, leases = HomeAccount(cloud, self.policy, Recorded(self.store)), Leases(self.store)
        client = MortalSlack(client_of(world.workspace), fate)
        replies = MortalReplies(client, clock, fate)
        self.desk = Desk(self.store, policies, world.directory, clock=clock)
        self._checker = Checker(self.store, cloud, policies, world.directory, home)
        # One message after the other: so the flow takes its steps in the same order each time.
        self._notices = Notices(
            self.store, client, replies, clock, leases, lambda _: "en", lambda: True, channel="C0IMAGES", together=1
        )
        self._judging = Judging(self.store, self.desk)
        self._executor = Executor(self.store, cloud, policies, world.directory, home, leases, incidents)
        self._copying = Copying(self.store, cloud, policies, home, leases, incidents)
        self._survey = Survey(cloud, catalogue, self.store, home, clock)
        self._drift = DriftWatch(self.store, cloud, catalogue, policies, world.directory, home, clock)
        self._sweeps = {
            "checks": self._checker.sweep,
            "presses": self._judging.sweep,
            "timers": Timers(self.store, policies).sweep,
            "ending": Ending(self.store, policies, world.directory).sweep,
            "heads": Heads(self.store, policies).sweep,
            "succession": Succession(self.store, policies, world.directory).sweep,
            "executor": self._executor.sweep,
            "copying": self._copying.sweep,
            "notices": self._notices.sweep,
            "leases": leases.sweep,
        }
        self.sweeps = {*self._sweeps, "drift", "catalogue"}  # ``compare`` runs these two

    def end(self) -> None:
        self._checker.close()
        self._executor.close()
        self._copying.close()
        self._notices.close()
        self.store.close()

    def ask(
        self,
        *accounts: str,
        image: str = "base-2026",
        regions: tuple[str, ...] = (),
        action: Action = Action.SHARE,
        term: Term = NO_END,
    ) -> None:
        """Ask for the accounts; without any, for all that have the image."""
        targets = tuple(self.policy.target(account) for account in accounts)
        reply_to = self._world.reply_to(MEI)
        person = Person(MEI, MEI)
        asked = Asked(
            action.value,
            action,
            image,
            regions,
            targets,
            "a reason",
            person,
            reply_to,
            everyone=not accounts,
            term=term,
        )
        self.desk.submit([asked])

    def press(self, person: str, verb: Verb, *, request_id: int = 1) -> None:
        key, reply_to = f"{person}:{verb}:{request_id}", self._world.reply_to(person)
        self.desk.press(Press(key, request_id, person, verb, self._hands.utc(), reply_to=reply_to))

    def judge(self) -> None:
        self._judging.sweep(self._hands.utc())

    def compare(self) -> None:
        """Read the lists of images, and compare each with the record, once."""
        self._survey.sweep(self._hands.utc())
        while self._drift.sweep(self._hands.utc()):
            self._hands.now += 0.001

    def do_what_is_due(self) -> None:
        """Run the sweeps until nothing is left to be done at this time."""
        while sum([sweep(self._hands.utc()) for sweep in self._sweeps.values()]):
            self._hands.now += 0.001

    def settle(self) -> None:
        """Run the sweeps until nothing is left that time alone would bring about within minutes."""
        while True:
            self.do_what_is_due()
            due = self._next_due()
            if due is None or due > self._hands.utc() + _WAITS_FOR:
                return
            self._hands.now = max(self._hands.now, due.timestamp()) + 0.001

    def _next_due(self) -> datetime | None:
        with self.store.read() as ledger:
            found = (
                ledger.next_check(),
                ledger.next_press(),
                ledger.next_execution(),
                ledger.grants.next_due(),
                ledger.copies.next_due(),
                ledger.next_deadline(),
                ledger.next_notice(),
            )
        return min((one for one in found if one is not None), default=None)


Step = Callable[[World, Life], None]


def live(world: World, steps: Sequence[Step], fate: Fate) -> None:
    """Go through the steps; whoever is killed is started anew, and does once more what was not acked."""
    life = Life(world, fate)
    for step in steps:
        try:
            step(world, life)
        except Killed:
            life.end()
            world.hands.now += DEAD_FOR
            life = Life(world, Fate())
            step(world, life)
        world.hands.now += 0.001
    life.end()


def in_hand(fate: Fate) -> bool:
    """Had a message been sent, and not been recorded as sent, when it died?"""
    sent = False
    for side, name, _ in fate.passed:
        if side == "after" and name in ("slack.chat.postMessage", "slack.response_url"):
            sent = True
        if side == "after" and name in _RECORDED:
            sent = False
    return sent
