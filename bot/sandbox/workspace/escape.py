"""Rewrites what a person types after a command as Slack does where the manifest says ``should_escape``."""

from __future__ import annotations

import re
from collections.abc import Mapping

# Enough of the top-level domains to meet the trap: a name with a dot in it becomes a link where its end is a domain's.
_DOMAINS = "com|net|org|io|dev|app|cn|cloud|ai|co|info|me|sh|uk|de|edu|gov"
_ENTITY = re.compile(
    r"(?P<url>https?://[^\s<>|]+)"
    r"|(?P<mail>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)"
    r"|(?<![\w@#])@(?P<name>[\w.-]*\w)"
    r"|(?<![\w#&])#(?P<channel>[\w-]+)"
    rf"|(?<![\w./@-])(?P<domain>(?:[\w-]+\.)+(?:{_DOMAINS}))(?![\w-]|\.\w)"
)
_BROADCASTS = ("here", "channel", "everyone")


def escape_text(text: str) -> str:
    """The three characters that mean something to Slack, as entities."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def escape_command(
    text: str, *, people: Mapping[str, str], groups: Mapping[str, str], channels: Mapping[str, str]
) -> str:
    """What the bot gets for what was typed.

    :param people: ids by name, without the ``@``; ``groups`` and ``channels`` alike
    """

    def rewritten(match: re.Match[str]) -> str:
        whole = match.group()
        if url := match["url"]:
            return f"<{url}>"
        if mail := match["mail"]:
            return f"<mailto:{mail}|{mail}>"
        if domain := match["domain"]:
            return f"<http://{domain}|{domain}>"
        if name := match["name"]:
            return _mention(name, people, groups) or whole
        channel = match["channel"]
        return f"<#{channels[channel]}|{channel}>" if channel in channels else whole

    return _ENTITY.sub(rewritten, escape_text(text))


def _mention(name: str, people: Mapping[str, str], groups: Mapping[str, str]) -> str | None:
    if name in people:
        return f"<@{people[name]}|{name}>"
    if name in groups:
        return f"<!subteam^{groups[name]}|@{name}>"
    return f"<!{name}>" if name in _BROADCASTS else None
