"""What every store must do. Only the fixture ``store`` knows which one it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from approvals.ledger import Ledger
from approvals.model import (
    Action,
    Asked,
    Deciders,
    Decision,
    Finding,
    ItemState,
    Level,
    Person,
    Press,
    Request,
    Role,
    State,
    Target,
    Verb,
    Verdict,
    Waiting,
)
from approvals.store import Store
from tests.approvals.fake_cloud import image

NOW = datetime(2026, 3, 2, 9, 0, 0, 123456, tzinfo=UTC)
LATER = NOW + timedelta(seconds=1)
MEI, LIN = Person("U0MEI", "mei"), Person("U0LIN", "Lin „L“ 赵")
TARGETS = (Target("100012345678", "data-team"), Target("100099900001"))
IMAGE = image(tags={"slack-owner": "U0LIN"}, whole_machine=True)
FINDINGS = (Finding("target_unknown", Level.WARN, "Wer ist das? 谁", "Ask."), Finding("shares_used", Level.NOTE, "1"))
DECIDERS = Deciders(("U0LIN", "U0OMAR"), ("U0SARA",), ("S0SECURITY",), guardian_needed=True, approvals=2)


def asked(key: str = "k1", *, by: Person = MEI, action: Action = Action.SHARE) -> Asked:
    return Asked(key, action, "base-2026", (), TARGETS, "nightly <b> & 中文", by, reply_to='{"to": "D1"}')


def add(store: Store, key: str = "k1", *, by: Person = MEI, action: Action = Action.SHARE, at: datetime = NOW) -> int:
    number = store.write(lambda ledger: ledger.add_request(asked(key, by=by, action=action), now=at))
    assert number is not None
    return number


def read(store: Store, number: int) -> Request:
    with store.read() as ledger:
        request = ledger.request(number)
    assert request is not None
    return request


def to_pending(store: Store, number: int, *, decide_by: datetime = LATER, at: datetime = NOW) -> None:
    def work(ledger: Ledger) -> None:
        assert ledger.checked(
            number,
            State.PENDING,
            now=at,
            home="100000000001",
            image=IMAGE,
            findings=FINDINGS,
            deciders=DECIDERS,
            decide_by=decide_by,
            attend_at=decide_by,
            requester_name="Mei Chen",
        )

    store.write(work)


def to_approved(store: Store, key: str, *, action: Action = Action.SHARE, at: datetime = NOW) -> int:
    number = add(store, key, action=action)
    to_pending(store, number)
    assert store.write(lambda ledger: ledger.move(number, State.PENDING, State.APPROVED, now=at))
    return number


def take(store: Store, number: int, lease: str = "mine", at: datetime = NOW) -> bool:
    return store.write(lambda ledger: ledger.take(number, lease=lease, until=at + timedelta(seconds=90), now=at))


def test_a_request_reads_back_as_it_was_asked(store: Store) -> None:
    request = read(store, add(store))
    assert request.state is State.CHECKING
    assert (request.action, request.image_ref, request.regions) == (Action.SHARE, "base-2026", ())
    assert (request.reason, request.requester, request.reply_to) == ("nightly <b> & 中文", MEI, '{"to": "D1"}')
    assert request.targets == TARGETS
    assert [item.state for item in request.items] == [ItemState.WAITING] * 2
    assert request.asked_at == request.changed_at == request.not_before == NOW


def test_a_key_is_one_request_however_often_it_is_told(store: Store) -> None:
    number = add(store)
    assert store.write(lambda ledger: ledger.add_request(asked(), now=LATER)) is None
    with store.read() as ledger:
        assert ledger.number_of("k1") == number
        assert [len(one.items) for one in ledger.requests(before=0, limit=9)] == [2]


def test_numbers_only_grow(store: Store) -> None:
    assert add(store, "a") < add(store, "b") < add(store, "c")


def test_an_unknown_number_is_nobody(store: Store) -> None:
    with store.read() as ledger:
        assert ledger.request(404) is None


def test_what_the_checks_found_reads_back(store: Store) -> None:
    number = add(store)
    to_pending(store, number)
    request = read(store, number)
    assert (request.image, request.findings, request.deciders) == (IMAGE, FINDINGS, DECIDERS)
    assert (request.decide_by, request.requester.name) == (LATER, "Mei Chen")


def test_what_the_checks_found_is_not_written_over_a_request_that_went_on(store: Store) -> None:
    number = add(store)
    to_pending(store, number)
    assert not store.write(
        lambda ledger: ledger.checked(
            number,
            State.REFUSED,
            now=NOW,
            home="",
            image=None,
            findings=(),
            deciders=None,
            decide_by=NOW,
            attend_at=NOW,
            requester_name="x",
        )
    )
    assert read(store, number).findings == FINDINGS


def test_a_time_of_another_zone_is_the_same_time(store: Store) -> None:
    shanghai = NOW.astimezone(timezone(timedelta(hours=8)))
    assert read(store, add(store, at=shanghai)).asked_at == NOW
    with store.read() as ledger:
        assert ledger.to_check(NOW, 9)
        assert not ledger.to_check(NOW - timedelta(microseconds=1), 9)


def test_lists_show_the_newest_first_and_go_on_where_they_stopped(store: Store) -> None:
    numbers = [add(store, key, by=MEI if key in "ace" else LIN) for key in "abcde"]
    to_pending(store, numbers[1])

    def page(**of: object) -> list[int]:
        with store.read() as ledger:
            return [one.id for one in ledger.requests(**{"before": 0, "limit": 9, **of})]  # type: ignore[arg-type]

    assert page() == numbers[::-1]
    assert page(limit=2) == [numbers[4], numbers[3]]
    assert page(limit=2, before=numbers[3]) == [numbers[2], numbers[1]]
    assert page(of="U0MEI") == [numbers[4], numbers[2], numbers[0]]
    assert page(pending=True) == [numbers[1]]


def test_an_approved_request_is_taken_once(store: Store) -> None:
    number = to_approved(store, "a")
    assert take(store, number, "mine")
    assert not take(store, number, "theirs")
    assert read(store, number).lease == "mine"


def test_only_the_holder_of_the_lease_ends_an_execution(store: Store) -> None:
    number = to_approved(store, "a")
    take(store, number)

    def end(lease: str) -> bool:
        return store.write(lambda ledger: ledger.release(number, State.DONE, lease=lease, now=LATER, not_before=LATER))

    assert not end("theirs")
    assert read(store, number).state is State.EXECUTING
    assert end("mine")
    assert (read(store, number).state, read(store, number).lease) == (State.DONE, None)


def test_an_execution_is_abandoned_when_its_lease_runs_out_and_not_before(store: Store) -> None:
    number = to_approved(store, "a")
    take(store, number)
    with store.read() as ledger:
        assert ledger.abandoned(NOW + timedelta(seconds=89), 9) == []
        assert [one.id for one in ledger.abandoned(NOW + timedelta(seconds=90), 9)] == [number]


def test_ready_requests_of_one_image_come_together_up_to_the_first_of_another_action(store: Store) -> None:
    moments = [NOW + timedelta(seconds=second) for second in range(4)]
    actions = [Action.SHARE, Action.SHARE, Action.UNSHARE, Action.SHARE]
    numbers = [to_approved(store, str(at), action=action, at=at) for at, action in zip(moments, actions, strict=True)]
    with store.read() as ledger:
        assert [one.id for one in ledger.ready(moments[-1], 9)] == numbers[:2]
        assert [one.id for one in ledger.ready(moments[-1], 1)] == numbers[:1]
        assert ledger.ready(NOW - timedelta(seconds=1), 9) == []


def test_no_request_is_ready_while_another_of_its_image_is_executed(store: Store) -> None:
    first, _second = to_approved(store, "a"), to_approved(store, "b", at=LATER)
    take(store, first)
    with store.read() as ledger:
        assert ledger.ready(LATER, 9) == []


def test_what_was_put_off_is_not_overtaken_by_what_was_approved_after_it(store: Store) -> None:
    first = to_approved(store, "a", action=Action.SHARE)
    take(store, first)
    again = NOW + timedelta(seconds=20)
    store.write(lambda ledger: ledger.release(first, State.APPROVED, lease="mine", now=NOW, not_before=again))
    to_approved(store, "b", action=Action.UNSHARE, at=LATER)
    with store.read() as ledger:
        assert ledger.ready(LATER, 9) == []
        assert [one.id for one in ledger.ready(again, 9)] == [first]


def test_an_outcome_is_kept_with_its_account(store: Store) -> None:
    number = add(store)
    first, second = read(store, number).items
    failed = replace(first, state=ItemState.FAILED, code="X", message="no", cloud_request_id="r1", region="ap-x")
    store.write(lambda ledger: ledger.set_item(failed, now=LATER))
    assert read(store, number).items == (replace(failed, changed_at=LATER), second)
    store.write(lambda ledger: ledger.reset_items(number, now=LATER))
    again = read(store, number).items[0]
    assert (again.state, again.code, again.message) == (ItemState.WAITING, "", "")


def test_resetting_leaves_what_is_done(store: Store) -> None:
    number = add(store)
    items = read(store, number).items
    store.write(lambda ledger: ledger.set_item(replace(items[0], state=ItemState.DONE), now=NOW))
    store.write(lambda ledger: ledger.reset_items(number, now=LATER))
    assert read(store, number).items[0].state is ItemState.DONE


def test_a_grant_stands_until_it_is_ended(store: Store) -> None:
    number = to_approved(store, "a")
    request = read(store, number)
    items = [replace(item, image_id=IMAGE.image_id, region=IMAGE.region) for item in request.items]

    def grant_all(ledger: Ledger) -> None:
        for item in items:
            ledger.grants.add(request, item, home="1", now=NOW)

    store.write(grant_all)
    store.write(lambda ledger: ledger.grants.end(number, items[0], now=LATER))
    with store.read() as ledger:
        (grant,) = ledger.grants.of(IMAGE.image_id, IMAGE.region)
        assert (grant.target, grant.since, grant.request_id, grant.until) == (TARGETS[1], NOW, number, None)
        assert ledger.grants.of(IMAGE.image_id, "ap-singapore") == []


def test_a_person_has_one_word_and_the_last_one_stands(store: Store) -> None:
    number = add(store)
    approve = Decision(LIN, frozenset({Role.OWNER, Role.GUARDIAN}), Verdict.APPROVE, NOW)
    deny = Decision(LIN, frozenset({Role.OWNER}), Verdict.DENY, LATER, "„no“")
    other = Decision(MEI, frozenset(), Verdict.APPROVE, NOW)

    def decide(ledger: Ledger) -> None:
        for decision in (approve, other, deny):
            ledger.add_decision(number, decision)

    store.write(decide)
    assert read(store, number).decisions == (deny, other)


@pytest.mark.parametrize(
    ("due", "prepare"),
    [
        (Ledger.next_check, lambda store: add(store, at=LATER)),
        (Ledger.next_execution, lambda store: to_approved(store, "a", at=LATER)),
        (Ledger.next_deadline, lambda store: to_pending(store, add(store))),
        (Ledger.next_deadline, lambda store: take(store, to_approved(store, "a"), at=LATER - timedelta(seconds=90))),
        (Ledger.next_press, lambda store: store.write(lambda w: w.add_press(Press("p", 1, "U", Verb.DENY, LATER)))),
    ],
)
def test_the_next_due_time_is_known_where_something_waits(
    store: Store, due: Callable[[Ledger], datetime | None], prepare: Callable[[Store], object]
) -> None:
    with store.read() as ledger:
        assert due(ledger) is None
    prepare(store)
    with store.read() as ledger:
        assert due(ledger) == LATER


def test_what_waits_is_counted_by_state(store: Store) -> None:
    add(store, "a")
    to_pending(store, add(store, "b"))
    to_approved(store, "c")
    with store.read() as ledger:
        assert ledger.waiting() == {
            State.CHECKING: Waiting(1, NOW, 0),
            State.PENDING: Waiting(1, NOW),
            State.APPROVED: Waiting(1, NOW, 0),
            State.EXECUTING: Waiting(0, None),
        }
