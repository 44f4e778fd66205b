"""What the main job doesn't pass: shortcuts, pages, retries, and a Slack or a database that fails under a press."""

from __future__ import annotations

import re
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.cards import lists
from bot.sandbox import company as people
from bot.sandbox.run import Sandbox, opened
from tests.e2e.person import PersonAt

CHANNEL = "C0IMAGES"
SHARE = "/image share base-nightly with data-team because x"


@dataclass(frozen=True)
class Office:
    sandbox: Sandbox
    db: Path

    def person(self, name: str) -> PersonAt:
        return PersonAt(self.sandbox.workspace.url, f"U0{name.upper()}")

    @property
    def mei(self) -> PersonAt:
        return self.person("mei")

    @property
    def lin(self) -> PersonAt:
        return self.person("lin")


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with opened(db=tmp_path / "office.db") as sandbox:
        yield Office(sandbox, tmp_path / "office.db")


def eventually(look: Callable[[], bool], within: float = 5.0) -> None:
    ends = time.monotonic() + within
    while not look():
        assert time.monotonic() < ends
        threading.Event().wait(0.03)


def test_the_examples_name_images_that_exist_where_the_policy_has_patterns_only() -> None:
    patterns = people.POLICY
    for match in ("base-nightly", "team-dashboard"):
        patterns = patterns.replace(f'match = "{match}"', f'match = "{match}-*"')
    with opened(policy=patterns) as sandbox:
        mei = PersonAt(sandbox.workspace.url, "U0MEI")
        mei.types("/image help")
        shown = mei.text_of(mei.sees("Ask to share an image"))
        named = set(re.findall(r"/image (?:share|unshare|show) (\S+)", shown))
        assert len(named) == 2
        for name in named:
            mei.types(f"/image show {name}")
            mei.sees(f"{name}\nimg-")


def test_help_and_the_home_tab_lead_to_the_form(office: Office) -> None:
    mei = office.mei
    mei.types("/image help")
    mei.presses("Ask with a form", on=mei.sees("Ask to share an image"))
    mei.closes(mei.modal())
    mei.sees_no_modal()

    mei.presses("Share an image", on=mei.opens_home("Nothing waits for your decision."))
    assert mei.modal()["title"] == "Share an image"


def test_older_requests_are_a_press_away(office: Office) -> None:
    mei = office.mei
    for number in range(lists.ROWS + 1):
        mei.types(f"/image share no-such-image-{number} with data-team because x")
    mei.types("/image requests mine")
    first = mei.sees("Your requests")
    assert "#21" in mei.text_of(first)
    assert "#1 " not in mei.text_of(first)

    assert mei.presses("Older", on=first) is None

    eventually(lambda: "#1 " in mei.text_of(mei.sees("Your requests")))
    older = mei.sees("Your requests")
    assert mei.buttons(older) == ["Newer"]
    assert older["ts"] == first["ts"]


def test_what_failed_is_tried_again_by_an_owner_and_by_nobody_else(office: Office) -> None:
    mei, lin = office.mei, office.lin
    cloud = office.sandbox.cloud.state
    mei.types("/image share base-nightly with 100011112222 because x")
    lin.presses("Approve", on=lin.sees("Needs a guardian", where=CHANNEL))
    sara = office.person("sara")
    sara.presses("Approve", on=sara.sees("✓ @lin approved", where=CHANNEL))
    eventually(lambda: lin.buttons(lin.sees("asked by @mei", where=CHANNEL)) == ["Retry"])
    failed = lin.sees("asked by @mei", where=CHANNEL)

    mei.presses("Retry", on=failed)
    mei.sees("You asked for this, so somebody else must decide")
    cloud.add_account("100011112222")
    lin.presses("Retry", on=failed)

    lin.sees("Shared base-nightly", where=CHANNEL)
    assert set(cloud.shares("img-6pb6lrmy")) == {"100011112222"}


def test_a_press_survives_a_slack_that_cannot_tell_who_it_is(office: Office) -> None:
    office.mei.types(SHARE)
    card = office.lin.sees("Share base-nightly", where=CHANNEL)
    office.sandbox.workspace.faults.fail("users.info", "internal_error", status=500, times=1)
    office.sandbox.workspace.faults.fail("usergroups.users.list", "internal_error", status=500, times=1)

    assert office.lin.presses("Approve", on=card) is None

    office.mei.sees("is shared with", within=8)


def test_a_request_that_cannot_be_recorded_is_told_and_asks_nobody(office: Office) -> None:
    mei = office.mei
    with closing(sqlite3.connect(office.db, isolation_level=None)) as other:
        other.execute("ALTER TABLE audit RENAME TO audit_away")
        mei.types(SHARE)
        assert mei.shown == "I can't record that right now, so nothing was asked. Try again in a minute."
        other.execute("ALTER TABLE audit_away RENAME TO audit")

    mei.types(SHARE)
    assert mei.shown == "#1 recorded. Checking `base-nightly` …"


def test_a_press_that_cannot_be_recorded_is_told(office: Office) -> None:
    office.mei.types(SHARE)
    card = office.lin.sees("Share base-nightly", where=CHANNEL)
    with closing(sqlite3.connect(office.db, isolation_level=None)) as other:
        other.execute("ALTER TABLE presses RENAME TO presses_away")
        assert office.lin.presses("Approve", on=card) is None
        office.lin.sees("I can't record that right now, so nothing was decided. Press again in a minute.")
        other.execute("ALTER TABLE presses_away RENAME TO presses")

    office.lin.presses("Approve", on=card)
    office.mei.sees("is shared with", within=8)


def test_one_image_is_shown_or_said_not_to_be_there(office: Office) -> None:
    mei = office.mei
    mei.types("/image show nowhere-to-be-found")
    mei.sees("There is no image nowhere-to-be-found in our regions.")
    mei.types("/image requests 77")
    assert mei.shown == "There is no request #77. `/image requests` lists the newest."
    office.sandbox.cloud.stop()
    mei.types("/image show base-nightly")
    mei.sees("The cloud can't tell about base-nightly right now", within=15)
