"""Two at once: exactly one wins, and nothing stands between two states."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TypeVar

import pytest

from approvals.errors import Unavailable
from approvals.model import MOVES, Action, Press, State, Verb
from tests.approvals.house import DATA, LAB, LIN, MEI, OMAR, STRANGER, House, gist
from tests.approvals.record import broken_lines

T = TypeVar("T")
ROUNDS = 25
WITHIN = 20.0  # seconds, for a thread to come to the start


@pytest.fixture
def houses(database: Path) -> Iterator[tuple[House, House]]:
    """Two processes of one company, on one file."""
    first = House(database)
    second = first.twin()
    yield first, second
    second.close()
    first.close()


def at_once(*works: Callable[[], T]) -> list[T]:
    """Run the works in threads that start together; what each returned, in their order."""
    together = threading.Barrier(len(works))

    def start(work: Callable[[], T]) -> T:
        together.wait(WITHIN)
        return work()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(start, works))


def pressed(house: House, number: int, person: str, verb: Verb) -> Press:
    press = house.record(number, person, verb)
    assert press is not None
    return press


def roads_are_legal(house: House) -> None:
    """No request ever went where the table does not lead, by what the record says of it."""
    arrived = {
        "asked": State.CHECKING,
        "checked": State.PENDING,
        "requeued": State.APPROVED,
        "postponed": State.APPROVED,
        "retried": State.APPROVED,
        **{state.value: state for state in State if state is not State.APPROVED},
    }
    lines = house.rows("SELECT * FROM audit ORDER BY seq")
    assert broken_lines(lines) == []
    for number in {line["request_id"] for line in lines if line["request_id"]}:
        before: State | None = None
        for line in lines:
            after = arrived.get(line["event"])
            if line["event"] == "approved":
                after = State.APPROVED if '"enough":true' in line["detail"] else None
            if line["request_id"] != number or after is None:
                continue
            assert before is None or after in MOVES[before], (number, before, after)
            before = after
        assert before is house.request(number).state


RIVALS = [
    (Verb.DENY, OMAR, State.DENIED),
    (Verb.CANCEL, MEI, State.CANCELLED),
]


@pytest.mark.parametrize(("verb", "rival", "state"), RIVALS)
def test_an_approval_against_another_word_has_one_winner(
    houses: tuple[House, House], verb: Verb, rival: str, state: State
) -> None:
    first, second = houses
    for _ in range(ROUNDS):
        number = first.pending(DATA)
        approval, other = pressed(first, number, LIN, Verb.APPROVE), pressed(first, number, rival, verb)
        outcomes = at_once(partial(first.judged, approval), partial(second.judged, other))
        won = first.request(number).state
        assert outcomes == (["approve", "not_pending"] if won is State.APPROVED else ["not_pending", verb.value])
        assert won in (State.APPROVED, state)
    roads_are_legal(first)


def test_an_approval_against_the_deadline_has_one_winner(houses: tuple[House, House]) -> None:
    first, second = houses
    for _ in range(ROUNDS):
        number = first.pending(DATA)
        approval = pressed(first, number, LIN, Verb.APPROVE)
        deadline = first.clock.advance(days=3)
        outcomes = at_once(partial(first.judged, approval), partial(second.timers.sweep, deadline))
        won = first.request(number).state
        assert (won, outcomes) in [(State.APPROVED, ["approve", 0]), (State.EXPIRED, ["not_pending", 1])]
    roads_are_legal(first)


def test_the_same_press_ten_times_at_once_is_recorded_once_and_counts_once(houses: tuple[House, House]) -> None:
    first, second = houses
    for turn in range(ROUNDS):
        number = first.pending(DATA)
        press = Press(f"turn-{turn}", number, LIN, Verb.APPROVE, first.tick())
        both = [first, second] * 5
        assert sorted(at_once(*(partial(house.desk.press, press) for house in both))) == [False] * 9 + [True]
        with first.store.read() as ledger:
            (recorded,) = ledger.unjudged(first.clock(), 9)
        outcomes = at_once(*(partial(house.judged, recorded) for house in both))
        assert sorted(outcomes) == ["approve"] + ["judged_already"] * 9
        assert len(first.request(number).decisions) == 1
        assert first.events(number).count("approved") == 1
        assert [notice.facts.get("event") for notice in first.told()].count("approved") == 1


def test_ten_presses_of_one_person_at_once_are_one_vote(houses: tuple[House, House]) -> None:
    first, second = houses
    number = first.pending(STRANGER)
    presses = [pressed(first, number, LIN, Verb.APPROVE) for _ in range(10)]
    both = [first, second] * 5
    outcomes = at_once(*(partial(house.judged, press) for house, press in zip(both, presses, strict=True)))
    assert sorted(outcomes) == ["approve"] + ["voted_already"] * 9
    assert first.request(number).state is State.PENDING


def test_two_votes_at_once_both_count(houses: tuple[House, House]) -> None:
    first, second = houses
    for _ in range(ROUNDS):
        number = first.pending(STRANGER)
        owner, guardian = pressed(first, number, LIN, Verb.APPROVE), pressed(first, number, "U0SARA", Verb.APPROVE)
        at_once(partial(first.judged, owner), partial(second.judged, guardian))
        assert first.request(number).state is State.APPROVED


def test_one_command_delivered_many_times_at_once_is_one_request(houses: tuple[House, House]) -> None:
    first, second = houses
    numbers = at_once(*(partial(house.ask, DATA, key="one command") for house in [first, second] * 4))
    assert len(set(numbers)) == 1
    assert first.events(numbers[0]) == ["asked"]
    assert len(first.request(numbers[0]).items) == 1


def test_two_processes_check_a_request_once(houses: tuple[House, House]) -> None:
    first, second = houses
    for _ in range(ROUNDS):
        number = first.ask(DATA)
        now = first.tick()
        at_once(partial(first.checker.sweep, now), partial(second.checker.sweep, now))
        assert first.events(number) == ["asked", "checked"]
        assert [notice.kind for notice in first.told()] == ["card", "card", "card", "thread", "reply"]


def test_two_processes_execute_a_request_once(houses: tuple[House, House]) -> None:
    first, second = houses
    for turn in range(ROUNDS):
        action = Action.UNSHARE if turn % 2 else Action.SHARE
        numbers = [first.approved(DATA, action=action), first.approved(DATA, LAB, action=action)]
        calls = len(first.cloud.changes)
        now = first.tick()
        done = at_once(partial(first.executor.sweep, now), partial(second.executor.sweep, now))
        assert sorted(done) == [0, 2]
        assert len(first.cloud.changes) == calls + 1
        assert {first.request(number).state for number in numbers} == {State.DONE}
    roads_are_legal(first)


def test_everything_at_once_leaves_no_request_between_two_states(houses: tuple[House, House]) -> None:
    first, second = houses
    numbers = [first.ask(DATA, LAB, action=Action.UNSHARE if n % 3 == 2 else Action.SHARE) for n in range(12)]
    people = [(LIN, Verb.APPROVE), (OMAR, Verb.DENY), (MEI, Verb.CANCEL), (OMAR, Verb.APPROVE)]

    def press_all() -> None:
        for number in numbers:
            for person, verb in people[number % 4 :] + people[: number % 4]:
                first.desk.press(Press(f"{number}:{person}:{verb}", number, person, verb, first.clock()))

    def sweep_all(house: House) -> Callable[[], None]:
        def run() -> None:
            for _ in range(40):
                now = house.clock()
                house.checker.sweep(now)
                house.judging.sweep(now)
                house.executor.sweep(now)
                house.timers.sweep(now)

        return run

    at_once(press_all, sweep_all(first), sweep_all(second))
    sweep_all(first)()
    states = {first.request(number).state for number in numbers}
    assert states <= {State.DENIED, State.CANCELLED, State.DONE, State.REFUSED, State.PENDING}
    roads_are_legal(first)


def test_two_processes_that_fail_at_the_same_check_put_it_off_and_say_so_once(houses: tuple[House, House]) -> None:
    first, second = houses
    for _ in range(ROUNDS):
        number = first.ask(DATA)
        now = first.tick()
        first.cloud.fail("images_by_name", *[Unavailable("DescribeImages", "InternalError", "not now")] * 2)
        at_once(partial(first.checker.sweep, now), partial(second.checker.sweep, now))
        first.cloud.heal()
        assert first.request(number).attempts == 1
        assert [gist(notice) for notice in first.told()] == [("reply", f"reply:{MEI}", "delayed")]
