"""What the admins read when the cloud doesn't take the credentials, and that it is delivered, once each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from slack_sdk import WebClient

from approvals import outbox, reloading
from bot.cards.alarms import alarm
from bot.sandbox.workspace.server import WorkspaceServer
from tests.bot.conftest import Hands
from tests.bot.delivering import Desk, desk_at

AUTH = {
    "event": "auth",
    "action": "ModifyImageSharePermission",
    "code": "UnauthorizedOperation",
    "message": "You <are> not authorized.",
    "advice": "Allow this action to Imagewarden's user.",
    "cloud_request_id": "req-1",
}
OTHER = {
    "event": "wrong_account",
    "action": "account",
    "code": "wrong_account",
    "message": "the credentials belong to account 100000000002",
}
MENDED = {"event": "mended", "since": "2026-03-02T09:00:00+00:00"}


@pytest.fixture
def desk(tmp_path: Path, workspace: WorkspaceServer, client: WebClient, hands: Hands) -> Iterator[Desk]:
    made = desk_at(tmp_path / "notices.db", workspace, client, hands)
    yield made
    made.notices.close()
    made.store.close()


def words(facts: Mapping[str, str]) -> str:
    text, blocks = alarm(facts)
    parts = [part["text"] for block in blocks for part in [block.get("text"), *block.get("elements", [])] if part]
    return "\n".join([text, *(part if isinstance(part, str) else part["text"] for part in parts)])


def tell(desk: Desk, *facts: Mapping[str, str], admins: tuple[str, ...] = ("U0OMAR", "U0LIN")) -> None:
    now = desk.hands.utc()
    for one in facts:
        desk.store.write(lambda ledger, one=one: outbox.alarm(ledger, admins, one["event"], one, now=now))  # type: ignore[misc]  # bound now


@pytest.mark.parametrize(
    ("number", "images", "said"), [("1", "1", "1 share of 1 image"), ("499", "2", "499 shares of 2 images")]
)
def test_it_says_how_much_differs_and_what_to_do(number: str, images: str, said: str) -> None:
    told = words({"event": "drift_many", "number": number, "images": images})
    assert told.startswith(f"{said} differ from the record, and nobody was asked about them one by one.")
    assert "`/image drift`" in told
    assert "`imagewarden adopt`" in told


@pytest.mark.parametrize(
    ("number", "said"),
    [
        ("1", "1 new image is shared with us by an account that isn't trusted: a &lt;b&gt;."),
        ("2", "2 new images are shared with us by accounts that aren't trusted: a &lt;b&gt;."),
    ],
)
def test_it_says_what_strangers_share_with_us(number: str, said: str) -> None:
    told = words({"event": "inbound_new", "number": number, "named": "a <b>"})
    assert told.startswith(f"{said} Look at ")
    assert "`/image inbound`" in told


def test_it_says_what_fails_the_clouds_sentence_and_what_to_do() -> None:
    said = words(AUTH)
    assert "`ModifyImageSharePermission` failed: You &lt;are&gt; not authorized. (`UnauthorizedOperation`)" in said
    assert "*To do:* Allow this action to Imagewarden's user." in said
    assert "cloud request `req-1`" in said
    assert "goes on by itself when this is mended" in said


def test_of_another_account_it_says_which_and_what_to_do() -> None:
    said = words(OTHER)
    assert "the credentials belong to account 100000000002." in said
    assert "credentials of the account that the policy names" in said


def test_of_another_account_than_the_databases_it_says_what_to_do() -> None:
    said = words({**OTHER, "recorded": "100000000001"})
    assert "credentials of the account that its database is about, or name another file in `IMAGEWARDEN_DB`" in said


def test_when_mended_it_says_that_what_waited_goes_on_and_since_when_it_did() -> None:
    said = words(MENDED)
    assert "takes Imagewarden's credentials again. What waited goes on by itself." in said
    assert "<!date^1772442000^{ago}|" in said


def test_a_policy_that_cannot_be_used_is_told_with_each_fault_and_what_to_do() -> None:
    problems = [f"policy.toml, line {number}: [rules] <x{number}> is not a setting" for number in range(12)]
    said = words({"event": reloading.REFUSED, "problems": "\n".join(problems)})
    assert "The policy that was read before holds, all of it." in said
    assert "• policy.toml, line 9: [rules] &lt;x9&gt; is not a setting" in said
    assert "line 10" not in said
    assert "and 2 more: `imagewarden check` lists them all" in said
    assert "*To do:* mend the file; it is read again by itself within seconds." in said


def test_that_the_policy_is_mended_is_told_with_what_changed() -> None:
    said = words({"event": reloading.MENDED, "path": "p", "changed": "rules.approvals, images.a*"})
    assert "The policy file can be used again, and is in force." in said
    assert "Changed: rules.approvals, images.a" in said
    assert "Nothing in it changed." in words({"event": reloading.MENDED, "path": "p", "changed": ""})


def test_each_admin_gets_each_message_once_in_order(desk: Desk) -> None:
    tell(desk, AUTH, MENDED)
    desk.deliver()
    for person in ("U0OMAR", "U0LIN"):
        assert [one.text.split(".")[0] for one in desk.in_direct(person)] == [
            "Imagewarden can't act in the cloud: its credentials are not taken",
            "The cloud takes Imagewarden's credentials again",
        ]
    assert desk.in_channel() == []
    assert (desk.deliver(), desk.waiting()) == (0, 0)


def test_an_admin_who_can_t_be_reached_keeps_nobody_from_hearing(desk: Desk) -> None:
    tell(desk, AUTH, admins=("U0NOBODY", "U0OMAR"))
    desk.deliver()
    assert len(desk.in_direct("U0OMAR")) == 1
    assert desk.waiting() == 0


def test_it_waits_where_slack_asks_to_slow_down(desk: Desk) -> None:
    desk.workspace.faults.rate_limit("chat.postMessage", retry_after=7)
    tell(desk, AUTH, admins=("U0OMAR",))
    desk.deliver()
    assert desk.in_direct("U0OMAR") == []
    desk.hands.now += 8
    desk.deliver()
    assert len(desk.in_direct("U0OMAR")) == 1
