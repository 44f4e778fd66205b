"""Slack's side of the door, or somebody's who would like to be taken for Slack."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import http.client
import json
import socket
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, BinaryIO
from urllib.parse import urlencode, urlsplit

from bot.sandbox import company

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"

Headers = dict[str, str | bytes]


def signature(body: bytes, timestamp: str, secret: str = company.SIGNING_SECRET) -> str:
    base = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


def headers(body: bytes, *, content_type: str = FORM, timestamp: str = "", secret: str = "") -> Headers:
    """Slack's headers, right for that body unless told otherwise."""
    timestamp = timestamp or str(int(time.time()))
    return {
        "Content-Type": content_type,
        "X-Slack-Request-Timestamp": timestamp.encode(),
        "X-Slack-Signature": signature(body, timestamp, secret or company.SIGNING_SECRET),
    }


class DoorKnocker:
    """
    :param url: of the running bot
    """

    def __init__(self, url: str) -> None:
        self._address = urlsplit(url)

    def ask(self, path: str, method: str = "GET") -> tuple[int, str]:
        return self._call(method, path, None, {})

    def post(self, body: bytes | Iterator[bytes], given: Mapping[str, str | bytes]) -> tuple[int, str]:
        """Status and text of what came back; a body that comes in pieces is sent chunked."""
        return self._call("POST", "/slack/events", body, given)

    def signed(self, body: bytes, *, content_type: str = FORM) -> tuple[int, str]:
        return self.post(body, headers(body, content_type=content_type))

    def raw(self, head: bytes, body: bytes) -> int:
        """The status of a request whose head is sent to the letter."""
        with self.begun(b"Connection: close\r\n" + head + b"Content-Length: %d\r\n\r\n" % len(body) + body) as answer:
            return int(answer.readline().split()[1])

    @contextlib.contextmanager
    def begun(self, said: bytes) -> Iterator[BinaryIO]:
        """What comes back of a request that is said as far as ``said`` goes."""
        where = (str(self._address.hostname), int(self._address.port or 80))
        with socket.create_connection(where, timeout=10) as wire:
            wire.sendall(b"POST /slack/events HTTP/1.1\r\nHost: x\r\n" + said)
            with wire.makefile("rb") as answer:
                yield answer

    def interact(self, payload: Mapping[str, Any] | str) -> tuple[int, str]:
        told = payload if isinstance(payload, str) else json.dumps(payload)
        return self.signed(urlencode({"payload": told}).encode())

    def command(self, text: str, **fields: str) -> tuple[int, str]:
        return self.signed(urlencode({**COMMAND, "text": text, **fields}).encode())

    def _call(
        self, method: str, path: str, body: bytes | Iterator[bytes] | None, given: Mapping[str, str | bytes]
    ) -> tuple[int, str]:
        connection = http.client.HTTPConnection(str(self._address.hostname), self._address.port, timeout=10)
        try:
            with contextlib.suppress(OSError):  # told no before everything was said: the answer is there
                connection.request(method, path, body, given)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()


COMMAND = {
    "team_id": company.TEAM,
    "channel_id": "C0IMAGES",
    "user_id": "U0MEI",
    "user_name": "mei",
    "command": "/image",
    "is_enterprise_install": "false",
    "response_url": "",
    "trigger_id": "1.2.abc",
}


def press(action_id: str, value: object) -> dict[str, Any]:
    """A button pressed in the channel."""
    return {
        "type": "block_actions",
        "team": {"id": company.TEAM, "domain": "nimbus"},
        "user": {"id": "U0LIN", "username": "lin", "team_id": company.TEAM},
        "container": {"type": "message", "message_ts": "1.000001", "channel_id": "C0IMAGES"},
        "channel": {"id": "C0IMAGES", "name": "image-requests"},
        "trigger_id": "1.2.abc",
        "response_url": "",
        "actions": [{"type": "button", "action_id": action_id, "block_id": "b", "action_ts": "1.5", "value": value}],
    }


def shortcut(callback_id: str, **more: Any) -> dict[str, Any]:
    """A global shortcut."""
    return {
        "type": "shortcut",
        "team": {"id": company.TEAM, "domain": "nimbus"},
        "user": {"id": "U0LIN", "username": "lin", "team_id": company.TEAM},
        "callback_id": callback_id,
        "action_ts": "1.5",
        "trigger_id": "1.2.abc",
        **more,
    }


def event(kind: str, **facts: Any) -> dict[str, Any]:
    """Something that happened in the workspace."""
    return {
        "type": "event_callback",
        "team_id": company.TEAM,
        "api_app_id": company.APP,
        "event_id": "Ev1",
        "event": {"type": kind, "user": "U0LIN", **facts},
    }


def suggestion(action_id: str, typed: str, person: str = "U0LIN") -> dict[str, Any]:
    """Somebody types into a menu of a modal."""
    return {
        "type": "block_suggestion",
        "team": {"id": company.TEAM, "domain": "nimbus"},
        "user": {"id": person, "username": "x", "team_id": company.TEAM},
        "container": {"type": "view", "view_id": "V1"},
        "view": {"id": "V1", "type": "modal", "callback_id": "share_form", "state": {"values": {}}},
        "block_id": "b",
        "action_id": action_id,
        "value": typed,
    }


def state(values: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """What is filled in: texts typed, and lists of the values that are chosen in a menu."""
    return {"values": {block: {"value": _held(value)} for block, value in values.items()}}


def _held(value: Sequence[str]) -> dict[str, Any]:
    if isinstance(value, str):
        return {"type": "plain_text_input", "value": value}
    options = [{"text": {"type": "plain_text", "text": one[:75] or "x"}, "value": one} for one in value]
    return {"type": "multi_external_select", "selected_options": options}


def submission(
    callback_id: str, metadata: str, values: Mapping[str, Sequence[str]], view_id: str = "V1"
) -> dict[str, Any]:
    """A modal sent."""
    return {
        "type": "view_submission",
        "team": {"id": company.TEAM, "domain": "nimbus"},
        "user": {"id": "U0LIN", "username": "lin", "team_id": company.TEAM},
        "trigger_id": "1.2.abc",
        "view": {
            "id": view_id,
            "type": "modal",
            "callback_id": callback_id,
            "private_metadata": metadata,
            "state": state(values),
        },
    }
