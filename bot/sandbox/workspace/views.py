"""Modals and Home tabs: the ``views.*`` methods, and what is open in front of whom."""

from __future__ import annotations

import secrets
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from bot import limits
from bot.sandbox import company
from bot.sandbox.workspace.blocks import Block, View, check_view, elements_of
from bot.sandbox.workspace.errors import SlackError
from bot.sandbox.workspace.messages import Args
from bot.sandbox.workspace.state import Workspace, identified

Values = dict[str, dict[str, Any]]
Option = dict[str, Any]


@dataclass(slots=True)
class OpenView:
    """A modal or a Home tab that somebody has before them.

    :ivar told: the view as the bot sent it, each block and element with an id
    :ivar values: what is filled in, by block and action, in Slack's words
    :ivar offered: what the bot has offered in menus that ask it, by block and action, then by value
    :ivar errors: what the bot said against what was submitted, by block
    """

    id: str
    person: str
    told: View
    hash: str
    root: str
    previous: str | None = None
    values: Values = field(default_factory=dict)
    offered: dict[tuple[str, str], dict[str, Option]] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        return str(self.told["type"])


def view_object(view: OpenView) -> dict[str, Any]:
    """A view as the Web API and the payloads of interactions show it."""
    told = view.told
    shown = {
        "id": view.id,
        "team_id": company.TEAM,
        "type": view.kind,
        "blocks": told["blocks"],
        "private_metadata": told.get("private_metadata") or "",
        "callback_id": told.get("callback_id") or "",
        "external_id": told.get("external_id") or "",
        "state": {"values": view.values},
        "hash": view.hash,
        "title": told.get("title"),
        "submit": told.get("submit"),
        "close": told.get("close"),
        "clear_on_close": bool(told.get("clear_on_close")),
        "notify_on_close": bool(told.get("notify_on_close")),
        "submit_disabled": bool(told.get("submit_disabled")),
        "root_view_id": view.root,
        "previous_view_id": view.previous,
        "app_id": company.APP,
        "app_installed_team_id": company.TEAM,
        "bot_id": company.BOT_ID,
    }
    if view.kind == "home":
        shown["title"] = {"type": "plain_text", "text": "View Title", "emoji": True}
    return shown


class Views:
    """
    :param home_tab: the manifest turns the Home tab on
    """

    def __init__(self, workspace: Workspace, *, home_tab: bool) -> None:
        self._workspace = workspace
        self._home_tab = home_tab
        self._stacks: defaultdict[str, list[OpenView]] = defaultdict(list)
        self._homes: dict[str, OpenView] = {}

    # What the bot asks for.

    def open(self, args: Args) -> dict[str, Any]:
        view = _view_of(args)
        check_view(view, "modal")
        trigger = self._workspace.triggers.use(str(args.get("trigger_id") or ""))
        with self._workspace.lock:
            self._stacks[trigger.person].clear()
        return {"view": view_object(self.stack_up(trigger.person, view))}

    def push(self, args: Args) -> dict[str, Any]:
        view = _view_of(args)
        check_view(view, "modal")
        trigger = self._workspace.triggers.use(str(args.get("trigger_id") or ""))
        if trigger.view_id is None or self.find(trigger.person, trigger.view_id) is None:
            raise SlackError("invalid_trigger_id")
        return {"view": view_object(self.stack_up(trigger.person, view))}

    def update(self, args: Args) -> dict[str, Any]:
        view = _view_of(args)
        check_view(view)
        found = self._named(args)
        if found is None:
            raise SlackError("not_found")
        _check_hash(args, found)
        self.replace(found, view)
        return {"view": view_object(found)}

    def publish(self, args: Args) -> dict[str, Any]:
        if not self._home_tab:
            raise SlackError("not_enabled")
        person, view = str(args.get("user_id") or ""), _view_of(args)
        if person not in self._workspace.people:
            raise SlackError("user_not_found")
        check_view(view, "home")
        home = self._homes.get(person)
        if home is None:
            home = self._homes[person] = _opened(person, view)
            self._workspace.changes.bump({person})
        else:
            _check_hash(args, home)
            self.replace(home, view)
        return {"view": view_object(home)}

    # What happens to what is open.

    def stack(self, person: str) -> tuple[OpenView, ...]:
        """The open modals of a person, the last on top."""
        with self._workspace.lock:
            return tuple(self._stacks[person])

    def home(self, person: str) -> OpenView | None:
        return self._homes.get(person)

    def find(self, person: str, view_id: str) -> OpenView | None:
        return next((view for view in self._of(person) if view.id == view_id), None)

    def stack_up(self, person: str, view: View) -> OpenView:
        """
        :raises SlackError: ``push_limit_reached``
        """
        with self._workspace.lock:
            stack = self._stacks[person]
            if len(stack) >= limits.VIEWS_STACKED:
                raise SlackError("push_limit_reached")
            opened = _opened(person, view, under=stack[-1] if stack else None)
            stack.append(opened)
        self._workspace.changes.bump({person})
        return opened

    def replace(self, view: OpenView, told: View) -> None:
        """The same view with new content; what was filled in stays where its block and element stay."""
        with self._workspace.lock:
            view.told = told | {"blocks": identified(told["blocks"])}
            view.hash = _new_hash()
            view.errors = {}
            view.values = _kept(view.values, view.told["blocks"])
        self._workspace.changes.bump({view.person})

    def close(self, view: OpenView, *, everything: bool = False) -> None:
        with self._workspace.lock:
            stack = self._stacks[view.person]
            if everything:
                stack.clear()
            elif view in stack:
                stack.remove(view)
        self._workspace.changes.bump({view.person})

    def set_errors(self, view: OpenView, errors: dict[str, str]) -> None:
        view.errors = errors
        self._workspace.changes.bump({view.person})

    def _named(self, args: Args) -> OpenView | None:
        view_id, external_id = args.get("view_id"), args.get("external_id")
        everyones = [view for person in self._workspace.people for view in self._of(person)]
        return next(
            (
                view
                for view in everyones
                if view.id == view_id or (external_id and view.told.get("external_id") == external_id)
            ),
            None,
        )

    def _of(self, person: str) -> tuple[OpenView, ...]:
        home = self._homes.get(person)
        return (*self.stack(person), home) if home else self.stack(person)


def _view_of(args: Args) -> View:
    view = args.get("view")
    if not isinstance(view, dict):
        complaint = "[ERROR] missing required field: view [json-pointer:]"
        raise SlackError("invalid_arguments", {"response_metadata": {"messages": [complaint]}})
    return view


def _check_hash(args: Args, view: OpenView) -> None:
    if args.get("hash") not in (None, "", view.hash):
        raise SlackError("hash_conflict")


def _kept(values: Values, blocks: list[Block]) -> Values:
    """What still has its block, its element and its kind of element."""
    there = {
        (block["block_id"], element["action_id"], element["type"]) for block in blocks for element in elements_of(block)
    }
    left = {
        block: {action: held for action, held in actions.items() if (block, action, held["type"]) in there}
        for block, actions in values.items()
    }
    return {block: actions for block, actions in left.items() if actions}


def _opened(person: str, told: View, under: OpenView | None = None) -> OpenView:
    name = f"V0{secrets.token_hex(5).upper()}"
    told = told | {"blocks": identified(told["blocks"])}
    root, previous = (under.root, under.id) if under else (name, None)
    return OpenView(name, person, told, _new_hash(), root, previous)


def _new_hash() -> str:
    return f"{secrets.randbelow(10**10)}.{secrets.token_hex(4)}"
