"""One image, 500 accounts, asked for in 100 requests that are all approved when the executor looks."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from approvals.model import State
from tests.bench.figures import Table, met
from tests.bench.office import GUARDIAN, OWNER, Office

_REQUESTS, _EACH = 100, 5
_ACCOUNTS = [f"1004{number:08d}" for number in range(_REQUESTS * _EACH)]


@dataclass(frozen=True)
class _Cost:
    changes: int
    reads: int
    seconds: float

    @property
    def calls(self) -> int:
        return self.changes + self.reads


def measure(folder: Path, *, quick: bool) -> Table:  # noqa: ARG001  as quick as it can be
    table = Table(
        f"One image shared with {_REQUESTS * _EACH} accounts",
        f"{_REQUESTS} approved requests for one image, {_EACH} accounts each, wait when the executor looks; the cloud "
        "answers at once. The time is from there until all are recorded.",
        ("accounts", "calls that change something", "calls that read", "time"),
    )
    good, bad = _cost(folder, bad=0), _cost(folder, bad=1)
    for label, cost in (("all exist", good), ("one does not exist", bad)):
        table.add(label, cost.changes, cost.reads, f"{cost.seconds:.2f} s")
    table.goals = [
        f"1 call that changes something and at most 3 that read: {met(good.changes == 1 and good.reads <= 3)}.",
        f"At most 20 calls with one bad account: {met(bad.calls <= 20)} ({bad.calls}).",
    ]
    return table


def _cost(folder: Path, *, bad: int) -> _Cost:
    with TemporaryDirectory(dir=folder) as name:
        office = Office(Path(name) / "office.db")
        try:
            asked = [
                office.ask(image="base-nightly", accounts=_ACCOUNTS[at : at + _EACH])
                for at in range(0, len(_ACCOUNTS), _EACH)
            ]
            office.check_all()
            for request_id in asked:
                for person in (OWNER, GUARDIAN):  # the accounts are none of the policy's
                    office.desk.press(office.pressed(request_id, person))
            office.judge_all()
            office.cloud.bad = set(_ACCOUNTS[123 : 123 + bad])
            reads, changes, began = office.cloud.reads, office.cloud.changes, time.perf_counter()
            office.execute_all()
            cost = _Cost(office.cloud.changes - changes, office.cloud.reads - reads, time.perf_counter() - began)
            states = [office.request(request_id).state for request_id in asked]
            assert states.count(State.DONE) == len(asked) - bad, states
            return cost
        finally:
            office.close()
