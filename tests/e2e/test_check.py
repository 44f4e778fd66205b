"""``imagewarden check``: all that a start needs, one line each, and what to do about what is wrong."""

from __future__ import annotations

import shutil
import socket
import subprocess
from pathlib import Path

import pytest

from approvals.files import MOUNTED_ALONE
from bot.checks import Line, check
from bot.sandbox import company
from bot.sandbox.cloud.server import CloudServer
from bot.sandbox.workspace.server import WorkspaceServer
from bot.scopes import BOT_SCOPES
from tests.approvals.house import make_database_of
from tests.approvals.raw_server import Reply, http, serving
from tests.bot.told_slack import told_slack
from tests.e2e.command import environment, imagewarden


class Operator:
    """Sets things up, then checks."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, folder: Path, api_url: str, cloud_url: str) -> None:
        self._monkeypatch = monkeypatch
        self._policy = folder / "policy.toml"
        self.values = environment(
            folder,
            api_url=api_url,
            cloud_url=cloud_url,
            SLACK_APP_TOKEN=company.APP_TOKEN,
            SLACK_SIGNING_SECRET=company.SIGNING_SECRET,
        )
        for name, value in self.values.items():
            if name.startswith(("SLACK", "TENCENT", "IMAGEWARDEN")):
                monkeypatch.setenv(name, value)

    def sets(self, name: str, value: str | None) -> None:
        if value is None:
            self._monkeypatch.delenv(name)
        else:
            self._monkeypatch.setenv(name, value)

    def changes_policy(self, before: str, after: str) -> None:
        text = self._policy.read_text()
        assert before in text
        self._policy.write_text(text.replace(before, after))

    def faults(self, *, http: bool = False) -> list[tuple[str, str]]:
        return [(line.what, line.text) for line in check(http=http) if not line.good]

    def fault(self, *, http: bool = False) -> tuple[str, str]:
        [only] = self.faults(http=http)
        return only


@pytest.fixture
def operator(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, workspace: WorkspaceServer, cloud: CloudServer
) -> Operator:
    return Operator(monkeypatch, tmp_path, workspace.api_url, cloud.url)


@pytest.mark.parametrize("method", ["users.info", "users.lookupByEmail", "usergroups.users.list"])
def test_more_people_than_slack_tells_of_in_a_minute_are_waited_for(
    operator: Operator, workspace: WorkspaceServer, method: str
) -> None:
    operator.changes_policy('owners = ["U0OMAR"]', 'owners = ["omar@nimbus.example"]')
    workspace.faults.rate_limit(method, retry_after=0, times=3)
    assert operator.faults() == []
    workspace.faults.fail(method, "fatal_error")
    assert "fatal_error" in operator.fault()[1]


def test_all_is_well(operator: Operator, tmp_path: Path) -> None:
    assert operator.faults() == []
    lines = list(check(http=False))
    assert [line.what for line in lines] == [
        "environment",
        "policy",
        "database",
        "slack",
        "scopes",
        "socket mode",
        "channel",
        "account",
        "ap-guangzhou",
        "ap-singapore",
    ]
    assert Line(True, "channel", "cards go to #image-requests") in lines
    assert Line(True, "account", "the credentials belong to 100000000001") in lines
    assert not (tmp_path / "bot.db").exists()


def test_the_command_prints_a_line_each_and_ends_well_or_with_one(operator: Operator, tmp_path: Path) -> None:
    good = imagewarden("check", env=operator.values, cwd=tmp_path)
    bad = imagewarden("check", "--http", env={**operator.values, "SLACK_BOT_TOKEN": "xoxb-wrong"}, cwd=tmp_path)

    assert (good.returncode, good.stderr) == (0, "")
    assert "ok    account: the credentials belong to 100000000001\n" in good.stdout
    assert "FAIL" not in good.stdout
    assert bad.returncode == 1
    assert bad.stdout.endswith("run this again: what needs it could not be looked at.\n")
    assert "run this again" not in good.stdout
    assert "FAIL  slack: the bot token is refused (invalid_auth)" in bad.stdout
    assert "Traceback" not in bad.stdout + bad.stderr
    for secret in (company.APP_TOKEN, company.SIGNING_SECRET, company.SECRET_ID, company.SECRET_KEY, "xoxb-wrong"):
        assert secret not in good.stdout + bad.stdout + bad.stderr


def test_http_mode_needs_no_app_token(operator: Operator) -> None:
    operator.sets("SLACK_APP_TOKEN", None)

    assert operator.faults(http=True) == []
    assert operator.fault()[0] == "environment"


def test_what_only_the_way_in_lacks_keeps_nothing_else_from_being_looked_at(operator: Operator) -> None:
    operator.sets("SLACK_APP_TOKEN", None)
    looked = [line.what for line in check(http=False)]
    assert {"slack", "scopes", "channel", "account", "ap-singapore"} <= set(looked)
    assert "socket mode" not in looked


def test_faults_of_the_environment_and_of_the_files_are_told_together(operator: Operator) -> None:
    operator.sets("SLACK_BOT_TOKEN", None)
    operator.sets("TENCENTCLOUD_SECRET_KEY", None)
    operator.sets("IMAGEWARDEN_POLICY", "elsewhere.toml")
    operator.sets("IMAGEWARDEN_DB", "nowhere/bot.db")

    assert [what for what, _ in operator.faults()] == ["environment", "environment", "policy", "database"]


def test_every_fault_of_the_policy_has_its_line(operator: Operator) -> None:
    operator.changes_policy('channel = "C0IMAGES"', 'chanel = "C0IMAGES"')
    operator.changes_policy("approvals = 1", "approvals = 0")

    faults = operator.faults()
    path = operator.values["IMAGEWARDEN_POLICY"]
    assert faults == [
        ("policy", f"{path}, line 2: [home] channel is missing"),
        ("policy", f"{path}, line 6: [home] chanel is not a setting; did you mean channel?"),
        ("policy", f"{path}, line 14: [rules] approvals: it must be at least 1"),
    ]


@pytest.mark.parametrize(
    ("place", "cause"),
    [
        ("nowhere/bot.db", "No such file or directory"),
        (".", "unable to open database file"),
        ("x" * 300, "File name too long"),
    ],
)
def test_a_database_that_cannot_be_used(operator: Operator, place: str, cause: str) -> None:
    operator.sets("IMAGEWARDEN_DB", place)

    text = f"{place} can't be used ({cause}): set IMAGEWARDEN_DB to a place that can"
    assert operator.fault() == ("database", text)


def test_a_bot_that_is_not_in_the_channel(operator: Operator, workspace: WorkspaceServer) -> None:
    workspace.state.conversations["C0IMAGES"].bot_is_member = False

    text = "the bot is not in #image-requests: type /invite @imagewarden there"
    assert operator.fault() == ("channel", text)


def test_a_channel_that_is_archived(operator: Operator, workspace: WorkspaceServer) -> None:
    workspace.state.conversations["C0IMAGES"].archived = True

    assert operator.fault() == ("channel", "#image-requests is archived: name another one in the policy")


def test_a_channel_that_is_not_there(operator: Operator) -> None:
    operator.changes_policy("C0IMAGES", "C0NOWHERE")

    what, text = operator.fault()
    assert what == "channel"
    assert "C0NOWHERE can't be seen (channel_not_found): check the id" in text


def test_people_and_groups_that_are_not_there_or_may_not_decide(operator: Operator, workspace: WorkspaceServer) -> None:
    operator.changes_policy("S0SECURITY", "S0NONE")
    operator.changes_policy('owners = ["U0MEI"]', 'owners = ["U0NOBODY", "mei@nimbus.example", "x@nimbus.example"]')
    operator.changes_policy('match = "gpu-*"\nowners = ["U0OMAR"]', 'match = "gpu-*"\nowners = ["U0GUS"]')

    assert operator.faults() == [
        ("people", "S0NONE: Slack doesn't know this id: correct it in the policy"),
        ("people", "U0NOBODY: Slack doesn't know this id: correct it in the policy"),
        ("people", "x@nimbus.example: Slack doesn't know this address: correct it in the policy"),
        (
            "people",
            "U0GUS: nobody behind this id may decide (deactivated, guest or bot): name somebody else",
        ),
    ]
    workspace.state.deactivated.update({"U0LIN", "U0OMAR"})
    assert {"S0PLATFORM", "U0OMAR"} <= {text.partition(":")[0] for _, text in operator.faults()}


def test_guardians_that_are_needed_and_not_named(operator: Operator) -> None:
    operator.changes_policy('guardians = ["S0SECURITY"]', "")
    what, text = operator.fault()
    assert (what, "no guardians are named" in text) == ("people", True)

    operator.changes_policy('unknown_target = "guardian"', 'unknown_target = "refuse"')
    assert operator.faults() == []


def test_without_admins_it_is_said_who_would_not_be_told(operator: Operator) -> None:
    operator.changes_policy('admins = ["U0OMAR"]', "")
    (told,) = (line for line in check(http=False) if line.what == "people")
    assert told.good
    assert "no admins are named, so the log alone tells when credentials stop working" in told.text


def test_scopes_that_were_not_granted_are_named(operator: Operator) -> None:
    answers: dict[str, dict[str, object]] = {
        "auth.test": {"team_id": "T0NIMBUS", "user_id": "U0WARDEN"},
        "conversations.info": {"channel": {"name": "images", "is_member": True}},
        "users.info": {"user": {}},
        "usergroups.users.list": {"users": ["U0LIN"]},
    }
    granted = ", ".join(sorted(BOT_SCOPES - {"im:write", "usergroups:read"}))
    with told_slack(answers, granted) as client:
        operator.sets("SLACK_API_URL", client.base_url)
        what, text = operator.fault(http=True)
    assert what == "scopes"
    assert text.startswith("missing: im:write, usergroups:read. Paste manifest.yml")

    with told_slack(answers, None) as client:
        operator.sets("SLACK_API_URL", client.base_url)
        assert operator.faults(http=True) == []


def test_tokens_that_slack_refuses(operator: Operator) -> None:
    operator.sets("SLACK_APP_TOKEN", "xapp-wrong")
    what, text = operator.fault()
    assert (what, "the app token is refused (invalid_auth)" in text) == ("socket mode", True)

    operator.sets("SLACK_BOT_TOKEN", "xoxb-wrong")
    what, text = operator.fault()
    assert (what, "the bot token is refused (invalid_auth): reinstall the app" in text) == ("slack", True)


def test_an_app_token_that_lacks_its_scope(operator: Operator, workspace: WorkspaceServer) -> None:
    workspace.faults.fail("apps.connections.open", "missing_scope")
    advice = "make one with connections:write under Basic Information"
    assert operator.fault() == ("socket mode", f"the app token is refused (missing_scope): {advice}")


@pytest.mark.parametrize("body", ["[]", "<html>Please log in to the network</html>"])
def test_a_proxy_in_slacks_place_is_not_taken_for_a_refused_token(operator: Operator, body: str) -> None:
    with serving(Reply(http(body), "close")) as server:
        operator.sets("SLACK_API_URL", f"{server.url}/api/")
        what, text = operator.fault(http=True)
    assert (what, text.split(":")[0]) == (
        "slack",
        "Slack did not answer as it should (status 200 and no code of Slack's)",
    )


def test_servers_where_nobody_listens(operator: Operator) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        nobody = f"http://127.0.0.1:{taken.getsockname()[1]}"
    operator.sets("SLACK_API_URL", nobody)
    operator.sets("TENCENTCLOUD_ENDPOINT", nobody)

    (slack, slack_text), (cloud, cloud_text) = operator.faults()
    assert (slack, cloud) == ("slack", "credentials")
    assert "can't be reached" in slack_text
    assert "look at network and proxy" in slack_text
    assert "the cloud says" in cloud_text


def test_keys_that_the_cloud_refuses(operator: Operator) -> None:
    operator.sets("TENCENTCLOUD_SECRET_KEY", "wrong")

    what, text = operator.fault()
    assert what == "credentials"
    assert text.startswith("the cloud says AuthFailure.SignatureFailure: ")
    assert "Give Imagewarden a valid secret id and secret key of the home account." in text


def test_keys_of_another_account(operator: Operator) -> None:
    operator.changes_policy('account = "100000000001"', 'account = "100000000002"')

    what, text = operator.fault()
    assert what == "account"
    assert "the credentials belong to account 100000000001" in text
    assert "Use keys of the policy's account, or correct the policy" in text


def test_a_database_about_another_account(operator: Operator, tmp_path: Path) -> None:
    make_database_of("100000000002", tmp_path / "bot.db")

    what, text = operator.fault()
    assert what == "account"
    assert "what the database records is of 100000000002" in text
    assert text.endswith("Use keys of that account, or name another database file in IMAGEWARDEN_DB")


def test_a_region_that_the_cloud_refuses(operator: Operator) -> None:
    operator.changes_policy('"ap-singapore"]', '"eu-nowhere"]')

    what, text = operator.fault()
    assert what == "eu-nowhere"
    assert "its images can't be listed (UnsupportedRegion" in text
    assert "drop the region" in text


def test_a_database_that_is_mounted_alone_would_lose_its_log(operator: Operator, tmp_path: Path) -> None:
    outside, inside = tmp_path / "outside.db", tmp_path / "bot.db"
    for file in (outside, inside):
        file.touch()
    if (
        not shutil.which("mount")
        or subprocess.run(["mount", "--bind", outside, inside], capture_output=True).returncode
    ):
        pytest.skip("binding a file is a right of root's")
    try:
        assert operator.fault() == ("database", f"{inside} {MOUNTED_ALONE}")
        env = {**operator.values, "SLACK_BOT_TOKEN": "xoxb-wrong"}  # so that the start ends by itself
        started = imagewarden("run", "--http", "127.0.0.1:0", env=env, cwd=tmp_path)
        assert f"{inside} {MOUNTED_ALONE}" in started.stderr
    finally:
        subprocess.run(["umount", inside], check=True)
