"""What becomes of a message where Slack slows down, breaks, refuses one recipient, or hangs up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from threading import Thread

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from structlog.testing import capture_logs

from approvals.clocks import SetBack
from approvals.leases import LEASE
from approvals.model import Target
from bot.replies import ReplyAddress
from bot.sandbox.workspace.server import WorkspaceServer
from bot.slack import is_throttle, retry_after
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


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [("5", 5), ("0", 1), ("86400", 3600), ("9" * 30, 30), ("²", 30), ("-1", 30), ("Wed, 21 Oct 2026 07:28:00 GMT", 30)],
)
def test_whatever_slack_asks_to_wait_is_a_time(client: WebClient, asked: str, seconds: int) -> None:
    slow = http('{"ok": false, "error": "ratelimited"}', status="429 Slow down", headers="Retry-After: …\r\n")
    with serving(Reply(slow.replace("…".encode(), asked.encode("latin-1")), "close")) as server:
        client.base_url = f"{server.url}/api/"
        with pytest.raises(SlackApiError) as caught:
            client.auth_test()
    assert is_throttle(caught.value)
    assert retry_after(caught.value) == seconds


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
        ("anything_new", 200),
        ("accesslimited", 200),
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


@pytest.mark.parametrize(
    ("error", "tries"),
    [("anything_new", 13), ("msg_too_long", 1), ("user_not_found", 1), ("accesslimited", 40)],
)
def test_what_is_not_known_to_be_in_vain_is_tried_for_some_minutes_and_what_an_admin_mends_for_ever(
    desk: Desk, workspace: WorkspaceServer, error: str, tries: int
) -> None:
    desk.pending(deciders=ONLY_THE_CHANNEL)
    workspace.faults.fail("chat.postMessage", error, times=40)

    while desk.waiting():
        desk.deliver()
        desk.hands.now += max(desk.next_due() or 0.0, 0.0) + 0.001

    waits_for_an_admin = error == "accesslimited"
    assert workspace.api.called["chat.postMessage"] == tries + waits_for_an_admin
    assert len(desk.in_channel()) == waits_for_an_admin


@pytest.mark.parametrize("error", ["restricted_action", "restricted_action_read_only_channel", "ekm_access_denied"])
def test_what_admins_forbid_in_the_channel_is_told_there_once_they_allow_it_and_privately_at_once(
    desk: Desk, workspace: WorkspaceServer, error: str
) -> None:
    number = desk.pending(deciders=ONLY_THE_CHANNEL)
    desk.told_privately(number, "asked", ReplyAddress("U0MEI").text())
    workspace.faults.fail("chat.postMessage", error)
    desk.deliver()
    assert (desk.in_channel(), len(desk.in_direct("U0MEI")), desk.parked()) == ([], 1, 1)

    desk.notices.reopen("C0IMAGES")
    desk.deliver()
    assert (len(desk.in_channel()), desk.waiting(), desk.parked()) == (1, 0, 0)

    workspace.faults.fail("chat.postMessage", error)
    with capture_logs() as lines:
        desk.approved(number)
        desk.deliver()
    assert [line["error"] for line in lines if line["event"] == "notice_parked"] == [error]  # told of anew


def test_a_channel_in_which_admins_let_nobody_write_costs_one_try_however_much_waits_for_it(
    desk: Desk, workspace: WorkspaceServer
) -> None:
    for key in "abcd":
        desk.approved(desk.pending(deciders=ONLY_THE_CHANNEL, key=key))  # a card, and a line in its thread
    workspace.faults.fail("chat.postMessage", "restricted_action", times=100)
    desk.deliver()
    parked, refused = desk.parked(), workspace.api.called["chat.postMessage"]
    assert parked >= 8

    with capture_logs() as lines:
        for tries in range(1, 11):
            desk.notices.reopen("C0IMAGES")
            desk.deliver()
            assert workspace.api.called["chat.postMessage"] == refused + tries
    assert lines == []
    assert (desk.in_channel(), desk.parked()) == ([], parked)
    told = desk.notices.forbidden()
    assert told is not None
    assert all(part in told for part in ("C0IMAGES", "(restricted_action)", "admin"))

    workspace.faults.clear()
    desk.notices.reopen("C0IMAGES")
    desk.deliver()
    assert (len(desk.in_channel()), desk.waiting(), desk.parked()) == (4, 0, 0)
    assert desk.notices.forbidden() is None


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


def test_what_a_closed_channel_missed_is_told_in_order_once_it_is_open(desk: Desk, workspace: WorkspaceServer) -> None:
    number = desk.pending()
    desk.deliver()
    workspace.state.conversations["C0IMAGES"].archived = True
    desk.approved(number)
    other = desk.pending(key="2")
    desk.deliver()
    desk.cancelled(other)
    desk.deliver()
    assert [headline(one) for one in desk.in_channel()] == ["Share base-nightly with data-team"]
    assert (desk.in_thread(), desk.waiting(), desk.parked()) == ([], 0, 5)

    desk.notices.reopen("C0ELSEWHERE")
    assert desk.deliver() == 0
    workspace.state.conversations["C0IMAGES"].archived = False
    desk.notices.reopen("C0IMAGES")
    desk.deliver()

    assert [headline(one) for one in desk.in_channel()] == [
        "Sharing base-nightly with data-team",
        "Cancelled: share base-nightly with data-team",
    ]
    assert desk.in_thread() == ["<@U0LIN> approved.", "<@U0MEI> cancelled it; nothing was shared."]
    assert (desk.waiting(), desk.parked()) == (0, 0)


def test_nothing_comes_out_of_order_while_the_rest_is_still_parked(desk: Desk, workspace: WorkspaceServer) -> None:
    workspace.state.conversations["C0IMAGES"].archived = True
    number = desk.pending(threaded=True)
    desk.deliver()
    workspace.state.conversations["C0IMAGES"].archived = False
    desk.approved(number)
    desk.deliver()
    assert desk.in_thread() == []

    desk.notices.reopen("C0IMAGES")
    desk.deliver()
    assert desk.in_thread() == ["<@U0LIN> approved."]
    assert len(desk.in_channel()) == 1


def closed_for_days(desk: Desk, workspace: WorkspaceServer, meanwhile: Callable[[], object]) -> list[str]:
    """The channel is archived for more than three days; gives what the log says of it when it is open again."""
    workspace.state.conversations["C0IMAGES"].archived = True
    meanwhile()
    desk.deliver()
    workspace.state.conversations["C0IMAGES"].archived = False
    desk.hands.now += 3 * 24 * 3600 + 1
    with capture_logs() as logs:
        desk.notices.reopen("C0IMAGES")
    desk.deliver()
    assert (desk.waiting(), desk.parked()) == (0, 0)
    return [f"{line['event']} {line['number']}" for line in logs]


def test_what_a_channel_missed_for_days_is_not_poured_into_it(desk: Desk, workspace: WorkspaceServer) -> None:
    assert closed_for_days(desk, workspace, lambda: desk.cancelled(desk.pending())) == ["notices_left_out 2"]
    assert desk.in_channel() == []


def test_nothing_is_said_to_be_forbidden_once_nothing_waits_for_the_channel(
    desk: Desk, workspace: WorkspaceServer
) -> None:
    workspace.faults.fail("chat.postMessage", "restricted_action", times=100)
    desk.cancelled(desk.pending())
    desk.deliver()
    desk.notices.reopen("C0IMAGES")
    assert desk.notices.forbidden() is not None
    desk.hands.now += 3 * 24 * 3600 + 1
    for _ in range(2):
        desk.deliver()
        desk.notices.reopen("C0IMAGES")
    assert (desk.parked(), desk.notices.forbidden()) == (0, None)


def test_what_waits_for_people_is_shown_however_long_the_channel_was_closed(
    desk: Desk, workspace: WorkspaceServer
) -> None:
    assert closed_for_days(desk, workspace, lambda: desk.pending(threaded=True)) == ["notices_left_out 1"]
    assert [headline(one) for one in desk.in_channel()] == ["Share base-nightly with data-team"]
    assert desk.in_thread() == []


def test_a_card_that_stands_there_shows_what_came_of_it_however_long_the_channel_was_closed(
    desk: Desk, workspace: WorkspaceServer
) -> None:
    number = desk.pending()
    desk.deliver()
    assert closed_for_days(desk, workspace, lambda: desk.cancelled(number)) == ["notices_left_out 1"]
    assert [headline(one) for one in desk.in_channel()] == ["Cancelled: share base-nightly with data-team"]
    assert desk.in_thread() == []


def test_one_message_that_is_slowed_down_slows_down_its_channel_and_nobody_else(
    desk: Desk, workspace: WorkspaceServer
) -> None:
    for key in range(12):
        desk.pending(deciders=ONLY_THE_CHANNEL, key=str(key))
    workspace.faults.rate_limit("chat.postMessage", retry_after=20)
    desk.deliver()
    desk.pending(key="for owners")
    desk.deliver()

    assert workspace.api.called["chat.postMessage"] == 1 + 2
    assert desk.in_channel() == []
    assert [len(desk.in_direct(owner)) for owner in ("U0LIN", "U0OMAR")] == [1, 1]
    assert desk.notices_due_in() == 20

    desk.hands.now += 20
    desk.deliver()
    assert len(desk.in_channel()) == 13


def test_a_pause_ends_where_the_clock_was_ahead(desk: Desk, workspace: WorkspaceServer) -> None:
    desk.pending(deciders=ONLY_THE_CHANNEL)
    workspace.faults.rate_limit("chat.postMessage", retry_after=3600)
    desk.deliver()
    desk.hands.now -= 8 * 3600
    SetBack(desk.store, lambda: 0.0).sweep(desk.hands.utc())
    desk.deliver()
    assert len(desk.in_channel()) == 1


def test_a_channel_that_takes_one_a_second_is_asked_no_more_than_it_has_to_be(
    desk: Desk, workspace: WorkspaceServer
) -> None:
    workspace.post_limit.at_once = 1
    for key in range(10):
        desk.pending(deciders=ONLY_THE_CHANNEL, key=str(key))

    while desk.waiting():
        desk.deliver()
        desk.hands.now += 1

    assert len(desk.in_channel()) == 10
    assert workspace.api.called["chat.postMessage"] <= 20  # each is refused once at most


def test_what_was_put_off_is_tried_at_once_when_slack_is_back(desk: Desk, workspace: WorkspaceServer) -> None:
    number = desk.pending(deciders=ONLY_THE_CHANNEL, threaded=True)
    desk.approved(number)
    workspace.faults.fail("chat.postMessage", "token_revoked", times=9)
    for _ in range(9):
        desk.deliver()
        desk.hands.now += 300
    workspace.faults.fail("chat.postMessage", "token_revoked")
    desk.deliver()
    assert desk.in_channel() == []

    desk.notices.hasten()
    desk.deliver()

    assert len(desk.in_channel()) == 1
    assert desk.in_thread() == ["<@U0LIN> approved."]
    assert desk.waiting() == 0


def test_a_long_story_goes_on_where_it_was_interrupted(desk: Desk, workspace: WorkspaceServer) -> None:
    many = tuple(Target(str(100_000_000_000 + number)) for number in range(130))
    desk.pending(*many, deciders=ONLY_THE_CHANNEL, threaded=True)
    workspace.faults.fail("chat.postMessage", times=3)  # not a fault: the card and two parts of the story
    workspace.faults.fail("chat.postMessage", "internal_error", status=500)
    desk.deliver()
    assert len(desk.in_thread()) == 2

    desk.hands.now += 60
    desk.deliver()

    told = [line for message in desk.in_thread() for line in message.splitlines()]
    assert told[0] == "All the accounts:"
    assert told[1:] == [f"• {target.account}" for target in many]


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
        Reply(http("<html>Please log in to the network</html>", content_type="text/html"), "close"),
        Reply(http("<html>Not found</html>", status="404 Not Found", content_type="text/html"), "close"),
        Reply(b"HTTP/1.1 200 OK\r\nContent-Type: application/js", "close"),
        Reply(http("[]"), "close"),
        Reply(http('{"ok": false}'), "close"),
    ],
    ids=[
        "a page of a proxy",
        "half an answer",
        "no answer",
        "no HTTP",
        "a page with status 200",
        "a page with status 404",
        "half a head",
        "a list",
        "a no without a code",
    ],
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


def test_a_message_that_hangs_holds_up_no_other(
    tmp_path: Path, workspace: WorkspaceServer, client: WebClient, hands: Hands
) -> None:
    client.timeout = 3
    desk = desk_at(tmp_path / "hangs.db", workspace, client, hands)
    desk.pending(deciders=ONLY_THE_CHANNEL)
    workspace.faults.fail("chat.postMessage", delay=2.0)
    desk.notices.sweep(hands.utc())
    assert desk.in_channel() == []

    desk.pending(key="2")
    desk.notices.sweep(hands.utc())

    assert [len(desk.in_direct(owner)) for owner in ("U0LIN", "U0OMAR")] == [1, 1]
    assert desk.in_channel() == []
    desk.deliver()
    assert len(desk.in_channel()) == 2
    desk.notices.close()
    desk.store.close()


def test_where_no_more_threads_are_to_be_had_messages_come_later(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def start(_thread: Thread) -> None:
        raise RuntimeError("can't start new thread")

    desk.pending()
    with monkeypatch.context() as none_left:
        none_left.setattr(Thread, "start", start)
        with pytest.raises(RuntimeError):
            desk.deliver()
    desk.hands.now += LEASE.total_seconds() + 1.0
    desk.deliver()

    places = [desk.in_channel(), desk.in_direct("U0LIN"), desk.in_direct("U0OMAR")]
    assert [len(place) for place in places] == [1, 1, 1]
    assert desk.waiting() == 0
