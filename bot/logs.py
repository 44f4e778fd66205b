"""Structured logs on standard error: JSON, or readable lines on a terminal."""

from __future__ import annotations

import logging
import sys

import structlog


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
    handler = logging.StreamHandler()
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
    for library in ("slack_sdk", "uvicorn", "tencentcloud_sdk_common", "urllib3", "websockets"):
        logging.getLogger(library).setLevel(logging.WARNING)
