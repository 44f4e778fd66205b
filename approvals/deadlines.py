"""What bounds a call over the network: the time by which it must be over, and the size of its answer."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress

LARGEST_ANSWER = 16 * 1024 * 1024
"""Bytes: many times what any answer of the cloud or of Slack takes, and no danger to the machine."""


class Deadline:
    """Of one call on its way: once it has passed, the connection is cut, wherever the call is.

    :param seconds: from now
    :ivar passed: is the time up?
    """

    def __init__(self, seconds: float) -> None:
        self.passed = False
        self._socket: socket.socket | None = None
        self._lock = threading.Lock()
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True
        self._timer.start()

    def watch(self, sock: socket.socket) -> None:
        """The call goes on by that socket.

        :raises TimeoutError: the time is up
        """
        with self._lock:
            if self.passed:
                raise TimeoutError("connecting took too long")
            self._socket = sock

    def end(self) -> None:
        """The call is over. From here on the connection may carry somebody else's."""
        self._timer.cancel()
        with self._lock:
            self._socket = None

    def _cut(self) -> None:
        with self._lock:
            self.passed = True
            if self._socket is not None:
                with suppress(OSError):
                    # Not the TLS socket's own method: another thread is reading from it.
                    socket.socket.shutdown(self._socket, socket.SHUT_RDWR)
