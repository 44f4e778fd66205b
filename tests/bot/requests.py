"""Requests in every state, as the database would hand them to the cards."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from approvals.cloud import Image
from approvals.model import (
    Action,
    Deciders,
    Decision,
    Finding,
    Item,
    ItemState,
    Level,
    Person,
    Request,
    Role,
    State,
    Target,
    Verdict,
)

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)

MEI, LIN, OMAR, SARA = (Person(f"U0{name.upper()}", name) for name in ("mei", "lin", "omar", "sara"))

IMAGE = Image(
    image_id="img-6pb6lrmy",
    name="base-nightly",
    region="ap-guangzhou",
    kind="PRIVATE_IMAGE",
    state="NORMAL",
    size_gib=20,
    os_name="Ubuntu Server 22.04 LTS 64bit",
    created_at=NOON - timedelta(days=2, hours=12),
)

TRUSTED, UNKNOWN = Target("100012345678", "data-team"), Target("100098765432")

DECIDERS = Deciders(owner_ids=(LIN.id, OMAR.id), approvals=1)
GUARDED = Deciders((LIN.id, OMAR.id), (SARA.id,), ("S0SECURITY",), guardian_needed=True, approvals=1)

NOT_KNOWN = Finding("target_unknown", Level.WARN, "100098765432 is not a known account.", about="100098765432")
NOT_RECALLED = Finding("share_is_not_recall", Level.NOTE, "Taking it back doesn't recall copies.")
BLOCKED = Finding("image_byol", Level.BLOCK, "base-nightly has a licence of its owner.", "Build one without.")

_ENDED = {State.DONE: ItemState.DONE, State.FAILED: ItemState.FAILED}
_UNDECIDED = (State.CHECKING, State.REFUSED, State.PENDING, State.CANCELLED, State.EXPIRED)


def approval(person: Person = LIN, role: Role = Role.OWNER) -> Decision:
    return Decision(person, frozenset({role}), Verdict.APPROVE, NOON)


def denial(reason: str = "use base-22.04") -> Decision:
    return Decision(OMAR, frozenset({Role.OWNER}), Verdict.DENY, NOON, reason)


def item(target: Target, state: ItemState = ItemState.WAITING, number: int = 1, **more: Any) -> Item:
    if state is ItemState.FAILED:
        more = {"code": "InvalidAccountId.NotFound", "message": "No such account.", **more}
    if state in (ItemState.FAILED, ItemState.DONE):
        more = {"cloud_request_id": "5e1f-77", **more}
    if state in (ItemState.DONE, ItemState.ALREADY):
        more = {"image_id": IMAGE.image_id, **more}
    return Item(number, target, "ap-guangzhou", state, **more)


def request(state: State = State.PENDING, *targets: Target, **changes: Any) -> Request:
    """A request as it looks in that state; ``changes`` are fields of it."""
    targets = targets or (TRUSTED,)
    made = Request(
        id=1042,
        action=Action.SHARE,
        image_ref="base-nightly",
        regions=(),
        targets=targets,
        reason="nightly build for the data team",
        requester=MEI,
        asked_at=NOON - timedelta(minutes=10),
        state=state,
        changed_at=NOON,
        image=None if state is State.CHECKING else IMAGE,
        decide_by=NOON + timedelta(days=3),
        deciders=None if state in (State.CHECKING, State.REFUSED) else DECIDERS,
        findings={State.CHECKING: (), State.REFUSED: (BLOCKED,)}.get(state, (NOT_RECALLED,)),
        items=_items(state, targets),
        decisions=() if state in _UNDECIDED else (denial(),) if state is State.DENIED else (approval(),),
    )
    return replace(made, **changes)


def _items(state: State, targets: tuple[Target, ...]) -> tuple[Item, ...]:
    if state is State.PARTIAL:
        first, *others = targets
        return item(first, ItemState.FAILED), *(item(one, ItemState.DONE, 2) for one in others)
    return tuple(item(one, _ENDED.get(state, ItemState.WAITING), number) for number, one in enumerate(targets, 1))
