"""The cloud fails while requests are checked, or people ask about it."""

from __future__ import annotations

from bot.sandbox.cloud import faults
from bot.sandbox.cloud.faults import Fault
from tests.e2e.conftest import Company
from tests.e2e.misbehaving import (
    CHANNEL,
    IMAGES,
    READ,
    SHARES,
    WHO,
    WITHIN,
    approves,
    ask_the_cloud_who_we_are,
    asks,
    by_name,
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


def test_who_we_are_is_asked_again_where_the_answer_was_lost_and_nothing_stops_for_it(company: Company) -> None:
    cloud = company.sandbox.cloud.state
    until(lambda: page(company, "/readyz")[0] == 200)
    asks(company)
    plan(company, WHO, faults.cut_in_body(), faults.html())

    for _ in range(3):
        ask_the_cloud_who_we_are(company)
        assert page(company, "/readyz")[0] == 200  # it has answered within the last minute
    approves(company)

    is_shared_once(company)
    asked = [call.code for call in cloud.calls if call.action == WHO]
    first = asked.index("cut_in_body")
    assert asked[first : first + 3] == ["cut_in_body", "html", "ok"]


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
