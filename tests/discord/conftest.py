"""A running bot, a Discord beside it, and people: all over sockets.

One bot serves a whole module where nothing is broken; every test has people of its own.
"""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp.test_utils import TestServer
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.process import Bot
from bot.settings import Settings
from tests.discord.gateway import GatewayPeer
from tests.discord.people import Person
from tests.discord.standin import LOBBY, STAFF, TOKEN, WATCHED, Discord, bot_user, guild, words
from tests.support import CONTENT
from tests.tiny import SECRET, Clock

_users = itertools.count(7_000_000_000_000_001)
#: Texts of each grade that is answered.
EMERGENCY, HIGH = "今から死にます", "もう消えたい"
#: Everything that can be configured.
ALL = {
    "DISCORD_STAFF_CHANNEL_ID": STAFF,
    "DISCORD_WATCH_CHANNEL_IDS": WATCHED,
    "DISCORD_WELCOME_CHANNEL_ID": LOBBY,
}


def new_discord(shards: int = 1) -> Discord:
    """A Discord with one server."""
    return Discord(GatewayPeer(TOKEN, bot_user(), [guild()]), shards)


@pytest.fixture(scope="session", autouse=True)
def _addresses() -> Iterator[None]:
    """discord.py keeps its addresses in its classes: put back at the end."""
    before = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY
    yield
    Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = before


@asynccontextmanager
async def serving(discord: Discord) -> AsyncIterator[dict[str, str]]:
    """Discord at an address of its own; the settings that lead there."""
    async with TestServer(discord.app()) as server:
        base = str(server.make_url("/api/v10"))
        discord.gateway.url = str(server.make_url("/gateway")).replace("http", "ws", 1)
        yield {"DISCORD_TOKEN": TOKEN, "DISCORD_API_BASE": base, "DISCORD_GATEWAY_URL": discord.gateway.url}
        await discord.close()


@asynccontextmanager
async def bot_on_discord(
    folder: Path,
    discord: Discord,
    clock: Clock,
    more: Mapping[str, str] | None = None,
    notice: Callable[[str], object] = lambda _: None,
) -> AsyncIterator[Bot]:
    """The whole bot, as `python -m bot run` starts it, in front of a Discord; ready when it is let in.

    Args:
        folder: for its database.
        discord: the Discord.
        clock: the bot's.
        more: further settings.
        notice: told what an operator is told.
    """
    async with serving(discord) as address:
        environment = {
            "PORT": "0",
            "DATABASE_URL": f"sqlite:///{folder}/discord.db",
            "BOT_SECRET": SECRET,
            "CONTENT_DIR": str(CONTENT),
            **address,
            **(more or {}),
        }
        bot = Bot(Settings.load(environment), notice, clock=clock, pause=clock.pause)
        ready = discord.gateway.log.count("ready")
        await bot.start()
        try:
            if environment["DISCORD_TOKEN"] == TOKEN:
                await discord.gateway.noted("ready", ready + discord.shards)
            yield bot
        finally:
            await bot.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def _shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Discord]:
    discord = new_discord()
    async with bot_on_discord(tmp_path_factory.mktemp("discord"), discord, Clock()):
        yield discord


@pytest.fixture
def discord(_shared: Discord) -> Discord:
    """A Discord on which nothing was said yet."""
    _shared.forget()
    return _shared


def somebody(discord: Discord, **more: str) -> Person:
    """Somebody whom nobody knows yet."""
    return Person(discord, str(next(_users)), **more)  # type: ignore[arg-type]


async def asked_for(discord: Discord, label: str = "DMだけお願いする") -> Person:
    """Somebody who switched it on."""
    person = somebody(discord, channel=WATCHED)
    await person.runs("watch-over-me")
    assert "受けとりました" in words(await person.press(label))
    return person


def offers(discord: Discord, person: Person) -> list[str]:
    """The direct messages that offer help."""
    said = [one.payload.get("content", "") for one in discord.in_channel(discord.dm(person.id))]
    return [one for one in said if "頼まれていた案内" in one]


@pytest.fixture
def person(discord: Discord) -> Person:
    """Somebody in a server."""
    return somebody(discord)


@pytest.fixture
def friend(discord: Discord) -> Person:
    """Somebody in direct messages with the bot."""
    return somebody(discord, where="direct")
