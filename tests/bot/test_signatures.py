"""Why a post is refused is counted and told, but never what was in it, and never often."""

from __future__ import annotations

import time
from collections import Counter

import pytest
from structlog.testing import capture_logs

from bot.signatures import Signatures
from tests.bot.conftest import Hands
from tests.e2e.door import signature

SECRET, BODY = "sign-very-secret", b"text=very+private"


def now(shift: int = 0) -> str:
    return str(int(time.time()) + shift)


@pytest.mark.parametrize(
    ("shift", "secret", "body", "why"),
    [
        (0, SECRET, BODY, None),
        (0, "another", BODY, "wrong"),
        (0, SECRET, BODY + b"&more=1", "wrong"),
        (-400, SECRET, BODY, "late"),
        (400, SECRET, BODY, "late"),
        (-400, "another", BODY, "wrong"),
        (0, SECRET, b"\xff", "malformed"),
    ],
)
def test_the_reason_is_counted(shift: int, secret: str, body: bytes, why: str | None) -> None:
    told: list[str] = []
    signed = signature(BODY, now(shift), secret)

    found = Signatures(SECRET, told.append).good([now(shift)], [signed], body)

    assert found == (signed if why is None else None)
    assert told == ([why] if why else [])


@pytest.mark.parametrize("timestamps", [[], ["1", "1"], ["²"], ["9" * 5000], [""]])
def test_what_slack_never_sends_is_a_reason_of_its_own(timestamps: list[str]) -> None:
    told: list[str] = []
    signed = signature(BODY, now(), SECRET)

    assert Signatures(SECRET, told.append).good(timestamps, [signed], BODY) is None
    assert told == ["malformed"]


def test_each_reason_that_may_be_an_operators_is_logged_once_a_minute_without_what_was_posted() -> None:
    hands, told = Hands(), Counter[str]()
    signatures = Signatures(SECRET, lambda why: told.update([why]), lambda: hands.now)
    with capture_logs() as lines:
        for _ in range(130):
            signatures.good([now()], ["v0=made-up"], BODY)
            signatures.good([now(-400)], [signature(BODY, now(-400), SECRET)], BODY)
            signatures.good([], [], BODY)
            hands.now += 1

    assert told == {"wrong": 130, "late": 130, "malformed": 130}
    assert Counter((line["event"], line["why"]) for line in lines) == {
        ("signature_refused", "wrong"): 3,
        ("signature_refused", "late"): 3,
    }
    assert "very" not in repr(lines)
    assert "made-up" not in repr(lines)
