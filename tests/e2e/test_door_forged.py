"""Payloads that are signed and still not what the bot handed out: other workspaces, other values, other views."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from approvals.model import Request, State
from bot import ids
from bot.sandbox.run import Sandbox, opened
from tests.e2e.conftest import at
from tests.e2e.door import DoorKnocker, press, submission

OTHER = {"team": {"id": "T0OTHER", "domain": "other"}, "user": {"id": "U0LIN", "team_id": "T0OTHER"}}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """With one request, #1, that waits for Lin or Omar."""
    with opened() as running:
        people = at(running)
        people.mei.types("/image share base-nightly with data-team because x")
        people.mei.sees("asked @lin and @omar")
        yield running


@pytest.fixture
def door(sandbox: Sandbox) -> DoorKnocker:
    return DoorKnocker(sandbox.door.url)


def requests_in(sandbox: Sandbox) -> list[Request]:
    with sandbox.bot.store.read() as ledger:
        return ledger.requests(before=0, limit=100)


def untouched(sandbox: Sandbox) -> None:
    """Nothing was decided, asked or shared, though every press that was recorded has been judged."""
    ends = time.monotonic() + 5
    with sandbox.bot.store.read() as ledger:
        waiting = ledger.next_press()
    while waiting is not None:
        assert time.monotonic() < ends
        with sandbox.bot.store.read() as ledger:
            waiting = ledger.next_press()
    [only] = requests_in(sandbox)
    assert (only.state, only.decisions) == (State.PENDING, ())
    assert sandbox.cloud.state.shares("img-6pb6lrmy") == {}


def test_another_workspace_gets_nothing_done(door: DoorKnocker, sandbox: Sandbox) -> None:
    name = sandbox.workspace.state.responses.give("C0IMAGES", "U0LIN")
    answer_to = f"{sandbox.workspace.url}/response/{name}"
    share = "share base-nightly with data-team"
    assert door.command(share, team_id="T0OTHER", trigger_id="other", response_url=answer_to)[0] == 200
    assert door.interact({**press("approve", "1"), **OTHER, "response_url": answer_to})[0] == 200
    denial = {**submission("deny_reason", '{"request": 1}', {"reason": "x"}), **OTHER}
    assert door.interact(denial) == (200, "Imagewarden is not installed in this workspace.")

    at(sandbox).lin.sees("Imagewarden is not installed in this workspace.")
    untouched(sandbox)


@pytest.mark.parametrize("action_id", ["approve", "deny", "cancel", "retry"])
def test_a_value_that_is_no_number_of_a_request_does_nothing(
    door: DoorKnocker, sandbox: Sandbox, action_id: str
) -> None:
    forged: list[Any] = ["", "abc", "0", "-1", "1.0", "1e0", " 1", "1\n", "٣", "9" * 40, "1 OR 1=1", "424242"]
    for value in [*forged, None, 10**30, {"request": 1}, ["1"], True]:
        assert door.interact(press(action_id, value))[0] == 200, value

    untouched(sandbox)


@pytest.mark.parametrize("action_id", ["Approve", "approve ", "approve_all", "approve\n", "delete", "", "APPROVE"])
def test_a_button_that_is_none_of_ours_does_nothing(door: DoorKnocker, sandbox: Sandbox, action_id: str) -> None:
    assert door.interact(press(action_id, "1"))[0] in (200, 404)

    untouched(sandbox)


@pytest.mark.parametrize("value", ["", "all", "all:", "all:x", "evil:3", "all:-1", ":", "all:99999999999999999999"])
def test_a_page_that_was_never_offered_does_nothing(door: DoorKnocker, sandbox: Sandbox, value: str) -> None:
    assert door.interact(press(ids.PAGE, value))[0] == 200

    untouched(sandbox)


@pytest.mark.parametrize(
    "metadata",
    [
        "",
        "nonsense",
        "[]",
        "1",
        "{}",
        '{"request": null}',
        '{"request": "x"}',
        '{"request": true}',
        '{"request": 1.5}',
        '{"request": 1e400}',
        '{"request": -1}',
        f'{{"request": 1{"0" * 40}}}',
        '{"request": 424242}',
    ],
)
def test_a_denial_of_no_request_of_ours_does_nothing(door: DoorKnocker, sandbox: Sandbox, metadata: str) -> None:
    denial = submission(ids.DENY_VIEW, metadata, {ids.REASON: "x"}, view_id=f"V{metadata}")

    assert door.interact(denial)[0] == 200
    untouched(sandbox)


def test_half_a_character_in_a_form_is_no_obstacle() -> None:
    with opened() as sandbox:
        door, mei = DoorKnocker(sandbox.door.url), at(sandbox).mei
        typed = {ids.IMAGE: "base-nightly", ids.ACCOUNTS: "data-team", ids.REASON: "half \ud83d of it"}
        asked = submission(ids.FORM_VIEW, "", typed)
        asked["user"] = {"id": "U0MEI", "username": "mei", "team_id": asked["team"]["id"]}
        assert door.interact(asked) == (200, "")
        mei.sees("asked @lin and @omar")

        assert door.interact(submission(ids.DENY_VIEW, '{"request": 1}', {ids.REASON: "no \udc00"}))[0] == 200
        assert "The reason: no " in mei.text_of(mei.sees("denied it; nothing was shared"))
