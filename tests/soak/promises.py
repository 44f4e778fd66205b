"""What must be true in the end, whatever happened: each promise gives a sentence for everything that breaks it."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, TypeVar

from approvals.audit import NOBODY
from approvals.cloud import LIGHTHOUSE
from bot.sandbox.cloud.call import Call
from tests.e2e.command import imagewarden
from tests.e2e.database import rows
from tests.e2e.person import PersonAt
from tests.soak.misfortune import LIE
from tests.soak.stage import Stage

_EXECUTED = ("done", "partial", "failed")
_ASKS = {"Approve", "Deny", "Cancel"}
_UNDERWAY = ("Sharing ", "Unsharing ", "Deleting ")
_TOLD = re.compile(r"#(\d+)[:：]")

_T = TypeVar("_T")
Accounts = defaultdict[_T, set[str]]


def broken(stage: Stage, acked: Iterable[int], *, by_hand: bool = False) -> Iterator[str]:
    """
    :param acked: the requests of which somebody was told that they were recorded
    :param by_hand: whether somebody shared past the bot, which then must have told so; then what is so already may be
        asked for once more
    """
    requests = {row["id"]: row for row in rows(stage.database, "SELECT * FROM requests")}
    yield from (f"#{number} was acked and is not there" for number in acked if number not in requests)
    yield from (f"{number} {what} wait" for what, number in stage.waits().items() if number)
    yield from _shares_are_those_that_were_allowed(stage)
    yield from _differences_are_true(stage) if by_hand else _no_difference_was_found(stage)
    yield from _changes_were_approved(stage, requests)
    yield from _changes_had_an_effect(stage) if not by_hand else ()
    yield from _copies_were_made_once(stage)
    yield from _who_asked_was_told(stage, requests)
    yield from _cards_show_how_it_stands(stage, requests)
    yield from _the_record_is_whole(stage)
    yield from ("the log has a traceback",) if "Traceback" in stage.log else ()


def _shares_are_those_that_were_allowed(stage: Stage) -> Iterator[str]:
    standing, told = _standing(stage), _told_of(stage)
    for image_id in {*standing, *stage.cloud.state.images}:
        has = stage.has(image_id)
        before = stage.before.get(image_id, set())
        for account in has - standing[image_id] - before - told["unapproved", image_id]:
            yield f"{image_id} is shared with {account}, and nobody allowed it"
        for account in standing[image_id] - has - told["gone", image_id]:
            yield f"{image_id} is not shared with {account}, as was allowed"


def _standing(stage: Stage) -> Accounts[str]:
    """Who may have which image, by the record."""
    standing: Accounts[str] = defaultdict(set)
    for grant in rows(stage.database, "SELECT image_id, account FROM grants WHERE ended_at IS NULL"):
        standing[grant["image_id"]].add(grant["account"])
    return standing


def _told_of(stage: Stage) -> Accounts[tuple[str, str]]:
    """What is told as a difference now, by its kind and image."""
    told: Accounts[tuple[str, str]] = defaultdict(set)
    for one in rows(stage.database, "SELECT kind, image_id, account FROM drift WHERE settled_at IS NULL"):
        told[one["kind"], one["image_id"]].add(one["account"])
    return told


def _differences_are_true(stage: Stage) -> Iterator[str]:
    standing = _standing(stage)
    for (kind, image_id), accounts in _told_of(stage).items():
        has = stage.has(image_id)
        wrong = {"unapproved": (accounts - has) | (accounts & standing[image_id]), "gone": accounts & has}
        yield from (f"{image_id} and {one} are told as a difference ({kind})" for one in wrong.get(kind, ()))


def _no_difference_was_found(stage: Stage) -> Iterator[str]:
    """Nobody works in the console: what was shared at the start is all that the record doesn't know."""
    for one in rows(stage.database, "SELECT * FROM drift WHERE kind <> 'inbound'"):
        if one["account"] not in stage.before[one["image_id"]]:
            yield f"{one['image_id']} and {one['account']} were told as a difference ({one['kind']})"


def _changes(stage: Stage) -> list[Call]:
    return [call for call in stage.cloud.state.calls if call.action == "ModifyImageSharePermission" and call.done]


def _accounts(call: Call) -> set[str]:
    """Whom a change is about: where it names no account, Lighthouse is meant."""
    return set(call.params.get("AccountIds", [LIGHTHOUSE]))


def _changes_were_approved(stage: Stage, requests: dict[int, dict[str, Any]]) -> Iterator[str]:
    approved = defaultdict(list)
    for line in rows(stage.database, "SELECT at, request_id, detail FROM audit WHERE event = 'approved'"):
        if json.loads(line["detail"])["enough"]:
            approved[line["request_id"]].append(datetime.fromisoformat(line["at"]).timestamp())
    about = defaultdict(set)
    for item in rows(stage.database, "SELECT request_id, account FROM items"):
        about[item["account"]].add(item["request_id"])
    for call in _changes(stage):
        actions = ("share",) if call.params["Permission"] == "SHARE" else ("unshare", "delete")
        for account in _accounts(call):
            named = [requests[number] for number in about[account] if requests[number]["action"] in actions]
            if not any(one["ends"] or min(approved[one["id"]], default=call.at + 1) <= call.at for one in named):
                yield f"{call.params} at {call.at} was not approved"


def _changes_had_an_effect(stage: Stage) -> Iterator[str]:
    has = {image_id: set(accounts) for image_id, accounts in stage.before.items()}
    lied: Accounts[str] = defaultdict(set)
    for call in _changes(stage):
        now, accounts = has.setdefault(call.params["ImageId"], set()), _accounts(call)
        shares = call.params["Permission"] == "SHARE"
        if wasted := (accounts & now if shares else accounts - now) - lied[call.params["ImageId"]]:
            yield f"{call.params} at {call.at} was so already for {wasted}"
        has[call.params["ImageId"]] = now | accounts if shares else now - accounts
        if call.code == LIE:
            lied[call.params["ImageId"]] |= accounts


def _copies_were_made_once(stage: Stage) -> Iterator[str]:
    made = [one for one in stage.cloud.state.calls if one.action == "SyncImages" and one.done]
    names = Counter(call.params["ImageName"] for call in made if not call.params.get("DryRun"))
    yield from (f"the copy {name} was made {number} times" for name, number in names.items() if number > 1)


def _who_asked_was_told(stage: Stage, requests: dict[int, dict[str, Any]]) -> Iterator[str]:
    state = stage.workspace.state
    heard = {
        (person, int(found[1]))
        for person in {request["requester_id"] for request in requests.values()} - {NOBODY.id}
        for message in state.conversations[state.dm_of(person)].messages
        if (found := _TOLD.match(message.text))
    }
    for number, request in requests.items():
        told = (request["requester_id"], number) in heard
        by_somebody = request["requester_id"] != NOBODY.id and request["ends"] is None
        if request["state"] in _EXECUTED and by_somebody and not told:
            yield f"{request['requester_id']} was not told how #{number} ended"


def _cards_show_how_it_stands(stage: Stage, requests: dict[int, dict[str, Any]]) -> Iterator[str]:
    lin = PersonAt(stage.workspace.url, "U0LIN")
    seen = {(message["channel"], message["ts"]): message for message in lin.messages()}
    for card in rows(stage.database, "SELECT * FROM cards WHERE recipient IN ('C0IMAGES', 'U0LIN')"):
        shown = seen.get((card["channel"], card["ts"]))
        number = card["request_id"]
        if shown is None:
            yield f"the card of #{number} in {card['channel']} is not there"
        elif requests[number]["state"] != "pending" and _ASKS & set(lin.buttons(shown)):
            yield f"the card of #{number} in {card['channel']} still asks: it is {requests[number]['state']}"
        elif requests[number]["state"] in _EXECUTED and lin.text_of(shown).startswith(_UNDERWAY):
            yield f"the card of #{number} in {card['channel']} is old: it is {requests[number]['state']}"


def _the_record_is_whole(stage: Stage) -> Iterator[str]:
    verified = imagewarden("audit", "verify", env=stage.env, cwd=stage.folder)
    yield from [verified.stdout + verified.stderr] if verified.returncode else []
