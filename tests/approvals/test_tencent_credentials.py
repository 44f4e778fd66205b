"""Where the keys come from, and that they never come out."""

from __future__ import annotations

import logging
import socket
import threading
import traceback
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from approvals.errors import AuthFailed, CloudError, Unavailable
from approvals.tencent import TencentCloud
from approvals.tencent_credentials import Found, Keys
from bot.sandbox import company
from bot.sandbox.cloud.server import CloudServer
from tests.approvals.clouds import GUANGZHOU, client
from tests.approvals.raw_server import Reply, answer, refusal, serving

NONE: dict[str, Any] = {"secret_id": None, "secret_key": None, "token": None}
SECRET_KEY, TOKEN = "very-secret-key", "very-secret-token"


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A home directory without credentials, on a machine that is no CVM: its metadata host refuses."""
    monkeypatch.setenv("HOME", str(tmp_path))
    # urllib keeps the proxies that it found at its first use, for the whole process.
    monkeypatch.setattr(urllib.request, "_opener", None)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{listener.getsockname()[1]}")
    return tmp_path


def write_profile(home: Path, text: str) -> None:
    (home / ".tencentcloud").mkdir()
    (home / ".tencentcloud" / "credentials").write_text(text)


def test_the_profile_file_is_used(home: Path) -> None:
    write_profile(home, f"[default]\nsecret_id = {company.SECRET_ID}\nsecret_key = {company.SECRET_KEY}\n")
    server = CloudServer().start()
    try:
        with client(server.url, **NONE) as cloud:
            assert cloud.account() == company.HOME_ACCOUNT
    finally:
        server.stop()


@pytest.mark.usefixtures("home")
def test_no_credentials_anywhere() -> None:
    with serving(answer()) as server, client(server.url, **NONE) as cloud:
        with pytest.raises(AuthFailed) as caught:
            cloud.account()
        assert caught.value.code == "NoCredentials"
        assert "TENCENTCLOUD_SECRET_ID" in caught.value.advice
        assert server.requests == []


@pytest.mark.parametrize("text", [f"secret_key={SECRET_KEY}\n", f"[other]\nsecret_key={SECRET_KEY}\n"])
def test_a_profile_that_cannot_be_used_is_not_quoted(home: Path, text: str) -> None:
    write_profile(home, text)
    with client("http://127.0.0.1:1", **NONE) as cloud, pytest.raises(AuthFailed) as caught:
        cloud.account()
    assert SECRET_KEY not in "".join(traceback.format_exception(caught.value))
    assert caught.value.__context__ is None


@pytest.mark.parametrize(
    ("keys", "code"),
    [
        ({"secret_key": None}, "NoCredentials"),
        ({"secret_id": None}, "NoCredentials"),
        ({"secret_key": ""}, "NoCredentials"),
        ({"secret_key": f"{SECRET_KEY}\n"}, "InvalidCredential"),
        ({"secret_id": " AKID"}, "InvalidCredential"),
        ({"token": f"{TOKEN}\r\nX-Odd: 1"}, "InvalidCredential"),
        ({"token": f"{TOKEN}é"}, "InvalidCredential"),
    ],
)
def test_keys_that_cannot_be_used(keys: dict[str, Any], code: str) -> None:
    with serving(answer()) as server, client(server.url, **keys) as cloud:
        with pytest.raises(AuthFailed) as caught:
            cloud.account()
        assert caught.value.code == code
        assert SECRET_KEY not in str(caught.value)
        assert TOKEN not in str(caught.value)
        assert server.requests == []


def test_a_search_that_hangs_ends_in_time_and_is_made_once() -> None:
    asked: list[int] = []
    release = threading.Event()

    def ask() -> Keys:
        asked.append(1)
        release.wait(5)
        return "AKID", SECRET_KEY, None

    found = Found(ask, seconds=0.1)
    for _ in range(3):
        with pytest.raises(Unavailable, match=r"0\.1 s"):
            found.get_credential_info()
    assert len(asked) == 1
    release.set()
    assert Found(ask).get_credential_info() == ("AKID", SECRET_KEY, None)


def test_keys_are_asked_for_anew() -> None:
    issued = iter([("AKID", "first", "t1"), ("AKID", "second", "t2")])
    found = Found(lambda: next(issued))
    assert found.get_credential_info() == ("AKID", "first", "t1")
    assert found.get_credential_info() == ("AKID", "second", "t2")


def test_a_role_without_keys_is_told() -> None:
    with pytest.raises(AuthFailed):
        Found(lambda: (None, None, None)).get_credential_info()  # type: ignore[return-value,arg-type]


@pytest.mark.parametrize(
    "reply",
    [answer(AccountId="100000000001"), refusal("AuthFailure.SignatureFailure"), Reply(then="close"), Reply(b"odd")],
    ids=["good", "refused", "cut", "odd"],
)
def test_secrets_never_come_out(caplog: pytest.LogCaptureFixture, reply: Reply) -> None:
    caplog.set_level(logging.DEBUG)
    with serving(reply) as server, client(server.url, secret_key=SECRET_KEY, token=TOKEN, timeout=(1, 0.2)) as cloud:
        told = repr(cloud) + str(vars(cloud))
        try:
            cloud.share(GUANGZHOU, "img-6pb6lrmy", ["100012345678"])
        except CloudError as error:
            told += repr(error) + str(vars(error)) + "".join(traceback.format_exception(error))
        assert server.header("X-TC-Token") == TOKEN
    told += caplog.text
    assert "Starting new HTTP connection" in caplog.text  # DEBUG is on, and others do log
    assert SECRET_KEY not in told
    assert TOKEN not in told
    assert "TC3-HMAC-SHA256" not in told


def test_the_sdks_logger_is_quiet_from_the_start() -> None:
    logger = logging.getLogger("tencentcloud_sdk_common")
    logger.setLevel(logging.NOTSET)
    TencentCloud(regions=[GUANGZHOU], secret_id="AKID", secret_key=SECRET_KEY).close()
    assert logger.level == logging.WARNING
