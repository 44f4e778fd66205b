"""What a message or a view holds, for judging: its texts, its markup, its buttons."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from approvals.message_model import Notice
from approvals.model import Request
from bot.cards import endings, private
from bot.cards.alarms import alarm
from bot.cards.request import card
from bot.cards.story import story
from bot.cards.text import section
from bot.languages import Language, speaking
from bot.sandbox.workspace.blocks import check_message_blocks, check_view
from bot.sandbox.workspace.messages import check_content

Block = dict[str, Any]

_ENTITY = re.compile(r"<([^<>]*)>")
_UNFINISHED = re.compile(r"&(?!amp;|lt;|gt;)|<[^>]*\Z")
_OURS = re.compile(r"@U0[A-Z]+|!subteam\^S0[A-Z]+|!date\^\d+\^[^|<>]+\|[0-9A-Za-z: ]+ UTC")


def accepted(text: str, blocks: list[Block] | None) -> None:
    """Slack takes this as a message, both as a card and as an answer."""
    assert text
    check_content(text, blocks)
    check_message_blocks(blocks or [])


def can_be_told(notice: Notice, request: Request | None) -> None:
    """Slack takes what the notice tells, and the card as it is, in every language."""
    languages: tuple[Language, ...] = ("en", "zh-CN")
    for language in languages:
        with speaking(language):
            for text, blocks in _told(notice, request):
                accepted(text, blocks)


def _told(notice: Notice, request: Request | None) -> Iterator[tuple[str, list[Block]]]:
    if request is None:
        yield alarm(notice.facts)
        return
    yield card(request)
    yield card(request, held=True)
    match notice.kind:
        case "thread":
            yield from ((text, [section(text)]) for text in story(request, notice.facts))
        case "reply":
            text = private.reply(request, notice.facts, None)
            yield text, [section(text)]
        case "end":
            yield private.ended(request)
        case "remind":
            yield endings.reminder(request, None)
        case "ending":
            yield endings.ending(request, notice.facts)
        case "taken_back":
            yield endings.taken_back(request, notice.facts)
        case "over":
            yield endings.over(request, notice.facts)


def view_accepted(view: Block) -> None:
    check_view(view)


def marked(part: Any) -> Iterator[Block]:
    """Every text object with markup in it."""
    if isinstance(part, dict):
        if part.get("type") == "mrkdwn":
            yield part
        part = list(part.values())
    if isinstance(part, list):
        for one in part:
            yield from marked(one)


def words(part: Any) -> str:
    """All the text there is, as it is sent."""
    if isinstance(part, dict):
        own = part.get("text")
        return (own if isinstance(own, str) else "") + words([one for one in part.values() if not isinstance(one, str)])
    return "".join(words(one) + "\n" for one in part) if isinstance(part, list) else ""


def foreign_markup(text: str) -> list[str]:
    """Mentions and links in a text that the bot doesn't make itself."""
    return [found for found in _ENTITY.findall(text) if not _OURS.fullmatch(found)]


def rings_nobody(text: str, part: Any) -> None:
    """Nothing in there mentions, links or is turned into a link, but for what the bot means."""
    assert foreign_markup(text) == []
    for one in marked(part):
        assert foreign_markup(one["text"]) == []
        assert one["verbatim"] is True


def whole(text: str, part: Any) -> None:
    """No entity was cut in two where a text was too long."""
    for one in (text, *(shown["text"] for shown in marked(part))):
        assert _UNFINISHED.search(one) is None, one[-80:]


def labels(part: Any) -> list[str]:
    """What the buttons say, in order."""
    if isinstance(part, dict):
        if part.get("type") == "button":
            return [part["text"]["text"]]
        part = list(part.values())
    return [label for one in part for label in labels(one)] if isinstance(part, list) else []


def kinds(blocks: list[Block]) -> list[str]:
    return [block["type"] for block in blocks]
