"""Are Slack, the cloud and the channel there? Asked at the start and from time to time, for ``/readyz``."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from approvals.errors import AuthFailed, CloudError, Refused, StoreError, WrongAccount, WrongWorkspace
from approvals.home import HomeAccount
from approvals.ledger import Ledger
from approvals.pace import is_due
from approvals.store import Store
from approvals.worker import Sweep
from bot.answers import ConversationInfo, read
from bot.installation import Installation
from bot.metrics import Metrics
from bot.scopes import remedy
from bot.slack import CLOSED, TOKEN_FAULTS, UNREACHED, code_of

_EVERY = timedelta(seconds=30)
_EVERY_WHILE_DOWN = timedelta(seconds=3)
_SILENCE = timedelta(seconds=60)
"""How long a dependency may be silent before we say that we are not ready: deployments and blinks are shorter."""

log = structlog.get_logger()


class NoAnswer(Exception):
    """It could not be asked, or said that it can't answer now; the text says how."""


class DoesNotWork(Exception):
    """It answered, and the answer is that it doesn't work and won't by itself; the text says why."""


class Dependency:
    """Something that has to be there, and when it last said that it is.

    Each is asked in a loop of its own, so that one that hangs keeps nobody from asking the others. How long it is
    silent is reckoned when somebody looks, so that a question without an end counts as silence too.

    :param ask: raises NoAnswer or DoesNotWork
    :param on_answer: called after each good answer; told whether it was down before
    """

    def __init__(
        self,
        name: str,
        ask: Callable[[], None],
        metrics: Metrics,
        clock: Callable[[], datetime],
        *,
        on_answer: Callable[[bool], None] = lambda _was_down: None,
        every: timedelta = _EVERY,
        every_while_down: timedelta = _EVERY_WHILE_DOWN,
    ) -> None:
        self.name = name
        self._ask = ask
        self._metrics = metrics
        self._clock = clock
        self._on_answer = on_answer
        self._every = every
        self._every_while_down = every_while_down
        self._due: datetime | None = None
        self._answered_at: datetime | None = None
        self._fault: str | None = "not asked yet"
        self._certain = False

    @property
    def fault(self) -> str | None:
        """What is wrong with it, as far as is known; None where nothing is."""
        if self._fault is None and self._silent_for() > _SILENCE:
            return f"no answer for {int(self._silent_for().total_seconds())} seconds"
        return self._fault

    @property
    def down(self) -> bool:
        """Did it say that it doesn't work, never answer, or not answer for a minute?"""
        return self._certain or self._answered_at is None or self._silent_for() > _SILENCE

    @property
    def refusal(self) -> str | None:
        """Why it doesn't work, where it said so itself."""
        return self._fault if self._certain else None

    def sweep(self, now: datetime) -> int:
        """Ask, where it is time to; never asks for another round at once."""
        if self._due is None or is_due(self._due, now, longest=self._every):
            if self._answered_at:
                self._answered_at = min(self._answered_at, now)  # later is what a clock said that was ahead
            self._question()
            self._due = self._clock() + (self._every_while_down if self._fault else self._every)
        return 0

    def next_due(self, _ledger: Ledger) -> datetime | None:
        return self._due

    def _question(self) -> None:
        try:
            self._ask()
        except NoAnswer as error:
            self._note(str(error), certain=False)
        except DoesNotWork as error:
            self._note(str(error), certain=True)
        else:
            self._answered()

    def _answered(self) -> None:
        was_down = self._fault is not None
        self._metrics.up.labels(self.name).set(1)
        self._fault, self._certain, self._answered_at = None, False, self._clock()
        if was_down:
            log.info("up", of=self.name)
        self._on_answer(was_down)

    def _note(self, fault: str, *, certain: bool) -> None:
        self._metrics.up.labels(self.name).set(0)
        if fault != self._fault:
            log.error("down", of=self.name, error=fault)
        self._fault, self._certain = fault, certain

    def _silent_for(self) -> timedelta:
        return self._clock() - self._answered_at if self._answered_at else timedelta.max


class Health:
    """What keeps the bot from working, and what an operator should look at though it works.

    :param forbidden: why nothing can be written in the channel though it is open, or None
    :param scopes: what the bot's token should be good for in Slack and isn't
    :param listening: what is wrong with the way in (the socket), or None
    :param credentials: what the cloud doesn't let us do, or None
    :param policy: why the policy file as it is now is not in force, or None
    """

    def __init__(
        self,
        slack: Dependency,
        cloud: Dependency,
        database: Dependency,
        channel: Dependency,
        forbidden: Callable[[], str | None],
        scopes: Callable[[], frozenset[str]],
        listening: Callable[[], str | None],
        credentials: Callable[[], str | None],
        policy: Callable[[], str | None],
    ) -> None:
        self._needed = (slack, cloud, database)
        self._channel = channel
        self._forbidden = forbidden
        self._scopes = scopes
        self._listening = listening
        self._credentials = credentials
        self._policy = policy

    def report(self) -> dict[str, dict[str, str]]:
        """``problems`` and ``warnings``, by dependency.

        Without the channel the bot works: owners get direct messages and decide there.
        """
        faults = [(one, one.fault) for one in self._needed]
        problems = {one.name: fault for one, fault in faults if fault and one.down}
        warnings = {one.name: fault for one, fault in faults if fault and not one.down}
        if why := self._listening():
            problems["listening"] = why
        if why := self._channel.refusal or self._forbidden():
            warnings[self._channel.name] = why
        if missing := self._scopes():
            warnings["scopes"] = remedy(missing)
        try:
            if why := self._credentials():
                warnings["credentials"] = why
        except StoreError as error:  # it is kept in the database
            problems.setdefault("database", str(error))
        if why := self._policy():
            warnings["policy"] = why
        return {"problems": problems, "warnings": warnings}

    def sweeps(self) -> list[Sweep]:
        return [Sweep(f"health of {one.name}", one.sweep, one.next_due) for one in (*self._needed, self._channel)]


def slack(
    installation: Installation, metrics: Metrics, clock: Callable[[], datetime], on_back: Callable[[], None]
) -> Dependency:
    """Slack, by ``auth.test``.

    :param on_back: called when it works after it didn't, and when it lets us do more than before
    """
    lacked: frozenset[str] = frozenset()

    def ask() -> None:
        try:
            installation.ask()
        except SlackApiError as error:
            code = code_of(error)
            if code in TOKEN_FAULTS:
                raise DoesNotWork(f"Slack refuses SLACK_BOT_TOKEN: {code}") from error
            raise NoAnswer(str(error)) from error
        except WrongWorkspace as error:
            raise DoesNotWork(f"{error}. {error.remedy}") from error
        except (StoreError, *UNREACHED) as error:
            raise NoAnswer(str(error)) from error

    def answered(was_down: bool) -> None:
        nonlocal lacked
        before, lacked = lacked, installation.lacks
        if lacked - before:
            log.error("scopes_missing", error=remedy(lacked))
        if was_down or before - lacked:
            on_back()

    return Dependency("slack", ask, metrics, clock, on_answer=answered)


def cloud(
    home: HomeAccount, metrics: Metrics, clock: Callable[[], datetime], on_back: Callable[[], None]
) -> Dependency:
    """The cloud, by ``GetCallerIdentity``.

    :param on_back: called when it works after it didn't
    """

    def ask() -> None:
        try:
            home.ask()
        except (AuthFailed, Refused, WrongAccount) as error:
            raise DoesNotWork(str(error)) from error
        except CloudError as error:
            raise NoAnswer(str(error)) from error

    return Dependency("cloud", ask, metrics, clock, on_answer=lambda was_down: on_back() if was_down else None)


def database(store: Store, metrics: Metrics, clock: Callable[[], datetime]) -> Dependency:
    """The database, once a commit failed; while all go well, nothing is written for the question."""

    def ask() -> None:
        if store.fault is None:
            return
        try:
            store.try_out()
        except StoreError as error:
            raise DoesNotWork(f"{error}; nothing can be asked or decided until this is mended") from error

    return Dependency("database", ask, metrics, clock, every=_EVERY_WHILE_DOWN)


def channel(
    client: WebClient, channel_id: str, metrics: Metrics, clock: Callable[[], datetime], on_open: Callable[[str], None]
) -> Dependency:
    """The channel of the cards, by ``conversations.info``.

    :param on_open: called with the channel whenever it takes messages
    """

    def ask() -> None:
        try:
            told = read(ConversationInfo, client.conversations_info(channel=channel_id)).channel
        except SlackApiError as error:
            code = code_of(error)
            if code in CLOSED:
                raise DoesNotWork(
                    f"the policy's channel {channel_id} is gone, or private and the bot isn't in it ({code}): "
                    "invite the bot with /invite, or name another channel"
                ) from error
            raise NoAnswer(str(error)) from error
        except UNREACHED as error:
            raise NoAnswer(str(error)) from error
        if told.is_archived:
            raise DoesNotWork(f"the channel {channel_id} is archived: unarchive it, or name another in the policy")
        if not told.is_member:
            raise DoesNotWork(f"the bot isn't in the channel {channel_id}: invite it with /invite")

    return Dependency(
        "channel",
        ask,
        metrics,
        clock,
        on_answer=lambda _was_down: on_open(channel_id),
        every_while_down=_EVERY,  # people mend it, not seconds
    )
