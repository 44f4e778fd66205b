"""The page's JSON API: who sees what, the stream of changes, and what is refused."""

from __future__ import annotations

import json
import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest
from slack_sdk import WebClient

from bot.sandbox.workspace.manifest import read_manifest
from bot.sandbox.workspace.server import WorkspaceServer
from tests.e2e.person import PersonAt
from tests.sandbox.workspace_support import Json, section

IMAGES = "C0IMAGES"


class Cloud:
    """As much of a cloud as the page asks for."""

    def __init__(self) -> None:
        self.changed: Callable[[], None] = lambda: None

    def snapshot(self) -> dict[str, Any]:
        return {"version": 3}

    def on_change(self, callback: Callable[[], None]) -> None:
        self.changed = callback


def got(url: str) -> Json:
    with urllib.request.urlopen(url) as response:
        told: Json = json.load(response)
    return told


def refused(url: str, body: object = None) -> tuple[int, str]:
    data = None if body is None else json.dumps(body).encode()
    with pytest.raises(urllib.error.HTTPError) as no:
        urllib.request.urlopen(urllib.request.Request(url, data, {"Content-Type": "application/json"}))
    with no.value:
        return no.value.code, json.load(no.value)["error"]


def test_who_is_there(workspace: WorkspaceServer) -> None:
    facts = got(f"{workspace.url}/page/workspace")

    assert [person["name"] for person in facts["people"]] == ["mei", "lin", "omar", "sara", "gus", "wei"]
    assert [channel["name"] for channel in facts["channels"]] == ["image-requests", "general"]
    assert facts["try"]["command"].startswith("/image share ")


def test_a_direct_message_is_seen_by_one_and_a_channel_by_its_members(
    workspace: WorkspaceServer,
    client: WebClient,
) -> None:
    client.chat_postMessage(channel="U0LIN", text="for lin")
    client.chat_postMessage(channel=IMAGES, text="for all")
    workspace.state.conversations[IMAGES].members.discard("U0GUS")

    def seen(person: str) -> list[str]:
        return [message["text"] for message in PersonAt(workspace.url, person).messages()]

    assert seen("U0LIN") == ["for all", "for lin"]
    assert seen("U0MEI") == ["for all"]
    assert seen("U0GUS") == []


def test_replies_stand_under_their_parent(workspace: WorkspaceServer, client: WebClient) -> None:
    ts = client.chat_postMessage(channel=IMAGES, text="asks")["ts"]
    client.chat_postMessage(channel=IMAGES, text="approved", thread_ts=ts)

    (parent,) = PersonAt(workspace.url, "U0MEI").state()["messages"][IMAGES]
    assert [reply["text"] for reply in parent["replies"]] == ["approved"]
    assert parent["reply_count"] == 1


def test_unread_until_it_is_read(workspace: WorkspaceServer, client: WebClient) -> None:
    mei = PersonAt(workspace.url, "U0MEI")
    client.chat_postMessage(channel=IMAGES, text="one")
    client.chat_postMessage(channel=IMAGES, text="two")
    assert mei.state()["conversations"][0]["unread"] == 2

    body = json.dumps({"as": "U0MEI", "channel": IMAGES}).encode()
    got_back = urllib.request.urlopen(
        urllib.request.Request(f"{workspace.url}/page/read", body, {"Content-Type": "application/json"})
    )
    with got_back:
        assert json.load(got_back) == {"ok": True}
    assert mei.state()["conversations"][0]["unread"] == 0


def test_the_stream_tells_at_once_and_of_each_change(
    workspace: WorkspaceServer,
    client: WebClient,
) -> None:
    with urllib.request.urlopen(f"{workspace.url}/page/events?as=U0MEI", timeout=5) as stream:

        def event() -> tuple[str, int]:
            name, data, _ = (stream.readline().decode().strip() for _ in range(3))
            return name.removeprefix("event: "), json.loads(data.removeprefix("data: "))["version"]

        assert stream.headers["Content-Type"].startswith("text/event-stream")
        assert {event()[0], event()[0]} == {"change", "cloud"}
        client.chat_postMessage(channel="U0LIN", text="not for mei")
        client.chat_postMessage(channel=IMAGES, text="for all")
        name, version = event()
        assert (name, version) == ("change", PersonAt(workspace.url, "U0MEI").state()["version"])


def test_the_cloud_beside() -> None:
    cloud = Cloud()
    workspace = WorkspaceServer(cloud=cloud).start()
    try:
        assert got(f"{workspace.url}/page/cloud") == {"version": 3}
        with urllib.request.urlopen(f"{workspace.url}/page/events?as=U0MEI", timeout=5) as stream:
            for _ in range(6):
                stream.readline()
            cloud.changed()
            assert stream.readline() == b"event: cloud\n"
    finally:
        workspace.stop()


def test_an_open_stream_does_not_hold_up_the_end(workspace: WorkspaceServer) -> None:
    with urllib.request.urlopen(f"{workspace.url}/page/events?as=U0MEI", timeout=5) as stream:
        stream.readline()
        stopping = threading.Thread(target=workspace.stop)
        stopping.start()
        while stream.readline():
            pass
        stopping.join(2)
        assert not stopping.is_alive()


def test_the_shortcuts_are_the_manifests(workspace: WorkspaceServer) -> None:
    shown = got(f"{workspace.url}/page/shortcuts")["shortcuts"]

    assert [(one["callback_id"], one["type"]) for one in shown] == [
        (one.callback_id, one.kind) for one in read_manifest().shortcuts
    ]


def test_refusals_are_sentences(workspace: WorkspaceServer) -> None:
    page = f"{workspace.url}/page"

    assert refused(f"{page}/state?as=U0NOBODY")[0] == 404
    assert refused(f"{page}/command", {"as": "U0MEI", "channel": IMAGES, "text": "hello"}) == (
        400,
        "hello is not a command here. Type /image.",
    )
    assert refused(f"{page}/command", {"as": "U0MEI", "channel": "D0LIN", "text": "/image"})[0] == 404
    assert refused(f"{page}/command", {"as": "U0MEI"}) == (400, "channel is missing.")
    assert refused(f"{page}/command", ["x"])[0] == 400
    assert refused(
        f"{page}/press", {"as": "U0MEI", "channel": IMAGES, "ts": "1.2", "block_id": "", "action_id": ""}
    ) == (
        404,
        "That message is no longer there.",
    )


def test_a_permalink_leads_to_the_page(workspace: WorkspaceServer, client: WebClient) -> None:
    ts = client.chat_postMessage(channel=IMAGES, text="x", blocks=[section("x")])["ts"]
    link = client.chat_getPermalink(channel=IMAGES, message_ts=ts)["permalink"]

    with urllib.request.urlopen(link) as page:
        assert page.url == f"{workspace.url}/#{IMAGES}/{ts}"
