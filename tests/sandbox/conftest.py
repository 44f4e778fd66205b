"""A local workspace, and slack-sdk's client with the bot's token on it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from slack_sdk import WebClient

from bot.sandbox.workspace.server import WorkspaceServer
from tests.sandbox.workspace_support import client_of, running


@pytest.fixture
def workspace() -> Iterator[WorkspaceServer]:
    with running() as server:
        yield server


@pytest.fixture
def client(workspace: WorkspaceServer) -> WebClient:
    return client_of(workspace)
