"""``imagewarden policy explain``, typed: by the policy alone, and with Slack's names and the cloud's facts."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from approvals.model import Action, Verb
from bot.sandbox import company
from bot.sandbox.cloud.server import CloudServer
from bot.sandbox.workspace.server import WorkspaceServer
from tests.approvals.house import SARA, STRANGER, House
from tests.e2e.command import environment, imagewarden
from tests.releases.test_releases import FOLDER

SLACK_SILENT = "Slack isn't asked: people and groups are told by their ids."


def explained(env: dict[str, str], folder: Path, *words: str) -> list[str]:
    ended = imagewarden("policy", "explain", *words, env=env, cwd=folder)
    assert (ended.returncode, ended.stderr) == (0, "")
    return ended.stdout.splitlines()


def test_without_any_token_the_policy_alone_is_told(tmp_path: Path) -> None:
    env = environment(tmp_path, api_url="", cloud_url="")
    offline = {name: value for name, value in env.items() if not name.startswith(("SLACK", "TENCENT"))}
    told = explained(offline, tmp_path, "base-nightly", "100098765432")
    assert told[0] == SLACK_SILENT
    assert any(line.startswith("Owners: S0PLATFORM, by the first rule that matches") for line in told)
    assert any(line.startswith("Needs a guardian: 100098765432 is not a known account.") for line in told)
    assert told[-1].startswith("Not known without the cloud: ")


def test_with_tokens_people_have_names_and_an_id_is_looked_up(
    tmp_path: Path, cloud: CloudServer, workspace: WorkspaceServer
) -> None:
    env = environment(tmp_path, api_url=workspace.api_url, cloud_url=cloud.url)
    told = explained(env, tmp_path, "img-l3g4cy9w", "data-team", "--requester", "U0OMAR")
    assert any("S0PLATFORM: lin (U0LIN) and omar (U0OMAR), by the first rule" in line for line in told)
    assert "Of them may decide now: lin (U0LIN)." in told
    assert any(line.startswith("Needs a guardian: legacy-erp was imported from outside") for line in told)
    assert any("beside the owners: S0SECURITY: sara (U0SARA), by [home] guardians" in line for line in told)
    assert told[-1].startswith("Not looked at: ")
    calls = len(cloud.state.calls)
    explained(env, tmp_path, "legacy-erp", "data-team")
    assert len(cloud.state.calls) == calls  # a name is told by the policy alone
    gone = explained(env, tmp_path, "img-nothere1", "data-team")
    assert "The cloud has no image img-nothere1 in the regions of the policy." in gone


def test_an_image_of_lighthouse_is_looked_up_where_the_policy_has_it_on(
    tmp_path: Path, cloud: CloudServer, workspace: WorkspaceServer
) -> None:
    env = environment(tmp_path, api_url=workspace.api_url, cloud_url=cloud.url)
    told = explained(env, tmp_path, "lhbp-crmk1t42", "data-team")
    assert any(line.startswith("Refused: crm-kit is in state SYNCING") for line in told), told
    (tmp_path / "policy.toml").write_text(company.POLICY.replace("lighthouse = true", "lighthouse = false"))
    calls = len(cloud.state.calls)
    told = explained(env, tmp_path, "lhbp-crmk1t42", "data-team")
    assert "Refused: Lighthouse is not switched on in the policy. (lighthouse_off)" in told
    assert len(cloud.state.calls) == calls


def test_what_guardians_said_of_a_source_counts(tmp_path: Path, cloud: CloudServer, workspace: WorkspaceServer) -> None:
    env = environment(tmp_path, api_url=workspace.api_url, cloud_url=cloud.url)
    (tmp_path / "policy.toml").write_text(company.POLICY.replace("[rules]", '[rules]\nlineage_tag = "from"'))
    nightly = cloud.state.images["img-6pb6lrmy"]
    cloud.state.add_image(replace(nightly, image_id="img-der1ved1", name="derived", tags={"from": STRANGER}))
    told = explained(env, tmp_path, "img-der1ved1", "data-team")
    assert any(line.startswith("Needs a guardian: ") and STRANGER in line for line in told), told

    with closing(House(Path(env["IMAGEWARDEN_DB"]))) as house:
        word = house.pending(STRANGER, action=Action.TRUST, image=STRANGER)
        house.press(word, SARA, Verb.APPROVE)
    told = explained(env, tmp_path, "img-der1ved1", "data-team")
    assert not any(line.startswith("Needs a guardian: ") for line in told)


def test_a_database_that_is_not_this_versions_is_not_touched(tmp_path: Path) -> None:
    env = environment(tmp_path, api_url="", cloud_url="")
    offline = {name: value for name, value in env.items() if not name.startswith(("SLACK", "TENCENT"))}
    file = Path(env["IMAGEWARDEN_DB"])
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript((FOLDER / "0.1.sql").read_text(encoding="utf-8"))
    before = file.read_bytes()
    told = explained(offline, tmp_path, "base-nightly", "data-team")
    (why,) = (line for line in told if "what guardians said of sources isn't known" in line)
    assert "an older version of Imagewarden wrote it" in why
    assert file.read_bytes() == before
    file.write_text("no database, but long enough to be looked at as one" * 20)
    told = explained(offline, tmp_path, "base-nightly", "data-team")
    assert any("this is no database of Imagewarden" in line for line in told)


def test_what_cannot_be_explained_is_said(tmp_path: Path) -> None:
    env = environment(tmp_path, api_url="http://127.0.0.1:9/", cloud_url="http://127.0.0.1:9")
    told = explained(env, tmp_path, "img-6pb6lrmy", "data-team")
    assert told[0] == SLACK_SILENT
    assert told[1].startswith("The cloud can't be asked about img-6pb6lrmy now (")

    unknown = imagewarden("policy", "explain", "base-nightly", "data-taem", env=env, cwd=tmp_path)
    assert (unknown.returncode, unknown.stdout) == (1, f"{SLACK_SILENT}\n")
    assert "did you mean data-team?" in unknown.stderr

    (tmp_path / "policy.toml").write_text(company.POLICY.replace("[rules]", "[rule]"))
    broken = imagewarden("policy", "explain", "base-nightly", "data-team", env=env, cwd=tmp_path)
    assert broken.returncode == 1
    assert "[rule] is not a section; did you mean rules?" in broken.stderr
