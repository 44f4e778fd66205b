"""Words for tests in which the cloud fails while the whole bot works: the faults, and what is to come of it."""

from __future__ import annotations

import time
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import timedelta
from threading import Event

import pytest

from bot.app import utc_now
from bot.sandbox.cloud import faults
from bot.sandbox.cloud.call import Call
from bot.sandbox.cloud.faults import Fault
from tests.e2e.conftest import Company
from tests.e2e.person import Seen

NIGHTLY = "img-6pb6lrmy"
DATA_TEAM, PARTNER = "100012345678", "100023456789"
CHANNEL = "C0IMAGES"
SHARES, CHANGE, IMAGES, WHO = (
    "DescribeImageSharePermission",
    "ModifyImageSharePermission",
    "DescribeImages",
    "GetCallerIdentity",
)
WITHIN = 10.0  # seconds, for the longest pauses of the second and third attempt

REVOKED = faults.error("AuthFailure.SecretIdNotFound")
BEFORE = {
    "throttled": faults.throttled(),
    "unavailable": faults.error("ServiceUnavailable"),
    "revoked": REVOKED,
    "unknown code": faults.error("SomethingNew"),
    "charset": faults.error_with_charset("InternalError"),
    "cut": faults.cut(done=False),
    "html": faults.html(),
    "not json": faults.not_json(),
    "redirect": faults.redirected(),
}
AFTER = {
    "error": faults.error("InternalError", done=True),
    "refusal": faults.error("OverQuota", done=True),
    "throttled": faults.error("RequestLimitExceeded", done=True),
    "cut": faults.cut(done=True),
    "cut in body": faults.cut_in_body(),
    "html": faults.html(done=True),
    "not json": faults.not_json(done=True),
    "delay": faults.delayed(0.5),
    "drip": faults.dripped(0.5),
}
READ = BEFORE | {"cut in body": faults.cut_in_body()}
READ_BACK = {name: READ[name] for name in ("throttled", "charset", "cut in body", "html")}


def by_name(table: dict[str, Fault]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("fault", table.values(), ids=table.keys())


def plan(company: Company, action: str, *planned: Fault) -> None:
    for fault in planned:
        company.sandbox.cloud.state.faults.plan(action, fault)


def changes(company: Company) -> list[Call]:
    return [call for call in company.sandbox.cloud.state.calls if call.action == CHANGE]


def effects(company: Company) -> list[str]:
    return [call.params["Permission"] for call in changes(company) if call.done]


def until(condition: Callable[[], object], within: float = WITHIN) -> None:
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, "it did not come about in time"
        Event().wait(0.02)


def page(company: Company, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(company.sandbox.door.url + path, timeout=5) as answer:
            return int(answer.status), answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def ask_the_cloud_who_we_are(company: Company) -> None:
    """As the health check does by itself, half a minute later."""
    for sweep in company.sandbox.bot.health.sweeps():
        if sweep.name == "health of cloud":
            sweep.run(utc_now() + timedelta(minutes=1))


def nothing_waits(company: Company) -> None:
    """Wait until every message is delivered, so that what was not heard twice will not be."""
    until(lambda: "imagewarden_notices_waiting 0.0" in page(company, "/metrics")[1])


def asks(company: Company, text: str = "share base-nightly with data-team because x") -> Seen:
    company.mei.types(f"/image {text}")
    return company.lin.sees(text.partition(" because")[0].capitalize(), where=CHANNEL, within=WITHIN)


def approves(company: Company) -> None:
    company.lin.presses("Approve", on=company.lin.sees("Share base-nightly with data-team", where=CHANNEL))


def is_shared_once(company: Company) -> None:
    company.mei.sees("is shared with data-team", within=WITHIN)
    nothing_waits(company)
    heard = [one for one in company.mei.messages() if "is shared with data-team" in company.mei.text_of(one)]
    assert len(heard) == 1
    for where in (CHANNEL, company.direct(company.lin)):
        card = company.lin.sees("Shared base-nightly with data-team\n", where=where, within=WITHIN)
        assert company.lin.buttons(card) == ["End now"]
        assert card["ts"] == company.lin.messages(where)[-1]["ts"]
    assert company.shares(NIGHTLY) == {DATA_TEAM}
