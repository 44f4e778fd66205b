"""The sweep that delivers the outbox to Slack: cards, their threads, private answers, and how it ended."""

from __future__ import annotations

from collections.abc import Callable, Set
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from approvals import outbox
from approvals.leases import LEASE, Leases
from approvals.ledger import Ledger
from approvals.message_model import Card, Notice
from approvals.model import Request
from approvals.pace import later
from approvals.store import Store
from bot.answers import Permalink, Posted, read
from bot.cards import endings, private
from bot.cards.alarms import alarm, head
from bot.cards.request import card
from bot.cards.story import story
from bot.cards.text import section
from bot.languages import Language, speaking
from bot.recipients import Recipients
from bot.replies import Replies, ReplyAddress
from bot.slack import CLOSED, PARENT_GONE, UNREACHED, code_of, is_passing, is_throttle, retry_after, told_by

_GONE = {"message_not_found", "cant_update_message", "edit_window_closed"}
_WORTH_TELLING = timedelta(days=3)  # what a channel missed for longer than a weekend is history, and in the record
_PATIENCE = 0.5  # seconds; who takes longer is left to it, and the others are looked after

log = structlog.get_logger()


class Closed(Exception):
    """The channel takes no messages until somebody opens it to the bot; the text is Slack's word for it."""


@dataclass(frozen=True, eq=False)
class _Batch:
    """Messages on their way, all under one lease; ``release`` gives it up."""

    attempts: list[Future[None]]
    release: ExitStack


class Notices:
    """Delivers what waits. A message may arrive twice where the answer of Slack was lost, never not at all.

    What fails for now is tried again, later and later: an answer that was lost, a Slack in trouble, a token that an
    operator must replace, since nothing can be said meanwhile anyway. What a closed channel (``bot.slack.CLOSED``)
    can't take is parked until it is open again, so that the private answers behind it go on. Any other refusal is of
    the message itself or of a person who is gone, which no waiting mends: it is final.

    Nothing here waits for the disk: what a loss of power undoes is told again.

    :param languages: in which a person is spoken to, with "" everybody together
    :param channel: of the policy; what can't be told in another one, where an older policy had cards, is given up
    :param together: messages sent side by side, each to somebody else
    """

    def __init__(
        self,
        store: Store,
        client: WebClient,
        replies: Replies,
        clock: Callable[[], datetime],
        leases: Leases,
        languages: Callable[[str], Language],
        *,
        channel: str,
        together: int = 8,
    ) -> None:
        self._store = store
        self._client = client
        self._replies = replies
        self._clock = clock
        self._leases = leases
        self._languages = languages
        self._channel = channel
        self._together = together
        self._moved_in = False
        self._pool = ThreadPoolExecutor(together, thread_name_prefix="notice")
        self._recipients = Recipients()
        self._batches: list[_Batch] = []

    def sweep(self, now: datetime) -> int:
        """Deliver what is due; returns how many messages are on their way or were."""
        if not self._moved_in:
            self._move_in()
        with self._store.read() as ledger:
            due = ledger.notices_due(now, 1, self._recipients.held(now))
        on_their_way = sum(not attempt.done() for batch in self._batches for attempt in batch.attempts)
        if due and on_their_way < self._together:
            on_their_way += self._begin(now, self._together - on_their_way)
        self._wait()
        return on_their_way

    def next_due(self, ledger: Ledger) -> datetime | None:
        """When something will be due; whoever is held until then is left out."""
        free, waiting = self._recipients.next_free(), ledger.next_notice(self._recipients.silent)
        return min((one for one in (free, waiting) if one is not None), default=None)

    def hasten(self) -> None:
        """Try at once what was put off: Slack is there again, or the token is another one."""
        self._store.write(lambda ledger: ledger.hasten_notices(self._clock()), durable=False)

    def reopen(self, channel: str) -> None:
        """The channel takes messages: deliver what was parked for it, if it is young enough to be of use."""
        with self._store.read() as ledger:
            if not ledger.is_any_parked():
                return
        now = self._clock()
        self._store.write(
            lambda ledger: ledger.unpark_notices(channel, since=now - _WORTH_TELLING, now=now), durable=False
        )

    def close(self) -> None:
        self._pool.shutdown()

    def _move_in(self) -> None:
        """Have delivered in the channel what waits for the one that an older policy named."""
        with self._store.read() as ledger:
            elsewhere = ledger.notices_elsewhere(self._channel)
        if elsewhere:
            log.info("notices_moved", number=len(elsewhere), channel=self._channel)
            self._store.write(lambda ledger: ledger.move_notices(self._channel), durable=False)
        self._moved_in = True

    def _begin(self, now: datetime, most: int) -> int:
        with ExitStack() as stack:
            lease = stack.enter_context(self._leases.hold(now))
            taken = self._store.write(lambda ledger: self._take(ledger, now, most, lease), durable=False)
            self._recipients.begin(notice.recipient for notice in taken)
            attempts = [self._pool.submit(self._attempt, notice) for notice in taken]
            self._batches.append(_Batch(attempts, stack.pop_all()))
        return len(taken)

    def _take(self, ledger: Ledger, now: datetime, most: int, lease: str) -> list[Notice]:
        held, taken = self._recipients.held(now), list[Notice]()
        while len(taken) < most:
            some = ledger.take_notices(now, 1, held, lease=lease, until=now + LEASE)
            if not some:
                break
            taken += some
            held.add(some[0].recipient)
        return taken

    def _wait(self) -> None:
        wait([attempt for batch in self._batches for attempt in batch.attempts], _PATIENCE)
        ended = [batch for batch in self._batches if all(attempt.done() for attempt in batch.attempts)]
        self._batches = [batch for batch in self._batches if batch not in ended]
        for batch in ended:
            batch.release.close()
        for attempt in [attempt for batch in ended for attempt in batch.attempts]:
            attempt.result()  # raises what nobody foresaw

    def _attempt(self, notice: Notice) -> None:
        try:
            self._try(notice)
        finally:
            self._recipients.end(notice.recipient)

    def _try(self, notice: Notice) -> None:
        bound = log.bind(request=notice.request_id, kind=notice.kind, notice=notice.id)
        try:
            with speaking(self._language_of(notice)):
                if notice.kind == outbox.HEAD:
                    self._head(notice)
                elif notice.request_id is None:
                    self._alarm(notice)
                else:
                    self._deliver(notice, notice.request_id)
        except SlackApiError as error:
            code = told_by(error)
            if is_throttle(error):
                wait_for = timedelta(seconds=retry_after(error))
                self._recipients.pause(notice.recipient, self._clock() + wait_for)
                self._postpone(notice, code, wait_for)
            elif code in CLOSED and notice.recipient == self._channel:
                self._park(notice, code)
            elif is_passing(error):
                bound.warning("notice_postponed", error=code)
                self._postpone(notice, code)
            else:
                bound.error("notice_undeliverable", error=code, recipient=notice.recipient[:20])
                self._give_up(notice, code)
        except UNREACHED as error:
            bound.warning("notice_postponed", error=str(error))
            self._postpone(notice, str(error))
        except Closed as error:
            self._park(notice, str(error))
        except Exception as error:  # nobody else's message may wait for one that can't be worked out
            bound.exception("notice_failed")
            self._postpone(notice, repr(error))

    def _language_of(self, notice: Notice) -> Language:
        """A card that everybody sees is in the policy's language, all else in that of whoever gets it."""
        if _is_channel(notice.recipient):
            return self._languages("")
        person = ReplyAddress.parse(notice.recipient).person_id if notice.kind == outbox.REPLY else notice.recipient
        return self._languages(person)

    def _alarm(self, notice: Notice) -> None:
        text, blocks = alarm(notice.facts)
        self._replies.direct(notice.recipient, text, blocks)
        self._sent(notice)

    def _head(self, notice: Notice) -> None:
        text, blocks = head(notice.facts)
        self._client.chat_postMessage(channel=notice.recipient, text=text, blocks=blocks)
        self._sent(notice)

    def _sent(self, notice: Notice) -> None:
        self._store.write(
            lambda ledger: ledger.notices_sent(notice, newest=notice.id, now=self._clock()), durable=False
        )

    def _deliver(self, notice: Notice, request_id: int) -> None:
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
                self._replies.direct(notice.recipient, *endings.ending(request))
            case outbox.OVER:
                self._replies.direct(notice.recipient, *endings.over(request))
            case outbox.REMIND:
                link = self._permalink(cards.get(notice.recipient))
                self._replies.direct(notice.recipient, *endings.reminder(request, link))
        self._store.write(lambda ledger: self._settle(ledger, notice, request_id, newest, placed), durable=False)

    def _settle(self, ledger: Ledger, notice: Notice, request_id: int, newest: int, placed: Card | None) -> None:
        ledger.notices_sent(notice, newest=newest, now=self._clock())
        if placed is not None:
            ledger.add_card(request_id, placed)

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
        if _is_channel(recipient):
            answer = self._client.chat_postMessage(
                channel=recipient, text=text, blocks=blocks, unfurl_links=False, unfurl_media=False
            )
            posted = read(Posted, answer)
            return Card(recipient, posted.channel, posted.ts)
        return Card(recipient, *self._replies.direct(recipient, text, blocks))

    def _replaceable(self, recipient: str) -> Set[str]:
        """The refusals of an update after which a new card is posted: none in a channel of an older policy."""
        if _is_channel(recipient):
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

    def _reply(self, notice: Notice, request: Request, cards: dict[str, Card]) -> None:
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

    def _postpone(self, notice: Notice, error: str, wait: timedelta | None = None) -> None:
        now = self._clock()
        until = now + wait if wait is not None else later(now, notice.attempts)
        self._store.write(lambda ledger: ledger.postpone_notice(notice, error, until=until), durable=False)

    def _park(self, notice: Notice, error: str) -> None:
        log.error(
            "notice_parked",
            request=notice.request_id,
            kind=notice.kind,
            notice=notice.id,
            channel=notice.recipient,
            error=error,
        )
        self._store.write(lambda ledger: ledger.park_notice(notice, error, now=self._clock()), durable=False)

    def _give_up(self, notice: Notice, error: str) -> None:
        self._store.write(lambda ledger: ledger.notice_failed(notice, error, now=self._clock()), durable=False)


def _is_channel(recipient: str) -> bool:
    return recipient[:1] in ("C", "G")
