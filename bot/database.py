"""The database underneath the store: tables, connections, transactions, schema.

SQLite is the default and serves one process: a lock puts its writers in line, so that none has to poll for the
file's lock. PostgreSQL serves any number.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from bot import migrations


class Bytes(sa.LargeBinary):
    """Bytes as they are: both drivers take and give them, and wrapping each costs more than the rest of a row."""

    cache_ok = True

    def bind_processor(self, dialect: sa.Dialect) -> None:
        """Nothing to be done."""

    def result_processor(self, dialect: sa.Dialect, coltype: object) -> None:
        """Nothing to be done."""


_metadata = sa.MetaData()

people = sa.Table(
    "people",
    _metadata,
    sa.Column("key", Bytes, primary_key=True),
    sa.Column("last_day", sa.Date),
    sa.Column("sealed", Bytes),  # NULL only inside the transaction that makes the row
)
events = sa.Table(
    "events",
    _metadata,
    sa.Column("id", Bytes, primary_key=True),
    sa.Column("day", sa.Date),
)
outbox = sa.Table(
    "outbox",
    _metadata,
    sa.Column("id", Bytes, primary_key=True),
    sa.Column("key", Bytes),
    sa.Column("due", sa.BigInteger),  # milliseconds since 1970, as is the lease
    sa.Column("lease_until", sa.BigInteger),  # until then somebody has it in hand
    sa.Column("sealed", Bytes),
)
pushes = sa.Table(
    "pushes",
    _metadata,
    sa.Column("month", sa.String(7), primary_key=True),  # 2026-11, in Asia/Tokyo
    sa.Column("count", sa.Integer),
)
consents = sa.Table(
    "consents",
    _metadata,
    sa.Column("id", Bytes, primary_key=True),  # who and where, as one
    sa.Column("key", Bytes),
    sa.Column("place", Bytes),
    sa.Column("day", sa.Date),
    sa.Column("sealed", Bytes),
)
totals = sa.Table(
    "totals",
    _metadata,
    sa.Column("day", sa.Date, primary_key=True),  # in Asia/Tokyo
    sa.Column("kind", sa.String(8), primary_key=True),
    sa.Column("name", sa.String(100), primary_key=True),
    sa.Column("count", sa.Integer),
)
content = sa.Table(
    "content",
    _metadata,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("version", sa.String(8)),
    sa.Column("published", sa.DateTime(timezone=True)),
    sa.Column("bundle", Bytes),  # JSON, deflated
)

#: Writers of one process never meet (they stand in line), so whoever holds the file is another program.
#: FULL: a commit is on the disk when it returns. secure_delete: what is erased is overwritten.
_PRAGMAS = ("busy_timeout=500", "journal_mode=WAL", "synchronous=FULL", "secure_delete=ON")
#: Bytes of a database that is written anew after an erase: this takes part of a second, for which writers wait.
VACUUM_LIMIT = 16_000_000
#: No statement, lock or forgotten transaction may hang for good; seconds.
_PATIENCE = 10
_POSTGRES = {
    "timeout": _PATIENCE,
    "command_timeout": _PATIENCE,
    "server_settings": {
        "lock_timeout": f"{_PATIENCE // 2}s",
        "idle_in_transaction_session_timeout": f"{_PATIENCE}s",
    },
}


class NotReady(Exception):
    """The database cannot be used as it is; says what to do."""


class Database:
    """Connections to one database.

    Args:
        url: as SQLAlchemy writes it, with an asyncio driver.
    """

    def __init__(self, url: str) -> None:
        self._engine = _engine(url)
        self.sqlite = self._engine.dialect.name == "sqlite"
        self._line = asyncio.Lock() if self.sqlite else nullcontext()

    async def close(self) -> None:
        """Closes all connections."""
        await self._engine.dispose()

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that writes: committed at the end of the block, rolled back on an exception."""
        async with self._line, self._engine.connect() as connection, connection.begin():
            if self.sqlite:
                # As a writer from the start: a reader that turns into a writer half-way can be refused.
                await connection.exec_driver_sql("BEGIN IMMEDIATE")
            yield connection

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A connection that only reads."""
        async with self._engine.connect() as connection:
            yield connection

    async def check(self) -> None:
        """Whether the database answers and has the schema of this version.

        Raises:
            NotReady: the schema is another one.
            Exception: the driver's, when there is no answer.
        """
        async with self.read() as connection:
            step = await connection.run_sync(migrations.step)
        if step < migrations.NEWEST:
            raise NotReady("The database has an older schema. Run: python -m bot db upgrade")
        if step > migrations.NEWEST:
            raise NotReady("The database was used by a newer version of the bot. Run that version.")

    async def upgrade(self) -> None:
        """Brings the schema to that of this version. Raises NotReady when it is newer."""
        async with self.begin() as connection:
            step = await connection.run_sync(migrations.step)
            if step < migrations.NEWEST:
                await connection.run_sync(migrations.upgrade)
        await self.check()

    async def truncate_log(self) -> bool:
        """Empties SQLite's log, which still holds what was erased. False when somebody reads it just now.

        secure_delete overwrites rows where they stand, but where SQLite moved a row to another page before, its copy
        stays (seen for one key in a hundred). Writing the file anew leaves none; a large one is left to the operator.
        """
        async with self._line, self._engine.connect() as connection:
            pages = (await connection.exec_driver_sql("PRAGMA page_count")).scalar_one()
            size = (await connection.exec_driver_sql("PRAGMA page_size")).scalar_one()
            if pages * size <= VACUUM_LIMIT:
                await connection.exec_driver_sql("VACUUM")
            busy = await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            return not busy.scalar()


def _engine(url: str) -> AsyncEngine:
    address = sa.make_url(url)
    if address.get_backend_name() != "sqlite":
        return create_async_engine(address, hide_parameters=True, connect_args=_POSTGRES)
    Path(address.database or "").parent.mkdir(parents=True, exist_ok=True)
    engine = create_async_engine(address, hide_parameters=True)
    sa.event.listen(engine.sync_engine, "connect", _set_up_sqlite)
    return engine


def _set_up_sqlite(connection: Any, _: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # transactions begin where we say so, not where the driver guesses
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


async def upgrade(url: str) -> None:
    """Brings a database's schema to that of this version (`python -m bot db upgrade`)."""
    database = Database(url)
    try:
        await database.upgrade()
    finally:
        await database.close()
