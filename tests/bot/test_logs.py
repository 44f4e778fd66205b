"""What stands in the log of a fault: the error and where it was, never the values of variables."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
import termios
import threading
from pathlib import Path

_ROOT = Path(__file__).parents[2]

_FAULT = """
import logging, structlog
from bot import logs

def fails(token):
    raise ValueError("it broke")

logs.configure()
for log in (structlog.get_logger(), logging.getLogger("slack_bolt.App")):
    try:
        fails("xoxb-very-" + "secret")
    except ValueError:
        log.exception("failed")
for name in ("slack_sdk.web", "slack_bolt", "tencentcloud_sdk_common", "urllib3", "websockets", "uvicorn.access"):
    logging.getLogger(name).info("very-" + "secret")
    logging.getLogger(name).debug("very-" + "secret")
logging.getLogger("slack_bolt.RequestVerification").info("very-" + "secret")
"""


def said(stderr: int) -> subprocess.Popen[str]:
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(_ROOT), "TERM": "xterm"}
    return subprocess.Popen([sys.executable, "-c", _FAULT], env=env, stderr=stderr, text=True)


def test_a_fault_is_logged_without_the_values_of_variables() -> None:
    process = said(subprocess.PIPE)
    _, log = process.communicate(timeout=30)

    lines = [json.loads(line) for line in log.splitlines()]
    assert [line["event"] for line in lines] == ["failed", "failed"]
    for line in lines:
        [fault] = line["exception"]
        assert (fault["exc_type"], fault["exc_value"]) == ("ValueError", "it broke")
        assert [frame["name"] for frame in fault["frames"]] == ["<module>", "fails"]
    assert "secret" not in log


def test_on_a_terminal_too() -> None:
    ours, theirs = pty.openpty()
    process = said(theirs)
    os.close(theirs)
    log = b""
    try:
        while chunk := os.read(ours, 65536):
            log += chunk
    except OSError:  # how a terminal ends
        pass
    finally:
        os.close(ours)

    assert process.wait(timeout=30) == 0
    assert log.count(b"ValueError: it broke") == 2
    assert b'raise ValueError("it broke")' in log or b"in fails" in log
    assert b"very-secret" not in log


_MANY = """
import sys, structlog
from bot import logs

logs.configure()
log = structlog.get_logger()
for number in range(50):
    log.info("told", number=number, text="x" * 10_000)
print("through", flush=True)
sys.stdin.readline()
log.info("again")
"""


def many(stderr: int) -> subprocess.Popen[str]:
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(_ROOT), "TERM": "xterm"}
    process = subprocess.Popen(
        [sys.executable, "-c", _MANY], env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stderr, text=True
    )
    deadline = threading.Timer(30, process.kill)
    deadline.start()
    assert process.stdout is not None
    assert process.stdout.readline() == "through\n"
    deadline.cancel()
    return process


def test_a_terminal_that_was_stopped_holds_up_nothing() -> None:
    ours, theirs = pty.openpty()
    termios.tcflow(theirs, termios.TCOOFF)  # as Ctrl-S does
    process = many(theirs)
    process.communicate("\n", timeout=30)
    assert process.returncode == 0
    termios.tcflow(theirs, termios.TCOON)
    os.close(theirs)
    os.close(ours)


def test_a_log_that_nobody_reads_holds_up_nothing_and_what_was_left_out_is_counted() -> None:
    ours, theirs = os.pipe()
    process = many(theirs)
    os.close(theirs)
    with os.fdopen(ours, "rb", buffering=0) as end:
        os.set_blocking(ours, False)
        told = b""
        while chunk := end.read(65536):
            told += chunk
        os.set_blocking(ours, True)
        process.communicate("\n", timeout=30)
        told += end.read()

    *lines, cut, left_out, again = told.decode().splitlines()
    assert [json.loads(line)["number"] for line in lines] == list(range(len(lines)))
    assert cut.startswith("{")
    assert not cut.endswith("}")
    assert json.loads(left_out)["event"] == "log_lines_left_out"
    assert json.loads(left_out)["number"] == 50 - len(lines)
    assert json.loads(again)["event"] == "again"


def test_nothing_is_left_out_for_whoever_reads_more_slowly_than_it_is_told() -> None:
    ours, theirs = os.pipe()
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(_ROOT), "TERM": "xterm"}
    with subprocess.Popen(
        [sys.executable, "-c", _MANY], env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=theirs
    ) as process:
        os.close(theirs)
        told = b""
        while chunk := os.read(ours, 50):
            told += chunk
        os.close(ours)
        assert process.wait(timeout=30) == 0
    assert [json.loads(line)["event"] for line in told.splitlines()] == ["told"] * 50 + ["again"]
