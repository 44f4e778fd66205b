"""What people do: asking, deciding, cancelling, retrying; and every reason for which a press has no effect."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from approvals.errors import DirectoryError, StoreError
from approvals.model import Action, Asked, Person, Role, State, Target, Verb, Verdict
from bot.sandbox import company
from tests.approvals.fake_cloud import image
from tests.approvals.house import CHANNEL, DATA, GUS, LAB, LIN, MEI, OMAR, SARA, House, gist

DECIDING = [Verb.APPROVE, Verb.DENY]


def failed(house: House) -> int:
    number = house.approved(DATA)
    house.cloud.bad = {DATA}
    house.execute()
    house.cloud.bad = set()
    return number


def state(house: House, number: int) -> State:
    return house.request(number).state


def asked(key: str, image_ref: str = "base-2026") -> Asked:
    return Asked(key, Action.SHARE, image_ref, (), (Target(DATA),), "", Person(MEI, "mei"))


def test_an_owners_word_approves(house: House) -> None:
    number = house.pending(DATA)
    assert house.press(number, LIN, Verb.APPROVE) == "approve"
    request = house.request(number)
    assert request.state is State.APPROVED
    (decision,) = request.decisions
    assert (decision.person, decision.roles, decision.verdict) == (
        Person(LIN, "lin"),
        frozenset({Role.OWNER}),
        Verdict.APPROVE,
    )
    assert house.events(number) == ["asked", "checked", "approved"]


def test_an_owners_word_denies_with_the_reason(house: House) -> None:
    number = house.pending(DATA)
    assert house.press(number, OMAR, Verb.DENY, reason="ask again in May") == "deny"
    request = house.request(number)
    assert (request.state, request.decisions[0].reason) == (State.DENIED, "ask again in May")
    assert house.execute() == 0
    assert house.events(number)[-1] == "denied"


def test_the_requester_cancels(house: House) -> None:
    number = house.pending(DATA)
    assert house.press(number, MEI, Verb.CANCEL) == "cancel"
    assert state(house, number) is State.CANCELLED
    assert house.events(number)[-1] == "cancelled"


@pytest.mark.parametrize("verb", Verb)
def test_a_guest_may_do_nothing(house: House, verb: Verb) -> None:
    house.directory.groups["S0PLATFORM"] = (LIN, GUS)
    number = house.pending(DATA)
    assert house.press(number, GUS, verb) == "may_not_act"
    assert state(house, number) is State.PENDING


@pytest.mark.parametrize("verb", DECIDING)
def test_somebody_the_chat_does_not_know_may_do_nothing(house: House, verb: Verb) -> None:
    assert house.press(house.pending(DATA), "U0NOBODY", verb) == "may_not_act"


@pytest.mark.parametrize("verb", DECIDING)
def test_who_is_no_owner_decides_nothing(house: House, verb: Verb) -> None:
    number = house.pending(DATA, by=OMAR)
    for person in (MEI, SARA):
        assert house.press(number, person, verb) == "not_a_decider"
    assert state(house, number) is State.PENDING
    assert house.request(number).decisions == ()


@pytest.mark.parametrize("verb", DECIDING)
def test_nobody_decides_about_their_own_request(house: House, verb: Verb) -> None:
    number = house.pending(DATA, by=LIN)
    assert house.press(number, LIN, verb) == "own_request"
    assert state(house, number) is State.PENDING


def test_the_policy_may_allow_to_approve_ones_own_request(database: Path) -> None:
    policy = company.POLICY.replace("self_approval = false", "self_approval = true")
    house = House(database.with_name("self.db"), policy=policy)
    assert house.press(house.pending(DATA, by=LIN), LIN, Verb.APPROVE) == "approve"
    house.close()


def test_only_the_requester_cancels(house: House) -> None:
    number = house.pending(DATA)
    assert house.press(number, LIN, Verb.CANCEL) == "not_the_requester"
    assert state(house, number) is State.PENDING


@pytest.mark.parametrize("verb", DECIDING)
def test_who_is_an_owner_is_judged_at_the_press_and_not_when_it_was_asked(house: House, verb: Verb) -> None:
    number = house.pending(DATA)
    house.directory.groups["S0PLATFORM"] = (SARA,)
    assert house.press(number, LIN, verb) == "not_a_decider"
    assert house.press(number, SARA, verb) == verb.value


@pytest.mark.parametrize(("end", "person"), [(Verb.APPROVE, LIN), (Verb.DENY, LIN), (Verb.CANCEL, MEI)])
def test_what_is_decided_is_decided_once(house: House, end: Verb, person: str) -> None:
    number = house.pending(DATA)
    house.press(number, person, end)
    ended = house.request(number)
    for verb, presser in [(Verb.APPROVE, OMAR), (Verb.DENY, OMAR), (Verb.CANCEL, MEI)]:
        assert house.press(number, presser, verb) == "not_pending"
    assert house.request(number) == ended


def test_a_press_at_the_deadline_is_too_late_and_one_before_it_is_not(house: House) -> None:
    late, early = house.pending(DATA), house.pending(LAB)
    deadline = house.request(early).decide_by
    assert deadline is not None
    house.clock.now = deadline
    assert house.press(late, LIN, Verb.APPROVE) == "too_late"
    press = house.record(early, LIN, Verb.APPROVE)
    assert press is not None
    assert house.judged(replace(press, at=deadline - timedelta(microseconds=1))) == "approve"
    assert (state(house, late), state(house, early)) == (State.PENDING, State.APPROVED)


def test_a_press_that_is_delivered_twice_counts_once(house: House) -> None:
    number = house.pending(DATA)
    first = house.record(number, LIN, Verb.APPROVE, key="one press")
    assert first is not None
    assert house.record(number, LIN, Verb.APPROVE, key="one press") is None
    assert house.judged(first) == "approve"
    assert house.record(number, LIN, Verb.APPROVE, key="one press") is None
    assert house.judged(first) == "judged_already"
    assert len(house.request(number).decisions) == 1
    assert house.events(number).count("approved") == 1


def test_a_press_on_a_request_that_does_not_exist_or_was_never_asked_of_anybody(house: House) -> None:
    assert house.press(404, LIN, Verb.APPROVE) == "unknown_request"
    assert house.press(house.ask(DATA), LIN, Verb.APPROVE) == "unknown_request"
    lines = house.rows("SELECT event, request_id, detail FROM audit WHERE event = 'press_refused'")
    assert [line["request_id"] for line in lines] == [None, None]
    assert house.told() == []


def test_a_refused_press_is_answered_and_recorded(house: House) -> None:
    number = house.pending(DATA)
    house.told()
    house.press(number, SARA, Verb.APPROVE)
    (answer,) = house.told()
    assert (answer.kind, answer.recipient) == ("reply", f"reply:{SARA}")
    assert dict(answer.facts) == {"code": "not_a_decider", "person": SARA, "verb": "approve"}
    assert house.events(number)[-1] == "press_refused"


def test_an_owner_retries_what_failed(house: House) -> None:
    number = failed(house)
    assert state(house, number) is State.FAILED
    assert house.press(number, OMAR, Verb.RETRY) == "retry"
    assert (state(house, number), house.outcomes(number)) == (State.APPROVED, {DATA: "waiting"})
    house.execute()
    assert state(house, number) is State.DONE
    assert "retried" in house.events(number)


def test_who_is_no_owner_retries_nothing(house: House) -> None:
    number = failed(house)
    assert house.press(number, MEI, Verb.RETRY) == "own_request"
    assert house.press(number, SARA, Verb.RETRY) == "not_a_decider"
    assert state(house, number) is State.FAILED


def test_there_is_nothing_to_retry_where_nothing_failed(house: House) -> None:
    number = house.pending(DATA)
    assert house.press(number, LIN, Verb.RETRY) == "nothing_to_retry"
    house.press(number, LIN, Verb.APPROVE)
    assert house.press(number, LIN, Verb.RETRY) == "nothing_to_retry"
    house.execute()
    assert house.press(number, LIN, Verb.RETRY) == "nothing_to_retry"


def test_an_old_approval_is_not_brought_back_by_one_owner_alone(house: House) -> None:
    number = failed(house)
    house.clock.advance(days=3)
    assert house.press(number, LIN, Verb.RETRY) == "too_late_to_retry"
    assert state(house, number) is State.FAILED


def test_a_retry_is_possible_for_as_long_as_a_decision_was(house: House) -> None:
    number = failed(house)
    house.clock.advance(days=2, hours=23)
    assert house.press(number, LIN, Verb.RETRY) == "retry"


def test_a_delivery_that_is_told_twice_is_the_same_requests(house: House) -> None:
    numbers = house.desk.submit([asked("k:0"), asked("k:1", "gpu-1")])
    assert house.desk.submit([asked("k:0"), asked("k:1", "gpu-1")]) == numbers
    assert [event for number in numbers for event in house.events(number)] == ["asked", "asked"]


def test_of_several_requests_all_are_recorded_or_none(house: House) -> None:
    bad = replace(asked("k:1"), targets=(Target(None),))  # type: ignore[arg-type]  # the file refuses it
    with pytest.raises(StoreError, match="NOT NULL"):
        house.desk.submit([asked("k:0"), bad])
    assert house.rows("SELECT id FROM requests") == []
    assert house.rows("SELECT seq FROM audit") == []


def test_an_objection_is_told_before_anybody_presses(house: House) -> None:
    number = house.pending(DATA)
    assert house.desk.objection(LIN, number, Verb.DENY) is None
    assert house.desk.objection(MEI, number, Verb.DENY) == "own_request"
    assert house.desk.objection(SARA, number, Verb.DENY) == "not_a_decider"
    assert house.desk.objection(LIN, 404, Verb.DENY) == "unknown_request"
    house.clock.advance(days=3)
    assert house.desk.objection(LIN, number, Verb.APPROVE) == "too_late"
    assert house.events(number) == ["asked", "checked"]


def test_another_images_owner_decides_nothing_about_this_one(house: House) -> None:
    house.cloud.put(image("img-gpu00001", "gpu-1"))
    number = house.pending(DATA, image="gpu-1")
    assert house.press(number, LIN, Verb.APPROVE) == "not_a_decider"
    assert house.press(number, OMAR, Verb.APPROVE) == "approve"
    assert CHANNEL in {gist(notice)[1] for notice in house.told()}


def test_a_chat_that_cannot_tell_who_it_is_leaves_the_press_unjudged(house: House) -> None:
    press = house.record(house.pending(DATA), LIN, Verb.APPROVE)
    assert press is not None
    house.directory.down = True
    with pytest.raises(DirectoryError):
        house.judged(press)
    house.directory.down = False
    assert house.judged(press) == "approve"
