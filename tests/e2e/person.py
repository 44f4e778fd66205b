"""Somebody in the sandbox's workspace, driven by what that person sees: texts, labels of buttons and of fields."""

from __future__ import annotations

import json
import re
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

Seen = dict[str, Any]
_T = TypeVar("_T")

_POLL = 0.03  # seconds between two looks
_ENTITY = re.compile(r"<([^<>]+)>")
_STYLE = re.compile(r"(?<![\w*_~`])([*_~`])(?=\S)(.+?)(?<=\S)\1(?![\w*_~`])")


class PersonAt:
    """
    :param workspace_url: of a running sandbox workspace
    :param user_id: whose eyes and hands these are
    :ivar shown: what Slack showed at once for the last command, or None
    """

    def __init__(self, workspace_url: str, user_id: str) -> None:
        self._url = workspace_url.rstrip("/")
        self.id = user_id
        self.shown: str | None = None
        facts = self._get("/page/workspace")
        self._names = {one["id"]: f"@{one['name']}" for one in [*facts["people"], facts["bot"]]}
        self._names |= {one["id"]: f"@{one['handle']}" for one in facts["groups"]}
        self._names |= {one["id"]: f"#{one['name']}" for one in facts["channels"]}

    # Acting.

    def types(self, text: str, channel: str = "C0IMAGES") -> str | None:
        """Types a command; gives what Slack shows at once."""
        answer = self._post("/page/command", channel=channel, text=text)
        assert answer["ok"], answer["error"]
        self.shown = answer["shown"]
        return self.shown

    def presses(self, label: str, on: Seen, value: object = None) -> str | None:
        """Presses the button of a message or a view that says ``label``; gives the warning where there is one.

        A message that has changed since it was seen is pressed as it was: that is how two people press at once.
        """
        for block, element in _elements(on):
            if self._label(element) == label:
                where = {"channel": on["channel"], "ts": on["ts"]} if "ts" in on else {"view_id": on["id"]}
                pressed = {"block_id": block["block_id"], "action_id": element["action_id"], "value": value}
                return _warning(self._post("/page/press", **where, **pressed))
        raise AssertionError(f"no button {label!r} among {self.buttons(on)} of: {self.text_of(on)}")

    def fills_and_submits(self, view: Seen, values: Mapping[str, str | list[str]]) -> dict[str, str]:
        """Fills in fields by their labels, and submits; gives the complaints by label, none where it was taken.

        What a menu asks the bot for is searched for, and the first that it offers is taken; of several, each.
        """
        fields = {block["label"]["text"]: block for block in view["blocks"] if block["type"] == "input"}
        filled = self._filled(view, fields, values)
        answer = self._post("/page/submit", view_id=view["id"], values=filled)
        labels = {block["block_id"]: label for label, block in fields.items()}
        errors = {labels[block]: words for block, words in answer.get("errors", {}).items()}
        return errors or ({"": answer["error"]} if not answer["ok"] else {})

    def chooses(self, view: Seen, label: str, values: Mapping[str, str | list[str]]) -> str | None:
        """Fills in fields, and tells the bot of the one of that label, as a menu does that says so at once."""
        fields = {block["label"]["text"]: block for block in view["blocks"] if block["type"] == "input"}
        filled = self._filled(view, fields, values)
        block = fields[label]
        pressed = {"block_id": block["block_id"], "action_id": block["element"]["action_id"]}
        value = filled[pressed["block_id"]][pressed["action_id"]]
        return _warning(self._post("/page/press", view_id=view["id"], value=value, values=filled, **pressed))

    def offered(self, view: Seen, label: str, typed: str) -> list[Seen]:
        """What a menu offers for what is typed into it."""
        [block] = [one for one in view["blocks"] if one["type"] == "input" and one["label"]["text"] == label]
        asked = {"block_id": block["block_id"], "action_id": block["element"]["action_id"], "value": typed}
        answer = self._post("/page/options", view_id=view["id"], **asked)
        assert answer["ok"], answer["error"]
        options: list[Seen] = answer["options"]
        return options

    def _filled(
        self, view: Seen, fields: Mapping[str, Seen], values: Mapping[str, str | list[str]]
    ) -> dict[str, dict[str, object]]:
        filled: dict[str, dict[str, object]] = {}
        for label, value in values.items():
            assert label in fields, f"no field {label!r} among {list(fields)}"
            block = fields[label]
            if block["element"]["type"] == "multi_external_select":
                wanted = [value] if isinstance(value, str) else value
                given: object = [self._first(view, label, one) for one in wanted]
            else:
                given = _plain(block["element"], value)
            filled[block["block_id"]] = {block["element"]["action_id"]: given}
        return filled

    def _first(self, view: Seen, label: str, typed: str) -> str:
        offered = self.offered(view, label, typed)
        assert offered, f"{label} offers nothing for {typed!r}"
        return str(offered[0]["value"])

    def closes(self, view: Seen) -> None:
        self._post("/page/close", view_id=view["id"])

    def takes_shortcut(self, name: str, on: Seen | None = None) -> str | None:
        """Takes a shortcut by its name, on a message where it is one of those; gives the warning if there is one."""
        shortcuts = self._get("/page/shortcuts")["shortcuts"]
        callback_id = next(one["callback_id"] for one in shortcuts if one["name"] == name)
        where = {"channel": on["channel"], "ts": on["ts"]} if on else {}
        return _warning(self._post("/page/shortcut", callback_id=callback_id, **where))

    def opens_home(self, fragment: str = "", within: float = 5.0) -> Seen:
        """Opens the app's Home tab; gives it as soon as its text holds ``fragment``."""
        self._post("/page/open_home")

        def look() -> Seen | None:
            home: Seen | None = self.state()["home"]
            return home if home and fragment in self.text_of(home) else None

        return self._until(look, within, lambda: f"no {fragment!r} in the Home tab: {self.state()['home']}")

    # Seeing.

    def state(self) -> Seen:
        return self._get(f"/page/state?{urllib.parse.urlencode({'as': self.id})}")

    def messages(self, where: str | None = None) -> list[Seen]:
        """What others wrote, newest first, replies too; each with its ``channel``."""
        conversations = self.state()["messages"]
        found = [
            {**message, "channel": channel}
            for channel, messages in conversations.items()
            if where in (None, channel)
            for parent in messages
            for message in (parent, *parent["replies"])
            if message["user"] != self.id
        ]
        return sorted(found, key=lambda message: str(message["ts"]), reverse=True)

    def sees(self, fragment: str, where: str | None = None, within: float = 5.0) -> Seen:
        """The newest message whose text holds ``fragment``, as soon as there is one.

        :param where: a conversation's id; everywhere without
        """

        def look() -> Seen | None:
            return next((one for one in self.messages(where) if fragment in self.text_of(one)), None)

        def instead() -> str:
            return f"{fragment!r} is in none of: {[self.text_of(one) for one in self.messages(where)]}"

        return self._until(look, within, instead)

    def sees_so_many(self, text: str, number: int, within: float = 5.0) -> None:
        """So many messages that say just this."""
        self._until(
            lambda: sum(self.text_of(one) == text for one in self.messages()) == number,
            within,
            lambda: f"not {number} times {text!r}",
        )

    def modal(self, within: float = 5.0) -> Seen:
        """The modal on top, as soon as there is one."""
        return self._until(lambda: (self.state()["views"] or [None])[-1], within, lambda: "no modal opened")

    def sees_no_modal(self, within: float = 5.0) -> None:
        self._until(lambda: not self.state()["views"], within, lambda: f"still open: {self.state()['views']}")

    def buttons(self, shown: Seen) -> list[str]:
        return [self._label(element) for _, element in _elements(shown) if element["type"] == "button"]

    def text_of(self, shown: Seen) -> str:
        """The words of a message or a view as they are read: its blocks where it has some, otherwise its text."""
        blocks = shown.get("blocks")
        if not blocks:
            return self._read(shown["text"])
        title = [shown["title"]] if shown.get("title") else []
        return "\n".join([*title, *(words for block in blocks for words in self._words(block))])

    def _words(self, part: Any) -> Iterator[str]:
        if isinstance(part, list):
            for one in part:
                yield from self._words(one)
        elif isinstance(part, dict):
            match part.get("type"):
                case "mrkdwn":
                    yield self._read(part["text"])
                case "plain_text":
                    yield part["text"]
                case "rich_text_section" | "rich_text_quote" | "rich_text_preformatted":
                    yield "".join(self._inline(one) for one in part["elements"])
                case "plain_text_input":
                    yield part.get("initial_value", "")
                case _:
                    for key in ("text", "fields", "elements", "accessory", "label", "element", "hint", "title"):
                        yield from self._words(part.get(key))

    def _inline(self, part: Seen) -> str:
        named = part.get("user_id") or part.get("usergroup_id") or part.get("channel_id")
        if named:
            return str(self._names.get(named, named))
        return str(part.get("text") or part.get("url") or part.get("fallback") or part.get("name") or "")

    def _read(self, mrkdwn: str) -> str:
        text = _STYLE.sub(r"\2", _ENTITY.sub(self._entity, mrkdwn))
        return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")

    def _entity(self, match: re.Match[str]) -> str:
        target, _, label = match[1].partition("|")
        if target[0] in "@#" or target.startswith("!subteam^"):
            name = target.removeprefix("!subteam^").lstrip("@#")
            return str(self._names.get(name, label or target))
        return label or target.lstrip("!")

    def _label(self, element: Seen) -> str:
        words = element.get("text") or element.get("placeholder") or {}
        return str(words.get("text", ""))

    # The wire.

    def _until(self, look: Callable[[], _T | None], within: float, instead: Callable[[], str]) -> _T:
        ends = time.monotonic() + within
        pause = threading.Event()
        while True:
            if found := look():
                return found
            assert time.monotonic() < ends, f"{self.id} waited {within} s: {instead()}"
            pause.wait(_POLL)

    def _get(self, path: str) -> Seen:
        return _told(urllib.request.Request(self._url + path))

    def _post(self, path: str, **body: object) -> Seen:
        data = json.dumps({"as": self.id, **body}).encode()
        return _told(urllib.request.Request(self._url + path, data, {"Content-Type": "application/json"}))


def _told(request: urllib.request.Request) -> Seen:
    try:
        with urllib.request.urlopen(request, timeout=10) as response:
            told: Seen = json.load(response)
    except urllib.error.HTTPError as no:
        with no:
            told = json.load(no)
    return told


def _warning(answer: Seen) -> str | None:
    return None if answer["ok"] else str(answer["error"])


def _elements(shown: Seen) -> Iterator[tuple[Seen, Seen]]:
    for block in shown.get("blocks") or []:
        held = block.get("elements", []) if block["type"] == "actions" else [block.get("accessory")]
        yield from ((block, element) for element in held if element and "action_id" in element)


def _plain(element: Seen, value: str | list[str]) -> object:
    """What the page sends for a value as it is read: a choice is told by its words."""
    offered = [*element.get("options", []), *(one for g in element.get("option_groups", []) for one in g["options"])]
    if not offered:
        return {"selected_date": value} if element["type"] == "datepicker" else value
    values = {one["text"]["text"]: one["value"] for one in offered}
    wanted = [value] if isinstance(value, str) else value
    assert set(wanted) <= set(values), f"no choice {value!r} among {list(values)}"
    chosen = [values[one] for one in wanted]
    many = element["type"] in ("checkboxes", "multi_static_select")
    return {"selected_options": chosen} if many else {"selected_option": chosen[0]}
