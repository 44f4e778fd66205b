"""Who gets in through the door, and who doesn't, over real HTTP."""

from __future__ import annotations

import inspect
import json
import logging
import time
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from prometheus_client.parser import text_string_to_metric_families
from slack_sdk.signature import SignatureVerifier

from bot import limits
from bot.app import utc_now
from bot.sandbox.run import Sandbox, opened
from tests.e2e.door import COMMAND, FORM, JSON, DoorKnocker, Headers, headers

HELP = urlencode({**COMMAND, "text": "help"}).encode()
MIB = 1024 * 1024


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with opened() as running:
        yield running


@pytest.fixture
def door(sandbox: Sandbox) -> DoorKnocker:
    return DoorKnocker(sandbox.door.url)


def requests_in(sandbox: Sandbox) -> int:
    with sandbox.bot.store.read() as ledger:
        return len(ledger.requests(before=0, limit=100))


def now(shift: int = 0) -> str:
    return str(int(time.time()) + shift)


def test_what_slack_signed_gets_in(door: DoorKnocker) -> None:
    status, answer = door.signed(HELP)

    assert status == 200
    assert "/image share" in answer


@pytest.mark.parametrize(
    "given",
    [
        {},
        {**headers(HELP), "X-Slack-Signature": ""},
        {**headers(HELP), "X-Slack-Request-Timestamp": ""},
        {name: value for name, value in headers(HELP).items() if name != "X-Slack-Signature"},
        {name: value for name, value in headers(HELP).items() if name != "X-Slack-Request-Timestamp"},
        headers(HELP, secret="another secret"),
        headers(HELP + b"&more=1"),
        {**headers(HELP), "X-Slack-Signature": "v0=" + "0" * 64},
        {**headers(HELP), "X-Slack-Signature": "v1=" + "0" * 64},
        {**headers(HELP), "X-Slack-Signature": "v0=\u00e9\u00e9".encode("latin-1")},
        {**headers(HELP), "X-Slack-Signature": "v0=\u20ac".encode()},
    ],
    ids=[
        "nothing",
        "empty signature",
        "empty timestamp",
        "no signature",
        "no timestamp",
        "another secret",
        "another body",
        "made up",
        "another version",
        "latin-1",
        "utf-8",
    ],
)
def test_whoever_cannot_sign_learns_nothing(door: DoorKnocker, given: Headers) -> None:
    assert door.post(HELP, given) == (401, "invalid signature\n")


@pytest.mark.parametrize(
    "timestamp",
    ["-301 s", "+301 s", "abc", "12.5", "-1", "1e9", "\u00b2", "\u0661", "0", "9" * 20, "9" * 5000],
)
def test_a_time_that_is_not_now_is_refused_though_it_is_signed(door: DoorKnocker, timestamp: str) -> None:
    if timestamp.endswith(" s"):
        timestamp = now(int(timestamp.removesuffix(" s")))

    assert door.post(HELP, headers(HELP, timestamp=timestamp)) == (401, "invalid signature\n")


@pytest.mark.parametrize("name", ["X-Slack-Signature", "X-Slack-Request-Timestamp"])
@pytest.mark.parametrize("extra", ["same", "other"])
def test_a_header_that_comes_twice_is_refused(door: DoorKnocker, name: str, extra: str) -> None:
    right = {key: value if isinstance(value, bytes) else value.encode() for key, value in headers(HELP).items()}
    head = b"".join(b"%s: %s\r\n" % (key.encode(), value) for key, value in right.items())
    twice = b"%s: %s\r\n" % (name.encode(), right[name] if extra == "same" else b"1")

    assert door.raw(head, HELP) == 200
    assert door.raw(head + twice, HELP) == 401
    assert door.raw(twice + head, HELP) == 401


@pytest.mark.parametrize("size", [1_000, 50_000])
@pytest.mark.parametrize("name", ["X-Slack-Signature", "X-Slack-Request-Timestamp", "X-Other"])
def test_a_huge_header_is_refused(door: DoorKnocker, name: str, size: int) -> None:
    given = {**headers(HELP, secret="another secret"), name: "1" * size}

    assert door.post(HELP, given)[0] == 401


@pytest.mark.parametrize("value", [b"\xff\xfe", b"\xd9\xa3", "NaN", "inf", "1_0", " ", "0x10", "١", "+1", "1.5", "-5"])
def test_a_header_of_any_other_kind_is_refused(door: DoorKnocker, value: str | bytes) -> None:
    raw = value if isinstance(value, bytes) else value.encode()
    for name in ("X-Slack-Signature", "X-Slack-Request-Timestamp"):
        assert door.post(HELP, {**headers(HELP), name: raw}) == (401, "invalid signature\n")


def test_signatures_are_compared_in_constant_time() -> None:
    """No test of time could tell on a busy machine; what compares is Slack's SDK, and this holds it to its word."""
    assert "compare_digest" in inspect.getsource(SignatureVerifier.is_valid)


@pytest.mark.parametrize("shift", [-290, 0, 290])
def test_a_clock_that_is_a_little_off_is_forgiven(door: DoorKnocker, shift: int) -> None:
    assert door.post(HELP, headers(HELP, timestamp=now(shift)))[0] == 200


def test_the_check_of_a_certificate_is_no_way_around_the_signature(door: DoorKnocker) -> None:
    assert door.post(b"ssl_check=1&token=x", {"Content-Type": FORM})[0] == 401
    assert door.post(b'{"type":"url_verification","challenge":"x"}', {"Content-Type": JSON})[0] == 401


def test_the_address_is_verified_by_slack(door: DoorKnocker) -> None:
    status, answer = door.signed(b'{"type":"url_verification","challenge":"c-123"}', content_type=JSON)

    assert (status, "c-123" in answer) == (200, True)


def test_bytes_that_are_no_text_are_refused(door: DoorKnocker) -> None:
    assert door.signed(b"text=\xff\xfe")[0] in (400, 401)


def test_a_body_over_one_mebibyte_is_refused(door: DoorKnocker) -> None:
    body = b"x" * (MIB + 1)

    assert door.signed(body) == (413, "too large\n")
    assert door.post(iter([b"x" * MIB, b"x"]), {"Content-Type": FORM}) == (413, "too large\n")
    assert door.post(body, {"Content-Type": FORM})[0] == 413


def test_a_body_that_does_not_come_is_not_waited_for(door: DoorKnocker) -> None:
    """Slack has given up by then; whoever hasn't would hold as much memory as it likes."""
    began = time.monotonic()
    with door.begun(b"Content-Length: 1000\r\n\r\n" + HELP) as wire:
        assert wire.readline().split()[1] == b"408"
        assert b"\r\n\r\ntoo late\n" in wire.read(), "and it hangs up"
    assert time.monotonic() - began >= limits.ACK_WITHIN

    assert door.signed(HELP)[0] == 200


def test_who_hangs_up_in_the_middle_of_a_body_is_no_trouble(caplog: pytest.LogCaptureFixture) -> None:
    with opened() as running:
        door = DoorKnocker(running.door.url)
        with door.begun(b"Content-Length: 1000\r\n\r\n" + HELP):
            pass
        assert door.signed(HELP)[0] == 200
    assert [one for one in caplog.records if one.levelno >= logging.ERROR] == []


def test_a_body_of_one_mebibyte_is_read(door: DoorKnocker) -> None:
    padded = HELP + b"&token="
    padded += b"x" * (MIB - len(padded))

    assert door.signed(padded)[0] == 200


@pytest.mark.parametrize(
    "payload", ["", "{", "nonsense", "[]", "null", "1", '"text"', "[" * 100_000, '{"type": ' * 100_000]
)
def test_a_payload_that_is_none_is_refused(door: DoorKnocker, payload: str) -> None:
    assert 400 <= door.interact(payload)[0] < 500
    assert 400 <= door.signed(payload.encode(), content_type=JSON)[0] < 500


@pytest.mark.parametrize("payload", ["{}", '{"type": "block_actions"}', '{"type": "of_tomorrow", "team": null}'])
def test_a_payload_of_a_kind_that_is_not_known_does_nothing(door: DoorKnocker, payload: str) -> None:
    assert door.interact(payload)[0] in (200, 400, 404)


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_the_door_takes_posts_only(door: DoorKnocker, method: str) -> None:
    assert door.ask("/slack/events", method)[0] == 405


@pytest.mark.parametrize("path", ["/", "/slack", "/slack/events/x", "/healthz/x", "/.env", "/docs"])
def test_there_is_nothing_else(door: DoorKnocker, path: str) -> None:
    assert door.ask(path) == (404, "Not Found")
    assert door.ask(path, "POST")[0] == 404


def test_a_command_whose_words_name_slacks_own_fields_is_a_command(door: DoorKnocker, sandbox: Sandbox) -> None:
    before = requests_in(sandbox)
    status, answer = door.command("share base-nightly with data-team because the payload=1 & ssl_check", trigger_id="t")

    assert status == 200
    assert "recorded. Checking `base-nightly`" in answer
    assert requests_in(sandbox) == before + 1


@pytest.mark.parametrize("name", ["X-Slack-Bolt-Lazy-Only", "X-Slack-Bolt-Lazy-Function-Name"])
def test_a_header_that_nobody_signed_changes_nothing(door: DoorKnocker, sandbox: Sandbox, name: str) -> None:
    """Bolt's own would have it leave out the listener and answer all the same."""
    before = requests_in(sandbox)
    body = urlencode({**COMMAND, "text": "share base-nightly with data-team because x", "trigger_id": name}).encode()
    status, answer = door.post(body, {**headers(body), name: "1"})
    assert (status, "recorded" in answer) == (200, True)
    assert requests_in(sandbox) == before + 1


def test_the_bot_tells_that_it_lives_and_is_ready(door: DoorKnocker) -> None:
    assert door.ask("/healthz") == (200, "ok\n")
    assert door.ask("/readyz") == (200, '{"ready":true,"problems":{},"warnings":{}}')


def test_metrics_are_such_that_prometheus_reads_them(door: DoorKnocker) -> None:
    door.signed(HELP)
    status, text = door.ask("/metrics")
    families = {family.name: family for family in text_string_to_metric_families(text)}

    assert status == 200
    assert {sample.labels["of"]: sample.value for sample in families["imagewarden_up"].samples} == {
        "slack": 1.0,
        "cloud": 1.0,
        "database": 1.0,
        "channel": 1.0,
    }
    acks = {sample.name: sample.value for sample in families["imagewarden_ack_seconds"].samples}
    assert acks["imagewarden_ack_seconds_count"] >= 1
    assert "imagewarden_notices_waiting" in families
    identities = [one.labels for one in families["imagewarden_cloud_calls"].samples if one.name.endswith("_total")]
    assert {"action": "GetCallerIdentity", "code": "ok"}.items() <= identities[0].items()


def test_readiness_names_what_is_missing() -> None:
    with opened() as sandbox:
        door = DoorKnocker(sandbox.door.url)
        sandbox.cloud.stop()
        sandbox.workspace.faults.fail("auth.test", "token_revoked", times=1000)
        for sweep in sandbox.bot.health.sweeps():
            sweep.run(utc_now() + timedelta(hours=1))

        status, answer = door.ask("/readyz")
        told = json.loads(answer)
        assert (status, told["ready"]) == (503, False)
        assert told["problems"] == {"slack": "Slack refuses SLACK_BOT_TOKEN: token_revoked"}
        assert list(told["warnings"]) == ["cloud"]  # silent for less than a minute
        assert door.ask("/healthz")[0] == 200
        up = {
            sample.labels["of"]: sample.value
            for family in text_string_to_metric_families(door.ask("/metrics")[1])
            for sample in family.samples
            if sample.name == "imagewarden_up"
        }
        assert up == {"slack": 0.0, "cloud": 0.0, "database": 1.0, "channel": 1.0}


def test_an_operator_sees_how_often_and_why(door: DoorKnocker) -> None:
    def counted() -> dict[str, float]:
        families = text_string_to_metric_families(door.ask("/metrics")[1])
        return {
            sample.labels["why"]: sample.value
            for family in families
            for sample in family.samples
            if sample.name == "imagewarden_signatures_refused_total"
        }

    before = counted()
    door.post(HELP, headers(HELP, secret="another secret"))
    door.post(HELP, headers(HELP, timestamp=now(-400)))
    door.post(HELP, {})
    assert counted() == {why: number + 1 for why, number in before.items()}
    assert set(before) == {"wrong", "late", "malformed"}
