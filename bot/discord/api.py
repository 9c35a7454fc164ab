"""Calls to Discord as prepared JSON, through discord.py's own HTTP clients: they keep Discord's rate limits.

What belongs to an interaction goes through its client for webhooks, which needs no token of the bot and holds no limits
beyond the call. The other one keeps limits for minutes, one for each interaction, and looks through them all at every
new one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import aiohttp
import discord
from discord.http import HTTPClient, Route
from discord.webhook.async_ import async_context

#: Seconds a call may take before it counts as lost. It goes on behind: cutting it off inside of discord.py would leave
#: the lock of a global rate limit shut for good.
TOTAL = 8.0
#: A message that only one person sees.
EPHEMERAL = 1 << 6
#: Kinds of answers to an interaction.
MESSAGE, DEFERRED, MODAL = 4, 5, 9

#: What an interaction brought is spent or too old (Discord's JSON error codes).
SPENT = frozenset({10008, 10015, 10062, 40060, 50027})
ACKNOWLEDGED = 40060
#: This person cannot be written to: closed DMs, blocked, no server in common, no such user or channel.
CLOSED = frozenset({10003, 10013, 50007, 50278})
#: A channel that the bot may not see or write to.
FORBIDDEN = frozenset({50001, 50013})

Json = dict[str, Any]


class NotConnected(Exception):
    """Nobody has logged in yet."""


class Api:
    """Discord's REST API as the bot. `use` is called with the client of every login."""

    def __init__(self) -> None:
        self._http: HTTPClient | None = None
        self._webhooks: aiohttp.ClientSession | None = None
        self._calls: set[asyncio.Task[Any]] = set()

    def use(self, client: discord.Client) -> None:
        """Calls go through this client from now on."""
        self._http = client.http
        # On the connections of the client, which closes them; so this session needs no end of its own.
        self._webhooks = aiohttp.ClientSession(
            connector=client.http.connector,
            connector_owner=False,
            headers={"User-Agent": client.http.user_agent},
        )

    async def call(self, method: str, path: str, body: object = None, **ids: str) -> Any:
        """One call; what Discord answers.

        Raises:
            NotConnected: it never left.
            discord.HTTPException: Discord refuses.
            discord.RateLimited: Discord asks to wait for long.
            aiohttp.ClientError, OSError, TimeoutError: nobody knows what became of it.
        """
        if self._http is None:
            raise NotConnected
        route = Route(method, path, **ids)
        return await self._within(
            self._http.request(route) if body is None else self._http.request(route, json=body)
        )

    async def _reply(self, method: str, path: str, body: Json, id: str, token: str) -> None:
        """A call that belongs to an interaction. Raises what `call` raises."""
        if self._webhooks is None:
            raise NotConnected
        route = Route(method, path, webhook_id=id, webhook_token=token)
        await self._within(async_context.get().request(route, self._webhooks, payload=body))

    async def _within(self, request: Coroutine[Any, Any, Any]) -> Any:
        """What a call brings; it counts as lost after `TOTAL`."""
        call = asyncio.ensure_future(request)
        self._calls.add(call)
        call.add_done_callback(self._ended)
        done, _ = await asyncio.wait({call}, timeout=TOTAL)
        if not done:
            raise TimeoutError
        return call.result()

    def _ended(self, call: asyncio.Task[Any]) -> None:
        self._calls.discard(call)
        if not call.cancelled():
            call.exception()  # whoever waited was told; nobody else wants to know

    async def message(self, channel: str, payload: Json, nonce: str = "") -> Json:
        """A message in a channel. With a nonce Discord makes no second one within some minutes."""
        more = {"nonce": nonce, "enforce_nonce": True} if nonce else {}
        sent: Json = await self.call(
            "POST", "/channels/{channel_id}/messages", {**payload, **more}, channel_id=channel
        )
        return sent

    async def direct(self, user: str) -> str:
        """The channel for direct messages with somebody."""
        channel = await self.call("POST", "/users/@me/channels", {"recipient_id": user})
        return str(channel["id"])

    async def delete(self, channel: str, message: str) -> None:
        """Takes one of the bot's own messages away."""
        path = "/channels/{channel_id}/messages/{message_id}"
        await self.call("DELETE", path, channel_id=channel, message_id=message)

    async def respond(self, id: str, token: str, kind: int, data: Json | None = None) -> None:
        """The one first answer to an interaction, within three seconds of it."""
        path = "/interactions/{webhook_id}/{webhook_token}/callback"
        body = {"type": kind, **({"data": data} if data else {})}
        await self._reply("POST", path, body, id, token)

    async def fill(self, app: str, token: str, payload: Json) -> None:
        """Writes the first answer anew: what was deferred gets its words. Doing it twice changes nothing."""
        path = "/webhooks/{webhook_id}/{webhook_token}/messages/@original"
        await self._reply("PATCH", path, payload, app, token)

    async def follow(self, app: str, token: str, payload: Json) -> None:
        """A further message to an interaction."""
        path = "/webhooks/{webhook_id}/{webhook_token}"
        await self._reply("POST", path, payload, app, token)
