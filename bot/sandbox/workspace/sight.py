"""What one person sees, as the JSON of the page."""

from __future__ import annotations

from typing import Any

from bot.sandbox.workspace.forms import plain_of
from bot.sandbox.workspace.state import Conversation, Message, Workspace
from bot.sandbox.workspace.views import OpenView, Views


def sight_of(workspace: Workspace, views: Views, person: str) -> dict[str, Any]:
    version = workspace.changes.version(person)
    with workspace.lock:
        conversations = list(workspace.conversations_of(person))
        seen = {one.id: _visible(workspace, one, person) for one in conversations}
        home = views.home(person)
        return {
            "version": version,
            "conversations": [_conversation(one, seen[one.id], person) for one in conversations],
            "messages": {channel: _threaded(workspace, messages) for channel, messages in seen.items()},
            "views": [_view(view) for view in views.stack(person)],
            "home": _view(home) if home else None,
        }


def _visible(workspace: Workspace, conversation: Conversation, person: str) -> list[Message]:
    return [message for message in conversation.messages if person in workspace.watchers(message)]


def _conversation(conversation: Conversation, seen: list[Message], person: str) -> dict[str, Any]:
    read = conversation.read.get(person, "")
    return {
        "id": conversation.id,
        "kind": conversation.kind,
        "name": conversation.name,
        "purpose": conversation.purpose,
        "unread": sum(message.ts > read and message.user != person for message in seen),
    }


def _threaded(workspace: Workspace, seen: list[Message]) -> list[dict[str, Any]]:
    """Oldest first, the replies under their parent; a reply whose parent isn't seen stands by itself."""
    shown = {message.ts: _message(workspace, message) for message in seen}
    top = []
    for message in seen:
        parent = shown.get(message.thread_ts or "")
        if parent is None:
            top.append(shown[message.ts])
        else:
            parent["replies"].append(shown[message.ts])
            parent["reply_count"] += 1
    return top


def _message(workspace: Workspace, message: Message) -> dict[str, Any]:
    return {
        "ts": message.ts,
        "user": message.user,
        "bot": message.user not in workspace.people,
        "text": message.text,
        "blocks": message.blocks,
        "ephemeral": message.only_for is not None,
        "edited": message.edited,
        "at": message.at,
        "replies": [],
        "reply_count": 0,
    }


def _view(view: OpenView) -> dict[str, Any]:
    told = view.told
    return {
        "id": view.id,
        "type": view.kind,
        "title": _words(told.get("title")),
        "submit": _words(told.get("submit")),
        "close": _words(told.get("close")),
        "blocks": told["blocks"],
        "callback_id": told.get("callback_id", ""),
        "errors": view.errors,
        "state": plain_of(view.values),
    }


def _words(text: dict[str, Any] | None) -> str | None:
    return text["text"] if text else None
