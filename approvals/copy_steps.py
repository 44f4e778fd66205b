"""How it stands with a copy after what the cloud said. Pure."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta

from approvals.cloud import MAX_NAME, Image
from approvals.copy_model import Copy, CopyState
from approvals.errors import Refused
from approvals.sentences import advised, say

_PAUSES = (2, 4, 8, 15, 30)  # seconds between looks; copies take minutes to hours
_CARD_EVERY = timedelta(seconds=10)
_STALLED = timedelta(minutes=30)
_GIVE_UP = timedelta(hours=24)  # without moving
_STUCK = "copy_stalled"


COPY_NAME = re.compile(r"-r[0-9]+-[0-9a-f]{6}\Z")
"""How the names of our copies end."""


def copy_name(image: Image, request_id: int, token: str) -> str:
    """By which the copy is found where the answer was lost: nobody else gives such a name.

    :param token: six random hexadecimal digits
    """
    suffix = f"-r{request_id}-{token}"
    return image.name[: MAX_NAME - len(suffix)] + suffix


def after(now: datetime, times: int) -> datetime:
    """When to look again, after so many looks."""
    return now + timedelta(seconds=_PAUSES[min(times, len(_PAUSES) - 1)])


def begun(copy: Copy, now: datetime, image_id: str) -> Copy:
    """The cloud makes it."""
    return replace(
        copy,
        state=CopyState.SYNCING,
        image_id=image_id,
        looks=0,
        polls=0,
        changed_at=now,
        moved_at=now,
        not_before=after(now, 0),
    )


def moved(copy: Copy, image: Image, now: datetime) -> Copy:
    """It is on its way: how far, and whether it moves at all."""
    moved_at = now if image.sync_percent != copy.percent else copy.moved_at
    if now >= moved_at + _GIVE_UP:
        message = say(
            "The copy has stood at {percent} % for a day. Remove it once the cloud lets it go, then retry.",
            percent=copy.percent,
        )
        return failed(copy, now, _STUCK, message)
    return replace(
        copy,
        percent=image.sync_percent,
        moved_at=moved_at,
        stalled=now >= moved_at + _STALLED,
        seen=True,
        looks=0,
        polls=copy.polls + 1,
        not_before=after(now, copy.polls),
    )


def is_news(before: Copy, after: Copy, now: datetime) -> bool:
    """Is it worth a new picture of the card?"""
    if after.state is not before.state or after.stalled is not before.stalled:
        return True
    due = after.told_at is None or now >= after.told_at + _CARD_EVERY
    return due and after.percent != after.told_percent


def failed(copy: Copy, now: datetime, code: str, message: str) -> Copy:
    """It failed, for that reason."""
    return replace(copy, state=CopyState.FAILED, code=code, message=message, looks=0, changed_at=now)


def refused(copy: Copy, now: datetime, refusal: Refused) -> Copy:
    """The cloud won't make it."""
    message = advised(refusal.message, refusal.advice)
    return replace(failed(copy, now, refusal.code, message), cloud_request_id=refusal.cloud_request_id or "")
