"""Fixtures: one set of tests over every database, a clock that is told the time, a sender that records."""

from __future__ import annotations

import asyncio
import io
import itertools
import json
import logging
import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import structlog
from sqlalchemy.ext.asyncio import create_async_engine

from bot import database as databases
from bot import logs
from bot.core import Core, Shelf
from bot.database import Database
from bot.outbox import Outbox
from bot.privacy import Keyring
from bot.store import Store
from tests.parts import postgres_address, postgres_server
from tests.tiny import SECRET, Clock, Make, Mouth, Recorder, TinyContent


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a real PostgreSQL server."""
    with postgres_server() as server:
        if "TEST_POSTGRES_URL" not in os.environ:  # it is ours, and nothing on it outlives the tests
            asyncio.run(_execute(server, "ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()"))
        yield server


@pytest.fixture(scope="session")
def postgres_template(postgres: str) -> str:
    """A database with the newest schema, to be copied."""
    name = f"tomoshibi_template_{os.getpid()}"
    asyncio.run(_execute(postgres, f"CREATE DATABASE {name}"))
    asyncio.run(databases.upgrade(postgres_address(postgres, name)))
    return name


_numbers = itertools.count()


@pytest.fixture
async def postgres_url(postgres: str, postgres_template: str) -> AsyncIterator[str]:
    """An empty PostgreSQL database with the newest schema."""
    name = f"tomoshibi_test_{os.getpid()}_{next(_numbers)}"
    await _execute(postgres, f"CREATE DATABASE {name} TEMPLATE {postgres_template}")
    yield postgres_address(postgres, name)
    await _execute(postgres, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def sqlite_url(tmp_path: Path) -> str:
    """An empty SQLite database with the newest schema."""
    url = f"sqlite+aiosqlite:///{tmp_path}/data/tomoshibi.db"
    await databases.upgrade(url)
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    """An empty database of each kind."""
    name = "sqlite_url" if request.param == "sqlite" else "postgres_url"
    return str(request.getfixturevalue(name))


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    """A connection to it."""
    database = Database(url)
    yield database
    await database.close()


@pytest.fixture
def keyring() -> Keyring:
    """Keys."""
    return Keyring(SECRET)


@pytest.fixture
def store(database: Database, keyring: Keyring) -> Store:
    """The store over it."""
    return Store(database, keyring)


@pytest.fixture
def clock() -> Clock:
    """A clock that stands still until it is told."""
    return Clock()


@pytest.fixture
def sender() -> Recorder:
    """The sender of the platform "test"."""
    return Recorder()


@pytest.fixture
async def outbox(store: Store, sender: Recorder, clock: Clock) -> AsyncIterator[Outbox]:
    """An outbox whose waits are recorded by the clock."""
    outbox = Outbox(store, {"test": sender}, clock, clock.pause)
    yield outbox
    await outbox.close(0)


@pytest.fixture
def shelf() -> Shelf:
    """The content in use."""
    return Shelf(TinyContent())


@pytest.fixture
async def make(store: Store, outbox: Outbox, shelf: Shelf, clock: Clock) -> AsyncIterator[Make]:
    """Starts a core; every core that was made is stopped at the end."""
    async with AsyncExitStack() as stack:

        def start(
            store: Store = store,
            outbox: Outbox = outbox,
            patience: float = 60.0,
            limit: int = 64,
            quiet: float = 60.0,
        ) -> Core:
            core = Core(store, outbox, shelf, clock, patience=patience, limit=limit, quiet=quiet)
            core.start()
            stack.push_async_callback(core.stop)
            return core

        yield start


@pytest.fixture
async def core(make: Make) -> Core:
    """A core that is patient, so that a slow machine changes nothing."""
    return make()


@pytest.fixture
def mouth(keyring: Keyring) -> Mouth:
    """Somebody who writes."""
    return Mouth(keyring)


@pytest.fixture
def other(keyring: Keyring) -> Mouth:
    """Somebody else."""
    return Mouth(keyring, "U-user-2")


@pytest.fixture
def log_lines() -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """Everything that was logged so far, at the most talkative level."""
    root, out = logging.getLogger(), io.StringIO()
    handlers, level = root.handlers[:], root.level
    root.handlers = []  # those of pytest are not closed, but set aside
    logs.configure("DEBUG", "json", out)
    yield lambda: [json.loads(line) for line in out.getvalue().splitlines()]
    structlog.reset_defaults()
    root.handlers, root.level = handlers, level


async def _execute(server: str, *statements: str) -> None:
    engine = create_async_engine(postgres_address(server, "postgres"), isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        for statement in statements:
            await connection.execute(sa.text(statement))
    await engine.dispose()
