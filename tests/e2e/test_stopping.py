"""Asked to stop, it finishes the call in hand and takes nothing new; each line of the log names its request."""

from __future__ import annotations

import ctypes
import json
import signal
import sqlite3
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest

from bot.sandbox import company
from bot.sandbox.cloud import faults
from bot.sandbox.cloud.server import CloudServer
from bot.sandbox.workspace.server import WorkspaceServer
from tests.e2e.command import environment, free_port, running
from tests.e2e.misbehaving import CHANGE, CHANNEL, DATA_TEAM, NIGHTLY, SHARES, until
from tests.e2e.person import PersonAt

SECRET = {"SLACK_SIGNING_SECRET": company.SIGNING_SECRET}


def test_the_call_in_hand_is_finished_and_written_down(
    cloud: CloudServer, workspace: WorkspaceServer, tmp_path: Path
) -> None:
    port = free_port()
    env = environment(tmp_path, api_url=workspace.api_url, cloud_url=cloud.url, **SECRET)
    workspace.deliver_to(f"http://127.0.0.1:{port}/slack/events")
    cloud.state.delay(CHANGE, 1.5)
    cloud.state.faults.plan(SHARES, faults.error("InternalError"))
    mei, lin = PersonAt(workspace.url, "U0MEI"), PersonAt(workspace.url, "U0LIN")
    with running("run", "--http", f"127.0.0.1:{port}", listens=port, env=env, cwd=tmp_path) as bot:
        mei.types("/image share base-nightly with data-team because x")
        card = lin.sees("Share base-nightly with data-team", where=CHANNEL, within=20.0)
        lin.presses("Approve", on=card)
        until(lambda: any(call.action == CHANGE for call in cloud.state.calls))
        stopped: list[int] = []
        stopping = threading.Thread(target=lambda: stopped.append(bot.stop()))
        stopping.start()
        stopping.join(20)
        assert stopped == [0]
    assert set(cloud.state.shares(NIGHTLY)) == {DATA_TEAM}
    with closing(sqlite3.connect(tmp_path / "bot.db")) as connection:
        assert connection.execute("SELECT state FROM requests").fetchall() == [("done",)]
    lines = [json.loads(line) for line in (tmp_path / "bot.log").read_text().splitlines() if line.startswith("{")]
    assert [line["event"] for line in lines][-1] == "stopping"
    [postponed] = [line for line in lines if line["event"] == "check_postponed"]
    assert postponed["request"] == 1
    assert postponed["cloud"]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux names the threads of a process")
def test_it_stops_whichever_thread_the_kernel_gives_the_signal_to(
    cloud: CloudServer, workspace: WorkspaceServer, tmp_path: Path
) -> None:
    port = free_port()
    env = environment(tmp_path, api_url=workspace.api_url, cloud_url=cloud.url, **SECRET)
    with running("run", "--http", f"127.0.0.1:{port}", listens=port, env=env, cwd=tmp_path) as bot:
        until(lambda: '"running"' in (tmp_path / "bot.log").read_text())
        main = bot.process.pid
        others = [int(task.name) for task in Path(f"/proc/{main}/task").iterdir() if int(task.name) != main]
        assert ctypes.CDLL(None).tgkill(main, others[0], signal.SIGTERM) == 0
        assert bot.process.wait(timeout=10) == 0
