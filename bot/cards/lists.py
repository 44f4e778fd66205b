"""Answers to read: help, lists of requests."""

from __future__ import annotations

from collections.abc import Sequence

from approvals.model import Request, State
from approvals.sentences import say
from bot import ids
from bot.cards.lasting import end_of
from bot.cards.text import (
    Block,
    ago,
    button,
    code,
    context,
    cut,
    entities,
    escape,
    fitted,
    header,
    section,
    sections,
)
from bot.cards.words import action_word, receivers, state_words, title
from bot.languages import _, translated

ROWS = 20
_NAME = 80  # characters of a name in a list
_TITLE = 200  # characters of a title in a list

ACCOUNT_HELP = say(
    "A share goes to a *root account id*, digits such as `100012345678`. Whoever receives the image "
    "finds theirs in the console: point at the avatar at the top right, then Account Information, "
    "*Account ID* (not the AppID, a QQ number or the id of a sub-user)."
)


def help_text(examples: Sequence[str]) -> tuple[str, list[Block]]:
    """Examples that can be typed as they stand."""
    lines = "\n".join(code(example) for example in examples)
    text = _("Ask to share an image, or to take a share back. Its owners decide; I do it and tell you.")
    blocks = [
        section(text),
        section(lines),
        context(
            _(
                "An image is an exact name or an id. An account is a name from the policy or a root "
                "account id: `/image account` says how to find one."
            ),
            _("`/image list` shows the images, `/image requests` what was asked for."),
            _("Commands don't work in threads: that is Slack's rule."),
        ),
        {"type": "actions", "elements": [button(_("Ask with a form"), ids.OPEN_FORM, "form")]},
    ]
    return text, blocks


def misread(typed: str, word: str, sentence: str, suggestion: str) -> tuple[str, list[Block]]:
    """What couldn't be read, the word that is meant, and the nearest right form."""
    quoted = f"/image {typed}"
    before, meant, after = quoted.partition(word) if word else (quoted, "", "")
    marked = escape(before) + (code(meant) if meant else "") + escape(after)
    said = entities(translated(sentence))  # the grammar's backticks stay: they mark words
    return f"{said} {entities(suggestion)}", [context(marked), section(f"{said}\n{code(suggestion)}")]


def requests_list(
    title: str,
    empty: str,
    requests: Sequence[Request],
    older: str = "",
    newer: str = "",
    waiting: Sequence[Request] = (),
) -> tuple[str, list[Block]]:
    """At most ``ROWS`` requests, newest first.

    :param older: what the button for older ones carries; "" where there are none; ``newer`` likewise
    :param waiting: requests that wait for the reader, which go before the others
    """
    if not requests and not waiting:
        return empty, [section(empty)]
    blocks = [header(title)]
    if waiting:
        blocks += [context(_("Waiting for your decision")), *sections(map(request_line, waiting))]
    if waiting and requests:
        blocks.append(context(_("All others")))
    blocks += [*sections(map(request_line, requests)), *page_buttons(newer, older)]
    return title, fitted(blocks)


def page_buttons(newer: str, older: str) -> list[Block]:
    """The buttons that turn the page of a list; each carries where it leads, "" where it leads nowhere."""
    buttons = [button(_("Newer"), ids.NEWER, newer)] if newer else []
    buttons += [button(_("Older"), ids.PAGE, older)] if older else []
    return [{"type": "actions", "elements": buttons}] if buttons else []


def request_line(request: Request) -> str:
    """One request, or one difference between cloud and record, in one line."""
    if request.action.is_drift:
        stands = [state_words(request)] if request.state is State.PENDING else []
        found = _("found {when}", when=ago(request.asked_at))
        return " · ".join([f"*#{request.id}* {escape(cut(title(request), _TITLE))}", *stands, found])
    whom = [escape(cut(receivers(request), _NAME))] if request.action.names_accounts else []
    parts = [
        f"*#{request.id}* {action_word(request)} {code(cut(request.image_name, _NAME))}",
        *whom,
        state_words(request) + end_of(request),
        f"{escape(cut(request.requester.name, _NAME))}, {ago(request.asked_at)}",
    ]
    return " · ".join(parts)
