"""The real process reads its policy again: when the file changes, and on SIGHUP; a bad file changes nothing."""

from __future__ import annotations

import json
import os
import signal
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.sandbox import company
from bot.sandbox.cloud.server import CloudServer
from bot.sandbox.workspace.server import WorkspaceServer
from tests.e2e.command import Running, environment, free_port, running
from tests.e2e.database import rows, wait_for
from tests.e2e.person import PersonAt

CHANNEL = "C0IMAGES"
TWO = company.POLICY.replace("approvals = 1", "approvals = 2")
SARAS = company.POLICY.replace('owners = ["S0PLATFORM"]', 'owners = ["U0SARA"]')
BAD = company.POLICY.replace("approvals = 1", "aprovals = 1")


@dataclass(frozen=True)
class Operator:
    """Whoever keeps the policy file of a bot that runs."""

    bot: Running
    policy: Path
    database: Path

    def warnings(self) -> Mapping[str, str]:
        with urllib.request.urlopen(f"{self.bot.url}/readyz", timeout=5) as answer:
            told: dict[str, dict[str, str]] = json.load(answer)
        return told["warnings"]

    def loaded(self) -> list[list[str]]:
        """What changed with each policy that came into force."""
        found = rows(self.database, "SELECT detail FROM audit WHERE event = 'policy_loaded' ORDER BY seq")
        return [json.loads(row["detail"])["changed"] for row in found]


@pytest.fixture
def operator(cloud: CloudServer, workspace: WorkspaceServer, tmp_path: Path) -> Iterator[Operator]:
    env = environment(
        tmp_path, api_url=workspace.api_url, cloud_url=cloud.url, SLACK_SIGNING_SECRET=company.SIGNING_SECRET
    )
    port = free_port()
    with running("run", "--http", f"127.0.0.1:{port}", listens=port, env=env, cwd=tmp_path) as bot:
        workspace.deliver_to(f"{bot.url}/slack/events")
        made = Operator(bot, tmp_path / "policy.toml", tmp_path / "bot.db")
        wait_for(lambda: made.loaded() == [[]])
        yield made


def test_a_change_of_the_file_decides_who_must_agree_and_a_bad_one_does_not(
    operator: Operator, cloud: CloudServer, workspace: WorkspaceServer
) -> None:
    mei, lin, omar = (PersonAt(workspace.url, user_id) for user_id in ("U0MEI", "U0LIN", "U0OMAR"))

    operator.policy.write_text(BAD)
    wait_for(lambda: "policy" in operator.warnings())
    line = BAD[: BAD.index("aprovals")].count("\n") + 1
    problem = f"policy.toml, line {line}: [rules] aprovals is not a setting; did you mean approvals?"
    assert problem in operator.warnings()["policy"]
    alarm = omar.text_of(omar.sees("The policy file can't be used"))
    assert problem in alarm

    mei.types("/image share base-nightly with data-team because it is needed")
    lin.presses("Approve", on=lin.sees("Share base-nightly with data-team", where=CHANNEL))
    lin.sees("Shared base-nightly with data-team", where=CHANNEL)  # one owner suffices as before

    operator.policy.write_text(TWO)
    wait_for(lambda: operator.loaded() == [[], ["rules.approvals"]])
    wait_for(lambda: "policy" not in operator.warnings())
    omar.sees("The policy file can be used again, and is in force.")

    mei.types("/image share base-22.04 with data-team because it is needed")
    lin.presses("Approve", on=lin.sees("Share base-22.04 with data-team", where=CHANNEL))
    judged = "SELECT 1 FROM presses WHERE request_id = 2 AND judged_at IS NOT NULL"
    wait_for(lambda: bool(rows(operator.database, judged)))
    (state,) = rows(operator.database, "SELECT state FROM requests WHERE id = 2")
    assert state["state"] == "pending"
    omar.presses("Approve", on=omar.sees("Share base-22.04 with data-team", where=CHANNEL))
    omar.sees("Shared base-22.04 with data-team", where=CHANNEL)
    assert "100012345678" in cloud.state.shares("img-2qk8xv4d")


def test_an_owner_whom_the_policy_names_since_is_asked_about_what_waits(
    operator: Operator, cloud: CloudServer, workspace: WorkspaceServer
) -> None:
    mei, lin, sara = (PersonAt(workspace.url, user_id) for user_id in ("U0MEI", "U0LIN", "U0SARA"))
    mei.types("/image share base-nightly with data-team because it is needed")
    assert "@lin" in lin.text_of(lin.sees("Share base-nightly with data-team", where=CHANNEL))
    wait_for(lambda: not rows(operator.database, "SELECT id FROM outbox WHERE sent_at IS NULL"))
    assert [one for one in sara.messages() if one["channel"] != CHANNEL] == []

    operator.policy.write_text(SARAS)
    wait_for(lambda: any(one["channel"] != CHANNEL for one in sara.messages()))
    card = next(one for one in sara.messages() if one["channel"] != CHANNEL)
    assert "Deciding" in sara.text_of(card)
    assert "@lin" not in sara.text_of(card)
    wait_for(lambda: "@lin" not in lin.text_of(lin.sees("Share base-nightly with data-team", where=CHANNEL)))
    sara.types("/image requests")
    sara.sees("Waiting for your decision")
    sara.presses("Approve", on=card)
    wait_for(lambda: "100012345678" in cloud.state.shares("img-6pb6lrmy"))


def test_a_signal_makes_it_read_a_file_that_looks_unchanged(operator: Operator) -> None:
    looked = operator.policy.stat()
    operator.policy.write_text(TWO)
    os.utime(operator.policy, ns=(looked.st_atime_ns, looked.st_mtime_ns))
    operator.bot.process.send_signal(signal.SIGHUP)
    wait_for(lambda: operator.loaded() == [[], ["rules.approvals"]])
    assert operator.bot.stop() == 0


def test_what_needs_a_restart_is_told_and_counts_after_one(operator: Operator) -> None:
    operator.policy.write_text(company.POLICY.replace('"ap-singapore"]', '"ap-singapore", "ap-shanghai"]'))
    wait_for(lambda: "policy" in operator.warnings())
    assert "[home] regions can't change while Imagewarden runs: it needs a restart" in operator.warnings()["policy"]
    assert operator.loaded() == [[]]
