"""Somebody moves, removes or replaces the database or its log while the bot runs: nothing is acked and then lost."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.sandbox import company
from bot.sandbox.cloud.server import CloudServer
from bot.sandbox.workspace.server import WorkspaceServer
from tests.e2e.command import Running, environment, free_port, running
from tests.e2e.database import rows
from tests.e2e.door import DoorKnocker
from tests.e2e.misbehaving import until
from tests.e2e.person import PersonAt
from tests.e2e.starting import started

ASK = "/image share base-nightly with data-team because x"
NOT_RECORDED = "I can't record that right now"
MOVED = "it was moved, removed or replaced while the bot runs"


@pytest.fixture
def mei(workspace: WorkspaceServer) -> PersonAt:
    return PersonAt(workspace.url, "U0MEI")


@pytest.fixture
def bot(cloud: CloudServer, workspace: WorkspaceServer, tmp_path: Path) -> Iterator[Running]:
    port = free_port()
    env = environment(
        tmp_path, api_url=workspace.api_url, cloud_url=cloud.url, SLACK_SIGNING_SECRET=company.SIGNING_SECRET
    )
    workspace.deliver_to(f"http://127.0.0.1:{port}/slack/events")
    with running("run", "--http", f"127.0.0.1:{port}", listens=port, env=env, cwd=tmp_path) as made:
        yield made


def problem(bot: Running) -> str:
    told: dict[str, dict[str, str]] = json.loads(DoorKnocker(bot.url).ask("/readyz")[1])
    return told["problems"].get("database", "")


def test_a_file_that_is_moved_away_takes_nothing_until_it_is_back(bot: Running, mei: PersonAt, tmp_path: Path) -> None:
    file, aside = tmp_path / "bot.db", tmp_path / "aside.db"
    assert "#1" in str(mei.types(ASK))
    file.rename(aside)
    assert NOT_RECORDED in str(mei.types(ASK))
    until(lambda: MOVED in problem(bot))
    assert not file.exists()
    aside.rename(file)
    until(lambda: not problem(bot))
    assert "#2" in str(mei.types(ASK))


def test_a_file_that_is_replaced_takes_nothing(bot: Running, mei: PersonAt, tmp_path: Path) -> None:
    file = tmp_path / "bot.db"
    assert "#1" in str(mei.types(ASK))
    (tmp_path / "other.db").write_bytes(file.read_bytes())
    os.replace(tmp_path / "other.db", file)
    until(lambda: MOVED in problem(bot))  # before anybody asks
    assert NOT_RECORDED in str(mei.types(ASK))


@pytest.mark.parametrize("names", [["-wal"], ["-shm"], ["-wal", "-shm"]], ids=" ".join)
@pytest.mark.parametrize("ends", [signal.SIGTERM, signal.SIGKILL], ids=["stopped", "killed"])
def test_what_is_in_a_log_that_is_removed_is_not_lost(
    bot: Running,
    mei: PersonAt,
    cloud: CloudServer,
    workspace: WorkspaceServer,
    tmp_path: Path,
    names: list[str],
    ends: signal.Signals,
) -> None:
    assert "#1" in str(mei.types(ASK))
    for name in names:
        (tmp_path / f"bot.db{name}").unlink()
    until(lambda: f"bot.db{names[0]} beside it was moved" in problem(bot))
    assert NOT_RECORDED in str(mei.types(ASK))
    bot.process.send_signal(ends)
    bot.process.wait(timeout=20)
    assert [row["id"] for row in rows(tmp_path / "bot.db", "SELECT id FROM requests")] == [1]
    with started(cloud, workspace, tmp_path) as again:
        assert "#2" in str(again.types(ASK))
