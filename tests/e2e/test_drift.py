"""Changes made behind the bot's back, as people meet them: cards with buttons, a list, and the command that adopts."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.cards import lists
from bot.sandbox import company as people
from bot.sandbox.cloud import faults
from bot.sandbox.cloud.server import CloudServer
from bot.sandbox.workspace.server import WorkspaceServer
from tests.e2e.command import environment, imagewarden
from tests.e2e.misbehaving import CHANNEL, DATA_TEAM, NIGHTLY, PARTNER, until
from tests.e2e.test_time import Days, days, now, shares

EVERY = people.POLICY.replace("[rules]\n", '[rules]\ndrift_every = "30m"\n')


@pytest.fixture
def time() -> Iterator[Days]:
    """A company after a first comparison: what was shared before is in one message."""
    with days(EVERY) as passing:
        compared(passing)
        yield passing


def compared(passing: Days) -> None:
    """Half an hour later, and a whole comparison."""
    store = passing.company.sandbox.bot.store

    def finished() -> object:
        with store.read() as ledger:
            return ledger.drift.latest_pass().finished_at

    before = finished()
    passing.wait(minutes=31)
    until(lambda: finished() != before)


def test_a_share_that_nobody_approved_is_adopted_with_a_reason(time: Days) -> None:
    company = time.company
    company.sandbox.cloud.state.share(NIGHTLY, [PARTNER])
    compared(time)
    card = company.sara.sees("Shared, but never approved: base-nightly with partner-lab", where=CHANNEL)
    assert company.sara.buttons(card) == ["Adopt", "Revoke"]
    company.lin.sees("Shared, but never approved", where=company.direct(company.lin))
    company.mei.types("/image drift")
    company.mei.sees("Where the cloud differs from the record")

    company.sara.presses("Adopt", on=card)
    assert company.sara.fills_and_submits(company.sara.modal(), {"Why": "theirs since spring"}) == {}
    company.lin.sees("Adopted: base-nightly with partner-lab", where=CHANNEL)
    assert "theirs since spring" in company.lin.text_of(now(company.lin, card))
    assert company.lin.buttons(now(company.lin, card)) == []


def test_in_lists_and_in_the_home_tab_a_difference_is_no_request_of_anybody(time: Days) -> None:
    company = time.company
    company.sandbox.cloud.state.share(NIGHTLY, [PARTNER])
    compared(time)
    card = company.lin.sees("Shared, but never approved: base-nightly with partner-lab", where=CHANNEL)
    number = company.lin.text_of(card).splitlines()[1].split(" ")[0]
    tab = company.lin.text_of(company.lin.opens_home("Waiting for you"))
    assert f"{number} Shared, but never approved: base-nightly with partner-lab · found " in tab
    assert "asks to" not in tab
    company.mei.types("/image requests")
    listed = company.mei.text_of(company.mei.sees("Requests\n"))
    assert f"{number} Shared, but never approved: base-nightly with partner-lab · waits for a decision · f" in listed
    company.lin.presses("Adopt", on=card)
    assert company.lin.fills_and_submits(company.lin.modal(), {"Why": "theirs since spring"}) == {}
    company.lin.sees("Adopted: base-nightly with partner-lab", where=CHANNEL)
    company.omar.types("/image requests")
    listed = company.omar.text_of(company.omar.sees("Requests\n"))
    assert f"{number} Adopted: base-nightly with partner-lab · found" in listed


def test_revoked_it_is_taken_back_at_once(time: Days) -> None:
    company = time.company
    company.sandbox.cloud.state.share(NIGHTLY, [PARTNER])
    compared(time)
    card = company.lin.sees("Shared, but never approved: base-nightly with partner-lab", where=CHANNEL)
    company.gus.presses("Revoke", on=card)
    company.gus.sees("guests, bots and people of other workspaces can", where=CHANNEL)
    company.lin.presses("Revoke", on=card)
    until(lambda: company.shares(NIGHTLY) == set())
    until(lambda: "Revoked: base-nightly with partner-lab" in company.lin.text_of(now(company.lin, card)))
    company.lin.sees("takes it back.", where=CHANNEL)


def test_closed_the_card_of_the_share_shows_that_it_stands_no_more_and_who_asked_for_it_hears_so(time: Days) -> None:
    company = time.company
    card = shares(company, "/image share base-nightly with data-team partner-lab because they need it")
    number = company.lin.text_of(now(company.lin, card)).splitlines()[1].split(" ")[0]
    time.wait(minutes=3)
    company.sandbox.cloud.state.unshare(NIGHTLY, [DATA_TEAM])
    compared(time)
    gone = company.omar.sees("Approved, but not shared any more: base-nightly with data-team", where=CHANNEL)
    found = company.omar.text_of(gone).splitlines()[1].split(" ")[0]
    company.omar.presses("Close", on=gone)
    company.lin.sees(f"It is gone from data-team (100012345678), without Imagewarden: see {found}.", where=CHANNEL)
    until(lambda: "data-team 100012345678 · ended" in company.lin.text_of(now(company.lin, card)))
    told = (
        f"{number}: base-nightly is no longer shared with data-team (100012345678). Somebody took it back in the cloud"
    )
    company.mei.sees(f"{told}, without Imagewarden: see {found}.", where=company.direct(company.mei))

    time.wait(minutes=3)
    company.sandbox.cloud.state.unshare(NIGHTLY, [PARTNER])
    compared(time)
    gone = company.omar.sees("Approved, but not shared any more: base-nightly with partner-lab", where=CHANNEL)
    company.omar.presses("Share again", on=gone)
    until(lambda: "Share ended: base-nightly with 2 accounts" in company.lin.text_of(now(company.lin, card)))
    assert company.lin.buttons(now(company.lin, card)) == []


def test_what_was_taken_away_can_be_shared_again(time: Days) -> None:
    company = time.company
    shares(company, "/image share base-nightly with data-team because a trial")
    company.sandbox.cloud.state.unshare(NIGHTLY, [DATA_TEAM])
    compared(time)
    card = company.lin.sees("Approved, but not shared any more: base-nightly with data-team", where=CHANNEL)
    assert company.lin.buttons(card) == ["Share again", "Close"]
    company.lin.presses("Share again", on=card)
    again = company.omar.sees("Share base-nightly with data-team", where=CHANNEL)
    company.omar.presses("Approve", on=again)
    until(lambda: company.shares(NIGHTLY) == {DATA_TEAM})


@pytest.mark.parametrize(
    ("every", "listed", "at_home"),
    [
        ("30m", "not compared yet", "Drift  not compared yet"),
        ("off", "The policy has it switched off (drift_every).", "Drift  switched off in the policy (drift_every)"),
    ],
)
def test_nothing_is_said_to_agree_that_was_never_compared(every: str, listed: str, at_home: str) -> None:
    with days(people.POLICY.replace("[rules]\n", f'[rules]\ndrift_every = "{every}"\n')) as time:
        time.company.omar.types("/image drift")
        seen = time.company.omar.text_of(time.company.omar.sees("No difference between the cloud"))
        assert listed in seen
        assert at_home in time.company.omar.text_of(time.company.omar.opens_home("Operation"))


def test_a_long_list_of_differences_is_read_page_by_page(time: Days) -> None:
    company = time.company
    company.mei.types("/image drift")
    shown = company.mei.sees("Where the cloud differs from the record")
    first = company.mei.text_of(shown)
    assert "partner-demo · lhbp-fr0mp4rt · ap-guangzhou · source unknown" in first
    assert company.mei.buttons(shown) == ["Older"]
    company.mei.presses("Older", on=shown)
    until(lambda: company.mei.buttons(now(company.mei, shown)) == ["Newer", "Older"])
    second = company.mei.text_of(now(company.mei, shown))
    rows = [{line for line in page.splitlines() if " · img-" in line} for page in (first, second)]
    assert all(rows)
    assert not rows[0] & rows[1]
    company.mei.presses("Newer", on=now(company.mei, shown))
    until(lambda: company.mei.text_of(now(company.mei, shown)) == first)


def test_who_turns_to_a_page_that_is_empty_by_now_is_not_told_that_nothing_differs(time: Days) -> None:
    company, cloud = time.company, time.company.sandbox.cloud.state
    company.mei.types("/image drift")
    shown = company.mei.sees("Where the cloud differs from the record")
    popular = "img-p0pbase1"
    company.sandbox.cloud.state.unshare(popular, sorted(cloud.shares(popular))[lists.ROWS - 5 :])  # five are of others
    compared(time)
    company.mei.presses("Older", on=shown)
    until(lambda: company.mei.buttons(now(company.mei, shown)) == [])
    left = company.mei.text_of(now(company.mei, shown))
    assert "lab-notebook · img-l4bn0teb" in left
    assert left.count(f"popular-base · {popular}") == lists.ROWS - 5


def test_what_people_are_asked_about_can_be_adopted_by_the_command_all_the_same(tmp_path: Path) -> None:
    file = tmp_path / "bot.db"
    with days(EVERY, db=file) as time:
        company = time.company
        compared(time)
        company.sandbox.cloud.state.share(NIGHTLY, [PARTNER])
        compared(time)
        card = company.sara.sees("Shared, but never approved: base-nightly with partner-lab", where=CHANNEL)
        company.sandbox.cloud.state.share(NIGHTLY, [DATA_TEAM])
        env = environment(
            tmp_path,
            api_url=company.sandbox.workspace.api_url,
            cloud_url=company.sandbox.cloud.url,
            IMAGEWARDEN_DB=str(file),
        )
        told = imagewarden("adopt", env=env, cwd=tmp_path, typed="y\n")
        assert told.returncode == 0, told.stderr
        assert "Take these" in told.stdout
        time.wait(seconds=1)
        until(lambda: "Adopted: base-nightly with partner-lab" in company.sara.text_of(now(company.sara, card)))
        assert company.sara.buttons(now(company.sara, card)) == []
        assert "nothing to adopt" in imagewarden("adopt", env=env, cwd=tmp_path).stdout
        whole = imagewarden("audit", "verify", env=env, cwd=tmp_path)
        assert whole.returncode == 0, whole.stdout


def test_nobody_who_says_no_adopts_anything(tmp_path: Path, cloud: CloudServer, workspace: WorkspaceServer) -> None:
    env = environment(tmp_path, api_url=workspace.api_url, cloud_url=cloud.url)
    cloud.state.share(NIGHTLY, [PARTNER])
    assert imagewarden("adopt", env=env, cwd=tmp_path, typed="n\n").returncode == 1
    assert "Take these" in imagewarden("adopt", env=env, cwd=tmp_path, typed="n\n").stdout


def test_the_shares_of_years_are_adopted_with_one_command(
    tmp_path: Path, cloud: CloudServer, workspace: WorkspaceServer
) -> None:
    env = environment(tmp_path, api_url=workspace.api_url, cloud_url=cloud.url)
    cloud.state.share(NIGHTLY, [PARTNER, DATA_TEAM])
    for action in ("DescribeImages", "DescribeImageSharePermission"):  # the bot may take all calls of a second
        cloud.state.faults.plan(action, faults.throttled(), times=2)
    told = imagewarden("adopt", "--yes", env=env, cwd=tmp_path)
    assert told.returncode == 0, told.stderr
    assert f"partner-lab ({PARTNER})" in told.stdout
    assert "503 shares of 4 images are in the record now." in told.stdout
    again = imagewarden("adopt", env=env, cwd=tmp_path)
    assert again.stdout == "Every share in the policy's regions is in the record already: there is nothing to adopt.\n"
    cloud.state.share("img-gpu7rn3k", [DATA_TEAM])
    one = imagewarden("adopt", env=env, cwd=tmp_path, typed="y\n")
    assert "Take this share into the record as it is?" in one.stdout
    assert one.stdout.endswith("1 share of 1 image is in the record now.\n")
    whole = imagewarden("audit", "verify", env=env, cwd=tmp_path)
    assert whole.returncode == 0, whole.stdout


@pytest.mark.parametrize("fault", [faults.cut(done=True), faults.error("InternalError"), faults.html()])
def test_a_read_that_fails_once_does_not_end_the_command(
    fault: faults.Fault, tmp_path: Path, cloud: CloudServer, workspace: WorkspaceServer
) -> None:
    env = environment(tmp_path, api_url=workspace.api_url, cloud_url=cloud.url)
    cloud.state.share(NIGHTLY, [PARTNER])
    for action in ("DescribeImages", "DescribeImageSharePermission"):
        cloud.state.faults.plan(action, fault)
    told = imagewarden("adopt", "--yes", env=env, cwd=tmp_path)
    assert told.returncode == 0, told.stderr
    assert "are in the record now." in told.stdout


def test_where_the_cloud_does_not_tell_who_has_an_image_the_command_says_so(
    tmp_path: Path, cloud: CloudServer, workspace: WorkspaceServer
) -> None:
    env = environment(tmp_path, api_url=workspace.api_url, cloud_url=cloud.url)
    cloud.state.lighthouse.international = True
    imagewarden("adopt", "--yes", env=env, cwd=tmp_path)
    told = imagewarden("adopt", env=env, cwd=tmp_path)
    assert told.stdout == "There is nothing to adopt, as far as the cloud tells: 4 images can't be read.\n"
    assert "lhbp-w1k1k1t7 can't be read: this site of the cloud doesn't tell who has it" in told.stderr


NAMELESS = """
import pwd
def nobody(_uid): raise KeyError("no entry")
pwd.getpwuid = nobody
from bot.cli import main
main()
"""


def test_whoever_has_no_name_on_the_machine_adopts_as_a_number(
    tmp_path: Path, cloud: CloudServer, workspace: WorkspaceServer
) -> None:
    env = environment(tmp_path, api_url=workspace.api_url, cloud_url=cloud.url)
    cloud.state.share(NIGHTLY, [PARTNER])
    told = subprocess.run(
        [sys.executable, "-c", NAMELESS, "adopt", "--yes"], env=env, cwd=tmp_path, capture_output=True, text=True
    )
    assert told.returncode == 0, told.stderr
    assert f'"actor_name": "user {os.getuid()}"' in imagewarden("audit", "export", env=env, cwd=tmp_path).stdout
