"""The real process under load, killed at moments that nobody chose, and started again on the same port and file."""

from __future__ import annotations

import random
import re
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from bot.sandbox import company
from bot.sandbox.cloud.seed import STRANGER
from bot.sandbox.cloud.server import CloudServer
from bot.sandbox.workspace.server import WorkspaceServer
from tests.approvals.record import broken_lines
from tests.e2e.command import environment, free_port, running
from tests.e2e.crowd import at_work
from tests.e2e.database import nothing_waits, rows, wait_for
from tests.e2e.person import PersonAt, Seen

KILLS = 4
SEED = 4
CHANNEL = "C0IMAGES"
DATA, LAB = "100012345678", "100023456789"
NAMES = {"data-team": DATA, "partner-lab": LAB, STRANGER: STRANGER}
IMAGES = {
    "base-nightly": "img-6pb6lrmy",
    "base-22.04": "img-2qk8xv4d",
    "base-nightly-sg": "img-s6nb8s2e",
    "gpu-trainer": "img-gpu7rn3k",
    "edge-proxy": "img-s6edg3px",
}
ASKED = [
    *((image, account) for image in IMAGES for account in ("data-team", "partner-lab") if image != "base-22.04"),
    *((image, STRANGER) for image in ("base-nightly", "base-22.04", "edge-proxy")),
    ("base-22.04", "data-team"),
]
UNWANTED = {("gpu-trainer", "partner-lab"), ("edge-proxy", STRANGER)}
"""What the requester cancels as soon as it is asked; the owners leave it alone."""


def test_killed_under_load_it_ends_every_request_once(
    cloud: CloudServer, workspace: WorkspaceServer, tmp_path: Path
) -> None:
    dice, port, database = random.Random(SEED), free_port(), tmp_path / "bot.db"
    env = environment(
        tmp_path, api_url=workspace.api_url, cloud_url=cloud.url, SLACK_SIGNING_SECRET=company.SIGNING_SECRET
    )
    workspace.deliver_to(f"http://127.0.0.1:{port}/slack/events")
    workspace.post_limit.at_once = 10_000  # the limit is tested elsewhere
    cloud.state.delay("ModifyImageSharePermission", 0.2)
    acked: dict[int, tuple[str, str]] = {}

    with at_work(everybody(workspace, acked), every=0.1):
        for _ in range(KILLS):
            with running("run", "--http", f"127.0.0.1:{port}", listens=port, env=env, cwd=tmp_path):
                threading.Event().wait(dice.uniform(0.3, 1.6))  # and out of here with a SIGKILL
        with running("run", "--http", f"127.0.0.1:{port}", listens=port, env=env, cwd=tmp_path) as bot:
            wait_for(lambda: len(acked) == len(ASKED) and nothing_waits(database))
            assert bot.stop() == 0

    requests = {row["id"]: row["state"] for row in rows(database, "SELECT id, state FROM requests")}
    for number, pair in acked.items():
        # What was recorded and not acked is typed again, and may be done by then: so the second one is refused.
        assert requests[number] in ({"cancelled"} if pair in UNWANTED else {"done", "refused"})
    took_effect = Counter(
        (call.params["ImageId"], account)
        for call in cloud.state.calls
        if call.action == "ModifyImageSharePermission" and call.code == "ok"
        for account in call.params["AccountIds"]
    )
    wanted = {(IMAGES[image], NAMES[account]) for image, account in ASKED if (image, account) not in UNWANTED}
    assert took_effect == dict.fromkeys(wanted, 1)
    assert {(one, account) for one in IMAGES.values() for account in cloud.state.shares(one)} == wanted | {
        (IMAGES["base-22.04"], LAB)  # as it was before
    }
    assert broken_lines(rows(database, "SELECT * FROM audit ORDER BY seq")) == []
    heard = Counter(
        int(found[1])
        for message in workspace.state.conversations[workspace.state.dm_of("U0MEI")].messages
        if (found := re.match(r"#(\d+): .* is shared with", message.text))
    )
    done = {number for number, state in requests.items() if state == "done"}
    assert set(heard) == done
    assert max(heard.values()) <= 1 + KILLS
    assert "Traceback" not in (tmp_path / "bot.log").read_text()


def everybody(workspace: WorkspaceServer, acked: dict[int, tuple[str, str]]) -> list[Callable[[], None]]:
    """Mei asks, and cancels what she doesn't want; the others approve what they see. Who isn't heard tries again."""
    mei = PersonAt(workspace.url, "U0MEI")
    deciders = [PersonAt(workspace.url, user_id) for user_id in ("U0LIN", "U0OMAR", "U0SARA")]
    pressing = [Pressing(person, "Approve", wanted=True) for person in deciders]
    return [Asking(mei, acked), Pressing(mei, "Cancel", wanted=False), *pressing]


class Asking:
    """Types the next command, until it is acked."""

    def __init__(self, person: PersonAt, acked: dict[int, tuple[str, str]]) -> None:
        self._person = person
        self._acked = acked
        self._left = list(ASKED)

    def __call__(self) -> None:
        if not self._left:
            return
        image, account = self._left[0]
        shown = self._person.types(f"/image share {image} with {account} because of the load") or ""
        if recorded := re.match(r"#(\d+) recorded", shown):
            self._acked[int(recorded[1])] = self._left.pop(0)


class Pressing:
    """Presses one button on the next card that has it, until that is acked."""

    def __init__(self, person: PersonAt, label: str, *, wanted: bool) -> None:
        self._person = person
        self._label = label
        self._wanted = wanted
        self._pressed: set[str] = set()

    def __call__(self) -> None:
        for card in self._person.messages(CHANNEL):
            if self._label in self._person.buttons(card) and card["ts"] not in self._pressed and self._is_mine(card):
                if self._person.presses(self._label, on=card) is None:
                    self._pressed.add(card["ts"])
                return

    def _is_mine(self, card: Seen) -> bool:
        text = self._person.text_of(card)
        unwanted = any(f"Share {image} with {account}" in text for image, account in UNWANTED)
        return unwanted is not self._wanted
