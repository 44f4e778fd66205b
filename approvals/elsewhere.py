"""What becomes of an account in a region where the image has no copy that can be shared, when its turn comes."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from approvals.audit import NOBODY, Entry
from approvals.cloud import Image
from approvals.code_model import COPYING
from approvals.copies import newest
from approvals.copy_model import Copy, CopyState
from approvals.copy_steps import copy_name
from approvals.ledger import Ledger
from approvals.model import Action, Item, ItemState, Request
from approvals.outcomes import failed, is_open, not_there

_SETTLES = timedelta(minutes=2)  # a copy that was ready a moment ago and isn't shown now may be shown again
_LOOK_AGAIN = timedelta(seconds=2)  # at least


def without_copy(ledger: Ledger, request: Request, item: Item, lost: int | None, *, home: str, now: datetime) -> Item:
    """How it stands with the account: it waits for a copy, which is begun by need, or that copy failed.

    :param lost: the number of the copy that can't be shared though the ledger takes it for ready
    """
    if not is_open(item):
        return item
    image = image_of(request)
    copy = newest(ledger.copies.of(image)).get(item.region)
    if request.action is not Action.SHARE:
        gone = image.image_id if item.region == image.region else copy.image_id if copy else ""
        return replace(not_there(item), image_id=gone)
    if copy is not None and copy.id == lost and now >= copy.changed_at + _SETTLES:
        ledger.copies.set(copy, replace(copy, state=CopyState.GONE, changed_at=now), lease=None)
        ledger.add_audit(Entry(now, "copy_gone", NOBODY, copy.request_id, facts_of(copy)))
        copy = None
    if copy is not None and (copy.is_open or copy.state is CopyState.READY):
        return _waiting(item)
    if copy is not None and item.code == COPYING and copy.state is not CopyState.GONE:
        return failed(replace(item, code=copy.code, cloud_request_id=copy.cloud_request_id), copy.message)
    _want(ledger, request, image, item.region, home=home, now=now)
    return _waiting(item)


def next_try(ledger: Ledger, request: Request, items: Sequence[Item], now: datetime) -> datetime | None:
    """When to execute again a request of which all that is left waits for copies; None: when one of them ends.

    A copy that is ready and isn't shown is looked for as often as that can bring something: ever less.
    """
    latest = newest(ledger.copies.of(image_of(request)))
    awaited = [latest[item.region] for item in items if item.state is ItemState.WAITING]
    if all(copy.is_open for copy in awaited):
        return None
    since = max(copy.changed_at for copy in awaited if not copy.is_open)
    return max(now + _LOOK_AGAIN, min(now + (now - since) / 2, since + _SETTLES))


def image_of(request: Request) -> Image:
    assert request.image is not None  # noqa: S101  approved requests were checked
    return request.image


def facts_of(copy: Copy) -> dict[str, object]:
    """What the record says of a copy."""
    return {
        "image": copy.source_id,
        "region": copy.region,
        "name": copy.name,
        "copy": copy.image_id,
        "code": copy.code,
        "cloud_request_id": copy.cloud_request_id,
    }


def _want(ledger: Ledger, request: Request, image: Image, region: str, *, home: str, now: datetime) -> None:
    name = copy_name(image, request.id, secrets.token_hex(3))
    if ledger.copies.add(image, region, name=name, request_id=request.id, home=home, now=now):
        detail = {"image": image.image_id, "region": region, "name": name}
        ledger.add_audit(Entry(now, "copy_wanted", NOBODY, request.id, detail))


def _waiting(item: Item) -> Item:
    return replace(item, state=ItemState.WAITING, code=COPYING)
