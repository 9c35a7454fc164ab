"""Discord wired together: the gateway in, parcels out; and what is done when Discord does not let the bot in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime

import discord
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.consents import Consents
from bot.discord.api import Api
from bot.discord.commands import payloads
from bot.discord.events import Events
from bot.discord.gateway import Gateway, guild_of, intents
from bot.discord.interactions import Interactions
from bot.discord.sender import Sender
from bot.discord.server import Server
from bot.discord.tickets import TROUBLE, Tickets
from bot.discord.watch import GRADES, Core, Staff, Watch
from bot.discord.words import Words
from bot.discord.worry import Worry
from bot.logs import fault, log
from bot.privacy import Keyring
from bot.settings import Settings
from flows.model import Book
from flows.understand import understand

#: Shortest and longest wait in seconds before Discord is tried again.
SHORTEST_WAIT, LONGEST_WAIT = 2.0, 300.0
#: Seconds for which the end waits for what was begun.
PATIENCE = 3.0
#: The switches of the developer portal (Bot → Privileged Gateway Intents).
MEMBERS, TEXTS = "Server Members Intent", "Message Content Intent"
#: Close codes of the gateway.
NOT_ALLOWED, NOT_ACCEPTED = 4014, 4004


def set_up(settings: Settings) -> None:
    """Tells discord.py other addresses than Discord's own, if any are set, and that we do not speak."""
    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
    if settings.discord_api_base:
        Route.BASE = settings.discord_api_base
    if settings.discord_gateway_url:
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(settings.discord_gateway_url)


class Discord:
    """Discord for one process.

    Args:
        settings: with Discord's token.
        consents: who asked to be offered help.
        keyring: makes pseudonyms.
        clock: tells the time; aware, in Asia/Tokyo.
        book: gives the content in use.
        notice: tells the operator something in one sentence.
        pause: waits for a number of seconds.
    """

    def __init__(
        self,
        settings: Settings,
        consents: Consents,
        keyring: Keyring,
        clock: Callable[[], datetime],
        book: Callable[[], Book],
        notice: Callable[[str], object],
        pause: Callable[[float], Awaitable[object]],
    ) -> None:
        self._settings = settings
        self._consents = consents
        self._clock = clock
        self._book = book
        self._notice = notice
        self._pause = pause
        self._words = Words(book)
        self._api = Api()
        self._tickets = Tickets()
        self._events = Events(keyring, clock, self._tickets, self._account)
        self.sender = Sender(self._api, self._tickets, self._words, clock, settings.public_url)
        self._server = Server(self._api, self._words, settings.discord_welcome_channel_id, pause)
        watched = bool(settings.discord_watch_channel_ids)
        self._wants = {MEMBERS: watched or settings.discord_welcome_channel_id is not None, TEXTS: watched}
        self._gateway: Gateway | None = None
        self._taking = False
        self._works: set[asyncio.Task[object]] = set()  # what is being done for what was told

    def start(self, core: Core) -> None:
        """Begins to take what comes in, as soon as Discord lets the bot in.

        Args:
            core: takes the turns.
        """
        set_up(self._settings)
        channel = self._settings.discord_staff_channel_id
        staff = Staff(self._api, channel) if channel else None
        self._core = core
        parts = (core, self._events, self._api)
        self._watch = Watch(
            *parts,
            self._consents,
            self._words,
            self._book,
            self._clock,
            self._settings.discord_watch_channel_ids,
            staff.tell if staff else None,
        )
        worry = Worry(self._words, self._book, self._clock, staff, self._staff_guild)
        self._interactions = Interactions(
            *parts, self._tickets, self._words, self._watch, worry, staff, self._pause
        )
        self._taking = True
        self._running = asyncio.create_task(self._run())

    async def silence(self) -> None:
        """Takes nothing more in, and lets what was begun come to its end: cut off it would leave connections behind."""
        self._taking = False
        await self._server.end()
        if self._works:
            _, endless = await asyncio.wait(self._works, timeout=PATIENCE)
            for work in endless:
                work.cancel()
            await asyncio.gather(*endless, return_exceptions=True)

    @asynccontextmanager
    async def _working(self) -> AsyncIterator[bool]:
        """Around everything that is done for what was told; whether there is still time for it."""
        work = asyncio.current_task()
        assert work
        self._works.add(work)
        try:
            yield self._taking
        finally:
            self._works.discard(work)

    async def close(self) -> None:
        """Leaves Discord; nothing can be sent any more."""
        if self._gateway and not self._gateway.is_closed():
            await self._gateway.close()
        self._running.cancel()
        with suppress(asyncio.CancelledError):
            await self._running

    # ------------------------------------------------------------------------------------------ being let in

    async def _run(self) -> None:
        """One login after another, for as long as there is any use in it."""
        wait = SHORTEST_WAIT
        while self._taking:
            self._gateway = gateway = Gateway(self, self._intents(), self._logged_in)
            try:
                await self._once(gateway)
                wait = SHORTEST_WAIT
            except discord.PrivilegedIntentsRequired:
                self._go_without(gateway)
                continue
            except discord.LoginFailure:
                self._refused()
                return
            except Exception as error:
                log.error("discord", fault=fault(error))
            if self._taking:
                await self._pause(wait)
                wait = min(wait * 2, LONGEST_WAIT)

    async def _once(self, gateway: Gateway) -> None:
        assert self._settings.discord_token
        try:
            await gateway.login(self._settings.discord_token.get_secret_value())
            await gateway.connect()
        except discord.ConnectionClosed as error:
            if error.code == NOT_ACCEPTED:
                raise discord.LoginFailure from None
            raise
        finally:
            if not gateway.is_closed():
                await gateway.close()

    def _intents(self) -> discord.Intents:
        return intents(members=self._wants[MEMBERS], texts=self._wants[TEXTS])

    def _go_without(self, gateway: Gateway) -> None:
        """The gateway refused an intent (close code 4014): says which switch is off, and leaves that feature off."""
        flags = gateway.application_flags
        on = {
            MEMBERS: flags.gateway_guild_members or flags.gateway_guild_members_limited,
            TEXTS: flags.gateway_message_content or flags.gateway_message_content_limited,
        }
        off = [name for name, wanted in self._wants.items() if wanted and not on[name]]
        off = off or [name for name, wanted in self._wants.items() if wanted]
        self._wants.update(dict.fromkeys(off, False))
        switches = " and ".join(f'"{name}"' for name in off)
        log.error("discord", close=NOT_ALLOWED, switches=off)
        self._notice(
            f"Discord does not give what some features need. Switch on {switches} in the developer portal (Bot →"
            " Privileged Gateway Intents) and start the bot again. Until then it goes on without:"
            " 見守り (DISCORD_WATCH_CHANNEL_IDS) and the line for newcomers (DISCORD_WELCOME_CHANNEL_ID) may be off."
        )

    def _refused(self) -> None:
        log.critical("discord", hint="DISCORD_TOKEN is not accepted")
        self._notice(
            "Discord does not accept DISCORD_TOKEN. Make a new one in the developer portal (Bot → Reset Token), set it"
            " and start the bot again. Everything else goes on."
        )

    async def _logged_in(self, gateway: Gateway) -> None:
        """The token was accepted: calls can be made, and Discord learns the commands."""
        self._api.use(gateway)
        watched = self._wants[TEXTS] and self._wants[MEMBERS]
        self._watch.able = watched
        path = "/applications/{application_id}/commands"
        try:
            commands = payloads(self._words.all, watched=watched)
            await self._api.call("PUT", path, commands, application_id=str(gateway.application_id))
        except TROUBLE as error:
            log.error("discord", fault=fault(error), hint="the commands could not be told to Discord")

    def _account(self) -> str:
        user = self._gateway.user if self._gateway else None
        assert user  # nothing is told before the login
        return str(user.id)

    def _staff_guild(self) -> str | None:
        channel = self._settings.discord_staff_channel_id
        return guild_of(self._gateway, channel) if self._gateway and channel else None

    # ------------------------------------------------------------------------------------------ what is told

    async def ready(self) -> None:
        """The gateway is there."""
        assert self._gateway
        log.info("discord ready", shards=self._gateway.shard_count, servers=len(self._gateway.guilds))

    async def message(self, message: discord.Message) -> None:
        """Somebody wrote, to the bot or in a server."""
        async with self._working() as taking:
            if taking and message.guild is None:
                await self._direct(message)
            elif taking:
                await self._in_public(message)

    async def _direct(self, message: discord.Message) -> None:
        if incoming := self._events.direct(message):
            await self._core.handle([incoming])

    async def _in_public(self, message: discord.Message) -> None:
        if any(str(user.id) == self._account() for user in message.mentions):
            await self._server.mentioned(message.channel.id)
        if self._watch.able and self._watch.watches(message):
            await self._watch.take(message)

    async def edited(self, message: discord.Message) -> None:
        """Somebody changed a direct message: it was answered before, so only new danger is."""
        async with self._working() as taking:
            if taking and understand(self._book(), [message.content]).risk in GRADES:
                await self._direct(message)

    async def interaction(self, interaction: discord.Interaction) -> None:
        """Somebody pressed, chose or wrote into a window."""
        async with self._working() as taking:
            if taking:
                await self._interactions.take(interaction)

    async def arrived(self, member: discord.Member) -> None:
        """A newcomer may read the server now."""
        async with self._working() as taking:
            if taking:
                await self._watch.left(
                    member.id, member.guild.id
                )  # they may have left while the bot was away
                await self._server.arrived(member)

    async def left(self, user: int, guild: int) -> None:
        """Somebody left a server."""
        async with self._working():
            await self._watch.left(user, guild)

    async def removed(self, guild: int) -> None:
        """The bot was sent away from a server."""
        async with self._working():
            await self._watch.gone(guild)
