"""Interactions on their way: each is acknowledged once, by its answer or by a deferral, whichever comes first."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Literal

import aiohttp
import discord

from bot.discord.api import ACKNOWLEDGED, DEFERRED, EPHEMERAL, MESSAGE, MODAL, Api, Json, NotConnected
from bot.logs import fault, log

#: Seconds after which somebody who waits for a turn is shown that an answer is coming (Discord gives three).
DEFER = 0.7
#: People who may wait for that long. Where more wait the loop is late as well, and all of them are shown it at once.
CROWD = 50
#: Interactions whose way is remembered; a token lives for 15 minutes.
REMEMBERED = 10_000

#: What may go wrong with a call.
TROUBLE = (discord.DiscordException, aiohttp.ClientError, OSError, TimeoutError, NotConnected)


class Ticket:
    """One interaction: what it brought to answer with, and how far that was used.

    Args:
        id: of the interaction.
        token: of the interaction.
        app: id of the application.
        ephemeral: whether only the person may see the answer.
    """

    def __init__(self, id: str, token: str, app: str, ephemeral: bool) -> None:
        self.id = id
        self.token = token
        self.app = app
        self.ephemeral = ephemeral
        self.spent = False  # refused, so nothing more can be done with it
        self._state: Literal["open", "deferred", "answered"] = "open"
        self._lock = asyncio.Lock()
        self._enough = asyncio.Event()  # waited: it is answered, or too many wait

    @staticmethod
    def of(address: Mapping[str, Any]) -> Ticket:
        """The ticket of an address that somebody else wrote."""
        return Ticket(address["interaction"], address["token"], address["app"], "channel" not in address)

    async def answer(self, api: Api, payload: Json) -> None:
        """Shows the first message of an answer; a second answer is a message of its own.

        Raises what `Api.call` raises.
        """
        flags = {"flags": EPHEMERAL} if self.ephemeral else {}
        async with self._lock:
            if self._state == "answered":
                await self.further(api, payload)
                return
            if self._state == "open":
                try:
                    await api.respond(self.id, self.token, MESSAGE, {**payload, **flags})
                except discord.HTTPException as error:
                    if error.code != ACKNOWLEDGED:
                        raise
                    self._state = (
                        "deferred"  # or answered, by a try that seemed lost: the same words again then
                    )
            if self._state == "deferred":
                await api.fill(self.app, self.token, payload)
            self._state = "answered"
            self._enough.set()

    async def further(self, api: Api, payload: Json) -> None:
        """Shows another message. Raises what `Api.call` raises."""
        await api.follow(
            self.app, self.token, {**payload, **({"flags": EPHEMERAL} if self.ephemeral else {})}
        )

    async def modal(self, api: Api, window: Json) -> None:
        """Opens a window to write in."""
        async with self._lock:
            await api.respond(self.id, self.token, MODAL, window)
            self._state = "answered"
            self._enough.set()

    def hurry(self) -> None:
        """Lets the guard defer now."""
        self._enough.set()

    async def guard(self, api: Api) -> None:
        """Defers when there is no answer in time."""
        with suppress(TimeoutError):
            async with asyncio.timeout(DEFER):
                await self._enough.wait()
        async with self._lock:
            if self._state != "open":
                return
            try:
                await api.respond(
                    self.id, self.token, DEFERRED, {"flags": EPHEMERAL} if self.ephemeral else None
                )
                self._state = "deferred"
            except TROUBLE as error:
                if isinstance(error, discord.HTTPException) and error.code == ACKNOWLEDGED:
                    self._state = "deferred"
                log.warning("defer", fault=fault(error))


class Tickets:
    """The interactions that this process has met."""

    def __init__(self) -> None:
        self._tickets: dict[str, Ticket] = {}
        self._waiting: set[Ticket] = set()

    def open(self, id: str, token: str, app: str, ephemeral: bool) -> Ticket | None:
        """A ticket for a new interaction; None when it came before (a gateway that resumes tells things twice)."""
        return None if id in self._tickets else self._kept(Ticket(id, token, app, ephemeral))

    def of(self, address: Mapping[str, Any]) -> Ticket:
        """The ticket of an address; a new one when another process met the interaction."""
        return self._tickets.get(address["interaction"]) or self._kept(Ticket.of(address))

    async def guard(self, ticket: Ticket, api: Api) -> None:
        """Sees to it that a new interaction is acknowledged in time, however long its answer takes."""
        self._waiting.add(ticket)
        try:
            if len(self._waiting) > CROWD:
                for one in self._waiting:
                    one.hurry()
            await ticket.guard(api)
        finally:
            self._waiting.discard(ticket)

    def _kept(self, ticket: Ticket) -> Ticket:
        self._tickets[ticket.id] = ticket
        if len(self._tickets) > REMEMBERED:
            del self._tickets[next(iter(self._tickets))]
        return ticket
