"""How long a share lasts: from what, in whose days, and within what the policy allows."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approvals.model import Action, Level
from approvals.policy import Policy, parse
from approvals.terms import LONGEST, NO_END, TOLD_BEFORE, Term, first_due
from approvals.trust import judge
from bot.sandbox import company
from tests.approvals.fake_cloud import GUANGZHOU, SINGAPORE
from tests.approvals.house import DATA, LAB
from tests.approvals.test_trust import codes, copied, facts, had, one

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
WEEK, MONTH = timedelta(days=7), timedelta(days=30)


@pytest.mark.parametrize(
    ("zone", "end"),
    [
        ("Asia/Shanghai", datetime(2026, 3, 31, 15, 59, tzinfo=UTC)),
        ("America/Los_Angeles", datetime(2026, 4, 1, 6, 59, tzinfo=UTC)),  # summer time has begun by then
        ("", datetime(2026, 3, 31, 23, 59, tzinfo=UTC)),
        ("Mars/Olympus", datetime(2026, 3, 31, 23, 59, tzinfo=UTC)),
        ("../../etc/passwd", datetime(2026, 3, 31, 23, 59, tzinfo=UTC)),
        ("Asia", datetime(2026, 3, 31, 23, 59, tzinfo=UTC)),
        ("Asia/" + "x" * 5000, datetime(2026, 3, 31, 23, 59, tzinfo=UTC)),
    ],
)
def test_a_day_ends_where_who_asks_lives(zone: str, end: datetime) -> None:
    assert Term(day=date(2026, 3, 31)).until(NOON, zone) == end


def test_a_length_counts_from_the_approval_and_no_end_is_none() -> None:
    assert Term(lasts=WEEK).until(NOON, "Asia/Shanghai") == NOON + WEEK
    assert NO_END.until(NOON, "Asia/Shanghai") is None


def test_only_who_asks_for_no_end_gets_the_longest() -> None:
    assert NO_END.within(MONTH) == Term(lasts=MONTH)
    assert Term(lasts=WEEK).within(MONTH) == Term(lasts=WEEK)
    assert NO_END.within(None) == NO_END


@given(lasts=st.timedeltas(min_value=timedelta(minutes=1), max_value=timedelta(days=3650)))
def test_it_is_told_a_day_before_unless_that_is_nearly_all_of_it(lasts: timedelta) -> None:
    due = first_due(NOON, NOON + lasts)
    assert due in (NOON + lasts, NOON + lasts - TOLD_BEFORE)
    assert (due < NOON + lasts) is (lasts >= timedelta(hours=36))
    assert due > NOON


def limited(days: int) -> Policy:
    return parse(company.POLICY.replace("[rules]", f"[rules]\nmax_days = {days}"))


def test_the_policys_longest_is_a_limit_and_what_fits_passes() -> None:
    longer = judge(facts(lasts=timedelta(days=31)), limited(30))
    assert one(longer, "share_long").level is Level.BLOCK
    assert one(longer, "share_long").remedy == "Ask for less: for 30d. It can be extended before it ends."
    assert "share_long" in codes(judge(facts(lasts=None), limited(30)))  # the limit came after the approval
    fits = judge(facts(lasts=MONTH), limited(30))
    assert not {"share_long", "share_limited", "share_endless"} & codes(fits)
    assert one(judge(facts(lasts=MONTH, limited=True), limited(30)), "share_limited").text == (
        "No end was asked for, so it ends after 30 days, the longest of the policy."
    )


def test_nobody_means_an_end_in_a_hundred_years() -> None:
    far = judge(facts(lasts=LONGEST + timedelta(days=1)), parse(company.POLICY))
    assert one(far, "share_long").level is Level.BLOCK
    assert one(far, "share_long").text == "a share lasts 3650 days at most."
    assert "share_long" not in codes(judge(facts(lasts=LONGEST), parse(company.POLICY)))


@pytest.mark.parametrize("lasts", [timedelta(0), timedelta(days=-1)])
def test_an_end_that_is_past_is_refused(lasts: timedelta) -> None:
    assert judge(facts(lasts=lasts), limited(30)).blocked
    assert "share_over" in codes(judge(facts(lasts=lasts), parse(company.POLICY)), Level.BLOCK)


def test_no_end_is_told_as_such_where_the_policy_has_no_limit() -> None:
    assert one(judge(facts(), parse(company.POLICY)), "share_endless").remedy == (
        "Say how long it is needed: add for 30d to the command."
    )


def has_until(until: datetime | None, wanted: datetime | None) -> set[str]:
    given = facts(
        DATA,
        shared_with=had(DATA),
        until=wanted,
        lasts=wanted - NOON if wanted else None,
        lasting={(DATA, GUANGZHOU): until},
    )
    return codes(judge(given, parse(company.POLICY)))


def test_who_has_it_for_less_long_gets_more_and_who_has_it_for_as_long_has_it_already() -> None:
    assert "share_extended" in has_until(NOON + WEEK, NOON + MONTH)
    assert "nothing_to_do" not in has_until(NOON + WEEK, NOON + MONTH)
    assert "share_extended" in has_until(NOON + WEEK, None)
    for until in (NOON + MONTH, NOON + MONTH - timedelta(minutes=50), NOON + 2 * MONTH, None):
        assert "nothing_to_do" in has_until(until, NOON + MONTH)


def test_a_share_that_the_record_does_not_know_has_no_end() -> None:
    given = facts(DATA, shared_with=had(DATA), until=NOON + MONTH, lasts=MONTH)
    assert "nothing_to_do" in codes(judge(given, parse(company.POLICY)))


def test_who_is_extended_is_named_with_the_end_that_they_have() -> None:
    given = facts(
        DATA,
        LAB,
        shared_with=had(DATA),
        until=NOON + MONTH,
        lasts=MONTH,
        lasting={(DATA, GUANGZHOU): NOON + WEEK},
    )
    finding = one(judge(given, parse(company.POLICY)), "share_extended")
    assert finding.text == "data-team has it already, until 9 Mar 2026: that is extended."


def test_of_several_ends_the_first_is_told_and_what_lasts_long_enough_is_not_extended() -> None:
    until = {(DATA, GUANGZHOU): NOON + WEEK, (LAB, GUANGZHOU): NOON + 2 * WEEK}
    given = facts(DATA, LAB, shared_with=had(DATA, LAB), until=NOON + MONTH, lasts=MONTH, lasting=until)
    finding = one(judge(given, parse(company.POLICY)), "share_extended")
    assert finding.text == "data-team and partner-lab have it already, until 9 Mar 2026 or longer: that is extended."
    long = {(DATA, SINGAPORE): NOON + 2 * MONTH}
    for lasting in (until | long, long | until):
        also = replace(given, regions=(GUANGZHOU, SINGAPORE), places=(copied(DATA),), targets=given.targets[:1])
        finding = one(judge(replace(also, lasting=lasting), parse(company.POLICY)), "share_extended")
        assert finding.text == "data-team has it already, until 9 Mar 2026: that is extended."


def test_who_lost_it_without_us_does_not_have_it_already() -> None:
    until = {(DATA, GUANGZHOU): NOON + WEEK}
    given = facts(DATA, LAB, shared_with=had(LAB), until=NOON + MONTH, lasts=MONTH, lasting=until)
    assert "share_extended" not in codes(judge(given, parse(company.POLICY)))


def test_what_is_taken_back_has_no_end_to_be_judged() -> None:
    given = facts(DATA, action=Action.UNSHARE, shared_with=had(DATA), lasting={(DATA, GUANGZHOU): NOON})
    assert not {"share_over", "share_endless", "share_extended"} & codes(judge(given, limited(30)))
