"""Structured logs on standard error: JSON, or readable lines on a terminal."""

from __future__ import annotations

import logging
import select
import sys
import time
from typing import TextIO

import structlog

_PATIENCE = 200  # milliseconds for whoever reads to go on; who didn't isn't waited for again until they do
_AT_ONCE = 1000  # characters: at most 4,000 bytes, for which there is room where a pipe says that there is any

_OUT_OF_FILES = "socket.accept() out of system resource"  # asyncio's words
_TOLD_EVERY = 60.0  # seconds

log = structlog.get_logger()


class Seldom(logging.Filter):
    """Lets through once a minute that no connection can be taken: asyncio tells it hundreds of times a second."""

    def __init__(self) -> None:
        super().__init__()
        self._told_at = -_TOLD_EVERY

    def filter(self, record: logging.LogRecord) -> bool:
        if not record.getMessage().startswith(_OUT_OF_FILES):
            return True
        now = time.monotonic()
        if now - self._told_at < _TOLD_EVERY:
            return False
        self._told_at = now
        return True


class Unhindered(logging.StreamHandler[TextIO]):
    """Writes to standard error, and leaves out what nobody takes there: a log that is not read must hold up nothing.

    A pipe whose reader hangs, or a terminal that was stopped, would keep the first line waiting, and all that is to be
    logged behind it.
    """

    def __init__(self) -> None:
        super().__init__(sys.stderr)
        self._left_out = 0
        self._in_a_line = False
        self._poll = select.poll()
        try:
            self._poll.register(sys.stderr.fileno(), select.POLLOUT)
            self._is_file = True
        except (OSError, ValueError):  # something in memory
            self._is_file = False

    def emit(self, record: logging.LogRecord) -> None:
        try:
            if self._left_out and self._takes():
                number, self._left_out = self._left_out, 0
                log.warning("log_lines_left_out", number=number)
            self._write(self.format(record) + self.terminator)
        except Exception:
            self.handleError(record)

    def _write(self, line: str) -> None:
        if self._in_a_line:
            line = self.terminator + line
        for begin in range(0, len(line), _AT_ONCE):
            if not self._takes():
                self._left_out += 1
                return
            self.stream.write(line[begin : begin + _AT_ONCE])
            self.flush()
            self._in_a_line = begin + _AT_ONCE < len(line)

    def _takes(self) -> bool:
        return not self._is_file or bool(self._poll.poll(0 if self._left_out else _PATIENCE))


def configure() -> None:
    """Set up logging for the process.

    Libraries are held at WARNING: at INFO Bolt logs the body of a request with a bad signature, and at DEBUG the
    cloud's SDK logs session tokens. Tracebacks go without the values of variables, which hold tokens and addresses.
    """
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    terminal = sys.stderr.isatty()
    bare = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
    faults: list[structlog.types.Processor] = [] if terminal else [structlog.processors.ExceptionRenderer(bare)]
    renderer: structlog.types.Processor = structlog.processors.JSONRenderer()
    if terminal:
        renderer = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = Unhindered()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *faults, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.INFO)
    # At WARNING Bolt tells at every start of a token that it need not use, and quotes requests that nobody handles.
    logging.getLogger("slack_bolt").setLevel(logging.ERROR)
    logging.getLogger("asyncio").addFilter(Seldom())
    for library in ("slack_sdk", "uvicorn", "tencentcloud_sdk_common", "urllib3", "websockets"):
        logging.getLogger(library).setLevel(logging.WARNING)
