"""The workspace itself: people, conversations, messages and who sees them. In memory, safe from any thread."""

from __future__ import annotations

import copy
import secrets
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox import company
from bot.sandbox.workspace.blocks import Block, elements_of
from bot.sandbox.workspace.changes import Changes
from bot.sandbox.workspace.tickets import ResponseUrls, Triggers


@dataclass(slots=True)
class Message:
    """A message as it stands now.

    :ivar user: the author
    :ivar only_for: the one person who sees it, where it is ephemeral
    :ivar at: when it was posted, unix seconds
    """

    channel: str
    ts: str
    user: str
    text: str
    blocks: list[Block] | None
    at: float
    thread_ts: str | None = None
    only_for: str | None = None
    edited: bool = False
    metadata: dict[str, Any] | None = None

    @property
    def by_bot(self) -> bool:
        return self.user == company.BOT_USER


@dataclass(slots=True)
class Conversation:
    """A channel, or the direct message of one person with the bot (``kind`` is ``channel`` or ``dm``)."""

    id: str
    kind: str
    name: str
    purpose: str
    members: set[str]
    bot_is_member: bool
    archived: bool = False
    private: bool = False
    messages: list[Message] = field(default_factory=list)
    read: dict[str, str] = field(default_factory=dict)


class Workspace:
    """
    :param clock: seconds, of the kind that ``time.time`` gives
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock = clock
        self.lock = threading.RLock()
        self.changes = Changes()
        self.triggers = Triggers(clock)
        self.responses = ResponseUrls(clock)
        self.people = {member.id: member for member in company.PEOPLE}
        self.deactivated: set[str] = set()
        self.groups = {group.id: group for group in company.GROUPS}
        self.conversations = {
            channel.id: Conversation(
                channel.id, "channel", channel.name, channel.purpose, set(channel.members), channel.bot_is_member
            )
            for channel in company.CHANNELS
        }
        for person in self.people:
            dm = self.dm_of(person)
            self.conversations[dm] = Conversation(dm, "dm", "Imagewarden", "", {person}, bot_is_member=True)
        self._last_ts = 0

    @staticmethod
    def dm_of(person: str) -> str:
        return f"D{person[1:]}"

    def conversations_of(self, person: str) -> Iterator[Conversation]:
        return (one for one in self.conversations.values() if person in one.members)

    def find(self, channel: str, ts: str) -> Message | None:
        conversation = self.conversations.get(channel)
        held = conversation.messages if conversation else []
        return next((message for message in held if message.ts == ts), None)

    def watchers(self, message: Message) -> set[str]:
        """Who sees a message."""
        return {message.only_for} if message.only_for else self.conversations[message.channel].members

    def post(
        self,
        channel: str,
        user: str,
        text: str,
        blocks: list[Block] | None = None,
        *,
        thread_ts: str | None = None,
        only_for: str | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> Message:
        with self.lock:
            message = Message(
                channel,
                self._next_ts(),
                user,
                text,
                identified(blocks),
                self.clock(),
                thread_ts,
                only_for,
                metadata=metadata,
            )
            self.conversations[channel].messages.append(message)
            if user in self.people:
                self.conversations[channel].read[user] = message.ts
        self.changes.bump(self.watchers(message))
        return message

    def edit(self, message: Message, text: str, blocks: list[Block] | None) -> None:
        with self.lock:
            message.text, message.blocks, message.edited = text, identified(blocks), True
        self.changes.bump(self.watchers(message))

    def show_to_all(self, message: Message) -> None:
        """An ephemeral message becomes one of the channel, as a typed command does with an answer ``in_channel``."""
        with self.lock:
            message.only_for = None
        self.changes.bump(self.watchers(message))

    def remove(self, message: Message) -> None:
        with self.lock:
            self.conversations[message.channel].messages.remove(message)
        self.changes.bump(self.watchers(message))

    def mark_read(self, person: str, channel: str) -> None:
        with self.lock:
            self.conversations[channel].read[person] = self._next_ts()
        self.changes.bump({person})

    def _next_ts(self) -> str:
        """Slack's name of a message within its channel: the time, to the microsecond, never twice."""
        with self.lock:
            self._last_ts = max(int(self.clock() * 1_000_000), self._last_ts + 1)
            return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"


def identified(blocks: list[Block] | None) -> list[Block] | None:
    """A copy in which each block and each element that can be acted on has an id, as Slack gives them."""
    if blocks is None:
        return None
    blocks = copy.deepcopy(blocks)
    for block in blocks:
        block.setdefault("block_id", secrets.token_urlsafe(4))
        for element in elements_of(block):
            element.setdefault("action_id", secrets.token_urlsafe(4))
    return blocks
