"""Delivers parcels on Discord: with what an interaction brought, else as direct messages."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import datetime, timedelta

import aiohttp
import discord

from bot.discord.api import CLOSED, FORBIDDEN, SPENT, Api, Json, NotConnected
from bot.discord.render import render, render_private
from bot.discord.tickets import Tickets
from bot.discord.words import Words
from bot.logs import log
from bot.parcels import Parcel, Sent, Way
from flows.model import Language, Link, Message, Reply

#: How long an interaction's token is used; Discord takes it for 15 minutes.
TOKEN_LIFE = timedelta(minutes=14)
#: Seconds to wait when Discord's shield or the opening of DMs (40003) says too fast, and when a token is not accepted.
LATER = 5.0


class Sender:
    """Delivers parcels on Discord.

    Args:
        api: makes the calls.
        tickets: the interactions of this process.
        words: what only Discord shows.
        clock: tells the time; aware.
        public_url: the bot's own address, if it has one.
    """

    def __init__(
        self,
        api: Api,
        tickets: Tickets,
        words: Words,
        clock: Callable[[], datetime],
        public_url: str | None = None,
    ) -> None:
        self._api = api
        self._tickets = tickets
        self._words = words
        self._clock = clock
        self._public_url = public_url
        self._done: dict[bytes, int] = {}  # messages of a parcel that arrived, while it is still being tried

    async def send(self, parcel: Parcel, way: Way) -> Sent:
        """Tries once."""
        try:
            sent = await self._send(parcel, way)
        except (NotConnected, aiohttp.ClientConnectorError):
            return Sent("retry")  # it never left
        except (aiohttp.ClientError, OSError, TimeoutError):
            return Sent("retry", unknown=True)
        except discord.RateLimited as limit:
            return Sent("retry", wait=limit.retry_after)
        except discord.HTTPException as error:
            sent = meaning(error)
        if sent.word != "retry":
            self._done.pop(parcel.id, None)
        return sent

    async def _send(self, parcel: Parcel, way: Way) -> Sent:
        address = parcel.address
        if "token" in address and parcel.kind != "reminder":
            if self._clock() - parcel.due < TOKEN_LIFE and await self._answer(parcel):
                return Sent("delivered")
            if "channel" not in address and way == "answer":
                return Sent(
                    "refused"
                )  # in a server: nothing goes to somebody's DMs that was not asked for there
        channel = address.get("channel") or await self._api.direct(address["user"])
        payloads = self._unasked(parcel) if "preface" in address else render(parcel.reply)
        for number in range(self._done.get(parcel.id, 0), len(payloads)):
            await self._api.message(channel, payloads[number], nonce(parcel.id, number))
            self._done[parcel.id] = number + 1
        return Sent("delivered")

    async def _answer(self, parcel: Parcel) -> bool:
        """Answers an interaction; False when what it brought is spent."""
        ticket, payloads = self._tickets.of(parcel.address), self._private(parcel)
        if ticket.spent:
            return False
        try:
            for number in range(self._done.get(parcel.id, 0), len(payloads)):
                await (ticket.further if number else ticket.answer)(self._api, payloads[number])
                self._done[parcel.id] = number + 1
        except discord.HTTPException as error:
            if error.code not in SPENT:
                raise
            ticket.spent = True
            self._done.pop(parcel.id, None)
            return False
        return True

    def _private(self, parcel: Parcel) -> list[Json]:
        in_server, language = "channel" not in parcel.address, self._language(parcel)
        write = self._words.label("write", language) if in_server else ""
        return render_private(
            parcel.reply,
            owner_mark(parcel.key) if in_server else "",
            write,
            self._pages(parcel, language),
        )

    def _pages(self, parcel: Parcel, language: Language) -> tuple[Link, ...]:
        if not (self._public_url and parcel.address.get("pages")):
            return ()
        return tuple(
            Link(self._words.label(name, language), f"{self._public_url}/{name}")
            for name in ("privacy", "terms")
        )

    def _unasked(self, parcel: Parcel) -> list[Json]:
        """An answer to what was not written to the bot: one message, which also says why it comes.

        In an emergency 119 and 110 stand before that.
        """
        why = Message(self._words.reply(parcel.address["preface"], self._language(parcel)))
        first = 1 if parcel.risk == "emergency" else 0
        messages = parcel.reply.messages
        said = Reply((*messages[:first], why, *messages[first:]), parcel.reply.choices)
        return render_private(said, owner="", write="")

    def _language(self, parcel: Parcel) -> Language:
        language: Language = parcel.address.get("language", "ja")
        return language


def owner_mark(key: bytes) -> str:
    """What a button tells of whom it is for: a part of the pseudonym, which says nothing without the secret."""
    return key[-4:].hex()


def nonce(id: bytes, number: int) -> str:
    """The same in every try of a message, so that Discord makes one of them; at most 25 characters."""
    return f"{base64.urlsafe_b64encode(id).decode().rstrip('=')}.{number}"


def meaning(error: discord.HTTPException) -> Sent:
    """What Discord's refusal means for a parcel."""
    if error.code in CLOSED:
        return Sent("gone")
    if error.code in FORBIDDEN:
        log.error("discord", status=error.status, code=error.code, hint="a permission is missing")
        return Sent("gone")
    if error.status == 429 or error.code == 40003:
        return Sent("retry", wait=LATER)
    if error.status >= 500:
        return Sent("retry", unknown=True)
    if error.status == 401:
        log.error("discord", status=error.status, hint="DISCORD_TOKEN is not accepted")
        return Sent("retry", wait=LATER)
    log.error("discord", status=error.status, code=error.code, hint="a message was not accepted")
    return Sent("refused")
