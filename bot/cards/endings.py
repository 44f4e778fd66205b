"""What people hear of time: that a request still waits, that a share ends soon, that it has ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from approvals.model import Request, Target
from bot import ids, limits
from bot.cards.buttons import end_now
from bot.cards.lasting import end_fields
from bot.cards.modal import naming, plain, text_input
from bot.cards.request import whose_word
from bot.cards.text import Block, all_of, at, button, code, escape, mention, section
from bot.cards.words import asks, full_label, given, lost, named, stays_shared, taken_from, where
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


def ending(request: Request, facts: Mapping[str, str]) -> tuple[str, list[Block]]:
    """To the requester and the owners, a day before.

    :param facts: ``accounts``: those that lose the image; ``kept`` and ``by``: those that don't, and by which requests
    """
    losing = named(request, facts.get("accounts", "")) or given(request)  # an older bot's message names none
    text = _(
        "The share of {image} with {whom} ends {when} (#{number}). Nobody need do anything: it is taken back then.",
        **_facts(request, losing),
        number=request.id,
    ) + stays_shared(request, facts)
    buttons = [button(_("Extend"), ids.EXTEND, str(request.id)), end_now(request)]
    return text, [
        section(text),
        {"type": "actions", "block_id": ids.buttons_of(request.id), "elements": buttons},
    ]


def over(request: Request, facts: Mapping[str, str]) -> tuple[str, list[Block]]:
    """To the requester, when it has ended.

    :param facts: ``person``: who ended it early, where somebody did; ``kept`` and ``by``: the accounts that have the
        image all the same, and by which requests
    """
    shared, early = lost(request), facts.get("person", "")
    words = {"number": request.id, "image": code(request.image_name), "whom": _whom(request, shared)}
    text = (
        _("#{number}: the share of {image} with {whom} has ended early: {by} ended it.", **words, by=mention(early))
        if early
        else _("#{number}: the share of {image} with {whom} has ended, as was agreed.", **words)
    )
    if set(shared) > set(named(request, facts.get("kept", ""))):
        text += _(" Machines they started go on, and copies they made stay theirs.")
    text += stays_shared(request, facts)
    return text, [section(text)]


def taken_back(request: Request, facts: Mapping[str, str]) -> tuple[str, list[Block]]:
    """To the requester, when it was not they who had it taken back.

    :param facts: ``accounts`` and ``regions``: from whom, where not from all; ``number``: of the request that tells
        more; ``person``: who asked for that, "" where somebody did it without Imagewarden
    """
    words = {
        "number": request.id,
        "image": code(request.image_name),
        "whom": taken_from(request, facts) or _whom(request, lost(request)),
        "by": facts["number"],
    }
    text = (
        _(
            "#{number}: {image} is no longer shared with {whom}. #{by}, which {person} asked for, took it back. "
            "Machines they started go on, and copies they made stay theirs.",
            **words,
            person=mention(facts["person"]),
        )
        if facts["person"]
        else _(
            "#{number}: {image} is no longer shared with {whom}. Somebody took it back in the cloud, without "
            "Imagewarden: see #{by}.",
            **words,
        )
    )
    return text, [section(text)]


def extend_modal(request: Request, standing: Sequence[Target], longest: timedelta | None) -> Block:
    """Asks for how much longer, and why.

    :param standing: who has the image by that request
    :param longest: how long the policy lets a share last
    """
    now = _("The share of {image} with {whom} ends {when}. ", **_facts(request, standing)) if request.until else ""
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


def _facts(request: Request, targets: Sequence[Target]) -> dict[str, str]:
    """Of shares that stand: the regions in which they are over for all of these are left out."""
    over = request.ended
    there = [region for region in request.regions if any((one.account, region) not in over for one in targets)]
    when = at(request.until) if request.until else ""
    whom = _whom(replace(request, regions=tuple(there) or request.regions), targets)
    return {"image": code(request.image_name), "whom": whom, "when": when}


def _whom(request: Request, targets: Sequence[Target]) -> str:
    return all_of([escape(full_label(target)) for target in targets]) + escape(where(request))
