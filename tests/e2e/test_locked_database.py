"""Another process keeps the database locked: Slack is answered in time, with a sentence, and nothing is half done."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from bot import limits
from bot.sandbox import company
from bot.sandbox.cloud.server import CloudServer
from bot.sandbox.workspace.server import WorkspaceServer
from tests.e2e.command import environment, free_port, running
from tests.e2e.database import rows, wait_for
from tests.e2e.misbehaving import CHANNEL, DATA_TEAM, NIGHTLY
from tests.e2e.person import PersonAt
from tests.e2e.starting import started

NOT_ASKED = "I can't record that right now, so nothing was asked. Try again in a minute."
NOT_DECIDED = "I can't record that right now, so nothing was decided. Press again in a minute."


@contextmanager
def locked(database: Path) -> Iterator[None]:
    """Somebody has begun to write, and doesn't come to an end."""
    with closing(sqlite3.connect(database, isolation_level=None, timeout=30)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


def in_time(began: float) -> bool:
    return time.monotonic() - began < limits.ACK_WITHIN


def test_who_asks_and_who_presses_is_told_before_slack_gives_up(
    cloud: CloudServer, workspace: WorkspaceServer, tmp_path: Path
) -> None:
    lin, database = PersonAt(workspace.url, "U0LIN"), tmp_path / "bot.db"
    with started(cloud, workspace, tmp_path) as mei:
        mei.types("/image share base-nightly with data-team because x")
        card = lin.sees("Share base-nightly with data-team", where=CHANNEL)
        wait_for(lambda: not rows(database, "SELECT id FROM outbox WHERE sent_at IS NULL"))
        with locked(database):
            began = time.monotonic()
            assert mei.types("/image share gpu-trainer with data-team because y") == NOT_ASKED
            assert in_time(began)
            began = time.monotonic()
            assert lin.presses("Approve", on=card) is None
            assert in_time(began)
            lin.sees(NOT_DECIDED)
        assert [row["id"] for row in rows(database, "SELECT id FROM requests")] == [1]
        assert rows(database, "SELECT id FROM presses") == []

        lin.presses("Approve", on=card)
        wait_for(lambda: DATA_TEAM in cloud.state.shares(NIGHTLY))
        mei.types("/image share gpu-trainer with data-team because y")
        lin.sees("Share gpu-trainer with data-team", where=CHANNEL)
        wait_for(lambda: rows(database, "SELECT id FROM requests WHERE state = 'done'") != [])


def test_by_a_websocket_too_and_operators_see_it(
    cloud: CloudServer, workspace: WorkspaceServer, tmp_path: Path
) -> None:
    port = free_port()
    env = environment(tmp_path, api_url=workspace.api_url, cloud_url=cloud.url, SLACK_APP_TOKEN=company.APP_TOKEN)
    mei = PersonAt(workspace.url, "U0MEI")
    with running("run", "--metrics", f"127.0.0.1:{port}", listens=port, env=env, cwd=tmp_path) as bot:
        with locked(tmp_path / "bot.db"):
            began = time.monotonic()
            assert mei.types("/image share base-nightly with data-team because x") == NOT_ASKED
            assert in_time(began)
            wait_for(lambda: bot.get("/readyz") == 503)
        wait_for(lambda: bot.get("/readyz") == 200)
        assert "recorded" in (mei.types("/image share base-nightly with data-team because x") or "")
