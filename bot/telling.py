"""Tells Slack one message of the outbox: a card, a line below it, a private answer, how it ended."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass

import structlog
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from approvals import outbox
from approvals.message_model import Card, Notice
from approvals.model import Request
from approvals.store import Store
from bot.answers import Permalink, Posted, read
from bot.cards import endings, private
from bot.cards.alarms import alarm, head
from bot.cards.request import card
from bot.cards.story import story
from bot.cards.text import section
from bot.replies import Replies, ReplyAddress
from bot.slack import CLOSED, PARENT_GONE, UNREACHED, code_of

_GONE = {"message_not_found", "cant_update_message", "edit_window_closed"}

log = structlog.get_logger()


class Closed(Exception):
    """The channel takes no messages until somebody opens it to the bot; the text is Slack's word for it."""


@dataclass(frozen=True, slots=True)
class Told:
    """What was told.

    :ivar newest: the number of the newest message that was told together with it
    :ivar card: where the card stands that it was, if it was one
    """

    newest: int
    card: Card | None = None


class Teller:
    """Tells each message to whoever it is for; that it was told is for others to write down.

    :param channel: of the policy; in another one, where an older policy had cards, no new one is posted
    """

    def __init__(self, store: Store, client: WebClient, replies: Replies, channel: str) -> None:
        self._store = store
        self._client = client
        self._replies = replies
        self._channel = channel

    def tell(self, notice: Notice) -> Told:
        """
        :raises SlackApiError: Slack refuses it
        :raises OSError, HTTPException: Slack can't be reached
        :raises Closed: what comes before it waits for the channel to be opened
        """
        if notice.kind == outbox.HEAD:
            text, blocks = head(notice.facts)
            self._client.chat_postMessage(channel=notice.recipient, text=text, blocks=blocks)
        elif notice.request_id is None:
            self._replies.direct(notice.recipient, *alarm(notice.facts))
        else:
            return self._about(notice, notice.request_id)
        return Told(notice.id)

    def _about(self, notice: Notice, request_id: int) -> Told:
        with self._store.read() as ledger:
            request = ledger.request(request_id)
            cards = {one.recipient: one for one in ledger.cards(request_id)}
            held = bool(ledger.incidents())
            # One picture stands for all that were taken with it. One that waits does so for what changes meanwhile.
            newest = ledger.newest_taken(notice) if notice.kind == outbox.CARD else notice.id
            behind_parked = notice.kind == outbox.THREAD and ledger.is_lane_parked(notice.lane)
        if behind_parked:
            raise Closed("what comes before it is parked")
        assert request is not None  # noqa: S101  the outbox refers to it
        placed: Card | None = None
        match notice.kind:
            case outbox.CARD:
                placed = self._card(notice.recipient, request, cards.get(notice.recipient), held=held)
            case outbox.THREAD:
                self._thread(notice, request, cards.get(notice.recipient), held=held)
            case outbox.REPLY:
                self._reply(notice, request, cards)
            case outbox.END:
                self._replies.direct(notice.recipient, *private.ended(request))
            case outbox.ENDING:
                self._replies.direct(notice.recipient, *endings.ending(request, notice.facts))
            case outbox.OVER:
                self._replies.direct(notice.recipient, *endings.over(request, notice.facts))
            case outbox.TAKEN_BACK:
                self._replies.direct(notice.recipient, *endings.taken_back(request, notice.facts))
            case outbox.REMIND:
                link = self._permalink(cards.get(notice.recipient))
                self._replies.direct(notice.recipient, *endings.reminder(request, link))
        return Told(newest, placed)

    def _card(self, recipient: str, request: Request, before: Card | None, *, held: bool) -> Card:
        text, blocks = card(request, held=held)
        if before is not None:
            try:
                self._client.chat_update(channel=before.channel, ts=before.ts, text=text, blocks=blocks)
            except SlackApiError as error:
                if code_of(error) not in self._replaceable(recipient):
                    raise
            else:
                return before
        if is_channel(recipient):
            answer = self._client.chat_postMessage(
                channel=recipient, text=text, blocks=blocks, unfurl_links=False, unfurl_media=False
            )
            posted = read(Posted, answer)
            return Card(recipient, posted.channel, posted.ts)
        return Card(recipient, *self._replies.direct(recipient, text, blocks))

    def _replaceable(self, recipient: str) -> Set[str]:
        """The refusals of an update after which a new card is posted: none in a channel of an older policy."""
        if is_channel(recipient):
            return _GONE if recipient == self._channel else set()
        return _GONE | CLOSED  # of a former app, which had conversations of its own

    def _thread(self, notice: Notice, request: Request, parent: Card | None, *, held: bool) -> None:
        if parent is None:  # it stands in another channel, which an older policy named
            parent = self._card(notice.recipient, request, None, held=held)
            self._place(request.id, parent)
        parts = story(request, notice.facts)
        for number, text in enumerate(parts[notice.told :], notice.told + 1):
            try:
                self._line(parent, text)
            except SlackApiError as error:
                if code_of(error) not in PARENT_GONE:
                    raise
                parent = self._card(notice.recipient, request, None, held=held)
                self._place(request.id, parent)
                self._line(parent, text)
            if number < len(parts):
                self._told(notice, number)

    def _line(self, parent: Card, text: str) -> None:
        self._client.chat_postMessage(
            channel=parent.channel,
            thread_ts=parent.ts,
            text=text,
            blocks=[section(text)],  # in a block, unlike in a bare text, no address that somebody typed is a link
            unfurl_links=False,
            unfurl_media=False,
        )

    def _told(self, notice: Notice, parts: int) -> None:
        self._store.write(lambda ledger: ledger.notice_told(notice, parts), durable=False)

    def _place(self, request_id: int, card: Card) -> None:
        self._store.write(lambda ledger: ledger.add_card(request_id, card), durable=False)

    def _reply(self, notice: Notice, request: Request, cards: Mapping[str, Card]) -> None:
        link = None
        if notice.facts["code"] == "asked":
            link = self._permalink(cards.get(self._channel))
        address = ReplyAddress.parse(notice.recipient)
        text = private.reply(request, notice.facts, link)
        self._replies.send(address, text, [section(text)])

    def _permalink(self, place: Card | None) -> str | None:
        """A link is a courtesy: without one the answer is still whole."""
        if place is None:
            return None
        try:
            answer = self._client.chat_getPermalink(channel=place.channel, message_ts=place.ts)
            return read(Permalink, answer).permalink
        except (SlackApiError, *UNREACHED) as error:
            log.info("no_permalink", error=str(error))
            return None


def is_channel(recipient: str) -> bool:
    """Everybody there sees it; else it is for one person."""
    return recipient[:1] in ("C", "G")
