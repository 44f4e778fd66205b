"""Private answers: to the command or the press while Slack allows it, afterwards in a direct message."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from urllib.request import Request

import structlog
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.webhook import WebhookClient, WebhookResponse

from bot import wire
from bot.answers import ConversationOpened, Posted, read
from bot.languages import translated
from bot.slack import CLOSED, UNREACHED, code_of

_URL_LIVES = timedelta(minutes=29)  # Slack: response_url works five times within 30 minutes
_TIMEOUT = 8  # seconds
_HOOKS = "hooks.slack.com"  # where every response_url of Slack's is

_NO_ANSWER = (*UNREACHED, ValueError, LookupError)  # slack-sdk trips over a page that is not in its charset

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class ReplyAddress:
    """Where a private answer can go.

    :ivar url: Slack's ``response_url``, where there is one
    :ivar given_at: when Slack gave it
    :ivar replace: the answer takes the place of the first one, rather than standing below the card
    """

    person_id: str
    url: str = field(default="", repr=False)  # whoever has it can write in the bot's name
    given_at: float = 0.0
    replace: bool = False

    def text(self) -> str:
        fields = {"person_id": self.person_id, "url": self.url, "given_at": self.given_at, "replace": self.replace}
        return json.dumps(fields)

    @classmethod
    def parse(cls, text: str) -> ReplyAddress:
        """What ``text`` gave; or the id of a person, to whom a direct message goes."""
        return cls(**json.loads(text)) if text.startswith("{") else cls(text)


class Replies:
    """Sends private answers.

    :param clock: gives the time, in UTC
    :param within: seconds that a call to a ``response_url`` may take in all
    """

    def __init__(self, client: WebClient, clock: Callable[[], datetime], *, within: float = wire.WITHIN) -> None:
        self._client = client
        self._clock = clock
        self._within = within
        self._conversations: dict[str, str] = {}  # by person: to ask each time would be half of all calls

    def send(self, address: ReplyAddress, text: str, blocks: list[dict[str, Any]] | None = None) -> None:
        """Answer where it was asked, or else in a direct message.

        :raises SlackApiError: Slack refuses the direct message
        :raises OSError, HTTPException: Slack can't be reached
        """
        text = translated(text)
        if not self._by_url(address, text, blocks):
            self.direct(address.person_id, text, blocks)

    def direct(self, person_id: str, text: str, blocks: list[dict[str, Any]] | None = None) -> tuple[str, str]:
        """Send a direct message; returns where it stands (channel, message id).

        :raises SlackApiError: Slack refuses it
        :raises OSError, HTTPException: Slack can't be reached
        """
        remembered = self._conversations.get(person_id)
        try:
            return self._post(remembered or self._opened(person_id), text, blocks)
        except SlackApiError as error:
            if remembered is None or code_of(error) not in CLOSED:
                raise
        return self._post(self._opened(person_id), text, blocks)  # it can be another since the app was installed anew

    def _post(self, channel: str, text: str, blocks: list[dict[str, Any]] | None) -> tuple[str, str]:
        answer = self._client.chat_postMessage(
            channel=channel, text=translated(text), blocks=blocks, unfurl_links=False, unfurl_media=False
        )
        posted = read(Posted, answer)
        return posted.channel, posted.ts

    def _opened(self, person_id: str) -> str:
        channel = read(ConversationOpened, self._client.conversations_open(users=person_id)).channel.id
        self._conversations[person_id] = channel
        return channel

    def _by_url(self, address: ReplyAddress, text: str, blocks: list[dict[str, Any]] | None) -> bool:
        if not self._is_slacks(address.url):
            return False
        if self._clock().timestamp() - address.given_at > _URL_LIVES.total_seconds():
            return False
        hook = _Hook(address.url, within=self._within, timeout=_TIMEOUT, ssl=self._client.ssl, retry_handlers=[])
        try:
            answer = hook.send(text=text, blocks=blocks, response_type="ephemeral", replace_original=address.replace)
        except _NO_ANSWER as error:  # it may have arrived all the same; twice is better than never
            log.warning("response_url_failed", error=str(error))
            return False
        took = _took(answer)
        if not took:
            log.warning("response_url_refused", status=answer.status_code, answer=answer.body[:100])
        return took

    def _is_slacks(self, url: str) -> bool:
        """Only Slack is told: the address came from outside, and it is our machine that goes there.

        Slack's own are ``https://hooks.slack.com/…``; another workspace server, such as the sandbox, is taken at the
        host that ``SLACK_API_URL`` names, or at ``hooks.`` before it (GovSlack).
        """
        if not url:
            return False
        try:
            at, api = urlsplit(url), urlsplit(self._client.base_url)
            allowed = {("https", _HOOKS), ("https", f"hooks.{api.hostname}"), (api.scheme, api.hostname)}
            good = (at.scheme, at.hostname) in allowed and "@" not in at.netloc
        except ValueError:
            good = False
        if not good:
            log.warning("response_url_not_slacks")
        return good


class _Hook(WebhookClient):
    def __init__(self, url: str, *, within: float, **options: Any) -> None:
        super().__init__(url, **options)
        self._within = within

    def _perform_http_request_internal(self, url: str, req: Request) -> WebhookResponse:
        fetched = wire.fetch(req, timeout=self.timeout, within=self._within, tls=self.ssl, proxy=self.proxy)
        return WebhookResponse(
            url=url, status_code=fetched.status, body=fetched.text, headers=dict(fetched.headers.items())
        )


def _took(answer: WebhookResponse) -> bool:
    """Slack says ``ok``, alone or in an object; a page is from somebody between us and Slack."""
    body = answer.body.strip()
    if answer.status_code != 200 or body.startswith("<"):
        return False
    try:
        told = json.loads(body) if body.startswith("{") else {}
    except ValueError:
        return False
    return told.get("ok", True) is True
