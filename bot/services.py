"""What the listeners work with, put together once by ``app.py``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass

import structlog
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from approvals.catalogue import Catalogue
from approvals.checker import Checker
from approvals.cloud import Cloud
from approvals.desk import Clock, Desk
from approvals.errors import DirectoryError
from approvals.policies import Policies
from approvals.policy import Policy
from approvals.store import Store
from bot import languages
from bot.homes import Homes
from bot.languages import Language, _
from bot.people import People
from bot.replies import Replies, ReplyAddress
from bot.slack import UNREACHED, told_by

_THREADS = 8

log = structlog.get_logger()


class Background:
    """Work for which nobody may wait: everything that calls Slack or the cloud because of something typed or pressed.

    It is not kept over a restart, so nothing that must happen runs here.
    """

    def __init__(self, name: str = "background", threads: int = _THREADS) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=name)

    def run(self, name: str, work: Callable[[], None]) -> None:
        try:
            self._pool.submit(self._guarded, name, work, languages.current())
        except RuntimeError as error:  # no more threads are to be had: one of those that are there will take it
            log.warning("background_waits", work=name, error=str(error))

    def close(self) -> None:
        self._pool.shutdown(cancel_futures=True)

    def _guarded(self, name: str, work: Callable[[], None], language: Language) -> None:
        try:
            with languages.speaking(language):
                work()
        except SlackApiError as error:
            log.warning("slack_refused", work=name, error=told_by(error))
        except UNREACHED as error:
            log.warning("slack_unreached", work=name, error=str(error))
        except Exception:
            log.exception("background_failed", work=name)


@dataclass(frozen=True)
class Services:
    """
    :ivar opening: for modals, which open within Slack's three seconds: nothing that runs there waits for the cloud
    :ivar homes: the Home tabs
    :ivar health: problems and warnings, by what they are about
    :ivar previewing: for checks that nobody asked for yet, so that a slow cloud holds up nothing else
    """

    desk: Desk
    store: Store
    policies: Policies
    people: People
    cloud: Cloud
    catalogue: Catalogue
    client: WebClient
    replies: Replies
    background: Background
    clock: Clock
    checker: Checker
    opening: Background
    previewing: Background
    homes: Homes
    health: Callable[[], Mapping[str, Mapping[str, str]]]

    @property
    def policy(self) -> Policy:
        """The policy in force: to be asked for once by what must not see two."""
        return self.policies.current

    def language_of(self, person_id: str) -> Language:
        """In which somebody is spoken to: that of their Slack, as far as it is known, else the policy's.

        :param person_id: "" for everybody together
        """
        return self.people.language(person_id) or self.policy.home.language

    def language_asked(self, person_id: str) -> Language:
        """Likewise; where it isn't known, Slack is asked first, so this is nothing for before an ack."""
        if person_id and self.people.language(person_id) is None:
            with suppress(DirectoryError):
                self.people.person(person_id)
        return self.language_of(person_id)

    def answer(
        self, name: str, address: ReplyAddress, work: Callable[[], tuple[str, list[dict[str, object]] | None]]
    ) -> None:
        """Work out a private answer behind the ack and send it; a fault is answered too."""

        def run() -> None:
            with languages.speaking(self.language_asked(address.person_id)):
                answer()

        def answer() -> None:
            try:
                text, blocks = work()
            except Exception:
                log.exception("answer_failed", work=name)
                text, blocks = _("Something went wrong on my side; nothing was changed. Try again in a minute."), None
            self.replies.send(address, text, blocks)

        self.background.run(name, run)
