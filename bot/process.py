"""The running bot: everything that is configured, wired together, started, and stopped without losing anybody."""

from __future__ import annotations

import asyncio
import gc
import signal
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from bot.consents import Consents
from bot.core import Core, Shelf, tokyo_now
from bot.database import Database, NotReady
from bot.discord.connect import Discord
from bot.discord.events import PLATFORM as DISCORD
from bot.guide import Guide, Publisher
from bot.line.connect import connect
from bot.line.events import PLATFORM as LINE
from bot.logs import fault, log, quiet_loop
from bot.outbox import Outbox
from bot.parcels import Sender
from bot.privacy import Keyring
from bot.settings import Settings
from bot.store import Store
from bot.totals import Totals
from bot.versions import Versions
from bot.web.access import Access
from bot.web.admin import Admin
from bot.web.chat import PLATFORM as WEB
from bot.web.chat import Chat
from bot.web.metrics import metrics_route
from bot.web.pages import site_routes, state_routes
from bot.web.serving import Server
from flows.model import Book

#: Seconds between two rounds of the worker: due reminders, what dead processes left, newer content, traces.
ROUND = 5.0
#: Seconds for which the end waits for the round that is under way.
PATIENCE = 3.0
#: New objects after which Python looks for circles among the young, and how many such looks before it looks at older
#: ones. Its own 700 and 10 cost a quarter of a tap: a turn leaves hardly any circles behind.
YOUNG, OLDER = 20_000, 50

Only = Literal["web", "worker"]


@dataclass
class Bot:
    """All parts of one process.

    Args:
        settings: the environment.
        notice: tells the operator something in one sentence.
        only: `web` or `worker` alone, on PostgreSQL; None for everything.
        clock: tells the time; aware, in Asia/Tokyo.
        pause: waits for a number of seconds before another try to send.
        server: what listens at the port.
    """

    settings: Settings
    notice: Callable[[str], object]
    only: Only | None = None
    clock: Callable[[], datetime] = tokyo_now
    pause: Callable[[float], Awaitable[object]] = asyncio.sleep
    server: Server = field(default_factory=Server)
    port: int = field(default=0, init=False)  # the one in use, once it serves
    _forgot: date | None = field(default=None, init=False)

    async def start(self) -> None:
        """Opens the database and the content, and begins to serve.

        Raises:
            NotReady: the database needs `python -m bot db upgrade`, or a newer release.
            ContentError: there is no content that passes its checks.
            SettingsError: the file with the secret cannot be used.
            OSError: the port is taken.
        """
        quiet_loop(asyncio.get_running_loop())
        async with AsyncExitStack() as opened:
            await self._open(opened)
            self._opened = opened.pop_all()  # from here on `stop` closes what was opened

    async def stop(self) -> None:
        """Takes nothing more in, finishes what waits, hands over the rest."""
        await self._opened.aclose()

    async def _open(self, opened: AsyncExitStack) -> None:
        """Everything in its order; what is opened last is closed first."""
        keyring = self.settings.keyring(self.notice)
        self._database = Database(self.settings.database_url)
        opened.push_async_callback(self._database.close)
        await self._prepare()
        self._publisher = Publisher(Versions(self._database), self.clock, self.settings)
        self._shelf = Shelf(await self._publisher.open(self.settings.content_dir))
        senders: dict[str, Sender] = {}
        self._store = Store(self._database, keyring)
        self._outbox = Outbox(self._store, senders, self.clock, self.pause)
        if self._database.sqlite:  # it serves one process, so whoever had parcels in hand is dead
            await self._try(self._store.release)
        core = Core(self._store, self._outbox, self._shelf, self.clock)
        line = connect(self.settings, self._store, self.clock, self._book) if self.settings.line else None
        if line:
            await opened.enter_async_context(line.api)
            senders[LINE] = line.sender
        discord = self._discord(keyring)
        if discord:
            senders[DISCORD] = discord.sender
        core.start()
        if discord:
            discord.start(core)
            opened.push_async_callback(discord.close)
        opened.push_async_callback(core.stop)
        if discord:
            opened.push_async_callback(discord.silence)
        app = self.server.app
        app.add_routes(state_routes(self.trouble))
        tokens = [token.get_secret_value() for token in self.settings.admin_tokens.values()]
        if tokens:
            app.add_routes([metrics_route(tokens, lambda: self._store.waiting(self.clock()))])
        if self.only != "worker":
            if line:
                app.add_routes([line.route(core, keyring, self.clock, self._book)])
            if self.settings.chat_page:
                chat = Chat(core, keyring, self.clock, self._words, self.settings.public_url)
                chat.attach(app)
                senders[WEB] = chat.sender
            app.add_routes(site_routes(self._shelf))
            if tokens:
                app.add_routes(self._admin().routes())
        self.port = await self.server.start(self.settings.host, self.settings.port)
        opened.push_async_callback(self.server.stop)
        ended = asyncio.Event()
        work = asyncio.create_task(self._rounds(ended))
        opened.push_async_callback(_end, work, ended)

    def _discord(self, keyring: Keyring) -> Discord | None:
        if not self.settings.discord or self.only == "web":
            return None
        if self.settings.mode == "municipal":
            self.notice("DISCORD_TOKEN is set, but MODE=municipal is made for LINE: Discord stays off.")
            return None
        consents = Consents(self._database, keyring)
        return Discord(self.settings, consents, keyring, self.clock, self._book, self.notice, self.pause)

    async def trouble(self) -> str | None:
        """Why the bot cannot work as it should, or None."""
        try:
            await self._database.check()
        except NotReady as error:
            return str(error)
        except Exception as error:
            return f"The database does not answer ({type(error).__name__})."
        if self._publisher.refused:
            count = len(self._publisher.refused.problems)
            return f"The content folder has {count} problems; the version before is in use. See: python -m flows check"
        return None

    def _admin(self) -> Admin:
        secure = (self.settings.public_url or "").startswith("https:")
        access = Access(self.settings.admin_tokens, self.clock, secure)
        versions, totals = Versions(self._database), Totals(self._database)
        return Admin(access, self.settings, self._book, versions, self._store, totals, self.clock)

    def _words(self) -> Mapping[str, str]:
        return self._book().pages.chat

    def _book(self) -> Book:
        return self._guide().book

    def _guide(self) -> Guide:
        guide = self._shelf.content
        assert isinstance(guide, Guide)
        return guide

    async def _prepare(self) -> None:
        """SQLite is brought up to date by itself. A database that is away does not stop the bot from answering."""
        try:
            if self._database.sqlite:
                await self._database.upgrade()
            else:
                await self._database.check()
        except NotReady:
            raise
        except Exception as error:
            log.error("database", fault=fault(error))

    # ------------------------------------------------------------------------------------------ the worker

    async def _rounds(self, ended: asyncio.Event) -> None:
        while not ended.is_set():
            await self._round()
            with suppress(TimeoutError):
                await asyncio.wait_for(ended.wait(), ROUND)

    async def _round(self) -> None:
        await self._try(self._take_newer)
        await self._try(self._store.clear_traces)
        if self.only == "web":
            return
        await self._try(self._outbox.take_over)
        if self._forgot != (today := self.clock().date()) and await self._try(self._forget):
            self._forgot = today

    async def _try(self, job: Callable[[], Awaitable[object]]) -> bool:
        try:
            await job()
        except Exception as error:
            log.error("worker", fault=fault(error))
            return False
        return True

    async def _take_newer(self) -> None:
        if newer := await self._publisher.newer(self._guide()):
            self._shelf.content = newer
            leave_content_alone()
            log.info("content in use", version=newer.version)

    async def _forget(self) -> None:
        count = await self._store.forget(self.clock().date(), self.settings.retention_days)
        log.info("retention", conversations=count)


async def _end(work: asyncio.Task[None], ended: asyncio.Event) -> None:
    """Lets a round come to its end: cut off in the middle it would leave a connection behind."""
    ended.set()
    await asyncio.wait({work}, timeout=PATIENCE)
    work.cancel()
    with suppress(asyncio.CancelledError):
        await work


def leave_content_alone() -> None:
    """Keeps Python's search for circles off the content, which is large and does not change until it is replaced."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()


async def run(bot: Bot) -> None:
    """Starts the bot, says where to look, and stops it when the process is told to end."""
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ended.set)
    gc.disable()  # what is loaded stays: looking through it meanwhile costs a third of the start
    await bot.start()
    gc.set_threshold(YOUNG, OLDER)
    leave_content_alone()
    gc.enable()
    host = bot.settings.host
    shown = host if host not in ("0.0.0.0", "::") else "localhost"
    look = "/" if bot.settings.chat_page and bot.only != "worker" else "/healthz"
    bot.notice(f"Tomoshibi is running. Open http://{shown}:{bot.port}{look}  (Ctrl+C stops it)")
    await ended.wait()
    await bot.stop()
