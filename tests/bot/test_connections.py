"""Connections on which nothing is asked end by themselves, and there are never more than the process can hold."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from structlog.testing import capture_logs

from bot.serving import Server

WITHIN = 20.0  # seconds
ASK = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n"
GOES_ON = Event()


def work(_request: Request) -> Response:
    assert GOES_ON.wait(WITHIN)
    return PlainTextResponse("done")


async def echo(request: Request) -> Response:
    return Response(await request.body())


@contextmanager
def serving(*, most: int = 100) -> Iterator[Server]:
    routes = [Route("/", echo, methods=["POST"]), Route("/work", work)]
    server = Server(Starlette(routes=routes), asks_within=0.3, most=most).start()
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture
def server() -> Iterator[Server]:
    GOES_ON.clear()
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
