"""Pieces of text in Slack's markup: everything that comes from people or the cloud goes through here."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from bot import limits

Block = dict[str, Any]

REGION_NAMES = {
    "ap-guangzhou": "Guangzhou",
    "ap-shanghai": "Shanghai",
    "ap-nanjing": "Nanjing",
    "ap-beijing": "Beijing",
    "ap-chengdu": "Chengdu",
    "ap-chongqing": "Chongqing",
    "ap-hongkong": "Hong Kong, China",
    "ap-singapore": "Singapore",
    "ap-jakarta": "Jakarta",
    "ap-bangkok": "Bangkok",
    "ap-seoul": "Seoul",
    "ap-tokyo": "Tokyo",
    "eu-frankfurt": "Frankfurt",
    "na-siliconvalley": "Silicon Valley",
    "na-ashburn": "Virginia",
    "sa-saopaulo": "Sao Paulo",
}
"""The console's names of the regions (vendor: "Regions and Availability Zones"); others are shown by id."""


# Slack's marks of bold, italic and struck-out text count at the edge of a word only: in my_image_2 they are letters.
_AT_AN_EDGE = re.compile(r"(?<![^\W_])[*_~]|[*_~](?![^\W_])")
_CODE = re.compile(r"(`[^`\n]+`)")
_QUOTE = re.compile(r"^(\s*)>", re.MULTILINE)
_LOOKS_LIKE = str.maketrans("*_~", "∗ˍ∼")
_UNFINISHED = re.compile(r"(?:&[a-z]{0,3}|<[^>]*)\Z")


def entities(text: str) -> str:
    """Slack's three characters, so that nothing typed can ring anybody or hide a link; other marks stay marks."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def escape(text: str) -> str:
    """Text from outside, to be read as it is, but for what stands between backticks and is shown as code.

    Slack has no escape for its other marks: look-alikes stand for them.
    """
    parts = _CODE.split(text)  # what is code stands at the odd places
    return "".join(entities(part) if number % 2 else _plain(part) for number, part in enumerate(parts))


def _plain(text: str) -> str:
    text = _AT_AN_EDGE.sub(lambda found: found[0].translate(_LOOKS_LIKE), text.replace("`", "ˋ"))
    return entities(_QUOTE.sub(r"\1›", text))


def code(text: str) -> str:
    """Shown as code, to the letter; a backtick or a new line would end it."""
    return f"`{entities(text.replace('`', 'ˋ').replace(chr(13), ' ').replace(chr(10), ' '))}`"


def mention(principal: str) -> str:
    """A person, or a group, by name and with a notification; whoever the policy names by an address, by that."""
    if "@" in principal:
        return escape(principal)
    return f"<!subteam^{principal}>" if principal.startswith("S") else f"<@{principal}>"


def any_of(principals: Sequence[str], most: int = 8) -> str:
    """``@lin, @omar or @mei``."""
    return _joined([mention(one) for one in principals], "or", most)


def all_of(words: Sequence[str], most: int = 8) -> str:
    """``data-team, partner-lab and 100012345678``."""
    return _joined(list(words), "and", most)


def _joined(words: list[str], last: str, most: int) -> str:
    if len(words) > most:
        words = [*words[: most - 1], f"{len(words) - most + 1} more"]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}" if words else "nobody"


def ago(moment: datetime) -> str:
    """How long ago, in the reader's words."""
    return _date(moment, "{ago}")


def at(moment: datetime) -> str:
    """Day and time, in the reader's zone."""
    return _date(moment, "{date_short_pretty} at {time}")


def day(moment: datetime) -> str:
    """The day, in the reader's zone."""
    return _date(moment, "{date_short_pretty}")


def _date(moment: datetime, form: str) -> str:
    fallback = f"{moment.day} {moment:%b %Y %H:%M} UTC"
    return f"<!date^{int(moment.timestamp())}^{form}|{fallback}>"


def region_name(region: str) -> str:
    return REGION_NAMES.get(region, region)


def cut(text: str, most: int) -> str:
    """At most that many characters, with a mark where something is missing."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def cut_marked(text: str, most: int) -> str:
    """The same of text with marks in it: none of Slack's entities is cut in two."""
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
    return {"type": "header", "text": {"type": "plain_text", "text": cut(text, limits.HEADER_TEXT), "emoji": False}}


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
    return section(f"*{label}*  {text}")


def context(*lines: str) -> Block:
    return {"type": "context", "elements": [mrkdwn(line) for line in lines]}


def mrkdwn(text: str) -> Block:
    return {"type": "mrkdwn", "text": cut_marked(text, limits.SECTION_TEXT), "verbatim": True}


def raw(label: str, text: str) -> Block:
    """A label and what a person typed: rich text, so that nothing of it is parsed."""
    return {
        "type": "rich_text",
        "elements": [
            {"type": "rich_text_section", "elements": [{"type": "text", "text": label, "style": {"bold": True}}]},
            {"type": "rich_text_quote", "elements": [{"type": "text", "text": cut(text, 2500)}]},
        ],
    }


def button(label: str, action_id: str, value: str, *, style: str | None = None) -> Block:
    made: Block = {
        "type": "button",
        "action_id": action_id,
        "text": {"type": "plain_text", "text": label, "emoji": False},
        "value": value,
    }
    return {**made, "style": style} if style else made
