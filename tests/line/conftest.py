"""A running bot, a LINE beside it, and a phone between them: all over sockets.

One bot serves a whole module; every test has a person of its own.
"""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import ClientSession
from aiohttp.test_utils import TestServer

from bot.process import Bot
from bot.settings import Settings
from bot.web.serving import Server
from tests.line.standin import SECRET, Line, Phone
from tests.support import CONTENT
from tests.tiny import Clock

_users = itertools.count(1)


@asynccontextmanager
async def bot_on_line(
    folder: Path,
    line: Line,
    clock: Clock,
    more: Mapping[str, str] | None = None,
    server: Server | None = None,
) -> AsyncIterator[Bot]:
    """The whole bot, as `python -m bot run` starts it, in front of a LINE.

    Args:
        folder: for its database.
        line: the LINE.
        clock: the bot's.
        more: further settings.
        server: what listens, where its times matter.
    """
    async with TestServer(line.app()) as api:
        environment = {
            "PORT": "0",
            "DATABASE_URL": f"sqlite:///{folder}/line.db",
            "BOT_SECRET": "a secret of the tests, long enough for anybody",
            "CONTENT_DIR": str(CONTENT),
            "LINE_CHANNEL_SECRET": SECRET,
            "LINE_CHANNEL_ACCESS_TOKEN": "an access token",
            "LINE_API_BASE": str(api.make_url("/")),
            **(more or {}),
        }
        bot = Bot(Settings.load(environment), lambda _: None, clock=clock, pause=clock.pause)
        bot.server = server or bot.server
        await bot.start()
        try:
            yield bot
        finally:
            await bot.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def _shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Bot, Line]]:
    line = Line()
    async with bot_on_line(tmp_path_factory.mktemp("line"), line, Clock()) as bot:
        yield bot, line


@pytest.fixture
def line(_shared: tuple[Bot, Line]) -> Line:
    """A LINE that has heard nothing yet."""
    line = _shared[1]
    line.said.clear()
    line.calls.clear()
    return line


@pytest_asyncio.fixture(loop_scope="module")
async def phone(_shared: tuple[Bot, Line], line: Line) -> AsyncIterator[Phone]:
    """The phone of somebody whom nobody knows yet."""
    async with ClientSession() as http:
        yield Phone(f"http://127.0.0.1:{_shared[0].port}", line, http, f"U{next(_users):032x}")
