"""The whole thing, running: real bot, pretend workspace and cloud, all over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from bot.sandbox.cloud.server import CloudServer
from bot.sandbox.run import Sandbox, opened
from bot.sandbox.workspace.server import WorkspaceServer
from tests.e2e.person import PersonAt


@dataclass(frozen=True)
class Company:
    """The people of the sandbox, and what they work on."""

    sandbox: Sandbox
    mei: PersonAt
    lin: PersonAt
    omar: PersonAt
    sara: PersonAt
    gus: PersonAt

    def shares(self, image_id: str) -> set[str]:
        return set(self.sandbox.cloud.state.shares(image_id))

    def direct(self, person: PersonAt) -> str:
        """The conversation of that person with the bot, as soon as there is one."""
        person.sees("", within=5.0)
        conversations = person.state()["conversations"]
        return next(str(one["id"]) for one in conversations if one["kind"] == "dm")

    def changing_calls(self) -> list[str]:
        calls = self.sandbox.cloud.state.calls
        return [call.params["Permission"] for call in calls if call.action == "ModifyImageSharePermission"]


@pytest.fixture
def cloud() -> Iterator[CloudServer]:
    """The pretend cloud alone, for a bot that runs in a process of its own."""
    server = CloudServer().start()
    yield server
    server.stop()


@pytest.fixture
def workspace(cloud: CloudServer) -> Iterator[WorkspaceServer]:
    """The pretend workspace, likewise."""
    server = WorkspaceServer(port=0, cloud=cloud.state).start()
    yield server
    server.stop()


@pytest.fixture
def company() -> Iterator[Company]:
    with opened() as sandbox:
        yield at(sandbox)


def at(sandbox: Sandbox) -> Company:
    url = sandbox.workspace.url
    people = (PersonAt(url, user_id) for user_id in ("U0MEI", "U0LIN", "U0OMAR", "U0SARA", "U0GUS"))
    return Company(sandbox, *people)
