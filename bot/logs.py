"""Logging: one line an event, of names and numbers that we chose. Never a text, an id, a name or an address.

Our own lines are made of fixed words. Libraries put what they handle into their lines, so of theirs only warnings
and worse are kept, and of those only the fixed part: the template without its arguments, and of an exception its
kind and place without its message.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
import traceback
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal, TextIO

import structlog

_ROOT = Path(__file__).resolve().parent.parent

_ENCODER = json.JSONEncoder(ensure_ascii=False, default=repr)

log: structlog.typing.FilteringBoundLogger = structlog.get_logger()


def configure(level: str, form: Literal["text", "json"], out: TextIO = sys.stderr) -> None:
    """Sets up logging for the process.

    Args:
        level: DEBUG … CRITICAL, for our own lines; libraries never get below WARNING.
        form: lines for people, or JSON.
        out: where lines go.
    """
    number = logging.getLevelNamesMapping()[level]
    render: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(lambda line, **_: _ENCODER.encode(line))
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=False, pad_event_to=0)
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=False),
            render,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=lambda *_: _Printer(out),
        cache_logger_on_first_use=False,
    )
    level_of_libraries = max(number, logging.WARNING)
    # Both, because a library that sets the level of its own logger passes by that of the root.
    logging.basicConfig(level=level_of_libraries, handlers=[_Libraries(level_of_libraries)], force=True)


def fault(error: BaseException) -> str:
    """The kind of an exception and where it arose, without its message: `KeyError at flows/engine.py:120`."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        path = Path(frame.filename)
        if any(path.is_relative_to(_ROOT / room) for room in ("bot", "flows")):
            return f"{type(error).__name__} at {path.relative_to(_ROOT)}:{frame.lineno}"
    return type(error).__name__


def quiet_loop(loop: asyncio.AbstractEventLoop) -> None:
    """Makes an event loop report its own troubles by kind and place: its usual lines quote what failed."""
    loop.set_exception_handler(_report)


def _report(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    error = context.get("exception")
    log.error("asyncio", fault=fault(error) if error else "unknown")


class _Printer(structlog.PrintLogger):
    """Loses lines that cannot be written: a full disk or a closed pipe takes the log away, and nobody's answer."""

    def msg(self, message: str) -> None:
        with suppress(OSError, ValueError):
            super().msg(message)

    log = debug = info = warning = error = critical = msg


class _Libraries(logging.Handler):
    """Passes on what libraries say, without what they say it about."""

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        words = {"logger": record.name, "fault": fault(error)} if error else {"logger": record.name}
        template = record.msg if isinstance(record.msg, str) else type(record.msg).__name__
        log.log(record.levelno, "library", template=template.partition("\n")[0], **words)
