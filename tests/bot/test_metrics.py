"""What /metrics tells: of what happens, of what waits, cheaply, and as docs/metrics.md says."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlite_utils import Database

from approvals.model import Verb
from approvals.sql import queries
from approvals.sql.connection import open_database
from bot.metrics import Metrics
from tests.approvals.house import LAB, LIN, House
from tests.approvals.house import STRANGER as UNKNOWN

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ROOT = Path(__file__).parents[2]
ROWS = {
    cells[0].strip("`"): cells[1:]
    for line in (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8").splitlines()
    if line.startswith("| `imagewarden_")
    for cells in [[cell.strip() for cell in line.strip("|").split("|")]]
}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    opened = House(tmp_path / "metrics.db")
    yield opened
    opened.close()


@pytest.fixture
def metrics(house: House) -> Metrics:
    return Metrics(house.store, house.clock)


def told(metrics: Metrics, name: str, **labels: str) -> float | None:
    return metrics.registry.get_sample_value(name, labels)


def test_what_waits_is_told_with_its_number_and_age(house: House, metrics: Metrics) -> None:
    house.pending()
    house.clock.advance(minutes=5)
    house.pending(LAB)
    house.ask(image="no-such-image")
    house.record(1, LIN, Verb.APPROVE)
    house.clock.advance(minutes=1)

    def waiting(state: str) -> tuple[float | None, int]:
        age = told(metrics, "imagewarden_requests_oldest_seconds", state=state) or 0.0
        return told(metrics, "imagewarden_requests_waiting", state=state), int(age // 60)

    assert [waiting(state) for state in ("checking", "pending", "approved")] == [(1, 1), (2, 6), (0, 0)]
    assert told(metrics, "imagewarden_presses_waiting") == 1
    assert told(metrics, "imagewarden_presses_oldest_seconds") == pytest.approx(60, abs=1)
    assert (told(metrics, "imagewarden_notices_waiting") or 0) > 4
    assert told(metrics, "imagewarden_notices_oldest_seconds") == pytest.approx(360, abs=1)


def test_what_happens_is_counted_when_it_is_committed_and_not_when_it_is_undone(house: House, metrics: Metrics) -> None:
    number = house.approved()
    house.execute()

    def undone() -> None:
        def work(ledger: object) -> None:
            house.desk.judge(press, request)(ledger)  # type: ignore[arg-type]
            raise KeyError("and all of it is undone")

        with pytest.raises(KeyError):
            house.store.write(work)

    second = house.pending(LAB)
    press = house.record(second, LIN, Verb.APPROVE)
    assert press is not None
    request = house.request(second)
    undone()

    assert house.request(number).state.value == "done"
    assert told(metrics, "imagewarden_requests_total", action="share", state="done") == 1
    assert told(metrics, "imagewarden_requests_total", action="share", state="approved") == 1
    assert told(metrics, "imagewarden_items_total", state="done", code="") == 1
    assert told(metrics, "imagewarden_presses_total", outcome="approve") == 1


def test_accounts_that_fail_are_counted_by_the_vendors_code(house: House, metrics: Metrics) -> None:
    house.cloud.bad.add(UNKNOWN)
    house.approved(UNKNOWN)
    house.execute()

    assert told(metrics, "imagewarden_requests_total", action="share", state="failed") == 1
    assert told(metrics, "imagewarden_items_total", state="failed", code="InvalidAccountId.NotFound") == 1


def test_a_press_a_copy_and_an_incident_are_counted(house: House, metrics: Metrics) -> None:
    house.pending()
    house.record(1, LIN, Verb.APPROVE)
    house.judge()
    assert told(metrics, "imagewarden_presses_total", outcome="approve") == 1
    house.approved(LAB, regions=("ap-singapore",))
    house.execute()
    house.execute()
    assert told(metrics, "imagewarden_copies_waiting", state="wanted") == 1
    house.copy()
    assert told(metrics, "imagewarden_copies_total", state="calling") == 1
    assert told(metrics, "imagewarden_incidents_open", kind="auth") == 0


def test_a_database_that_cannot_be_read_is_told_and_hides_no_counter(house: House, metrics: Metrics) -> None:
    metrics.cloud_called("DescribeImages", "ap-guangzhou", "ok", 0.1)
    with closing(sqlite3.connect(house.path)) as other:
        other.execute("DROP INDEX presses_unjudged")
        other.execute("ALTER TABLE presses RENAME TO gone")
        other.commit()

    text = metrics.text().decode()
    assert "imagewarden_database_readable 0.0" in text
    assert 'imagewarden_cloud_calls_total{action="DescribeImages",code="ok",region="ap-guangzhou"} 1.0' in text
    assert "imagewarden_requests_waiting" not in text


@pytest.mark.parametrize(
    "query", ["waiting", "notices_waiting", "notices_parked", "presses_waiting", "copies_waiting", "incidents"]
)
def test_a_scrape_reads_only_what_waits(house: House, query: str) -> None:
    db: Database = open_database(house.path)
    with closing(db):
        partial = {
            str(row[0])
            for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'index' AND sql LIKE '% WHERE %'")
        }
        steps = [str(row[3]) for row in db.execute("EXPLAIN QUERY PLAN " + queries()[query])]
    reads = [step for step in steps if re.match("SCAN|SEARCH", step)]
    assert reads
    for step in reads:
        [index] = re.findall(r"INDEX (\w+)", step)
        assert index in partial, step  # it holds what waits, and nothing else


def families(metrics: Metrics) -> dict[str, tuple[str, set[str]]]:
    """Type and labels of every family of ours, by the name that a query would use."""
    found: dict[str, tuple[str, set[str]]] = {}
    for family in text_string_to_metric_families(metrics.text().decode()):
        if family.name.startswith("imagewarden_") and not family.name.endswith("_created"):
            name = family.name + "_total" if family.type == "counter" else family.name
            labels = {label for sample in family.samples for label in sample.labels} - {"le"}
            found[name] = family.type, labels
    return found


def test_the_document_lists_every_metric_with_its_type_and_labels_and_no_other(metrics: Metrics) -> None:
    metrics.cloud_called("DescribeImages", "ap-guangzhou", "ok", 0.1)
    metrics.swept("checks", NOW, True)
    metrics.up.labels("slack").set(1)
    metrics.show_health(lambda: {"problems": {}, "warnings": {}})
    metrics.happened(
        [
            ("request", "a", "s"),
            ("item", "s", "c"),
            ("press", "o"),
            ("notice", "k", "o"),
            ("copy", "s"),
            ("incident", "k"),
        ]
    )
    documented = {
        name: (kind, set() if labels == "–" else {one.strip("` ") for one in labels.split(",")})
        for name, (kind, labels, _meaning) in ROWS.items()
    }
    assert documented == families(metrics)


def test_each_is_told_in_the_document_in_a_sentence() -> None:
    assert all(len(meaning) > 20 for _kind, _labels, meaning in ROWS.values())
