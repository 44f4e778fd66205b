"""What Slack's answers mean: which errors pass, which are final, which are an operator's."""

from __future__ import annotations

import re
from http.client import HTTPException

from slack_sdk.errors import SlackApiError

TOKEN_FAULTS = {"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired"}

_OUTAGE = {
    # "part of the operation may have succeeded" (Slack: common errors)
    "internal_error",
    "fatal_error",
    "service_unavailable",
    "request_timeout",
    "team_added_to_org",
}

_MENDED_BY_PEOPLE = TOKEN_FAULTS | {
    "missing_scope",
    # the admins of the workspace (Slack: common errors, chat.postMessage)
    "accesslimited",
    "org_login_required",
    "message_limit_exceeded",
}
"""What the messages wait for: nobody could be told meanwhile anyway."""

CLOSED = {"is_archived", "is_inactive", "not_in_channel", "channel_not_found"}
"""A channel that takes nothing until somebody opens it to the bot again (or names another in the policy): whoever
archived it or removed the bot can undo it, and a private channel that the bot isn't in looks like one that is gone."""

FORBIDDEN = {
    "ekm_access_denied",
    "restricted_action",
    "restricted_action_non_threadable_channel",
    "restricted_action_read_only_channel",
    "restricted_action_thread_locked",
    "restricted_action_thread_only_channel",
}
"""A channel in which the admins of the workspace don't let the bot write."""

PARENT_GONE = {"cannot_reply_to_message", "thread_not_found", "message_not_found"}
"""The message that a thread hangs from was deleted."""

_IN_VAIN = (
    CLOSED
    | PARENT_GONE
    | {
        # about whom it is for (Slack: conversations.open)
        "user_not_found",
        "users_not_found",
        "user_disabled",
        "user_not_visible",
        "cannot_dm_bot",
        # about what is said (Slack: chat.postMessage, chat.update)
        "attachment_payload_limit_exceeded",
        "cant_update_message",
        "edit_window_closed",
        "invalid_arguments",
        "invalid_blocks",
        "invalid_blocks_format",
        "msg_blocks_too_long",
        "msg_too_long",
        "no_text",
    }
)
_TRIES = 12  # of what Slack refuses with a code that isn't listed here: five minutes, about

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


def is_outage(error: SlackApiError) -> bool:
    """Is it Slack, or somebody between, that doesn't work now?"""
    code = code_of(error)
    return is_throttle(error) or error.response.status_code >= 500 or not code or code in _OUTAGE


def is_in_vain(error: SlackApiError, tries: int) -> bool:
    """Will the same call never succeed? A code that isn't listed here is taken for such after some tries.

    :param tries: those before this one
    """
    code = code_of(error)
    if is_outage(error) or code in _MENDED_BY_PEOPLE:
        return False
    return code in _IN_VAIN or tries >= _TRIES
