"""The chat page's adapter in front of the real core, store and outbox, for the tests of both."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web
from aiohttp.test_utils import TestClient

from bot.core import Core, Shelf
from bot.database import Database
from bot.incoming import Content
from bot.outbox import Outbox
from bot.privacy import Keyring
from bot.store import Store
from bot.web.chat import Chat
from bot.web.mailbox import Mailboxes
from bot.web.page import static_routes
from tests.tiny import Clock

Client = TestClient[web.Request, web.Application]
KEYRING = Keyring("a secret of the tests, long enough for anybody")


@asynccontextmanager
async def chatting(
    folder: Path, content: Content, words: Callable[[], Mapping[str, str]]
) -> AsyncIterator[web.Application]:
    """An application with the chat page. Its clock stands still.

    Args:
        folder: for the database.
        content: talks.
        words: of the page.
    """
    database = Database(f"sqlite+aiosqlite:///{folder}/chat.db")
    await database.upgrade()
    clock, senders = Clock(), dict[str, Mailboxes]()
    store = Store(database, KEYRING)
    # Patient: a busy machine must not make the core answer from memory.
    core = Core(store, Outbox(store, senders, clock, clock.pause), Shelf(content), clock, patience=30)
    chat = Chat(core, KEYRING, clock, words, "https://bot.example/x")
    senders["web"] = chat.sender
    app = web.Application()
    app.add_routes(static_routes())
    chat.attach(app)
    core.start()
    yield app
    await core.stop()
    await database.close()


class Words(dict[str, str]):
    """Every key is its own word."""

    def __missing__(self, key: str) -> str:
        return key
