"""Killed before and after every step that leaves the process, and started anew: nothing is lost, nothing done twice."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

import bot
from approvals.cloud import LIGHTHOUSE
from bot.sandbox.workspace.server import WorkspaceServer
from tests.approvals.crashing import CHANGES, Fate, Life, Nap, Point, World, in_hand, live
from tests.approvals.fake_cloud import GUANGZHOU, SINGAPORE
from tests.approvals.flows import Flow
from tests.approvals.flows_as_meant import AS_MEANT
from tests.approvals.flows_in_trouble import IN_TROUBLE
from tests.approvals.flows_of_drift import OF_DRIFT
from tests.approvals.record import broken_lines
from tests.bot.conftest import Hands
from tests.sandbox.workspace_support import running

OF_TWO = {"taken over"}  # flows that tell of another process already
FLOWS = {**AS_MEANT, **IN_TROUBLE, **OF_DRIFT}


def _kills() -> Iterator[object]:
    for name, flow in FLOWS.items():
        for step in flow.points:
            for turn in _turns(name, step):
                for side in ("before", "after"):
                    yield pytest.param(name, (side, step, turn), id=f"{name}: {side} {step} {turn}")


def _meetings() -> Iterator[object]:
    """Before what changes something: by then what was read may be old."""
    for name, flow in FLOWS.items():
        for step in flow.points if name not in OF_TWO else ():
            for turn in _turns(name, step) if _is_change(step) else ():
                yield pytest.param(name, ("before", step, turn), id=f"{name}: {step} {turn}")


def _is_change(step: str) -> bool:
    place, _, method = step.partition(".")
    return place != "cloud" or method in CHANGES


def _turns(name: str, step: str) -> list[int]:
    """Every message of the main flow, the first and the last turn of its other steps; of other flows what differs."""
    times, main = FLOWS[name].points[step], FLOWS["approved"].points
    if name == "approved":
        return list(range(1, times + 1)) if step == "slack.chat.postMessage" else sorted({1, times})
    if step not in main:
        return sorted({1, times})
    return [] if step.startswith("slack.") or name == "long" else [times]


@pytest.fixture(scope="module")
def hands() -> Hands:
    return Hands()


@pytest.fixture(scope="module")
def everybodys_workspace(hands: Hands) -> Iterator[WorkspaceServer]:
    with running(hands) as server:
        yield server


@pytest.fixture
def world(everybodys_workspace: WorkspaceServer, hands: Hands, database: Path) -> Iterator[World]:
    yield World(database, everybodys_workspace, hands)
    everybodys_workspace.state.deactivated.clear()
    everybodys_workspace.faults.clear()


@pytest.fixture(scope="module")
def undisturbed(
    everybodys_workspace: WorkspaceServer, hands: Hands, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Counter[tuple[str, ...]]]:
    """The messages of each flow where nobody is killed; read once, by need."""
    told = {}
    for name, flow in FLOWS.items():
        path = tmp_path_factory.mktemp("undisturbed") / "imagewarden.db"
        world = World(path, everybodys_workspace, hands)
        live(world, flow.steps, Fate())
        told[name] = world.messages()
        everybodys_workspace.state.deactivated.clear()
    return told


@pytest.mark.parametrize("name", FLOWS)
def test_the_flow_takes_the_listed_steps_and_no_other(world: World, name: str) -> None:
    fate = Fate()
    live(world, FLOWS[name].steps, fate)
    assert fate.steps == FLOWS[name].points
    # What may come back after a loss of power and is done again; all else is on the disk before anything follows it.
    made = {step.removeprefix("commit of ") for step in fate.steps if step.startswith("commit of ")}
    light = {step for step in made if step.startswith(("Checker.", "Notices.", "Teller.", "Leases."))}
    assert fate.durable == made - light - {
        "Copying.sweep",
        "DriftWatch._remember",
        "Executor.sweep",
        "Judging._postponing",
        "Succession.sweep",
    }


def test_each_loop_of_the_bot_is_killed(world: World) -> None:
    life = Life(world, Fate())
    app = (Path(bot.__file__).parent / "app.py").read_text()
    # Each of these two makes one commit, by what it finds at that time, and nothing follows from it.
    assert set(re.findall(r'Sweep\("(\w+)"', app)) == life.sweeps | {"clock", "policy"}
    life.end()


@pytest.mark.parametrize(("name", "at"), list(_kills()))
def test_a_kill_loses_nothing_and_doubles_nothing(
    world: World, undisturbed: dict[str, Counter[tuple[str, ...]]], name: str, at: Point
) -> None:
    fate = Fate(at)
    live(world, FLOWS[name].steps, fate)
    assert fate.passed[-1] == at
    _all_came_as_meant(world, FLOWS[name])
    told = world.messages()
    assert undisturbed[name] - told == Counter()
    assert (told - undisturbed[name]).total() == int(in_hand(fate))


@pytest.mark.parametrize(("name", "at"), list(_meetings()))
def test_another_process_that_does_whatever_is_due_meanwhile_doubles_nothing(
    world: World, undisturbed: dict[str, Counter[tuple[str, ...]]], name: str, at: Point
) -> None:
    def meanwhile() -> None:
        other = Life(world, Fate())
        other.do_what_is_due()
        other.end()

    fate = Nap(at, meanwhile)
    live(world, FLOWS[name].steps, fate)
    assert at in fate.passed
    _all_came_as_meant(world, FLOWS[name])
    assert world.messages() == undisturbed[name]


def _all_came_as_meant(world: World, flow: Flow) -> None:
    assert [row["state"] for row in world.rows("SELECT state FROM requests")] == [flow.state, *flow.others]
    assert world.cloud.has() == flow.shared
    assert len(world.cloud.changes) == flow.changes
    assert tuple(row["state"] for row in world.rows("SELECT state FROM copies")) == flow.copies
    assert sum(call.name == "copy" for call in world.cloud.calls) == len(flow.copies)
    assert ((GUANGZHOU, "img-base0001") not in world.cloud.stock) is flow.deleted
    assert (len(world.cloud.offered), sum(call.name == "offer" for call in world.cloud.calls)) == (
        flow.offered,
        flow.offered,
    )
    deletions = [call.subject for call in world.cloud.calls if call.name == "delete_image"]
    assert deletions.count("img-base0001") == flow.deleted
    assert sum(region == SINGAPORE for region, _ in world.cloud.stock) == flow.copies.count("ready")
    _the_record_is_whole(world, flow)
    assert world.rows("SELECT id FROM presses WHERE judged_at IS NULL") == []
    assert world.rows("SELECT id FROM outbox WHERE sent_at IS NULL AND failed_at IS NULL") == []


def _the_record_is_whole(world: World, flow: Flow) -> None:
    lines = world.rows("SELECT * FROM audit ORDER BY seq")
    assert broken_lines(lines) == []
    events = Counter(line["event"] for line in lines)
    shares = sum(map(len, world.cloud.shares.values())) + len(world.cloud.offered)
    expected = {"asked": 1, "checked": 1, flow.state: 1, "share_done": shares, **flow.events}
    assert {event: events[event] for event in expected} == expected
    decisions = world.rows("SELECT person_id FROM decisions WHERE verdict = 'approve'")
    assert sum(events[one] for one in ("approved", "adopted", "shared_again")) == len(decisions)
    active = {row["account"] for row in world.rows("SELECT account FROM grants WHERE ended_at IS NULL")}
    assert active == world.cloud.has() | ({LIGHTHOUSE} if world.cloud.offered else set())
