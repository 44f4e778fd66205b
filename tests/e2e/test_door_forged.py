"""Payloads that are signed and still not what the bot handed out: other workspaces, other values, other views."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from approvals.model import Request, State
from bot import ids
from bot.refusals import refused
from bot.sandbox.run import Sandbox, opened
from tests.e2e.conftest import at
from tests.e2e.door import DoorKnocker, press, submission
from tests.e2e.misbehaving import until

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
    asked = door.command(share, team_id="T0OTHER", trigger_id="other", response_url=answer_to)
    assert asked == (200, refused("not_installed"))
    assert door.interact({**press("approve", "1"), **OTHER, "response_url": answer_to}) == (200, "")
    assert door.interact({**submission("deny_reason", '{"request": 1}', {"reason": "x"}), **OTHER}) == (200, "")
    for words in ("requests", "help", "show base-nightly", "", "account"):
        answer = door.command(words, team_id="T0OTHER", trigger_id=f"other {words}", response_url=answer_to)
        assert answer == (200, refused("not_installed"))

    untouched(sandbox)
    assert not any(
        refused("not_installed") in one.text for one in sandbox.workspace.state.conversations["C0IMAGES"].messages
    )


@pytest.mark.parametrize("action_id", ["approve", "deny", "cancel", ids.PAGE, ids.OPEN_FORM])
def test_whoever_presses_in_a_shared_channel_from_another_workspace_is_told_no(
    door: DoorKnocker, sandbox: Sandbox, action_id: str
) -> None:
    name = sandbox.workspace.state.responses.give("C0IMAGES", "U0OMAR")
    value = "all:5" if action_id == ids.PAGE else "1"
    pressed = press(action_id, value) | {"response_url": f"{sandbox.workspace.url}/response/{name}"}
    pressed["user"] = {"id": "U0OMAR", "username": "omar", "team_id": "T0OTHER"}
    pressed["container"]["message_ts"] = f"2.{len(action_id)}"

    assert door.interact(pressed) == (200, "")

    omar = at(sandbox).omar
    omar.sees("Nothing was done: people of other workspaces can neither ask nor decide here.", where="C0IMAGES")
    assert omar.state()["views"] == []
    untouched(sandbox)


@pytest.mark.parametrize("action_id", ["approve", "deny", "cancel", "retry"])
def test_a_value_that_is_no_number_of_a_request_does_nothing(
    door: DoorKnocker, sandbox: Sandbox, action_id: str
) -> None:
    forged: list[Any] = ["", "abc", "0", "-1", "1.0", "1e0", " 1", "1\n", "٣", "9" * 40, "1 OR 1=1", "424242"]
    for value in [*forged, None, 10**30, {"request": 1}, ["1"], True]:
        assert door.interact(press(action_id, value))[0] in (200, 400), value

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
        typed = {ids.IMAGE: ["base-nightly"], ids.ACCOUNTS: ["100012345678"], ids.REASON: "half \ud83d of it"}
        asked = submission(ids.FORM_VIEW, "", typed)
        asked["user"] = {"id": "U0MEI", "username": "mei", "team_id": asked["team"]["id"]}
        assert door.interact(asked) == (200, "")
        mei.sees("asked @lin and @omar")

        assert door.interact(submission(ids.DENY_VIEW, '{"request": 1}', {ids.REASON: "no \udc00"}))[0] == 200
        assert "The reason: no " in mei.text_of(mei.sees("denied it; nothing was shared"))


def test_a_button_on_the_card_of_another_request_decides_nothing() -> None:
    with opened() as sandbox:
        door, people = DoorKnocker(sandbox.door.url), at(sandbox)
        for number in (1, 2):
            people.mei.types("/image share base-nightly with data-team because x")
            people.mei.sees(f"#{number}: asked")
        card = people.lin.sees("#1", where="C0IMAGES")
        for channel, ts, block in (("C0IMAGES", card["ts"], "b"), ("C0IMAGES", "1.5", "request-1")):
            for action_id in ("approve", "deny"):
                container = {"message_ts": ts, "channel_id": channel, "is_ephemeral": False}
                pressed = press(action_id, "2") | {"container": container}
                pressed["actions"][0]["block_id"] = block
                assert door.interact(pressed) == (200, "")
                people.lin.sees("That button belongs to another request, so nothing was decided.")

        def shown(text: str) -> int:
            return sum(text in people.lin.text_of(one) for one in people.lin.messages())

        until(lambda: shown("That button belongs to another request") == 4)
        assert shown("twice") == 0, "a card was taken for a forgotten one of another request"
        assert {one.state for one in requests_in(sandbox)} == {State.PENDING}
        pressed = press("approve", "1") | {"container": {"message_ts": card["ts"], "channel_id": "C0IMAGES"}}
        assert door.interact(pressed)[0] == 200
        people.mei.sees("is shared with")


def test_a_card_that_nobody_has_recorded_can_be_pressed() -> None:
    """The bot was killed after it had posted it and before it had written so."""
    with opened() as sandbox:
        people = at(sandbox)
        people.mei.types("/image share base-nightly with data-team because x")
        people.mei.sees("asked @lin and @omar")
        pressed = press("approve", "1") | {"container": {"message_ts": "1.5", "channel_id": "C0IMAGES"}}

        assert DoorKnocker(sandbox.door.url).interact(pressed)[0] == 200

        people.mei.sees("is shared with")
