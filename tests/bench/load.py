"""Sends signed commands as Slack does, over kept connections, and times the answers."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import socket
import threading
import time
import urllib.parse
from collections.abc import Callable, Iterator

from bot.sandbox import company

_numbers = itertools.count(1)

WIDE = 16
"""Connections that are kept busy when as much as possible is asked."""


def signed(text: str) -> bytes:
    """One ``/image`` command as the bytes of a request, fresh and signed."""
    number = next(_numbers)
    now = int(time.time())
    body = urllib.parse.urlencode(
        {
            "team_id": company.TEAM,
            "user_id": "U0MEI",
            "user_name": "mei",
            "channel_id": "C0IMAGES",
            "command": "/image",
            "text": text,
            "trigger_id": f"{now}.{number:08d}.{number:032x}",
        }
    ).encode()
    secret = company.SIGNING_SECRET.encode()
    signature = hmac.new(secret, b"v0:%d:%s" % (now, body), hashlib.sha256).hexdigest()
    head = (
        "POST /slack/events HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n"
        f"X-Slack-Request-Timestamp: {now}\r\nX-Slack-Signature: v0={signature}\r\n\r\n"
    )
    return head.encode() + body


class Connection:
    """One kept connection. No HTTP library: on a small machine the client must cost less than the server."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, request: bytes) -> None:
        """Send and wait for the whole answer.

        :raises AssertionError: it isn't a 200
        """
        self._socket.sendall(request)
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += self._more()
        head, _, body = answer.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200"), answer
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
        while len(body) < length:
            body += self._more()

    def close(self) -> None:
        self._socket.close()

    def _more(self) -> bytes:
        part = self._socket.recv(65536)
        assert part, "the server closed the connection"
        return part


def paced(port: int, text: str, *, rate: int, seconds: float) -> list[float]:
    """Send so many a second, evenly; gives how long each took, in seconds.

    One that could not start in time because the one before it took so long is timed from when it should have started.
    """
    wide = max(1, min(WIDE, rate // 3))
    requests = [signed(text) for _ in range(max(3, int(rate * seconds)))]
    start = time.perf_counter() + 0.1

    def run(first: int) -> Iterator[float]:
        connection = Connection(port)
        ended = 0.0
        for index in range(first, len(requests), wide):
            due = start + index / rate
            time.sleep(max(0.0, due - time.perf_counter()))
            began = due if ended > due else time.perf_counter()
            connection.send(requests[index])
            ended = time.perf_counter()
            yield ended - began
        connection.close()

    return _side_by_side(run, wide)


def flat_out(port: int, text: str, *, most: int, seconds: float) -> tuple[float, list[float]]:
    """Send the next one as soon as the last is answered, on every connection; gives how many a second, and how long.

    :param most: requests made ready before, so that signing them costs nothing while it is measured
    """
    requests = iter([signed(text) for _ in range(most)])
    lock = threading.Lock()
    start = time.perf_counter()

    def run(_number: int) -> Iterator[float]:
        connection = Connection(port)
        while time.perf_counter() < start + seconds:
            with lock:
                request = next(requests, None)
            if request is None:
                break
            began = time.perf_counter()
            connection.send(request)
            yield time.perf_counter() - began
        connection.close()

    took = _side_by_side(run, WIDE)
    return len(took) / (time.perf_counter() - start), took


def _side_by_side(run: Callable[[int], Iterator[float]], wide: int) -> list[float]:
    took: list[list[float]] = [[] for _ in range(wide)]
    faults: list[BaseException] = []

    def collect(number: int) -> None:
        try:
            took[number].extend(run(number))
        except BaseException as error:
            faults.append(error)

    threads = [threading.Thread(target=collect, args=(number,)) for number in range(wide)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]
    return [value for one in took for value in one]
