"""The cloud fails in every way it can while shares are made; what people see, and what the cloud did, tell."""

from __future__ import annotations

from dataclasses import replace

from bot.sandbox.cloud import faults
from bot.sandbox.cloud.faults import Fault
from bot.sandbox.cloud.state import PUBLIC
from tests.e2e.conftest import Company
from tests.e2e.misbehaving import (
    AFTER,
    BEFORE,
    CHANGE,
    CHANNEL,
    DATA_TEAM,
    IMAGES,
    NIGHTLY,
    PARTNER,
    READ,
    READ_BACK,
    SHARES,
    WITHIN,
    approves,
    asks,
    by_name,
    changes,
    effects,
    is_shared_once,
    plan,
)


@by_name(BEFORE)
def test_a_change_that_was_not_made_is_made_later(company: Company, fault: Fault) -> None:
    asks(company)
    plan(company, CHANGE, fault)

    approves(company)

    is_shared_once(company)
    assert [call.done for call in changes(company)] == [False, True]


@by_name(AFTER)
def test_a_change_that_was_made_is_not_made_again(company: Company, fault: Fault) -> None:
    asks(company)
    plan(company, CHANGE, fault)

    approves(company)

    is_shared_once(company)
    assert [call.done for call in changes(company)] == [True]


@by_name(READ)
def test_reads_that_fail_before_the_change_put_it_off(company: Company, fault: Fault) -> None:
    asks(company)
    plan(company, IMAGES, fault)
    plan(company, SHARES, fault)

    approves(company)

    is_shared_once(company)
    assert [call.done for call in changes(company)] == [True]


@by_name(READ_BACK)
def test_where_the_answer_and_the_reading_back_are_lost_another_read_decides(company: Company, fault: Fault) -> None:
    asks(company)
    plan(company, CHANGE, faults.cut(done=True))
    plan(company, SHARES, faults.none(), fault)

    approves(company)

    is_shared_once(company)
    assert [call.done for call in changes(company)] == [True]


def test_a_read_that_lags_once_does_not_repeat_the_change(company: Company) -> None:
    asks(company)
    company.sandbox.cloud.state.faults.lag(1)

    approves(company)

    is_shared_once(company)
    assert effects(company) == ["SHARE"]


def test_reads_that_lag_for_longer_do_not_repeat_a_change_that_was_accepted(company: Company) -> None:
    asks(company)
    company.sandbox.cloud.state.faults.lag(3)

    approves(company)

    is_shared_once(company)
    assert effects(company) == ["SHARE"]
    trace = changes(company)[0].request_id
    line = company.lin.sees(f"shared · cloud request {trace}", where=CHANNEL)  # the call that did it
    assert line["channel"] == CHANNEL


def test_reads_that_lag_after_a_lost_answer_don_t_repeat_the_change_either(company: Company) -> None:
    asks(company)
    company.sandbox.cloud.state.faults.lag(3)
    plan(company, CHANGE, faults.cut(done=True))

    approves(company)

    is_shared_once(company)
    assert effects(company) == ["SHARE"]
    first = changes(company)[0]
    assert company.sandbox.cloud.state.shares(NIGHTLY)[DATA_TEAM] <= first.at  # no later call changed anything


def test_a_share_is_taken_back_once_though_everything_fails(company: Company) -> None:
    card = asks(company, "unshare base-22.04 from partner-lab because the project ended")
    plan(company, CHANGE, faults.throttled(), faults.cut(done=True))
    plan(company, SHARES, faults.none(), faults.none(), faults.none(), faults.html())

    company.lin.presses("Approve", on=card)

    company.mei.sees("is no longer shared with partner-lab", within=WITHIN)
    company.lin.sees("Unshared base-22.04 from partner-lab", where=CHANNEL)
    assert effects(company) == ["CANCEL"]
    assert company.shares("img-2qk8xv4d") == set()


def test_a_share_that_was_made_is_told_even_where_the_image_got_worse_since(company: Company) -> None:
    cloud = company.sandbox.cloud.state

    def deprive() -> None:
        image = cloud.images[NIGHTLY]
        if changes(company) and image.state == "NORMAL":
            cloud.add_image(replace(image, state="SYNCING"))

    asks(company)
    plan(company, CHANGE, faults.cut(done=True))
    plan(company, SHARES, faults.none(), faults.cut(done=False))
    cloud.on_change(deprive)

    approves(company)

    is_shared_once(company)
    assert effects(company) == ["SHARE"]


def test_what_was_not_taken_back_is_not_told_as_done_where_the_image_is_not_ours_any_more(company: Company) -> None:
    cloud = company.sandbox.cloud.state
    card = asks(company, "unshare base-22.04 from partner-lab because the project ended")
    cloud.add_image(replace(cloud.images["img-2qk8xv4d"], kind=PUBLIC))

    company.lin.presses("Approve", on=card)

    company.mei.sees("approved, but it failed; the shares stand as before", within=WITHIN)
    assert changes(company) == []


def test_a_refusal_ends_it_with_its_code_and_can_be_retried(company: Company) -> None:
    asks(company)
    plan(company, CHANGE, faults.error("FailedOperation.BYOLImageShareFailed"))

    approves(company)

    heard = company.mei.sees("approved, but it failed; as far as the cloud shows, nothing was shared", within=WITHIN)
    assert "FailedOperation.BYOLImageShareFailed" in company.mei.text_of(heard)
    assert "An image under a licence of your own can't be shared: make one without." in company.mei.text_of(heard)
    assert (effects(company), company.shares(NIGHTLY)) == ([], set())
    failed = company.lin.sees("Failed: share base-nightly with data-team", where=company.direct(company.lin))
    company.lin.presses("Retry", on=failed)
    is_shared_once(company)


def test_two_requests_for_one_image_lose_nothing_together(company: Company) -> None:
    first = asks(company)
    company.mei.types("/image share base-nightly with partner-lab because y")
    second = company.lin.sees("Share base-nightly with partner-lab", where=CHANNEL, within=WITHIN)
    plan(company, CHANGE, faults.throttled(), faults.cut_in_body())
    plan(company, SHARES, faults.html())

    company.lin.presses("Approve", on=first)
    company.lin.presses("Approve", on=second)

    company.mei.sees("is shared with data-team", within=WITHIN)
    company.mei.sees("is shared with partner-lab", within=WITHIN)
    assert company.shares(NIGHTLY) == {DATA_TEAM, PARTNER}
    changed = [account for call in changes(company) if call.done for account in call.params["AccountIds"]]
    assert sorted(changed) == [DATA_TEAM, PARTNER]
