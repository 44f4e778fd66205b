"""Credentials that the cloud doesn't take: the admins hear of it once, and everything goes on by itself when mended."""

from __future__ import annotations

import json
from contextlib import ExitStack
from pathlib import Path

from bot.sandbox import company as played
from bot.sandbox.cloud import faults
from bot.sandbox.cloud.server import CloudServer
from bot.sandbox.workspace.server import WorkspaceServer
from tests.e2e.command import environment, free_port, running
from tests.e2e.conftest import Company
from tests.e2e.database import nothing_waits, rows, wait_for
from tests.e2e.misbehaving import (
    CHANGE,
    CHANNEL,
    DATA_TEAM,
    IMAGES,
    NIGHTLY,
    REVOKED,
    SHARES,
    WHO,
    WITHIN,
    approves,
    ask_the_cloud_who_we_are,
    asks,
    changes,
    effects,
    is_shared_once,
    page,
    plan,
    until,
)
from tests.e2e.person import PersonAt
from tests.e2e.test_two_processes import balancer

WAITS = "Waits: the cloud doesn't let Imagewarden do this now."
STOPPED, MENDED = "Imagewarden can't act in the cloud", "The cloud takes Imagewarden's credentials again"
DENIED = faults.error("UnauthorizedOperation.PermissionDenied")


def revoke(company: Company) -> None:
    for action in (SHARES, CHANGE, IMAGES, WHO):
        plan(company, action, *[REVOKED] * 200)


def refusals(company: Company) -> int:
    return sum(call.code == REVOKED.code for call in company.sandbox.cloud.state.calls)


def heard(person: PersonAt, words: str) -> int:
    return sum(words in person.text_of(one) for one in person.messages())


def readyz(company: Company) -> tuple[int, dict[str, dict[str, str]]]:
    status, told = page(company, "/readyz")
    return status, json.loads(told)


def test_revoked_keys_stop_everything_until_they_are_mended(company: Company) -> None:
    until(lambda: page(company, "/readyz")[0] == 200)
    asks(company)
    revoke(company)

    approves(company)
    company.mei.types("/image share base-22.04 with data-team because y")

    alarm = company.omar.text_of(company.omar.sees(STOPPED))
    assert REVOKED.code in alarm
    assert "Give Imagewarden a valid secret id and secret key of the home account." in alarm
    assert "cloud request " in alarm
    company.mei.sees("#2 is recorded, but it can't be checked right now.")
    until(lambda: refusals(company) >= 6)
    assert (company.shares(NIGHTLY), changes(company)) == (set(), [])
    company.lin.sees("Sharing base-nightly with data-team", where=CHANNEL)
    company.lin.sees(WAITS, where=CHANNEL)
    status, told = readyz(company)
    assert REVOKED.code in told["warnings"]["credentials"]
    ask_the_cloud_who_we_are(company)
    status, told = readyz(company)
    assert (status, list(told["problems"])) == (503, ["cloud"])

    company.sandbox.cloud.state.faults.clear()
    ask_the_cloud_who_we_are(company)
    is_shared_once(company)
    company.lin.sees("Share base-22.04 with data-team", where=CHANNEL, within=WITHIN)
    company.omar.sees(MENDED)
    status, told = readyz(company)
    assert (status, told["warnings"]) == (200, {})
    assert effects(company) == ["SHARE"]
    assert [heard(company.omar, words) for words in (STOPPED, MENDED)] == [1, 1]
    assert heard(company.mei, STOPPED) == heard(company.lin, STOPPED) == 0


def test_a_permission_that_is_missing_for_changes_alone_stops_them_and_goes_on_when_given(company: Company) -> None:
    until(lambda: page(company, "/readyz")[0] == 200)
    asks(company)
    plan(company, CHANGE, DENIED, DENIED, DENIED)

    approves(company)

    alarm = company.omar.text_of(company.omar.sees(STOPPED))
    assert CHANGE in alarm
    assert "Allow this action to Imagewarden's user or role in CAM" in alarm
    company.mei.types("/image share base-22.04 with data-team because y")
    company.lin.sees("Share base-22.04 with data-team", where=CHANNEL)  # what only reads goes on
    ask_the_cloud_who_we_are(company)
    assert page(company, "/readyz")[0] == 200
    company.omar.sees(MENDED, within=2 * WITHIN)
    is_shared_once(company)
    assert [heard(company.omar, words) for words in (STOPPED, MENDED)] == [1, 1]
    assert [call.done for call in changes(company)] == [False, False, False, True]


def test_a_permission_that_is_missing_for_one_image_holds_up_no_other_and_ends_what_asks_for_it(
    company: Company,
) -> None:
    forbidden = company.sandbox.cloud.state.faults.forbidden
    forbidden.add(NIGHTLY)
    asks(company)
    approves(company)
    company.omar.sees(STOPPED)

    company.mei.types("/image share base-22.04 with data-team because y")
    other = company.lin.sees("Share base-22.04 with data-team", where=CHANNEL)
    company.lin.presses("Approve", on=other)
    company.mei.sees("base-22.04 is shared with data-team", within=2 * WITHIN)
    company.omar.sees(MENDED)

    failed = company.mei.text_of(company.mei.sees("approved, but it failed", within=WITHIN))
    assert "UnauthorizedOperation" in failed
    assert "Allow it for this image, too, to Imagewarden's user or role in CAM, then retry." in failed
    assert [heard(company.omar, words) for words in (STOPPED, MENDED)] == [1, 1]

    forbidden.clear()
    company.lin.presses("Retry", on=company.lin.sees("Failed: share base-nightly with data-team\n#1", where=CHANNEL))
    company.lin.sees("Shared base-nightly with data-team", where=CHANNEL, within=WITHIN)
    assert company.shares(NIGHTLY) == {DATA_TEAM}


def test_a_read_that_is_refused_ends_the_request_with_the_reason_and_what_to_do(company: Company) -> None:
    asks(company)
    plan(company, IMAGES, faults.error("UnsupportedRegion"))

    approves(company)

    end = company.mei.text_of(company.mei.sees("approved, but it failed", within=WITHIN))
    assert "UnsupportedRegion" in end
    assert "Name a region that the account uses" in end
    assert changes(company) == []


def test_two_bots_and_one_that_is_restarted_tell_the_admins_once_in_all(
    cloud: CloudServer, workspace: WorkspaceServer, tmp_path: Path
) -> None:
    env = environment(
        tmp_path, api_url=workspace.api_url, cloud_url=cloud.url, SLACK_SIGNING_SECRET=played.SIGNING_SECRET
    )
    database = tmp_path / "bot.db"
    mei, lin, omar = (PersonAt(workspace.url, user_id) for user_id in ("U0MEI", "U0LIN", "U0OMAR"))

    def tries() -> int:
        return int(rows(database, "SELECT COALESCE(MAX(attempts), 0) AS number FROM incidents")[0]["number"])

    def start(stack: ExitStack) -> int:
        port = free_port()
        stack.enter_context(running("run", "--http", f"127.0.0.1:{port}", listens=port, env=env, cwd=tmp_path))
        return port

    with ExitStack() as stack:
        workspace.deliver_to(stack.enter_context(balancer([start(stack), start(stack)])))
        for image in ("base-nightly", "base-22.04"):
            mei.types(f"/image share {image} with data-team because of the keys")
        cards = [lin.sees(f"Share {image} with data-team", within=15) for image in ("base-nightly", "base-22.04")]
        for action in (SHARES, CHANGE, IMAGES):  # the one who asks who we are at the start is answered
            cloud.state.faults.plan(action, REVOKED, times=1000)
        for card in cards:
            lin.presses("Approve", on=card)
        omar.sees(STOPPED, within=15)
        wait_for(lambda: tries() >= 2)
    before = tries()
    with ExitStack() as stack:
        start(stack)
        wait_for(lambda: tries() > before)
        cloud.state.faults.clear()
        omar.sees(MENDED, within=60)
        wait_for(lambda: nothing_waits(database))
    assert [heard(omar, words) for words in (STOPPED, MENDED)] == [1, 1]
    assert {row["state"] for row in rows(database, "SELECT state FROM requests")} == {"done"}
    assert [row["kind"] for row in rows(database, "SELECT kind FROM incidents")] == ["auth"]
    assert [DATA_TEAM in cloud.state.shares(image) for image in (NIGHTLY, "img-2qk8xv4d")] == [True, True]
