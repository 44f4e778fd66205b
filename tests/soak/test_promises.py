"""Each promise is broken by hand, and that is found: a soak that can't fail would say nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace

import pytest

from bot.sandbox.cloud.call import Call
from bot.sandbox.cloud.seed import STRANGER
from bot.sandbox.cloud.server import CloudServer
from tests.e2e.person import PersonAt
from tests.soak.promises import broken
from tests.soak.run import wait_until
from tests.soak.stage import Stage, opened

DATA, NIGHTLY = "100012345678", "img-6pb6lrmy"

NOTHING = {(what, 0) for what in ("checks", "executions", "presses", "copies", "messages")}
AS_IT_IS = ["1 decisions wait"]

Damage = Callable[[Stage], object]


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """One share was asked for, approved and made; another is asked for."""
    with opened(tmp_path_factory.mktemp("soak")) as stage:
        mei, lin = PersonAt(stage.workspace.url, "U0MEI"), PersonAt(stage.workspace.url, "U0LIN")
        with stage.bots(1) as (bot,):
            mei.types("/image share base-nightly with data-team because x")
            lin.presses("Approve", on=lin.sees("Share base-nightly", where="C0IMAGES", within=20.0))
            mei.sees("is shared with data-team", within=20.0)
            mei.types("/image share gpu-trainer with data-team because x")
            lin.sees("Share gpu-trainer", where="C0IMAGES", within=20.0)
            wait_until(lambda: set(stage.waits().items()) - {("decisions", 1)} <= NOTHING, 20.0)
            assert bot.stop() == 0
        yield stage


@pytest.fixture
def stage(lived: Stage) -> Iterator[Stage]:
    kept = lived.database.read_bytes()
    yield lived
    lived.database.write_bytes(kept)


def sql(statement: str) -> Damage:
    def edit(stage: Stage) -> None:
        with closing(sqlite3.connect(stage.database)) as connection, connection:
            connection.execute(statement)

    return edit


def told(kind: str, account: str = DATA) -> Damage:
    return sql(
        "INSERT INTO drift (kind, image_id, image_name, region, account, found_at)"
        f" VALUES ('{kind}', '{NIGHTLY}', 'base-nightly', 'ap-guangzhou', '{account}', '')"
    )


def test_nothing_is_found_where_nothing_broke(stage: Stage) -> None:
    assert list(broken(stage, [1])) == AS_IT_IS


def test_what_was_acked_and_is_not_there_is_found(stage: Stage) -> None:
    assert list(broken(stage, [1, 3])) == ["#3 was acked and is not there", *AS_IT_IS]


@pytest.mark.parametrize(
    ("damage", "found"),
    [
        (sql("UPDATE requests SET state = 'approved' WHERE id = 1"), "1 executions wait"),
        (
            sql("UPDATE requests SET state = 'denied' WHERE id = 2"),
            "the card of #2 in C0IMAGES still asks: it is denied",
        ),
        (sql("UPDATE outbox SET sent_at = NULL WHERE id = 1"), "1 messages wait"),
        (sql("UPDATE grants SET ended_at = since"), f"{NIGHTLY} is shared with {DATA}, and nobody allowed it"),
        (sql("UPDATE grants SET image_id = 'img-x'"), f"img-x is not shared with {DATA}, as was allowed"),
        (sql("UPDATE requests SET requester_id = 'U0WEI'"), "U0WEI was not told how #1 ended"),
        (sql("UPDATE cards SET ts = '1.2' WHERE request_id = 1"), "the card of #1 in C0IMAGES is not there"),
        (sql("UPDATE requests SET reason = 'other'"), "request #1: its reason is 'other'"),
        (told("gone"), f"{NIGHTLY} and {DATA} were told as a difference (gone)"),
        (sql("UPDATE items SET account = 'x'"), "was not approved"),
    ],
)
def test_what_is_otherwise_in_the_database_is_found(stage: Stage, damage: Damage, found: str) -> None:
    damage(stage)
    assert any(found in sentence for sentence in broken(stage, [1]))


def test_what_was_shared_by_hand_must_be_told_and_nothing_else(stage: Stage) -> None:
    told("gone")(stage)
    told("unapproved")(stage)
    stage.cloud.state.share(NIGHTLY, [STRANGER])
    untold = f"{NIGHTLY} is shared with {STRANGER}, and nobody allowed it"
    wrong = [f"{NIGHTLY} and {DATA} are told as a difference ({kind})" for kind in ("gone", "unapproved")]
    assert list(broken(stage, [1], by_hand=True)) == [*AS_IT_IS, untold, *wrong]
    told("unapproved", STRANGER)(stage)
    assert list(broken(stage, [1], by_hand=True)) == [*AS_IT_IS, *wrong]
    stage.cloud.state.unshare(NIGHTLY, [STRANGER])


@pytest.fixture
def cloud() -> Iterator[CloudServer]:
    server = CloudServer().start()
    yield server
    server.stop()


def test_calls_of_the_cloud_that_went_too_far_are_found(stage: Stage, cloud: CloudServer) -> None:
    change = {"ImageId": NIGHTLY, "AccountIds": [DATA], "Permission": "SHARE"}
    for action, params in (("ModifyImageSharePermission", change), ("SyncImages", {"ImageName": "a-copy"})):
        for _ in range(2):
            cloud.state.record(Call(2e9, "cvm", action, "ap-guangzhou", params, "ok", "", 1.0, done=True))
    found = list(broken(replace(stage, cloud=cloud), [1]))
    assert f"{change} at 2000000000.0 was so already for {{'{DATA}'}}" in found
    assert "the copy a-copy was made 2 times" in found
    assert not any("so already" in one for one in broken(replace(stage, cloud=cloud), [1], by_hand=True))


def test_a_card_that_was_not_drawn_again_is_found(stage: Stage) -> None:
    state = stage.workspace.state
    card = next(one for one in state.conversations["C0IMAGES"].messages if one.blocks and one.text.startswith("#1 "))
    text, blocks = card.text, card.blocks
    assert blocks is not None
    state.edit(card, text, [{"type": "section", "text": {"type": "mrkdwn", "text": "*Sharing base-nightly*"}}])
    assert "the card of #1 in C0IMAGES is old: it is done" in list(broken(stage, [1]))
    state.edit(card, text, blocks)


def test_a_traceback_is_found(stage: Stage) -> None:
    log = stage.folder / "bot.log"
    before = log.read_text()
    log.write_text(before + "Traceback (most recent call last):")
    assert list(broken(stage, [1])) == [*AS_IT_IS, "the log has a traceback"]
    log.write_text(before)
