"""The HTTP door, with Bolt, the listeners and the desk behind it: whatever is posted, there is a proper answer.

What an input sets off is part of it: work behind the ack is done before the next input, and what was recorded is
checked and judged. Only people are asked of Slack, the sandbox's; every other connection is refused.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import structlog
from anyio.from_thread import start_blocking_portal
from slack_sdk.errors import SlackApiError
from starlette.applications import Starlette
from starlette.types import Message

from approvals.account import Recorded
from approvals.catalogue import Catalogue
from approvals.checker import Checker
from approvals.desk import Desk
from approvals.home import HomeAccount
from approvals.judging import Judging
from approvals.model import Action, Asked, Person, Target
from approvals.policies import Policies
from approvals.policy import parse
from approvals.store import Store
from bot import config, limits
from bot.app import bolt_app, web_client
from bot.door import Events, door
from bot.homes import Homes
from bot.installation import Installation
from bot.metrics import Metrics
from bot.people import People
from bot.replies import Replies, ReplyAddress
from bot.sandbox import company
from bot.sandbox.workspace.server import WorkspaceServer
from bot.services import Background, Services
from bot.slack import UNREACHED
from tests.bench.memory_cloud import MemoryCloud
from tests.bot.drawn import accepted
from tests.fuzz.letter import Letter
from tests.fuzz.payloads import mutated as mutated
from tests.fuzz.target import Check, within

LONGEST = 8192
_SECONDS = 2.0  # Slack waits three
_NOW = datetime(2026, 1, 31, 8, tzinfo=UTC)
_WAITING = 3  # requests that wait for their owners at the beginning, so that buttons have something to decide
_NOWHERE = "http://127.0.0.1:9/api/"
_SENTENCES = {400, 401, 404, 405, 413}
_SLACK_DOWN = (SlackApiError, *UNREACHED)


class InPlace(Background):
    """Works at once, so that what follows an answer belongs to the input that asked for it."""

    def run(self, name: str, work: Callable[[], None]) -> None:
        self._guarded(name, work, "en")


class Faults(logging.Handler):
    """Collects what was logged with a traceback, but for Slack's not being there."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[BaseException] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info and record.exc_info[1] is not None:
            self._note(record.exc_info[1])

    def process(self, _logger: object, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        """The same, of structlog."""
        error = sys.exc_info()[1]
        if event.get("exc_info") and error is not None:
            self._note(error)
        raise structlog.DropEvent

    def _note(self, error: BaseException) -> None:
        if not isinstance(error, _SLACK_DOWN):
            self.seen.append(error)


@contextmanager
def opened(folder: Path) -> Iterator[Check]:
    faults = Faults()
    logging.basicConfig(handlers=[faults], level=logging.WARNING, force=True)
    structlog.configure(processors=[faults.process], cache_logger_on_first_use=False)
    workspace = WorkspaceServer().start()
    _stay_inside(int(urlsplit(workspace.api_url).port or 0))
    try:
        with start_blocking_portal() as loop, closing(_Bot(workspace.api_url, folder / "door.db")) as bot:

            def check(data: bytes) -> None:
                letter = Letter.read(data)
                with within(_SECONDS):
                    status, body = loop.call(_post, bot.door, letter)
                _judge(letter, status, body)
                bot.go_on()
                if faults.seen:
                    raise faults.seen.pop()

            yield check
    finally:
        workspace.stop()


class _Bot:
    """As ``bot.app`` puts it together, but that time stands still and nothing is repeated in the background."""

    def __init__(self, api_url: str, db: Path) -> None:
        settings = config.of({"SLACK_BOT_TOKEN": company.BOT_TOKEN, "SLACK_API_URL": _NOWHERE})
        slack = web_client(config.of({"SLACK_BOT_TOKEN": company.BOT_TOKEN, "SLACK_API_URL": api_url}), None)
        slack.token = company.BOT_TOKEN
        nobody = web_client(settings, company.BOT_TOKEN)
        self._store = Store(db)
        policy, cloud = parse(company.POLICY), MemoryCloud()
        policies = Policies(policy)
        installation = Installation(slack)
        installation.ask()
        people = People(slack, installation.workspace, clock=lambda: 0.0)
        for member in company.PEOPLE:
            people.person(member.id)
        desk = Desk(self._store, policies, people, clock=_now)
        replies = Replies(nobody, _now)
        catalogue = Catalogue(policy.home.regions, _now)
        for region in policy.home.regions:
            catalogue.note_images(region, cloud.images_by_id(region, ["base", "gpu"]), began=_NOW, ended=_NOW)
        self._checker = Checker(self._store, cloud, policies, people, HomeAccount(cloud, policy, Recorded(self._store)))
        services = Services(
            desk=desk,
            store=self._store,
            policies=policies,
            people=people,
            cloud=cloud,
            catalogue=catalogue,
            client=nobody,
            replies=replies,
            background=InPlace(),
            clock=_now,
            checker=self._checker,
            opening=InPlace(),
            previewing=InPlace(),
            homes=Homes(),
            health=dict,
        )
        app = bolt_app(settings, installation, services)
        self._judging = Judging(self._store, desk)
        desk.submit([_asked(number, policy.target("100012345678")) for number in range(_WAITING)])
        self.go_on()
        metrics = Metrics(self._store, _now)
        self.door: Starlette = door(
            metrics, _well, Events(app, self._store, metrics, signing_secret=company.SIGNING_SECRET)
        )

    def go_on(self) -> None:
        """What was recorded can be worked on."""
        while self._checker.sweep(_NOW) or self._judging.sweep(_NOW):
            pass

    def close(self) -> None:
        self._checker.close()
        self._store.close()


def _asked(number: int, target: Target) -> Asked:
    reply_to = ReplyAddress("U0MEI").text()
    return Asked(str(number), Action.SHARE, "base-nightly", (), (target,), "x", Person("U0MEI", "mei"), reply_to)


def _now() -> datetime:
    return _NOW


def _well() -> dict[str, dict[str, str]]:
    return {"problems": {}, "warnings": {}}


def _stay_inside(port: int) -> None:
    """Refuse every connection but those to the sandbox's Slack, whatever address an input names."""

    def hook(event: str, args: tuple[Any, ...]) -> None:
        if event == "socket.getaddrinfo" and args[1] != port:
            raise ConnectionRefusedError("the fuzzer calls nobody")
        if event == "socket.connect" and isinstance(args[1], tuple) and args[1][1] != port:
            raise ConnectionRefusedError("the fuzzer calls nobody")

    sys.addaudithook(hook)


async def _post(app: Starlette, letter: Letter) -> tuple[int, bytes]:
    """One request in ASGI, without a socket; the body comes in up to three pieces."""
    body, headers = letter.posted()
    path, _, query = letter.path.partition("?")
    third = len(body) // 3 + 1
    pieces = [body[start : start + third] for start in range(0, len(body), third)] or [b""]
    answer: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": pieces.pop(0), "more_body": bool(pieces)}

    async def send(message: Message) -> None:
        answer.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "scheme": "http",
        "method": letter.method,
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": query.encode(),
        "headers": headers,
        "client": ("127.0.0.1", 50000),
        "server": ("127.0.0.1", 80),
    }
    await app(scope, receive, send)
    return answer[0]["status"], b"".join(part.get("body", b"") for part in answer[1:])


def _judge(letter: Letter, status: int, body: bytes) -> None:
    assert status < 500, (status, body[:500])
    text = body.decode()
    assert "Traceback" not in text
    if status in _SENTENCES and letter.method != "HEAD":
        assert text.strip(), status
    if letter.path != "/slack/events" or letter.method != "POST":
        return
    if not letter.trusted:
        assert status in (401, 413), status
    elif text and status == 200:
        _usable(text)


def _usable(text: str) -> None:
    """What Slack is told is a text, or a message or the errors of a form that Slack takes."""
    if not text.startswith("{"):
        return
    told = json.loads(text)
    if "blocks" in told or "text" in told:
        accepted(told["text"], told.get("blocks"))
    elif "errors" in told:
        assert told["response_action"] == "errors"
        assert all(isinstance(one, str) and one.strip() for one in told["errors"].values())
        assert told["errors"]
    elif "options" in told:
        assert len(told["options"]) <= limits.OPTIONS
        for option in told["options"]:
            assert 0 < len(option["text"]["text"]) <= limits.OPTION_TEXT
            assert 0 < len(option["value"]) <= limits.OPTION_VALUE
    else:
        assert set(told) == {"challenge"}
