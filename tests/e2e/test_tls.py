"""A network whose proxy speaks for Slack and the cloud with certificates of its own."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from bot import config
from bot.app import utc_now, web_client
from bot.replies import Replies, ReplyAddress
from bot.sandbox import company
from bot.sandbox.cloud.server import CloudServer
from bot.sandbox.workspace.server import WorkspaceServer
from tests.e2e.command import environment, free_port, imagewarden, running
from tests.e2e.line import Line, line_to
from tests.e2e.person import PersonAt

AUTHORITY = trustme.CA()


@pytest.fixture
def tls() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    AUTHORITY.issue_cert("127.0.0.1").configure_cert(context)
    return context


@pytest.fixture
def slack(workspace: WorkspaceServer, tls: ssl.SSLContext) -> Iterator[Line]:
    with line_to(workspace.url, tls) as line:
        yield line


@pytest.fixture
def env(tmp_path: Path, slack: Line, cloud: CloudServer, tls: ssl.SSLContext) -> Iterator[dict[str, str]]:
    AUTHORITY.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    with line_to(cloud.url, tls) as line:
        yield environment(
            tmp_path,
            api_url=f"{slack.url}/api/",
            cloud_url=line.url,
            SLACK_SIGNING_SECRET=company.SIGNING_SECRET,
            SLACK_APP_TOKEN=company.APP_TOKEN,
        )


def test_the_networks_own_authority_is_trusted_where_it_is_named(env: dict[str, str], tmp_path: Path) -> None:
    strange = imagewarden("check", env=env, cwd=tmp_path)
    assert strange.stdout.count("FAIL  ") == 2
    assert strange.stdout.count("CERTIFICATE_VERIFY_FAILED") == 2

    trusted = imagewarden("check", env=env | {"SSL_CERT_FILE": "authority.pem"}, cwd=tmp_path)
    assert "FAIL  " not in trusted.stdout
    assert (trusted.returncode, trusted.stderr) == (0, "")
    Path(tmp_path, ".env").write_text("SSL_CERT_FILE=authority.pem\n")
    assert imagewarden("check", env=env, cwd=tmp_path).stdout == trusted.stdout


def test_the_main_job_is_done_over_such_a_network(
    env: dict[str, str], tmp_path: Path, workspace: WorkspaceServer, cloud: CloudServer
) -> None:
    port = free_port()
    workspace.deliver_to(f"http://127.0.0.1:{port}/slack/events")
    Path(tmp_path, ".env").write_text("SSL_CERT_FILE=authority.pem\n")
    mei, lin = PersonAt(workspace.url, "U0MEI"), PersonAt(workspace.url, "U0LIN")
    with running("run", "--http", f"127.0.0.1:{port}", listens=port, env=env, cwd=tmp_path):
        mei.types("/image share base-nightly with data-team because x")
        lin.presses("Approve", on=lin.sees("Share base-nightly with data-team", where="C0IMAGES"))
        mei.sees("is shared with data-team")
    assert set(cloud.state.shares("img-6pb6lrmy")) == {"100012345678"}


def test_so_are_private_answers(env: dict[str, str], tmp_path: Path, workspace: WorkspaceServer, slack: Line) -> None:
    settings = config.of({**env, "SSL_CERT_FILE": str(tmp_path / "authority.pem")})
    replies = Replies(web_client(settings, company.BOT_TOKEN), utc_now)
    name = workspace.state.responses.give("C0IMAGES", "U0MEI", None)

    replies.send(ReplyAddress("U0MEI", f"{slack.url}/response/{name}", utc_now().timestamp()), "Only @lin can decide.")

    [message] = workspace.state.conversations["C0IMAGES"].messages
    assert (message.text, message.only_for) == ("Only @lin can decide.", "U0MEI")


@pytest.mark.parametrize("authorities", [None, "authority.pem"])
def test_certificates_are_read_once_and_not_for_each_call(
    env: dict[str, str], tmp_path: Path, authorities: str | None
) -> None:
    named = {"SSL_CERT_FILE": str(tmp_path / authorities)} if authorities else {}
    one, other = (web_client(config.of(env | named), token) for token in (None, company.BOT_TOKEN))
    assert isinstance(one.ssl, ssl.SSLContext)
    assert one.ssl is other.ssl


@pytest.mark.parametrize("held", [None, "not a certificate"])
def test_an_authority_that_cannot_be_read_is_told_at_the_start(
    env: dict[str, str], tmp_path: Path, held: str | None
) -> None:
    if held is not None:
        Path(tmp_path, "odd.pem").write_text(held)
    ended = imagewarden("run", env=env | {"SSL_CERT_FILE": "odd.pem"}, cwd=tmp_path)
    assert ended.returncode == 1
    assert "Error: SSL_CERT_FILE: odd.pem holds no certificates in PEM form" in ended.stderr
    assert "name a file that does, or leave it out" in ended.stderr
