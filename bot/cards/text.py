"""Pieces of text in Slack's markup: everything that comes from people or the cloud goes through here."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from approvals.audit import OPERATOR
from approvals.sentences import dated, say
from approvals.texts import one_line
from bot import limits
from bot.languages import _, translated

Block = dict[str, Any]

REGION_NAMES = {
    "ap-guangzhou": say("Guangzhou"),
    "ap-shanghai": say("Shanghai"),
    "ap-nanjing": say("Nanjing"),
    "ap-beijing": say("Beijing"),
    "ap-chengdu": say("Chengdu"),
    "ap-chongqing": say("Chongqing"),
    "ap-hongkong": say("Hong Kong, China"),
    "ap-singapore": say("Singapore"),
    "ap-jakarta": say("Jakarta"),
    "ap-bangkok": say("Bangkok"),
    "ap-seoul": say("Seoul"),
    "ap-tokyo": say("Tokyo"),
    "eu-frankfurt": say("Frankfurt"),
    "na-siliconvalley": say("Silicon Valley"),
    "na-ashburn": say("Virginia"),
    "sa-saopaulo": say("Sao Paulo"),
}
"""The console's names of the regions (vendor: "Regions and Availability Zones"); others are shown by id."""


# Slack's marks of bold, italic and struck-out text count at the edge of a word only: in my_image_2 they are letters.
_AT_AN_EDGE = re.compile(r"(?<![^\W_])[*_~]|[*_~](?![^\W_])")
_CODE = re.compile(r"(`[^`\n]+`)")
# Within its line: else each of many empty ones is looked through to the last.
_QUOTE = re.compile(r"^([^\S\n]*)>", re.MULTILINE)
_LOOKS_LIKE = str.maketrans("*_~", "∗ˍ∼")
# What would turn round the order of all that stands behind it in the line, and what nobody can type.
_UNSEEN = re.compile(r"[\u202a-\u202e\u2066-\u2069\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_UNFINISHED = re.compile(r"(?:&[a-z]{0,3}|<[^>]*)\Z")


def entities(text: str) -> str:
    """Slack's three characters, so that nothing typed can ring anybody or hide a link; other marks stay marks."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def escape(text: str) -> str:
    """Text from outside, to be read as it is, but for what stands between backticks and is shown as code.

    Slack has no escape for its other marks: look-alikes stand for them.
    """
    parts = _CODE.split(_seen(text))  # what is code stands at the odd places
    return "".join(entities(part) if number % 2 else _plain(part) for number, part in enumerate(parts))


def _plain(text: str) -> str:
    text = _AT_AN_EDGE.sub(lambda found: found[0].translate(_LOOKS_LIKE), text.replace("`", "ˋ"))
    return entities(_QUOTE.sub(r"\1›", text))


def code(text: str) -> str:
    """Shown as code, to the letter; a backtick or a new line would end it."""
    text = _seen(text)
    return f"`{entities(text.replace('`', 'ˋ').replace(chr(13), ' ').replace(chr(10), ' '))}`"


def _seen(text: str) -> str:
    return _UNSEEN.sub("", translated(text))


def mention(principal: str) -> str:
    """A person, or a group, by name and with a notification; whom the policy names by an address, by that."""
    if principal == OPERATOR:
        return _("an operator")
    if "@" in principal:
        return escape(principal)
    return f"<!subteam^{principal}>" if principal.startswith("S") else f"<@{principal}>"


def any_of(principals: Sequence[str], most: int = 8) -> str:
    """``@lin, @omar or @mei``."""
    words = _cut_short([mention(one) for one in principals], most)
    return _("{first} or {last}", first=_commas(words[:-1]), last=words[-1]) if len(words) > 1 else _alone(words)


def all_of(words: Sequence[str], most: int = 8) -> str:
    """``data-team, partner-lab and 100012345678``."""
    words = _cut_short([translated(word) for word in words], most)
    return _("{first} and {last}", first=_commas(words[:-1]), last=words[-1]) if len(words) > 1 else _alone(words)


def _cut_short(words: list[str], most: int) -> list[str]:
    return words if len(words) <= most else [*words[: most - 1], _("{number} more", number=len(words) - most + 1)]


def _commas(words: list[str]) -> str:
    return _(", ").join(words)


def _alone(words: list[str]) -> str:
    return words[0] if words else _("nobody")


def ago(moment: datetime) -> str:
    """How long ago, in the reader's words."""
    return _date(moment, "{ago}")


def at(moment: datetime) -> str:
    """Day and time, in the reader's zone."""
    return _date(moment, _("{date_short_pretty} at {time}"))


def day(moment: datetime) -> str:
    """The day, in the reader's zone."""
    return _date(moment, "{date_short_pretty}")


def _date(moment: datetime, form: str) -> str:
    fallback = f"{translated(dated(moment))} {moment:%H:%M} UTC"
    return f"<!date^{int(moment.timestamp())}^{form}|{fallback}>"


def region_name(region: str) -> str:
    return translated(REGION_NAMES.get(region, region))


def cut(text: str, most: int) -> str:
    """At most that many characters, with a mark where something is missing."""
    text = _seen(text)
    return text if len(text) <= most else f"{text[: most - 1]}…"


def cut_marked(text: str, most: int) -> str:
    """The same of text with marks in it: none of Slack's entities is cut in two."""
    text = translated(text)
    return text if len(text) <= most else f"{_UNFINISHED.sub('', text[: most - 1])}…"


def fitted(blocks: list[Block]) -> list[Block]:
    """The blocks, the longest texts cut until Slack takes all of them together; changed in place."""
    while (excess := _size(blocks) - limits.MESSAGE_BLOCKS_TOTAL) > 0:
        longest = max(_texts(blocks), key=lambda one: len(one["text"]))
        longest["text"] = cut_marked(longest["text"], max(len(longest["text"]) - min(excess, 500) - 1, 1))
    return blocks


def _size(blocks: list[Block]) -> int:
    return len(json.dumps(blocks, ensure_ascii=False, separators=(",", ":")))


def _texts(part: Any) -> Iterator[Block]:
    if isinstance(part, dict):
        if isinstance(part.get("text"), str):
            yield part
        part = list(part.values())
    if isinstance(part, list):
        for one in part:
            yield from _texts(one)


def header(text: str) -> Block:
    shown = cut(one_line(translated(text)), limits.HEADER_TEXT)
    return {"type": "header", "text": {"type": "plain_text", "text": shown, "emoji": False}}


def section(text: str) -> Block:
    return {"type": "section", "text": mrkdwn(text)}


def sections(lines: Iterable[str]) -> list[Block]:
    """Lines, none of them cut in two, in as few sections as hold them."""
    texts: list[str] = []
    for line in lines:
        if texts and len(texts[-1]) + len(line) < limits.SECTION_TEXT:
            texts[-1] = f"{texts[-1]}\n{line}"
        else:
            texts.append(line)
    return [section(text) for text in texts]


def labelled(label: str, text: str) -> Block:
    return section(f"*{translated(label)}*  {translated(text)}")


def context(*lines: str) -> Block:
    return {"type": "context", "elements": [mrkdwn(line) for line in lines]}


def mrkdwn(text: str) -> Block:
    return {"type": "mrkdwn", "text": cut_marked(text, limits.SECTION_TEXT), "verbatim": True}


def raw(label: str, text: str) -> Block:
    """A label and what a person typed: rich text, so that nothing of it is parsed."""
    return {
        "type": "rich_text",
        "elements": [
            {
                "type": "rich_text_section",
                "elements": [{"type": "text", "text": translated(label), "style": {"bold": True}}],
            },
            {"type": "rich_text_quote", "elements": [{"type": "text", "text": cut(text, 2500)}]},
        ],
    }


def button(label: str, action_id: str, value: str, *, style: str | None = None) -> Block:
    made: Block = {
        "type": "button",
        "action_id": action_id,
        "text": {"type": "plain_text", "text": translated(label), "emoji": False},
        "value": value,
    }
    return {**made, "style": style} if style else made
