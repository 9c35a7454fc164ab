"""What happens in a server in public: a neutral line to whoever calls the bot, and a line for newcomers."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import discord

from bot.discord.api import FORBIDDEN, Api
from bot.discord.commands import mention_line
from bot.discord.render import text_payload
from bot.discord.tickets import TROUBLE
from bot.discord.words import Words
from bot.logs import fault, log

#: Seconds for which the line for newcomers stands.
POINTER = 90.0
#: Newcomers who are not shown the way again.
REMEMBERED = 1_000


class Server:
    """The bot in public.

    Args:
        api: writes.
        words: what only Discord shows.
        welcome: id of the channel where newcomers arrive (DISCORD_WELCOME_CHANNEL_ID), if there is one.
        pause: waits for a number of seconds.
    """

    def __init__(
        self, api: Api, words: Words, welcome: int | None, pause: Callable[[float], Awaitable[object]]
    ) -> None:
        self._api = api
        self._words = words
        self._welcome = str(welcome) if welcome else None
        self._pause = pause
        self._arrived: dict[tuple[int, int], None] = {}
        self._standing = asyncio.Lock()
        self._ended = asyncio.Event()

    async def mentioned(self, channel: int) -> None:
        """Somebody called the bot where others read: the same line whatever was said."""
        try:
            await self._api.message(str(channel), mention_line(self._words))
        except TROUBLE as error:
            if not (isinstance(error, discord.HTTPException) and error.code in FORBIDDEN):
                log.warning("mention", fault=fault(error))

    async def arrived(self, member: discord.Member) -> None:
        """A newcomer may read the server now. One line serves all who come while it stands, and it names nobody."""
        channel = member.guild.get_channel(int(self._welcome)) if self._welcome else None
        if channel is None or self._welcome is None or not self._is_new(member) or self._standing.locked():
            return
        async with self._standing:
            try:
                sent = await self._api.message(self._welcome, text_payload(self._words.reply("pointer")))
                await self._stand()
                await self._api.delete(self._welcome, str(sent["id"]))
            except TROUBLE as error:
                log.error(
                    "welcome", fault=fault(error), hint="the bot must be able to write in the welcome channel"
                )

    def _is_new(self, member: discord.Member) -> bool:
        """Whether somebody comes for the first time since the bot was started; Discord tells of one more than once."""
        who = (member.guild.id, member.id)
        if who in self._arrived:
            return False
        self._arrived[who] = None
        if len(self._arrived) > REMEMBERED:
            del self._arrived[next(iter(self._arrived))]
        return True

    async def _stand(self) -> None:
        """Until its time is over, or the bot ends."""
        waits = {asyncio.ensure_future(self._pause(POINTER)), asyncio.create_task(self._ended.wait())}
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()

    async def end(self) -> None:
        """Takes the line away before the bot goes."""
        self._ended.set()
        async with self._standing:
            return
