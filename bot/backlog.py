"""What waits, as Prometheus reads it: asked of the database when somebody looks, by indexes of what waits alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from approvals.copy_model import CopyState
from approvals.drift_model import DriftKind
from approvals.errors import StoreError
from approvals.ledger import Ledger
from approvals.message_model import IncidentKind
from approvals.model import State, Waiting
from approvals.store import Store

Families = Iterator[GaugeMetricFamily]

_COPYING = (CopyState.WANTED, CopyState.CALLING, CopyState.SYNCING, CopyState.REMOVING)


class Backlog(Collector):
    """Where the database can't be read it says so, and the counters beside it are shown all the same."""

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock

    def describe(self) -> Families:
        """Nothing: the registry would read the database at the start for it."""
        yield from ()

    def collect(self) -> Families:
        families: list[GaugeMetricFamily] = []
        try:
            with self._store.read() as ledger:
                for part in _PARTS:
                    families += part(ledger, self._clock())
        except StoreError:
            families.clear()
        readable = float(bool(families))
        yield GaugeMetricFamily("imagewarden_database_readable", "1 where the database can be read", value=readable)
        yield from families
        sizes = GaugeMetricFamily("imagewarden_database_bytes", "Sizes of the database and its log", labels=["file"])
        for file, size in self._store.sizes().items():
            sizes.add_metric([file], size)
        yield sizes


def _requests(ledger: Ledger, now: datetime) -> Families:
    waiting = ledger.waiting()
    yield _by_state("imagewarden_requests_waiting", "Requests that somebody or something must still move", waiting)
    yield _oldest("imagewarden_requests_oldest_seconds", "For how long the oldest is in its state", waiting, now)
    attempts = GaugeMetricFamily(
        "imagewarden_requests_most_attempts", "As often the one that was tried most was tried", labels=["state"]
    )
    for state in (State.CHECKING, State.APPROVED):
        attempts.add_metric([state.value], waiting[state].attempts)
    yield attempts


def _presses(ledger: Ledger, now: datetime) -> Families:
    waiting = ledger.presses_waiting()
    yield GaugeMetricFamily("imagewarden_presses_waiting", "Presses that nobody has judged", value=waiting.number)
    yield GaugeMetricFamily(
        "imagewarden_presses_oldest_seconds", "For how long the oldest of them waits", value=_age(waiting, now)
    )


def _notices(ledger: Ledger, now: datetime) -> Families:
    waiting, parked = ledger.notices_waiting(), ledger.notices_parked()
    yield GaugeMetricFamily("imagewarden_notices_waiting", "Messages that wait to be delivered", value=waiting.number)
    yield GaugeMetricFamily(
        "imagewarden_notices_oldest_seconds", "For how long the oldest of them waits", value=_age(waiting, now)
    )
    yield GaugeMetricFamily(
        "imagewarden_notices_parked", "Messages that wait until their channel is open to the bot", value=parked
    )


def _copies(ledger: Ledger, now: datetime) -> Families:
    waiting = dict.fromkeys(_COPYING, Waiting(0, None)) | ledger.copies.waiting()
    yield _by_state("imagewarden_copies_waiting", "Copies in other regions that are under way", waiting)
    yield _oldest("imagewarden_copies_oldest_seconds", "How long ago the oldest was wanted", waiting, now)


def _incidents(ledger: Ledger, _now: datetime) -> Families:
    family = GaugeMetricFamily("imagewarden_incidents_open", "1 while the credentials don't work", labels=["kind"])
    found = {one.kind for one in ledger.incidents()}
    for kind in IncidentKind:
        family.add_metric([kind.value], float(kind in found))
    yield family


def _drift(ledger: Ledger, _now: datetime) -> Families:
    counts, latest = ledger.drift.counts(), ledger.drift.latest_pass()
    family = GaugeMetricFamily(
        "imagewarden_drift_open", "Differences between the cloud and the record that stand", labels=["kind"]
    )
    for kind in DriftKind:
        family.add_metric([kind.value], counts.get(kind, 0))
    yield family
    finished = latest.finished_at.timestamp() if latest.finished_at else 0.0
    yield GaugeMetricFamily(
        "imagewarden_drift_last_pass_timestamp_seconds", "When the last whole comparison ended", value=finished
    )
    left = latest.total - latest.looked if latest.started_at else 0
    yield GaugeMetricFamily("imagewarden_drift_images_left", "Images that the present one must still see", value=left)


# What is read of the database is added here: one function a subject, each by an index (see test_metrics.py).
_PARTS: tuple[Callable[[Ledger, datetime], Families], ...] = (
    _requests,
    _presses,
    _notices,
    _copies,
    _incidents,
    _drift,
)


def _by_state(
    name: str, told: str, waiting: Mapping[State, Waiting] | Mapping[CopyState, Waiting]
) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, told, labels=["state"])
    for state, one in waiting.items():
        family.add_metric([state.value], one.number)
    return family


def _oldest(
    name: str, told: str, waiting: Mapping[State, Waiting] | Mapping[CopyState, Waiting], now: datetime
) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, told, labels=["state"])
    for state, one in waiting.items():
        family.add_metric([state.value], _age(one, now))
    return family


def _age(waiting: Waiting, now: datetime) -> float:
    return max(0.0, (now - waiting.since).total_seconds()) if waiting.since else 0.0
