"""Calls to Discord as prepared JSON, through discord.py's own HTTP client: it keeps Discord's rate limits."""

from __future__ import annotations

import asyncio
from typing import Any

import discord
from discord.http import HTTPClient, Route

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
        self._calls: set[asyncio.Task[Any]] = set()

    def use(self, client: discord.Client) -> None:
        """Calls go through this client from now on."""
        self._http = client.http

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
        request = self._http.request(route) if body is None else self._http.request(route, json=body)
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
        await self.call("POST", path, body, webhook_id=id, webhook_token=token)

    async def fill(self, app: str, token: str, payload: Json) -> None:
        """Writes the first answer anew: what was deferred gets its words. Doing it twice changes nothing."""
        path = "/webhooks/{webhook_id}/{webhook_token}/messages/@original"
        await self.call("PATCH", path, payload, webhook_id=app, webhook_token=token)

    async def follow(self, app: str, token: str, payload: Json) -> None:
        """A further message to an interaction."""
        path = "/webhooks/{webhook_id}/{webhook_token}"
        await self.call("POST", path, payload, webhook_id=app, webhook_token=token)
