"""How long Slack waits for the answer to a command, beside an app that does nothing but answer."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.sandbox import company
from tests.bench import load, servers
from tests.bench.figures import Table, met, percentile
from tests.bench.machine import commit_seconds
from tests.e2e import command

TEXT = "share base-nightly with data-team because the nightly build"
_APPS = ("bare Bolt", "durable Bolt", "imagewarden")
_RATES = (1, 20, 100)
_CLOUD_DELAY = 2.0  # seconds
_MOST_A_SECOND = 8_000  # requests made ready for the run without a pace

Key = tuple[str, int]  # which app, at how many a second; 0: as many as possible


@dataclass
class _Measured:
    p50: dict[Key, list[float]]
    p99: dict[Key, list[float]]
    most: dict[str, list[float]]
    commits: list[float]


def measure(folder: Path, *, quick: bool) -> Table:
    measured = _Measured(defaultdict(list), defaultdict(list), defaultdict(list), [])
    for _ in range(1 if quick else 3):
        measured.commits.append(commit_seconds(folder))
        with servers.running("bolt") as bolt:
            _one_app("bare Bolt", int(bolt["port"]), measured, quick=quick)
        with servers.running("bolt", str(folder)) as bolt:
            _one_app("durable Bolt", int(bolt["port"]), measured, quick=quick)
        with imagewarden(folder, delay=_CLOUD_DELAY) as bot:
            _one_app("imagewarden", port_of(bot), measured, quick=quick)
    return _table(measured, quick=quick)


@contextmanager
def imagewarden(folder: Path, *, delay: float) -> Iterator[command.Running]:
    """``imagewarden run --http`` with a new database, ready, and the sandbox's servers beside it."""
    with surroundings(folder, delay=delay) as start, start() as bot:
        yield bot


@contextmanager
def surroundings(folder: Path, *, delay: float) -> Iterator[Callable[[], AbstractContextManager[command.Running]]]:
    """All that ``imagewarden run --http`` needs, and what starts it."""
    with TemporaryDirectory(dir=folder) as name, servers.running("sandbox", str(delay)) as sandbox:
        port = command.free_port()
        env = command.environment(
            Path(name),
            api_url=sandbox["api"],
            cloud_url=sandbox["cloud"],
            SLACK_SIGNING_SECRET=company.SIGNING_SECRET,
        )
        words = ("run", "--http", f"127.0.0.1:{port}")
        yield lambda: command.running(*words, listens=port, env=env, cwd=Path(name))


def port_of(bot: command.Running) -> int:
    return int(bot.url.rpartition(":")[2])


def _one_app(name: str, port: int, measured: _Measured, *, quick: bool) -> None:
    load.paced(port, TEXT, rate=50, seconds=1)  # what is made at the first request is not what is asked
    for rate in _RATES:
        took = load.paced(port, TEXT, rate=rate, seconds=5 if quick else 12)
        measured.p50[name, rate].append(percentile(took, 0.5))
        measured.p99[name, rate].append(percentile(took, 0.99))
    seconds = 3.0 if quick else 5.0
    most, took = load.flat_out(port, TEXT, most=int(_MOST_A_SECOND * seconds), seconds=seconds)
    measured.most[name].append(most)
    measured.p50[name, 0].append(percentile(took, 0.5))
    measured.p99[name, 0].append(percentile(took, 0.99))


def _table(measured: _Measured, *, quick: bool) -> Table:
    table = Table(
        "Ack latency of a signed `/image share`",
        "Each app is a process of its own on the same server (uvicorn, a Starlette route, Bolt on the event loop, "
        '`process_before_response=True`). Bare Bolt verifies the signature and answers "ok"; with a row it commits one '
        "row before, durably, and nothing else. Imagewarden records the request durably first, while it checks those "
        "before against a cloud that answers in 2 s. The client is a third process on the same machine, on kept "
        "connections. "
        + ("One round." if quick else "Medians of three rounds.")
        + f" A durable commit of one row took {statistics.median(measured.commits) * 1e6:,.0f} µs."
        + f" The most a second is with {load.WIDE} connections that are never idle.",
        (
            "a second",
            "bare Bolt p50 / p99 ms",
            "with a row p50 / p99 ms",
            "Imagewarden p50 / p99 ms",
            "p50, times bare Bolt",
            "p50, times with a row",
        ),
    )
    for rate in (*_RATES, 0):
        bare, row, ours = (_pair(measured, name, rate) for name in _APPS)
        label = str(rate)
        if not rate:
            label = "most: {:.0f}, {:.0f} and {:.0f}".format(*(statistics.median(measured.most[one]) for one in _APPS))
        pairs = (f"{p50:.2f} / {p99:.2f}" for p50, p99 in (bare, row, ours))
        table.add(label, *pairs, f"{ours[0] / bare[0]:.2f}", f"{ours[0] / row[0]:.2f}")
    bare_app, row_app, our_app = _APPS
    ratios, floors = (
        [_pair(measured, app, rate)[0] / _pair(measured, bare_app, rate)[0] for rate in _RATES]
        for app in (our_app, row_app)
    )
    p99 = _pair(measured, "imagewarden", 100)[1]
    table.goals = [
        f"p50 within 1.5 times bare Bolt at 1, 20 and 100 a second: {met(max(ratios) <= 1.5)} "
        f"(at most {max(ratios):.2f} times). Bare Bolt with a row is "
        f"{', '.join(f'{one:.2f}' for one in floors[:-1])} and {floors[-1]:.2f} times it: what one durable commit "
        "costs, of which there can't be fewer.",
        f"p99 under 20 ms at 100 a second: {met(p99 < 20)} ({p99:.1f} ms).",
    ]
    return table


def _pair(measured: _Measured, name: str, rate: int) -> tuple[float, float]:
    """p50 and p99 in milliseconds."""
    return tuple(statistics.median(found[name, rate]) * 1000 for found in (measured.p50, measured.p99))  # type: ignore[return-value]  # two of them
