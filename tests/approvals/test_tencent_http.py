"""The cloud client on a bad wire: deadlines, redirects, proxies, and whether a call left at all."""

from __future__ import annotations

import gzip
import os
import socket
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from approvals.deadlines import LARGEST_ANSWER
from approvals.errors import OutcomeUnknown, Unavailable
from approvals.tencent import TencentCloud
from tests.approvals.clouds import GUANGZHOU, client
from tests.approvals.raw_server import Reply, http, serving

IMAGE, ACCOUNT = "img-6pb6lrmy", "100012345678"
DEADLINE = 0.3  # seconds

GOOD = http({"Response": {"RequestId": "req-1"}})


def share(cloud: TencentCloud) -> str:
    return cloud.share(GUANGZHOU, IMAGE, [ACCOUNT])


def a_closed_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"127.0.0.1:{listener.getsockname()[1]}"


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
def test_a_redirect_is_not_followed(status: str) -> None:
    elsewhere = Reply(http("", status=status, headers="Location: /elsewhere\r\n"))
    with serving(elsewhere, Reply(GOOD)) as server, client(server.url) as cloud:
        with pytest.raises(OutcomeUnknown, match=f"HTTP status {status[:3]}"):
            share(cloud)
        assert len(server.requests) == 1


@pytest.mark.parametrize(
    "reply",
    [
        Reply(then="hold"),
        Reply(GOOD, drip=0.01),
        Reply(GOOD[:-1], then="hold"),
        Reply(GOOD[: GOOD.index(b"{")], then="hold"),
        # The answer is whole, but without a length nobody can know before the connection ends.
        Reply(http({"Response": {"RequestId": "req-1"}}, length=-1), then="hold"),
    ],
    ids=["silence", "dripped", "stalled", "headers only", "no length"],
)
def test_a_call_ends_at_its_deadline(reply: Reply) -> None:
    with serving(reply) as server, client(server.url, deadline=DEADLINE) as cloud:
        began = time.monotonic()
        with pytest.raises(OutcomeUnknown, match="took too long"):
            share(cloud)
        assert DEADLINE <= time.monotonic() - began < 5 * DEADLINE
        assert len(server.requests) == 1


TOO_LARGE = b'{"Response": {"RequestId": "' + b"r" * LARGEST_ANSWER + b'"}}'


@pytest.mark.parametrize(
    "data",
    [http(TOO_LARGE), http(TOO_LARGE, length=-1), http(gzip.compress(TOO_LARGE), headers="Content-Encoding: gzip\r\n")],
    ids=["with its length", "without", "packed"],
)
def test_an_answer_is_read_up_to_a_size(data: bytes) -> None:
    with serving(Reply(data, "close"), Reply(GOOD)) as server, client(server.url) as cloud:
        with pytest.raises(OutcomeUnknown, match="too large"):
            share(cloud)
        assert share(cloud) == "req-1"
        assert server.connections == 2


def test_after_a_deadline_the_next_call_has_a_fresh_connection() -> None:
    with serving(Reply(then="hold"), Reply(GOOD)) as server, client(server.url, deadline=DEADLINE) as cloud:
        with pytest.raises(OutcomeUnknown):
            share(cloud)
        assert share(cloud) == "req-1"
        assert server.connections == 2


def test_silence_is_borne_no_longer_than_the_read_limit() -> None:
    with serving(Reply(then="hold")) as server, client(server.url, timeout=(5, 0.2)) as cloud:
        with pytest.raises(OutcomeUnknown, match="timed out"):
            share(cloud)
        assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("endpoint", "words"),
    [
        ("http://{closed}", "refused"),
        ("https://{closed}", "refused"),
        ("http://no-such-host.invalid", "no connection"),
    ],
)
def test_what_never_left_did_nothing(endpoint: str, words: str) -> None:
    with client(endpoint.format(closed=a_closed_port())) as cloud, pytest.raises(Unavailable) as caught:
        share(cloud)
    assert caught.value.code == "ClientNetworkError"
    assert words in caught.value.message


def test_a_failed_tls_handshake_did_nothing() -> None:
    with serving(Reply(GOOD)) as server, client(server.url.replace("http:", "https:"), timeout=(0.3, 0.3)) as cloud:
        with pytest.raises(Unavailable, match="no connection"):
            share(cloud)
        assert server.requests == []


def test_connections_are_kept() -> None:
    with serving(Reply(GOOD)) as server, client(server.url) as cloud:
        for _ in range(3):
            share(cloud)
        assert (len(server.requests), server.connections) == (3, 1)


ESTABLISHED, KEPT_ALIVE = "01", "02"


def next_probe(url: str) -> float:
    """In how many seconds the system looks whether our connection to there still is one."""
    port = f":{urlsplit(url).port:04X}"
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        _, _, remote, state, _, timer, *_ = line.split()
        what, _, when = timer.partition(":")
        if remote.endswith(port) and state == ESTABLISHED and what == KEPT_ALIVE:
            return int(when, 16) / os.sysconf("SC_CLK_TCK")
    raise AssertionError("it doesn't")


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="tells of connections on Linux only")
def test_the_system_looks_whether_a_kept_connection_still_leads_anywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """A firewall between us and the cloud forgets those on which nothing comes, and answers nothing on them."""
    with serving(Reply(GOOD)) as server, client(server.url) as cloud:
        share(cloud)
        assert 0 < next_probe(server.url) <= 60
    with serving(Reply(GOOD)) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        with client("http://cloud.invalid") as cloud:
            share(cloud)
            assert 0 < next_probe(proxy.url) <= 60


def test_what_is_sent() -> None:
    with serving(Reply(GOOD)) as server, client(server.url) as cloud:
        cloud.unshare("ap-singapore", IMAGE, (ACCOUNT,))
        assert server.bodies() == [{"ImageId": IMAGE, "AccountIds": [ACCOUNT], "Permission": "CANCEL"}]
        assert server.header("X-TC-Action") == "modifyimagesharepermission"
        assert server.header("X-TC-Region") == "ap-singapore"
        assert server.header("X-TC-Language") == "en-us"
        assert server.header("Host") == server.url.removeprefix("http://")


def test_a_proxy_carries_calls_to_elsewhere_only(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(Reply(GOOD)) as proxy, serving(Reply(GOOD)) as server:
        monkeypatch.setenv("http_proxy", proxy.url)
        with client("http://cloud.invalid") as cloud:
            assert share(cloud) == "req-1"
        assert proxy.requests[0].startswith(b"POST http://cloud.invalid/ ")
        with client(server.url) as cloud:
            share(cloud)
        assert (len(proxy.requests), len(server.requests)) == (1, 1)


@pytest.mark.parametrize("direct", [".invalid", "cloud.invalid,other.test", "*"])
def test_no_proxy_carries_what_the_environment_says_is_reached_without(
    monkeypatch: pytest.MonkeyPatch, direct: str
) -> None:
    with serving(Reply(GOOD)) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.setenv("no_proxy", direct)
        with client("http://cloud.invalid") as cloud, pytest.raises(Unavailable):
            share(cloud)
        assert proxy.requests == []


@pytest.mark.parametrize("endpoint", ["http://cloud.invalid", "https://cloud.invalid"])
def test_a_proxy_that_is_down_let_nothing_through(monkeypatch: pytest.MonkeyPatch, endpoint: str) -> None:
    for name in ("http_proxy", "https_proxy"):
        monkeypatch.setenv(name, f"http://{a_closed_port()}")
    with client(endpoint) as cloud, pytest.raises(Unavailable):
        share(cloud)


def test_a_proxy_that_refuses_the_tunnel_let_nothing_through(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(Reply(http("", status="407 Proxy Authentication Required"), then="close")) as proxy:
        monkeypatch.setenv("https_proxy", proxy.url)
        with client("https://cloud.invalid") as cloud, pytest.raises(Unavailable, match="407"):
            share(cloud)
        assert proxy.requests[0].startswith(b"CONNECT cloud.invalid:443 ")


def test_a_socks_proxy_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "socks5://127.0.0.1:1")
    with client("http://cloud.invalid") as cloud, pytest.raises(Unavailable, match="name an HTTP proxy"):
        share(cloud)


def test_a_netrc_does_not_replace_the_signature(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("default login somebody password something\n")
    monkeypatch.setenv("NETRC", str(netrc))
    with serving(Reply(GOOD)) as server, client(server.url) as cloud:
        share(cloud)
        assert server.header("Authorization").startswith("tc3-hmac-sha256 ")
