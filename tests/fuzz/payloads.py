"""Changes to a letter that keep most of it whole: one value of the payload, one header, how it is signed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from random import Random
from typing import Any

from bot import ids
from tests.fuzz.grammar import PIECES
from tests.fuzz.letter import METHODS, PATHS, SIGNATURES, WRAPPINGS, Letter
from tests.fuzz.mutation import Words, decoded, encoded

_LONGEST_TEXT = 2000
_FIELDS = (
    *("type", "text", "value", "team", "team_id", "user", "user_id", "id", "actions", "action_id", "block_id", "view"),
    *("callback_id", "private_metadata", "state", "values", "trigger_id", "response_url", "container", "message_ts"),
    *("channel", "enterprise", "enterprise_id", "event", "tab", "command", "challenge", "ssl_check", "message"),
    *("is_enterprise_install", "authorizations", "api_app_id", "token", "payload", "view_id", "action_ts", "user_name"),
    *("name", "username", "selected_option", "function_data", "bot_access_token", "hash", "root_view_id", "is_cleared"),
)
_TYPES = (
    *("block_actions", "view_submission", "view_closed", "shortcut", "message_action", "block_suggestion"),
    *("event_callback", "url_verification", "app_home_opened", "interactive_message", "dialog_submission", "message"),
    *("workflow_step_edit", "app_rate_limited", "function_executed", "button", "modal", "home"),
)
_IDS = (
    *(
        ids.APPROVE,
        ids.DENY,
        ids.CANCEL,
        ids.RETRY,
        ids.NEWER,
        ids.PICK_IMAGES,
        ids.PICK_ACCOUNTS,
        ids.CHECK,
        "request-1",
        "request-2",
        ids.OPEN_FORM,
        ids.PAGE,
        ids.DENY_VIEW,
        ids.FORM_VIEW,
        ids.COMMAND,
    ),
    *(ids.SHORTCUT_FORM, ids.SHORTCUT_FROM_MESSAGE, "T0NIMBUS", "U0LIN", "U0MEI", "U0GUS", "U0SARA", "E0X", "/other"),
    *(
        "1",
        "3",
        "2",
        "999999999999999999",
        "9" * 19,
        "all:1",
        "mine:0",
        "pending:99",
        ":",
        "0",
        "-1",
        "1 ",
        "#1",
        "1.5",
    ),
    *(
        '{"request": 1}',
        '{"request": "1"}',
        '{"request": {}}',
        "[]",
        "http://127.0.0.1:1/",
        "https://x.y/z",
        "file:///",
    ),
)
_VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 1.5, 1e308, 2**63, 10**30, "", " ", "\0", "\ud800", "a" * 300, [], {}, [[]], [{}]),
    *([None], {"": ""}, {"id": None}, {"id": []}, {"value": 1}, [1, "a", {}], "\u202e\u0000", "é", "<!channel>"),
)

_words = Words(r"\s+|[\w.-]+", (*PIECES, *_IDS))
_SIGNS = ("payload=", "&", "=", "%", "%00", "{", "}", "[", ":", ",")
_anything = Words(r"\s+|[\w-]+|\"", (*_TYPES, *_IDS, *_FIELDS, *_SIGNS))

_HEADERS = (
    *(
        "Content-Type: application/json",
        "Content-Type: application/json; charset=utf-8",
        "Content-Type: ",
        "Content-Type",
    ),
    *("Content-Type: multipart/form-data; boundary=x", "X-Slack-Retry-Num: 1", "X-Slack-Retry-Reason: http_timeout"),
    *("X-Slack-Signature: v0=00", "X-Slack-Request-Timestamp: 1e9", "X-Slack-Request-Timestamp: " + "9" * 3000),
    *("X-Slack-Signature: \xe9", "Content-Length: 5", "Content-Length: -1", "Content-Encoding: gzip", "Cookie: a=b; c"),
    *("Host: x", "Host: [", "Expect: 100-continue", "Transfer-Encoding: chunked", "Cookie: " + "a=b;" * 600, "X: \xff"),
)


def mutated(data: bytes, dice: Random) -> bytes:
    letter = Letter.read(data)
    if letter.blanks and dice.random() < 0.9:  # a megabyte takes long to sign and to read
        letter = replace(letter, blanks=0)
    if dice.random() < 0.15:
        letter = _posted_otherwise(letter, dice)
    if dice.random() < 0.9:
        letter = replace(letter, body=_body(letter.body, dice))
    return letter.written()


def _posted_otherwise(letter: Letter, dice: Random) -> Letter:
    match dice.randrange(6):
        case 0:
            return replace(letter, signature=dice.choice(SIGNATURES))
        case 1:
            return replace(letter, wrapping=dice.choice(WRAPPINGS))
        case 2:
            return replace(letter, method=dice.choice(METHODS), path=dice.choice(PATHS))
        case 3:
            return replace(letter, blanks=dice.choice((0, 1, 1000, 1_050_000)))
        case 4:
            return replace(letter, headers=(*letter.headers, dice.choice(_HEADERS)))
        case _:
            return replace(letter, headers=letter.headers[1:], signature="signed")


def _body(body: bytes, dice: Random) -> bytes:
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError):
        payload = None
    if not isinstance(payload, dict) or dice.random() < 0.1:
        return encoded(_anything.mutated(decoded(body), dice, 8000))
    for _ in range(dice.choice((1, 1, 2, 3))):
        _change(payload, dice)
    return json.dumps(payload).encode()


def _change(payload: dict[str, Any], dice: Random) -> None:
    places = list(_places(payload))
    if not places or dice.random() < 0.1:
        payload[dice.choice(_FIELDS)] = dice.choice(_VALUES)
        return
    inside, key = dice.choice(places)
    old = inside[key]
    match dice.randrange(8):
        case 0:
            inside[key] = json.loads(json.dumps(dice.choice(_VALUES)))
        case 1:
            del inside[key]
        case 2:
            inside[key] = [old]
        case 3:
            inside[key] = {dice.choice(_FIELDS): old}
        case 4:
            other, name = dice.choice(places)
            inside[key] = json.loads(json.dumps(other.get(name) if isinstance(other, dict) else old))
        case 5:
            inside[key] = dice.choice((*_IDS, *_TYPES))
        case _:
            inside[key] = _words.mutated(old, dice, _LONGEST_TEXT) if isinstance(old, str) else dice.choice(_IDS)


def _places(part: Any) -> Iterator[tuple[Any, Any]]:
    """Each value, as what holds it and its key, however deep."""
    left = [part]
    while left:
        part = left.pop()
        inside = list(part) if isinstance(part, dict) else range(len(part)) if isinstance(part, list) else ()
        for key in inside:
            yield part, key
            left.append(part[key])
