"""The table of moves, and that nothing goes past it."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

import pytest

from approvals.errors import IllegalMove
from approvals.ledger import Ledger
from approvals.model import MOVES, Action, Asked, Person, State, Target
from approvals.store import Store

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
ENDS = {State.REFUSED, State.DENIED, State.CANCELLED, State.EXPIRED, State.DONE}

# Written down a second time, from the drawing: a move added to the table by mistake is seen here.
DRAWN: dict[str, set[str]] = {
    "checking": {"refused", "pending"},
    "pending": {"denied", "cancelled", "expired", "approved"},
    "approved": {"executing"},
    "executing": {"approved", "done", "partial", "failed"},
    "partial": {"approved"},
    "failed": {"approved"},
}


def recorded(store: Store) -> int:
    asked = Asked("k", Action.SHARE, "base", (), (Target("100012345678"),), "", Person("U0MEI", "mei"))
    number = store.write(lambda ledger: ledger.add_request(asked, now=NOW))
    assert number is not None
    return number


def state_of(store: Store, number: int) -> State:
    with store.read() as ledger:
        request = ledger.request(number)
    assert request is not None
    return request.state


def test_the_table_is_the_one_that_was_drawn() -> None:
    assert set(MOVES) == set(State)
    assert {before.value: {after.value for after in MOVES[before]} for before in State if MOVES[before]} == DRAWN


def test_every_state_is_reached_from_the_first_and_every_road_ends() -> None:
    reached, ahead = set(), [State.CHECKING]
    while ahead:
        state = ahead.pop()
        if state not in reached:
            reached.add(state)
            ahead.extend(MOVES[state])
    assert reached == set(State)
    assert {state for state in State if not MOVES[state]} == ENDS


@pytest.mark.parametrize("before", State)
def test_a_move_that_is_not_in_the_table_is_an_error_and_changes_nothing(store: Store, before: State) -> None:
    number = recorded(store)
    for after in set(State) - DRAWN.get(before, set()):
        with pytest.raises(IllegalMove, match=f"from {before} to {after}") as caught:
            store.write(partial(Ledger.move, request_id=number, before=before, after=after, now=NOW))
        assert (caught.value.before, caught.value.after) == (before, after)
        assert state_of(store, number) is State.CHECKING


@pytest.mark.parametrize(("before", "after"), [(before, after) for before in DRAWN for after in sorted(DRAWN[before])])
def test_a_move_leaves_only_the_state_that_it_names(store: Store, before: str, after: str) -> None:
    number = recorded(store)
    moved = store.write(lambda ledger: ledger.move(number, State(before), State(after), now=NOW))
    assert moved is (before == State.CHECKING)
    assert state_of(store, number) == (after if moved else State.CHECKING)


@pytest.mark.parametrize("after", [state for state in State if state not in MOVES[State.EXECUTING]])
def test_an_execution_ends_only_in_a_state_of_the_table(store: Store, after: State) -> None:
    number = recorded(store)
    with pytest.raises(IllegalMove):
        store.write(lambda ledger: ledger.release(number, after, lease="l", now=NOW, not_before=NOW))
    assert state_of(store, number) is State.CHECKING
