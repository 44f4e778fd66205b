"""Connections on which nothing is asked end by themselves, and there are never more than the process can hold."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from threading import Event

import pytest
import websockets.sync.client
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket
from structlog.testing import capture_logs

from bot.serving import KEPT_FOR, Server

WITHIN = 20.0  # seconds
ASK = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n"
GOES_ON, HELD_UP = Event(), Event()


def work(_request: Request) -> Response:
    assert GOES_ON.wait(WITHIN)
    return PlainTextResponse("done")


async def echo(request: Request) -> Response:
    return Response(await request.body())


async def not_read(_request: Request) -> Response:
    return PlainTextResponse("done")


async def hold_up_all(_request: Request) -> Response:
    HELD_UP.set()
    assert GOES_ON.wait(WITHIN)
    return PlainTextResponse("done")


async def say_back(socket: WebSocket) -> None:
    await socket.accept()
    while True:
        await socket.send_text(await socket.receive_text())


@contextmanager
def serving(*, most: int = 100, asks_within: float = 0.3, kept_for: float = 10 * WITHIN) -> Iterator[Server]:
    routes = [
        Route("/", echo, methods=["POST"]),
        Route("/work", work),
        Route("/hold-up", hold_up_all),
        Route("/not-read", not_read, methods=["POST"]),
        WebSocketRoute("/socket", say_back),
    ]
    GOES_ON.clear()
    HELD_UP.clear()
    server = Server(Starlette(routes=routes), asks_within=asks_within, most=most, kept_for=kept_for).start()
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as made:
        yield made


def connected(server: Server) -> socket.socket:
    return socket.create_connection((server.host, server.port), timeout=WITHIN)


def answered(one: socket.socket) -> bytes:
    """The body of one answer, which has five bytes or four."""
    told = b""
    while not told.endswith((b"\r\n\r\nhello", b"\r\n\r\ndone")):
        part = one.recv(65536)
        assert part, told
        told += part
    return told.rpartition(b"\r\n")[2]


def is_ended(one: socket.socket) -> bool:
    """Waits for the end of a connection on which nothing more is said."""
    try:
        return one.recv(1) == b""
    except ConnectionResetError:
        return True


def is_hung_up_on(one: socket.socket, said: bytes) -> bool:
    """Says it up to a thousand times."""
    try:
        for _ in range(1000):
            one.sendall(said)
    except OSError:
        return True
    return False


@pytest.mark.parametrize("said", [b"", b"POST", ASK[:-2]], ids=["nothing", "a word", "half a head"])
def test_a_connection_on_which_no_whole_request_comes_is_ended(server: Server, said: bytes) -> None:
    with connected(server) as one:
        one.sendall(said)
        assert is_ended(one)


def test_so_is_one_on_which_the_second_request_never_comes_whole(server: Server) -> None:
    with connected(server) as one:
        one.sendall(ASK + b"hello")
        assert answered(one) == b"hello"
        one.sendall(ASK[:9])
        assert is_ended(one)


def test_what_takes_long_to_answer_or_to_be_sent_is_not_cut_off(server: Server) -> None:
    with connected(server) as slow, connected(server) as working, connected(server) as idle:
        slow.sendall(ASK + b"he")
        working.sendall(b"GET /work HTTP/1.1\r\nHost: x\r\n\r\n")
        assert is_ended(idle)
        slow.sendall(b"llo")
        GOES_ON.set()
        assert (answered(slow), answered(working)) == (b"hello", b"done")


def test_what_is_said_on_a_websocket_is_no_request_that_must_come_whole(server: Server) -> None:
    with (
        websockets.sync.client.connect(f"ws://{server.host}:{server.port}/socket") as one,
        connected(server) as idle,
    ):
        assert is_ended(idle), "as one on which nothing comes would be by now"
        one.send("hello")
        assert one.recv(WITHIN) == "hello"


def test_what_comes_of_a_request_that_is_answered_must_end(server: Server) -> None:
    """Else a body that nobody reads could go on for ever."""
    with connected(server) as one:
        one.sendall(b"POST /not-read HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\nh")
        assert answered(one) == b"done"
        one.sendall(b"e")
        assert is_ended(one)


HEAD = b"POST / HTTP/1.1\r\nHost: x\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    ("begun", "goes_on"),
    [
        (b"", b"\r\n"),
        (b"POST /", b"x"),
        (HEAD, b"X: y\r\n"),
        (HEAD, b"X"),
        (HEAD + b"X: ", b"y"),
        (CHUNKED + b"1;", b"x"),
        (CHUNKED + b"1\r\nx\r\n0\r\n", b"X: y\r\n"),
        (CHUNKED + b"1\r\nx\r\n0\r\nX: ", b"y"),
        (ASK + b"hello", b"\r\n"),
    ],
    ids=[
        "lines",
        "a path",
        "headers",
        "a name",
        "a value",
        "a chunk's words",
        "trailers",
        "a trailer",
        "lines between",
    ],
)
def test_a_head_without_end_is_refused_before_it_fills_the_memory(begun: bytes, goes_on: bytes) -> None:
    with serving(asks_within=WITHIN) as server, connected(server) as one:
        one.sendall(begun)
        assert is_hung_up_on(one, goes_on * (16 * 1024 // len(goes_on)))


def test_a_body_may_be_longer_than_a_head_and_requests_together_too(server: Server) -> None:
    body = b"x" * 1_000_000 + b"\r\n\r\nhello"
    with connected(server) as one:
        one.sendall(HEAD + b"Content-Length: %d\r\n\r\n" % len(body))
        for start in range(0, len(body), 10_000):
            one.sendall(body[start : start + 10_000])
        assert answered(one) == b"hello"
        GOES_ON.set()
        for _ in range(100):
            one.sendall(b"GET /work HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 1000 + b"\r\n\r\n")
            assert answered(one) == b"done"


def test_requests_that_come_before_the_answers_are_answered_in_turn(server: Server) -> None:
    with connected(server) as one:
        one.sendall((ASK + b"first") + (ASK + b"other") + (ASK + b"hello"))
        told = b""
        while not told.endswith(b"hello"):
            told += one.recv(65536)
    assert [told.find(body) for body in (b"first", b"other", b"hello")] == sorted(
        told.find(body) for body in (b"first", b"other", b"hello")
    )
    assert told.count(b"HTTP/1.1 200") == 3


def test_they_are_refused_where_they_are_many(server: Server) -> None:
    with connected(server) as one:
        one.sendall(b"GET /work HTTP/1.1\r\nHost: x\r\n\r\n" * 100)
        assert one.recv(65536).startswith(b"HTTP/1.1 400")
        assert is_ended(one)
    GOES_ON.set()


def test_who_would_like_to_speak_something_else_is_answered_as_they_ask(server: Server) -> None:
    """Java's own client offers that with its first request."""
    GOES_ON.set()
    offered = b"GET /work HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n\r\n"
    with connected(server) as one:
        for asked, answer in ((offered, b"done"), (ASK + b"hello", b"hello"), (offered, b"done")):
            one.sendall(asked)
            assert answered(one) == answer


@pytest.mark.parametrize(
    "asked",
    [
        HEAD + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        HEAD + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        HEAD + b"Connection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 5\r\n\r\nhello",
        HEAD + b"Content-Length: +5\r\n\r\nhello",
        HEAD + b"X : y\r\n\r\n",
        HEAD + b" X: y\r\n\r\n",
        HEAD + b"X: y\0\r\n\r\n",
        b"POST\r\n\r\n",
        b"POST / HTTP/9\r\n\r\n",
        b"CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"\x16\x03\x01\x02\x00",
    ],
    ids=[
        "two lengths",
        "lengths that differ",
        "a body for another protocol",
        "no length",
        "a space",
        "a fold",
        "a nul",
        "no path",
        "another version",
        "a tunnel",
        "http/2",
        "tls",
    ],
)
def test_what_is_no_request_is_refused(server: Server, asked: bytes) -> None:
    """Whoever reads it otherwise than a proxy before it could be made to take one request for two."""
    with connected(server) as one:
        one.sendall(asked)
        assert one.recv(65536).startswith(b"HTTP/1.1 400")
        assert is_ended(one)


def test_more_than_can_be_held_are_refused_and_the_log_says_so_once() -> None:
    with serving(most=2) as server, capture_logs() as logs:
        with connected(server) as first, connected(server) as second:
            for one in (first, second):
                one.sendall(ASK)
            for _ in range(3):
                with connected(server) as third:
                    assert is_ended(third)
            for one in (first, second):
                one.sendall(b"hello")
                assert answered(one) == b"hello"
        with connected(server) as later:
            later.sendall(ASK + b"hello")
            assert answered(later) == b"hello"
    assert [line for line in logs if line["event"] == "connections_refused"] == [
        {"event": "connections_refused", "most": 2, "log_level": "warning"}
    ]


def test_one_that_was_answered_is_kept_for_longer_than_load_balancers_keep_theirs() -> None:
    assert KEPT_FOR > 600
    with serving(kept_for=0.3) as server, connected(server) as one:
        one.sendall(ASK + b"hello")
        assert answered(one) == b"hello"
        assert is_ended(one)


def test_who_asks_takes_the_place_of_who_has_been_idle_for_longest() -> None:
    with serving(most=2) as server, capture_logs() as logs, connected(server) as first, connected(server) as second:
        for one in (first, second, first):
            one.sendall(ASK + b"hello")
            assert answered(one) == b"hello"
        with connected(server) as third:
            third.sendall(ASK)
            assert is_ended(second)
            with connected(server) as fourth:
                fourth.sendall(ASK)
                assert is_ended(first)
                with connected(server) as fifth:
                    assert is_ended(fifth), "nobody is idle"
                for one in (third, fourth):
                    one.sendall(b"hello")
                    assert answered(one) == b"hello"
    assert [line["event"] for line in logs] == ["connections_refused"]


def test_a_crowd_that_comes_at_once_takes_as_many_places() -> None:
    with serving(most=21) as server, connected(server) as busy, ExitStack() as stack:
        idle = [stack.enter_context(connected(server)) for _ in range(20)]
        for one in idle:
            one.sendall(ASK + b"hello")
            assert answered(one) == b"hello"
        busy.sendall(b"GET /hold-up HTTP/1.1\r\nHost: x\r\n\r\n")
        assert HELD_UP.wait(WITHIN)
        crowd = [stack.enter_context(connected(server)) for _ in range(20)]
        GOES_ON.set()
        assert answered(busy) == b"done"
        for one in crowd:
            one.sendall(ASK + b"hello")
        assert [answered(one) for one in crowd] == [b"hello"] * 20
        assert all(is_ended(one) for one in idle)
