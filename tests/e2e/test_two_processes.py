"""Two bots on one database, with Slack spread over both: one word wins, and every message is sent once."""

from __future__ import annotations

import http.client
import itertools
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.sandbox import company
from bot.sandbox.cloud.server import CloudServer
from bot.sandbox.workspace.server import WorkspaceServer
from bot.serving import Server
from tests.e2e.command import environment, free_port, running
from tests.e2e.database import nothing_waits, rows, wait_for
from tests.e2e.person import PersonAt, Seen

Word = Callable[[], object]

CHANNEL = "C0IMAGES"
IMAGES = {"base-nightly": "img-6pb6lrmy", "base-22.04": "img-2qk8xv4d", "base-nightly-sg": "img-s6nb8s2e"}
DATA, LAB = "100012345678", "100023456789"


@contextmanager
def balancer(ports: Sequence[int]) -> Iterator[str]:
    """Passes what Slack posts to the bots by turns; gives its address."""
    turns = itertools.cycle(ports)

    def pass_on(body: bytes, headers: dict[str, str]) -> Response:
        with closing(http.client.HTTPConnection("127.0.0.1", next(turns), timeout=5)) as connection:
            connection.request("POST", "/slack/events", body, headers)
            answer = connection.getresponse()
            return Response(answer.read(), answer.status, media_type=answer.getheader("content-type"))

    async def take(request: Request) -> Response:
        headers = {key: value for key, value in request.headers.items() if key not in ("host", "content-length")}
        return await run_in_threadpool(pass_on, await request.body(), headers)

    server = Server(Starlette(routes=[Route("/slack/events", take, methods=["POST"])])).start()
    try:
        yield f"{server.url}/slack/events"
    finally:
        server.stop()


@pytest.fixture
def database(cloud: CloudServer, workspace: WorkspaceServer, tmp_path: Path) -> Iterator[Path]:
    """The file that two bots work on, while they run."""
    env = environment(
        tmp_path, api_url=workspace.api_url, cloud_url=cloud.url, SLACK_SIGNING_SECRET=company.SIGNING_SECRET
    )
    workspace.post_limit.at_once = 10_000  # the limit is tested elsewhere
    with ExitStack() as stack:
        ports = [free_port(), free_port()]
        for port in ports:
            stack.enter_context(running("run", "--http", f"127.0.0.1:{port}", listens=port, env=env, cwd=tmp_path))
        workspace.deliver_to(stack.enter_context(balancer(ports)))
        yield tmp_path / "bot.db"


def at_once(*words: Word) -> None:
    together = threading.Barrier(len(words))

    def say(word: Word) -> None:
        together.wait(10)
        word()

    with ThreadPoolExecutor(len(words)) as pool:
        list(pool.map(say, words))


def test_of_two_words_at_once_one_wins_and_the_other_person_hears_who_was_first(
    cloud: CloudServer, workspace: WorkspaceServer, database: Path
) -> None:
    mei, lin, omar = (PersonAt(workspace.url, user_id) for user_id in ("U0MEI", "U0LIN", "U0OMAR"))

    def approval(card: Seen) -> Word:
        return lambda: omar.presses("Approve", on=card)

    def denial(card: Seen) -> Word:
        omar.presses("Deny", on=card)
        modal = omar.modal()
        return lambda: omar.fills_and_submits(modal, {"Why": "not this one"})

    def cancelling(card: Seen) -> Word:
        return lambda: mei.presses("Cancel", on=card)

    races = {"base-nightly": (omar, approval), "base-22.04": (omar, denial), "base-nightly-sg": (mei, cancelling)}
    for number, (image, (rival, prepared)) in enumerate(races.items(), 1):
        mei.types(f"/image share {image} with data-team because of the race")
        card = lin.sees(f"Share {image} with data-team", where=CHANNEL)
        at_once(lambda card=card: lin.presses("Approve", on=card), prepared(card))  # type: ignore[misc]  # bound now

        wait_for(lambda: nothing_waits(database))
        decided = rows(database, "SELECT actor_id, event FROM audit WHERE event IN ('approved', 'denied', 'cancelled')")
        assert len(decided) == number  # one word counts
        winner, event = decided[-1]["actor_id"], decided[-1]["event"]
        assert winner in (lin.id, rival.id)
        loser = rival if winner == lin.id else lin
        name = {lin.id: "lin", omar.id: "omar", mei.id: "mei"}[winner]
        heard = [loser.text_of(one) for one in loser.messages()]
        assert any(says_who_was_first(text, name, event, number) for text in heard), heard

        (state,) = rows(database, f"SELECT state FROM requests WHERE id = {number}")
        assert state["state"] == ("done" if event == "approved" else event)
        before = {LAB} if image == "base-22.04" else set()
        assert set(cloud.state.shares(IMAGES[image])) - before == ({DATA} if event == "approved" else set())


def says_who_was_first(text: str, name: str, event: str, number: int) -> bool:
    done_by_then = f"#{number} was approved by @{name}"
    return f"@{name} {event} #{number}" in text or (event == "approved" and done_by_then in text)


def test_two_bots_send_every_message_once(cloud: CloudServer, workspace: WorkspaceServer, database: Path) -> None:
    mei, lin = PersonAt(workspace.url, "U0MEI"), PersonAt(workspace.url, "U0LIN")
    asked = [(image, account) for image in IMAGES for account in ("data-team", "partner-lab")]
    asked.remove(("base-22.04", "partner-lab"))  # it has it
    for image, account in asked:
        mei.types(f"/image share {image} with {account} because of the many")
    for image, account in asked:
        lin.presses("Approve", on=lin.sees(f"Share {image} with {account}", where=CHANNEL, within=15))
    wait_for(lambda: nothing_waits(database))

    assert {row["state"] for row in rows(database, "SELECT state FROM requests")} == {"done"}
    sent = Counter(
        (one.channel, one.only_for, one.thread_ts, one.text)
        for conversation in workspace.state.conversations.values()
        for one in conversation.messages
        if one.by_bot
    )
    assert {message: times for message, times in sent.items() if times > 1} == {}
    assert len(cloud.state.shares(IMAGES["base-nightly"])) == 2
