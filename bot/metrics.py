"""What Prometheus reads at ``/metrics``."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from approvals.store import Store


class Metrics:
    """Counters of one running bot; a registry of its own, so that two bots in one process don't add up."""

    def __init__(self, store: Store) -> None:
        self.registry = CollectorRegistry()
        self.cloud_calls = Counter(
            "imagewarden_cloud_calls",
            "Calls to the cloud, by action, region and outcome (ok, or the error code)",
            ["action", "region", "code"],
            registry=self.registry,
        )
        self.cloud_seconds = Histogram(
            "imagewarden_cloud_call_seconds", "How long a call to the cloud took", ["action"], registry=self.registry
        )
        self.ack_seconds = Histogram(
            "imagewarden_ack_seconds",
            "From the arrival of a command, a press or an event to its answer",
            buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 3),
            registry=self.registry,
        )
        self.up = Gauge(
            "imagewarden_up", "1 where the last question to a dependency was answered", ["of"], registry=self.registry
        )
        self.registry.register(_Waiting(store))

    def cloud_called(self, action: str, region: str, code: str, seconds: float) -> None:
        """Count one call to the cloud."""
        self.cloud_calls.labels(action, region, code).inc()
        self.cloud_seconds.labels(action).observe(seconds)

    def text(self) -> bytes:
        return generate_latest(self.registry)


class _Waiting(Collector):
    """What waits, read from the database when somebody looks."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def collect(self) -> Iterator[GaugeMetricFamily]:
        with self._store.read() as ledger:
            states, notices, parked = ledger.waiting(), ledger.notices_waiting(), ledger.notices_parked()
        requests = GaugeMetricFamily(
            "imagewarden_requests_waiting", "Requests that somebody or something must still move", labels=["state"]
        )
        for state, number in states.items():
            requests.add_metric([state.value], number)
        yield requests
        yield GaugeMetricFamily("imagewarden_notices_waiting", "Messages that wait to be delivered", value=notices)
        yield GaugeMetricFamily(
            "imagewarden_notices_parked", "Messages that wait until their channel is open to the bot", value=parked
        )
