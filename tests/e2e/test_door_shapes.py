"""Payloads that are signed well and shaped ill: each is refused or does nothing, and none is a fault of the bot's."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from bot import ids
from bot.sandbox import company
from bot.sandbox.cloud.server import CloudServer
from bot.sandbox.workspace.server import WorkspaceServer
from tests.e2e import command
from tests.e2e.door import COMMAND, JSON, DoorKnocker, event, press, shortcut, submission, suggestion

STRANGE: tuple[Any, ...] = (None, 7, 10**4000, [], {}, {"id": {"id": []}}, "", "\ud800", "nul\0", "<!channel>")

ON_A_MESSAGE = {"channel": {"id": "C0IMAGES", "name": "x"}, "message": {"type": "message", "text": "img-6pb6lrmy"}}

FORM = {ids.IMAGE: ["base-nightly"], ids.ACCOUNTS: ["100012345678"], ids.REASON: "x"}

TEMPLATES: dict[str, dict[str, Any]] = {
    "press": press(ids.APPROVE, "1"),
    "deny": press(ids.DENY, "1"),
    "unknown": {**press("nobody_listens_to_this", "1"), "view": {"id": "V1", "type": "home", "callback_id": "x"}},
    "page": press(ids.PAGE, "all:5"),
    "form": submission(ids.FORM_VIEW, "", FORM),
    "denial": submission(ids.DENY_VIEW, '{"request": 1}', {ids.REASON: "x"}),
    "shortcut": shortcut(ids.SHORTCUT_FORM),
    "message": {**shortcut(ids.SHORTCUT_FROM_MESSAGE), "type": "message_action", **ON_A_MESSAGE},
    "home": {**event("app_home_opened", tab="home"), "authorizations": [{"team_id": company.TEAM}]},
    "event": {**event("message", text="x", message={"user": "U0LIN"}), "is_ext_shared_channel": True},
    "closed": {**submission(ids.FORM_VIEW, "", {}), "type": "view_closed"},
    "suggestion": suggestion(ids.PICK_IMAGES, "base"),
    "accounts": suggestion(ids.PICK_ACCOUNTS, "data"),
    "check": {**press(ids.CHECK, "check"), "view": submission(ids.FORM_VIEW, "", FORM)["view"]},
    "address": {"type": "url_verification", "challenge": "c"},
}


@dataclass(frozen=True)
class Process:
    door: DoorKnocker
    log: Path


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """The command in HTTP mode."""
    folder, port = tmp_path_factory.mktemp("shapes"), command.free_port()
    cloud = CloudServer().start()
    workspace = WorkspaceServer(port=0, cloud=cloud.state).start()
    env = command.environment(
        folder, api_url=workspace.api_url, cloud_url=cloud.url, SLACK_SIGNING_SECRET=company.SIGNING_SECRET
    )
    with command.running("run", "--http", f"127.0.0.1:{port}", listens=port, env=env, cwd=folder) as running:
        yield Process(DoorKnocker(running.url), folder / "bot.log")
        assert running.stop() == 0
    workspace.stop()
    cloud.stop()


def places(part: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where a value stands in a payload, at any depth."""
    if path:
        yield path
    for key, value in part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ():
        yield from places(value, (*path, key))


def with_at(payload: dict[str, Any], path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    changed = copy.deepcopy(payload)
    *way, last = path
    part: Any = changed
    for key in way:
        part = part[key]
    part[last] = value
    return changed


def without(payload: dict[str, Any], path: tuple[Any, ...]) -> dict[str, Any]:
    changed = with_at(payload, path, None)
    *way, last = path
    part: Any = changed
    for key in way:
        part = part[key]
    del part[last]
    return changed


def no_fault(bot: Process) -> None:
    log = bot.log.read_text()
    assert "Traceback" not in log
    assert '"exception"' not in log
    assert bot.door.ask("/healthz") == (200, "ok\n")


@pytest.mark.parametrize("name", TEMPLATES)
def test_whatever_stands_where_something_else_belongs_is_no_fault(bot: Process, name: str) -> None:
    told = TEMPLATES[name]
    said = bot.door.signed if name in ("home", "event", "address") else None
    for path in places(told):
        for payload in (without(told, path), *(with_at(told, path, value) for value in STRANGE)):
            text = json.dumps(payload)
            status, _answer = said(text.encode(), content_type=JSON) if said else bot.door.interact(text)
            assert status in (200, 400, 404), (path, payload)
    no_fault(bot)


@pytest.mark.parametrize("name", ["press", "form", "shortcut", "home"])
def test_whatever_is_told_beside_it_is_no_fault(bot: Process, name: str) -> None:
    """Bolt looks at these in any payload."""
    beside = ("event", "view", "authorizations", "response_urls", "channel", "enterprise", "function_data", "command")
    for key in beside:
        for value in STRANGE:
            assert bot.door.interact({**TEMPLATES[name], key: value})[0] in (200, 400, 404), (key, value)
    no_fault(bot)


def test_a_command_with_strange_fields_is_no_fault(bot: Process) -> None:
    strange = ["", "\0", "a" * 5000, "<!channel>", "[]", "{}", "null", "\ufffd", "\U0001f600", "٣"]
    for name in COMMAND:
        assert bot.door.signed(urlencode({key: it for key, it in COMMAND.items() if key != name}).encode())[0] < 500
        for value in strange:
            assert bot.door.signed(urlencode({**COMMAND, name: value}).encode())[0] in (200, 400, 404), (name, value)
        assert bot.door.signed(urlencode([*COMMAND.items(), (name, "twice")]).encode())[0] in (200, 400, 404)
    no_fault(bot)


def test_a_command_that_comes_as_json_with_strange_fields_is_no_fault(bot: Process) -> None:
    for name in COMMAND:
        for value in STRANGE:
            body = json.dumps({**COMMAND, name: value}).encode()
            assert bot.door.signed(body, content_type=JSON)[0] in (200, 400, 404), (name, value)
    no_fault(bot)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"&&&",
        b"payload",
        b"payload=%",
        b"payload=%ff",
        b"payload=" + b"%5B" * 50_000,
        b'payload={"a":' + b"9" * 5000 + b"}",
        b'payload={"type":"block_actions","type":"view_submission"}',
        b'payload={"authorizations":' + b"[" * 900 + b"]" * 900 + b"}",
        b'payload={"type":"event_callback","team_id":"T0NIMBUS","event":null}',
        b'payload={"command":"/image"}',
        b"payload=NaN",
        b'payload={"type":NaN}',
        b"text=\0&command=/image",
        b"\xef\xbb\xbf{}",
        b"a=1;" * 10_000,
        b"a&" * 200_000,
    ],
    ids=range(17),
)
def test_a_broken_body_is_no_fault(bot: Process, body: bytes) -> None:
    assert bot.door.signed(body)[0] in (200, 400, 401, 404)
    assert bot.door.signed(body, content_type=JSON)[0] in (200, 400, 401, 404)
    no_fault(bot)


def test_what_is_read_of_a_payload_can_be_stored_and_shown(bot: Process) -> None:
    asked = submission(
        ids.FORM_VIEW,
        "",
        {ids.IMAGE: ["base-nightly"], ids.ACCOUNTS: ["100012345678"], ids.REASON: "a\0b\ud83dc"},
        view_id="V9",
    )
    assert bot.door.interact(asked) == (200, "")
    no_fault(bot)
