"""When ``/readyz`` is red, and what it says: a minute of silence, or a plain no."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from slack_sdk import WebClient

from approvals.account import Recorded
from approvals.errors import AuthFailed, CloudError, OutcomeUnknown, Throttled, Unavailable
from approvals.home import HomeAccount
from approvals.policy import parse
from approvals.store import Store
from bot import health
from bot.health import Dependency, Health
from bot.installation import Installation
from bot.metrics import Metrics
from bot.sandbox import company
from bot.sandbox.workspace.server import WorkspaceServer
from tests.approvals.fake_cloud import FakeCloud
from tests.bot.conftest import Hands

CHANNEL = "C0IMAGES"
NOT_NOW = Unavailable("GetCallerIdentity", "InternalError", "not now")


@dataclass
class Watched:
    """Everything that is asked, with the clock in one's hands."""

    health: Health
    slack: Dependency
    cloud: FakeCloud
    metrics: Metrics
    hands: Hands
    back: list[str]
    listening: str | None = None
    forbidden: str | None = None

    def ask(self, after: float = 0.0) -> None:
        """The questions that are due so many seconds later."""
        self.hands.now += after
        for sweep in self.health.sweeps():
            sweep.run(self.hands.utc())

    @property
    def problems(self) -> dict[str, str]:
        return self.health.report()["problems"]

    @property
    def warnings(self) -> dict[str, str]:
        return self.health.report()["warnings"]

    def up(self, of: str) -> float | None:
        return self.metrics.registry.get_sample_value("imagewarden_up", {"of": of})


@pytest.fixture
def watched(client: WebClient, hands: Hands, tmp_path: Path) -> Iterator[Watched]:
    store, cloud, back = Store(tmp_path / "health.db"), FakeCloud(), list[str]()
    metrics, home = Metrics(store, hands.utc), HomeAccount(cloud, parse(company.POLICY), Recorded(store))
    installation = Installation(client)
    slack = health.slack(installation, metrics, hands.utc, lambda: back.append("slack"))
    channel = health.channel(client, CHANNEL, metrics, hands.utc, back.append)
    parts = Health(
        slack,
        health.cloud(home, metrics, hands.utc, lambda: back.append("cloud")),
        health.database(store, metrics, hands.utc),
        channel,
        lambda: made.forbidden,
        lambda: installation.lacks,
        lambda: made.listening,
        lambda: None,
        lambda: None,
    )
    made = Watched(parts, slack, cloud, metrics, hands, back)
    yield made
    store.close()


def test_what_was_never_asked_is_not_ready(watched: Watched) -> None:
    unasked = dict.fromkeys(("slack", "cloud", "database"), "not asked yet")
    assert watched.health.report() == {"problems": unasked, "warnings": {}}


def test_what_answers_is_ready(watched: Watched) -> None:
    watched.ask()

    assert watched.health.report() == {"problems": {}, "warnings": {}}
    assert [watched.up(of) for of in ("slack", "cloud", "database", "channel")] == [1, 1, 1, 1]


def test_what_never_answered_is_not_ready_whatever_the_clock_says(watched: Watched, workspace: WorkspaceServer) -> None:
    workspace.faults.fail("auth.test", "internal_error", status=500)
    watched.ask()

    assert list(watched.problems) == ["slack"]


def test_a_slack_that_is_silent_is_a_warning_for_a_minute_and_then_a_problem(
    watched: Watched, workspace: WorkspaceServer
) -> None:
    watched.ask()
    workspace.faults.fail("auth.test", "internal_error", status=500, times=10)
    watched.ask(after=30)
    assert (watched.problems, list(watched.warnings)) == ({}, ["slack"])
    assert "internal_error" in watched.warnings["slack"]
    assert watched.up("slack") == 0

    watched.ask(after=30)
    assert watched.problems == {}
    watched.hands.now += 0.1
    assert list(watched.problems) == ["slack"]
    assert watched.warnings == {}

    workspace.faults.clear()
    watched.ask(after=3)
    assert watched.health.report() == {"problems": {}, "warnings": {}}


def test_a_slack_that_is_silent_since_the_clock_was_set_back_is_a_problem_no_later(
    watched: Watched, workspace: WorkspaceServer
) -> None:
    watched.ask()
    workspace.faults.fail("auth.test", "internal_error", status=500, times=30)
    watched.ask(after=-8 * 3600)
    assert (watched.problems, list(watched.warnings)) == ({}, ["slack"])
    watched.ask(after=61)
    assert list(watched.problems) == ["slack"]

    workspace.faults.clear()
    watched.ask(after=3)
    assert watched.health.report() == {"problems": {}, "warnings": {}}


@pytest.mark.parametrize(
    "fault",
    [
        NOT_NOW,
        Throttled("GetCallerIdentity", "RequestLimitExceeded", "slow down"),
        OutcomeUnknown("GetCallerIdentity", "ClientNetworkError", "timed out"),
    ],
    ids=["unavailable", "throttled", "no answer"],
)
def test_a_cloud_that_is_silent_is_a_warning_for_a_minute_and_then_a_problem(
    watched: Watched, fault: CloudError
) -> None:
    watched.ask()
    watched.cloud.fail("account", *[fault] * 10)
    watched.ask(after=59)
    assert (watched.problems, list(watched.warnings)) == ({}, ["cloud"])

    watched.hands.now += 2
    assert list(watched.problems) == ["cloud"]


def test_a_question_without_an_end_is_silence_too(watched: Watched) -> None:
    watched.ask()
    watched.hands.now += 61  # and the next question hangs: nobody has noted anything

    assert watched.problems == dict.fromkeys(("slack", "cloud", "database"), "no answer for 61 seconds")


@pytest.mark.parametrize("code", ["token_revoked", "account_inactive", "invalid_auth"])
def test_a_refused_token_is_a_problem_at_once(watched: Watched, workspace: WorkspaceServer, code: str) -> None:
    watched.ask()
    workspace.faults.fail("auth.test", code)
    watched.ask(after=30)

    assert watched.problems == {"slack": f"Slack refuses SLACK_BOT_TOKEN: {code}"}


def test_refused_credentials_are_a_problem_at_once(watched: Watched) -> None:
    watched.ask()
    watched.cloud.fail("account", AuthFailed("GetCallerIdentity", "AuthFailure.SecretIdNotFound", "no such key"))
    watched.ask(after=30)

    assert "AuthFailure.SecretIdNotFound" in watched.problems["cloud"]


def test_another_account_is_a_problem_at_once(watched: Watched) -> None:
    watched.ask()
    watched.cloud.home = "100000000002"
    watched.ask(after=30)

    assert "belong to account 100000000002" in watched.problems["cloud"]


def test_while_it_is_down_it_is_asked_every_three_seconds_and_otherwise_every_thirty(
    watched: Watched, workspace: WorkspaceServer
) -> None:
    def asked(after: float) -> int:
        before = workspace.api.called["auth.test"]
        watched.ask(after)
        return workspace.api.called["auth.test"] - before

    assert [asked(0), asked(29), asked(1)] == [1, 0, 1]
    workspace.faults.fail("auth.test", "internal_error", status=500)
    assert [asked(30), asked(2), asked(1), asked(3)] == [1, 0, 1, 0]


def test_who_waits_for_slack_is_told_when_it_is_back(watched: Watched, workspace: WorkspaceServer) -> None:
    watched.ask()
    workspace.faults.fail("auth.test", "token_revoked")
    watched.ask(after=30)
    watched.back.clear()
    watched.ask(after=3)
    watched.ask(after=30)

    assert watched.back == ["slack", CHANNEL]


def test_a_channel_in_which_nobody_may_write_is_a_warning_too(watched: Watched, workspace: WorkspaceServer) -> None:
    watched.ask()
    watched.forbidden = "admins let nobody write"
    assert watched.health.report() == {"problems": {}, "warnings": {"channel": "admins let nobody write"}}

    workspace.state.conversations[CHANNEL].archived = True
    watched.ask(after=30)
    assert "is archived" in watched.warnings["channel"]


def test_a_closed_channel_is_a_warning_that_says_what_to_do(watched: Watched, workspace: WorkspaceServer) -> None:
    channel = workspace.state.conversations[CHANNEL]
    channel.archived = True
    watched.ask()
    assert watched.problems == {}
    assert watched.warnings == {
        "channel": f"the channel {CHANNEL} is archived: unarchive it, or name another in the policy"
    }
    assert (watched.up("channel"), CHANNEL in watched.back) == (0, False)

    channel.archived, channel.bot_is_member = False, False
    watched.ask(after=30)
    assert "invite it with /invite" in watched.warnings["channel"]

    channel.private = True
    watched.ask(after=30)
    assert "(channel_not_found)" in watched.warnings["channel"]

    channel.bot_is_member = True
    watched.ask(after=30)
    assert watched.warnings == {}
    assert CHANNEL in watched.back


def test_a_channel_that_cannot_be_asked_about_is_no_trouble_of_its_own(
    watched: Watched, workspace: WorkspaceServer
) -> None:
    workspace.faults.fail("conversations.info", "internal_error", status=500)
    watched.ask()

    assert watched.health.report() == {"problems": {}, "warnings": {}}


def test_a_way_in_that_is_shut_is_a_problem(watched: Watched) -> None:
    watched.ask()
    watched.listening = "the connection to Slack is not up"

    assert watched.problems == {"listening": "the connection to Slack is not up"}


def test_what_waits_for_the_cloud_is_told_when_it_is_back(watched: Watched) -> None:
    watched.ask()
    watched.cloud.fail("account", NOT_NOW)
    watched.ask(after=30)
    watched.back.clear()
    watched.ask(after=3)
    watched.ask(after=30)

    assert [one for one in watched.back if one != CHANNEL] == ["cloud"]


def test_scopes_that_the_token_lost_are_a_warning_until_it_has_them_again(
    watched: Watched, workspace: WorkspaceServer
) -> None:
    watched.ask()
    watched.back.clear()
    granted = workspace.api.scopes
    workspace.api.scopes = tuple(scope for scope in granted if scope not in ("users:read", "im:write"))
    watched.ask(after=30)
    assert watched.problems == {}
    assert watched.warnings["scopes"] == (
        "missing: im:write, users:read. Paste manifest.yml into the app's page and reinstall the app"
    )
    assert "slack" not in watched.back

    workspace.api.scopes = granted
    watched.ask(after=30)
    assert watched.warnings == {}
    assert watched.back.count("slack") == 1
    watched.ask(after=30)
    assert watched.back.count("slack") == 1
