"""What becomes of cards and messages where the policy names another channel than at the last start."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from slack_sdk import WebClient

from bot.replies import ReplyAddress
from bot.sandbox.workspace.server import WorkspaceServer
from tests.bot.conftest import Hands
from tests.bot.delivering import CHANNEL, Desk, desk_at, headline

OTHER = "C0GENERAL"

Opens = Callable[[str], Desk]


@pytest.fixture
def start(tmp_path: Path, workspace: WorkspaceServer, client: WebClient, hands: Hands) -> Iterator[Opens]:
    """Starts the bot on one file, with the channel that its policy names."""
    workspace.state.conversations[OTHER].bot_is_member = True
    with ExitStack() as stack:

        def started(channel: str) -> Desk:
            desk = desk_at(tmp_path / "notices.db", workspace, client, hands, channel)
            stack.enter_context(closing(desk.store))
            stack.enter_context(closing(desk.notices))
            return desk

        yield started


def test_a_request_goes_on_in_the_new_channel_and_its_old_card_shows_it_too(start: Opens) -> None:
    before = start(CHANNEL)
    number = before.pending(threaded=True)
    before.deliver()

    after = start(OTHER)
    after.approved(number)
    after.deliver()

    assert [headline(one) for one in after.in_channel()] == ["Sharing base-nightly with data-team"]
    assert after.in_thread() == ["<@U0LIN> approved."]
    assert [headline(one) for one in after.in_channel(CHANNEL)] == ["Sharing base-nightly with data-team"]
    assert (after.waiting(), after.parked()) == (0, 0)


def test_what_an_archived_channel_missed_is_told_in_order_in_the_new_one(
    start: Opens, workspace: WorkspaceServer
) -> None:
    before = start(CHANNEL)
    number = before.pending()
    before.deliver()
    workspace.state.conversations[CHANNEL].archived = True
    before.approved(number)
    other = before.pending(key="2")
    before.deliver()
    before.cancelled(other)
    before.deliver()
    assert (before.waiting(), before.parked()) == (0, 5)

    after = start(OTHER)
    assert after.deliver() == 0
    after.notices.reopen(OTHER)
    after.deliver()

    assert [headline(one) for one in after.in_channel()] == [
        "Sharing base-nightly with data-team",
        "Cancelled: share base-nightly with data-team",
    ]
    assert after.in_thread() == ["<@U0LIN> approved.", "<@U0MEI> cancelled it; nothing was shared."]
    assert (after.waiting(), after.parked()) == (0, 0)


def test_what_waited_goes_to_the_new_channel_and_who_asked_is_sent_there(start: Opens) -> None:
    before = start(CHANNEL)
    number = before.pending(threaded=True)
    before.told_privately(number, "asked", ReplyAddress("U0MEI").text())

    after = start(OTHER)
    after.deliver()

    assert before.in_channel() == []
    assert [headline(one) for one in after.in_channel()] == ["Share base-nightly with data-team"]
    assert f"/archives/{OTHER}/p" in after.in_direct("U0MEI")[0].text
    assert len(after.in_direct("U0LIN")) == 1
    assert after.waiting() == 0


def test_nothing_waits_for_a_channel_that_is_the_policys_no_longer(start: Opens, workspace: WorkspaceServer) -> None:
    before = start(CHANNEL)
    number = before.pending()
    before.deliver()
    workspace.state.conversations[CHANNEL].archived = True

    after = start(OTHER)
    after.approved(number)
    after.deliver()

    assert [headline(one) for one in after.in_channel()] == ["Sharing base-nightly with data-team"]
    assert (after.waiting(), after.parked()) == (0, 0)


def test_no_new_card_is_posted_where_an_older_policy_had_them(start: Opens, workspace: WorkspaceServer) -> None:
    before = start(CHANNEL)
    number = before.pending()
    before.deliver()
    workspace.state.remove(before.in_channel()[0])

    after = start(OTHER)
    after.approved(number)
    after.deliver()

    assert before.in_channel() == []
    assert [headline(one) for one in after.in_channel()] == ["Sharing base-nightly with data-team"]
    assert after.waiting() == 0


def test_who_asked_is_sent_to_the_card_in_the_policys_channel(start: Opens) -> None:
    before = start(OTHER)
    number = before.pending()
    before.deliver()

    after = start(CHANNEL)
    after.approved(number)
    after.told_privately(number, "asked", ReplyAddress("U0MEI").text())
    after.deliver()

    assert f"/archives/{CHANNEL}/p" in after.in_direct("U0MEI")[0].text
