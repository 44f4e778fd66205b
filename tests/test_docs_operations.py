"""What operators copy from docs/operations works with what the bot tells: metrics, headings, rights, files."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml

from approvals import tencent, tencent_lighthouse

ROOT = Path(__file__).parents[1]
OPERATIONS = ROOT / "docs" / "operations"
ALERTS = [
    rule
    for group in yaml.safe_load((OPERATIONS / "alerts.yml").read_text(encoding="utf-8"))["groups"]
    for rule in group["rules"]
]
PANELS = json.loads((OPERATIONS / "dashboard.json").read_text(encoding="utf-8"))["panels"]
EXPRESSIONS = [rule["expr"] for rule in ALERTS] + [one["expr"] for panel in PANELS for one in panel["targets"]]


def headings(document: Path) -> set[str]:
    """The anchors of a document, as GitHub makes them."""
    titles = re.findall(r"^#+ (.+)$", document.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^a-z0-9 _-]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_every_metric_that_is_asked_for_is_documented(expression: str) -> None:
    known = set(re.findall(r"`(imagewarden_\w+)`", (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8")))
    named = {name.removesuffix("_bucket") for name in re.findall(r"imagewarden_\w+", expression)}
    assert named
    assert named <= known


@pytest.mark.parametrize("rule", ALERTS, ids=lambda rule: rule["alert"])
def test_every_alert_says_what_is_wrong_and_where_it_is_told_what_to_do(rule: dict[str, dict[str, str]]) -> None:
    assert rule["annotations"]["summary"]
    document, _, anchor = rule["annotations"]["runbook"].partition("#")
    assert anchor in headings(ROOT / "docs" / document)


def test_the_documents_link_to_what_is_there() -> None:
    for document in (ROOT / "docs").glob("*.md"):
        for link in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", document.read_text(encoding="utf-8")):
            assert link.startswith("http") or (document.parent / link).exists(), f"{document.name}: {link}"


def test_the_rights_are_those_of_the_calls_and_no_others() -> None:
    text = (ROOT / "docs" / "permissions.md").read_text(encoding="utf-8")
    granted = {name for block in re.findall(r"```json\n(.*?)```", text, re.DOTALL) for name in _actions(block)}
    source = "".join(Path(str(module.__file__)).read_text(encoding="utf-8") for module in (tencent, tencent_lighthouse))
    called = set(re.findall(r'"((?:Describe|Modify|Sync|Delete|Share|Cancel)[A-Za-z]+)"', source)) - {
        "SharePermissionSet"  # a field
    }
    assert {name.partition(":")[2] for name in granted} == called


def _actions(block: str) -> list[str]:
    return re.findall(r'"((?:cvm|lighthouse):[A-Za-z]+)"', block)


def test_the_container_has_no_rights_and_keeps_what_lasts() -> None:
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    (made,) = (line for line in lines if "useradd" in line)
    user = made.partition("--uid ")[2].split()[0]
    assert int(user) > 0
    assert lines.index(f"USER {user}") < lines.index('ENTRYPOINT ["imagewarden"]')
    assert "VOLUME /data" in lines
    assert any("--require-hashes" in line for line in lines)
    copied = [
        name for line in lines if line.startswith("COPY ") and "--from" not in line for name in line.split()[1:-1]
    ]
    allowed = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    assert {f"!{name}" for name in copied} == {name for name in allowed if name.startswith("!")}
    assert all((ROOT / name).exists() for name in copied)


def test_the_service_can_write_nowhere_else_and_gets_time_to_end() -> None:
    unit = (OPERATIONS / "imagewarden.service").read_text(encoding="utf-8").splitlines()
    for line in ("ProtectSystem=strict", "NoNewPrivileges=yes", "CapabilityBoundingSet=", "StateDirectory=imagewarden"):
        assert line in unit
    assert "TimeoutStopSec=60" in unit


def test_the_service_starts_whatever_the_cloud_does() -> None:
    """`imagewarden check` asks the cloud, and fails where `imagewarden run` waits for it and takes requests."""
    unit = (OPERATIONS / "imagewarden.service").read_text(encoding="utf-8")
    assert "imagewarden check" not in unit
