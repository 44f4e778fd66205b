"""What Slack's answers mean: which errors pass, which are final, which are an operator's."""

from __future__ import annotations

import re
from http.client import HTTPException

from slack_sdk.errors import SlackApiError

_PASSING = {
    # "part of the operation may have succeeded" (Slack: common errors)
    "internal_error",
    "fatal_error",
    "service_unavailable",
    "request_timeout",
    "team_added_to_org",
    # an operator mends these, and the messages wait for it
    "invalid_auth",
    "not_authed",
    "account_inactive",
    "token_revoked",
    "token_expired",
    "missing_scope",
}

CLOSED = {"is_archived", "is_inactive", "not_in_channel", "channel_not_found"}
"""A channel that takes nothing until somebody opens it to the bot again (or names another in the policy): whoever
archived it or removed the bot can undo it, and a private channel that the bot isn't in looks like one that is gone."""

PARENT_GONE = {"cannot_reply_to_message", "thread_not_found", "message_not_found"}
"""The message that a thread hangs from was deleted."""

TOKEN_FAULTS = {"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired"}

_CODE = re.compile(r"[a-z0-9_]+")

_DEFAULT_WAIT = 30  # seconds, where Slack names none
_LONGEST_WAIT = 3600  # seconds; what asks for more is asked again by then
_SECONDS = re.compile(r"[0-9]{1,9}")

UNREACHED = (OSError, HTTPException)
"""When no whole answer came: errors of the socket and of urllib, half an answer, and one that can't be read."""


def code_of(error: SlackApiError) -> str:
    """Slack's code; empty where it isn't Slack that answered, but a proxy with a page of its own, or Slack by half."""
    told = error.response.data
    code = str(told.get("error") or "") if isinstance(told, dict) else ""
    return code if _CODE.fullmatch(code) else ""  # slack-sdk puts a sentence there where the answer was no JSON


def told_by(error: SlackApiError) -> str:
    """What Slack said, for a log or an operator."""
    return code_of(error) or f"status {error.response.status_code} and no code of Slack's"


def is_throttle(error: SlackApiError) -> bool:
    """Slack spells it both ways: ``rate_limited`` for posting, ``ratelimited`` at the HTTP level."""
    return error.response.status_code == 429 or code_of(error) in ("ratelimited", "rate_limited")


def retry_after(error: SlackApiError) -> int:
    """Seconds that Slack asks to wait: one at least, an hour at most."""
    value = str((error.response.headers or {}).get("Retry-After", "")).strip()
    return max(1, min(int(value), _LONGEST_WAIT)) if _SECONDS.fullmatch(value) else _DEFAULT_WAIT


def is_passing(error: SlackApiError) -> bool:
    """Will the same call succeed some day?"""
    code = code_of(error)
    return error.response.status_code >= 500 or not code or code in _PASSING
