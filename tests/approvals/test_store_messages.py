"""What every store must do, for presses, messages and transactions. See ``test_store.py``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from approvals.errors import StoreError
from approvals.ledger import Ledger
from approvals.message_model import Card, Notice
from approvals.model import Action, Asked, Person, Press, State, Target, Verb
from approvals.store import Store

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
LATER = NOW + timedelta(seconds=1)


def add(store: Store, key: str = "k1") -> int:
    asked = Asked(key, Action.SHARE, "base", (), (Target("100012345678"),), "", Person("U0MEI", "mei"))
    number = store.write(lambda ledger: ledger.add_request(asked, now=NOW))
    assert number is not None
    return number


def post(store: Store, number: int, lane: str, kind: str = "card", text: str = "") -> None:
    facts = {"text": text}
    store.write(lambda ledger: ledger.add_notice(number, lane=lane, kind=kind, recipient="C0", facts=facts, now=NOW))


def due(store: Store, at: datetime = NOW) -> list[Notice]:
    with store.read() as ledger:
        return ledger.notices_due(at, 9)


def test_a_message_reads_back_as_it_was_written(store: Store) -> None:
    number = add(store)
    post(store, number, "lane", text="„é“ & 中")
    (notice,) = due(store)
    assert (notice.request_id, notice.lane, notice.kind, notice.recipient) == (number, "lane", "card", "C0")
    assert (dict(notice.facts), notice.created_at, notice.attempts) == ({"text": "„é“ & 中"}, NOW, 0)


def take(store: Store) -> list[Notice]:
    return store.write(lambda ledger: ledger.take_notices(NOW, 9, lease="ours", until=LATER))


def test_only_the_first_of_each_lane_is_due(store: Store) -> None:
    number = add(store)
    for lane, text in [("a", "a1"), ("b", "b1"), ("a", "a2")]:
        post(store, number, lane, text=text)
    assert [notice.facts["text"] for notice in due(store)] == ["a1", "b1"]


def test_a_message_that_is_put_off_holds_up_its_lane_and_no_other(store: Store) -> None:
    number = add(store)
    for lane, text in [("a", "a1"), ("a", "a2"), ("b", "b1")]:
        post(store, number, lane, text=text)
    first = due(store)[0]
    store.write(lambda ledger: ledger.postpone_notice(first, "rate_limited", until=LATER))
    assert [notice.facts["text"] for notice in due(store)] == ["b1"]
    again = due(store, LATER)[0]
    assert (again.facts["text"], again.attempts) == ("a1", 1)
    with store.read() as ledger:
        assert ledger.next_notice() == NOW


def test_a_message_that_can_never_be_delivered_lets_the_next_one_go(store: Store) -> None:
    number = add(store)
    post(store, number, "a", text="a1")
    post(store, number, "a", text="a2")
    store.write(lambda ledger: ledger.notice_failed(due(store)[0], "is_archived", now=LATER))
    assert [notice.facts["text"] for notice in due(store)] == ["a2"]


def test_one_delivery_settles_all_of_its_kind_in_the_lane_that_were_there(store: Store) -> None:
    number = add(store)
    for kind, text in [("card", "1"), ("thread", "2"), ("card", "3")]:
        post(store, number, "a", kind, text)
    [first] = take(store)
    post(store, number, "a", "card", "4")
    with store.read() as ledger:
        newest = ledger.newest_taken(first)
    store.write(lambda ledger: ledger.notices_sent(first, newest=newest, now=LATER))
    left: list[str] = []
    while found := due(store):
        left.append(found[0].facts["text"])
        store.write(partial(Ledger.notices_sent, notice=found[0], newest=found[0].id, now=LATER))
    assert left == ["2", "4"]
    with store.read() as ledger:
        assert ledger.notices_waiting().number == 0
        assert ledger.next_notice() is None


def test_a_picture_that_waits_while_one_is_on_its_way_is_left_for_what_changes_meanwhile(store: Store) -> None:
    number = add(store)
    change = partial(Ledger.add_cards, request_id=number, kind="card", recipients=["C0"], now=NOW)
    store.write(change)
    [first] = take(store)
    store.write(change)
    with store.read() as ledger:
        newest = ledger.newest_taken(first)
    store.write(change)  # adds nothing: the one that waits is to show this, too
    store.write(lambda ledger: ledger.notices_sent(first, newest=newest, now=LATER))
    assert [notice.id for notice in due(store)] == [first.id + 1]


@pytest.mark.parametrize("end", [Ledger.notice_failed, Ledger.park_notice])
def test_what_was_taken_with_one_that_comes_to_nothing_is_due(store: Store, end: Callable[..., None]) -> None:
    number = add(store)
    for text in ("1", "2"):
        post(store, number, "a", "card", text)
    [first] = take(store)
    store.write(lambda ledger: end(ledger, first, "is_archived", now=NOW))
    assert [notice.facts["text"] for notice in due(store)] == ["2"]


@pytest.mark.parametrize(
    "end",
    [
        partial(Ledger.notice_failed, error="gone", now=LATER),
        partial(Ledger.park_notice, error="archived", now=LATER),
        partial(Ledger.postpone_notice, error="down", until=LATER),
    ],
)
def test_what_somebody_else_has_delivered_meanwhile_stays_delivered(store: Store, end: Callable[..., None]) -> None:
    """Whoever had it in hand stood still for longer than the lease, and met an error then."""
    number = add(store)
    post(store, number, "lane")
    (notice,) = take(store)
    store.write(lambda ledger: ledger.notices_sent(notice, newest=notice.id, now=NOW))
    store.write(lambda ledger: end(ledger, notice))
    with store.read() as ledger:
        assert (ledger.is_any_parked(), ledger.notices_waiting().number) == (False, 0)
        (row,) = ledger._execute("SELECT sent_at, failed_at, error, attempts FROM outbox").fetchall()
    assert tuple(row)[1:] == (None, None, 1)
    assert row["sent_at"] is not None


def test_work_that_raises_leaves_nothing(store: Store) -> None:
    number = add(store)

    def work(ledger: Ledger) -> None:
        ledger.move(number, State.CHECKING, State.PENDING, now=NOW)
        ledger.add_notice(number, lane="a", kind="card", recipient="C0", facts={}, now=NOW)
        raise KeyError("in the middle")

    with pytest.raises(KeyError, match="in the middle"):
        store.write(work)
    with store.read() as ledger:
        assert ledger.notices_waiting().number == 0
        assert {state: one.number for state, one in ledger.waiting().items() if one.number} == {State.CHECKING: 1}


def test_what_the_database_refuses_is_told_as_a_fault_of_the_store(store: Store) -> None:
    with pytest.raises(StoreError) as caught:
        post(store, 404, "a")
    assert caught.value.path
    assert caught.value.cause
    assert add(store) > 0  # and it goes on


def test_a_view_for_reading_does_not_move_under_the_reader(store: Store) -> None:
    number = add(store)
    with store.read() as ledger:
        before = ledger.request(number)
        store.write(lambda writing: writing.move(number, State.CHECKING, State.PENDING, now=NOW))
        assert ledger.request(number) == before
    with store.read() as ledger:
        assert ledger.request(number) != before


def test_each_commit_is_told_and_nothing_else_is(store: Store) -> None:
    told: list[str] = []
    store.on_commit(lambda: told.append("first"))
    store.on_commit(lambda: told.append("second"))
    add(store)
    assert told == ["first", "second"]
    with pytest.raises(ZeroDivisionError):
        store.write(lambda _ledger: 1 // 0)
    with store.read() as ledger:
        ledger.waiting()
    assert told == ["first", "second"]


def test_a_press_is_recorded_once_and_judged_once(store: Store) -> None:
    press = Press("p1", 7, "U0LIN", Verb.DENY, NOW, "no", "reply")
    assert store.write(lambda ledger: ledger.add_press(press))
    assert not store.write(lambda ledger: ledger.add_press(replace(press, verb=Verb.APPROVE)))
    with store.read() as ledger:
        (found,) = ledger.unjudged(NOW, 9)
    assert replace(found, id=0) == press
    assert store.write(lambda ledger: ledger.set_judged(found, "deny", now=LATER))
    assert not store.write(lambda ledger: ledger.set_judged(found, "deny", now=LATER))
    with store.read() as ledger:
        assert ledger.unjudged(LATER, 9) == []


def test_presses_wait_in_the_order_in_which_they_came_and_can_be_put_off(store: Store) -> None:
    for key in "abc":
        store.write(partial(Ledger.add_press, press=Press(key, 7, "U0LIN", Verb.APPROVE, NOW)))
    with store.read() as ledger:
        waiting = ledger.unjudged(NOW, 9)
        assert [press.key for press in waiting] == ["a", "b", "c"]
    store.write(lambda ledger: ledger.postpone_press(waiting[0], until=LATER))
    with store.read() as ledger:
        assert [press.key for press in ledger.unjudged(NOW, 9)] == ["b", "c"]
        assert [press.key for press in ledger.unjudged(LATER, 9)] == ["a", "b", "c"]
        assert ledger.next_press() == NOW


def test_a_card_has_one_place_for_each_who_sees_it(store: Store) -> None:
    number = add(store)
    for card in (Card("U0LIN", "D1", "1.1"), Card("C0IMAGES", "C0IMAGES", "2.1"), Card("U0LIN", "D1", "3.1")):
        store.write(partial(Ledger.add_card, request_id=number, card=card))
    with store.read() as ledger:
        assert ledger.cards(number) == [Card("C0IMAGES", "C0IMAGES", "2.1"), Card("U0LIN", "D1", "3.1")]
