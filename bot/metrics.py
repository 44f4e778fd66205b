"""What Prometheus reads at ``/metrics``: what this process did, counted as it did it. What waits is in ``backlog.py``.

Each metric is described in docs/metrics.md, which a test compares with this.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache
from importlib.metadata import version

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

from approvals.store import Store
from approvals.tables import Happened
from bot import signatures
from bot.backlog import Backlog

_NEEDED = ("slack", "cloud", "database", "listening")
_LOOKED_AT = ("slack", "cloud", "channel", "scopes", "credentials", "policy")


class Metrics:
    """Counters of one running bot; a registry of its own, so that two bots in one process don't add up."""

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self.registry = CollectorRegistry()
        self.cloud_calls = Counter(
            "imagewarden_cloud_calls",
            "Calls to the cloud, by action, region and outcome (ok, or the error code)",
            ["action", "region", "code"],
            registry=self.registry,
        )
        self.cloud_seconds = Histogram(
            "imagewarden_cloud_call_seconds",
            "How long a call to the cloud took",
            ["action", "region"],
            registry=self.registry,
        )
        self.ack_seconds = Histogram(
            "imagewarden_ack_seconds",
            "From the arrival of a command, a press or an event to its answer",
            buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 3),
            registry=self.registry,
        )
        self._refused = Counter(
            "imagewarden_signatures_refused",
            "Posts that were refused as not Slack's, by the reason",
            ["why"],
            registry=self.registry,
        )
        for why in (signatures.WRONG, signatures.LATE, signatures.MALFORMED):
            self._refused.labels(why)  # from the start on, so that the first one shows as a change
        self.up = Gauge(
            "imagewarden_up", "1 where the last question to a dependency was answered", ["of"], registry=self.registry
        )
        self._swept_at = Gauge(
            "imagewarden_sweep_last_run_timestamp_seconds", "When a sweep ran last", ["sweep"], registry=self.registry
        )
        self._faults = Counter(
            "imagewarden_sweep_faults", "Runs of a sweep that ended in a fault", ["sweep"], registry=self.registry
        )
        self._counters = self._what_happens()
        # Kept, since looking a counter up takes longer than counting, and every answer waits for it.
        self._counter_of = cache(lambda one: self._counters[one[0]].labels(*one[1:]))
        Gauge("imagewarden_build_info", "The version that runs", ["version"], registry=self.registry).labels(
            version("imagewarden")
        ).set(1)
        self.registry.register(Backlog(store, clock))
        ProcessCollector(registry=self.registry)
        store.on_happened(self.happened)

    def cloud_called(self, action: str, region: str, code: str, seconds: float) -> None:
        """Count one call to the cloud."""
        self.cloud_calls.labels(action, region, code).inc()
        self.cloud_seconds.labels(action, region).observe(seconds)

    def signature_refused(self, why: str) -> None:
        """Count one post that was refused."""
        self._refused.labels(why).inc()

    def happened(self, what: Sequence[Happened]) -> None:
        """Count what was committed."""
        for one in what:
            self._counter_of(one).inc()

    def swept(self, sweep: str, at: datetime, well: bool) -> None:
        """Note one run of a sweep."""
        self._swept_at.labels(sweep).set(at.timestamp())
        faults = self._faults.labels(sweep)
        if not well:
            faults.inc()

    def show_health(self, report: Callable[[], Mapping[str, Mapping[str, str]]]) -> None:
        """Tell what ``/readyz`` tells: ``problems`` that keep the bot from working, and ``warnings``."""
        for name, told, kind, parts in (
            ("imagewarden_problem", "1 where this keeps the bot from working; see /readyz", "problems", _NEEDED),
            ("imagewarden_warning", "1 where an operator should look at this; see /readyz", "warnings", _LOOKED_AT),
        ):
            gauge = Gauge(name, told, ["of"], registry=self.registry)
            for part in parts:
                gauge.labels(part).set_function(lambda kind=kind, part=part: float(part in report()[kind]))  # type: ignore[misc]

    def text(self) -> bytes:
        return generate_latest(self.registry)

    def _what_happens(self) -> dict[str, Counter]:
        """The counters by the first word of ``Happened``."""
        told = {
            "request": ("imagewarden_requests", "Requests that came into a state", ["action", "state"]),
            "item": ("imagewarden_items", "Accounts of requests that were settled, by the code", ["state", "code"]),
            "press": ("imagewarden_presses", "Presses of buttons that were judged", ["outcome"]),
            "notice": ("imagewarden_notices", "Attempts to deliver a message", ["kind", "outcome"]),
            "copy": ("imagewarden_copies", "Copies in other regions that came into a state", ["state"]),
            "incident": ("imagewarden_incidents", "Times that the credentials stopped working", ["kind"]),
        }
        return {one: Counter(*of, registry=self.registry) for one, of in told.items()}
