"""A process that may open no more files: it says so, once, and goes on when it may."""

from __future__ import annotations

import json
import os
import resource
import socket
import sys
import time
from pathlib import Path
from threading import Event

import pytest

from bot.sandbox import company
from bot.sandbox.cloud.server import CloudServer
from bot.sandbox.workspace.server import WorkspaceServer
from tests.e2e.command import Running, environment, free_port, running

_OUT_OF_FILES = "socket.accept() out of system resource"
_WITHIN = 10.0  # seconds


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits another process")
def test_connections_that_cannot_be_taken_are_told_of_once(
    cloud: CloudServer, workspace: WorkspaceServer, tmp_path: Path
) -> None:
    port = free_port()
    secret = {"SLACK_SIGNING_SECRET": company.SIGNING_SECRET}
    env = environment(tmp_path, api_url=workspace.api_url, cloud_url=cloud.url, **secret)
    with running("run", "--http", f"127.0.0.1:{port}", listens=port, env=env, cwd=tmp_path) as bot:
        before = resource.prlimit(bot.process.pid, resource.RLIMIT_NOFILE)
        resource.prlimit(bot.process.pid, resource.RLIMIT_NOFILE, (_lowest_free(bot), before[1]))
        with socket.create_connection(("127.0.0.1", port)):
            _wait_for_a_line(tmp_path / "bot.log")
            resource.prlimit(bot.process.pid, resource.RLIMIT_NOFILE, before)
        assert bot.get("/healthz") == 200
        assert bot.stop() == 0

    events = [json.loads(line)["event"] for line in (tmp_path / "bot.log").read_text().splitlines()]
    assert len([event for event in events if _OUT_OF_FILES in event]) == 1


def _lowest_free(bot: Running) -> int:
    """The number of the file that would be opened next."""
    taken = {int(name) for name in os.listdir(f"/proc/{bot.process.pid}/fd")}
    return next(number for number in range(len(taken) + 1) if number not in taken)


def _wait_for_a_line(log: Path) -> None:
    until = time.monotonic() + _WITHIN
    while _OUT_OF_FILES not in log.read_text():
        assert time.monotonic() < until, log.read_text()
        Event().wait(0.03)
