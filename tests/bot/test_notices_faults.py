"""What becomes of a message where Slack slows down, breaks, refuses one recipient, or hangs up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from slack_sdk import WebClient

from bot.replies import ReplyAddress
from bot.sandbox.workspace.server import WorkspaceServer
from tests.approvals.raw_server import Reply, http, serving
from tests.bot.conftest import Hands
from tests.bot.delivering import Desk, desk_at, headline
from tests.bot.requests import DECIDERS

ONLY_THE_CHANNEL = replace(DECIDERS, owner_ids=())


@pytest.fixture
def desk(tmp_path: Path, workspace: WorkspaceServer, client: WebClient, hands: Hands) -> Iterator[Desk]:
    made = desk_at(tmp_path / "notices.db", workspace, client, hands)
    yield made
    made.notices.close()
    made.store.close()


def test_a_slowed_down_message_waits_as_long_as_slack_says(desk: Desk, workspace: WorkspaceServer) -> None:
    desk.pending(deciders=ONLY_THE_CHANNEL)
    workspace.faults.rate_limit("chat.postMessage", retry_after=17)

    desk.deliver()
    assert desk.in_channel() == []
    assert desk.next_due() == 17
    desk.hands.now += 16.9
    assert desk.deliver() == 0
    desk.hands.now += 0.1
    desk.deliver()

    assert len(desk.in_channel()) == 1
    assert desk.waiting() == 0


def test_the_other_spelling_of_too_fast_is_understood(desk: Desk, workspace: WorkspaceServer) -> None:
    desk.pending(deciders=ONLY_THE_CHANNEL)
    workspace.faults.fail("chat.postMessage", "rate_limited")

    desk.deliver()

    assert desk.next_due() == 30


@pytest.mark.parametrize(
    ("error", "status"),
    [
        ("internal_error", 500),
        ("fatal_error", 200),
        ("service_unavailable", 503),
        ("anything_new", 502),
        ("token_revoked", 200),
        ("missing_scope", 200),
    ],
)
def test_what_may_pass_is_tried_again_later_and_later(
    desk: Desk, workspace: WorkspaceServer, error: str, status: int
) -> None:
    desk.pending(deciders=ONLY_THE_CHANNEL)
    workspace.faults.fail("chat.postMessage", error, status=status, times=2)

    for most in (1.0, 2.0):
        assert desk.deliver() == 1
        due = desk.next_due()
        assert due is not None
        assert 0.25 <= due <= most
        desk.hands.now += due + 0.001  # the clock is a float: it may stand a microsecond before
    desk.deliver()

    assert len(desk.in_channel()) == 1
    assert desk.waiting() == 0


def test_a_lost_answer_may_double_a_message_but_never_loses_it(desk: Desk, workspace: WorkspaceServer) -> None:
    desk.pending(deciders=ONLY_THE_CHANNEL)
    workspace.faults.fail("chat.postMessage", "internal_error", status=500, done=True)

    while desk.waiting():
        desk.deliver()
        desk.hands.now += 60

    assert len(desk.in_channel()) == 2


def test_an_owner_who_cannot_be_written_to_costs_the_others_nothing(desk: Desk, workspace: WorkspaceServer) -> None:
    workspace.state.deactivated.add("U0LIN")
    number = desk.pending()
    desk.deliver()
    desk.approved(number)
    desk.deliver()

    assert desk.in_direct("U0LIN") == []
    assert [headline(one) for one in desk.in_direct("U0OMAR")] == ["Sharing base-nightly with data-team"]
    assert len(desk.in_channel()) == 1
    assert desk.waiting() == 0


@pytest.mark.parametrize("fault", ["not_in_channel", "is_archived", "channel_not_found"])
def test_where_the_channel_is_closed_to_the_bot_the_owners_and_the_requester_still_hear(
    desk: Desk, workspace: WorkspaceServer, fault: str
) -> None:
    channel = workspace.state.conversations["C0IMAGES"]
    channel.bot_is_member = fault == "is_archived"
    channel.archived = fault == "is_archived"
    channel.private = fault == "channel_not_found"
    number = desk.pending()
    desk.told_privately(number, "asked", ReplyAddress("U0MEI").text())
    desk.deliver()
    desk.approved(number)
    desk.deliver()

    assert desk.in_channel() == []
    assert headline(desk.in_direct("U0LIN")[0]) == "Sharing base-nightly with data-team"
    assert headline(desk.in_direct("U0OMAR")[0]) == "Sharing base-nightly with data-team"
    assert "asked <@U0LIN> and <@U0OMAR>" in desk.in_direct("U0MEI")[0].text
    assert desk.waiting() == 0


def test_once_invited_the_channel_gets_the_card_with_the_next_change(desk: Desk, workspace: WorkspaceServer) -> None:
    workspace.state.conversations["C0IMAGES"].bot_is_member = False
    number = desk.pending()
    desk.deliver()
    workspace.state.conversations["C0IMAGES"].bot_is_member = True
    desk.approved(number)
    desk.deliver()

    assert [headline(one) for one in desk.in_channel()] == ["Sharing base-nightly with data-team"]


@pytest.mark.parametrize("fault", ["message_not_found", "cant_update_message", "edit_window_closed"])
def test_a_card_that_cannot_be_changed_is_replaced_by_a_new_one(
    desk: Desk, workspace: WorkspaceServer, fault: str
) -> None:
    number = desk.pending(deciders=ONLY_THE_CHANNEL)
    desk.deliver()
    workspace.faults.fail("chat.update", fault)
    desk.approved(number)
    desk.deliver()

    heads = [headline(one) for one in desk.in_channel()]
    assert heads == ["Share base-nightly with data-team", "Sharing base-nightly with data-team"]


def test_an_update_that_failed_for_now_does_not_become_a_second_card(desk: Desk, workspace: WorkspaceServer) -> None:
    number = desk.pending(deciders=ONLY_THE_CHANNEL)
    desk.deliver()
    workspace.faults.fail("chat.update", "internal_error", status=500)
    desk.approved(number)
    while desk.waiting():
        desk.deliver()
        desk.hands.now += 60

    assert [headline(one) for one in desk.in_channel()] == ["Sharing base-nightly with data-team"]


def test_a_slack_that_is_gone_loses_nothing_and_does_not_stop_the_sweep(desk: Desk, workspace: WorkspaceServer) -> None:
    desk.pending()
    workspace.stop()

    assert desk.deliver() == 3
    assert desk.waiting() == 3


@pytest.mark.parametrize(
    "reply",
    [
        Reply(http("<html>Bad gateway</html>", status="502 Bad Gateway", content_type="text/html"), "close"),
        Reply(http('{"ok": true', length=5000), "close"),
        Reply(b"", "close"),
        Reply(b"nonsense\r\n\r\n", "close"),
    ],
    ids=["a page of a proxy", "half an answer", "no answer", "no HTTP"],
)
def test_a_broken_answer_postpones_the_message(
    tmp_path: Path, workspace: WorkspaceServer, hands: Hands, reply: Reply
) -> None:
    with serving(reply) as server:
        broken = WebClient("xoxb-x", base_url=f"{server.url}/api/", retry_handlers=[])
        desk = desk_at(tmp_path / "broken.db", workspace, broken, hands)
        desk.pending(deciders=ONLY_THE_CHANNEL)

        assert desk.deliver() == 1
        assert desk.waiting() == 1
        due = desk.next_due()
        desk.notices.close()
        desk.store.close()
    assert due is not None
    assert due > 0
