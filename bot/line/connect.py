"""LINE wired together: events in, parcels out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from bot.line.api import Api, Sender
from bot.line.events import Events
from bot.line.webhook import Core, Webhook
from bot.privacy import Keyring
from bot.settings import Settings
from bot.store import Store
from flows.model import Book


@dataclass(frozen=True, slots=True)
class Line:
    """LINE for one process: `route` for those who serve, `sender` for everybody."""

    sender: Sender
    api: Api
    settings: Settings

    def route(
        self, core: Core, keyring: Keyring, clock: Callable[[], datetime], book: Callable[[], Book]
    ) -> web.RouteDef:
        """The webhook's route.

        Args:
            core: takes what comes in.
            keyring: makes pseudonyms.
            clock: tells the time; aware.
            book: the content in use.
        """
        assert self.settings.line_channel_secret
        events = Events(keyring, clock, reminders=self.settings.line_push_budget > 0)
        secret = self.settings.line_channel_secret.get_secret_value()

        def to_groups() -> str:
            return book().phrases.replies["group"].of("person", "ja")[0]

        return Webhook(core, events, self.api, secret, to_groups).route()


@dataclass(frozen=True, slots=True)
class _Pushes:
    """LINE_PUSH_BUDGET, a calendar month in Asia/Tokyo."""

    store: Store
    clock: Callable[[], datetime]
    size: int

    async def take(self) -> bool:
        return self.size > 0 and await self.store.count_push(self.clock()) <= self.size


def connect(
    settings: Settings, store: Store, clock: Callable[[], datetime], book: Callable[[], Book]
) -> Line:
    """LINE as configured; open its `api` with `async with`.

    Args:
        settings: with LINE's channel secret and token.
        store: counts pushes.
        clock: tells the time; aware, in Asia/Tokyo.
        book: the content in use.
    """
    assert settings.line_channel_access_token
    api = Api(settings.line_api_base, settings.line_channel_access_token.get_secret_value())

    def name() -> str:
        return book().phrases.labels["line_name"].of("person", "ja")[0]

    return Line(Sender(api, name, _Pushes(store, clock, settings.line_push_budget)), api, settings)
