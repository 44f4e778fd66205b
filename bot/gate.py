"""What every payload passes before a listener sees it, whichever way it came: is it whole, is it for our workspace?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar, cast

import structlog
from slack_bolt import BoltRequest, BoltResponse
from slack_bolt.middleware import Middleware

from bot import payloads
from bot.installation import Installation
from bot.languages import Language, speak, translated
from bot.payloads import Asking, Challenge, Command, Event, FromPerson, Interaction, Malformed, Suggestion
from bot.refusals import refused
from bot.replies import ReplyAddress
from bot.services import Services

_PAYLOAD = "imagewarden_payload"  # where Bolt's context holds what was read
_LANGUAGE = "imagewarden_language"
_HEARD_OF = {"app_home_opened"}

P = TypeVar("P", Command, payloads.Press, payloads.Submission, payloads.Shortcut, Suggestion, Event)

log = structlog.get_logger()


class Gate(Middleware):
    """Goes before all other middlewares."""

    def __init__(self, installation: Installation, services: Services) -> None:
        self._installation = installation
        self._services = services

    def process(
        self,
        *,
        req: BoltRequest,
        resp: BoltResponse,  # noqa: ARG002  the names are Bolt's
        next: Callable[[], BoltResponse],  # noqa: A002
    ) -> BoltResponse:
        try:
            payload = payloads.read(req.body)
        except Malformed as error:
            log.warning("payload_malformed", fields=str(error))
            return BoltResponse(status=400, body="not a request of Slack's\n")
        if payload is None:
            return BoltResponse(status=404, body="not handled\n")
        if isinstance(payload, Challenge):
            return BoltResponse(status=200, body={"challenge": payload.challenge})
        if not self._installation.is_ours(*payload.workspace):
            log.warning("workspace_refused", team=payload.workspace[0])
            return BoltResponse(
                status=200, body=translated(refused("not_installed")) if isinstance(payload, Command) else ""
            )
        if isinstance(payload, Suggestion) and self._is_strangers(payload):
            return BoltResponse(status=200, body={"options": []})
        if isinstance(payload, Interaction) and self._is_strangers(payload):
            log.warning("stranger_refused", person=payload.person_id, team=payload.user.team_id)
            given_at = self._services.clock().timestamp()
            address = ReplyAddress(payload.person_id, payload.response_url or "", given_at)
            self._services.answer("stranger_refused", address, lambda: (refused("strangers"), None))
            return BoltResponse(status=200, body="")
        if isinstance(payload, Event) and payload.event.type not in _HEARD_OF:
            return BoltResponse(status=200, body="")  # else Slack would tell it three times more
        # Bolt fails on fields of a strange shape and on empty ones: it gets those that were looked at and are filled.
        req.body = {name: held for name in type(payload).model_fields if (held := req.body.get(name)) is not None}
        req.context[_PAYLOAD] = payload
        req.context[_LANGUAGE] = self._language_of(payload)
        return next()

    def _language_of(self, payload: Asking | Suggestion | Event) -> Language:
        person_id = payload.event.user or "" if isinstance(payload, Event) else payload.person_id
        return self._services.language_of(person_id)

    def _is_strangers(self, payload: FromPerson) -> bool:
        """In a channel that companies share, whoever presses is told with their own workspace. A command is not: who
        typed it is asked of Slack."""
        known = self._installation.known
        if known is None or known.enterprise_id is not None:  # a company with many workspaces: Slack is asked
            return False
        return payload.user.team_id not in (None, known.team_id)


def told(context: Mapping[str, object], kind: type[P]) -> P:
    """What the gate has read; from here on the listener speaks the language of whoever sent it."""
    payload = sent(context)
    assert isinstance(payload, kind)  # noqa: S101  Bolt chose the listener by the same field
    return payload


def sent(context: Mapping[str, object]) -> object:
    """Likewise, where any listener may have been chosen."""
    speak(cast("Language", context[_LANGUAGE]))
    return context[_PAYLOAD]
