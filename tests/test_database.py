"""The schema, and how the databases are set up."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from bot import database as databases
from bot import migrations
from bot.database import Database, NotReady
from bot.privacy import Keyring
from bot.records import Person
from bot.store import Store
from flows.model import Position, State
from tests.rows import TODAY, keep, key, stands, state


async def test_the_tables_are_those_of_the_migrations(database: Database) -> None:
    def difference(connection: sa.Connection) -> list[Any]:
        found = compare_metadata(MigrationContext.configure(connection), databases.people.metadata)
        # Which columns may be NULL and what is indexed stands in the migrations alone.
        return [one for one in found if not isinstance(one, list) and one[0] != "remove_index"]

    async with database.read() as connection:
        assert await connection.run_sync(difference) == []


def test_the_newest_step_is_the_last_of_the_migrations() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    assert ScriptDirectory.from_config(config).get_current_head() == migrations.NEWEST


async def test_upgrading_twice_changes_nothing(store: Store, url: str) -> None:
    await keep(store, Person(key(), TODAY, state()))
    await databases.upgrade(url)
    await store.database.check()
    assert (await stands(store, key())).state == state()


@pytest.mark.parametrize(("step", "words"), [("", "python -m bot db upgrade"), ("9999", "newer version")])
async def test_another_schema_is_told_with_what_to_do(database: Database, step: str, words: str) -> None:
    async with database.begin() as connection:
        await connection.execute(sa.text("UPDATE alembic_version SET version_num = :step"), {"step": step})
    with pytest.raises(NotReady, match=words):
        await database.check()


async def test_an_empty_database_is_not_ready(tmp_path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/new/x.db")
    with pytest.raises(NotReady, match="python -m bot db upgrade"):
        await database.check()
    await database.upgrade()
    await database.check()
    await database.close()


async def test_a_file_that_is_no_database_is_told_by_the_driver(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_text("not a database, but long enough to look like one" * 50)
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/x.db")
    with pytest.raises(sa.exc.DatabaseError):
        await database.check()
    await database.close()


async def test_sqlite_is_set_up_to_keep_what_is_committed_and_to_overwrite_what_is_erased(
    sqlite_url: str,
) -> None:
    database = Database(sqlite_url)
    async with database.begin() as connection:
        found = {
            name: (await connection.exec_driver_sql(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "secure_delete")
        }
    await database.close()
    assert found == {"journal_mode": "wal", "synchronous": 2, "secure_delete": 1}


async def test_the_database_can_be_read_by_the_systems_own_tool(sqlite_url: str, keyring: Keyring) -> None:
    database = Database(sqlite_url)
    await keep(Store(database, keyring), Person(key(), TODAY, state()))
    await database.close()
    with sqlite3.connect(sqlite_url.removeprefix("sqlite+aiosqlite:///")) as connection:
        rows = connection.execute("SELECT key, last_day FROM people").fetchall()
    connection.close()
    assert rows == [(key(), "2026-11-22")]


async def test_nothing_of_many_people_is_left_in_sqlites_files_after_they_erased(
    sqlite_url: str, keyring: Keyring
) -> None:
    """Rows move between pages as others grow; what they leave behind there is gone, too."""
    database = Database(sqlite_url)
    store, keys = Store(database, keyring), [key(number) for number in range(600)]
    for turn in range(3):
        grown = State(history=(Position("tiny", "ask"),) * turn * 9)
        for some in range(7):
            await keep(store, *(Person(one, TODAY, grown) for one in keys[some::7]))
    gone = keys[::2]
    await keep(store, *(Person(one, TODAY) for one in gone), erase=set(gone))
    await store.clear_traces()
    file = Path(sqlite_url.removeprefix("sqlite+aiosqlite:///"))
    left = b"".join(path.read_bytes() for path in file.parent.glob(f"{file.name}*"))
    await database.close()
    assert [one for one in gone if one in left] == []
    assert keys[1] in left
