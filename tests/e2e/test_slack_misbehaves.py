"""Slack hangs, throttles, closes the channel or revokes the token while the whole bot works; people lose nothing."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.sandbox import company as pretended
from bot.sandbox.cloud import faults
from bot.sandbox.cloud.server import CloudServer
from bot.sandbox.workspace.server import WorkspaceServer
from bot.sandbox.workspace.state import Message
from tests.bot.delivering import headline
from tests.e2e.command import Running, environment, free_port, running
from tests.e2e.conftest import Company
from tests.e2e.database import nothing_waits, rows, wait_for
from tests.e2e.door import DoorKnocker
from tests.e2e.line import Line, line_to
from tests.e2e.misbehaving import CHANGE, CHANNEL, DATA_TEAM, NIGHTLY, approves, asks, is_shared_once, until
from tests.e2e.person import PersonAt, Seen

POSTS = ("chat.postMessage", "chat.update", "conversations.open")
NEW_TOKEN = "xoxb-new-0123456789"


@pytest.fixture
def line(workspace: WorkspaceServer) -> Iterator[Line]:
    with line_to(workspace.url) as made:
        yield made


@contextmanager
def bot_on(
    folder: Path, workspace: WorkspaceServer, cloud: CloudServer, api: str = "", **more: str
) -> Iterator[Running]:
    """The bot as a process, told of things by HTTP.

    :param api: how it reaches Slack, where that is not straight
    """
    port = free_port()
    env = environment(
        folder,
        api_url=api or workspace.api_url,
        cloud_url=cloud.url,
        SLACK_SIGNING_SECRET=pretended.SIGNING_SECRET,
        **more,
    )
    workspace.deliver_to(f"http://127.0.0.1:{port}/slack/events")
    with running("run", "--http", f"127.0.0.1:{port}", listens=port, env=env, cwd=folder) as bot:
        yield bot


def readiness(bot: Running) -> Mapping[str, Mapping[str, str]]:
    told: Mapping[str, Mapping[str, str]] = json.loads(DoorKnocker(bot.url).ask("/readyz")[1])
    return told


def cards(workspace: WorkspaceServer) -> list[Message]:
    return [one for one in workspace.state.conversations[CHANNEL].messages if not (one.thread_ts or one.only_for)]


def thread(workspace: WorkspaceServer) -> list[str]:
    return [one.text for one in workspace.state.conversations[CHANNEL].messages if one.thread_ts]


def test_a_slack_that_hangs_delays_no_share(company: Company) -> None:
    asks(company)
    for method in POSTS:
        company.sandbox.workspace.faults.fail(method, delay=3.0, times=20)
    started = time.monotonic()
    approves(company)

    until(lambda: company.shares(NIGHTLY) == {DATA_TEAM}, within=2.5)
    assert time.monotonic() - started < 3.0
    company.sandbox.workspace.faults.clear()
    is_shared_once(company)


@pytest.mark.parametrize("way", ["swallows", "halves"])
def test_what_slack_does_not_answer_or_answers_by_half_is_told_later(
    workspace: WorkspaceServer, cloud: CloudServer, line: Line, tmp_path: Path, way: str
) -> None:
    mei, lin = PersonAt(workspace.url, "U0MEI"), PersonAt(workspace.url, "U0LIN")
    with bot_on(tmp_path, workspace, cloud, f"{line.url}/api/") as bot:
        mei.types("/image share base-nightly with data-team because x")
        card = lin.sees("Share base-nightly with data-team", where=CHANNEL)
        cloud.state.faults.plan(CHANGE, faults.throttled())
        lin.presses("Approve", on=card)
        setattr(line, way, True)
        wait_for(lambda: set(cloud.state.shares(NIGHTLY)) == {DATA_TEAM})
        setattr(line, way, False)
        line.cut()

        mei.sees("is shared with data-team", within=30)
        wait_for(lambda: nothing_waits(tmp_path / "bot.db"))
        assert [headline(one) for one in cards(workspace)] == ["Shared base-nightly with data-team"]
        assert thread(workspace)[0] == "<@U0LIN> approved."
        assert bot.stop() == 0


@pytest.mark.parametrize("code", ["token_revoked", "account_inactive"])
def test_a_revoked_token_stops_no_share_and_all_is_told_with_the_next_one(
    workspace: WorkspaceServer, cloud: CloudServer, tmp_path: Path, code: str
) -> None:
    mei, lin = PersonAt(workspace.url, "U0MEI"), PersonAt(workspace.url, "U0LIN")
    with bot_on(tmp_path, workspace, cloud) as bot:
        mei.types("/image share base-nightly with data-team because x")
        card = lin.sees("Share base-nightly with data-team", where=CHANNEL)
        lin.sees("Share base-nightly with data-team")
        cloud.state.faults.plan(CHANGE, faults.throttled())
        cloud.state.faults.plan(CHANGE, faults.throttled())
        lin.presses("Approve", on=card)
        wait_for(lambda: any(call.action == CHANGE for call in cloud.state.calls))
        workspace.api.refused[pretended.BOT_TOKEN] = code
        wait_for(lambda: set(cloud.state.shares(NIGHTLY)) == {DATA_TEAM})
        wait_for(lambda: state(tmp_path) == "done")
        assert bot.stop() == 0
    told = len(workspace.state.conversations["D0MEI"].messages)
    workspace.api.bot_token = NEW_TOKEN

    with bot_on(tmp_path, workspace, cloud, SLACK_BOT_TOKEN=NEW_TOKEN) as bot:
        mei.sees("is shared with data-team")
        wait_for(lambda: nothing_waits(tmp_path / "bot.db"))
        assert bot.stop() == 0
    assert len(workspace.state.conversations["D0MEI"].messages) == told + 1
    assert [headline(card) for card in cards(workspace)] == ["Shared base-nightly with data-team"]
    assert thread(workspace)[0] == "<@U0LIN> approved."
    assert "shared" in thread(workspace)[1]


@pytest.mark.parametrize("way", ["is_archived", "not_in_channel", "channel_not_found"])
def test_a_closed_channel_keeps_nobody_from_deciding_and_hears_of_it_once_it_is_open(
    workspace: WorkspaceServer, cloud: CloudServer, tmp_path: Path, way: str
) -> None:
    channel = workspace.state.conversations[CHANNEL]
    channel.archived = way == "is_archived"
    channel.bot_is_member = way == "is_archived"
    channel.private = way == "channel_not_found"
    mei, lin = PersonAt(workspace.url, "U0MEI"), PersonAt(workspace.url, "U0LIN")

    with bot_on(tmp_path, workspace, cloud) as bot:
        wait_for(lambda: list(readiness(bot)["warnings"]) == ["channel"])  # it is looked at once the bot is ready
        mei.types("/image share base-nightly with data-team because x", channel="C0GENERAL")
        mei.sees("asked @lin", where="C0GENERAL")
        lin.presses("Approve", on=lin.sees("Share base-nightly with data-team"))
        mei.sees("is shared with data-team")
        wait_for(lambda: nothing_waits(tmp_path / "bot.db"))
        assert set(cloud.state.shares(NIGHTLY)) == {DATA_TEAM}
        assert channel.messages == []
        assert bot.stop() == 0
    channel.archived, channel.bot_is_member, channel.private = False, True, False

    with bot_on(tmp_path, workspace, cloud) as bot:
        assert readiness(bot)["warnings"] == {}
        wait_for(lambda: len(thread(workspace)) == 2)
        [card] = cards(workspace)
        assert headline(card) == "Shared base-nightly with data-team"
        assert {one.thread_ts for one in channel.messages if one.thread_ts} == {card.ts}
        assert thread(workspace)[0] == "<@U0LIN> approved."
        assert bot.stop() == 0


def state(folder: Path) -> str:
    return str(rows(folder / "bot.db", "SELECT state FROM requests")[0]["state"])


@pytest.mark.parametrize("label", ["Approve", "Deny", "Cancel"])
def test_of_a_card_that_slack_shows_twice_the_forgotten_one_says_so_when_it_is_pressed(
    company: Company, label: str
) -> None:
    company.sandbox.workspace.faults.fail("chat.postMessage", "fatal_error", status=503, times=3, done=True)
    company.mei.types("/image share base-nightly with data-team because x")

    def shown() -> list[Seen]:
        return [one for one in company.lin.messages(CHANNEL) if "#1 · asked by" in company.lin.text_of(one)]

    until(lambda: len(shown()) == 2)
    company.lin.sees("#1 · asked by", where=company.direct(company.lin))
    _recorded, forgotten = shown()
    who = company.mei if label == "Cancel" else company.lin
    who.presses(label, on=forgotten)
    until(lambda: any("#1: Slack shows this card twice." in who.text_of(one) for one in who.messages(CHANNEL)))
    (left,) = shown()
    if label == "Deny":
        assert company.lin.buttons(left) == ["Approve", "Deny", "Cancel"]
        assert company.lin.fills_and_submits(company.lin.modal(), {"Why": "not now"}) == {}
    word = {"Approve": "Shared base-nightly", "Deny": "Denied", "Cancel": "Cancelled"}[label]
    until(lambda: [company.lin.text_of(one).startswith(word) for one in shown()] == [True])
    assert "Approve" not in company.lin.buttons(shown()[0])


def test_the_only_card_in_a_place_stays_though_it_is_recorded_nowhere_yet(company: Company) -> None:
    plan = company.sandbox.workspace.faults.fail
    plan("chat.postMessage", "fatal_error", status=503, times=3, done=True)
    plan("chat.postMessage", "fatal_error", status=503, times=9)
    company.mei.types("/image share base-nightly with data-team because x")
    card = company.lin.sees("#1 · asked by", where=CHANNEL)
    company.lin.presses("Approve", on=card)
    until(lambda: company.shares(NIGHTLY) == {DATA_TEAM})
    company.lin.sees("Shared base-nightly with data-team", where=CHANNEL, within=30)
    assert not [one for one in company.lin.messages(CHANNEL) if "twice" in company.lin.text_of(one)]
