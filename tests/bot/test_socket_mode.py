"""The websocket to Slack: what is said of it while it works, goes deaf, is cut or refused; and how it comes back."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from bot.sandbox import company
from bot.sandbox.workspace.server import WorkspaceServer
from bot.socket_mode import SocketMode
from tests.e2e.line import Line, line_to
from tests.e2e.person import PersonAt
from tests.sandbox.workspace_support import bolt_app, running

PING_EVERY = 0.4  # seconds; by default it is 5, and all that is waited for here takes twelve times as long
WITHIN = 10.0  # seconds


def until(condition: Callable[[], object]) -> None:
    ends = time.monotonic() + WITHIN
    while not condition():
        assert time.monotonic() < ends, "it did not come about in time"
        threading.Event().wait(0.01)


@pytest.fixture
def workspace() -> Iterator[WorkspaceServer]:
    with running() as server:
        yield server


@pytest.fixture
def line(workspace: WorkspaceServer) -> Iterator[Line]:
    with line_to(workspace.url) as made:
        yield made


class Held:
    """A clock that can be held, and then goes on by a hundredth of a second with each look at it from a test.

    However seldom a busy machine lets the test look, it sees what lasts for longer than that.
    """

    def __init__(self) -> None:
        self._at_most = math.inf

    def __call__(self) -> float:
        return min(time.monotonic(), self._at_most)

    def hold(self) -> None:
        self._at_most = time.monotonic()

    def go_on(self) -> bool:
        self._at_most += 0.01
        return True

    def let_go(self) -> None:
        self._at_most = math.inf


@contextmanager
def connected(
    workspace: WorkspaceServer, line: Line, clock: Callable[[], float] = time.monotonic
) -> Iterator[SocketMode]:
    """A bot that answers a command with "here", whose connection to the workspace goes over the line."""
    app = bolt_app(workspace)
    app.command("/image")(lambda ack: ack("here"))
    app.client.base_url = f"{line.url}/api/"
    made = SocketMode(app, company.APP_TOKEN, app.client, ping_every=PING_EVERY, clock=clock)
    made.connect()
    try:
        assert workspace.sockets.wait_connected()
        yield made
    finally:
        line.cut()  # the reader looks up from its socket every three seconds, or when the other side hangs up
        made.close()


def works(workspace: WorkspaceServer) -> bool:
    return PersonAt(workspace.url, "U0MEI").types("/image help") == "here"


def test_a_quiet_connection_is_a_good_one(workspace: WorkspaceServer, line: Line) -> None:
    with connected(workspace, line) as socket:
        ends = time.monotonic() + 6 * PING_EVERY
        while time.monotonic() < ends:
            assert socket.problem is None
            threading.Event().wait(0.05)
        assert workspace.api.called["apps.connections.open"] == 1
        assert works(workspace)


def test_a_deaf_connection_is_told_of_and_replaced(workspace: WorkspaceServer, line: Line) -> None:
    clock = Held()
    with connected(workspace, line, clock) as socket:
        assert works(workspace)  # so Slack has greeted
        line.go_dead()
        clock.hold()
        until(lambda: clock.go_on() and socket.problem)
        assert "said nothing on the connection" in str(socket.problem)
        clock.let_go()
        until(lambda: socket.problem is None)
        assert workspace.api.called["apps.connections.open"] == 2
        until(lambda: works(workspace))


def test_a_connection_on_which_slack_never_greets_is_replaced(workspace: WorkspaceServer, line: Line) -> None:
    workspace.sockets.mute()
    with connected(workspace, line) as socket:
        until(lambda: "not greeted on the connection" in str(socket.problem))
        until(lambda: workspace.api.called["apps.connections.open"] >= 2)
        workspace.sockets.mute(False)
        until(lambda: socket.problem is None and works(workspace))


def test_a_connection_that_is_cut_is_opened_again(workspace: WorkspaceServer, line: Line) -> None:
    with connected(workspace, line) as socket:
        line.cut()
        until(lambda: workspace.api.called["apps.connections.open"] == 2)
        until(lambda: socket.problem is None and works(workspace))


@pytest.mark.parametrize("reason", ["warning", "refresh_requested", "link_disabled", "too_many_websockets"])
def test_slack_may_ask_for_another_connection(workspace: WorkspaceServer, line: Line, reason: str) -> None:
    with connected(workspace, line) as socket:
        workspace.sockets.disconnect(reason)
        until(lambda: workspace.api.called["apps.connections.open"] == 2)
        until(lambda: socket.problem is None and works(workspace))


def test_where_socket_mode_is_switched_off_that_is_said_until_it_is_on_again(
    workspace: WorkspaceServer, line: Line
) -> None:
    with connected(workspace, line) as socket:
        workspace.faults.fail("apps.connections.open", "not_allowed", times=10_000)
        workspace.sockets.disconnect("link_disabled")
        workspace.sockets.hang_up()
        until(lambda: socket.problem)
        assert "switched off in the app's settings (link_disabled)" in str(socket.problem)
        workspace.faults.clear()
        until(lambda: socket.problem is None and works(workspace))
