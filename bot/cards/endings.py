"""What people hear of time: that a request still waits, that a share ends soon, that it has ended."""

from __future__ import annotations

from datetime import timedelta

from approvals.model import Request
from bot import ids, limits
from bot.cards.buttons import end_now
from bot.cards.lasting import end_fields
from bot.cards.modal import naming, plain, text_input
from bot.cards.request import whose_word
from bot.cards.text import Block, all_of, at, button, code, escape, section
from bot.cards.words import asks, full_label, given, where
from bot.languages import _


def reminder(request: Request, permalink: str | None) -> tuple[str, list[Block]]:
    """To whose word is wanted."""
    by = _(" Answer by {when}.", when=at(request.decide_by)) if request.decide_by else ""
    link = _(" <{permalink}|See the request>", permalink=permalink) if permalink else ""
    text = _(
        "Still waiting: {asks} (#{number}). It needs {who}.{by}{link}",
        asks=escape(asks(request)),
        number=request.id,
        who=whose_word(request),
        by=by,
        link=link,
    )
    return text, [section(text)]


def ending(request: Request) -> tuple[str, list[Block]]:
    """To the requester and the owners, a day before."""
    text = _(
        "The share of {image} with {whom} ends {when} (#{number}). Nobody need do anything: it is taken back then.",
        **_facts(request),
        number=request.id,
    )
    buttons = [button(_("Extend"), ids.EXTEND, str(request.id)), end_now(request)]
    return text, [
        section(text),
        {"type": "actions", "block_id": ids.buttons_of(request.id), "elements": buttons},
    ]


def over(request: Request) -> tuple[str, list[Block]]:
    """To the requester, when it has ended."""
    text = _(
        "#{number}: the share of {image} with {whom} has ended, as was agreed. Machines they started go on, and "
        "copies they made stay theirs.",
        number=request.id,
        image=code(request.image_name),
        whom=_whom(request),
    )
    return text, [section(text)]


def extend_modal(request: Request, longest: timedelta | None) -> Block:
    """Asks for how much longer, and why.

    :param longest: how long the policy lets a share last
    """
    now = _("The share of {image} with {whom} ends {when}. ", **_facts(request)) if request.until else ""
    return {
        "type": "modal",
        "callback_id": ids.EXTEND_VIEW,
        "private_metadata": naming(request.id),
        "title": plain(_("Extend #{number}", number=request.id)),
        "submit": plain(_("Send")),
        "close": plain(_("Back")),
        "blocks": [
            section(_("{now}What you send is a new request: its owners decide about it.", now=now)),
            *end_fields("", None, longest, must=True),
            text_input(
                ids.REASON,
                _("Why"),
                _("The owners of the image read this."),
                multiline=True,
                most=limits.INPUT_TEXT,
                initial=request.reason[: limits.INPUT_TEXT],
                optional=True,
            ),
        ],
    }


def _facts(request: Request) -> dict[str, str]:
    when = at(request.until) if request.until else ""
    return {"image": code(request.image_name), "whom": _whom(request), "when": when}


def _whom(request: Request) -> str:
    return all_of([escape(full_label(target)) for target in given(request)]) + escape(where(request))
