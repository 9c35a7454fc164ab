"""`python -m bot discord setup`: reads a server and says what a safe peer server wants, and what to click.

It changes nothing. What is asked for is what Discord's safety pages recommend for a community, as far as it serves
people who are worn out: https://discord.com/safety (read November 2026).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import discord

from bot.commandline import Told
from bot.discord.console import PERMISSIONS, Console
from bot.settings import Settings

Json = Mapping[str, Any]
#: What nobody should be able to do who is not staff.
STAFF_ONLY = (
    "administrator", "manage_guild", "manage_roles", "manage_channels", "manage_webhooks", "manage_messages",
    "kick_members", "ban_members", "moderate_members", "mention_everyone",
)  # fmt: skip
#: More than the bot needs.
TOO_MUCH = ("administrator", "manage_guild", "manage_roles", "manage_channels", "kick_members", "ban_members")
_TEXT = (0, 5)
CHANNEL = "Channel settings → Permissions"


@dataclass(frozen=True, slots=True)
class Reading:
    """What Discord tells of a server."""

    guild: Json
    channels: Sequence[Json]
    me: Json
    rules: Sequence[Json] | None  # AutoMod's; None when the bot may not see them

    def named(self, channel: Json) -> str:
        """A channel by its name and id."""
        return f"#{channel.get('name')} ({channel['id']})"

    def everyone(self) -> discord.Permissions:
        """What everybody may do in the server."""
        return self._role(str(self.guild["id"]))

    def mine(self) -> discord.Permissions:
        """What the bot may do in the server."""
        value = self.everyone().value
        for role in self.me["roles"]:
            value |= self._role(str(role)).value
        return discord.Permissions(value)

    def here(self, channel: Json, *, bot: bool) -> discord.Permissions:
        """What everybody, or the bot, may do in a channel (Discord: permission overwrites, in their order)."""
        value = (self.mine() if bot else self.everyone()).value
        if discord.Permissions(value).administrator:
            return discord.Permissions.all()
        found = {str(one["id"]): one for one in channel.get("permission_overwrites", [])}
        for ids in self._layers(bot=bot):
            mine = [found[id] for id in ids if id in found]
            for one in mine:
                value &= ~int(one["deny"])
            for one in mine:
                value |= int(one["allow"])
        return discord.Permissions(value)

    def _layers(self, *, bot: bool) -> Iterator[Sequence[str]]:
        yield [str(self.guild["id"])]
        if bot:
            yield [str(role) for role in self.me["roles"]]
            yield [str(self.me["user"]["id"])]

    def _role(self, id: str) -> discord.Permissions:
        return next(
            (discord.Permissions(int(r["permissions"])) for r in self.guild["roles"] if str(r["id"]) == id),
            _NONE,
        )


_NONE = discord.Permissions.none()


async def setup(console: Console, guild: int, settings: Settings) -> Told:
    """What the server is like, and what is missing."""
    path = f"/guilds/{guild}"
    reading = Reading(
        guild=await console.call("GET", path),
        channels=await console.call("GET", f"{path}/channels"),
        me=await console.call("GET", f"{path}/members/{console.account}"),
        rules=await console.find(f"{path}/auto-moderation/rules"),
    )
    lines = [f"Server: {reading.guild.get('name')} ({guild}). Nothing was changed."]
    wrong = [*_gate(reading), *_roles(reading), *_bot(reading), *_channels(reading, settings)]
    lines += [f"In order: {line}" for line in _good(reading)]
    return Told(lines, [f"- {line}" for line in wrong])


def _gate(reading: Reading) -> Iterator[str]:
    """How people come in."""
    guild, features = reading.guild, reading.guild.get("features", [])
    if "COMMUNITY" not in features:
        yield "It is no community server. Server Settings → Enable Community: rules, onboarding and safety hang on it."
    if not guild.get("rules_channel_id"):
        yield "No rules channel. Server Settings → Community → Overview → Rules Channel: short, written by staff only."
    if guild.get("verification_level", 0) < 2:
        yield "Anybody can write at once. Server Settings → Safety Setup → Verification Level: Medium or higher."
    if guild.get("explicit_content_filter", 0) < 2:
        yield "Pictures are not filtered for all. Server Settings → Safety Setup → filter messages from all members."
    if guild.get("default_message_notifications", 0) != 1:
        yield "Every message rings. Server Settings → Engagement → Default Notifications: Only @mentions."
    if guild.get("mfa_level", 0) < 1:
        yield "Staff need no second factor. Server Settings → Safety Setup → Require 2FA for moderator actions."
    if "GUILD_ONBOARDING" not in features:
        yield "No onboarding. Server Settings → Onboarding: two or three channels to begin with, no forced questions."
    if reading.rules is not None and not reading.rules:
        yield "No AutoMod rule. Server Settings → AutoMod: block mention spam and invites, but no words of distress."


def _roles(reading: Reading) -> Iterator[str]:
    """Who may do what."""
    can = [name for name in STAFF_ONLY if getattr(reading.everyone(), name)]
    if can:
        yield f"Everybody can {_listed(can)}. Server Settings → Roles → @everyone: switch that off."
    staff = [
        role
        for role in reading.guild["roles"]
        if not role.get("managed") and discord.Permissions(int(role["permissions"])).moderate_members
    ]
    if not staff:
        yield (
            "No role for staff. Server Settings → Roles → Create Role: Timeout Members and Manage Messages, for at"
            " least two people, so that nobody decides alone."
        )


def _bot(reading: Reading) -> Iterator[str]:
    """What the bot may do."""
    has = [name for name in TOO_MUCH if getattr(reading.mine(), name)]
    if has:
        yield f"The bot can {_listed(has)} and needs none of it. Server Settings → Roles → its role: switch that off."


def _channels(reading: Reading, settings: Settings) -> Iterator[str]:
    """The channels that are configured."""
    known = {int(channel["id"]): channel for channel in reading.channels}
    if settings.discord_welcome_channel_id is None:
        yield "No welcome channel. Create one that all see and only staff write in, and set DISCORD_WELCOME_CHANNEL_ID."
    if settings.discord_staff_channel_id is None:
        yield "No channel for notices to staff. Create a private one and set DISCORD_STAFF_CHANNEL_ID."
    named: dict[str, list[int | None]] = {
        "DISCORD_WELCOME_CHANNEL_ID": [settings.discord_welcome_channel_id],
        "DISCORD_STAFF_CHANNEL_ID": [settings.discord_staff_channel_id],
        "DISCORD_WATCH_CHANNEL_IDS": list(settings.discord_watch_channel_ids),
    }
    for name, ids in named.items():
        for id in filter(None, ids):
            channel = known.get(id)
            if channel is None:
                yield f"{name}: there is no channel {id} in this server that the bot can see."
            else:
                yield from _channel(reading, name, channel)


def _channel(reading: Reading, name: str, channel: Json) -> Iterator[str]:
    where, everyone = reading.named(channel), reading.here(channel, bot=False)
    mine = reading.here(channel, bot=True)
    needs = ["view_channel"] if name == "DISCORD_WATCH_CHANNEL_IDS" else list(PERMISSIONS)
    if lacks := [one for one in needs if not getattr(mine, one)]:
        yield f"{where}: the bot cannot {_listed(lacks)}. {CHANNEL} → add the bot."
    if channel.get("type") not in _TEXT:
        yield f"{name}: {where} is no text channel."
    if name == "DISCORD_STAFF_CHANNEL_ID" and everyone.view_channel:
        yield f"{where}: everybody can see the channel of staff. {CHANNEL} → Private Channel."
    if name == "DISCORD_WELCOME_CHANNEL_ID" and not everyone.view_channel:
        yield f"{where}: newcomers cannot see the welcome channel. {CHANNEL} → @everyone: View Channel."
    if name == "DISCORD_WELCOME_CHANNEL_ID" and everyone.send_messages:
        yield f"{where}: everybody can write in the welcome channel. {CHANNEL} → @everyone: no Send Messages."


def _good(reading: Reading) -> Iterator[str]:
    if reading.rules:
        yield f"{len(reading.rules)} AutoMod rules. Words of distress should not be blocked: they need an answer."
    elif reading.rules is None:
        yield "AutoMod is not shown to the bot, which is right: it has no Manage Server."
    if not list(_gate(reading)):
        yield "how people come in"
    if not list(_roles(reading)):
        yield "roles"
    if not list(_bot(reading)):
        yield "the bot's permissions"


def _listed(names: Sequence[str]) -> str:
    return ", ".join(name.replace("_", " ") for name in names)
