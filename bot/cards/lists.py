"""Answers to read: help, lists of requests, one image, the Home tab."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from approvals.cloud import MAX_SHARES, NORMAL, Image, ImageKind
from approvals.model import Finding, Grant, Level, Request
from bot import ids
from bot.cards.request import image_facts
from bot.cards.text import (
    Block,
    ago,
    any_of,
    button,
    code,
    context,
    cut,
    day,
    entities,
    escape,
    fitted,
    header,
    labelled,
    section,
    sections,
)
from bot.cards.words import asks, receivers, state_words

ROWS = 20
_NAME = 80  # characters of a name in a list

_WHOSE = {ImageKind.PRIVATE: "ours", ImageKind.SHARED: "shared with us", ImageKind.PUBLIC: "public"}

ACCOUNT_HELP = (
    "A share goes to a *root account id*, digits such as `100012345678`. Whoever receives the image finds theirs in "
    "the console: point at the avatar at the top right, then Account Information, *Account ID* (not the AppID, nor the "
    "id of a sub-user)."
)


def help_text(examples: Sequence[str]) -> tuple[str, list[Block]]:
    """Examples that can be typed as they stand."""
    lines = "\n".join(code(example) for example in examples)
    text = "Ask to share an image, or to take a share back. Its owners decide; I do it and tell you."
    blocks = [
        section(text),
        section(lines),
        context(
            "An image is an exact name or an id. An account is a name from the policy or a root account id: "
            "`/image account` says how to find one.",
            "Commands don't work in threads: that is Slack's rule.",
        ),
        {"type": "actions", "elements": [button("Ask with a form", ids.OPEN_FORM, "form")]},
    ]
    return text, blocks


def misread(typed: str, word: str, sentence: str, suggestion: str) -> tuple[str, list[Block]]:
    """What couldn't be read, the word that is meant, and the nearest right form."""
    quoted = f"/image {typed}"
    before, meant, after = quoted.partition(word) if word else (quoted, "", "")
    marked = escape(before) + (code(meant) if meant else "") + escape(after)
    said = entities(sentence)  # the grammar's backticks stay: they mark words
    return f"{said} {entities(suggestion)}", fitted([context(marked), section(f"{said}\n{code(suggestion)}")])


def requests_list(title: str, empty: str, requests: Sequence[Request], page: str = "") -> tuple[str, list[Block]]:
    """At most ``ROWS`` requests, newest first.

    :param page: what the button for older ones carries; "" where there are none
    """
    if not requests:
        return empty, [section(empty)]
    blocks = [header(title), *sections(map(request_line, requests))]
    if page:
        blocks.append({"type": "actions", "elements": [button("Older", ids.PAGE, page)]})
    return title, fitted(blocks)


def request_line(request: Request) -> str:
    """One request in one line."""
    parts = [
        f"*#{request.id}* {request.action} {code(cut(request.image_name, _NAME))} · "
        f"{escape(cut(receivers(request), _NAME))}",
        state_words(request),
        f"{escape(cut(request.requester.name, _NAME))}, {ago(request.asked_at)}",
    ]
    return " · ".join(parts)


def image_card(
    image: Image,
    *,
    shares: Mapping[str, datetime | None] | None,
    grants: Sequence[Grant],
    names: Mapping[str, str],
    owners: Sequence[str],
    blocked: Sequence[Finding],
    now: datetime,
) -> tuple[str, list[Block]]:
    """One image: what it is, whose, who has it, and whether it can be shared.

    :param names: the policy's names by account id
    :param blocked: why it can't be shared; empty where it can
    """
    whose = _WHOSE.get(ImageKind(image.kind), "") if image.kind in set(ImageKind) else image.kind
    facts = [*image_facts(image, now), escape(whose)]
    if image.state != NORMAL:
        facts.append(f"state {escape(image.state)}")
    blocks = [header(image.name), context(" · ".join(facts))]
    if image.kind == ImageKind.PRIVATE:
        blocks.append(labelled("Owners", any_of(owners) if owners else "nobody in the policy"))
    if shares is not None:
        blocks.append(labelled(f"Shared with {len(shares)} of {MAX_SHARES}", _shares(shares, grants, names)))
    reasons = [f"{one.text} {one.remedy}" for one in blocked if one.level is Level.BLOCK]
    blocks += [context(f"✕ {escape(reason)}") for reason in reasons]
    return f"{escape(image.name)}: {' · '.join(facts)}", blocks


def home_view(waiting: Sequence[Request], mine: Sequence[Request]) -> Block:
    """The Home tab: what waits for this person, and what they asked for."""
    return {
        "type": "home",
        "blocks": [
            header("Waiting for you"),
            *[_home_row(one) for one in waiting],
            *([] if waiting else [section("Nothing waits for your decision.")]),
            {"type": "divider"},
            header("You asked for"),
            *sections(map(request_line, mine)),
            *([] if mine else [section("Nothing yet. Type `/image help` in any channel, or press the button below.")]),
            {"type": "actions", "elements": [button("Share an image", ids.OPEN_FORM, "form", style="primary")]},
        ],
    }


def home_closed(why: str) -> Block:
    """The Home tab of whom it is not for."""
    return {"type": "home", "blocks": [section(escape(why))]}


def _home_row(request: Request) -> Block:
    return section(f"*#{request.id}* {escape(asks(request))} · {ago(request.asked_at)}\nThe card is in your messages.")


def _shares(shares: Mapping[str, datetime | None], grants: Sequence[Grant], names: Mapping[str, str]) -> str:
    if not shares:
        return "nobody yet"
    by_account = {grant.target.account: grant for grant in grants}
    lines = [_share(account, since, by_account.get(account), names.get(account)) for account, since in shares.items()]
    shown = lines[:ROWS]
    if len(lines) > ROWS:
        shown.append(f"and {len(lines) - ROWS} more")
    return "\n".join(shown)


def _share(account: str, since: datetime | None, grant: Grant | None, name: str | None) -> str:
    label = f"*{escape(name)}* {code(account)}" if name else code(account)
    by = f" · by #{grant.request_id}" if grant else " · not asked for here"
    return f"{label}{f' · since {day(since)}' if since else ''}{by}"
