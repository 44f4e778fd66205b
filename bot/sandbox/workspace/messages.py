"""The ``chat.*`` methods: posting, updating, telling one person."""

from __future__ import annotations

from typing import Any

from bot import limits
from bot.sandbox import company
from bot.sandbox.workspace.blocks import check_message_blocks
from bot.sandbox.workspace.errors import SlackError
from bot.sandbox.workspace.faults import PostLimit
from bot.sandbox.workspace.state import Conversation, Message, Workspace

Args = dict[str, Any]


def message_object(message: Message) -> dict[str, Any]:
    """A message as the Web API and the payloads of interactions show it."""
    shown: dict[str, Any] = {
        "type": "message",
        "user": message.user,
        "ts": message.ts,
        "team": company.TEAM,
        "text": message.text,
    }
    if message.by_bot:
        shown |= {"bot_id": company.BOT_ID, "app_id": company.APP}
    if message.blocks is not None:
        shown["blocks"] = message.blocks
    if message.thread_ts:
        shown["thread_ts"] = message.thread_ts
    if message.edited:
        shown["edited"] = {"user": message.user, "ts": message.ts}
    return shown


def check_content(text: str, blocks: Any) -> None:
    """
    :raises SlackError: ``no_text``, ``msg_too_long``, ``invalid_blocks_format``, ``invalid_blocks`` or
        ``msg_blocks_too_long``
    """
    if blocks is not None and not isinstance(blocks, list):
        raise SlackError("invalid_blocks_format")
    if not text and not blocks:
        raise SlackError("no_text")
    if len(text) > limits.MESSAGE_TEXT:
        raise SlackError("msg_too_long")
    check_message_blocks(blocks or [])


class Chat:
    """
    :param site: the address that permalinks begin with
    """

    def __init__(self, workspace: Workspace, limit: PostLimit, site: str) -> None:
        self._workspace = workspace
        self._limit = limit
        self._site = site

    def post_message(self, args: Args) -> dict[str, Any]:
        conversation = self._writable(args)
        text, blocks = str(args.get("text") or ""), args.get("blocks")
        check_content(text, blocks)
        thread = args.get("thread_ts")
        if thread and self._workspace.find(conversation.id, thread) is None:
            raise SlackError("cannot_reply_to_message")
        self._limit.take(conversation.id)
        message = self._workspace.post(
            conversation.id, company.BOT_USER, text, blocks, thread_ts=thread, metadata=args.get("metadata")
        )
        return {"channel": conversation.id, "ts": message.ts, "message": message_object(message)}

    def update(self, args: Args) -> dict[str, Any]:
        """Blocks that aren't mentioned stay; an empty list takes them away."""
        conversation = self._known(str(args.get("channel") or ""))
        message = self._workspace.find(conversation.id, str(args.get("ts") or ""))
        if message is None or message.only_for:
            raise SlackError("message_not_found")
        if conversation.archived:
            raise SlackError("is_inactive")
        if not message.by_bot:
            raise SlackError("cant_update_message")
        text, blocks = str(args.get("text") or ""), args.get("blocks")
        check_content(text, blocks)
        self._workspace.edit(message, text, message.blocks if blocks is None else blocks)
        return {
            "channel": conversation.id,
            "ts": message.ts,
            "text": message.text,
            "message": message_object(message),
        }

    def post_ephemeral(self, args: Args) -> dict[str, Any]:
        conversation = self._writable(args)
        person = str(args.get("user") or "")
        if person not in conversation.members:
            raise SlackError("user_not_in_channel")
        text, blocks = str(args.get("text") or ""), args.get("blocks")
        check_content(text, blocks)
        message = self._workspace.post(
            conversation.id, company.BOT_USER, text, blocks, thread_ts=args.get("thread_ts"), only_for=person
        )
        return {"message_ts": message.ts}

    def get_permalink(self, args: Args) -> dict[str, Any]:
        conversation = self._known(str(args.get("channel") or ""))
        message = self._workspace.find(conversation.id, str(args.get("message_ts") or ""))
        if message is None or message.only_for:
            raise SlackError("message_not_found")
        address = f"{self._site}/archives/{conversation.id}/p{message.ts.replace('.', '')}"
        if message.thread_ts:
            address += f"?thread_ts={message.thread_ts}&cid={conversation.id}"
        return {"channel": conversation.id, "permalink": address}

    def _known(self, channel: str) -> Conversation:
        conversation = self._workspace.conversations.get(channel)
        if conversation is None or (conversation.private and not conversation.bot_is_member):
            raise SlackError("channel_not_found")
        return conversation

    def _writable(self, args: Args) -> Conversation:
        channel = str(args.get("channel") or "")
        if channel in self._workspace.people:
            channel = self._workspace.dm_of(channel)
        conversation = self._known(channel)
        if conversation.archived:
            raise SlackError("is_archived")
        if not conversation.bot_is_member:
            raise SlackError("not_in_channel")
        return conversation
