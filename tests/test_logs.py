"""What may stand in the log, whoever writes it."""

from __future__ import annotations

import asyncio
import io
import logging
from collections.abc import Callable
from typing import Any

import pytest

from bot import logs
from flows.model import State

Lines = Callable[[], list[dict[str, Any]]]


def test_libraries_are_kept_to_warnings_and_to_the_fixed_part_of_their_lines(log_lines: Lines) -> None:
    library = logging.getLogger("aiosqlite")
    library.setLevel(logging.DEBUG)
    library.debug("executing %s", "SELECT 'a secret'")
    library.info("hello a secret")
    try:
        raise KeyError("a secret")
    except KeyError:
        library.exception("could not do %s\nwith a secret", "a secret")
    library.warning("retrying in %s s", 5)
    library.setLevel(logging.NOTSET)
    lines = log_lines()
    assert [(line["level"], line["logger"], line["template"]) for line in lines] == [
        ("error", "aiosqlite", "could not do %s"),
        ("warning", "aiosqlite", "retrying in %s s"),
    ]
    assert lines[0]["fault"] == "KeyError"
    assert "secret" not in str(lines)


async def test_the_event_loop_reports_kinds_and_places(log_lines: Lines) -> None:
    loop = asyncio.get_running_loop()
    logs.quiet_loop(loop)
    loop.call_exception_handler({"message": "a secret", "exception": ValueError("a secret")})
    loop.call_exception_handler({"message": "a secret"})
    loop.set_exception_handler(None)
    assert [line["fault"] for line in log_lines()] == ["ValueError", "unknown"]
    assert "secret" not in str(log_lines())


def test_a_fault_is_a_kind_and_a_place_of_ours() -> None:
    try:
        State.from_dict({})
    except KeyError as error:
        assert logs.fault(error).startswith("KeyError at flows/model.py:")
    assert logs.fault(ValueError("a secret")) == "ValueError"


def test_our_own_lines_keep_to_the_level_that_is_set(log_lines: Lines) -> None:
    out = io.StringIO()
    logs.configure("WARNING", "text", out)
    logs.log.info("turn", outcome="answered")
    assert out.getvalue() == ""
    logs.log.error("commit", turns=3)
    assert "commit" in out.getvalue()
    assert "turns=3" in out.getvalue()


@pytest.mark.parametrize("level", ["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"])
def test_every_level_can_be_set(log_lines: Lines, level: str) -> None:
    out = io.StringIO()
    logs.configure(level, "json", out)
    logs.log.critical("x")
    assert '"event": "x"' in out.getvalue()
