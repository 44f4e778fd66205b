"""Credentials that don't work: nothing is done, the admins hear of it once, and it goes on by itself when mended."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from approvals.errors import AuthFailed, Throttled, WrongAccount
from approvals.message_model import Notice
from approvals.model import State
from bot.sandbox import company
from tests.approvals.fake_cloud import GUANGZHOU, SINGAPORE, Call, image
from tests.approvals.house import DATA, LAB, OMAR, STRANGER, House

ADMINS = [OMAR, "U0ADMIN"]
POLICY = company.POLICY.replace('admins = ["U0OMAR"]', 'admins = ["U0OMAR", "U0ADMIN"]')
REVOKED = AuthFailed(
    "DescribeImages", "AuthFailure.SecretIdNotFound", "The SecretId is not found.", "req-77", advice="Give a valid one."
)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def house(database: Path) -> Iterator[House]:
    with closing(House(database, policy=POLICY)) as opened:
        yield opened


def revoke(house: House, *methods: str) -> None:
    for method in methods or ("account", "images_by_id", "images_by_name", "shared_with", "share", "unshare"):
        house.cloud.fail(method, *[REVOKED] * 200)


def alarms(house: House) -> list[Notice]:
    return [notice for notice in house.told() if notice.kind == "alarm"]


def gist(notices: list[Notice]) -> list[tuple[str, str]]:
    return [(notice.recipient, notice.facts["event"]) for notice in notices]


def incidents(house: House) -> list[tuple[str, bool]]:
    return [(row["kind"], row["ended_at"] is not None) for row in house.rows("SELECT * FROM incidents ORDER BY id")]


def events(house: House) -> list[str]:
    found = house.rows("SELECT event FROM audit WHERE request_id IS NULL ORDER BY seq")
    return [str(row["event"]) for row in found]


def next_due(house: House) -> timedelta | None:
    with house.store.read() as ledger:
        due = ledger.next_execution()
    return due - house.clock.now if due else None


def test_the_admins_are_told_once_what_fails_and_what_to_do(house: House) -> None:
    house.approved(DATA)
    revoke(house)
    for _ in range(5):
        house.execute()
        house.clock.advance(minutes=2)
    told = alarms(house)
    assert gist(told) == [(admin, "auth") for admin in ADMINS]
    assert [notice.lane for notice in told] == [f"admins:{admin}" for admin in ADMINS]
    assert {notice.request_id for notice in told} == {None}
    assert dict(told[0].facts) == {
        "event": "auth",
        "action": "DescribeImages",
        "code": "AuthFailure.SecretIdNotFound",
        "message": "The SecretId is not found.",
        "advice": "Give a valid one.",
        "cloud_request_id": "req-77",
    }
    assert events(house) == ["incident"]


def test_requests_wait_unharmed_and_go_on_when_it_is_mended(house: House) -> None:
    numbers = [house.approved(DATA), house.approved(LAB)]
    before = [house.request(number) for number in numbers]
    revoke(house)
    for _ in range(20):
        house.execute()
        house.clock.advance(minutes=2)
    for number, request in zip(numbers, before, strict=True):
        now = house.request(number)
        assert (now.state, now.attempts, now.items) == (State.APPROVED, 0, request.items)
        assert now.not_before == request.not_before
    assert "end" not in [notice.kind for notice in house.told()]
    house.cloud.heal()
    assert [house.execute(), house.execute()] == [1, 1]
    assert [house.request(number).state for number in numbers] == [State.DONE, State.DONE]
    assert gist(alarms(house)) == [(admin, "mended") for admin in ADMINS]
    assert incidents(house) == [("auth", True)]
    assert events(house) == ["incident", "incident_ended"]


def test_the_card_is_drawn_anew_where_it_met_that_first_and_not_with_each_try(house: House) -> None:
    house.approved(DATA)
    house.cloud.fail("images_by_id", Throttled("DescribeImages", "RequestLimitExceeded", "too many"))
    house.execute()
    house.told()  # that it began is told with the first attempt
    revoke(house, "share")
    house.clock.advance(minutes=1)
    house.execute()
    assert "card" in [notice.kind for notice in house.told()]
    for _ in range(3):
        house.clock.advance(minutes=2)
        assert house.execute() == 1
        assert house.told() == []


def test_changes_that_are_refused_don_t_count_as_attempts_either(house: House) -> None:
    number = house.approved(DATA)
    before = house.request(number).not_before
    revoke(house, "share")
    for _ in range(3):
        house.execute()
        house.clock.advance(minutes=2)
    request = house.request(number)
    assert (request.state, request.attempts, request.not_before) == (State.APPROVED, 0, before)
    assert len(house.cloud.changes) == 3


def test_changes_that_are_refused_are_not_tried_without_pause_whatever_else_waits(house: House) -> None:
    for number in range(8):
        house.cloud.put(image(f"img-other{number:03}", f"other-{number}"))
        house.approved(DATA, image=f"other-{number}")
    revoke(house, "share")
    house.execute()
    at_first = len(house.cloud.changes)
    for minute in range(1, 4):
        house.clock.advance(minutes=2)
        for _ in range(8):
            house.execute()
        assert len(house.cloud.changes) == at_first + minute


def test_tries_in_vain_draw_no_cards(house: House) -> None:
    house.approved(DATA)
    revoke(house)
    house.execute()
    house.told()
    for _ in range(3):
        house.clock.advance(minutes=2)
        assert house.execute() == 1
    assert house.told() == []


def test_while_nothing_fails_an_answer_costs_no_commit(house: House) -> None:
    commits: list[None] = []
    house.store.on_commit(lambda: commits.append(None))
    house.watched.account()
    house.watched.shared_with(GUANGZHOU, "img-base0001")
    assert commits == []


def test_meanwhile_one_request_is_tried_at_a_time_and_not_without_pause(house: House) -> None:
    for account in (DATA, LAB, STRANGER):
        house.approved(account)
    revoke(house)
    assert house.execute() == 3
    due = next_due(house)
    assert due is not None
    assert timedelta(0) < due <= MINUTE
    with house.store.read() as ledger:
        assert house.incidents.leave(ledger, house.clock.now, 500) is None
    calls = len(house.cloud.calls)
    assert house.execute() == 0
    assert len(house.cloud.calls) == calls
    longest = timedelta(0)
    for _ in range(12):
        house.clock.now += next_due(house) or MINUTE
        assert house.execute() == 1
        pause = next_due(house)
        assert pause is not None
        assert timedelta(0) < pause <= MINUTE
        longest = max(longest, pause)
    assert longest > timedelta(seconds=2)


def test_two_processes_tell_once_and_try_by_turns(house: House) -> None:
    house.approved(DATA)
    house.cloud.put(image("img-other001", "other"))
    house.approved(DATA, image="other")
    revoke(house)
    with closing(house.twin()) as other:
        assert (house.execute(), other.execute()) == (2, 0)
        house.clock.advance(minutes=2)
        assert (other.execute(), house.execute()) == (1, 0)  # who tries keeps the other from trying
        assert gist(alarms(house)) == [(admin, "auth") for admin in ADMINS]
        house.cloud.heal()
        house.clock.advance(minutes=2)
        while other.execute():
            pass
        assert gist(alarms(other)) == [(admin, "mended") for admin in ADMINS]
    assert incidents(house) == [("auth", True)]


def test_two_processes_that_meet_it_at_once_tell_it_once(house: House) -> None:
    house.approved(DATA)
    house.cloud.put(image("img-other001", "other"))
    with closing(house.twin()) as other:

        def refuse(_call: Call) -> None:
            raise REVOKED

        def meanwhile(_call: Call) -> None:
            house.cloud.during = refuse
            house.approved(DATA, image="other")
            assert other.execute() == 1
            raise REVOKED

        house.cloud.during = meanwhile
        assert house.execute() == 1
    assert gist(alarms(house)) == [(admin, "auth") for admin in ADMINS]
    assert incidents(house) == [("auth", False)]


def test_a_restart_tells_nothing_anew(house: House) -> None:
    house.approved(DATA)
    revoke(house)
    house.execute()
    assert len(alarms(house)) == len(ADMINS)
    for _ in range(3):
        house.clock.advance(minutes=2)
        with closing(House(house.path, policy=POLICY, cloud=house.cloud, clock=house.clock)) as again:
            assert again.execute() == 1
            assert alarms(again) == []
    house.cloud.heal()
    house.clock.advance(minutes=2)
    with closing(House(house.path, policy=POLICY, cloud=house.cloud, clock=house.clock)) as again:
        assert again.execute() == 1
        assert gist(alarms(again)) == [(admin, "mended") for admin in ADMINS]


def test_a_first_answer_after_a_restart_mends_it(house: House) -> None:
    house.cloud.fail("account", REVOKED)
    with pytest.raises(AuthFailed):
        house.home.ask()
    with closing(house.twin()) as restarted:
        restarted.home.ask()
    assert incidents(house) == [("auth", True)]


def test_a_check_meets_it_too_and_is_made_soon_after_it_is_mended(house: House) -> None:
    number = house.ask(DATA)
    revoke(house)
    for _ in range(12):
        house.check()
        due = house.request(number).not_before
        assert due is not None
        assert due <= house.clock.now + MINUTE
        house.clock.now = due
    assert gist(alarms(house)) == [(admin, "auth") for admin in ADMINS]
    house.cloud.heal()
    house.check()
    assert house.request(number).state is State.PENDING
    assert gist(alarms(house)) == [(admin, "mended") for admin in ADMINS]


def test_reads_that_work_don_t_tell_that_changes_work_again(house: House) -> None:
    house.approved(DATA)
    revoke(house, "share")
    house.execute()
    for _ in range(3):
        house.pending(LAB)
        house.clock.advance(minutes=2)
        house.execute()
    assert gist(alarms(house)) == [(admin, "auth") for admin in ADMINS]
    assert incidents(house) == [("auth", False)]


def test_a_call_that_works_in_one_region_does_not_tell_that_it_works_in_another(house: House) -> None:
    house.cloud.fail("share", REVOKED)
    with pytest.raises(AuthFailed):
        house.watched.share(SINGAPORE, "img-far00001", [DATA])
    house.watched.share(GUANGZHOU, "img-base0001", [DATA])
    assert incidents(house) == [("auth", False)]
    house.watched.unshare(SINGAPORE, "img-far00001", [DATA])  # the same permission
    assert incidents(house) == [("auth", True)]


def test_what_lighthouse_lets_us_do_does_not_tell_that_cvm_does(house: House) -> None:
    house.cloud.fail("share", REVOKED)
    with pytest.raises(AuthFailed):
        house.watched.share(GUANGZHOU, "img-base0001", [DATA])
    house.watched.share(GUANGZHOU, "lhbp-base0001", [DATA])
    assert incidents(house) == [("auth", False)]
    house.watched.share(GUANGZHOU, "img-base0001", [DATA])
    assert incidents(house) == [("auth", True)]


def test_a_try_that_meets_no_fault_lets_the_next_begin_at_once(house: House) -> None:
    numbers = [house.approved(account) for account in (DATA, LAB, STRANGER)]
    house.cloud.fail("images_by_id", REVOKED)
    with pytest.raises(AuthFailed):
        house.watched.images_by_id(SINGAPORE, ["img-far00001"])
    assert house.execute() == 0
    house.clock.advance(minutes=2)
    assert [house.execute() for _ in range(4)] == [1, 1, 1, 0]
    assert {house.request(number).state for number in numbers} == {State.DONE}
    assert incidents(house) == [("auth", False)]


def test_what_a_try_meets_that_is_no_fault_of_the_credentials_is_put_off_as_ever(house: House) -> None:
    number = house.approved(DATA)
    revoke(house)
    house.execute()
    house.cloud.heal()
    house.cloud.fail("share", Throttled("share", "RequestLimitExceeded", "not now"))
    house.clock.advance(minutes=2)
    house.execute()
    request = house.request(number)
    assert (request.state, request.attempts) == (State.APPROVED, 1)
    house.clock.advance(minutes=6)
    house.execute()
    assert house.request(number).state is State.DONE


def test_credentials_that_fail_in_the_middle_keep_what_was_done(house: House) -> None:
    number = house.approved(DATA, LAB)
    house.cloud.bad = {LAB}

    def fail_alone(call: Call) -> None:
        if call.accounts == (LAB,):
            raise REVOKED

    house.cloud.during = fail_alone
    house.execute()
    assert house.outcomes(number) == {DATA: "done", LAB: "waiting"}
    assert house.request(number).attempts == 1
    house.cloud.during = None
    house.clock.advance(minutes=6)
    house.execute()
    assert house.request(number).state is State.PARTIAL
    assert house.events(number).count("share_done") == 1


def test_the_identity_that_is_known_again_mends_it_and_nothing_waits_longer(house: House) -> None:
    number = house.approved(DATA)
    revoke(house)
    house.execute()
    with pytest.raises(AuthFailed):
        house.home.ask()  # as the health check does
    house.cloud.heal()
    house.home.ask()
    assert gist(alarms(house)) == [(admin, event) for event in ("auth", "mended") for admin in ADMINS]
    due = next_due(house)
    assert due is not None
    assert due <= timedelta(0)
    house.execute()
    assert house.request(number).state is State.DONE


def test_credentials_of_another_account_are_told_and_stop_everything_at_any_time(house: House) -> None:
    first, second = house.approved(DATA), house.approved(LAB)
    house.cloud.home = "100000000002"
    with pytest.raises(WrongAccount):
        house.home.ask()
    for _ in range(3):
        house.clock.advance(minutes=2)
        house.execute()
    assert house.cloud.changes == []
    told = alarms(house)
    assert gist(told) == [(admin, "wrong_account") for admin in ADMINS]
    assert "100000000002" in told[0].facts["message"]
    assert "recorded" not in told[0].facts  # it is the policy that names another account, not the record
    house.cloud.home = company.HOME_ACCOUNT
    house.clock.advance(minutes=2)
    while house.execute():
        pass
    assert {house.request(number).state for number in (first, second)} == {State.DONE}
    assert gist(alarms(house)) == [(admin, "mended") for admin in ADMINS]


def test_keys_of_another_account_don_t_mend_keys_that_were_refused(house: House) -> None:
    number = house.approved(DATA)
    house.cloud.fail("account", REVOKED)
    with pytest.raises(AuthFailed):
        house.home.ask()
    house.cloud.home = "100000000002"
    with pytest.raises(WrongAccount):
        house.home.ask()
    assert gist(alarms(house)) == [(admin, event) for event in ("auth", "wrong_account") for admin in ADMINS]
    house.cloud.home = company.HOME_ACCOUNT
    house.clock.advance(minutes=2)
    house.execute()
    assert house.request(number).state is State.DONE
    assert gist(alarms(house)) == [(admin, "mended") for admin in ADMINS]
    assert incidents(house) == [("auth", True), ("wrong_account", True)]


def test_it_is_told_as_mended_when_nothing_fails_any_more(house: House) -> None:
    house.cloud.fail("share", REVOKED)
    with pytest.raises(AuthFailed):
        house.watched.share(GUANGZHOU, "img-base0001", [DATA])
    house.cloud.home = "100000000002"
    house.watched.account()
    house.cloud.home = company.HOME_ACCOUNT
    house.watched.account()
    assert incidents(house) == [("auth", False), ("wrong_account", True)]
    assert gist(alarms(house)) == [(admin, event) for event in ("auth", "wrong_account") for admin in ADMINS]
    house.watched.share(GUANGZHOU, "img-base0001", [DATA])
    assert gist(alarms(house)) == [(admin, "mended") for admin in ADMINS]


def test_where_there_are_no_admins_the_report_says_that_nobody_is_told(database: Path) -> None:
    policy = POLICY.replace('admins = ["U0OMAR", "U0ADMIN"]', "admins = []")
    with closing(House(database, policy=policy)) as house:
        number = house.approved(DATA)
        assert house.incidents.report() is None
        revoke(house)
        logged = []
        for _ in range(2):
            with capture_logs() as logs:
                house.execute()
            house.clock.advance(minutes=2)
            logged.append([one["event"] for one in logs if one["log_level"] == "error"])
        assert alarms(house) == []
        assert logged == [["incident", "nobody_to_tell"], []]
        report = house.incidents.report()
        assert report is not None
        assert "AuthFailure.SecretIdNotFound" in report
        assert "name people under [home] admins" in report
        house.cloud.heal()
        house.clock.advance(minutes=2)
        house.execute()
        assert house.request(number).state is State.DONE
        assert house.incidents.report() is None
