"""Flows that are killed at every step: what people do and what happens to them, and what is to come of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from approvals.errors import AuthFailed, OutcomeUnknown, Unavailable
from approvals.model import Action, Verb
from approvals.terms import Term
from tests.approvals.crashing import DEAD_FOR, Fate, Killed, Life, Step, World
from tests.approvals.fake_cloud import GUANGZHOU, SINGAPORE
from tests.approvals.house import CHANNEL, DATA, LAB, OMAR, STRANGER, WEI

NOT_NOW = Unavailable("DescribeImages", "InternalError", "not now")
REVOKED = AuthFailed("DescribeImages", "AuthFailure.SecretIdNotFound", "no such key", advice="Give another.")


ASKED = {
    "cloud.account": 1,
    "commit of Checker._check": 1,
    "commit of Desk.submit": 1,
    "slack.chat.getPermalink": 1,
    "slack.response_url": 1,
}
"""The steps of every flow that begins with one question."""


def settle(_world: World, life: Life) -> None:
    life.settle()


def ask_for(*accounts: str) -> Step:
    return lambda _world, life: life.ask(*accounts)


def ask_for_both_regions(_world: World, life: Life) -> None:
    life.ask(DATA, regions=(GUANGZHOU, SINGAPORE))


def ask_to_delete(world: World, life: Life) -> None:
    world.cloud.give([DATA, STRANGER])
    life.ask(action=Action.DELETE)


def ask_to_delete_the_same(_world: World, life: Life) -> None:
    life.ask(action=Action.DELETE)


def ask_to_take_it_back_from_all(world: World, life: Life) -> None:
    world.cloud.give([DATA, STRANGER])
    life.ask(action=Action.UNSHARE)


def ask_to_trust(_world: World, life: Life) -> None:
    life.ask(STRANGER, action=Action.TRUST)


def share_it_behind(world: World, _life: Life) -> None:
    world.cloud.give([LAB])


def take_it_back_behind(world: World, _life: Life) -> None:
    world.cloud.shares.clear()


def compare(world: World, life: Life) -> None:
    world.hands.now += 31 * 60
    life.compare()
    life.settle()


def lose_the_answer_of_lighthouse(world: World, _life: Life) -> None:
    lost = OutcomeUnknown("ModifyImageSharePermission", "ClientNetworkError", "no answer")
    world.cloud.fail("offer", lost, after_effect=True)


def lose_the_answer_to_the_deletion(world: World, _life: Life) -> None:
    world.cloud.fail(
        "delete_image", OutcomeUnknown("DeleteImages", "ClientNetworkError", "no answer"), after_effect=True
    )


def lose_the_answer_to_the_copy(world: World, _life: Life) -> None:
    world.cloud.fail("copy", OutcomeUnknown("SyncImages", "ClientNetworkError", "no answer"), after_effect=True)


def let_the_copy_fail(world: World, _life: Life) -> None:
    world.cloud.ends.append("CREATEFAILED")


def press(person: str, verb: Verb, request_id: int = 1) -> Step:
    return lambda _world, life: life.press(person, verb, request_id=request_id)


def lose_the_cloud_for_a_while(world: World, _life: Life) -> None:
    world.cloud.fail("images_by_name", NOT_NOW, NOT_NOW, NOT_NOW)


def lose_the_cloud_once(world: World, _life: Life) -> None:
    world.cloud.fail("images_by_id", NOT_NOW)


def revoke_the_keys_for_a_while(world: World, _life: Life) -> None:
    world.cloud.fail("images_by_id", REVOKED, REVOKED, REVOKED)


def slow_slack_down_once(world: World, _life: Life) -> None:
    world.workspace.faults.rate_limit("chat.update", retry_after=7)


def ask_for_many(_world: World, life: Life) -> None:
    life.ask(*(str(100_500_000_000 + number) for number in range(50)))


def somebody_deletes_the_card(world: World, _life: Life) -> None:
    cards = [one for one in world.workspace.state.conversations[CHANNEL].messages if one.blocks and not one.only_for]
    world.workspace.state.remove(next(one for one in reversed(cards) if not one.thread_ts))


def omar_leaves(world: World, _life: Life) -> None:
    world.workspace.state.deactivated.add(OMAR)


def wei_takes_over_from_lin(world: World, _life: Life) -> None:
    world.directory.groups["S0PLATFORM"] = (OMAR, WEI)
    world.hands.now += 6 * 60


def judge_while_nobody_can_be_asked(world: World, life: Life) -> None:
    world.directory.down = True
    try:
        life.judge()
    finally:
        world.directory.down = False


def ask_for_a_week(_world: World, life: Life) -> None:
    life.ask(DATA, term=Term(lasts=timedelta(days=7)))


def sleep_for_a_week(world: World, _life: Life) -> None:
    world.hands.now += 7 * 24 * 3600


def wait_for_days(world: World, _life: Life) -> None:
    world.hands.now += 4 * 24 * 3600


def another_process_dies_right_after_it_shared(world: World, _life: Life) -> None:
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
    :ivar others: the states of requests that came of it
    :ivar events: lines of the record by their kind, where they are others than of one request that is asked for
    """

    steps: Sequence[Step]
    state: str
    shared: frozenset[str]
    changes: int
    points: Mapping[str, int]
    copies: tuple[str, ...] = ()
    deleted: bool = False
    offered: int = 0
    others: tuple[str, ...] = ()
    events: Mapping[str, int] = field(default_factory=dict)
