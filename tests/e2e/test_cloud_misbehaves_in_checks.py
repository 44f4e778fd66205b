"""The cloud fails while requests are checked, people ask about it, or its keys are revoked."""

from __future__ import annotations

import json
from datetime import timedelta

from bot.app import utc_now
from bot.sandbox.cloud import faults
from bot.sandbox.cloud.faults import Fault
from tests.e2e.conftest import Company
from tests.e2e.misbehaving import (
    CHANGE,
    CHANNEL,
    IMAGES,
    NIGHTLY,
    READ,
    REVOKED,
    SHARES,
    WHO,
    WITHIN,
    approves,
    asks,
    by_name,
    changes,
    effects,
    is_shared_once,
    page,
    plan,
    until,
)


@by_name(READ)
def test_a_check_that_fails_is_made_later_and_says_so(company: Company, fault: Fault) -> None:
    cloud = company.sandbox.cloud.state
    plan(company, IMAGES, fault)
    plan(company, SHARES, *[fault] * 50)

    company.mei.types("/image share base-nightly with data-team because x")
    company.mei.sees("it can't be checked right now. I keep trying")
    until(lambda: any(call.action == SHARES for call in cloud.calls))
    assert company.lin.messages(CHANNEL) == []
    cloud.faults.clear()

    company.mei.sees("asked @lin and @omar", within=WITHIN)
    card = company.lin.sees("Share base-nightly with data-team", where=CHANNEL)
    company.lin.presses("Approve", on=card)
    is_shared_once(company)


def test_who_we_are_is_asked_again_where_the_answer_was_lost(company: Company) -> None:
    cloud = company.sandbox.cloud.state
    until(lambda: any(call.action == WHO for call in cloud.calls))  # the health check's
    plan(company, WHO, faults.cut_in_body(), faults.html())

    asks(company)

    asked = [call.code for call in cloud.calls if call.action == WHO]
    assert asked[1:] == ["cut_in_body", "html", "ok"]


def test_a_slow_cloud_holds_up_no_answer_to_people(company: Company) -> None:
    plan(company, IMAGES, faults.delayed(2.0))

    assert company.mei.types("/image share base-nightly with data-team because x") is not None
    company.omar.types("/image help")
    company.omar.sees("/image share")
    assert company.lin.messages(CHANNEL) == []  # the cloud has not answered yet

    company.lin.sees("Share base-nightly with data-team", where=CHANNEL)


def test_a_question_that_the_cloud_does_not_answer_gets_a_sentence(company: Company) -> None:
    plan(company, IMAGES, faults.html())

    company.mei.types("/image show base-nightly")

    company.mei.sees("The cloud")


def test_revoked_keys_stop_everything_until_they_are_mended(company: Company) -> None:
    cloud, health = company.sandbox.cloud.state, company.sandbox.bot.health
    until(lambda: page(company, "/readyz")[0] == 200)
    asks(company)
    for action in (SHARES, CHANGE, IMAGES, WHO):
        plan(company, action, *[REVOKED] * 50)

    approves(company)
    company.mei.types("/image share base-22.04 with data-team because y")

    company.mei.sees("#2 is recorded, but it can't be checked right now.")
    company.lin.sees("Sharing base-nightly with data-team", where=CHANNEL)
    until(lambda: sum(call.code == REVOKED.code for call in cloud.calls if call.action == IMAGES) >= 3)
    assert (company.shares(NIGHTLY), changes(company)) == (set(), [])
    company.lin.sees("Sharing base-nightly with data-team", where=CHANNEL)
    now = utc_now()
    health.sweep(now + timedelta(minutes=1))
    status, told = page(company, "/readyz")
    assert (status, list(json.loads(told)["problems"])) == (503, ["cloud"])
    assert REVOKED.code in told

    cloud.faults.clear()
    is_shared_once(company)
    company.lin.sees("Share base-22.04 with data-team", where=CHANNEL, within=WITHIN)
    health.sweep(now + timedelta(minutes=2))
    assert page(company, "/readyz")[0] == 200
    assert effects(company) == ["SHARE"]
