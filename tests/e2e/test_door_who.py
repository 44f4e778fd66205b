"""Who is no member, or no person, can neither ask nor decide, nor look at what the company shares."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from approvals.model import State
from bot import ids
from bot.sandbox import company
from bot.sandbox.run import Sandbox, opened
from tests.e2e.conftest import Company, at
from tests.e2e.database import wait_for
from tests.e2e.door import DoorKnocker, press, shortcut, submission

NO = "You can't use Imagewarden: guests can neither ask nor decide."


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """With one request, #1, that waits for Lin: Omar's account is deactivated."""
    with opened() as running:
        running.workspace.state.deactivated.add("U0OMAR")
        people = at(running)
        people.mei.types("/image share base-nightly with data-team because of project Bluebird")
        people.mei.sees("asked @lin")
        yield running


@pytest.fixture
def people(sandbox: Sandbox) -> Company:
    return at(sandbox)


@pytest.mark.parametrize("words", ["requests", "requests 1", "requests mine", "show base-nightly"])
def test_a_guest_is_told_nothing_of_what_the_company_has(people: Company, words: str) -> None:
    gus = people.gus
    gus.types(f"/image {words}", channel="C0GENERAL")
    first = gus.shown

    gus.sees(NO)
    told = [first or "", *(gus.text_of(one) for one in gus.messages("C0GENERAL"))]
    assert not any("Bluebird" in one or "data-team" in one or "@mei" in one for one in told)
    assert len([one for one in gus.messages() if NO in gus.text_of(one)]) == 1


@pytest.mark.parametrize(
    "words", ["help", "shear base-nightly", "share base-nightly with data-taem", "share x", "requests", "requests 1"]
)
def test_a_guest_whom_the_bot_knows_is_told_so_at_once(people: Company, words: str) -> None:
    people.gus.types("/image requests")
    people.gus.sees(NO)

    people.gus.types(f"/image {words}")

    assert people.gus.shown == NO


def test_help_waits_for_nobody_and_finds_out_who_asked(people: Company) -> None:
    people.gus.types("/image help")
    assert "/image share" in (people.gus.shown or "") or people.gus.sees("/image share")

    def told_no() -> bool:
        people.gus.types("/image help")
        return people.gus.shown == NO

    wait_for(told_no)


def test_a_member_whom_nobody_knows_yet_is_answered_as_soon_as_slack_has_said_who_they_are(people: Company) -> None:
    sara = people.sara
    sara.types("/image requests")
    assert sara.shown in ("Looking up the requests …", None)
    assert "#1 share base-nightly" in sara.text_of(sara.sees("Requests"))

    sara.types("/image requests 1")
    assert "Looking up" not in str(sara.shown)


def test_a_guest_opens_no_form(people: Company) -> None:
    gus = people.gus
    gus.types("/image")
    gus.sees(NO)
    gus.takes_shortcut("Share an image")
    wait_for(lambda: len([one for one in gus.messages() if NO in gus.text_of(one)]) == 2)

    assert gus.state()["views"] == []
    gus.opens_home(NO)
    assert gus.buttons(gus.state()["home"]) == []


def judged(sandbox: Sandbox) -> list[str]:
    with sandbox.bot.store.read() as ledger:
        assert [one.state for one in ledger.requests(before=0, limit=9)] == [State.PENDING]
        return [str(line["actor_id"]) for line in ledger.audit_of(1) if line["event"] == "press_refused"]


@pytest.mark.parametrize("who", ["U0GUS", company.BOT_USER, "USLACKBOT", "U0NOBODY", "U0OMAR"])
def test_guests_bots_strangers_and_the_deactivated_decide_nothing(sandbox: Sandbox, who: str) -> None:
    door = DoorKnocker(sandbox.door.url)
    them = {"user": {"id": who, "username": "x", "team_id": company.TEAM}}
    presses: list[dict[str, Any]] = [press(one, "1") | them for one in ("approve", "deny", "cancel", "retry")]
    presses.append(submission(ids.DENY_VIEW, '{"request": 1}', {ids.REASON: "x"}) | them)
    for pressed in presses:
        assert door.interact(pressed)[0] == 200

    wait_for(lambda: len(judged(sandbox)) == len(presses))
    assert set(judged(sandbox)) == {who}
    assert sandbox.cloud.state.shares("img-6pb6lrmy") == {}


@pytest.mark.parametrize("who", ["U0GUS", company.BOT_USER, "U0NOBODY", "U0OMAR"])
def test_guests_bots_strangers_and_the_deactivated_ask_for_nothing(sandbox: Sandbox, who: str) -> None:
    door = DoorKnocker(sandbox.door.url)
    form = {ids.IMAGE: ["base-nightly"], ids.ACCOUNTS: ["100012345678"], ids.REASON: "x"}
    them = {"user": {"id": who, "username": "x", "team_id": company.TEAM}}
    door.command("share base-nightly with data-team because x", user_id=who)
    door.interact(submission(ids.FORM_VIEW, "", form) | them)

    def states() -> list[State]:
        with sandbox.bot.store.read() as ledger:
            return [one.state for one in ledger.requests(of=who, before=0, limit=9)]

    wait_for(lambda: states() == [State.REFUSED] * 2)
    assert door.interact(shortcut(ids.SHORTCUT_FORM) | them)[0] == 200


def test_where_slack_cannot_tell_who_somebody_is_they_are_told_so(sandbox: Sandbox, people: Company) -> None:
    sandbox.workspace.faults.fail("users.info", "internal_error", status=500, times=2)  # asked for the language, too
    people.sara.types("/image requests")

    people.sara.sees("Slack doesn't tell me who you are right now. Try again in a minute.")
