"""What Slack sends a bot: the fields of commands, interactions and events, in Slack's shapes."""

from __future__ import annotations

import secrets
from typing import Any

from bot.sandbox import company
from bot.sandbox.workspace.messages import message_object
from bot.sandbox.workspace.state import Conversation, Message, Workspace
from bot.sandbox.workspace.views import OpenView, view_object

Payload = dict[str, Any]

_TEAM_DOMAIN = "nimbus-robotics"
_LEGACY_TOKEN = "verification-token-nobody-should-trust"  # noqa: S105 - Slack still sends one, deprecated


class Payloads:
    """
    :param site: where the response_urls are
    """

    def __init__(self, workspace: Workspace, site: str) -> None:
        self._workspace = workspace
        self._site = site

    def command(self, person: str, conversation: Conversation, command: str, text: str, response: str) -> Payload:
        """A form's fields; the booleans are texts there."""
        return {
            "token": _LEGACY_TOKEN,
            "team_id": company.TEAM,
            "team_domain": _TEAM_DOMAIN,
            "channel_id": conversation.id,
            "channel_name": _channel_name(conversation),
            "user_id": person,
            "user_name": self._workspace.people[person].name,
            "command": command,
            "text": text,
            "api_app_id": company.APP,
            "is_enterprise_install": "false",
            "response_url": self.response_url(response),
            "trigger_id": self._workspace.triggers.give(person),
        }

    def press_in_message(self, person: str, message: Message, action: Payload, response: str) -> Payload:
        """The message itself is left out where it is ephemeral: Slack doesn't promise it there."""
        container: Payload = {
            "type": "message",
            "message_ts": message.ts,
            "channel_id": message.channel,
            "is_ephemeral": message.only_for is not None,
        }
        if message.thread_ts:
            container["thread_ts"] = message.thread_ts
        return {
            "type": "block_actions",
            **self._common(person),
            "container": container,
            "trigger_id": self._workspace.triggers.give(person),
            "channel": self._channel(message.channel),
            **({} if message.only_for else {"message": message_object(message)}),
            "state": {"values": {}},
            "response_url": self.response_url(response),
            "actions": [action],
        }

    def press_in_view(self, person: str, view: OpenView, action: Payload) -> Payload:
        modal = view.id if view.kind == "modal" else None
        return {
            "type": "block_actions",
            **self._common(person),
            "container": {"type": "view", "view_id": view.id},
            "trigger_id": self._workspace.triggers.give(person, modal),
            "view": view_object(view),
            "actions": [action],
        }

    def suggestion(self, person: str, view: OpenView, block_id: str, action_id: str, typed: str) -> Payload:
        """No trigger and no response_url: all that can be done with it is to answer."""
        return {
            "type": "block_suggestion",
            **self._common(person),
            "container": {"type": "view", "view_id": view.id},
            "view": view_object(view),
            "block_id": block_id,
            "action_id": action_id,
            "value": typed,
        }

    def submission(self, person: str, view: OpenView) -> Payload:
        return {
            "type": "view_submission",
            **self._common(person),
            "trigger_id": self._workspace.triggers.give(person, view.id),
            "view": view_object(view),
            "response_urls": [],
        }

    def closed(self, person: str, view: OpenView) -> Payload:
        return {"type": "view_closed", **self._common(person), "view": view_object(view), "is_cleared": False}

    def shortcut(self, person: str, callback_id: str) -> Payload:
        return {
            "type": "shortcut",
            **self._common(person),
            "action_ts": self._now(),
            "callback_id": callback_id,
            "trigger_id": self._workspace.triggers.give(person),
        }

    def message_action(self, person: str, callback_id: str, message: Message, response: str) -> Payload:
        return {
            **self.shortcut(person, callback_id),
            "type": "message_action",
            "message_ts": message.ts,
            "message": message_object(message),
            "channel": self._channel(message.channel),
            "response_url": self.response_url(response),
        }

    def home_opened(self, person: str, home: OpenView | None) -> Payload:
        event: Payload = {
            "type": "app_home_opened",
            "user": person,
            "channel": self._workspace.dm_of(person),
            "tab": "home",
            "event_ts": self._now(),
        }
        if home:
            event["view"] = view_object(home)
        return {
            "token": _LEGACY_TOKEN,
            "team_id": company.TEAM,
            "api_app_id": company.APP,
            "type": "event_callback",
            "event": event,
            "event_id": f"Ev0{secrets.token_hex(5).upper()}",
            "event_time": int(self._workspace.clock()),
            "authorizations": [
                {
                    "enterprise_id": None,
                    "team_id": company.TEAM,
                    "user_id": company.BOT_USER,
                    "is_bot": True,
                    "is_enterprise_install": False,
                }
            ],
            "is_ext_shared_channel": False,
        }

    def response_url(self, response: str) -> str:
        return f"{self._site}/response/{response}"

    def _common(self, person: str) -> Payload:
        name = self._workspace.people[person].name
        return {
            "team": {"id": company.TEAM, "domain": _TEAM_DOMAIN},
            "user": {"id": person, "username": name, "name": name, "team_id": company.TEAM},
            "enterprise": None,
            "is_enterprise_install": False,
            "api_app_id": company.APP,
            "token": _LEGACY_TOKEN,
        }

    def _channel(self, channel: str) -> Payload:
        return {"id": channel, "name": _channel_name(self._workspace.conversations[channel])}

    def _now(self) -> str:
        return f"{self._workspace.clock():.6f}"


def _channel_name(conversation: Conversation) -> str:
    if conversation.kind == "dm":
        return "directmessage"
    return "privategroup" if conversation.private else conversation.name
