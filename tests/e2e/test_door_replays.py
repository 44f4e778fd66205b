"""A signed body told again within its five minutes: by Slack, by a proxy, or by whoever has caught it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlencode

import pytest

from approvals.model import State
from bot import ids
from bot.door import Answer, Answers, Events, door
from bot.sandbox import company
from bot.sandbox.run import Sandbox, opened
from bot.serving import Server
from tests.e2e.conftest import Company, at
from tests.e2e.database import wait_for
from tests.e2e.door import COMMAND, JSON, DoorKnocker, Headers, event, headers, press, shortcut, submission

FORM = {ids.IMAGE: ["base-nightly"], ids.ACCOUNTS: ["100012345678"], ids.REASON: "x"}
Told = tuple[bytes, Headers]


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with opened() as running:
        yield running


@pytest.fixture
def people(sandbox: Sandbox) -> Company:
    return at(sandbox)


@pytest.fixture
def knocker(sandbox: Sandbox) -> DoorKnocker:
    return DoorKnocker(sandbox.door.url)


@pytest.fixture
def another(sandbox: Sandbox) -> Iterator[DoorKnocker]:
    """A second process's door on the same database: it remembers nothing of what the first was told."""
    bot = sandbox.bot
    events = Events(bot.app, bot.store, bot.metrics, signing_secret=company.SIGNING_SECRET)
    server = Server(door(bot.metrics, _no_report, events)).start()
    yield DoorKnocker(server.url)
    server.stop()


def _no_report() -> dict[str, dict[str, str]]:
    return {"problems": {}, "warnings": {}}


def caught(payload: dict[str, Any]) -> Told:
    body = urlencode({"payload": json.dumps(payload)}).encode()
    return body, headers(body)


def typed(text: str, **fields: str) -> Told:
    body = urlencode({**COMMAND, "text": text, **fields}).encode()
    return body, headers(body)


def numbers(sandbox: Sandbox) -> list[int]:
    with sandbox.bot.store.read() as ledger:
        return [one.id for one in ledger.requests(before=0, limit=100)]


def test_a_command_told_again_is_one_request_at_any_door(
    sandbox: Sandbox, knocker: DoorKnocker, another: DoorKnocker
) -> None:
    told = typed("share base-nightly with data-team because x")
    first = knocker.post(*told)

    assert "#1 recorded" in first[1]
    assert [knocker.post(*told) for _ in range(3)] == [first] * 3
    assert another.post(*told) == first
    assert numbers(sandbox) == [1]


def test_a_form_sent_twice_is_one_request_at_any_door(
    sandbox: Sandbox, knocker: DoorKnocker, another: DoorKnocker
) -> None:
    sent = submission(ids.FORM_VIEW, "", FORM)
    told = caught(sent)
    assert {knocker.post(*told), knocker.post(*told), another.post(*told)} == {(200, "")}

    assert knocker.interact({**sent, "trigger_id": "1.3.of-a-second-click"}) == (200, "")
    assert numbers(sandbox) == [1]


def test_a_press_told_again_is_one_press_at_any_door(
    sandbox: Sandbox, people: Company, knocker: DoorKnocker, another: DoorKnocker
) -> None:
    people.mei.types("/image share base-nightly with data-team because x")
    people.mei.sees("asked @lin")
    told = caught(press(ids.CANCEL, "1"))  # Lin may not: each press that is judged is told so once
    denial = caught(submission(ids.DENY_VIEW, '{"request": 1}', {ids.REASON: "no"}))
    for one in (told, denial):
        assert {knocker.post(*one), knocker.post(*one), another.post(*one)} == {(200, "")}

    people.mei.sees("denied it")
    assert [one.state for one in requests_in(sandbox)] == [State.DENIED]
    with sandbox.bot.store.read() as ledger:
        record = [str(line["event"]) for line in ledger.audit_of(1)]
    assert (record.count("press_refused"), record.count("denied")) == (1, 1)


def requests_in(sandbox: Sandbox) -> list[Any]:
    with sandbox.bot.store.read() as ledger:
        return ledger.requests(before=0, limit=100)


def test_what_only_reads_or_opens_is_done_once(sandbox: Sandbox, people: Company, knocker: DoorKnocker) -> None:
    people.mei.types("/image share base-nightly with data-team because x")
    people.mei.sees("asked @lin")
    triggers, api = sandbox.workspace.state.triggers, sandbox.workspace.api
    deny = press(ids.DENY, "1") | {"trigger_id": triggers.give("U0LIN")}
    opening = [
        caught(deny),
        caught(press(ids.OPEN_FORM, "form") | {"trigger_id": triggers.give("U0LIN")}),
        caught(shortcut(ids.SHORTCUT_FORM, trigger_id=triggers.give("U0LIN"))),
        typed("", user_id="U0LIN", trigger_id=triggers.give("U0LIN")),
    ]
    before = api.called["views.open"]
    for told in opening:
        assert len({knocker.post(*told) for _ in range(3)}) == 1
    wait_for(lambda: api.called["views.open"] >= before + len(opening))

    described = len(sandbox.cloud.state.calls)
    told = typed("show img-6pb6lrmy", user_id="U0LIN")
    assert len({knocker.post(*told) for _ in range(3)}) == 1
    people.lin.sees("Shared with")
    once = len(sandbox.cloud.state.calls) - described

    assert knocker.post(*typed("show img-6pb6lrmy", user_id="U0LIN", trigger_id="again"))[0] == 200
    wait_for(lambda: len(sandbox.cloud.state.calls) - described >= 2 * once)
    assert len(sandbox.cloud.state.calls) - described == 2 * once
    assert api.called["views.open"] == before + len(opening)


def test_at_another_door_slack_itself_opens_nothing_twice(
    sandbox: Sandbox, people: Company, knocker: DoorKnocker, another: DoorKnocker
) -> None:
    told = typed("", user_id="U0LIN", trigger_id=sandbox.workspace.state.triggers.give("U0LIN"))
    knocker.post(*told)
    people.lin.modal()
    another.post(*told)

    people.lin.sees("Slack didn't open the form in time. Try again.")
    assert len(people.lin.state()["views"]) == 1


def test_an_event_that_slack_tells_again_is_taken(knocker: DoorKnocker) -> None:
    body = json.dumps(event("app_home_opened", tab="home")).encode()
    once = headers(body, content_type=JSON)

    assert [knocker.post(body, {**once, "X-Slack-Retry-Num": str(number)}) for number in range(3)] == [(200, "")] * 3


def test_told_twenty_times_at_once_it_is_still_one(sandbox: Sandbox, knocker: DoorKnocker) -> None:
    told = typed("share base-nightly with data-team because x", trigger_id="at once")
    with ThreadPoolExecutor(20) as pool:
        answers = set(pool.map(lambda _: knocker.post(*told), range(20)))

    assert len(answers) == 1
    assert numbers(sandbox) == [1]


def test_the_same_words_signed_anew_are_answered_anew(knocker: DoorKnocker) -> None:
    assert "#1 recorded" in knocker.command("share base-nightly with data-team because x", trigger_id="1")[1]
    assert "#2 recorded" in knocker.command("share base-nightly with data-team because x", trigger_id="2")[1]


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_an_answer_is_kept_as_long_as_its_signature_is_good_and_no_answer_at_all_is_not() -> None:
    clock, loop = Clock(), asyncio.new_event_loop()
    answers = Answers(clock)

    def told(signature: str, status: int = 200, text: str = "") -> None:
        answers.add(signature, loop.create_future())
        answers.done(signature, Answer(status, "text/plain", text.encode()))

    told("first")
    told("failed", 500)
    assert answers.get("failed") is None
    clock.now = 599.0
    told("second")
    assert answers.get("first") is not None
    clock.now = 1200.0
    told("third")
    assert answers.get("second") is not None
    clock.now = 1800.0
    told("fourth")
    assert answers.get("second") is None
    loop.close()


def test_the_memory_of_answers_is_bounded() -> None:
    loop = asyncio.new_event_loop()
    answers = Answers(Clock())
    for number in range(1000):
        answers.add(str(number), loop.create_future())
        answers.done(str(number), Answer(200, "text/plain", b"x" * 100_000))

    kept = sum(answers.get(str(number)) is not None for number in range(1000))
    assert 80 < kept < 200
    assert answers.get("999") is not None
    loop.close()
