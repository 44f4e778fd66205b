"""Who is answered though another one has to wait, and who need not wait at all."""

from __future__ import annotations

import asyncio
import itertools
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing
from urllib.parse import urlencode

import pytest
from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message

from bot.door import Events
from bot.sandbox import company
from bot.sandbox.run import Sandbox, opened
from tests.e2e.door import COMMAND, DoorKnocker, headers

WITHIN = 20.0  # seconds
ASKS = "share base-nightly with data-team because x"


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with opened() as running:
        yield running


def numbers(sandbox: Sandbox) -> list[int]:
    with sandbox.bot.store.read() as ledger:
        return [one.id for one in ledger.requests(before=0, limit=100)]


def test_while_another_process_writes_a_command_waits_and_holds_up_nobody(sandbox: Sandbox) -> None:
    door = DoorKnocker(sandbox.door.url)
    with (
        closing(sqlite3.connect(sandbox.bot.settings.db, isolation_level=None)) as other,
        ThreadPoolExecutor(3) as people,
    ):
        other.execute("BEGIN IMMEDIATE")
        asked = [people.submit(door.command, ASKS, trigger_id=f"1.{number}.waits") for number in range(3)]
        assert [door.ask("/healthz") for _ in range(3)] == [(200, "ok\n")] * 3
        assert "/image share" in door.command("help")[1]
        assert not wait(asked, timeout=0.1).done
        other.execute("COMMIT")
        answers = [one.result(WITHIN) for one in asked]
    assert sorted(text.split("#")[1][0] for _status, text in answers) == ["1", "2", "3"]
    assert sorted(numbers(sandbox)) == [1, 2, 3]


def test_a_command_for_which_nothing_must_be_waited_for_needs_no_thread(sandbox: Sandbox) -> None:
    bot = sandbox.bot
    events = Events(bot.app, bot.store, bot.metrics, signing_secret=company.SIGNING_SECRET)

    async def answered() -> Response:
        threads = to_thread.current_default_thread_limiter()
        for _ in range(int(threads.total_tokens)):
            threads.acquire_on_behalf_of_nowait(object())
        for number in itertools.count():  # the disk may be slow for a moment, and a sweep may write
            bot.store.write(lambda _ledger: None)
            try:
                return await asyncio.wait_for(events.receive(command(number)), 1.0)
            except TimeoutError:
                assert number < WITHIN
        raise AssertionError

    assert b"recorded" in asyncio.run(answered()).body
    assert len(numbers(sandbox)) == 1


def command(number: int) -> Request:
    body = urlencode({**COMMAND, "text": ASKS, "trigger_id": f"2.{number}.at-once"}).encode()

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    told = [
        (name.lower().encode(), value if isinstance(value, bytes) else value.encode())
        for name, value in headers(body).items()
    ]
    return Request({"type": "http", "method": "POST", "path": "/slack/events", "headers": told}, receive)
