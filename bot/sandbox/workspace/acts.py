"""What people do in the workspace: type a command, press, submit, close, take a shortcut, open the Home tab."""

from __future__ import annotations

from typing import Any

from bot.sandbox import company
from bot.sandbox.workspace.blocks import check_view
from bot.sandbox.workspace.delivery import Delivery
from bot.sandbox.workspace.errors import Refused, SlackError, Undelivered
from bot.sandbox.workspace.escape import escape_command
from bot.sandbox.workspace.forms import action_of, complaints, find_element, plain_of, state_of
from bot.sandbox.workspace.manifest import Manifest
from bot.sandbox.workspace.messages import check_content
from bot.sandbox.workspace.payloads import Payload, Payloads
from bot.sandbox.workspace.responses import Responses
from bot.sandbox.workspace.state import Conversation, Message, Workspace
from bot.sandbox.workspace.suggestions import asks_at, options_in, with_offers
from bot.sandbox.workspace.views import OpenView, Values, Views

Answer = dict[str, Any]

SLACKBOT = "USLACKBOT"

_TROUBLE = "We had some trouble connecting. Try again?"
_FAILURES = {
    "operation_timeout": "Imagewarden didn't answer within 3 seconds. Try again.",
    "dispatch_failed": "Imagewarden can't be reached, or answered with an error.",
}


class Acts:
    """Each method is one thing that a person does; ``person`` is their id.

    All of them raise :class:`Refused` where the thing can't be done, with a sentence that says why.
    """

    def __init__(
        self,
        workspace: Workspace,
        views: Views,
        delivery: Delivery,
        responses: Responses,
        payloads: Payloads,
        manifest: Manifest,
    ) -> None:
        self._workspace = workspace
        self._views = views
        self._delivery = delivery
        self._responses = responses
        self._payloads = payloads
        self._manifest = manifest

    def command(self, person: str, channel: str, text: str) -> Answer:
        conversation = self._conversation(person, channel)
        name, _, rest = text.strip().partition(" ")
        command = next((one for one in self._manifest.commands if one.name == name), None)
        if command is None:
            known = ", ".join(one.name for one in self._manifest.commands)
            raise Refused(f"{name or 'Nothing'} is not a command here. Type {known}.")
        rest = rest.strip()
        typed = self._workspace.post(channel, person, text.strip(), only_for=person)
        response = self._workspace.responses.give(channel, person)
        told = self._escaped(rest) if command.should_escape else rest
        payload = self._payloads.command(person, conversation, name, told, response)
        try:
            said = self._delivery.send("slash_commands", payload)
            shown = self._show_ack(response, said, typed)
        except Undelivered as failure:
            shown = self._workspace.post(
                channel, SLACKBOT, f'{name} failed with the error "{failure.code}"', only_for=person
            )
        return {"ok": True, "shown": shown.text if shown else None}

    def press_in_message(
        self, person: str, channel: str, ts: str, block_id: str, action_id: str, value: object = None
    ) -> Answer:
        message = self._message(person, channel, ts)
        element = find_element(message.blocks, block_id, action_id)
        action = action_of(element, block_id, value, self._now())
        response = self._workspace.responses.give(channel, person, message.ts)
        return self._interact(self._payloads.press_in_message(person, message, action, response))

    def press_in_view(
        self,
        person: str,
        view_id: str,
        block_id: str,
        action_id: str,
        value: object = None,
        values: Values | None = None,
    ) -> Answer:
        """
        :param values: what is filled in beside; the view's state carries it
        """
        view = self._view(person, view_id)
        blocks = with_offers(view)
        element = find_element(blocks, block_id, action_id)
        filled_in = dict(values or {})
        if element["type"] not in ("button", "overflow"):
            filled_in[block_id] = {**filled_in.get(block_id, {}), action_id: value}
        view.values |= state_of(blocks, {**plain_of(view.values), **filled_in})
        action = action_of(element, block_id, value, self._now())
        return self._interact(self._payloads.press_in_view(person, view, action))

    def suggestions(self, person: str, view_id: str, block_id: str, action_id: str, typed: str) -> Answer:
        """What a menu offers for what is typed into it. Slack shows no reason where the bot gives no good answer."""
        view = self._view(person, view_id)
        element = find_element(view.told["blocks"], block_id, action_id)
        if len(typed) < asks_at(element):
            return {"ok": True, "options": []}
        try:
            said = self._delivery.send(
                "interactive", self._payloads.suggestion(person, view, block_id, action_id, typed)
            )
            options = options_in(said or {})
        except (Undelivered, SlackError):
            return {"ok": False, "error": "No results could be loaded.", "options": []}
        view.offered.setdefault((block_id, action_id), {}).update({option["value"]: option for option in options})
        return {"ok": True, "options": options}

    def submit(self, person: str, view_id: str, values: Values) -> Answer:
        view = self._view(person, view_id)
        if view.kind != "modal":
            raise Refused("Only a modal can be submitted.")
        blocks = with_offers(view)
        view.values = state_of(blocks, values)
        if errors := complaints(blocks, view.values):
            return self._complain(view, errors)
        try:
            said = self._delivery.send("interactive", self._payloads.submission(person, view)) or {}
            return self._after_submission(view, said)
        except (Undelivered, SlackError):
            return {"ok": False, "error": _TROUBLE}

    def close(self, person: str, view_id: str) -> Answer:
        view = self._view(person, view_id)
        self._views.close(view)
        if view.told.get("notify_on_close"):
            return self._interact(self._payloads.closed(person, view))
        return {"ok": True}

    def shortcut(self, person: str, callback_id: str, channel: str = "", ts: str = "") -> Answer:
        shortcut = next((one for one in self._manifest.shortcuts if one.callback_id == callback_id), None)
        if shortcut is None:
            raise Refused("There is no such shortcut.", 404)
        if shortcut.kind == "global":
            return self._interact(self._payloads.shortcut(person, callback_id))
        message = self._message(person, channel, ts)
        response = self._workspace.responses.give(channel, person)
        return self._interact(self._payloads.message_action(person, callback_id, message, response))

    def open_home(self, person: str) -> Answer:
        """Slack would send an event that failed three times more, within minutes; this one is sent once."""
        if "app_home_opened" not in self._manifest.events:
            return {"ok": True}
        payload = self._payloads.home_opened(person, self._views.home(person))
        return self._interact(payload, kind="events_api")

    def read(self, person: str, channel: str) -> Answer:
        self._conversation(person, channel)
        self._workspace.mark_read(person, channel)
        return {"ok": True}

    def _escaped(self, text: str) -> str:
        return escape_command(
            text,
            people={member.name: member.id for member in self._workspace.people.values()}
            | {"imagewarden": company.BOT_USER},
            groups={group.handle: group.id for group in self._workspace.groups.values()},
            channels={one.name: one.id for one in self._workspace.conversations.values() if one.kind == "channel"},
        )

    def _show_ack(self, response: str, said: Payload | None, typed: Message) -> Message | None:
        """
        :raises Undelivered: Slack can't show what the bot answered
        """
        if not said or not (said.get("text") or said.get("blocks")):
            return None
        try:
            check_content(str(said.get("text") or ""), said.get("blocks"))
        except SlackError:
            raise Undelivered("invalid_command_response") from None
        if said.get("response_type") == "in_channel":
            self._workspace.show_to_all(typed)
        return self._responses.say(response, said, typed.channel, typed.user)

    def _interact(self, payload: Payload, kind: str = "interactive") -> Answer:
        try:
            self._delivery.send(kind, payload)
        except Undelivered as failure:
            return {"ok": False, "error": _FAILURES[failure.code]}
        return {"ok": True}

    def _after_submission(self, view: OpenView, said: Payload) -> Answer:
        """
        :raises SlackError: the bot answered with a view that Slack refuses
        """
        match said.get("response_action"):
            case None if not said:
                self._views.close(view)
            case "errors":
                inputs = {block["block_id"] for block in view.told["blocks"] if block["type"] == "input"}
                if not said.get("errors") or not set(said["errors"]) <= inputs:
                    return {"ok": False, "error": _TROUBLE}
                return self._complain(view, said["errors"])
            case "update":
                check_view(said["view"], "modal")
                self._views.replace(view, said["view"])
            case "push":
                check_view(said["view"], "modal")
                self._views.stack_up(view.person, said["view"])
            case "clear":
                self._views.close(view, everything=True)
            case _:
                return {"ok": False, "error": _TROUBLE}
        return {"ok": True}

    def _complain(self, view: OpenView, errors: dict[str, str]) -> Answer:
        self._views.set_errors(view, errors)
        return {"ok": False, "errors": errors}

    def _conversation(self, person: str, channel: str) -> Conversation:
        for conversation in self._workspace.conversations_of(person):
            if conversation.id == channel:
                return conversation
        raise Refused("You aren't in that conversation.", 404)

    def _message(self, person: str, channel: str, ts: str) -> Message:
        self._conversation(person, channel)
        message = self._workspace.find(channel, ts)
        if message is None or person not in self._workspace.watchers(message):
            raise Refused("That message is no longer there.", 404)
        return message

    def _view(self, person: str, view_id: str) -> OpenView:
        view = self._views.find(person, view_id)
        if view is None:
            raise Refused("That view is no longer open.", 404)
        return view

    def _now(self) -> str:
        return f"{self._workspace.clock():.6f}"
