"""Who gets what, in which order, for each thing that happens."""

from __future__ import annotations

import pytest

from approvals.model import Verb
from tests.approvals.fake_cloud import Crash
from tests.approvals.house import CHANNEL, DATA, LAB, LIN, MEI, OMAR, SARA, STRANGER, House, gist

CARDS = [("card", CHANNEL, ""), ("card", LIN, ""), ("card", OMAR, "")]
END = ("end", MEI, "")


def told(house: House) -> list[tuple[str, str, str]]:
    return [gist(notice) for notice in house.told()]


def thread(event: str) -> tuple[str, str, str]:
    return ("thread", CHANNEL, event)


def test_a_request_that_waits_for_its_check_is_told_to_nobody(house: House) -> None:
    house.ask(DATA)
    assert told(house) == []


def test_asking_shows_the_card_to_the_channel_and_the_owners_and_answers_the_requester(house: House) -> None:
    house.pending(DATA)
    assert told(house) == [*CARDS, thread("asked"), ("reply", f"reply:{MEI}", "asked")]


def test_a_guardian_who_is_needed_gets_the_card_too(house: House) -> None:
    house.pending(STRANGER)
    assert told(house)[:4] == [*CARDS, ("card", SARA, "")]


def test_somebody_who_is_owner_and_guardian_gets_one_card(house: House) -> None:
    house.directory.groups["S0SECURITY"] = (LIN, SARA)
    house.pending(STRANGER)
    assert [recipient for kind, recipient, _ in told(house) if kind == "card"] == [CHANNEL, LIN, OMAR, SARA]


def test_a_refusal_is_told_to_the_requester_alone(house: House) -> None:
    house.pending(DATA, image="nothing")
    assert told(house) == [("reply", f"reply:{MEI}", "refused")]


def test_an_approval_is_the_next_line_of_the_story_and_changes_every_card(house: House) -> None:
    number = house.pending(DATA)
    told(house)
    house.press(number, LIN, Verb.APPROVE)
    assert told(house) == [thread("approved"), *CARDS]


def test_an_approval_says_by_whom_and_as_what(house: House) -> None:
    house.directory.groups["S0SECURITY"] = (LIN, SARA)
    number = house.pending(STRANGER)
    house.told()
    house.press(number, LIN, Verb.APPROVE)
    assert dict(house.told()[0].facts) == {"event": "approved", "person": LIN, "roles": "guardian owner"}


def test_a_denial_tells_the_requester_with_the_reason_in_the_story(house: House) -> None:
    number = house.pending(DATA)
    house.told()
    house.press(number, OMAR, Verb.DENY, reason="not this one")
    notices = house.told()
    assert [gist(notice) for notice in notices] == [thread("denied"), *CARDS, END]
    assert dict(notices[0].facts) == {"event": "denied", "person": OMAR, "reason": "not this one"}


def test_a_cancelling_is_no_news_to_the_requester(house: House) -> None:
    number = house.pending(DATA)
    told(house)
    house.press(number, MEI, Verb.CANCEL)
    assert told(house) == [thread("cancelled"), *CARDS]


def test_an_execution_shows_how_it_ended_in_the_picture_that_waits_since_it_began(house: House) -> None:
    house.approved(DATA)
    told(house)
    house.execute()
    assert told(house) == [*CARDS, thread("ended"), END]


def test_a_picture_that_is_being_delivered_is_followed_by_another(house: House) -> None:
    house.approved(DATA)
    with house.store.read() as ledger:
        cards = [notice for notice in ledger.notices_due(house.clock(), 99) if notice.kind == "card"]
    house.store.write(lambda ledger: ledger.take_notices(house.clock(), 99, lease="mine", until=house.clock()))
    house.execute()
    assert [gist(notice) for notice in house.told() if notice.kind == "card"] == CARDS * 2
    assert len(cards) == len(CARDS)


def test_the_end_says_which_it_was(house: House) -> None:
    house.approved(DATA, LAB)
    house.cloud.bad = {LAB}
    house.execute()
    ended = [notice for notice in house.told() if notice.facts.get("event") == "ended"]
    assert [notice.facts["state"] for notice in ended] == ["partial"]


def test_an_attempt_that_is_repeated_does_not_show_the_beginning_again(house: House) -> None:
    house.approved(DATA)
    house.cloud.fail("share", Crash(), after_effect=True)
    told(house)
    with pytest.raises(Crash):
        house.execute()
    house.clock.advance(minutes=2)
    house.time_out()
    assert told(house) == CARDS
    house.execute()
    assert told(house) == [thread("ended"), *CARDS, END]


def test_a_retry_is_told_and_its_end_is_told_again(house: House) -> None:
    number = house.approved(DATA)
    house.cloud.bad = {DATA}
    house.execute()
    told(house)
    house.press(number, LIN, Verb.RETRY)
    assert told(house) == [thread("retried"), *CARDS]
    house.cloud.bad = set()
    house.execute()
    assert told(house)[-1] == END


def test_requests_that_are_done_together_are_each_told_of(house: House) -> None:
    house.approved(DATA)
    house.approved(LAB)
    told(house)
    house.execute()
    assert told(house).count(END) == 2


def test_each_place_has_a_lane_for_each_request_and_answers_wait_behind_the_card(house: House) -> None:
    number = house.pending(DATA)
    lanes = {(notice.kind, notice.recipient): notice.lane for notice in house.told()}
    assert lanes == {
        ("card", CHANNEL): f"{number}:{CHANNEL}",
        ("card", LIN): f"{number}:{LIN}",
        ("card", OMAR): f"{number}:{OMAR}",
        ("thread", CHANNEL): f"{number}:{CHANNEL}",
        ("reply", f"reply:{MEI}"): f"{number}:{CHANNEL}",
    }
