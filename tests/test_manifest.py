"""manifest.yml asks for what the bot uses, no more and no less, in a form that Slack takes."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import jsonschema
import yaml
from slack_sdk import WebClient

from bot import ids
from bot.scopes import BOT_SCOPES, SCOPE_OF

ROOT = Path(__file__).parents[1]
MANIFEST: dict[str, Any] = yaml.safe_load((ROOT / "manifest.yml").read_text())


def _text(most: int, least: int = 1) -> dict[str, Any]:
    return {"type": "string", "minLength": least, "maxLength": most}


def _object(required: dict[str, Any], optional: dict[str, Any] | None = None) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {**required, **(optional or {})},
        "required": list(required),
        "additionalProperties": False,
    }


_FLAG = {"type": "boolean"}
_COMMAND = _object(
    {"command": {"type": "string", "pattern": "^/", "minLength": 2, "maxLength": 32}, "description": _text(2000)},
    {"usage_hint": _text(1000), "url": _text(3000), "should_escape": _FLAG},
)
_SHORTCUT = _object(
    {
        "name": _text(24),
        "type": {"enum": ["message", "global"]},
        "callback_id": _text(255),
        "description": _text(150),
    }
)
# The keys and limits of Slack's published manifest schema, version 2, as far as an app of this kind can use them.
SCHEMA = _object(
    {
        "display_information": _object({"name": _text(35)}, {"description": _text(140)}),
        "features": _object(
            {
                "bot_user": _object({"display_name": _text(80)}, {"always_online": _FLAG}),
                "slash_commands": {"type": "array", "items": _COMMAND, "minItems": 1, "maxItems": 50},
                "shortcuts": {"type": "array", "items": _SHORTCUT, "minItems": 1, "maxItems": 10},
                "app_home": _object(
                    {
                        "home_tab_enabled": _FLAG,
                        "messages_tab_enabled": _FLAG,
                        "messages_tab_read_only_enabled": _FLAG,
                    }
                ),
            }
        ),
        "oauth_config": _object({"scopes": _object({"bot": {"type": "array", "items": _text(255)}})}),
        "settings": _object(
            {
                "interactivity": _object({"is_enabled": _FLAG}, {"request_url": _text(3500)}),
                "event_subscriptions": _object({"bot_events": {"type": "array"}}, {"request_url": _text(3500)}),
                "socket_mode_enabled": _FLAG,
            },
            {"org_deploy_enabled": _FLAG, "token_rotation_enabled": _FLAG},
        ),
    },
    {"_metadata": _object({"major_version": {"const": 2}}, {"minor_version": {"type": "integer"}})},
)


def test_slack_would_take_it() -> None:
    jsonschema.validate(MANIFEST, SCHEMA)


def test_it_asks_for_exactly_the_scopes_in_use() -> None:
    asked = MANIFEST["oauth_config"]["scopes"]["bot"]

    assert sorted(asked) == sorted(BOT_SCOPES)
    assert len(asked) == len(set(asked))


def test_every_method_that_is_called_has_its_scope_and_none_is_listed_in_vain() -> None:
    assert _called() == set(SCOPE_OF)


def test_command_shortcuts_and_event_are_those_that_are_listened_to() -> None:
    features = MANIFEST["features"]

    assert [one["command"] for one in features["slash_commands"]] == [ids.COMMAND]
    assert features["slash_commands"][0]["should_escape"] is True
    shortcuts = {(one["type"], one["callback_id"]) for one in features["shortcuts"]}
    assert shortcuts == {("global", ids.SHORTCUT_FORM), ("message", ids.SHORTCUT_FROM_MESSAGE)}
    listened = re.findall(r'@app\.event\("(\w+)"\)', _source("bot/listeners/home.py"))
    assert MANIFEST["settings"]["event_subscriptions"]["bot_events"] == listened


def test_pasted_as_it_is_it_runs_in_socket_mode() -> None:
    assert MANIFEST["settings"]["socket_mode_enabled"] is True
    assert MANIFEST["settings"]["interactivity"]["is_enabled"] is True


def _source(name: str) -> str:
    return (ROOT / name).read_text()


def _called() -> set[str]:
    """The Web API methods that the bot's code calls on a client, and the one that Socket Mode calls by itself."""
    methods = {name: name.replace("_", ".") for name in dir(WebClient) if not name.startswith("_")}
    # Slack's own names: their camelCase is kept by the client, and one has three parts.
    methods |= {"usergroups_users_list": "usergroups.users.list"}
    found = set()
    for path in (ROOT / "bot").rglob("*.py"):
        if "sandbox" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute) and node.attr in methods and _is_client(node.value):
                found.add(methods[node.attr])
    return found


def _is_client(node: ast.expr) -> bool:
    name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
    return name in ("client", "_client")
