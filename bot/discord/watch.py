"""見守り: members who asked for it are offered help by direct message when their own words sound like danger.

Twice asked for: staff name the channels, and every member switches it on for oneself. Nobody else's message is read
by the screen, nothing is answered in public, nothing is deleted, and staff get a link and a grade, never a text.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime
from typing import Protocol
from weakref import WeakValueDictionary

import discord

from bot.consents import Consent, Consents
from bot.discord.api import CLOSED, FORBIDDEN, Api, Json
from bot.discord.events import Asked, Control, Events
from bot.discord.render import owned, text_payload
from bot.discord.sender import owner_mark
from bot.discord.tickets import TROUBLE
from bot.discord.words import Words
from bot.incoming import Incoming, Outcome
from bot.logs import fault, log
from bot.privacy import Pseudonym
from flows.model import RISKS, Book, Risk
from flows.understand import understand

#: Seconds of one spell of danger: help is offered once in it, however many grave texts there are (issue 7). The offer
#: for `high` names 119 and 110 too, so it serves when things get worse; staff are told of that as well.
SPELL = 12 * 3600
#: Grades for which help is offered.
GRADES: tuple[Risk, ...] = ("high", "emergency")


class Core(Protocol):
    """What the adapter needs of `bot.core`."""

    async def handle(self, incomings: Sequence[Incoming]) -> Sequence[Outcome]:
        """One outcome for each incoming, when its turn is committed."""
        ...


class Watch:
    """The channels that are watched, for those who asked for it.

    Args:
        core: takes the turn.
        events: reads messages.
        api: writes.
        consents: who asked for it.
        words: what only Discord shows.
        book: gives the content in use.
        clock: tells the time; aware, in Asia/Tokyo.
        channels: ids of the channels (DISCORD_WATCH_CHANNEL_IDS).
        staff: tells staff something; None without DISCORD_STAFF_CHANNEL_ID.
    """

    def __init__(
        self,
        core: Core,
        events: Events,
        api: Api,
        consents: Consents,
        words: Words,
        book: Callable[[], Book],
        clock: Callable[[], datetime],
        channels: Sequence[int],
        staff: Callable[[Json], Awaitable[bool]] | None,
    ) -> None:
        self._core = core
        self._events = events
        self._api = api
        self._consents = consents
        self._words = words
        self._book = book
        self._clock = clock
        self._channels = frozenset(channels)
        self._staff = staff
        self._one_by_one: WeakValueDictionary[bytes, asyncio.Lock] = (
            WeakValueDictionary()
        )  # each person's messages
        self.able = False  # whether the gateway gives what members write

    # ------------------------------------------------------------------------------------------ their messages

    def watches(self, message: discord.Message) -> bool:
        """Whether a message stands in a watched channel, or in a thread of one."""
        parent = getattr(message.channel, "parent_id", None)
        return not self._channels.isdisjoint((message.channel.id, parent))

    async def take(self, message: discord.Message) -> None:
        """A message of a server; read only if its author asked for it."""
        if not message.guild or not message.content.strip():
            return
        who = self._events.who(message.author.id)
        async with self._one_by_one.setdefault(who.key, asyncio.Lock()):
            await self._take(message, who, self._events.place(message.guild.id))

    async def _take(self, message: discord.Message, who: Pseudonym, place: Pseudonym) -> None:
        assert message.guild
        consent = await self._consents.find(who, place, self._today())
        if consent is None or await self.paused(str(message.guild.id)):
            return
        grade, now = understand(self._book(), [message.content]).risk, int(self._clock().timestamp())
        if grade not in GRADES:
            return
        if now - consent.offered >= SPELL:
            [outcome] = await self._core.handle([self._events.watched(message, consent.language)])
            if outcome.word == "duplicate":
                return
            offered = now
        elif RISKS.index(grade) > RISKS.index(consent.grade):
            offered = consent.offered
        else:
            return
        # Read anew: they may have erased or chosen otherwise while the turn was taken.
        renewed = await self._consents.renew(who, place, self._today(), grade=grade, offered=offered)
        if renewed and renewed.staff and self._staff:
            await self._staff(self._notice(message, grade))

    def _notice(self, message: discord.Message, grade: Risk) -> Json:
        text = self._words.reply(
            "watch_notice", grade=self._words.label(f"grade_{grade}"), link=message.jump_url
        )
        return text_payload(text, [self._buttons(paused=False)])

    # ------------------------------------------------------------------------------------------ asking for it

    async def explain(self, asked: Asked) -> Json:
        """What it is, with the choices; in the channel of staff, their buttons."""
        say, language = self._words.reply, asked.language
        if not self.able or not asked.guild:
            return text_payload(say("watch_away", language))
        consent = await self._consents.find(asked.who, self._events.place(asked.guild), self._today())
        parts = [say("watch_ask", language)]
        if consent:
            parts.append(say("watch_now_on", language))
        if await self.paused(asked.guild):
            parts.append(say("watch_paused", language))
        names = [
            "watch_dm",
            *(["watch_staff"] if self._staff else []),
            "watch_end" if consent else "watch_no",
        ]
        mark = owner_mark(asked.who.key)
        buttons = [
            (self._words.label(name, language), owned(Control("watch", (name,)).encode(), mark))
            for name in names
        ]
        return text_payload("\n\n".join(parts), [buttons])

    async def choose(self, asked: Asked, name: str) -> Json:
        """What a member chose."""
        say, language = self._words.reply, asked.language
        if not self.able or not asked.guild:
            return text_payload(say("watch_away", language))
        place = self._events.place(asked.guild)
        if name not in ("watch_dm", "watch_staff"):
            await self._consents.end(asked.who, place)
            return text_payload(say("watch_off", language))
        try:
            await self._api.message(
                await self._api.direct(asked.user),
                text_payload(say("watch_test", language)),
                f"w{asked.ticket.id}",
            )
        except discord.HTTPException as error:
            if error.code not in CLOSED | FORBIDDEN:
                raise
            await self._consents.end(asked.who, place)  # what was on before could not reach them either
            return text_payload(say("watch_closed", language))
        staff = name == "watch_staff" and self._staff is not None
        await self._consents.keep(asked.who, place, Consent(staff, language), self._today())
        return text_payload(say("watch_on_staff" if staff else "watch_on", language))

    async def left(self, user: int, guild: int) -> None:
        """Somebody left the server."""
        await self._consents.end(self._events.who(user), self._events.place(guild))

    async def gone(self, guild: int) -> None:
        """The bot left the server."""
        await self._consents.end_all(self._events.place(guild))

    # ------------------------------------------------------------------------------------------ staff

    async def paused(self, guild: str) -> bool:
        """Whether staff have paused it in a server."""
        place = self._events.place(guild)
        return await self._consents.find(place, place, self._today()) is not None

    async def panel(self, asked: Asked) -> Json:
        """The buttons of staff."""
        assert asked.guild
        paused = await self.paused(asked.guild)
        return text_payload(self._words.reply("staff_panel"), [self._buttons(paused=paused)])

    async def pause(self, guild: str, *, on: bool) -> Json:
        """Pauses or resumes it for a whole server; what is said of it in the channel of staff."""
        place = self._events.place(guild)
        if on:
            await self._consents.keep(place, place, Consent(False), self._today())
        else:
            await self._consents.end(place, place)
        return text_payload(
            self._words.reply("staff_paused" if on else "staff_resumed"), [self._buttons(paused=on)]
        )

    def _buttons(self, *, paused: bool) -> list[tuple[str, str]]:
        names = ["guide", *(["resume" if paused else "pause"] if self._channels else [])]
        return [(self._words.label(name), Control("staff", (name,)).encode()) for name in names]

    def _today(self) -> date:
        return self._clock().date()


class Staff:
    """The channel of staff.

    Args:
        api: writes.
        channel: its id (DISCORD_STAFF_CHANNEL_ID).
    """

    def __init__(self, api: Api, channel: int) -> None:
        self._api = api
        self.channel = str(channel)

    async def tell(self, payload: Json) -> bool:
        """Writes to staff; False when it did not arrive."""
        try:
            await self._api.message(self.channel, payload)
        except TROUBLE as error:
            log.error(
                "staff", fault=fault(error), hint="the bot must see DISCORD_STAFF_CHANNEL_ID and write there"
            )
            return False
        return True
