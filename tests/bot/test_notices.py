"""Cards, their threads, private answers and the end, delivered to a workspace over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from slack_sdk import WebClient

from approvals.message_model import Card
from approvals.model import Target
from bot.replies import ReplyAddress
from bot.sandbox.workspace.server import WorkspaceServer
from tests.bot.conftest import Hands
from tests.bot.delivering import CHANNEL, Desk, desk_at, headline
from tests.bot.requests import DECIDERS

ASKED = "Share base-nightly with data-team"


@pytest.fixture
def desk(tmp_path: Path, workspace: WorkspaceServer, client: WebClient, hands: Hands) -> Iterator[Desk]:
    made = desk_at(tmp_path / "notices.db", workspace, client, hands)
    yield made
    made.notices.close()
    made.store.close()


def test_the_card_goes_to_the_channel_and_to_each_owner(desk: Desk) -> None:
    desk.pending()
    desk.deliver()

    places = [desk.in_channel(), desk.in_direct("U0LIN"), desk.in_direct("U0OMAR")]
    assert [[headline(one) for one in place] for place in places] == [[ASKED]] * 3
    assert desk.in_direct("U0MEI") == []
    assert desk.in_channel()[0].text == "mei asks to share base-nightly with data-team (#1)"
    assert desk.waiting() == 0


def test_nothing_is_told_before_it_is_known_where(desk: Desk, workspace: WorkspaceServer) -> None:
    desk.installed = False
    desk.pending()
    assert desk.notices_due_in() is None
    assert (desk.deliver(), workspace.api.called["chat.postMessage"]) == (0, 0)
    desk.installed = True
    assert desk.deliver() == 3
    assert desk.waiting() == 0


def test_a_change_is_shown_in_place_and_told_in_the_thread(desk: Desk) -> None:
    number = desk.pending()
    desk.deliver()
    desk.approved(number)
    desk.deliver()

    for place in (desk.in_channel(), desk.in_direct("U0LIN"), desk.in_direct("U0OMAR")):
        [card] = place
        assert headline(card) == "Sharing base-nightly with data-team"
        assert card.edited
    assert desk.in_thread() == ["<@U0LIN> approved."]


def test_changes_that_wait_together_are_one_update(desk: Desk, workspace: WorkspaceServer) -> None:
    number = desk.pending(deciders=replace(DECIDERS, owner_ids=()))
    desk.cancelled(number)
    desk.deliver()

    assert workspace.api.called["chat.update"] == 0
    assert [headline(one) for one in desk.in_channel()] == [f"Cancelled: {ASKED[0].lower()}{ASKED[1:]}"]
    assert desk.in_thread() == ["<@U0MEI> cancelled it; nothing was shared."]
    assert desk.waiting() == 0


def test_a_lane_keeps_the_order_in_which_things_happened(desk: Desk, workspace: WorkspaceServer) -> None:
    many = tuple(Target(str(100_000_000_000 + number)) for number in range(47))
    number = desk.pending(*many, threaded=True)
    desk.approved(number)
    workspace.faults.fail("chat.postMessage", "internal_error", status=500, times=3)

    while desk.waiting():
        desk.deliver()
        desk.hands.now += 3600

    heads = [message.splitlines()[0] for message in desk.in_thread()]
    assert heads[0] == "All the accounts:"
    assert heads[-1] == "<@U0LIN> approved."
    assert len(desk.in_channel()) == 1


def test_a_private_answer_links_to_the_card(desk: Desk, workspace: WorkspaceServer, hands: Hands) -> None:
    number = desk.pending()
    name = workspace.state.responses.give(CHANNEL, "U0MEI")
    desk.told_privately(number, "asked", ReplyAddress("U0MEI", f"{workspace.url}/response/{name}", hands.now).text())
    desk.deliver()

    [answer] = [one for one in workspace.state.conversations[CHANNEL].messages if one.only_for]
    [card] = [one for one in desk.in_channel() if not one.only_for]
    assert answer.only_for == "U0MEI"
    assert answer.text.startswith("#1: asked <@U0LIN> and <@U0OMAR>. You'll hear from me in a direct message.")
    assert f"/archives/{CHANNEL}/p{card.ts.replace('.', '')}|See the request>" in answer.text


def test_without_a_link_the_answer_is_still_whole(desk: Desk, workspace: WorkspaceServer) -> None:
    number = desk.pending()
    workspace.faults.fail("chat.getPermalink", "internal_error", status=500)
    desk.told_privately(number, "asked", ReplyAddress("U0MEI").text())
    desk.deliver()

    [answer] = desk.in_direct("U0MEI")
    assert answer.text == "#1: asked <@U0LIN> and <@U0OMAR>. You'll hear from me in a direct message."


def test_the_requester_hears_the_end_in_a_direct_message(desk: Desk) -> None:
    number = desk.pending()
    desk.ended(number)
    desk.deliver()

    assert len(desk.in_direct("U0MEI")) == 1


def test_a_card_that_was_deleted_is_posted_anew_and_is_the_one_from_then_on(
    desk: Desk, workspace: WorkspaceServer
) -> None:
    number = desk.pending()
    desk.deliver()
    workspace.state.remove(desk.in_channel()[0])

    desk.approved(number)
    desk.hands.now += 60
    desk.deliver()
    desk.told_privately(number, "asked", ReplyAddress("U0MEI").text())
    desk.deliver()

    [anew] = desk.in_channel()
    assert headline(anew) == "Sharing base-nightly with data-team"
    assert anew.ts.replace(".", "") in desk.in_direct("U0MEI")[0].text


def test_an_owner_gets_a_new_card_where_the_old_conversation_is_no_longer_ours(desk: Desk) -> None:
    number = desk.pending()
    desk.deliver()
    of_a_former_app = Card("U0LIN", "D0FORMER", "1700000000.000100")
    desk.store.write(lambda ledger: ledger.add_card(number, of_a_former_app))
    desk.approved(number)
    desk.deliver()

    assert [headline(one) for one in desk.in_direct("U0LIN")] == [
        "Share base-nightly with data-team",
        "Sharing base-nightly with data-team",
    ]


def test_what_happened_is_told_under_the_card_that_took_the_place_of_a_deleted_one(
    desk: Desk, workspace: WorkspaceServer
) -> None:
    number = desk.pending()
    desk.deliver()
    workspace.state.remove(desk.in_channel()[0])

    desk.approved(number)
    desk.deliver()

    [anew] = desk.in_channel()
    assert headline(anew) == "Sharing base-nightly with data-team"
    assert [(one.text, one.thread_ts) for one in workspace.state.conversations[CHANNEL].messages[1:]] == [
        ("<@U0LIN> approved.", anew.ts)
    ]
    assert desk.waiting() == 0


def test_two_requests_do_not_wait_for_each_other(desk: Desk, workspace: WorkspaceServer) -> None:
    desk.pending(deciders=replace(DECIDERS, owner_ids=("U0LIN",)))
    workspace.faults.fail("conversations.open", "internal_error", status=500)
    desk.deliver()
    desk.pending(deciders=replace(DECIDERS, owner_ids=("U0LIN",)), key="2")
    desk.deliver()

    assert [len(desk.in_channel()), len(desk.in_direct("U0LIN"))] == [2, 1]
    assert desk.waiting() == 1
