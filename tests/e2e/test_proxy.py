"""A proxy in the environment, as in most companies: it is for what is elsewhere, and no way to this machine."""

from __future__ import annotations

import signal
import socket
import ssl
import subprocess
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme
from slack_bolt import App

from bot.answers import Client
from bot.sandbox import company
from bot.sandbox.cloud.server import CloudServer
from bot.sandbox.workspace.server import WorkspaceServer
from bot.socket_mode import SocketMode
from tests.approvals.raw_server import Reply, http, serving
from tests.e2e.command import command, environment, free_port, imagewarden, running
from tests.e2e.line import Line, line_to
from tests.e2e.person import PersonAt

NAMES = ("HTTPS_PROXY", "HTTP_PROXY", "https_proxy", "http_proxy")


@pytest.fixture
def proxies() -> Iterator[dict[str, str]]:
    """Variables that name one that takes no connection."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield dict.fromkeys(NAMES, f"http://127.0.0.1:{bound.getsockname()[1]}")


def test_the_sandbox_starts(proxies: dict[str, str], tmp_path: Path) -> None:
    env = environment(tmp_path, api_url="", cloud_url="", **proxies)
    process = subprocess.Popen(
        command("sandbox", "--port", "0"), env=env, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        told = process.stdout.readline().decode()
        assert told.startswith("The sandbox is at "), process.communicate()
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with direct.open(told.split()[-1], timeout=5) as page:
            assert page.status == 200
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)
    assert process.returncode == 0


def test_the_sandbox_says_so_where_its_port_is_taken(tmp_path: Path) -> None:
    env = environment(tmp_path, api_url="", cloud_url="")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = imagewarden("sandbox", "--port", str(port), env=env, cwd=tmp_path)
    assert ended.returncode == 1
    assert ended.stderr == f"Error: port {port} can't be used: Address already in use. Choose another with --port.\n"


@pytest.mark.parametrize("way", ["http", "socket"])
def test_the_main_job_is_done_with_servers_of_this_machine(
    way: str, proxies: dict[str, str], cloud: CloudServer, workspace: WorkspaceServer, tmp_path: Path
) -> None:
    port = free_port()
    address = f"127.0.0.1:{port}"
    secrets = {"SLACK_SIGNING_SECRET": company.SIGNING_SECRET, "SLACK_APP_TOKEN": company.APP_TOKEN}
    env = environment(tmp_path, api_url=workspace.api_url, cloud_url=cloud.url, **secrets, **proxies)
    workspace.deliver_to(f"http://{address}/slack/events" if way == "http" else None)
    mei, lin = PersonAt(workspace.url, "U0MEI"), PersonAt(workspace.url, "U0LIN")
    with running("run", "--http" if way == "http" else "--metrics", address, listens=port, env=env, cwd=tmp_path):
        mei.types("/image share base-nightly with data-team because x")
        lin.presses("Approve", on=lin.sees("Share base-nightly with data-team", where="C0IMAGES"))
        mei.sees("is shared with data-team")
    assert set(cloud.state.shares("img-6pb6lrmy")) == {"100012345678"}


def test_what_is_elsewhere_is_reached_through_it(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(Reply(http({"ok": True, "user": {}}), "close")) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        Client("xoxb-x", base_url="http://slack.invalid/api/", retry_handlers=[]).users_info(user="U0LIN")
    assert proxy.requests[0].startswith(b"POST http://slack.invalid/api/users.info HTTP/1.1\r\n")


class Tunnel(Line):
    """A proxy that passes on what is in TLS, wherever that is to go, to one server.

    :ivar asked: what it was asked for
    """

    asked: tuple[bytes, ...] = ()

    def _forward(self, near: socket.socket, dead: threading.Event, cut: threading.Event) -> None:
        self.asked += (near.recv(65536).partition(b"\r\n")[0],)
        near.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        super()._forward(near, dead, cut)


def test_what_is_in_tls_passes_through_it_unseen(monkeypatch: pytest.MonkeyPatch, workspace: WorkspaceServer) -> None:
    authority = trustme.CA()
    theirs, ours = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    authority.issue_cert("slack.invalid").configure_cert(theirs)
    authority.configure_trust(ours)
    with line_to(workspace.url, theirs) as slack:
        tunnel = Tunnel(slack.url)
        monkeypatch.setenv("HTTPS_PROXY", tunnel.url)
        client = Client(company.BOT_TOKEN, base_url="https://slack.invalid/api/", ssl=ours, retry_handlers=[])
        assert client.auth_test()["team_id"] == company.TEAM
        tunnel.stop()
    assert [asked.split()[:2] for asked in tunnel.asked] == [[b"CONNECT", b"slack.invalid:443"]]


def test_what_the_environment_says_is_reached_without_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(Reply(http({"ok": True, "user": {}}), "close")) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        monkeypatch.setenv("NO_PROXY", ".invalid")
        client = Client("xoxb-x", base_url="http://slack.invalid/api/", retry_handlers=[])
        with pytest.raises(OSError, match=r"known|resol"):
            client.users_info(user="U0LIN")
    assert proxy.requests == []


@pytest.mark.parametrize(
    ("direct", "through"),
    [("", "http://proxy.invalid:3128"), (".slack.com", None), ("example.com", "http://proxy.invalid:3128")],
)
def test_so_is_the_socket(monkeypatch: pytest.MonkeyPatch, direct: str, through: str | None) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.invalid:3128")
    monkeypatch.setenv("NO_PROXY", direct)
    app = App(client=Client("xoxb-x"), token_verification_enabled=False)
    assert SocketMode(app, company.APP_TOKEN, Client("xoxb-x"))._client.proxy == through
