"""Private answers: through the response_url while it lives, afterwards in a direct message."""

from __future__ import annotations

import socket
import time

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot import limits
from bot.replies import Replies, ReplyAddress
from bot.sandbox.workspace.server import WorkspaceServer
from bot.sandbox.workspace.state import Message
from tests.approvals.raw_server import Reply, http, serving
from tests.bot.conftest import Hands

CHANNEL = "C0IMAGES"


@pytest.fixture
def replies(client: WebClient, hands: Hands) -> Replies:
    return Replies(client, hands.utc)


def address(workspace: WorkspaceServer, hands: Hands, *, original: str = "", replace: bool = False) -> ReplyAddress:
    """What a command or a press of Mei's gives the bot."""
    name = workspace.state.responses.give(CHANNEL, "U0MEI", original or None)
    return ReplyAddress("U0MEI", f"{workspace.url}/response/{name}", hands.now, replace)


def in_channel(workspace: WorkspaceServer) -> list[Message]:
    return list(workspace.state.conversations[CHANNEL].messages)


def in_direct(workspace: WorkspaceServer, person: str = "U0MEI") -> list[str]:
    return [one.text for one in workspace.state.conversations[workspace.state.dm_of(person)].messages]


def test_an_answer_is_seen_by_the_one_who_asked_and_where_they_asked(
    replies: Replies, workspace: WorkspaceServer, hands: Hands
) -> None:
    replies.send(address(workspace, hands), "Only @lin can decide.")

    [message] = in_channel(workspace)
    assert (message.text, message.only_for) == ("Only @lin can decide.", "U0MEI")
    assert in_direct(workspace) == []


def test_who_is_named_by_their_id_alone_is_told_in_a_direct_message(
    replies: Replies, workspace: WorkspaceServer
) -> None:
    replies.send(ReplyAddress.parse("U0MEI"), "#2: asked @lin.")

    assert in_direct(workspace) == ["#2: asked @lin."]


def test_a_later_answer_takes_the_place_of_the_first(
    replies: Replies, workspace: WorkspaceServer, hands: Hands
) -> None:
    first = workspace.state.post(CHANNEL, "U0WARDEN", "recorded", only_for="U0MEI")

    replies.send(address(workspace, hands, original=first.ts, replace=True), "asked")
    replies.send(address(workspace, hands, original=first.ts, replace=False), "and refused")

    assert [message.text for message in in_channel(workspace)] == ["asked", "and refused"]


def test_a_url_that_is_used_up_is_followed_by_a_direct_message(
    replies: Replies, workspace: WorkspaceServer, hands: Hands
) -> None:
    to = address(workspace, hands)
    for number in range(limits.RESPONSE_URL_USES + 1):
        replies.send(to, f"answer {number}")

    assert len(in_channel(workspace)) == limits.RESPONSE_URL_USES
    assert in_direct(workspace) == [f"answer {limits.RESPONSE_URL_USES}"]


@pytest.mark.parametrize(("minutes", "where"), [(28.9, "channel"), (29.1, "direct")])
def test_a_url_is_not_tried_when_it_is_about_to_end(
    replies: Replies, workspace: WorkspaceServer, hands: Hands, minutes: float, where: str
) -> None:
    to = address(workspace, hands)
    hands.now += minutes * 60

    replies.send(to, "late")

    assert (len(in_channel(workspace)), in_direct(workspace)) == ((1, []) if where == "channel" else (0, ["late"]))


def test_a_url_that_slack_has_forgotten_is_followed_by_a_direct_message(
    replies: Replies, workspace: WorkspaceServer, hands: Hands
) -> None:
    to = ReplyAddress("U0MEI", f"{workspace.url}/response/forgotten", hands.now)

    replies.send(to, "answer")

    assert in_direct(workspace) == ["answer"]


def test_blocks_go_the_same_two_ways(replies: Replies, workspace: WorkspaceServer, hands: Hands) -> None:
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "a list"}}]

    replies.send(address(workspace, hands), "a list", blocks)
    replies.send(ReplyAddress("U0MEI"), "a list", blocks)

    for message in (in_channel(workspace)[-1], workspace.state.conversations["D0MEI"].messages[-1]):
        assert message.blocks is not None
        assert message.blocks[0]["text"]["text"] == "a list"


@pytest.mark.parametrize(
    "reply",
    [
        Reply(http("no_text", status="500 Oops", content_type="text/plain"), "close"),
        Reply(http("ok", content_type="text/plain", length=5000), "close"),
        Reply(b"", "close"),
        Reply(http("<html>Please log in to the network</html>", content_type="text/html"), "close"),
        Reply(http("<html>请登录</html>".encode("gbk"), content_type="text/html"), "close"),
        Reply(http("请登录".encode("gbk"), status="403 Forbidden", content_type="text/html"), "close"),
        Reply(http("ok", content_type="text/plain; charset=martian"), "close"),
        Reply(http({"ok": False, "error": "used_url"}), "close"),
        Reply(http('{"ok": tr'), "close"),
    ],
    ids=[
        "an error",
        "half an answer",
        "no answer",
        "a page of a proxy",
        "one in another charset",
        "one that refuses",
        "a charset that nobody knows",
        "no in an object",
        "half an object",
    ],
)
def test_a_url_that_answers_badly_is_followed_by_a_direct_message(
    replies: Replies, workspace: WorkspaceServer, hands: Hands, reply: Reply
) -> None:
    with serving(reply) as broken:
        replies.send(ReplyAddress("U0MEI", f"{broken.url}/response/x", hands.now), "answer")

    assert in_direct(workspace) == ["answer"]


@pytest.mark.parametrize(
    "reply",
    [Reply(then="hold"), Reply(http("ok", content_type="text/plain"), "close", drip=0.02)],
    ids=["silence", "dripped"],
)
def test_a_url_that_answers_too_slowly_is_followed_by_a_direct_message(
    client: WebClient, workspace: WorkspaceServer, hands: Hands, reply: Reply
) -> None:
    with serving(reply) as slow:
        began = time.monotonic()
        replies = Replies(client, hands.utc, within=0.3)
        replies.send(ReplyAddress("U0MEI", f"{slow.url}/response/x", hands.now), "answer")
        assert time.monotonic() - began < 4

    assert in_direct(workspace) == ["answer"]


def test_a_url_that_leads_elsewhere_is_not_followed(replies: Replies, workspace: WorkspaceServer, hands: Hands) -> None:
    with serving(Reply(http("ok"), "close")) as elsewhere:
        leads = Reply(http("", status="302 Found", headers=f"Location: {elsewhere.url}/x\r\n"), "close")
        with serving(leads) as server:
            replies.send(ReplyAddress("U0MEI", f"{server.url}/response/x", hands.now), "answer")
        assert elsewhere.requests == []

    assert in_direct(workspace) == ["answer"]


@pytest.mark.parametrize("body", ["ok", '{"ok": true}', ""])
def test_a_url_that_takes_the_answer_is_followed_by_nothing(
    replies: Replies, workspace: WorkspaceServer, hands: Hands, body: str
) -> None:
    with serving(Reply(http(body, content_type="text/plain"), "close")) as good:
        replies.send(ReplyAddress("U0MEI", f"{good.url}/response/x", hands.now), "answer")

    assert in_direct(workspace) == []


def test_an_answer_that_may_have_arrived_is_not_sent_to_the_url_again(
    replies: Replies, workspace: WorkspaceServer, hands: Hands
) -> None:
    with serving(Reply(then="close")) as silent:
        replies.send(ReplyAddress("U0MEI", f"{silent.url}/response/x", hands.now), "answer")
        assert len(silent.requests) == 1

    assert in_direct(workspace) == ["answer"]


def test_a_url_where_nobody_listens_is_followed_by_a_direct_message(
    replies: Replies, workspace: WorkspaceServer, hands: Hands
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        nobody = f"http://127.0.0.1:{taken.getsockname()[1]}/"
    replies.send(ReplyAddress("U0MEI", nobody, hands.now), "answer")

    assert in_direct(workspace) == ["answer"]


def test_who_cannot_be_written_to_is_an_error(replies: Replies, workspace: WorkspaceServer) -> None:
    workspace.state.deactivated.add("U0OMAR")

    with pytest.raises(SlackApiError, match="user_disabled"):
        replies.send(ReplyAddress("U0OMAR"), "answer")


def test_an_address_survives_being_written_down() -> None:
    kept = ReplyAddress("U0MEI", "https://hooks.example/1", 17.5, replace=True)

    assert ReplyAddress.parse(kept.text()) == kept


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data",
        "https://hooks.slack.com.evil.example/x",
        "https://evil.example/hooks.slack.com",
        "http://hooks.slack.com/x",
        "https://127.0.0.1/x",
        "http://user:pw@127.0.0.1/x",
        "file:///etc/passwd",
        "http://[::1/x",
        "//127.0.0.1/x",
        "nonsense",
    ],
)
def test_an_address_that_is_not_slacks_is_never_gone_to(replies: Replies, workspace: WorkspaceServer, url: str) -> None:
    replies.send(ReplyAddress("U0MEI", url, Hands().now), "answer")

    assert in_direct(workspace) == ["answer"]


@pytest.mark.parametrize(
    ("api", "url", "good"),
    [
        ("https://slack.com/api/", "https://hooks.slack.com/commands/T1/2/x", True),
        ("https://slack.com/api/", "https://slack.com/commands/T1/2/x", True),
        ("https://slack-gov.com/api/", "https://hooks.slack-gov.com/commands/T1/2/x", True),
        ("https://proxy.corp/slack/api/", "https://hooks.slack.com/commands/T1/2/x", True),
        ("https://slack.com/api/", "http://127.0.0.1:8000/x", False),
        ("https://slack.com/api/", "https://hooks.slack-gov.com/x", False),
        ("https://slack.com/api/", "http://slack.com/x", False),
        ("https://slack.com/api/", "https://mei:pw@hooks.slack.com/x", False),
        ("https://slack.com/api/", "", False),
    ],
)
def test_slacks_addresses_are_known_by_scheme_and_host(hands: Hands, api: str, url: str, good: bool) -> None:
    assert Replies(WebClient("xoxb-x", base_url=api), hands.utc)._is_slacks(url) is good


def test_a_conversation_is_opened_once_for_each_person(replies: Replies, workspace: WorkspaceServer) -> None:
    for number in range(3):
        replies.direct("U0MEI", f"message {number}")
        replies.direct("U0LIN", f"message {number}")

    assert in_direct(workspace) == in_direct(workspace, "U0LIN") == ["message 0", "message 1", "message 2"]
    assert workspace.api.called["conversations.open"] == 2


def test_a_conversation_that_is_no_more_is_opened_anew(replies: Replies, workspace: WorkspaceServer) -> None:
    replies.direct("U0MEI", "one")
    workspace.faults.fail("chat.postMessage", "channel_not_found")
    replies.direct("U0MEI", "two")
    assert in_direct(workspace) == ["one", "two"]

    workspace.faults.fail("chat.postMessage", "channel_not_found", times=2)
    with pytest.raises(SlackApiError, match="channel_not_found"):
        replies.direct("U0MEI", "three")
    workspace.faults.fail("chat.postMessage", "msg_too_long")
    with pytest.raises(SlackApiError, match="msg_too_long"):
        replies.direct("U0MEI", "four")
    assert workspace.api.called["conversations.open"] == 3


def test_what_is_shown_of_an_address_lets_nobody_write_there() -> None:
    assert "hooks" not in repr(ReplyAddress("U0MEI", "https://hooks.slack.com/commands/1/2/x", 17.5))
