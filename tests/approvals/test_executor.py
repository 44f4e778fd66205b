"""What is called, for whom, in which order; and what is told of each account."""

from __future__ import annotations

import math
import threading
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from approvals.cloud import MAX_SHARES
from approvals.errors import About, Refused, Throttled, Unavailable
from approvals.model import Action, State, Verb
from bot.sandbox import company
from tests.approvals.fake_cloud import GUANGZHOU, Call, image
from tests.approvals.house import DATA, LAB, LIN, SARA, STRANGER, House, gist

BASE = "img-base0001"
WITHIN = 20.0  # seconds
IMAGE_REFUSED = Refused(
    "share", "ImageQuotaLimitExceeded", "Not this image.", "req-9", about=About.IMAGE, advice="Ask."
)


def called(house: House) -> list[tuple[str, tuple[str, ...]]]:
    return [(call.name, call.accounts) for call in house.cloud.changes]


def grants(house: House, image_id: str = BASE) -> list[tuple[str, int]]:
    with house.store.read() as ledger:
        found = ledger.grants.of(image_id, GUANGZHOU)
    return [(grant.target.account, grant.request_id) for grant in found]


def ids(count: int) -> list[str]:
    return [str(100_000_100_000 + index) for index in range(count)]


def test_what_was_approved_is_shared_recorded_and_told(house: House) -> None:
    number = house.approved(DATA, LAB)
    house.told()
    assert house.execute() == 1
    assert house.cloud.has() == {DATA, LAB}
    request = house.request(number)
    assert request.state is State.DONE
    assert {item.cloud_request_id for item in request.items} == {"req-1"}
    assert {item.region for item in request.items} == {GUANGZHOU}
    assert grants(house) == [(DATA, number), (LAB, number)]
    told = [gist(notice) for notice in house.told()]
    assert [one for one in told if one[0] == "end"] == [("end", "U0MEI", "")]
    assert house.events(number)[-4:] == ["executing", "share_done", "share_done", "done"]


def test_nothing_is_called_before_the_word_of_the_owner(house: House) -> None:
    house.ask(DATA)
    assert house.execute() == 0
    house.check()
    assert house.execute() == 0
    assert house.cloud.changes == []


def test_only_the_difference_is_called(house: House) -> None:
    number = house.approved(DATA, LAB)
    house.cloud.give([DATA])  # somebody shared it in the console meanwhile
    house.execute()
    assert called(house) == [("share", (LAB,))]
    assert house.outcomes(number) == {DATA: "done", LAB: "done"}


def test_where_there_is_no_difference_nothing_is_called(house: House) -> None:
    number = house.approved(DATA)
    house.cloud.give([DATA])
    house.execute()
    assert called(house) == []
    assert house.request(number).state is State.DONE


def test_an_account_that_had_it_when_asked_is_told_as_such_and_not_called(house: House) -> None:
    house.cloud.give([DATA])
    number = house.approved(DATA, LAB)
    house.execute()
    assert called(house) == [("share", (LAB,))]
    assert house.outcomes(number) == {DATA: "already", LAB: "done"}
    assert sorted(grants(house)) == [(DATA, number), (LAB, number)]


def test_an_account_that_had_it_when_asked_and_lost_it_since_gets_it(house: House) -> None:
    house.cloud.give([DATA])
    number = house.pending(DATA, LAB)
    house.approved(DATA, action=Action.UNSHARE)
    house.execute()
    assert house.press(number, LIN, Verb.APPROVE) == "approve"
    house.execute()
    assert house.cloud.has() == {DATA, LAB}
    assert house.outcomes(number) == {DATA: "done", LAB: "done"}
    assert house.request(number).state is State.DONE


def test_an_account_that_had_it_when_asked_is_waited_for_where_its_share_does_not_show(house: House) -> None:
    house.cloud.give([DATA])
    number = house.approved(DATA, LAB)
    house.cloud.shares[BASE].clear()
    house.cloud.blind = True
    house.execute()
    assert house.request(number).state is State.APPROVED
    assert house.outcomes(number) == {DATA: "waiting", LAB: "waiting"}


def test_an_unshare_takes_back_and_ends_the_grant(house: House) -> None:
    house.approved(DATA, LAB)
    house.execute()
    number = house.approved(DATA, STRANGER, action=Action.UNSHARE)
    house.execute()
    assert called(house)[1:] == [("unshare", (DATA,))]
    assert house.outcomes(number) == {DATA: "done", STRANGER: "already"}
    assert [account for account, _ in grants(house)] == [LAB]


def test_requests_for_one_image_that_wait_together_go_in_one_call(house: House) -> None:
    numbers = [house.approved(DATA), house.approved(LAB), house.approved(DATA, STRANGER)]
    assert house.execute() == 3
    assert called(house) == [("share", (DATA, LAB, STRANGER))]
    assert [house.request(number).state for number in numbers] == [State.DONE] * 3


def test_requests_for_two_images_are_two_calls(house: House) -> None:
    house.cloud.put(image("img-other001", "other"))
    house.approved(DATA)
    house.approved(DATA, image="other")
    assert (house.execute(), house.execute()) == (2, 0)
    assert sorted(call.subject for call in house.cloud.changes) == [BASE, "img-other001"]


def test_share_and_unshare_keep_the_order_of_approval(house: House) -> None:
    house.cloud.give([DATA])
    asked = [(Action.UNSHARE, DATA), (Action.SHARE, LAB)]
    numbers = [house.pending(account, action=action) for action, account in asked]
    back = house.pending(LAB, DATA)
    for number in [*numbers, back]:
        assert house.press(number, LIN, Verb.APPROVE) == "approve"
    assert [house.execute() for _ in range(3)] == [1, 2, 0]
    assert called(house) == [("unshare", (DATA,)), ("share", (LAB, DATA))]
    assert house.cloud.has() == {DATA, LAB}


def test_one_bad_account_is_found_by_halving_and_does_not_sink_the_others(house: House) -> None:
    accounts = ids(64)
    number = house.approved(*accounts)
    house.cloud.bad = {accounts[37]}
    house.execute()
    assert len(house.cloud.changes) <= 2 * math.log2(64) + 1
    assert house.cloud.has() == set(accounts) - house.cloud.bad
    request = house.request(number)
    assert request.state is State.PARTIAL
    (bad,) = [item for item in request.items if item.state == "failed"]
    assert (bad.target.account, bad.code) == (accounts[37], "InvalidAccountId.NotFound")
    assert bad.message == "An account does not exist. Check it."
    assert bad.cloud_request_id.startswith("req-")


def test_several_bad_accounts_are_all_found(house: House) -> None:
    accounts = ids(40)
    number = house.approved(*accounts)
    house.cloud.bad = {accounts[0], accounts[20], accounts[39]}
    house.execute()
    failed = {account for account, state in house.outcomes(number).items() if state == "failed"}
    assert failed == house.cloud.bad
    assert house.cloud.has() == set(accounts) - house.cloud.bad


def test_a_refused_call_that_took_part_effect_is_read_back(house: House) -> None:
    number = house.approved(DATA, LAB)
    house.cloud.bad, house.cloud.partial = {LAB}, True
    house.execute()
    assert house.outcomes(number) == {DATA: "done", LAB: "failed"}
    assert grants(house) == [(DATA, number)]


def test_where_every_account_is_bad_the_request_failed(house: House) -> None:
    number = house.approved(DATA)
    house.cloud.bad = {DATA}
    house.execute()
    assert house.request(number).state is State.FAILED
    assert [gist(notice)[0] for notice in house.told()].count("end") == 1


def test_a_refusal_about_the_image_fails_all_at_once(house: House) -> None:
    accounts = ids(16)
    number = house.approved(*accounts)
    house.cloud.fail("share", IMAGE_REFUSED)
    house.execute()
    assert len(house.cloud.changes) == 1
    request = house.request(number)
    assert request.state is State.FAILED
    assert {(item.code, item.message) for item in request.items} == {
        ("ImageQuotaLimitExceeded", "Not this image. Ask.")
    }


def test_two_requests_that_fit_alone_but_not_together_share_what_fits(house: House) -> None:
    house.cloud.give(ids(MAX_SHARES - 1))
    numbers = [house.approved(DATA), house.approved(LAB)]
    house.execute()
    assert len(house.cloud.has()) == MAX_SHARES
    assert [house.request(number).state for number in numbers] == [State.DONE, State.FAILED]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"state": "SYNCING"}, "image_not_ready"),
        ({"kind": "SHARED_IMAGE"}, "image_shared_with_us"),
        ({"source": "EXTERNAL_IMPORT"}, "image_imported"),
    ],
)
def test_where_a_fact_got_worse_since_the_word_of_the_owner_nothing_is_called(
    house: House, change: dict[str, str], code: str
) -> None:
    number = house.approved(DATA)
    house.cloud.put(replace(image(), **change))  # type: ignore[arg-type]  # text fields, all of them
    house.execute()
    assert house.cloud.changes == []
    request = house.request(number)
    assert request.state is State.FAILED
    assert [item.code for item in request.items] == [code]
    assert request.items[0].message.startswith("since it was approved, this changed: base-2026 ")


def test_an_image_that_is_gone_fails_the_request(house: House) -> None:
    number = house.approved(DATA)
    house.cloud.stock.clear()
    house.execute()
    assert (house.request(number).state, house.cloud.changes) == (State.FAILED, [])
    assert [item.code for item in house.request(number).items] == ["image_not_found"]


def test_what_got_worse_for_one_request_does_not_stop_the_other(house: House) -> None:
    house.cloud.give(ids(MAX_SHARES - 2))
    both, one = house.approved(DATA, LAB), house.approved(STRANGER)
    house.cloud.give(["100077700001"])  # one place is left
    house.execute()
    assert called(house) == [("share", (STRANGER,))]
    assert [house.request(number).state for number in (both, one)] == [State.FAILED, State.DONE]
    assert {item.code for item in house.request(both).items} == {"shares_used_up"}


def test_what_is_done_already_is_told_where_the_rest_is_stopped(house: House) -> None:
    number = house.approved(DATA, LAB)
    house.cloud.bad = {LAB}  # so the call is halved; the first half succeeds, and the second one is throttled
    house.cloud.during = fail_for_lab_alone
    house.execute()
    assert house.outcomes(number) == {DATA: "done", LAB: "waiting"}
    house.cloud.put(replace(image(), state="SYNCING"))
    house.clock.advance(minutes=10)
    house.execute()
    assert house.outcomes(number) == {DATA: "done", LAB: "failed"}
    assert house.request(number).state is State.PARTIAL


def fail_for_lab_alone(call: Call) -> None:
    if call.accounts == (LAB,):
        raise Throttled("share", "RequestLimitExceeded", "not now")


def test_the_guardians_finding_that_the_owner_saw_is_no_reason_to_stop(house: House) -> None:
    number = house.approved(STRANGER)
    assert house.request(number).decisions[-1].person.id == SARA
    house.execute()
    assert house.request(number).state is State.DONE


def test_a_retry_calls_only_for_what_failed(house: House) -> None:
    number = house.approved(DATA, LAB)
    house.cloud.bad = {LAB}
    house.execute()
    house.cloud.bad.clear()
    before = len(house.cloud.changes)
    assert house.press(number, LIN, Verb.RETRY) == "retry"
    house.execute()
    assert called(house)[before:] == [("share", (LAB,))]
    assert house.request(number).state is State.DONE
    assert grants(house) == [(DATA, number), (LAB, number)]


def test_two_images_are_executed_side_by_side(house: House) -> None:
    house.cloud.put(image("img-web00001", "web-2026"))
    numbers = [house.approved(DATA), house.approved(DATA, image="web-2026")]
    both = threading.Barrier(2)

    def meet(_call: Call) -> None:
        both.wait(WITHIN)  # neither goes on before the other is there too

    house.cloud.during = meet
    assert house.execute() == 2
    assert [house.request(number).state for number in numbers] == [State.DONE, State.DONE]


@pytest.mark.parametrize(("action", "code"), [(Action.SHARE, "shared_already"), (Action.UNSHARE, "not_shared")])
def test_what_an_attempt_did_does_not_stop_the_next_whatever_the_policy_says_of_it(
    database: Path, action: Action, code: str
) -> None:
    policy = company.POLICY.replace("[rules]", f'[rules]\nfindings = {{ {code} = "block" }}')
    with closing(House(database, policy=policy)) as house:
        house.cloud.give([] if action is Action.SHARE else [DATA, LAB])
        number = house.approved(DATA, LAB, action=action)
        house.cloud.fail(
            "share" if action is Action.SHARE else "unshare", Unavailable("action", "InternalError", "not now")
        )
        house.execute()
        assert house.request(number).state is State.APPROVED
        if action is Action.SHARE:  # as a call whose answer was lost may have done
            house.cloud.give([DATA])
        else:
            house.cloud.shares["img-base0001"].pop(DATA)
        house.clock.advance(minutes=5)
        house.execute()
        assert house.request(number).state is State.DONE
        assert house.cloud.has() == ({DATA, LAB} if action is Action.SHARE else set())
