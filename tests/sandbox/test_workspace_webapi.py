"""The Web API, through the real slack-sdk."""

from __future__ import annotations

import json
import urllib.request

import pytest
from slack_sdk import WebClient

from bot import limits
from bot.sandbox import company
from bot.sandbox.workspace.faults import POSTS_AT_ONCE
from bot.sandbox.workspace.manifest import read_manifest
from bot.sandbox.workspace.server import WorkspaceServer
from bot.sandbox.workspace.webapi import SCOPES
from tests.sandbox.workspace_support import (
    Clock,
    client_of,
    code_of,
    refusal,
    running,
    section,
)

IMAGES = "C0IMAGES"


def test_auth_test_says_who_and_with_which_scopes(client: WebClient) -> None:
    answer = client.auth_test()

    assert answer["user_id"] == company.BOT_USER
    assert answer["team_id"] == company.TEAM
    assert set(answer.headers["x-oauth-scopes"].split(",")) == set(read_manifest().scopes)


def test_the_methods_need_exactly_the_scopes_of_the_manifest() -> None:
    needed = {scope for scopes in SCOPES.values() for scope in scopes}

    assert needed | {"commands"} == set(read_manifest().scopes)


@pytest.mark.parametrize(("token", "code"), [("xoxb-of-somebody-else", "invalid_auth"), ("", "not_authed")])
def test_another_token_is_refused(workspace: WorkspaceServer, token: str, code: str) -> None:
    assert code_of(client_of(workspace, token).auth_test) == code


def test_the_app_token_opens_sockets_and_nothing_else(workspace: WorkspaceServer, client: WebClient) -> None:
    assert client.apps_connections_open(app_token=company.APP_TOKEN)["url"].startswith("ws://127.0.0.1:")
    assert code_of(lambda: client.apps_connections_open(app_token=company.BOT_TOKEN)) == "not_allowed_token_type"
    assert code_of(client_of(workspace, company.APP_TOKEN).auth_test) == "not_allowed_token_type"


def test_a_method_beyond_the_scopes_says_which_scope_is_missing(client: WebClient) -> None:
    said = refusal(lambda: client.reactions_add(channel=IMAGES, name="eyes", timestamp="1.1")).response

    assert (said["error"], said["needed"]) == ("missing_scope", "reactions:write")
    assert "chat:write" in said["provided"]
    assert code_of(lambda: client.api_call("images.share")) == "unknown_method"


def test_a_form_with_the_token_in_it_is_understood_too(workspace: WorkspaceServer) -> None:
    form = f"token={company.BOT_TOKEN}&channel={IMAGES}&text=hello".encode()
    with urllib.request.urlopen(f"{workspace.api_url}chat.postMessage", form) as response:
        assert json.load(response)["message"]["text"] == "hello"


def test_a_message_is_posted_updated_and_linked(workspace: WorkspaceServer, client: WebClient) -> None:
    posted = client.chat_postMessage(channel=IMAGES, text="asks", blocks=[section("*asks*")])
    client.chat_update(channel=IMAGES, ts=posted["ts"], text="done", blocks=[section("*done*")])

    message = workspace.state.find(IMAGES, posted["ts"])
    assert message is not None
    assert (message.text, message.edited) == ("done", True)
    assert message.blocks is not None
    assert message.blocks[0]["text"]["text"] == "*done*"
    link = client.chat_getPermalink(channel=IMAGES, message_ts=posted["ts"])["permalink"]
    assert link == f"{workspace.url}/archives/{IMAGES}/p{posted['ts'].replace('.', '')}"


def test_an_update_without_blocks_leaves_them_and_an_empty_list_takes_them_away(
    workspace: WorkspaceServer, client: WebClient
) -> None:
    ts = client.chat_postMessage(channel=IMAGES, text="asks", blocks=[section("asks")])["ts"]

    client.chat_update(channel=IMAGES, ts=ts, text="done")
    message = workspace.state.find(IMAGES, ts)
    assert message is not None
    assert message.blocks
    client.chat_update(channel=IMAGES, ts=ts, text="done", blocks=[])
    assert message.blocks == []


def test_a_reply_needs_its_parent(client: WebClient) -> None:
    ts = client.chat_postMessage(channel=IMAGES, text="asks")["ts"]

    reply = client.chat_postMessage(channel=IMAGES, text="and then", thread_ts=ts)
    assert reply["message"]["thread_ts"] == ts
    assert code_of(lambda: client.chat_postMessage(channel=IMAGES, text="?", thread_ts="1.2")) == (
        "cannot_reply_to_message"
    )


def test_a_person_as_the_channel_means_their_direct_message(client: WebClient) -> None:
    opened = client.conversations_open(users="U0LIN")["channel"]["id"]

    assert client.chat_postMessage(channel="U0LIN", text="hello")["channel"] == opened


def test_where_a_message_cannot_go(workspace: WorkspaceServer, client: WebClient) -> None:
    def post(channel: str) -> str:
        return code_of(lambda: client.chat_postMessage(channel=channel, text="hello"))

    assert post("C0NOWHERE") == "channel_not_found"
    assert post("C0GENERAL") == "not_in_channel"
    workspace.state.conversations[IMAGES].archived = True
    assert post(IMAGES) == "is_archived"


def test_what_a_message_cannot_be(client: WebClient) -> None:
    def post(**content: object) -> str:
        return code_of(lambda: client.api_call("chat.postMessage", json={"channel": IMAGES, **content}))

    assert post() == "no_text"
    assert post(text="x" * (limits.MESSAGE_TEXT + 1)) == "msg_too_long"
    assert post(text="x", blocks="[{") == "invalid_blocks_format"
    assert post(text="x", blocks=[section("x" * 2900)] * 5) == "msg_blocks_too_long"


def test_a_broken_block_is_named_by_its_pointer(client: WebClient) -> None:
    blocks = [section("fine"), section("x" * (limits.SECTION_TEXT + 1))]

    said = refusal(lambda: client.chat_postMessage(channel=IMAGES, text="x", blocks=blocks)).response

    assert said["error"] == "invalid_blocks"
    assert said["response_metadata"]["messages"] == [
        "[ERROR] must be less than 3001 characters [json-pointer:/blocks/1/text/text]"
    ]


def test_only_ones_own_messages_can_be_updated(workspace: WorkspaceServer, client: WebClient) -> None:
    theirs = workspace.state.post(IMAGES, "U0MEI", "good morning")
    private = client.chat_postEphemeral(channel=IMAGES, user="U0MEI", text="only you")["message_ts"]

    def update(ts: str) -> str:
        return code_of(lambda: client.chat_update(channel=IMAGES, ts=ts, text="x"))

    assert update(theirs.ts) == "cant_update_message"
    assert update("1.000001") == "message_not_found"
    assert update(private) == "message_not_found"


def test_an_ephemeral_message_is_one_persons_and_they_must_be_there(
    workspace: WorkspaceServer, client: WebClient
) -> None:
    ts = client.chat_postEphemeral(channel=IMAGES, user="U0MEI", text="only you")["message_ts"]
    message = workspace.state.find(IMAGES, ts)

    assert message is not None
    assert workspace.state.watchers(message) == {"U0MEI"}
    assert code_of(lambda: client.chat_postEphemeral(channel=IMAGES, user="U0NOBODY", text="?")) == (
        "user_not_in_channel"
    )


def test_who_people_are(workspace: WorkspaceServer, client: WebClient) -> None:
    workspace.state.deactivated.add("U0OMAR")

    assert client.users_info(user="U0GUS")["user"]["is_restricted"] is True
    assert client.users_info(user="U0LIN")["user"]["is_restricted"] is False
    assert client.users_info(user="U0OMAR")["user"]["deleted"] is True
    assert client.users_info(user=company.BOT_USER)["user"]["is_bot"] is True
    assert code_of(lambda: client.users_info(user="U0NOBODY")) == "user_not_found"
    assert client.users_lookupByEmail(email="Lin@nimbus.example")["user"]["id"] == "U0LIN"
    for address in ("nobody@nimbus.example", "omar@nimbus.example", ""):  # the second is deactivated
        assert code_of(lambda address=address: client.users_lookupByEmail(email=address)) == "users_not_found"  # type: ignore[misc]  # bound now


def test_an_address_is_told_with_the_scope_for_it_alone(workspace: WorkspaceServer, client: WebClient) -> None:
    assert client.users_info(user="U0LIN")["user"]["profile"]["email"] == "lin@nimbus.example"
    workspace.api.scopes = tuple(one for one in workspace.api.scopes if one != "users:read.email")
    assert "email" not in client.users_info(user="U0LIN")["user"]["profile"]


def test_groups_and_channels(client: WebClient) -> None:
    assert client.usergroups_users_list(usergroup="S0PLATFORM")["users"] == ["U0LIN", "U0OMAR"]
    assert code_of(lambda: client.usergroups_users_list(usergroup="S0NONE")) == "no_such_subteam"
    assert [group["handle"] for group in client.usergroups_list()["usergroups"]] == ["platform", "security"]
    assert client.conversations_info(channel=IMAGES)["channel"]["is_member"] is True
    assert client.conversations_info(channel="C0GENERAL")["channel"]["is_member"] is False
    assert refusal(lambda: client.conversations_info(channel="D0LIN")).response["needed"] == "im:read"


def test_whom_a_direct_message_cannot_reach(workspace: WorkspaceServer, client: WebClient) -> None:
    workspace.state.deactivated.add("U0OMAR")

    assert code_of(lambda: client.conversations_open(users=company.BOT_USER)) == "cannot_dm_bot"
    assert code_of(lambda: client.conversations_open(users="U0NOBODY")) == "user_not_found"
    assert code_of(lambda: client.conversations_open(users="U0OMAR")) == "user_disabled"
    assert refusal(lambda: client.conversations_open(users="U0LIN,U0MEI")).response["needed"] == "mpim:write"


def test_posting_too_fast_is_slowed_down_channel_by_channel() -> None:
    clock = Clock()
    with running(clock) as workspace:
        client = client_of(workspace)
        for _ in range(POSTS_AT_ONCE):
            client.chat_postMessage(channel=IMAGES, text="x")

        slowed = refusal(lambda: client.chat_postMessage(channel=IMAGES, text="x")).response
        assert (slowed.status_code, slowed["error"], slowed.headers["Retry-After"]) == (429, "ratelimited", "1")
        client.chat_postMessage(channel="U0LIN", text="elsewhere")
        clock.now += 1
        client.chat_postMessage(channel=IMAGES, text="x")


def test_planned_faults_happen_as_often_as_planned(workspace: WorkspaceServer, client: WebClient) -> None:
    workspace.faults.rate_limit("auth.test", retry_after=7)
    workspace.faults.fail("auth.test", "internal_error", times=2, status=500)

    assert refusal(client.auth_test).response.headers["Retry-After"] == "7"
    assert [refusal(client.auth_test).response.status_code for _ in range(2)] == [500, 500]
    assert client.auth_test()["ok"]
    assert workspace.api.called["auth.test"] == 4


def test_a_lost_answer_is_no_lost_message(workspace: WorkspaceServer, client: WebClient) -> None:
    workspace.faults.fail("chat.postMessage", "internal_error", done=True)

    assert code_of(lambda: client.chat_postMessage(channel=IMAGES, text="once")) == "internal_error"
    assert [message.text for message in workspace.state.conversations[IMAGES].messages] == ["once"]
