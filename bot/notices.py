"""The sweep that delivers the outbox to Slack: cards, their threads, private answers, and how it ended."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import structlog
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from approvals import outbox
from approvals.leases import LEASE, Leases
from approvals.ledger import Ledger
from approvals.model import Card, Notice, Request
from approvals.pace import later
from approvals.store import Store
from bot.cards import private
from bot.cards.request import card
from bot.cards.story import story
from bot.cards.text import section
from bot.replies import Replies, ReplyAddress, direct
from bot.slack import UNREACHED, is_passing, is_throttle, retry_after

_GONE = {"message_not_found", "cant_update_message", "edit_window_closed"}

log = structlog.get_logger()


class Undeliverable(Exception):
    """The message can never be delivered; the text says why."""


class Notices:
    """Delivers what waits. A message may arrive twice where the answer of Slack was lost, never not at all.

    :param together: messages sent side by side, each of another lane
    """

    def __init__(
        self,
        store: Store,
        client: WebClient,
        replies: Replies,
        clock: Callable[[], datetime],
        leases: Leases,
        *,
        together: int = 8,
    ) -> None:
        self._store = store
        self._client = client
        self._replies = replies
        self._clock = clock
        self._leases = leases
        self._together = together
        self._pool = ThreadPoolExecutor(together, thread_name_prefix="notice")

    def sweep(self, now: datetime) -> int:
        """Deliver what is due; returns how many messages were tried."""
        with self._store.read() as ledger:
            if not ledger.notices_due(now, 1):
                return 0
        with self._leases.hold(now) as lease:
            taken = self._store.write(
                lambda ledger: ledger.take_notices(now, self._together, lease=lease, until=now + LEASE)
            )
            list(self._pool.map(self._attempt, taken))
        return len(taken)

    def close(self) -> None:
        self._pool.shutdown()

    def _attempt(self, notice: Notice) -> None:
        bound = log.bind(request=notice.request_id, kind=notice.kind, notice=notice.id)
        try:
            self._deliver(notice)
        except SlackApiError as error:
            code = str(error.response.get("error") or error.response.status_code)
            if is_throttle(error):
                self._postpone(notice, code, timedelta(seconds=retry_after(error)))
            elif is_passing(error):
                bound.warning("notice_postponed", error=code)
                self._postpone(notice, code)
            else:
                bound.error("notice_undeliverable", error=code, recipient=notice.recipient[:20])
                self._give_up(notice, code)
        except UNREACHED as error:
            bound.warning("notice_postponed", error=str(error))
            self._postpone(notice, str(error))
        except Undeliverable as error:
            bound.warning("notice_undeliverable", error=str(error))
            self._give_up(notice, str(error))

    def _deliver(self, notice: Notice) -> None:
        with self._store.read() as ledger:
            request = ledger.request(notice.request_id)
            cards = {one.recipient: one for one in ledger.cards(notice.request_id)}
            # One picture of the newest state stands for all that wait: read before the request is drawn,
            # so that a change that comes in between has its own.
            newest = ledger.newest_notice(notice) if notice.kind == outbox.CARD else notice.id
        assert request is not None  # noqa: S101  the outbox refers to it
        placed: Card | None = None
        match notice.kind:
            case outbox.CARD:
                placed = self._card(notice.recipient, request, cards.get(notice.recipient))
            case outbox.THREAD:
                self._thread(notice, request, cards.get(notice.recipient))
            case outbox.REPLY:
                self._reply(notice, request, cards)
            case outbox.END:
                text, blocks = private.ended(request)
                direct(self._client, notice.recipient, text, blocks)
        self._store.write(lambda ledger: self._settle(ledger, notice, newest, placed))

    def _settle(self, ledger: Ledger, notice: Notice, newest: int, placed: Card | None) -> None:
        ledger.notices_sent(notice, newest=newest, now=self._clock())
        if placed is not None:
            ledger.add_card(notice.request_id, placed)

    def _card(self, recipient: str, request: Request, before: Card | None) -> Card:
        text, blocks = card(request)
        if before is not None:
            try:
                self._client.chat_update(channel=before.channel, ts=before.ts, text=text, blocks=blocks)
            except SlackApiError as error:
                if error.response.get("error") not in _GONE:
                    raise
            else:
                return before
        if recipient[0] in "CG":
            answer = self._client.chat_postMessage(
                channel=recipient, text=text, blocks=blocks, unfurl_links=False, unfurl_media=False
            )
            return Card(recipient, str(answer.get("channel") or recipient), str(answer["ts"]))
        return Card(recipient, *direct(self._client, recipient, text, blocks))

    def _thread(self, notice: Notice, request: Request, parent: Card | None) -> None:
        if parent is None:
            raise Undeliverable("the card in the channel could not be posted, so there is no thread")
        for text in story(request, notice.facts):
            self._client.chat_postMessage(
                channel=parent.channel,
                thread_ts=parent.ts,
                text=text,
                blocks=[section(text)],  # in a block, unlike in a bare text, no address that somebody typed is a link
                unfurl_links=False,
                unfurl_media=False,
            )

    def _reply(self, notice: Notice, request: Request, cards: dict[str, Card]) -> None:
        link = None
        if notice.facts["code"] == "asked":
            link = self._permalink(next((one for one in cards.values() if one.recipient[0] in "CG"), None))
        address = ReplyAddress.parse(notice.recipient)
        text = private.reply(request, notice.facts, link)
        self._replies.send(address, text, [section(text)])

    def _permalink(self, place: Card | None) -> str | None:
        """A link is a courtesy: without one the answer is still whole."""
        if place is None:
            return None
        try:
            answer = self._client.chat_getPermalink(channel=place.channel, message_ts=place.ts)
        except (SlackApiError, *UNREACHED) as error:
            log.info("no_permalink", error=str(error))
            return None
        return str(answer.get("permalink") or "") or None

    def _postpone(self, notice: Notice, error: str, wait: timedelta | None = None) -> None:
        now = self._clock()
        until = now + wait if wait is not None else later(now, notice.attempts)
        self._store.write(lambda ledger: ledger.postpone_notice(notice, error, until=until))

    def _give_up(self, notice: Notice, error: str) -> None:
        self._store.write(lambda ledger: ledger.notice_failed(notice, error, now=self._clock()))
