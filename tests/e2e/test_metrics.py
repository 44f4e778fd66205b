"""What an operator's Prometheus reads of the real bot after a day's work."""

from __future__ import annotations

import urllib.request

from prometheus_client.parser import text_string_to_metric_families

from tests.e2e.conftest import Company


def scraped(company: Company) -> dict[tuple[str, ...], float]:
    """Every sample by its name and the values of its labels, in the order of their names."""
    with urllib.request.urlopen(f"{company.sandbox.door.url}/metrics", timeout=5) as answer:
        text = answer.read().decode()
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_a_share_shows_in_the_metrics_from_the_command_to_the_cloud(company: Company) -> None:
    company.mei.types("/image share base-nightly with data-team because of the figures")
    card = company.lin.sees("Share base-nightly with data-team", where="C0IMAGES")
    before = scraped(company)
    assert before["imagewarden_requests_waiting", "pending"] == 1
    assert before["imagewarden_ack_seconds_count",] >= 1

    company.lin.presses("Approve", on=card)
    company.mei.sees("To forward to them")
    after = scraped(company)
    assert after["imagewarden_requests_waiting", "pending"] == 0
    assert after["imagewarden_requests_total", "share", "done"] == 1
    assert after["imagewarden_presses_total", "approve"] == 1
    assert after["imagewarden_items_total", "", "done"] == 1
    assert after["imagewarden_cloud_calls_total", "ModifyImageSharePermission", "ok", "ap-guangzhou"] == 1
    assert after["imagewarden_notices_total", "card", "sent"] >= 2
    assert after["imagewarden_sweep_last_run_timestamp_seconds", "executor"] > 0
    assert after["imagewarden_database_readable",] == 1
    assert after["imagewarden_problem", "slack"] == 0
