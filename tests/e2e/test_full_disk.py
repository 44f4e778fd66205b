"""The disk is full: whoever asks is told, ``/readyz`` says why, and it goes on by itself when there is room again."""

from __future__ import annotations

import json
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.sandbox import company
from bot.sandbox.cloud.server import CloudServer
from bot.sandbox.workspace.server import WorkspaceServer
from tests.e2e.command import Running, environment, free_port, running
from tests.e2e.database import rows, wait_for
from tests.e2e.misbehaving import CHANGE, CHANNEL, DATA_TEAM, NIGHTLY
from tests.e2e.person import PersonAt, Seen

if sys.platform == "linux":
    from resource import RLIM_INFINITY, RLIMIT_FSIZE, prlimit
else:
    pytest.skip("only Linux bounds the files of a process that runs", allow_module_level=True)


_FAULTS = "imagewarden_sweep_faults_total"


@contextmanager
def full_disk(bot: Running) -> Iterator[None]:
    """No file of the process can be written, as where there is no room."""
    prlimit(bot.process.pid, RLIMIT_FSIZE, (0, RLIM_INFINITY))
    try:
        yield
    finally:
        prlimit(bot.process.pid, RLIMIT_FSIZE, (RLIM_INFINITY, RLIM_INFINITY))


def problems(bot: Running) -> dict[str, str]:
    try:
        with urllib.request.urlopen(f"{bot.url}/readyz", timeout=5) as answer:
            told = json.loads(answer.read())
    except urllib.error.HTTPError as error:
        with error:
            told = json.loads(error.read())
    found: dict[str, str] = told["problems"]
    return found


def sweep_faults(bot: Running) -> list[float]:
    """How often each loop ended in a fault that nobody foresaw. The log can't tell: it is a file, too."""
    with urllib.request.urlopen(f"{bot.url}/metrics", timeout=5) as answer:
        families = text_string_to_metric_families(answer.read().decode())
        return [one.value for family in families for one in family.samples if one.name == _FAULTS]


@contextmanager
def asked(
    cloud: CloudServer, workspace: WorkspaceServer, folder: Path, under: Sequence[str] = ()
) -> Iterator[tuple[Running, PersonAt, Seen]]:
    """A bot that runs, lin, and the card on which lin is asked."""
    port = free_port()
    secret = {"SLACK_SIGNING_SECRET": company.SIGNING_SECRET}
    env = environment(folder, api_url=workspace.api_url, cloud_url=cloud.url, **secret)
    workspace.deliver_to(f"http://127.0.0.1:{port}/slack/events")
    mei, lin = PersonAt(workspace.url, "U0MEI"), PersonAt(workspace.url, "U0LIN")
    with running("run", "--http", f"127.0.0.1:{port}", listens=port, env=env, cwd=folder, under=under) as bot:
        mei.types("/image share base-nightly with data-team because x")
        yield bot, lin, lin.sees("Share base-nightly with data-team", where=CHANNEL, within=20.0)
        mei.sees("is shared with data-team", within=40.0)
        wait_for(lambda: problems(bot) == {})
        assert set(sweep_faults(bot)) == {0.0}
        assert bot.stop() == 0


def test_a_full_disk_is_told_and_outlasted(cloud: CloudServer, workspace: WorkspaceServer, tmp_path: Path) -> None:
    mei = PersonAt(workspace.url, "U0MEI")
    with asked(cloud, workspace, tmp_path) as (bot, lin, card):
        with full_disk(bot):
            shown = mei.types("/image share gpu-trainer with data-team because x")
            assert shown == "I can't record that right now, so nothing was asked. Try again in a minute."
            assert lin.presses("Approve", on=card) is None
            lin.sees("I can't record that right now", within=10.0)
            wait_for(lambda: "database" in problems(bot))
            assert "disk" in problems(bot)["database"]
            assert bot.get("/healthz") == 200
        wait_for(lambda: problems(bot) == {})
        lin.presses("Approve", on=card)
    assert set(cloud.state.shares(NIGHTLY)) == {DATA_TEAM}
    assert [row["state"] for row in rows(tmp_path / "bot.db", "SELECT state FROM requests")] == ["done"]


def test_what_is_underway_when_the_disk_fills_is_done_once_when_there_is_room(
    cloud: CloudServer, workspace: WorkspaceServer, tmp_path: Path
) -> None:
    with asked(cloud, workspace, tmp_path) as (bot, lin, card):
        cloud.state.delay(CHANGE, 1.5)
        lin.presses("Approve", on=card)
        wait_for(lambda: DATA_TEAM in cloud.state.shares(NIGHTLY))  # the call is made, and its answer on the way
        with full_disk(bot):
            lin.presses("Approve", on=card)
            wait_for(lambda: "database" in problems(bot))
    assert len([call for call in cloud.state.calls if call.action == CHANGE]) == 1


def test_a_disk_without_room_for_the_whole_log_is_enough_to_begin(
    cloud: CloudServer, workspace: WorkspaceServer, tmp_path: Path
) -> None:
    """The log is written once at the start so that later commits are quick, and for nothing else."""
    with asked(cloud, workspace, tmp_path, under=("sh", "-c", 'ulimit -f 4096 && exec "$@"', "sh")) as (
        _bot,
        lin,
        card,
    ):
        lin.presses("Approve", on=card)
    assert "log_not_preallocated" in Path(tmp_path, "bot.log").read_text()
