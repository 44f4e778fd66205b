"""A local workspace whose clock is moved by hand, and the client of Slack that the bot has, on it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from bot.answers import Client
from bot.sandbox import company
from bot.sandbox.workspace.server import WorkspaceServer
from tests.sandbox.workspace_support import Clock, running


class Hands(Clock):
    """One clock for Slack and for the bot; it stands still until it is moved."""

    def utc(self) -> datetime:
        return datetime.fromtimestamp(self.now, UTC)


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def workspace(hands: Hands) -> Iterator[WorkspaceServer]:
    with running(hands) as server:
        yield server


@pytest.fixture
def client(workspace: WorkspaceServer) -> Client:
    return Client(token=company.BOT_TOKEN, base_url=workspace.api_url, retry_handlers=[])
