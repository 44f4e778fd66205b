"""Every Web API method that the bot calls, and the scope it needs ("" where none); what a token lacks of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping

SCOPE_OF: Mapping[str, str] = {
    "auth.test": "",
    "apps.connections.open": "",  # needs connections:write of the app-level token, which is no bot scope
    "chat.getPermalink": "",
    "chat.postMessage": "chat:write",
    "chat.update": "chat:write",
    "conversations.info": "channels:read",  # for a private channel groups:read
    "conversations.open": "im:write",
    "usergroups.list": "usergroups:read",
    "usergroups.users.list": "usergroups:read",
    "users.info": "users:read",
    "users.lookupByEmail": "users:read.email",
    "views.open": "",
    "views.publish": "",
    "views.update": "",
}

BOT_SCOPES = frozenset({"commands", "groups:read"} | {scope for scope in SCOPE_OF.values() if scope})
"""What manifest.yml asks for, no more: ``commands`` for the command and the shortcuts."""

_HEADER = "x-oauth-scopes"  # on every answer of the Web API


def lacking(headers: Mapping[str, str] | None) -> frozenset[str] | None:
    """What the token should be good for and isn't, by the headers of an answer; None where Slack doesn't say."""
    told = next((value for name, value in (headers or {}).items() if name.lower() == _HEADER), "")
    granted = {scope.strip() for scope in told.split(",")}
    return BOT_SCOPES - granted if told else None


def remedy(missing: Collection[str]) -> str:
    """For an operator: what is missing, and what to do."""
    return f"missing: {', '.join(sorted(missing))}. Paste manifest.yml into the app's page and reinstall the app"
