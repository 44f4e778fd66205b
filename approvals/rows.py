"""Rows of the database as values of the model, and back."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any, Protocol

from approvals import sentences
from approvals.cloud import Image
from approvals.copy_model import Copy, CopyState
from approvals.drift_model import Drift, DriftKind, DriftPass
from approvals.message_model import Incident, IncidentKind, Notice
from approvals.model import (
    Action,
    Deciders,
    Decision,
    Finding,
    Grant,
    Item,
    ItemState,
    Level,
    Person,
    Press,
    Request,
    Role,
    State,
    Target,
    Verb,
    Verdict,
    Waiting,
)
from approvals.terms import NO_END, Term

_JSON = json.JSONEncoder(ensure_ascii=False)


class Row(Protocol):
    """A row as the driver gives it."""

    def keys(self) -> list[str]: ...

    def __getitem__(self, column: str, /) -> Any: ...


@lru_cache(maxsize=64)  # one moment is written in every row of a transaction
def stamp(moment: datetime) -> str:
    """A time as sortable text: UTC, ISO 8601, always with microseconds."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def sure_moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def image_text(image: Image | None) -> str | None:
    if image is None:
        return None
    fields = _fields(image)
    fields["created_at"] = stamp(image.created_at) if image.created_at else None
    return _JSON.encode(fields)


def findings_text(findings: Sequence[Finding]) -> str:
    """English beside what it is made of, which is left out where it is nothing but a text."""
    return _JSON.encode(
        [
            {**_fields(finding), "text_of": sentences.kept(finding.text), "remedy_of": sentences.kept(finding.remedy)}
            for finding in findings
        ]
    )


def deciders_text(deciders: Deciders | None) -> str | None:
    return _JSON.encode(_fields(deciders)) if deciders else None


def _fields(value: Image | Finding | Deciders) -> dict[str, Any]:
    """As ``asdict``, but without its deep copies, which cost more than writing the row."""
    return {one.name: getattr(value, one.name) for one in dataclasses.fields(value)}


def texts(values: Iterable[str]) -> str:
    """Texts in one column."""
    return _JSON.encode(list(values))


def request(row: Row, items: Sequence[Row], decisions: Sequence[Row]) -> Request:
    read = tuple(_item(item) for item in items)
    return Request(
        id=row["id"],
        action=Action(row["action"]),
        image_ref=row["image_ref"],
        regions=tuple(json.loads(row["regions"])),
        targets=tuple(dict.fromkeys(item.target for item in read if not item.is_image)),
        reason=row["reason"],
        requester=Person(row["requester_id"], row["requester_name"]),
        asked_at=sure_moment(row["asked_at"]),
        state=State(row["state"]),
        changed_at=sure_moment(row["changed_at"]),
        image=_image(row["image"]),
        decide_by=moment(row["decide_by"]),
        not_before=moment(row["not_before"]),
        attempts=row["attempts"],
        lease=row["lease"],
        deciders=_deciders(row["deciders"]),
        findings=_findings(row["findings"]),
        items=read,
        decisions=tuple(_decision(decision) for decision in decisions),
        reply_to=row["reply_to"],
        everyone=bool(row["everyone"]),
        snapshots=bool(row["snapshots"]),
        term=_term(row["lasts"], row["day"]),
        until=moment(row["until"]),
        ends=row["ends"],
        reminds=row["reminds"],
    )


def copy(row: Row) -> Copy:
    return Copy(
        id=row["id"],
        source_id=row["image_id"],
        source_region=row["image_region"],
        region=row["region"],
        name=row["name"],
        request_id=row["request_id"],
        state=CopyState(row["state"]),
        image_id=row["copy_id"],
        percent=row["percent"],
        code=row["code"],
        message=sentences.read(row["message"], row["message_of"]),
        cloud_request_id=row["cloud_request_id"],
        calls=row["calls"],
        looks=row["looks"],
        polls=row["polls"],
        seen=bool(row["seen"]),
        stalled=bool(row["stalled"]),
        created_at=sure_moment(row["created_at"]),
        changed_at=sure_moment(row["changed_at"]),
        moved_at=sure_moment(row["moved_at"]),
        told_at=moment(row["told_at"]),
        told_percent=row["told_percent"],
        not_before=sure_moment(row["not_before"]),
    )


def grant(row: Row) -> Grant:
    return Grant(
        id=row["id"],
        image_id=row["image_id"],
        region=row["region"],
        target=Target(row["account"], row["account_name"]),
        since=sure_moment(row["since"]),
        request_id=row["request_id"],
        until=moment(row["until"]),
    )


def notice(row: Row) -> Notice:
    return Notice(
        id=row["id"],
        request_id=row["request_id"],
        lane=row["lane"],
        kind=row["kind"],
        recipient=row["recipient"],
        facts=sentences.unpacked_words(json.loads(row["facts"])),
        created_at=sure_moment(row["created_at"]),
        attempts=row["attempts"],
        told=row["told"],
    )


def drift(row: Row) -> Drift:
    return Drift(
        id=row["id"],
        kind=DriftKind(row["kind"]),
        image_id=row["image_id"],
        image_name=row["image_name"],
        region=row["region"],
        target=Target(row["account"], row["account_name"]),
        found_at=sure_moment(row["found_at"]),
        request_id=row["request_id"],
    )


def drift_pass(row: Row) -> DriftPass:
    return DriftPass(
        started_at=moment(row["started_at"]),
        finished_at=moment(row["finished_at"]),
        position=(row["region"], row["image_id"]),
        looked=row["looked"],
        total=row["total"],
        cards=row["cards"],
    )


def waiting(row: Row) -> Waiting:
    return Waiting(row["number"], moment(row["since"]), row["attempts"] or 0 if "attempts" in row.keys() else 0)  # noqa: SIM118  a row looks among its values


def incident(row: Row) -> Incident:
    return Incident(
        kind=IncidentKind(row["kind"]),
        call=row["call"],
        error=row["error"],
        since=sure_moment(row["since"]),
        attempts=row["attempts"],
        not_before=sure_moment(row["not_before"]),
    )


def press(row: Row) -> Press:
    return Press(
        id=row["id"],
        key=row["key"],
        request_id=row["request_id"],
        person_id=row["person_id"],
        verb=Verb(row["verb"]),
        reason=row["reason"],
        reply_to=row["reply_to"],
        at=sure_moment(row["at"]),
    )


def seconds(term: Term) -> int | None:
    return int(term.lasts.total_seconds()) if term.lasts is not None else None


def _term(lasts: int | None, day: str | None) -> Term:
    if day is not None:
        return Term(day=date.fromisoformat(day))
    return Term(lasts=timedelta(seconds=lasts)) if lasts is not None else NO_END


def _item(row: Row) -> Item:
    return Item(
        id=row["id"],
        target=Target(row["account"], row["account_name"]),
        region=row["region"],
        state=ItemState(row["state"]),
        code=row["code"],
        message=sentences.read(row["message"], row["message_of"]),
        cloud_request_id=row["cloud_request_id"],
        unseen=row["unseen"],
        image_id=row["image_id"],
        changed_at=moment(row["changed_at"]),
    )


def _decision(row: Row) -> Decision:
    return Decision(
        person=Person(row["person_id"], row["person_name"]),
        roles=frozenset(Role(role) for role in json.loads(row["roles"])),
        verdict=Verdict(row["verdict"]),
        at=sure_moment(row["at"]),
        reason=row["reason"],
    )


@lru_cache(maxsize=256)
def _findings(text: str) -> tuple[Finding, ...]:
    return tuple(_finding(fields) for fields in json.loads(text))


def _finding(fields: Mapping[str, str]) -> Finding:
    text = sentences.read(fields["text"], fields["text_of"])
    remedy = sentences.read(fields["remedy"], fields["remedy_of"])
    return Finding(fields["code"], Level(fields["level"]), text, remedy, fields["about"])


@lru_cache(maxsize=256)  # a request is read some five times on its way
def _image(text: str | None) -> Image | None:
    if text is None:
        return None
    fields = json.loads(text)
    fields["created_at"] = moment(fields["created_at"])
    fields["snapshots"] = tuple(fields["snapshots"])
    return Image(**fields)


@lru_cache(maxsize=256)
def _deciders(text: str | None) -> Deciders | None:
    if text is None:
        return None
    fields = json.loads(text)
    return Deciders(
        owner_ids=tuple(fields["owner_ids"]),
        guardian_ids=tuple(fields["guardian_ids"]),
        guardian_names=tuple(fields["guardian_names"]),
        guardian_needed=fields["guardian_needed"],
        approvals=fields["approvals"],
        backup_ids=tuple(fields["backup_ids"]),
        escalated=fields["escalated"],
    )
