"""How few calls it takes to share with many where some are bad; and that nobody is told as bad who isn't."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approvals.errors import About, OutcomeUnknown, Refused, Throttled
from approvals.halving import Calls, Halving

ACCOUNTS = [f"1000{number:08d}" for number in range(500)]


class Vendor:
    """Takes a call where it may, and remembers for whom each was made.

    :ivar limit: accounts in a call, at most
    :ivar room: accounts that can be taken in all
    """

    def __init__(self, bad: Sequence[str] = (), *, limit: int = 1000, room: int = 1000) -> None:
        self.bad = frozenset(bad)
        self.limit = limit
        self.room = room
        self.calls: list[tuple[str, ...]] = []
        self.answer: Callable[[Sequence[str]], None] = lambda _accounts: None

    def __call__(self, accounts: Sequence[str]) -> str:
        self.calls.append(tuple(accounts))
        number = f"req-{len(self.calls)}"
        self.answer(accounts)
        if len(accounts) > self.limit:
            raise Refused("share", "LimitExceeded", "Too many.", number, about=About.SIZE)
        if self.bad & set(accounts):
            raise Refused("share", "InvalidAccountId.NotFound", "No such account.", number, about=About.ACCOUNT)
        if len(accounts) > self.room:
            raise Refused("share", "LimitExceeded", "No room.", number, about=About.SIZE)
        self.room -= len(accounts)
        return number


def share(vendor: Vendor, accounts: Sequence[str] = ACCOUNTS, halving: Halving | None = None) -> Calls:
    calls = (halving or Halving())(vendor, accounts)
    assert calls.stopped is None
    assert set(calls.accepted) == set(accounts) - vendor.bad - set(calls.refused)
    return calls


def test_all_that_are_good_go_in_one_call() -> None:
    vendor = Vendor()
    share(vendor)
    assert len(vendor.calls) == 1


def test_for_nobody_nothing_is_called() -> None:
    vendor = Vendor()
    assert not share(vendor, []).made
    assert vendor.calls == []


@pytest.mark.parametrize("at", [0, 1, 123, 249, 250, 251, 498, 499])
def test_one_bad_account_costs_one_call_a_halving_wherever_it_stands(at: int) -> None:
    vendor = Vendor([ACCOUNTS[at]])
    assert set(share(vendor).refused) == {ACCOUNTS[at]}
    # All, the halvings, the one alone, the rest. With three reads, that is within twenty.
    assert len(vendor.calls) <= 1 + math.ceil(math.log2(500)) + 1 + 1


def test_a_half_that_must_hold_the_bad_one_is_not_called_as_a_whole() -> None:
    vendor = Vendor([ACCOUNTS[7]])
    share(vendor, ACCOUNTS[:8])
    assert tuple(ACCOUNTS[:4]) in vendor.calls
    assert tuple(ACCOUNTS[4:8]) not in vendor.calls
    assert tuple(ACCOUNTS[6:8]) not in vendor.calls


@given(bad=st.sets(st.sampled_from(ACCOUNTS[:60])), count=st.integers(1, 60))
def test_exactly_the_bad_are_refused_and_each_of_them_alone(bad: set[str], count: int) -> None:
    accounts = ACCOUNTS[:count]
    vendor = Vendor(sorted(bad))
    calls = share(vendor, accounts)
    assert set(calls.refused) == bad & set(accounts)
    assert {(account,) for account in calls.refused} <= set(vendor.calls)
    assert len(set(vendor.calls)) == len(vendor.calls)  # nothing is asked twice
    assert len(vendor.calls) <= 2 * count + math.log2(count)


@given(bad=st.sets(st.sampled_from(ACCOUNTS[:60])), limit=st.integers(1, 60))
def test_neither_does_a_limit_on_the_size_of_a_call_sink_anybody(bad: set[str], limit: int) -> None:
    vendor = Vendor(sorted(bad), limit=limit)
    assert set(share(vendor, ACCOUNTS[:60]).refused) == bad


def test_how_many_the_vendor_takes_in_a_call_is_learnt() -> None:
    halving, first, second = Halving(), Vendor(limit=100), Vendor(limit=100)
    share(first, halving=halving)
    share(second, halving=halving)
    assert max(map(len, first.calls)) == 500
    assert max(map(len, second.calls)) <= 100
    assert len(second.calls) == 8


def test_no_size_is_learnt_where_there_was_no_room_for_all() -> None:
    halving, full, empty = Halving(), Vendor(room=3), Vendor()
    assert len(share(full, ACCOUNTS[:4], halving).refused) == 1
    share(empty, halving=halving)
    assert len(empty.calls) == 1


def test_a_refusal_of_the_call_proves_nothing_about_its_second_half() -> None:
    vendor = Vendor()

    def never_all(accounts: Sequence[str]) -> None:
        if len(accounts) == 4:
            raise Refused("share", "OverQuota", "Not all.", "req-x", about=About.CALL)

    vendor.answer = never_all
    share(vendor, ACCOUNTS[:4])
    assert vendor.calls == [tuple(ACCOUNTS[:4]), tuple(ACCOUNTS[:2]), tuple(ACCOUNTS[2:4])]


def test_a_refusal_of_the_image_is_not_halved() -> None:
    vendor = Vendor()

    def no_image(_accounts: Sequence[str]) -> None:
        raise Refused("share", "InvalidImageId.NotFound", "No image.", "req-x", about=About.IMAGE)

    vendor.answer = no_image
    assert set(share(vendor).refused) == set(ACCOUNTS)
    assert len(vendor.calls) == 1


@pytest.mark.parametrize(("kind", "unknown"), [(Throttled, set()), (OutcomeUnknown, set(ACCOUNTS[:2]))])
def test_what_keeps_the_rest_from_being_called_stops_it_and_what_was_done_is_kept(
    kind: type[Throttled | OutcomeUnknown], unknown: set[str]
) -> None:
    vendor = Vendor([ACCOUNTS[0]])

    def fail_at_two(accounts: Sequence[str]) -> None:
        if len(accounts) == 2:
            raise kind("share", "X", "not now", "req-x")

    vendor.answer = fail_at_two
    calls = Halving()(vendor, ACCOUNTS[:4])
    assert isinstance(calls.stopped, kind)
    assert (calls.accepted, calls.refused, calls.unknown) == ({}, {}, unknown)
    assert {account for account, trace in calls.traces.items() if trace == "req-x"} == unknown


def test_the_trace_of_an_account_is_the_call_that_took_it() -> None:
    calls = share(Vendor([ACCOUNTS[3]]), ACCOUNTS[:4])
    assert calls.accepted == {account: calls.traces[account] for account in ACCOUNTS[:3]}
    assert calls.traces[ACCOUNTS[3]] == calls.refused[ACCOUNTS[3]].cloud_request_id
