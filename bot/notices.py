"""The sweep that delivers the outbox to Slack: what is due, in order, and what becomes of what can't be told."""

from __future__ import annotations

from collections.abc import Callable
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
from approvals.message_model import Notice
from approvals.pace import later
from approvals.store import Store
from bot.languages import Language, speaking
from bot.recipients import Recipients
from bot.replies import Replies, ReplyAddress
from bot.slack import CLOSED, FORBIDDEN, UNREACHED, is_in_vain, is_throttle, retry_after, told_by
from bot.telling import Closed, Teller, Told, is_channel

_WORTH_TELLING = timedelta(days=3)  # what a thread missed for longer than a weekend is history, and in the record
_PATIENCE = 0.5  # seconds; who takes longer is left to it, and the others are looked after

log = structlog.get_logger()


@dataclass(frozen=True, eq=False)
class _Batch:
    """Messages on their way, all under one lease; ``release`` gives it up."""

    attempts: list[Future[None]]
    release: ExitStack


class Notices:
    """Delivers what waits. A message may arrive twice where the answer of Slack was lost, never not at all.

    What fails for now is tried again, later and later: an answer that was lost, a Slack in trouble, a token that an
    operator must replace, since nothing can be said meanwhile anyway. What a closed channel (``bot.slack.CLOSED``,
    ``FORBIDDEN``) can't take is parked until it is open again, so that the private answers behind it go on. Slack tells
    of an open channel whether admins let the bot write there only when it tries: one request's messages do, the rest
    waits. A refusal of the message itself or of a person who is gone, which no waiting mends, is final; one that isn't
    known is so after some tries.

    Nothing here waits for the disk: what a loss of power undoes is told again.

    :param languages: in which a person is spoken to, with "" everybody together
    :param installed: do we know where the bot is installed? Before, it may be among people whom nothing concerns
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
        installed: Callable[[], bool],
        *,
        channel: str,
        together: int = 8,
    ) -> None:
        self._store = store
        self._clock = clock
        self._leases = leases
        self._languages = languages
        self._installed = installed
        self._teller = Teller(store, client, replies, channel)
        self._channel = channel
        self._together = together
        self._moved_in = False
        self._forbidden = ""  # Slack's code, where it lets us write nothing into the channel
        self._probing = ""  # the lane of which it is tried whether the channel is still forbidden
        self._pool = ThreadPoolExecutor(together, thread_name_prefix="notice")
        self._recipients = Recipients()
        self._batches: list[_Batch] = []

    def sweep(self, now: datetime) -> int:
        """Deliver what is due; returns how many messages are on their way or were."""
        if not self._installed():
            return 0
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
        if not self._installed():
            return None
        free, waiting = self._recipients.next_free(), ledger.next_notice(self._recipients.silent)
        return min((one for one in (free, waiting) if one is not None), default=None)

    def hasten(self) -> None:
        """Try at once what was put off: Slack is there again, or the token is another one."""
        self._store.write(lambda ledger: ledger.hasten_notices(self._clock()), durable=False)

    def forbidden(self) -> str | None:
        """Why the channel gets nothing though it is open, and what to do; None where it does, as far as is known."""
        code = self._forbidden
        if not code:
            return None
        return (
            f"Slack lets the bot write nothing in the channel {self._channel} ({code}): have an admin of the workspace "
            "allow it, or name another channel in the policy"
        )

    def reopen(self, channel: str) -> None:
        """The channel takes messages: deliver what was parked for it, if it is of use still."""
        with self._store.read() as ledger:
            if not ledger.is_any_parked():
                self._forbidden = self._probing = ""
                return
            self._probing = ledger.first_parked_lane(channel) if self._forbidden else ""
        now = self._clock()
        left_out = self._store.write(
            lambda ledger: ledger.unpark_notices(channel, lane=self._probing, since=now - _WORTH_TELLING, now=now),
            durable=False,
        )
        if left_out:
            log.warning("notices_left_out", number=left_out, channel=channel)

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
            attempts: list[Future[None]] = []
            self._batches.append(_Batch(attempts, stack.pop_all()))
        for notice in taken:  # where no more threads are to be had this raises, and those before are on their way
            self._recipients.begin(notice.recipient)
            attempts.append(self._pool.submit(self._attempt, notice))
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
                self._deliver(notice)
        except SlackApiError as error:
            code = told_by(error)
            if is_throttle(error):
                wait_for = timedelta(seconds=retry_after(error))
                self._recipients.pause(notice.recipient, self._clock() + wait_for)
                self._postpone(notice, code, wait_for)
            elif code in CLOSED | FORBIDDEN and notice.recipient == self._channel:
                self._park(notice, code)
                self._forbidden = code if code in FORBIDDEN else ""
            elif is_in_vain(error, notice.attempts):
                bound.error("notice_undeliverable", error=code, recipient=notice.recipient[:20])
                self._give_up(notice, code)
            else:
                bound.warning("notice_postponed", error=code)
                self._postpone(notice, code)
        except UNREACHED as error:
            bound.warning("notice_postponed", error=str(error))
            self._postpone(notice, str(error))
        except Closed as error:
            self._park(notice, str(error))
        except Exception as error:  # nobody else's message may wait for one that can't be worked out
            bound.exception("notice_failed")
            self._postpone(notice, repr(error))

    def _deliver(self, notice: Notice) -> None:
        told = self._teller.tell(notice)
        self._store.write(lambda ledger: self._settle(ledger, notice, told), durable=False)
        if self._forbidden and notice.lane == self._probing:
            log.info("channel_writable", channel=self._channel)
            self._forbidden = self._probing = ""
            self.reopen(self._channel)

    def _language_of(self, notice: Notice) -> Language:
        """A card that everybody sees is in the policy's language, all else in that of whoever gets it."""
        if is_channel(notice.recipient):
            return self._languages("")
        person = ReplyAddress.parse(notice.recipient).person_id if notice.kind == outbox.REPLY else notice.recipient
        return self._languages(person)

    def _settle(self, ledger: Ledger, notice: Notice, told: Told) -> None:
        ledger.notices_sent(notice, newest=told.newest, now=self._clock())
        if told.card is not None and notice.request_id is not None:
            ledger.add_card(notice.request_id, told.card)

    def _postpone(self, notice: Notice, error: str, wait: timedelta | None = None) -> None:
        now = self._clock()
        until = now + wait if wait is not None else later(now, notice.attempts)
        self._store.write(lambda ledger: ledger.postpone_notice(notice, error, until=until), durable=False)

    def _park(self, notice: Notice, error: str) -> None:
        if notice.lane != self._probing:  # that one was told of when it was parked first
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
