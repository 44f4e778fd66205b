"""What becomes of a difference between cloud and record: the request by which people decide, and what they decided."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from approvals.audit import NOBODY, Entry
from approvals.cloud import Image
from approvals.drift_model import Drift, DriftKind
from approvals.ledger import Ledger
from approvals.model import (
    Action,
    Asked,
    Deciders,
    Decision,
    Item,
    ItemState,
    Person,
    Request,
    Role,
    State,
    Target,
    Verb,
    Verdict,
)
from approvals.outbox import Outbox
from approvals.overs import show_ended
from approvals.terms import NO_END, Term, through

ACTIONS = {DriftKind.UNAPPROVED: Action.ADOPT, DriftKind.GONE: Action.RESTORE}
VERBS = {Action.ADOPT: (Verb.ADOPT, Verb.REVOKE), Action.RESTORE: (Verb.SHARE_AGAIN, Verb.CLOSE)}
"""What can be pressed on each."""

_PASSED = "passed"
"""It went away by itself."""


def ask(
    ledger: Ledger,
    image: Image,
    found: Sequence[Drift],
    deciders: Deciders,
    by: Person = NOBODY,
    *,
    home: str,
    now: datetime,
) -> Request:
    """Make the request by which people decide about differences of one kind and image.

    :param by: who found them
    """
    action, targets = ACTIONS[found[0].kind], [one.target for one in found]
    key = f"drift:{found[0].id}:{found[-1].id}"
    number = ledger.drift.add_request(action, image, deciders, by, key=key, home=home, now=now)
    ledger.add_items(number, image, targets)
    detail = {
        "action": action,
        "image": image.image_id,
        "region": image.region,
        "accounts": [target.account for target in targets],
    }
    ledger.add_audit(Entry(now, "drift_found", by, number, detail))
    for one in found:
        ledger.drift.told(one, number)
    request = ledger.request(number)
    assert request is not None  # noqa: S101  it was just written
    return request


def adopt(ledger: Ledger, request: Request, person: Person, reason: str, *, home: str, now: datetime) -> None:
    """The shares are right: from now on they are as if they had been approved."""
    items = _standing(ledger, request, "adopted", now)
    for item in items:
        ledger.grants.add(request, item, home=home, now=now)
    _decide(ledger, request, person, Verdict.APPROVE, reason, now)
    detail = {**_detail(request, items), "reason": reason}
    ledger.add_audit(Entry(now, "adopted", person, request.id, detail))
    _finish(ledger, request, items, now)


def revoke(ledger: Ledger, request: Request, person: Person, *, now: datetime) -> int | None:
    """They are wrong: an approved request takes them back; returns its number, None where none is left."""
    items = _standing(ledger, request, "revoked", now)
    _decide(ledger, request, person, Verdict.DENY, "", now)
    number = _take_back(ledger, request, person, items, now) if items else None
    detail = {**_detail(request, items), "as": number}
    ledger.add_audit(Entry(now, "revoked", person, request.id, detail))
    ledger.move(request.id, State.PENDING, State.DENIED, now=now)
    return number


def share_again(
    ledger: Ledger, request: Request, person: Person, reply_to: str, channel: str, *, now: datetime
) -> int | None:
    """They are to be shared once more: a new request, which the checks and the owners decide about."""
    items = _standing(ledger, request, "shared_again", now)
    number = None
    if items:
        number = _ask_anew(ledger, request, person, [item.target for item in items], reply_to, now)
    _end(ledger, request, items, channel, now)
    _decide(ledger, request, person, Verdict.APPROVE, "", now)
    ledger.add_audit(Entry(now, "shared_again", person, request.id, {**_detail(request, items), "as": number}))
    _finish(ledger, request, items, now)
    return number


def close(ledger: Ledger, request: Request, person: Person, channel: str, *, now: datetime) -> None:
    """They are gone, and that is right."""
    items = _standing(ledger, request, "closed", now)
    _end(ledger, request, items, channel, now)
    _decide(ledger, request, person, Verdict.DENY, "", now)
    ledger.add_audit(Entry(now, "closed", person, request.id, _detail(request, items)))
    ledger.move(request.id, State.PENDING, State.DENIED, now=now)


def passed(ledger: Ledger, gone: Sequence[Drift], outbox_channel: str, *, now: datetime) -> None:
    """Differences are gone by themselves; with the last ones about which a request is, that too."""
    for drift in gone:
        ledger.drift.settle(drift, _PASSED, now=now)
    for number in dict.fromkeys(drift.request_id for drift in gone):
        request = ledger.request(number) if number is not None else None
        if request is not None:
            accounts = {drift.target.account for drift in gone if drift.request_id == number}
            _narrow(ledger, request, accounts, Outbox(ledger, request, channel=outbox_channel, now=now), now)


def _narrow(ledger: Ledger, request: Request, accounts: Collection[str], outbox: Outbox, now: datetime) -> None:
    """For those accounts there is nothing to decide any more."""
    for item in request.items:
        if item.target.account in accounts:
            ledger.set_item(replace(item, state=ItemState.ALREADY), now=now)
    if ledger.drift.of_request(request.id):
        ledger.add_audit(Entry(now, "drift_narrowed", NOBODY, request.id, {"accounts": sorted(accounts)}))
        outbox.card()
    elif ledger.move(request.id, State.PENDING, State.CANCELLED, now=now):
        ledger.add_audit(Entry(now, "drift_passed", NOBODY, request.id, {}))
        outbox.thread("drift_passed")
        outbox.card()


def _standing(ledger: Ledger, request: Request, outcome: str, now: datetime) -> list[Item]:
    """The accounts for which the difference still stands; it is settled now."""
    left = {one.target.account: one for one in ledger.drift.of_request(request.id)}
    for one in left.values():
        ledger.drift.settle(one, outcome, now=now)
    return [item for item in request.items if item.target.account in left]


def _decide(ledger: Ledger, request: Request, person: Person, verdict: Verdict, reason: str, now: datetime) -> None:
    ledger.add_decision(request.id, Decision(person, frozenset({Role.OWNER}), verdict, now, reason))


def _finish(ledger: Ledger, request: Request, items: Sequence[Item], now: datetime) -> None:
    for item in items:
        ledger.set_item(replace(item, state=ItemState.DONE), now=now)
    ledger.move(request.id, State.PENDING, State.APPROVED, now=now)
    ledger.move(request.id, State.APPROVED, State.EXECUTING, now=now)
    ledger.move(request.id, State.EXECUTING, State.DONE, now=now)


def _end(ledger: Ledger, request: Request, items: Sequence[Item], channel: str, now: datetime) -> None:
    ended = [number for item in items for number in ledger.grants.end(request.id, item, now=now)]
    show_ended(ledger, request, ended, channel, now=now)


def _detail(request: Request, items: Sequence[Item]) -> dict[str, object]:
    image = request.image
    assert image is not None  # noqa: S101  each is about one
    return {
        "image": image.image_id,
        "region": image.region,
        "accounts": [item.target.account for item in items],
    }


def _take_back(ledger: Ledger, request: Request, person: Person, items: Sequence[Item], now: datetime) -> int:
    """Approved by who pressed, since nobody ever approved the share."""
    image = request.image
    assert image is not None and request.deciders is not None  # noqa: S101, PT018  each has both
    number = ledger.drift.add_request(
        Action.UNSHARE, image, request.deciders, person, key=f"revoke:{request.id}", home=ledger.home(), now=now
    )
    ledger.add_items(number, image, [item.target for item in items])
    detail = {"action": Action.UNSHARE, "image": image.image_id, "regions": [image.region], "reason": ""}
    detail |= {"accounts": [item.target.account for item in items]}
    ledger.add_audit(Entry(now, "asked", person, number, detail))
    ledger.add_decision(number, Decision(person, frozenset({Role.OWNER}), Verdict.APPROVE, now))
    approved = {"roles": [Role.OWNER], "enough": True, "findings": []}
    ledger.add_audit(Entry(now, "approved", person, number, approved))
    ledger.move(number, State.PENDING, State.APPROVED, now=now)
    return number


def _as_agreed(ledger: Ledger, image: Image, targets: Sequence[Target], person: Person) -> Term:
    """Through the day on which the share was to end; where several were to end, the first of those days."""
    lasting = ledger.grants.lasting(image.image_id, image.region)
    ends = [until for target in targets if (until := lasting.get(target.account))]
    return through(min(ends), person.time_zone) if ends else NO_END


def _ask_anew(
    ledger: Ledger,
    request: Request,
    person: Person,
    targets: Sequence[Target],
    reply_to: str,
    now: datetime,
) -> int | None:
    image = request.image
    assert image is not None  # noqa: S101  each is about one
    term = _as_agreed(ledger, image, targets, person)
    key, reason = f"drift-again:{request.id}", request.reason
    asked = Asked(key, Action.SHARE, image.image_id, (), tuple(targets), reason, person, reply_to, term=term)
    number = ledger.add_request(asked, now=now)
    if number is not None:
        detail = {"action": Action.SHARE, "image": image.image_id, "regions": [], "reason": request.reason}
        detail |= {"accounts": [target.account for target in targets]}
        detail |= {"day": term.day.isoformat()} if term.day else {}
        ledger.add_audit(Entry(now, "asked", person, number, detail))
    return number
