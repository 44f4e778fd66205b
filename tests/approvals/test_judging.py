"""Presses are judged in the order in which they came, and a chat that does not answer loses none."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from structlog.testing import capture_logs

from approvals.errors import StoreError
from approvals.model import State, Verb
from tests.approvals.house import DATA, LAB, LIN, OMAR, SARA, House


def test_presses_are_judged_in_the_order_in_which_they_came(house: House) -> None:
    number = house.pending(DATA)
    house.record(number, OMAR, Verb.DENY)
    house.record(number, LIN, Verb.APPROVE)
    assert house.judge() == 2
    assert house.request(number).state is State.DENIED
    assert [row["outcome"] for row in house.rows("SELECT outcome FROM presses ORDER BY id")] == ["deny", "not_pending"]
    assert house.judge() == 0


def test_a_press_is_judged_after_a_restart(house: House) -> None:
    number = house.pending(DATA)
    house.record(number, LIN, Verb.APPROVE)
    again = house.twin()
    assert again.judge() == 1
    again.close()
    assert house.request(number).state is State.APPROVED


def test_while_the_chat_cannot_tell_who_pressed_the_press_waits_two_seconds(house: House) -> None:
    number = house.pending(DATA)
    house.record(number, LIN, Verb.APPROVE)
    house.directory.down = True
    assert (house.judge(), house.judge()) == (1, 0)
    house.directory.down = False
    house.clock.advance(seconds=2)
    assert house.judge() == 1
    assert house.request(number).state is State.APPROVED


def test_a_press_that_waits_counts_from_when_it_was_made(house: House) -> None:
    number = house.pending(DATA)
    deadline = house.request(number).decide_by
    assert deadline is not None
    house.record(number, LIN, Verb.APPROVE)
    house.directory.down = True
    house.judge()
    house.directory.down = False
    house.clock.now = deadline
    house.judge()
    assert house.request(number).state is State.APPROVED


def test_a_database_that_cannot_be_written_is_no_fault_of_the_press(house: House) -> None:
    number = house.pending(DATA)
    house.record(number, LIN, Verb.APPROVE)
    house.record(number, OMAR, Verb.APPROVE)
    with closing(sqlite3.connect(house.path)) as other:
        other.execute("CREATE TRIGGER full BEFORE UPDATE ON presses BEGIN SELECT RAISE(ROLLBACK, 'disk is full'); END")
        with capture_logs() as lines, pytest.raises(StoreError, match="disk is full"):
            house.judge()
        other.execute("DROP TRIGGER full")
    assert lines == []
    assert house.judge() == 2
    assert house.request(number).state is State.APPROVED


def test_a_press_on_nothing_holds_up_no_other(house: House) -> None:
    number = house.pending(LAB)
    house.record(404, SARA, Verb.APPROVE)
    house.record(number, LIN, Verb.APPROVE)
    house.judge()
    assert house.request(number).state is State.APPROVED


def test_more_presses_than_one_sweep_takes_are_judged_by_the_next(house: House) -> None:
    number = house.pending(DATA)
    for _ in range(60):
        house.record(number, SARA, Verb.APPROVE)
    assert (house.judge(), house.judge(), house.judge()) == (50, 10, 0)


def test_what_is_judged_is_written_before_another_is_asked_for_in_vain(house: House) -> None:
    first, second = house.pending(DATA), house.pending(DATA)
    house.record(first, OMAR, Verb.APPROVE)
    house.record(second, SARA, Verb.APPROVE)
    house.record(second, LIN, Verb.APPROVE)
    seen = []
    house.directory.odd.add(SARA)
    house.directory.on_ask = lambda about: seen.append(house.request(first).state) if about == LIN else None
    house.judge()
    assert seen[-1] is State.APPROVED
    assert house.request(second).state is State.APPROVED
