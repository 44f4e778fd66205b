"""Every Web API method that the bot calls, and the scope it needs ("" where none): what ``check`` asks for."""

from __future__ import annotations

from collections.abc import Mapping

SCOPE_OF: Mapping[str, str] = {
    "auth.test": "",
    "apps.connections.open": "",  # needs connections:write of the app-level token, which is no bot scope
    "chat.getPermalink": "",
    "chat.postMessage": "chat:write",
    "chat.update": "chat:write",
    "conversations.info": "channels:read",  # for a private channel groups:read
    "conversations.open": "im:write",
    "usergroups.users.list": "usergroups:read",
    "users.info": "users:read",
    "users.lookupByEmail": "users:read.email",
    "views.open": "",
    "views.publish": "",
    "views.update": "",
}

BOT_SCOPES = frozenset({"commands", "groups:read"} | {scope for scope in SCOPE_OF.values() if scope})
"""What manifest.yml asks for, no more: ``commands`` for the command and the shortcuts."""
