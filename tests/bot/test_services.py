"""What is done behind an answer, by threads that there may be too few of."""

from __future__ import annotations

from threading import Event, Thread

import pytest

from bot.services import Background


def test_what_finds_no_thread_of_its_own_waits_for_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def start(_thread: Thread) -> None:
        raise RuntimeError("can't start new thread")

    background, began, may_end, done = Background(), Event(), Event(), Event()

    def takes_long() -> None:
        began.set()
        may_end.wait(10.0)

    background.run("first", takes_long)
    assert began.wait(10.0)
    with monkeypatch.context() as none_left:
        none_left.setattr(Thread, "start", start)
        background.run("second", done.set)
    assert not done.is_set()
    may_end.set()
    assert done.wait(10.0)
    background.close()
