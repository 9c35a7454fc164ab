"""What `python -m bot discord …` asks of Discord, and how its refusals read in plain words."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Self
from urllib.parse import urlencode

import aiohttp
import discord

from bot.commandline import Told, Trouble
from bot.discord.api import CLOSED, FORBIDDEN, Api, Json
from bot.discord.commands import is_welcome_post, welcome_post
from bot.discord.words import Words

#: Messages of a channel that are looked through for the welcome post, and at a time.
LOOK, PAGE = 1_000, 100
#: What the bot needs in a server, and for what. Nothing else is asked for.
PERMISSIONS = {
    "view_channel": "to see the channels that it writes in",
    "send_messages": "for the welcome post, the neutral line to whoever calls it, and notices to staff",
    "read_message_history": "to find its own welcome post again instead of writing a second one",
}
AUTHORIZE = "https://discord.com/oauth2/authorize"


class Console:
    """Discord's REST API for a command. Open it with `async with`; calls raise `Trouble` when Discord does not do it.

    Args:
        token: the bot's.
    """

    def __init__(self, token: str) -> None:
        self._token = token
        self._client = discord.Client(intents=discord.Intents.none(), max_ratelimit_timeout=30.0)
        self._api = Api()
        self.account = ""  # the bot's own id
        self.application = ""

    async def __aenter__(self) -> Self:
        await self._client.__aenter__()
        try:
            await self._client.login(self._token)
        except discord.LoginFailure:
            await self._client.close()
            raise Trouble(
                "Discord does not accept DISCORD_TOKEN. Make a new one: developer portal → Bot → Reset Token."
            ) from None
        except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
            await self._client.close()
            raise Trouble(_unreachable(error)) from None
        assert self._client.user
        self.account, self.application = str(self._client.user.id), str(self._client.application_id)
        self._api.use(self._client)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.close()

    async def call(self, method: str, path: str, body: object = None) -> Any:
        """One call; what Discord answers."""
        try:
            return await self._api.call(method, path, body)
        except discord.HTTPException as error:
            raise Trouble(_refused(error, path)) from None
        except (discord.RateLimited, aiohttp.ClientError, OSError, TimeoutError) as error:
            raise Trouble(_unreachable(error)) from None

    async def find(self, path: str) -> Any:
        """What stands there, or None when the bot may not see it."""
        try:
            return await self._api.call("GET", path)
        except discord.HTTPException:
            return None
        except (discord.RateLimited, aiohttp.ClientError, OSError, TimeoutError) as error:
            raise Trouble(_unreachable(error)) from None


def _refused(error: discord.HTTPException, path: str) -> str:
    if error.code in FORBIDDEN:
        return (
            f"The bot has no permission there ({path}). In Discord: the channel's settings → Permissions → add the bot:"
            " View Channel, Send Messages, Read Message History."
        )
    if error.code in CLOSED or error.status == 404:
        return (
            f"Discord knows nothing at {path}, or the bot is not in that server. Is the id right? (Discord: Settings →"
            " Advanced → Developer Mode, then right click → Copy ID.) To invite the bot: python -m bot discord invite"
        )
    return f"Discord refuses {path} (status {error.status}, code {error.code})."


def _unreachable(error: BaseException) -> str:
    return (
        f"Discord cannot be reached ({type(error).__name__}). Check this machine's network, and DISCORD_API_BASE if it"
        " is set. Try again later."
    )


# ---------------------------------------------------------------------------------------------- invite


async def invite(console: Console) -> Told:
    """The links by which a server or a person takes the bot in."""
    needed = discord.Permissions(**dict.fromkeys(PERMISSIONS, True)).value
    server = {
        "client_id": console.application,
        "scope": "bot applications.commands",
        "permissions": str(needed),
    }
    person = {"client_id": console.application, "scope": "applications.commands", "integration_type": "1"}
    return Told(
        [
            "Into a server (needs Manage Server there):",
            f"  {AUTHORIZE}?{urlencode(server)}",
            "Permissions asked for, and for what:",
            *(f"  {name.replace('_', ' ').title()}: {why}" for name, why in PERMISSIONS.items()),
            "For oneself (commands anywhere, answered to oneself only; no permission needed):",
            f"  {AUTHORIZE}?{urlencode(person)}",
        ],
        [],
    )


# ---------------------------------------------------------------------------------------------- the welcome post


async def welcome(console: Console, channel: int, words: Words) -> Told:
    """Brings the lasting post of a channel to what the content says; doing it again changes nothing."""
    post = welcome_post(words)
    mine = await _posts(console, channel)
    if not mine:
        await console.call("POST", f"/channels/{channel}/messages", post)
        return Told(["The welcome post is written. Pin it, so that it stays in sight."], [])
    first, *others = reversed(mine)  # the oldest is the one that people know
    for other in others:
        await console.call("DELETE", f"/channels/{channel}/messages/{other['id']}")
    doubled = [f"{len(others)} doubled posts are taken away."] if others else []
    if _same(first, post):
        return Told([*doubled, "The welcome post is there and up to date."], [])
    await console.call("PATCH", f"/channels/{channel}/messages/{first['id']}", post)
    return Told([*doubled, "The welcome post is written anew in its place."], [])


async def _posts(console: Console, channel: int) -> list[Json]:
    """The bot's welcome posts, newest first."""
    found: list[Json] = []
    before = ""
    for _ in range(LOOK // PAGE):
        page = await console.call("GET", f"/channels/{channel}/messages?limit={PAGE}{before}")
        found += [one for one in page if is_welcome_post(one, console.account)]
        if len(page) < PAGE:
            break
        before = f"&before={page[-1]['id']}"
    return found


def _same(message: Json, post: Json) -> bool:
    def buttons(one: Json) -> list[tuple[Any, Any]]:
        return [
            (part.get("label"), part.get("custom_id"))
            for row in one["components"]
            for part in row["components"]
        ]

    return message.get("content") == post["content"] and buttons(message) == buttons(post)
