"""Tells from the record alone how the tables must stand, and where they don't."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from approvals.archive import Archive
from approvals.code_model import KEPT
from approvals.model import Action, State
from approvals.rows import Row

_STATES = {
    "asked": State.CHECKING,
    "checked": State.PENDING,
    "refused": State.REFUSED,
    "denied": State.DENIED,
    "cancelled": State.CANCELLED,
    "expired": State.EXPIRED,
    "executing": State.EXECUTING,
    "waits_for_copy": State.APPROVED,
    "postponed": State.APPROVED,
    "requeued": State.APPROVED,
    "retried": State.APPROVED,
    "share_over": State.APPROVED,
    "drift_found": State.PENDING,
    "drift_passed": State.CANCELLED,
    "adopted": State.DONE,
    "shared_again": State.DONE,
    "revoked": State.DENIED,
    "closed": State.DENIED,
    "done": State.DONE,
    "partial": State.PARTIAL,
    "failed": State.FAILED,
}
"""In which state each event leaves a request."""

_DRIFT_WORDS = {"adopted": "approve", "shared_again": "approve", "revoked": "deny", "closed": "deny"}

_CHECKED = frozenset({"checked", "refused"})

_UNREAD = frozenset(
    {
        "approvals_unchecked",
        "deciders_changed",
        "drift_narrowed",
        "ending_told",
        "escalated",
        "executing",
        "press_refused",
        "reminded",
        "retried",
    }
)
"""Events whose details say nothing of how the tables must stand."""

_TAKEN_BACK = frozenset({"unshare_done", "unshare_already", "delete_done"})
"""Where nobody can tell who has an image, that one hasn't got it is learnt from the answer to the call."""

_Share = tuple[str, str, str, int]
"""Image, region, account, and the request that brought it about."""


@dataclass(slots=True)
class _Told:
    """A request as the record tells it."""

    asked: Mapping[str, Any]
    by: str
    state: State
    until: str | None = None
    ends: int | None = None
    words: dict[str, tuple[str, str]] = field(default_factory=dict)


class Retelling:
    """Hears every line in order, then compares."""

    def __init__(self) -> None:
        self._requests: dict[int, _Told] = {}
        self._shares: set[_Share] = set()
        self._by_place: defaultdict[tuple[str, str], set[_Share]] = defaultdict(set)
        self._given: set[_Share] = set()
        self._early: dict[_Share, str] = {}
        self._sources: dict[str, bool] = {}
        self._older: set[tuple[int, str]] = set()  # before 0.1 a line named the account alone

    def hear(self, row: Row) -> None:
        """The next line. One that can't be read was found changed already: it tells nothing here."""
        number, event = row["request_id"], row["event"]
        detail = _detail(event, row["detail"])
        if number is None or detail is None:
            return
        told = self._requests.get(number)
        if told is None:
            self._begin(number, row, detail)
            return
        self._move(told, event, row, detail)
        if event == "ended_early":
            self._end_early(number, told, row["at"])
        if detail:
            self._share(number, told, event, detail)

    def _begin(self, number: int, row: Row, detail: Mapping[str, Any]) -> None:
        if row["event"] not in ("asked", "share_over", "drift_found"):
            return
        told = _Told(detail, row["actor_id"], _STATES[row["event"]], ends=detail.get("ends"))
        if told.ends is not None and told.ends in self._requests:
            told.by = self._requests[told.ends].by
        self._requests[number] = told

    def _move(self, told: _Told, event: str, row: Row, detail: Mapping[str, Any]) -> None:
        if event in _CHECKED and detail.get("until"):
            told.until = detail["until"]
        if event == "approved":
            told.words[row["actor_id"]] = ("approve", "")
            told.until = detail.get("until") or told.until
            if detail.get("enough"):
                told.state = State.APPROVED
        elif event in _STATES:
            told.state = _STATES[event]
        if event in _DRIFT_WORDS:
            told.words[row["actor_id"]] = (_DRIFT_WORDS[event], detail.get("reason", ""))
        if event == "denied":
            told.words[row["actor_id"]] = ("deny", detail.get("reason", ""))
        if event == "done" and "trusted" in detail:
            self._sources[detail["account"]] = detail["trusted"]

    def _share(self, number: int, told: _Told, event: str, detail: Mapping[str, Any]) -> None:
        if event == "share_kept" or (told.ends is not None and detail.get("code") == KEPT):
            self._end(detail, by=told.ends or number)
        if event == "adopted":
            for account in detail["accounts"]:
                self._give((detail["image"], detail["region"], account, number))
        if event in ("shared_again", "closed"):
            for account in detail["accounts"]:
                self._end({**detail, "account": account})
        if "image" not in detail or "account" not in detail:
            if event == "share_done" and "account" in detail:
                self._older.add((number, detail["account"]))
            return
        place = (detail["image"], detail["region"])
        if event in ("share_done", "share_joined"):
            self._give((*place, detail["account"], number))
        elif event in _TAKEN_BACK and detail["account"] and detail.get("code") != KEPT:
            self._end(detail)
        elif event in ("delete_done", "delete_already") and not detail["account"]:
            self._forget(set(self._by_place[place]))

    def _end_early(self, number: int, told: _Told, at: str) -> None:
        """What was over by then, and could not be taken back, ended when it ended."""
        on = (share for share in self._shares if share[3] == number)
        self._early |= {share: at for share in on if (self._early.get(share) or told.until or at) >= at}

    def _give(self, share: _Share) -> None:
        self._shares.add(share)
        self._given.add(share)
        self._early.pop(share, None)  # what is given anew lasts as it was approved
        self._by_place[share[0], share[1]].add(share)

    def _end(self, detail: Mapping[str, Any], by: int | None = None) -> None:
        there = self._by_place[detail["image"], detail["region"]]
        self._forget({one for one in there if one[2] == detail["account"] and by in (None, one[3])})

    def _forget(self, shares: set[_Share]) -> None:
        for share in shares:
            self._shares.discard(share)
            self._by_place[share[0], share[1]].discard(share)

    def compare(self, archive: Archive) -> Iterator[str]:
        """What the tables hold otherwise than the record tells.

        :raises StoreError: the file can't be read on
        """
        yield from self._compare_requests(archive)
        yield from self._compare_decisions(archive)
        yield from self._compare_grants(archive)
        yield from self._compare_sources(archive)

    def _compare_requests(self, archive: Archive) -> Iterator[str]:
        left = set(self._requests)
        for row in archive.rows("all_requests"):
            left.discard(row["id"])
            told = self._requests.get(row["id"])
            if told is None:
                yield f"request #{row['id']}: the record doesn't tell that it was asked."
                continue
            for what, is_there, was_told in _differences(row, told):
                yield f"request #{row['id']}: {what} is {is_there!r}, and by the record {was_told!r}."
        for number in sorted(left):
            yield f"request #{number}: the record tells of it, and it is not there."

    def _compare_decisions(self, archive: Archive) -> Iterator[str]:
        told = {
            (number, person): word
            for number, request in self._requests.items()
            for person, word in request.words.items()
        }
        for row in archive.rows("all_decisions"):
            word = told.pop((row["request_id"], row["person_id"]), None)
            if word is None:
                yield f"request #{row['request_id']}: the record tells of no decision by {row['person_id']}."
            elif word != (row["verdict"], row["reason"]):
                yield (
                    f"request #{row['request_id']}: the decision of {row['person_id']} is {row['verdict']!r} "
                    f"({row['reason']!r}), and by the record {word[0]!r} ({word[1]!r})."
                )
        for number, person in sorted(told):
            yield f"request #{number}: the record tells of a decision by {person}, and it is not there."

    def _compare_grants(self, archive: Archive) -> Iterator[str]:
        active, given = set(self._shares), set(self._given)
        for row in archive.rows("all_grants"):
            share = (row["image_id"], row["region"], row["account"], row["request_id"])
            named = _named(share)
            if (row["request_id"], row["account"]) in self._older:
                continue
            if share not in self._given:
                yield f"{named}: the record doesn't tell of it."
                continue
            given.discard(share)
            told = self._requests.get(row["request_id"])
            if row["ended_at"] is None:
                if share not in active:
                    yield f"{named} stands, and by the record it ended."
                active.discard(share)
                until = self._early.get(share) or (told.until if told else None)
                if row["until"] != until:
                    yield f"{named} ends {row['until'] or 'never'}, and by the record {until or 'never'}."
        for share in sorted(active):
            yield f"{_named(share)} stands by the record, and it doesn't."
        for share in sorted(given - active):
            yield f"{_named(share)}: the record tells of it, and it is not there."

    def _compare_sources(self, archive: Archive) -> Iterator[str]:
        there = {row["account"]: bool(row["trusted"]) for row in archive.rows("all_sources")}
        for account in sorted(there.keys() | self._sources.keys()):
            if there.get(account) is not self._sources.get(account):
                yield f"the word on the source {account} is not the one that the record tells."


def _detail(event: str, text: str) -> Mapping[str, Any] | None:
    """The detail as far as it matters here: most lines need not be read, which costs more than all else; None where it
    can't be."""
    if text == "{}" or event in _UNREAD or (event in _CHECKED and '"until"' not in text):
        return {}
    try:
        detail = json.loads(text)
    except (TypeError, ValueError):
        return None
    return detail if isinstance(detail, dict) else None


def _named(share: _Share) -> str:
    image, region, account, number = share
    return f"the share of {image} ({region}) with {account} by #{number}"


def _differences(row: Row, told: _Told) -> Iterator[tuple[str, object, object]]:
    asked = told.asked
    if row["state"] != told.state:
        yield "its state", row["state"], told.state.value
    if row["requester_id"] != told.by:
        yield "who asked", row["requester_id"], told.by
    if row["until"] != told.until and told.ends is None:
        yield "its end", row["until"], told.until
    if told.ends is not None:
        if (row["action"], row["ends"]) != (Action.UNSHARE, told.ends):
            yield "what it ends", row["ends"], told.ends
        return
    for what, column, name in (("its action", "action", "action"), ("its image", "image_ref", "image")):
        if row[column] != asked.get(name):
            yield what, row[column], asked.get(name)
    if row["reason"] != asked.get("reason", ""):
        yield "its reason", row["reason"], asked.get("reason")
