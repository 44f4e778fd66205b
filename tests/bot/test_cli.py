"""The command itself: what it says where it can't start, and what it loads."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner

from approvals.store import Store
from approvals.workspace import Bound, Workspace
from bot.app import utc_now
from bot.cli import main
from bot.sandbox import company
from bot.sandbox.cloud.server import CloudServer
from bot.sandbox.workspace.server import WorkspaceServer
from tests.approvals.house import make_database_of
from tests.e2e.command import environment, imagewarden

ROOT = Path(__file__).parents[2]
SECRETS = (company.APP_TOKEN, company.SIGNING_SECRET, company.SECRET_ID, company.SECRET_KEY, company.BOT_TOKEN)


@dataclass(frozen=True)
class Ended:
    code: int
    err: str

    def problem(self) -> str:
        """The one sentence that the command ended with."""
        assert "Traceback" not in self.err, self.err
        assert not any(secret in self.err for secret in SECRETS), self.err
        assert self.code == 1, self.err
        [sentence] = [line for line in self.err.splitlines() if line.startswith("Error: ")]
        return sentence.removeprefix("Error: ")


@dataclass(frozen=True)
class Shell:
    """Where the command is typed."""

    folder: Path
    workspace: WorkspaceServer
    cloud: CloudServer

    def types(self, *words: str, **changes: str | None) -> Ended:
        """Runs ``imagewarden`` to its end; a change to None takes the name out of the environment."""
        env: dict[str, str | None] = {
            **environment(self.folder, api_url=self.workspace.api_url, cloud_url=self.cloud.url),
            "SLACK_APP_TOKEN": company.APP_TOKEN,
            "SLACK_SIGNING_SECRET": company.SIGNING_SECRET,
            **changes,
        }
        values = {name: value for name, value in env.items() if value is not None}
        ended = imagewarden(*words, env=values, cwd=self.folder)
        assert ended.stdout == ""
        return Ended(ended.returncode, ended.stderr)


@pytest.fixture(scope="module")
def servers() -> Iterator[tuple[WorkspaceServer, CloudServer]]:
    cloud = CloudServer().start()
    workspace = WorkspaceServer(cloud=cloud.state).start()
    yield workspace, cloud
    workspace.stop()
    cloud.stop()


@pytest.fixture
def shell(servers: tuple[WorkspaceServer, CloudServer], tmp_path: Path) -> Shell:
    return Shell(tmp_path, *servers)


def test_no_tokens_at_all_is_told_in_one_line(shell: Shell) -> None:
    problem = shell.types("run", SLACK_BOT_TOKEN=None, SLACK_APP_TOKEN=None, TENCENTCLOUD_SECRET_KEY=None).problem()

    for name in ("SLACK_BOT_TOKEN is missing", "SLACK_APP_TOKEN is missing", "TENCENTCLOUD_SECRET_ID"):
        assert name in problem


def test_tokens_that_changed_places_are_told_apart(shell: Shell) -> None:
    problem = shell.types("run", SLACK_BOT_TOKEN="xapp-1-secret", SLACK_APP_TOKEN="xoxb-1-secret").problem()

    assert "SLACK_BOT_TOKEN: this is not a bot token, which begins with xoxb-" in problem
    assert "SLACK_APP_TOKEN: this is not an app-level token, which begins with xapp-" in problem
    assert "1-secret" not in problem


def test_a_missing_policy_is_told_with_its_path(shell: Shell) -> None:
    problem = shell.types("run", IMAGEWARDEN_POLICY="elsewhere.toml").problem()

    assert problem == "elsewhere.toml: there is no such file; set IMAGEWARDEN_POLICY or create it"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[home\n", "it is not valid TOML"),
        ('[home]\nregions = ["ap-guangzhou"]\nchanel = "C0IMAGES"\n', "did you mean channel?"),
        ("", "[home] is missing"),
    ],
)
def test_a_policy_that_does_not_parse_is_told_with_what_is_wrong(shell: Shell, text: str, said: str) -> None:
    Path(shell.folder, "broken.toml").write_text(text)

    assert said in shell.types("run", IMAGEWARDEN_POLICY="broken.toml").problem()


@pytest.mark.parametrize("place", ["nowhere/imagewarden.db", "file/imagewarden.db", "."])
def test_a_database_that_cannot_be_opened_is_told_with_its_path(shell: Shell, place: str) -> None:
    Path(shell.folder, "file").write_text("")

    problem = shell.types("run", IMAGEWARDEN_DB=place).problem()

    assert problem.startswith(f"the database {place} can't be used: ")


def test_a_file_that_is_no_database_is_told_and_left_alone(shell: Shell) -> None:
    file = Path(shell.folder, "notes.txt")
    file.write_text("my notes, " * 200)

    assert "notes.txt can't be used: file is not a database" in shell.types("run", IMAGEWARDEN_DB="notes.txt").problem()
    assert file.read_text() == "my notes, " * 200


def test_a_port_that_is_taken_is_told(shell: Shell) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        problem = shell.types("run", "--http", address).problem()

    assert problem == f"{address} can't be served: Address already in use. Choose another port."


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"SLACK_BOT_TOKEN": "xoxb-wrong"}, "Slack refuses SLACK_BOT_TOKEN (invalid_auth). Copy it again"),
        ({"SLACK_APP_TOKEN": "xapp-wrong"}, "Slack refuses SLACK_APP_TOKEN (invalid_auth). It needs the scope"),
        ({"TENCENTCLOUD_SECRET_KEY": "wrong"}, "The cloud refuses the credentials (AuthFailure.SignatureFailure"),
    ],
)
def test_what_slack_or_the_cloud_refuses_is_told_with_what_to_do(
    shell: Shell, changes: dict[str, str], said: str
) -> None:
    assert said in shell.types("run", **changes).problem()


def test_an_app_token_that_lacks_its_scope_is_told_as_that(shell: Shell) -> None:
    shell.workspace.faults.fail("apps.connections.open", "missing_scope")

    assert "Slack refuses SLACK_APP_TOKEN (missing_scope). It needs the scope" in shell.types("run").problem()


def test_credentials_of_another_account_stop_the_start(shell: Shell) -> None:
    other = company.POLICY.replace('account = "100000000001"', 'account = "100000000002"')
    Path(shell.folder, "other.toml").write_text(other)

    problem = shell.types("run", IMAGEWARDEN_POLICY="other.toml").problem()

    assert "belong to account 100000000001" in problem
    assert "[home] account is 100000000002" in problem


def test_a_database_about_another_account_stops_the_start(shell: Shell) -> None:
    make_database_of("100000000002", Path(shell.folder, "bot.db"))

    problem = shell.types("run").problem()

    assert "belong to account 100000000001" in problem
    assert "what the database records is of 100000000002" in problem
    assert problem.endswith("Use keys of that account, or name another database file in IMAGEWARDEN_DB.")


def test_the_sandbox_leaves_a_database_of_a_real_account_as_it_is(shell: Shell) -> None:
    file = Path(shell.folder, "bot.db")
    make_database_of("100000000002", file)
    before = file.read_bytes()

    problem = shell.types("sandbox", "--port", "0", "--db", "bot.db").problem()

    assert problem.endswith("it is about account 100000000002, which is none of the sandbox's: name another file")
    assert file.read_bytes() == before


def test_the_sandbox_leaves_a_database_of_a_real_workspace_as_it_is(shell: Shell) -> None:
    file = Path(shell.folder, "bot.db")
    with closing(Store(file)) as store:
        Bound(store, None, utc_now).settle(Workspace("T0REAL", None, "Real"))
    before = file.read_bytes()

    problem = shell.types("sandbox", "--port", "0", "--db", "bot.db").problem()

    assert problem.endswith("about the workspace T0REAL (Real), which is none of the sandbox's: name another file")
    assert file.read_bytes() == before


def test_a_slack_that_is_not_there_ends_a_start_in_socket_mode(shell: Shell) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        nobody = f"http://127.0.0.1:{taken.getsockname()[1]}/api/"

    assert "Slack can't be reached for Socket Mode" in shell.types("run", SLACK_API_URL=nobody).problem()


def test_the_command_says_how_to_learn_more(shell: Shell) -> None:
    assert "'imagewarden check' tells more." in shell.types("run", SLACK_BOT_TOKEN=None).err


@pytest.mark.parametrize("address", ["3000", "127.0.0.1", "127.0.0.1:99999", "127.0.0.1:http", ":3000", "127.0.0.1:3²"])
def test_an_address_that_is_none_is_a_mistake_in_typing(address: str) -> None:
    ended = CliRunner().invoke(main, ["run", "--http", address])

    assert ended.exit_code == 2
    assert "is not HOST:PORT" in ended.output


def test_metrics_have_no_port_of_their_own_in_http_mode() -> None:
    ended = CliRunner().invoke(main, ["run", "--http", "127.0.0.1:0", "--metrics", "127.0.0.1:0"])

    assert ended.exit_code == 2
    assert "--metrics goes with Socket Mode" in ended.output


def test_help_names_the_commands() -> None:
    ended = CliRunner().invoke(main, ["--help"])

    assert ended.exit_code == 0
    assert all(name in ended.output for name in ("run", "check", "policy", "sandbox"))
    assert CliRunner().invoke(main, ["--version"]).output.startswith("imagewarden, version ")


@pytest.mark.parametrize(
    "arguments",
    [["--help"], ["run", "--help"], ["check", "--help"], ["sandbox", "--help"], ["policy", "explain", "--help"]],
)
def test_help_loads_nothing_heavy(arguments: list[str]) -> None:
    program = (
        "import json, sys\n"
        "from bot.cli import main\n"
        f"main({arguments!r}, standalone_mode=False)\n"
        "print(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
    )
    loaded = set(json.loads(ran.stdout.splitlines()[-1]))

    assert "click" in loaded
    heavy = {
        "approvals",
        "prometheus_client",
        "pydantic",
        "pydantic_settings",
        "slack_bolt",
        "slack_sdk",
        "sqlite_utils",
        "starlette",
        "structlog",
        "tencentcloud",
        "uvicorn",
        "websockets",
    }
    assert loaded & heavy == set()


def test_a_file_of_the_folder_gives_the_tokens(shell: Shell) -> None:
    Path(shell.folder, ".env").write_text("SLACK_BOT_TOKEN=xoxb-of-the-file\n")

    problem = shell.types("run", SLACK_BOT_TOKEN=None).problem()

    assert "Slack refuses SLACK_BOT_TOKEN (invalid_auth)" in problem


def test_a_user_that_the_machine_does_not_know_can_run_it(shell: Shell) -> None:
    nobody = "import pwd\ndef unknown(uid):\n    raise KeyError(uid)\npwd.getpwuid = unknown\n"
    env = environment(shell.folder, api_url=shell.workspace.api_url, cloud_url=shell.cloud.url)
    assert "HOME" not in env
    program = f"{nobody}from bot.cli import main\nmain(['check', '--http'])"
    told = subprocess.run(
        [sys.executable, "-c", program], env=env, cwd=shell.folder, capture_output=True, text=True, timeout=60
    )

    assert "FAIL  environment: SLACK_SIGNING_SECRET is missing" in told.stdout, told.stderr
    assert "Traceback" not in told.stderr


def test_what_a_terminal_has_no_letters_for_is_told_all_the_same(shell: Shell) -> None:
    env = environment(shell.folder, api_url=shell.workspace.api_url, cloud_url=shell.cloud.url)
    policy = company.POLICY.replace('match = "base-nightly"', 'match = "基础-*"')
    Path(env["IMAGEWARDEN_POLICY"]).write_text(policy, encoding="utf-8")
    env["PYTHONIOENCODING"] = "latin-1"
    told = imagewarden("policy", "explain", "基础-1", "data-team", env=env, cwd=shell.folder)

    assert told.returncode == 0, told.stderr
    assert r'match = "\u57fa\u7840-*"' in told.stdout


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("run", 1),
        ("adopt --yes", 1),
        ("backup copy.db", 1),
        ("policy explain base data-team", 1),
        ("audit verify", 2),
        ("audit export", 2),
    ],
)
def test_a_file_that_cannot_be_read_is_told_whatever_is_typed(shell: Shell, command: str, code: int) -> None:
    Path(shell.folder, ".env").write_bytes(b"# \xd6\xd0\xce\xc4\n")

    ended = shell.types(*command.split())

    assert ended.code == code
    assert "Error: the file .env is not in UTF-8: save it anew in that" in ended.err
    assert "Traceback" not in ended.err


def test_the_check_tells_of_it_too(tmp_path: Path) -> None:
    Path(tmp_path, ".env").write_bytes(b"# \xd6\xd0\xce\xc4\n")

    ended = imagewarden("check", env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}, cwd=tmp_path)

    assert (ended.returncode, ended.stderr) == (1, "")
    assert ended.stdout == (
        "FAIL  environment: the file .env is not in UTF-8: save it anew in that\n"
        "Mend what is marked FAIL, then run this again: what needs it could not be looked at.\n"
    )
