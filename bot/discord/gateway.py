"""The connection to Discord: discord.py's client, told to keep nothing of what it sees."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

import discord

from bot.logs import fault, log

#: Seconds of a rate limit that discord.py sits out by itself.
SIT_OUT = 30.0


class Listener(Protocol):
    """What is told of what happens."""

    async def ready(self) -> None: ...
    async def message(self, message: discord.Message) -> None: ...
    async def edited(self, message: discord.Message) -> None: ...
    async def interaction(self, interaction: discord.Interaction) -> None: ...
    async def arrived(self, member: discord.Member) -> None: ...
    async def left(self, user: int, guild: int) -> None: ...
    async def removed(self, guild: int) -> None: ...


def intents(*, members: bool, texts: bool) -> discord.Intents:
    """The least of what the bot must be told; the last two are privileged.

    Args:
        members: who comes and goes (the line for newcomers; the end of 見守り).
        texts: what members write in servers (見守り).
    """
    return discord.Intents(
        guilds=True, guild_messages=True, dm_messages=True, members=members, message_content=texts
    )


class Gateway(discord.AutoShardedClient):
    """One login. Nothing is cached but servers, channels, and newcomers until they may read.

    Args:
        listener: is told.
        wanted: see `intents`.
        login: called once the token was accepted, before anything is told.
    """

    def __init__(
        self, listener: Listener, wanted: discord.Intents, login: Callable[[Gateway], Awaitable[None]]
    ) -> None:
        cached = discord.MemberCacheFlags.none()
        cached.joined = wanted.members
        super().__init__(
            intents=wanted,
            max_messages=None,
            member_cache_flags=cached,
            chunk_guilds_at_startup=False,
            allowed_mentions=discord.AllowedMentions.none(),
            max_ratelimit_timeout=SIT_OUT,
        )
        self._listener = listener
        self._login = login

    async def setup_hook(self) -> None:
        """The token was accepted. How many shards there are is asked here, so that the gateway's address stays ours."""
        try:
            self.shard_count = (await self.http.get_bot_gateway())[0]
        except discord.DiscordException:
            self.shard_count = 1
        await self._login(self)

    async def on_ready(self) -> None:
        """All shards are there."""
        await self._listener.ready()

    async def on_message(self, message: discord.Message) -> None:
        """Somebody wrote."""
        if not (message.author.bot or message.webhook_id):
            await self._listener.message(message)

    async def on_raw_message_edit(self, payload: discord.RawMessageUpdateEvent) -> None:
        """Somebody changed a direct message. Discord also tells of previews that it adds itself."""
        message = payload.message
        if message.guild is None and message.edited_at and not message.author.bot:
            await self._listener.edited(message)

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        """Somebody pressed, chose or wrote into a window."""
        await self._listener.interaction(interaction)

    async def on_member_join(self, member: discord.Member) -> None:
        """Somebody came."""
        if may_read(member) and not member.bot:
            await self._listener.arrived(member)

    async def on_member_update(self, before: discord.Member, after: discord.Member) -> None:
        """Somebody changed; told of whoever came while the bot was here."""
        if may_read(after) and not may_read(before) and not after.bot:
            await self._listener.arrived(after)

    async def on_raw_member_remove(self, payload: discord.RawMemberRemoveEvent) -> None:
        """Somebody left."""
        await self._listener.left(payload.user.id, payload.guild_id)

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """The bot was sent away."""
        await self._listener.removed(guild.id)

    async def on_error(self, event_method: str, /, *args: Any, **kwargs: Any) -> None:
        """A mistake of ours; what it was about is not written down."""
        error = sys.exception()
        log.error("discord", doing=event_method, fault=fault(error) if error else "unknown")


def may_read(member: discord.Member) -> bool:
    """Whether a newcomer has passed the server's screening, and its onboarding where it has one."""
    onboarding = "GUILD_ONBOARDING" in member.guild.features
    return not member.pending and (not onboarding or member.flags.completed_onboarding)


def guild_of(client: discord.Client, channel: int) -> str | None:
    """The server that a channel is in, if the bot sees it."""
    found = client.get_channel(channel)
    guild = getattr(found, "guild", None)
    return str(guild.id) if guild else None
