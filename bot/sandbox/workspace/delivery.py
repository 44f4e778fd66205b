"""Brings commands, interactions and events to the bot: signed and posted, or over its websockets."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

from bot.sandbox import company
from bot.sandbox.workspace.errors import Undelivered
from bot.sandbox.workspace.sockets import SocketHub

_FORM = "application/x-www-form-urlencoded"


def signed_headers(body: bytes, content_type: str, timestamp: int) -> dict[str, str]:
    """Slack's headers of a request to a bot (docs: "verifying requests from Slack")."""
    base = b"v0:%d:%b" % (timestamp, body)
    digest = hmac.new(company.SIGNING_SECRET.encode(), base, hashlib.sha256).hexdigest()
    return {
        "Content-Type": content_type,
        "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
        "X-Slack-Request-Timestamp": str(timestamp),
        "X-Slack-Signature": f"v0={digest}",
    }


class Delivery:
    """
    :param deadline: seconds in which the bot must answer
    :ivar events_url: where to post; None: over the websockets
    """

    def __init__(self, hub: SocketHub, deadline: float) -> None:
        self._hub = hub
        self._deadline = deadline
        self._last: dict[str, tuple[bytes, dict[str, str]] | Mapping[str, Any]] = {}
        self.events_url: str | None = None

    def send(self, kind: str, payload: Mapping[str, Any]) -> dict[str, Any] | None:
        """What the bot answered: an object, a text as ``{"text": …}``, or None.

        :param kind: ``slash_commands``, ``interactive`` or ``events_api``
        :raises Undelivered: it can't be reached, took too long, or answered other than 2xx
        """
        if self.events_url is None:
            self._last[kind] = payload
            return self._hub.send(kind, payload, self._deadline)
        body, content_type = _encoded(kind, payload)
        # The bot compares with the clock of the machine, whatever clock the workspace was given.
        headers = signed_headers(body, content_type, int(time.time()))
        self._last[kind] = (body, headers)
        return self._post(self.events_url, body, headers)

    def redeliver(self, kind: str = "slash_commands") -> dict[str, Any] | None:
        """The last delivery of a kind once more, byte for byte, as a proxy may repeat it; nobody is shown the answer.

        :raises KeyError: there was none
        :raises Undelivered: see :meth:`send`
        """
        last = self._last[kind]
        if isinstance(last, tuple):
            return self._post(str(self.events_url), *last)
        return self._hub.send(kind, last, self._deadline)

    def _post(self, url: str, body: bytes, headers: Mapping[str, str]) -> dict[str, Any] | None:
        address = urlsplit(url)
        connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=self._deadline)
        try:
            connection.request("POST", address.path or "/", body, dict(headers))
            response = connection.getresponse()
            text = response.read().decode("utf-8")
        except TimeoutError:
            raise Undelivered("operation_timeout") from None
        except (OSError, http.client.HTTPException, UnicodeDecodeError):
            raise Undelivered("dispatch_failed") from None
        finally:
            connection.close()
        if not 200 <= response.status < 300:
            raise Undelivered("dispatch_failed")
        return _answer(text, response.getheader("Content-Type", ""))


def _encoded(kind: str, payload: Mapping[str, Any]) -> tuple[bytes, str]:
    if kind == "slash_commands":
        return urlencode(payload).encode(), _FORM
    if kind == "interactive":
        return urlencode({"payload": json.dumps(payload)}).encode(), _FORM
    return json.dumps(payload).encode(), "application/json"


def _answer(text: str, content_type: str) -> dict[str, Any] | None:
    if not text:
        return None
    if content_type.startswith("application/json"):
        try:
            told = json.loads(text)
        except ValueError:
            raise Undelivered("dispatch_failed") from None
        return told if isinstance(told, dict) else None
    return {"text": text}
