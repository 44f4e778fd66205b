"""Killed before and after every step that leaves the process, and started anew: nothing is lost, nothing done twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from approvals.cloud import LIGHTHOUSE
from approvals.errors import AuthFailed, OutcomeUnknown, Unavailable
from approvals.model import Action, Verb
from approvals.terms import Term
from bot.sandbox.workspace.server import WorkspaceServer
from tests.approvals.crashing import DEAD_FOR, Fate, Killed, Life, Step, World, in_hand, live
from tests.approvals.fake_cloud import GUANGZHOU, SINGAPORE
from tests.approvals.house import CHANNEL, DATA, GUS, LAB, LIN, OMAR, SARA, STRANGER
from tests.approvals.record import broken_lines
from tests.bot.conftest import Hands
from tests.sandbox.workspace_support import running

NOT_NOW = Unavailable("DescribeImages", "InternalError", "not now")
REVOKED = AuthFailed("DescribeImages", "AuthFailure.SecretIdNotFound", "no such key", advice="Give another.")


def _settle(_world: World, life: Life) -> None:
    life.settle()


def _ask_for(account: str) -> Step:
    return lambda _world, life: life.ask(account)


def _ask_for_both_regions(_world: World, life: Life) -> None:
    life.ask(DATA, regions=(GUANGZHOU, SINGAPORE))


def _ask_to_delete(world: World, life: Life) -> None:
    world.cloud.give([DATA, STRANGER])
    life.ask(action=Action.DELETE)


def _ask_to_take_it_back_from_all(world: World, life: Life) -> None:
    world.cloud.give([DATA, STRANGER])
    life.ask(action=Action.UNSHARE)


def _ask_to_trust(_world: World, life: Life) -> None:
    life.ask(STRANGER, action=Action.TRUST)


def _share_it_behind(world: World, _life: Life) -> None:
    world.cloud.give([LAB])


def _lose_the_answer_of_lighthouse(world: World, _life: Life) -> None:
    lost = OutcomeUnknown("ModifyImageSharePermission", "ClientNetworkError", "no answer")
    world.cloud.fail("offer", lost, after_effect=True)


def _lose_the_answer_to_the_deletion(world: World, _life: Life) -> None:
    world.cloud.fail(
        "delete_image", OutcomeUnknown("DeleteImages", "ClientNetworkError", "no answer"), after_effect=True
    )


def _lose_the_answer_to_the_copy(world: World, _life: Life) -> None:
    world.cloud.fail("copy", OutcomeUnknown("SyncImages", "ClientNetworkError", "no answer"), after_effect=True)


def _let_the_copy_fail(world: World, _life: Life) -> None:
    world.cloud.ends.append("CREATEFAILED")


def _press(person: str, verb: Verb, request_id: int = 1) -> Step:
    return lambda _world, life: life.press(person, verb, request_id=request_id)


def _lose_the_cloud_for_a_while(world: World, _life: Life) -> None:
    world.cloud.fail("images_by_name", NOT_NOW, NOT_NOW, NOT_NOW)


def _lose_the_cloud_once(world: World, _life: Life) -> None:
    world.cloud.fail("images_by_id", NOT_NOW)


def _revoke_the_keys_for_a_while(world: World, _life: Life) -> None:
    world.cloud.fail("images_by_id", REVOKED, REVOKED, REVOKED)


def _slow_slack_down_once(world: World, _life: Life) -> None:
    world.workspace.faults.rate_limit("chat.update", retry_after=7)


def _ask_for_many(_world: World, life: Life) -> None:
    life.ask(*(str(100_500_000_000 + number) for number in range(50)))


def _somebody_deletes_the_card(world: World, _life: Life) -> None:
    cards = [one for one in world.workspace.state.conversations[CHANNEL].messages if one.blocks and not one.only_for]
    world.workspace.state.remove(next(one for one in reversed(cards) if not one.thread_ts))


def _omar_leaves(world: World, _life: Life) -> None:
    world.workspace.state.deactivated.add(OMAR)


def _judge_while_nobody_can_be_asked(world: World, life: Life) -> None:
    world.directory.down = True
    try:
        life.judge()
    finally:
        world.directory.down = False


def _ask_for_a_week(_world: World, life: Life) -> None:
    life.ask(DATA, term=Term(lasts=timedelta(days=7)))


def _sleep_for_a_week(world: World, _life: Life) -> None:
    world.hands.now += 7 * 24 * 3600


def _wait_for_days(world: World, _life: Life) -> None:
    world.hands.now += 4 * 24 * 3600


def _another_process_dies_right_after_it_shared(world: World, _life: Life) -> None:
    other = Life(world, Fate(("after", "cloud.share", 1)))
    with pytest.raises(Killed):
        other.settle()
    other.end()
    world.hands.now += DEAD_FOR


@dataclass(frozen=True)
class Flow:
    """What happens, and what is to come of it.

    :ivar points: THE crash points: each step that leaves the process, and how often it is taken
    :ivar changes: calls that share or take back
    :ivar copies: how it stands with each copy: one call was made for each
    :ivar ends: requests that end shares which are over
    """

    steps: Sequence[Step]
    state: str
    shared: frozenset[str]
    changes: int
    points: Mapping[str, int]
    copies: tuple[str, ...] = ()
    deleted: bool = False
    offered: int = 0
    ends: int = 0


FLOWS = {
    "trusted": Flow(
        [_ask_to_trust, _settle, _press(SARA, Verb.APPROVE), _settle],
        state="done",
        shared=frozenset(),
        changes=0,
        points={
            "cloud.account": 1,
            "commit of Checker._check": 1,
            "commit of Desk.judge": 1,
            "commit of Desk.press": 1,
            "commit of Desk.submit": 1,
            "commit of Notices._begin": 9,
            "commit of Notices._deliver": 9,
            "slack.chat.getPermalink": 1,
            "slack.chat.postMessage": 5,
            "slack.chat.update": 2,
            "slack.conversations.open": 2,
            "slack.response_url": 1,
        },
    ),
    "ended": Flow(
        [_ask_for_a_week, _settle, _press(LIN, Verb.APPROVE), _settle, _sleep_for_a_week, _settle],
        state="done",
        shared=frozenset(),
        changes=2,
        points={
            "cloud.account": 1,
            "cloud.images_by_id": 2,
            "cloud.images_by_name": 2,
            "cloud.share": 1,
            "cloud.shared_with": 5,
            "cloud.unshare": 1,
            "commit of Checker._check": 1,
            "commit of Desk.judge": 1,
            "commit of Desk.press": 1,
            "commit of Desk.submit": 1,
            "commit of Ending.sweep": 1,
            "commit of Executor._execute": 2,
            "commit of Executor.sweep": 2,
            "commit of Heads.sweep": 1,
            "commit of Notices._begin": 17,
            "commit of Notices._deliver": 16,
            "commit of Notices._sent": 1,
            "slack.chat.getPermalink": 1,
            "slack.chat.postMessage": 9,
            "slack.chat.update": 6,
            "slack.conversations.open": 4,
            "slack.response_url": 1,
        },
        ends=1,
    ),
    "in Lighthouse": Flow(
        [_ask_for(LIGHTHOUSE), _settle, _lose_the_answer_of_lighthouse, _press(LIN, Verb.APPROVE), _settle],
        state="done",
        shared=frozenset(),
        changes=0,
        points={
            "cloud.account": 1,
            "cloud.images_by_id": 1,
            "cloud.images_by_name": 2,
            "cloud.lighthouse_image": 3,
            "cloud.lighthouse_view": 2,
            "cloud.offer": 1,
            "cloud.shared_with": 3,
            "commit of Checker._check": 1,
            "commit of Desk.judge": 1,
            "commit of Desk.press": 1,
            "commit of Desk.submit": 1,
            "commit of Executor._execute": 1,
            "commit of Executor.sweep": 1,
            "commit of Notices._begin": 11,
            "commit of Notices._deliver": 11,
            "slack.chat.getPermalink": 1,
            "slack.chat.postMessage": 6,
            "slack.chat.update": 3,
            "slack.conversations.open": 3,
            "slack.response_url": 1,
        },
        offered=1,
    ),
    "deleted": Flow(
        [
            _ask_to_delete,
            _settle,
            _press(LIN, Verb.APPROVE),
            _lose_the_answer_to_the_deletion,
            _press(SARA, Verb.APPROVE),
            _settle,
        ],
        state="done",
        shared=frozenset(),
        changes=1,
        deleted=True,
        points={
            "cloud.account": 1,
            "cloud.check_deletion": 1,
            "cloud.delete_image": 1,
            "cloud.images_by_id": 3,
            "cloud.images_by_name": 2,
            "cloud.lighthouse_image": 3,
            "cloud.shared_with": 3,
            "cloud.unshare": 1,
            "commit of Checker._check": 1,
            "commit of Desk.judge": 1,
            "commit of Desk.press": 2,
            "commit of Desk.submit": 1,
            "commit of Executor._execute": 1,
            "commit of Executor.sweep": 1,
            "commit of Notices._begin": 14,
            "commit of Notices._deliver": 14,
            "slack.chat.getPermalink": 1,
            "slack.chat.postMessage": 8,
            "slack.chat.update": 4,
            "slack.conversations.open": 4,
            "slack.response_url": 1,
        },
    ),
    "from all": Flow(
        [_ask_to_take_it_back_from_all, _settle, _share_it_behind, _press(LIN, Verb.APPROVE), _settle],
        state="done",
        shared=frozenset(),
        changes=1,
        points={
            "cloud.account": 1,
            "cloud.images_by_id": 1,
            "cloud.images_by_name": 2,
            "cloud.lighthouse_image": 3,
            "cloud.shared_with": 3,
            "cloud.unshare": 1,
            "commit of Checker._check": 1,
            "commit of Desk.judge": 1,
            "commit of Desk.press": 1,
            "commit of Desk.submit": 1,
            "commit of Executor._execute": 1,
            "commit of Executor.sweep": 1,
            "commit of Notices._begin": 11,
            "commit of Notices._deliver": 11,
            "commit of _enlisted": 1,
            "slack.chat.getPermalink": 1,
            "slack.chat.postMessage": 6,
            "slack.chat.update": 3,
            "slack.conversations.open": 3,
            "slack.response_url": 1,
        },
    ),
    "approved": Flow(
        [
            _ask_for(STRANGER),
            _settle,
            _press(LIN, Verb.APPROVE),
            _settle,
            _press(SARA, Verb.APPROVE),
            _settle,
        ],
        state="done",
        shared=frozenset({STRANGER}),
        changes=1,
        points={
            "cloud.account": 1,
            "cloud.images_by_id": 1,
            "cloud.images_by_name": 2,
            "cloud.share": 1,
            "cloud.shared_with": 3,
            "commit of Checker._check": 1,
            "commit of Desk.judge": 2,
            "commit of Desk.press": 2,
            "commit of Desk.submit": 1,
            "commit of Executor._execute": 1,
            "commit of Executor.sweep": 1,
            "commit of Notices._begin": 18,
            "commit of Notices._deliver": 18,
            "slack.chat.getPermalink": 1,
            "slack.chat.postMessage": 8,
            "slack.chat.update": 8,
            "slack.conversations.open": 4,
            "slack.response_url": 1,
        },
    ),
    "denied": Flow(
        [_ask_for(DATA), _settle, _press(LIN, Verb.DENY), _settle],
        state="denied",
        shared=frozenset(),
        changes=0,
        points={
            "cloud.account": 1,
            "cloud.images_by_name": 2,
            "cloud.shared_with": 1,
            "commit of Checker._check": 1,
            "commit of Desk.judge": 1,
            "commit of Desk.press": 1,
            "commit of Desk.submit": 1,
            "commit of Notices._begin": 10,
            "commit of Notices._deliver": 10,
            "slack.chat.getPermalink": 1,
            "slack.chat.postMessage": 5,
            "slack.chat.update": 3,
            "slack.conversations.open": 3,
            "slack.response_url": 1,
        },
    ),
    "expired": Flow(
        [_ask_for(DATA), _settle, _wait_for_days, _settle],
        state="expired",
        shared=frozenset(),
        changes=0,
        points={
            "cloud.account": 1,
            "cloud.images_by_name": 2,
            "cloud.shared_with": 1,
            "commit of Checker._check": 1,
            "commit of Desk.submit": 1,
            "commit of Heads.sweep": 1,
            "commit of Notices._begin": 11,
            "commit of Notices._deliver": 10,
            "commit of Notices._sent": 1,
            "commit of Timers.sweep": 1,
            "slack.chat.getPermalink": 1,
            "slack.chat.postMessage": 6,
            "slack.chat.update": 3,
            "slack.conversations.open": 3,
            "slack.response_url": 1,
        },
    ),
    "in trouble": Flow(
        [
            _lose_the_cloud_for_a_while,
            _omar_leaves,
            _ask_for(DATA),
            _settle,
            _lose_the_cloud_once,
            _slow_slack_down_once,
            _press(GUS, Verb.APPROVE),
            _press(LIN, Verb.APPROVE, request_id=99),
            _press(LIN, Verb.APPROVE),
            _judge_while_nobody_can_be_asked,
            _settle,
        ],
        state="done",
        shared=frozenset({DATA}),
        changes=1,
        points={
            "cloud.account": 1,
            "cloud.images_by_id": 2,
            "cloud.images_by_name": 5,
            "cloud.share": 1,
            "cloud.shared_with": 3,
            "commit of Checker._check": 1,
            "commit of Checker._postpone": 3,
            "commit of Desk.judge": 2,
            "commit of Desk.press": 3,
            "commit of Desk.submit": 1,
            "commit of Executor._execute": 2,
            "commit of Executor.sweep": 2,
            "commit of Judging._postponing": 2,
            "commit of Notices._begin": 16,
            "commit of Notices._deliver": 12,
            "commit of Notices._give_up": 3,
            "commit of Notices._postpone": 1,
            "slack.chat.getPermalink": 1,
            "slack.chat.postMessage": 5,
            "slack.chat.update": 4,
            "slack.conversations.open": 5,
            "slack.response_url": 3,
        },
    ),
    "long": Flow(
        [
            _ask_for_many,
            _settle,
            _somebody_deletes_the_card,
            _press(LIN, Verb.APPROVE),
            _settle,
            _press(SARA, Verb.APPROVE),
            _settle,
        ],
        state="done",
        shared=frozenset(str(100_500_000_000 + number) for number in range(50)),
        changes=1,
        points={
            "cloud.account": 1,
            "cloud.images_by_id": 1,
            "cloud.images_by_name": 2,
            "cloud.share": 1,
            "cloud.shared_with": 3,
            "commit of Checker._check": 1,
            "commit of Desk.judge": 2,
            "commit of Desk.press": 2,
            "commit of Desk.submit": 1,
            "commit of Executor._execute": 1,
            "commit of Executor.sweep": 1,
            "commit of Notices._begin": 18,
            "commit of Notices._deliver": 18,
            "commit of Notices._place": 1,
            "commit of Notices._told": 2,
            "slack.chat.getPermalink": 1,
            "slack.chat.postMessage": 13,
            "slack.chat.update": 8,
            "slack.conversations.open": 4,
            "slack.response_url": 1,
        },
    ),
    "keys revoked": Flow(
        [_ask_for(DATA), _settle, _revoke_the_keys_for_a_while, _press(LIN, Verb.APPROVE), _settle],
        state="done",
        shared=frozenset({DATA}),
        changes=1,
        points={
            "cloud.account": 1,
            "cloud.images_by_id": 4,
            "cloud.images_by_name": 2,
            "cloud.share": 1,
            "cloud.shared_with": 3,
            "commit of Checker._check": 1,
            "commit of Desk.judge": 1,
            "commit of Desk.press": 1,
            "commit of Desk.submit": 1,
            "commit of Executor._execute": 4,
            "commit of Executor.sweep": 4,
            "commit of Incidents._open": 3,
            "commit of Incidents.answered": 1,
            "commit of Notices._begin": 16,
            "commit of Notices._deliver": 14,
            "commit of Notices._sent": 2,
            "slack.chat.getPermalink": 1,
            "slack.chat.postMessage": 8,
            "slack.chat.update": 6,
            "slack.conversations.open": 5,
            "slack.response_url": 1,
        },
    ),
    "another region": Flow(
        [_ask_for_both_regions, _settle, _press(LIN, Verb.APPROVE), _settle],
        state="done",
        shared=frozenset({DATA}),
        changes=2,
        copies=("ready",),
        points={
            "cloud.account": 1,
            "cloud.check_copy": 1,
            "cloud.copy": 1,
            "cloud.images_by_id": 6,
            "cloud.images_by_name": 2,
            "cloud.room": 2,
            "cloud.share": 2,
            "cloud.shared_with": 6,
            "commit of Checker._check": 1,
            "commit of Copying._begin": 1,
            "commit of Copying._step": 4,
            "commit of Copying.sweep": 4,
            "commit of Desk.judge": 1,
            "commit of Desk.press": 1,
            "commit of Desk.submit": 1,
            "commit of Executor._execute": 2,
            "commit of Executor.sweep": 2,
            "commit of Notices._begin": 17,
            "commit of Notices._deliver": 17,
            "slack.chat.getPermalink": 1,
            "slack.chat.postMessage": 6,
            "slack.chat.update": 9,
            "slack.conversations.open": 3,
            "slack.response_url": 1,
        },
    ),
    "a copy's answer lost": Flow(
        [_ask_for_both_regions, _settle, _lose_the_answer_to_the_copy, _press(LIN, Verb.APPROVE), _settle],
        state="done",
        shared=frozenset({DATA}),
        changes=2,
        copies=("ready",),
        points={
            "cloud.account": 1,
            "cloud.check_copy": 1,
            "cloud.copy": 1,
            "cloud.images_by_id": 6,
            "cloud.images_by_name": 3,
            "cloud.room": 2,
            "cloud.share": 2,
            "cloud.shared_with": 6,
            "commit of Checker._check": 1,
            "commit of Copying._begin": 1,
            "commit of Copying._step": 5,
            "commit of Copying.sweep": 5,
            "commit of Desk.judge": 1,
            "commit of Desk.press": 1,
            "commit of Desk.submit": 1,
            "commit of Executor._execute": 2,
            "commit of Executor.sweep": 2,
            "commit of Notices._begin": 20,
            "commit of Notices._deliver": 20,
            "slack.chat.getPermalink": 1,
            "slack.chat.postMessage": 6,
            "slack.chat.update": 12,
            "slack.conversations.open": 3,
            "slack.response_url": 1,
        },
    ),
    "a copy failed": Flow(
        [
            _ask_for_both_regions,
            _settle,
            _let_the_copy_fail,
            _press(LIN, Verb.APPROVE),
            _settle,
            _press(LIN, Verb.REMOVE_COPY),
            _settle,
        ],
        state="partial",
        shared=frozenset({DATA}),
        changes=1,
        copies=("removed",),
        points={
            "cloud.account": 1,
            "cloud.check_copy": 1,
            "cloud.copy": 1,
            "cloud.delete_image": 1,
            "cloud.images_by_id": 7,
            "cloud.images_by_name": 2,
            "cloud.room": 2,
            "cloud.share": 1,
            "cloud.shared_with": 4,
            "commit of Checker._check": 1,
            "commit of Copying._begin": 1,
            "commit of Copying._step": 6,
            "commit of Copying.sweep": 6,
            "commit of Desk.judge": 2,
            "commit of Desk.press": 2,
            "commit of Desk.submit": 1,
            "commit of Executor._execute": 2,
            "commit of Executor.sweep": 2,
            "commit of Notices._begin": 25,
            "commit of Notices._deliver": 25,
            "slack.chat.getPermalink": 1,
            "slack.chat.postMessage": 8,
            "slack.chat.update": 15,
            "slack.conversations.open": 3,
            "slack.response_url": 1,
        },
    ),
    "taken over": Flow(
        [
            _ask_for(DATA),
            _settle,
            _press(LIN, Verb.APPROVE),
            _another_process_dies_right_after_it_shared,
            _settle,
        ],
        state="done",
        shared=frozenset({DATA}),
        changes=1,
        points={
            "cloud.account": 1,
            "cloud.images_by_id": 1,
            "cloud.images_by_name": 2,
            "cloud.shared_with": 2,
            "commit of Checker._check": 1,
            "commit of Desk.press": 1,
            "commit of Desk.submit": 1,
            "commit of Executor._execute": 1,
            "commit of Executor.sweep": 1,
            "commit of Notices._begin": 11,
            "commit of Notices._deliver": 11,
            "commit of Timers.sweep": 1,
            "slack.chat.getPermalink": 1,
            "slack.chat.postMessage": 6,
            "slack.chat.update": 3,
            "slack.conversations.open": 3,
            "slack.response_url": 1,
        },
    ),
}


def _kills() -> Iterator[object]:
    for name, flow in FLOWS.items():
        for step in flow.points:
            for turn in _turns(name, step):
                for side in ("before", "after"):
                    yield pytest.param(name, (side, step, turn), id=f"{name}: {side} {step} {turn}")


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
        world = World(tmp_path_factory.mktemp("undisturbed") / "imagewarden.db", everybodys_workspace, hands)
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
    light = {step for step in made if step.startswith(("Checker.", "Notices.", "Leases."))}
    assert fate.durable == made - light - {"Copying.sweep", "Executor.sweep", "Judging._postponing"}


@pytest.mark.parametrize(("name", "at"), list(_kills()))
def test_a_kill_loses_nothing_and_doubles_nothing(
    world: World, undisturbed: dict[str, Counter[tuple[str, ...]]], name: str, at: tuple[str, str, int]
) -> None:
    flow, fate = FLOWS[name], Fate(at)
    live(world, flow.steps, fate)
    assert fate.passed[-1] == at
    assert world.rows("SELECT state FROM requests") == [{"state": flow.state}] * (1 + flow.ends)
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
    told = world.messages()
    assert undisturbed[name] - told == Counter()
    assert (told - undisturbed[name]).total() == int(in_hand(fate))


def _the_record_is_whole(world: World, flow: Flow) -> None:
    lines = world.rows("SELECT * FROM audit ORDER BY seq")
    assert broken_lines(lines) == []
    events = Counter(line["event"] for line in lines)
    shares = sum(map(len, world.cloud.shares.values())) + len(world.cloud.offered)
    expected = {
        "asked": 1,
        "checked": 1,
        flow.state: 1 + flow.ends,
        "share_done": shares + flow.ends,
        "share_over": flow.ends,
    }
    assert {event: events[event] for event in expected} == expected
    decisions = world.rows("SELECT person_id FROM decisions WHERE verdict = 'approve'")
    assert events["approved"] == len(decisions)
    active = {row["account"] for row in world.rows("SELECT account FROM grants WHERE ended_at IS NULL")}
    assert active == world.cloud.has() | ({LIGHTHOUSE} if world.cloud.offered else set())
