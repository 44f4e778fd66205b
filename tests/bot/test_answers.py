"""Whatever comes back in Slack's place, a call ends in an answer that can be read or in an error that is foreseen."""

from __future__ import annotations

import time
from http.client import HTTPException
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError

from approvals.deadlines import LARGEST_ANSWER
from approvals.errors import DirectoryError, UnknownPerson
from approvals.workspace import Workspace
from bot import answers
from bot.answers import Answer, Client, Unreadable, read
from bot.installation import Installation
from bot.people import People
from bot.replies import Replies
from tests.approvals.raw_server import Reply, http, serving
from tests.bot.conftest import Hands
from tests.bot.told_slack import told_slack

OURS = Workspace("T0OURS")
STRANGER = "people of other workspaces can neither ask nor decide."
SECRET = "not-for-logs"

NOT_SLACKS = {
    "a list": http("[1]"),
    "a text": http(f'"{SECRET}"'),
    "a number": http("7"),
    "null": http("null"),
    "an empty body": http(""),
    "a page in another charset": http("<html>请登录</html>".encode("gbk"), content_type="text/html"),
    "a refusal in another charset": http("<html>请登录</html>".encode("gbk"), status="503 Service Unavailable"),
    "a charset that nobody knows": http("{}", content_type="application/json; charset=martian"),
    "an archive": http(b"\x1f\x8b" + SECRET.encode(), content_type="application/gzip"),
    "nested without end": http('{"ok": true, "user": ' + "[" * 100_000),
    "half of a JSON": http('{"ok": true, "user": {'),
}


@pytest.mark.parametrize("reply", NOT_SLACKS.values(), ids=NOT_SLACKS)
def test_what_is_not_slacks_is_an_error_that_every_caller_foresees(reply: bytes) -> None:
    with serving(Reply(reply, "close")) as server:
        client = Client("xoxb-x", base_url=f"{server.url}/api/", retry_handlers=[])
        with pytest.raises((SlackApiError, OSError, HTTPException)) as caught:
            client.users_info(user="U0LIN")
        with pytest.raises(DirectoryError) as told:
            People(client, lambda: OURS).person("U0LIN")
        with pytest.raises(DirectoryError):
            Installation(client).workspace()
    assert not isinstance(told.value, UnknownPerson)
    assert SECRET not in f"{caught.value} {told.value}"


WITHIN = 0.3  # seconds
GOOD = http({"ok": True, "user": {}})


@pytest.mark.parametrize(
    "reply",
    [
        Reply(then="hold"),
        Reply(GOOD, "close", drip=0.02),
        Reply(http({"ok": False}, status="503 Service Unavailable")[:-1], then="hold"),
        Reply(http({"ok": True, "user": {}}, length=-1), then="hold"),
    ],
    ids=["silence", "dripped", "a refusal that stalls", "no length"],
)
def test_a_call_ends_in_time_however_slowly_the_answer_comes(reply: Reply) -> None:
    with serving(reply) as server:
        client = Client("xoxb-x", base_url=f"{server.url}/api/", retry_handlers=[], within=WITHIN)
        began = time.monotonic()
        with pytest.raises(TimeoutError, match="took too long"):
            client.users_info(user="U0LIN")
        assert WITHIN <= time.monotonic() - began < 10 * WITHIN


TOO_LARGE = http(b'{"ok": true, "user": {"name": "' + b"x" * LARGEST_ANSWER + b'"}}')


@pytest.mark.parametrize(
    "data",
    [
        TOO_LARGE,
        http(TOO_LARGE.partition(b"\r\n\r\n")[2], length=-1),
        http(TOO_LARGE.partition(b"\r\n\r\n")[2], status="503 Service Unavailable"),
    ],
    ids=["with its length", "without", "a refusal"],
)
def test_an_answer_is_read_up_to_a_size(data: bytes) -> None:
    with serving(Reply(data, "close")) as server:
        client = Client("xoxb-x", base_url=f"{server.url}/api/", retry_handlers=[])
        with pytest.raises(HTTPException, match="too large"):
            client.users_info(user="U0LIN")


@pytest.mark.parametrize("cut", [1, 24])
def test_an_answer_that_is_cut_is_none(cut: int) -> None:
    with serving(Reply(GOOD[:-cut], "close")) as server:
        client = Client("xoxb-x", base_url=f"{server.url}/api/", retry_handlers=[])
        with pytest.raises(HTTPException, match="IncompleteRead"):
            client.users_info(user="U0LIN")


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
def test_a_redirect_is_not_followed_and_the_token_stays_here(status: str) -> None:
    with serving(Reply(GOOD, "close")) as elsewhere:
        leads = Reply(http("", status=status, headers=f"Location: {elsewhere.url}/x\r\n"), "close")
        with serving(leads) as server:
            client = Client("xoxb-x", base_url=f"{server.url}/api/", retry_handlers=[])
            with pytest.raises(SlackApiError):
                client.users_info(user="U0LIN")
        assert elsewhere.requests == []


def test_an_answer_that_comes_slowly_but_in_time_is_one() -> None:
    with serving(Reply(GOOD, "close", drip=0.001)) as server:
        client = Client("xoxb-x", base_url=f"{server.url}/api/", retry_handlers=[])
        assert client.users_info(user="U0LIN")["ok"]


AS_MEANT: list[tuple[type[Answer], dict[str, Any]]] = [
    (answers.UsersInfo, {"user": {"team_id": "T0OURS", "deleted": False, "is_bot": False}}),
    (answers.UsersInfo, {"user": {"enterprise_user": {"enterprise_id": "E0OURS"}}}),
    (answers.UserByEmail, {"user": {"id": "U0X"}}),
    (answers.GroupMembers, {"users": ["U0X"]}),
    (answers.AuthTest, {"team_id": "T0OURS", "user_id": "U0BOT", "enterprise_id": "E0OURS", "bot_id": "B0BOT"}),
    (answers.ConversationInfo, {"channel": {"is_archived": False, "is_member": True}}),
    (answers.ConversationOpened, {"channel": {"id": "D0X"}}),
    (answers.Posted, {"channel": "C0X", "ts": "1700000000.000100"}),
    (answers.Permalink, {"permalink": "https://example.test/p1"}),
    (answers.ViewUpdated, {"view": {"hash": "1.x"}}),
]


def odd_versions(told: Any) -> list[Any]:
    """What was told, with one value of another type."""
    if isinstance(told, dict):
        return [7, [7], SECRET, *({**told, name: odd} for name in told for odd in odd_versions(told[name]))]
    if isinstance(told, list):
        return [SECRET, {}, *([odd] for odd in odd_versions(told[0]))]
    return [7, [], {}] if isinstance(told, str) else [7, [], {}, "false"]


def test_each_is_read_as_slack_sends_it_and_with_one_value_of_another_type_not_at_all() -> None:
    answers: dict[str, Any] = {}
    with told_slack(answers) as client:
        for kind, told in AS_MEANT:
            answers["users.info"] = told
            read(kind, client.users_info(user="U0X"))
            for odd in odd_versions(told):
                if isinstance(odd, dict):
                    answers["users.info"] = odd
                    with pytest.raises(Unreadable) as caught:
                        read(kind, client.users_info(user="U0X"))
                    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    "user",
    [None, [], True, {"is_restricted": "yes"}, {"deleted": 1}, {"is_bot": {}}, {"team_id": 7}, {"team_id": []}],
)
def test_who_cannot_be_told_from_a_guest_is_nobody_yet_and_not_refused(user: Any) -> None:
    with told_slack({"users.info": {"user": user}}) as client, pytest.raises(DirectoryError) as caught:
        People(client, lambda: OURS).person("U0X")
    assert not isinstance(caught.value, UnknownPerson)


def test_an_id_that_is_empty_is_none() -> None:
    whole = {"team_id": "T0OURS", "user_id": "U0BOT"}
    with told_slack({"auth.test": {**whole, "enterprise_id": "", "bot_id": ""}}) as client:
        installation = Installation(client)
        assert installation.workspace() == Workspace("T0OURS", None)
        assert (installation.bot_user_id, installation.bot_id) == ("U0BOT", None)
    with told_slack({"users.info": {"user": {"team_id": ""}}}) as client, pytest.raises(DirectoryError):
        People(client, lambda: OURS).person("U0X")


def test_a_workspace_that_is_null_is_not_ours() -> None:
    with told_slack({"users.info": {"user": {"team_id": None}}}) as client:
        assert People(client, lambda: OURS).person("U0X").why_not == STRANGER


def test_what_is_only_shown_may_be_of_any_type() -> None:
    odd = {"name": 7, "real_name": "Mei Chen", "profile": {"display_name": ["x"]}, "tz": 8, "locale": {}}
    with told_slack({"users.info": {"user": odd}}) as client:
        people = People(client, lambda: OURS)
        mei = people.person("U0X")
    assert (mei.name, mei.time_zone, mei.may_act) == ("Mei Chen", "", True)


def test_a_name_that_no_database_can_keep_is_kept_as_well_as_can_be() -> None:
    with told_slack({"users.info": {"user": {"name": "mei\ud800\0"}}}) as client:
        assert People(client, lambda: OURS).person("U0X").name == "mei?"


@pytest.mark.parametrize("users", [None, "U0LIN", {"U0LIN": 1}, [7], [None], ["<!channel>"], ["U0LIN", {}]])
def test_members_that_are_none_are_not_taken_for_an_empty_group(users: Any) -> None:
    with told_slack({"usergroups.users.list": {"users": users}}) as client, pytest.raises(DirectoryError) as caught:
        People(client, lambda: OURS).members("S0X")
    assert not isinstance(caught.value, UnknownPerson)


@pytest.mark.parametrize(
    "posted",
    [{}, {"ts": None}, {"ts": 7, "channel": "D0X"}, {"ts": "1.0", "channel": {}}, {"ts": "now", "channel": "D0X"}],
)
def test_a_message_whose_place_is_not_told_counts_as_not_answered(posted: dict[str, Any]) -> None:
    methods = {"conversations.open": {"channel": {"id": "D0X"}}, "chat.postMessage": posted}
    with told_slack(methods) as client, pytest.raises(Unreadable):
        Replies(client, Hands().utc).direct("U0X", "hello")
