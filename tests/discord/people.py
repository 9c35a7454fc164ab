"""People on the stand-in's Discord: they write, press, pick, and fill in windows, in servers and in direct messages."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from tests.discord.standin import BOT, GUILD, TALK, Call, Discord, Shown, message, parts

Json = dict[str, Any]
#: Where somebody is: in a server, in the bot's direct messages, in a chat of friends (the bot installed for oneself).
Where = Literal["server", "direct", "friends"]
FRIENDS = "500000000000000001"


@dataclass
class Person:
    """Somebody on Discord.

    Args:
        discord: the stand-in.
        id: of the person.
        locale: of their Discord.
        where: what they do next is done there.
        channel: in the server.
    """

    discord: Discord
    id: str
    locale: str = "ja"
    where: Where = "server"
    channel: str = TALK

    @property
    def name(self) -> str:
        """A name that nobody else has."""
        return f"なまえ{self.id}"

    # ------------------------------------------------------------------------------------------ writing

    async def says(self, text: str) -> list[Json]:
        """Writes a direct message, and reads the answer."""
        before = len(self._direct())
        await self.writes(text)
        return await self.reads(before)

    async def reads(self, before: int) -> list[Json]:
        """The answer in direct messages, once it is whole: its last message has buttons."""
        await self.discord.until(
            lambda: any(one.payload.get("components") for one in self._direct()[before:])
        )
        return [one.payload for one in self._direct()[before:]]

    async def writes(self, text: str, **more: Any) -> str:
        """Writes a direct message; its id."""
        id = self.discord.number()
        told = message(id, self.discord.dm(self.id), text, author=self._user(), **more)
        await self.discord.gateway.dispatch("MESSAGE_CREATE", told)
        return id

    async def edits(self, id: str, text: str) -> None:
        """Changes a direct message."""
        when = "2026-11-22T14:11:00+00:00"
        told = message(id, self.discord.dm(self.id), text, author=self._user(), edited_timestamp=when)
        await self.discord.gateway.dispatch("MESSAGE_UPDATE", told)

    async def posts(self, text: str, channel: str | None = None, *, call: bool = False, **more: Any) -> str:
        """Writes where everybody reads; `call`: and calls the bot. The message's id."""
        id, whose = self.discord.number(), {"author": self._user(), "member": self.member()}
        told = message(id, channel or self.channel, text, guild_id=GUILD, **whose, **more)
        if call:
            told["content"] = f"<@{BOT}> {text}"
            told["mentions"] = [{**self.discord.gateway.user, "member": {"roles": [], "flags": 0}}]
        await self.discord.gateway.dispatch("MESSAGE_CREATE", told)
        return id

    def _user(self) -> Json:
        return {
            "id": self.id,
            "username": self.name,
            "discriminator": "0",
            "avatar": None,
            "global_name": self.name,
        }

    def member(self, **more: Any) -> Json:
        """This person as a member."""
        return {
            "user": self._user(), "nick": None, "roles": [], "joined_at": "2026-01-01T00:00:00+00:00", "deaf": False,
            "mute": False, "flags": 0, "pending": False, "permissions": "0", **more,
        }  # fmt: skip

    def _direct(self) -> list[Shown]:
        return self.discord.in_channel(self.discord.dm(self.id))

    # ------------------------------------------------------------------------------------------ interactions

    async def runs(self, command: str, **data: Any) -> list[Json]:
        """Uses a slash command, and reads the answer."""
        return await self.answer(await self.asks(2, {"id": "1", "name": command, "type": 1, **data}))

    async def worries(self, id: str, text: str) -> list[Json]:
        """Chooses "this worries me" on somebody's message."""
        resolved = {"messages": {id: message(id, self.channel, text, author=self._user())}}
        data = {
            "id": "2",
            "name": "Worried about this",
            "type": 3,
            "target_id": id,
            "resolved": resolved,
        }
        return await self.answer(await self.asks(2, data))

    async def press(self, label: str, on: Shown | None = None) -> list[Json]:
        """Presses a button of the newest message that has it, and reads the answer."""
        return await self.answer(await self.presses(label, on))

    async def presses(self, label: str, on: Shown | None = None) -> Call:
        """Presses a button, and does not wait."""
        shown, part = self._find(label, on)
        return await self.asks(3, {"custom_id": part["custom_id"], "component_type": 2}, shown)

    async def pick(self, label: str) -> list[Json]:
        """Picks from a list."""
        for shown in reversed(self.discord.seen_by(self.id)):
            for part in parts(shown.payload):
                for option in part.get("options", []):
                    if option["label"] == label:
                        data = {
                            "custom_id": part["custom_id"],
                            "component_type": 3,
                            "values": [option["value"]],
                        }
                        return await self.answer(await self.asks(3, data, shown))
        raise AssertionError(f"no list with {label}")

    async def fills_in(self, text: str) -> list[Json]:
        """Opens the window, writes, and reads the answer."""
        return await self._through(await self.presses("文で書く"), text)

    async def fills_in_anew(self, text: str) -> list[Json]:
        """The same by a button of an old message, where nothing is on the screen."""
        return await self._through(await self.asks(3, {"custom_id": "write", "component_type": 2}), text)

    async def _through(self, call: Call, text: str) -> list[Json]:
        await self.discord.until(lambda: call.window)
        return await self.answer(await self.submits(call, text))

    async def submits(self, call: Call, text: str) -> Call:
        """Writes into an open window, and does not wait."""
        assert call.window
        field = call.window["components"][0]["components"][0]
        rows = [{"type": 1, "components": [{"type": 4, "custom_id": field["custom_id"], "value": text}]}]
        return await self.asks(5, {"custom_id": call.window["custom_id"], "components": rows})

    async def answer(self, call: Call) -> list[Json]:
        """The answer to an interaction, once it is whole."""
        await self.discord.until(lambda: call.answered)
        return (
            [self.discord.seen_by(self.id)[-1].payload]
            if self.where != "server" or call.ephemeral
            else [self.discord.shown[-1].payload]
        )

    async def asks(self, kind: int, data: Json, on: Shown | None = None) -> Call:
        """Lets Discord tell the bot of an interaction."""
        loop = asyncio.get_running_loop()
        channel = {"server": self.channel, "direct": self.discord.dm(self.id), "friends": FRIENDS}[self.where]
        call = Call(self.discord.number(), f"token-{self.discord.number()}", self.id, channel, loop.time())
        self.discord.calls[call.token] = call
        told: Json = {
            "id": call.id,
            "application_id": BOT,
            "type": kind,
            "data": data,
            "token": call.token,
            "version": 1,
            "channel_id": channel,
            "channel": {"id": channel, "type": {"server": 0, "direct": 1, "friends": 3}[self.where]},
            "locale": self.locale,
            "context": {"server": 0, "direct": 1, "friends": 2}[self.where],
            "authorizing_integration_owners": {"0": GUILD} if self.where == "server" else {"1": self.id},
            "attachment_size_limit": 0,
            "entitlements": [],
            "app_permissions": "0",
        }
        if self.where == "server":
            told |= {"guild_id": GUILD, "guild_locale": "ja", "member": self.member()}
        else:
            told["user"] = self._user()
        if self.where == "direct":
            told["channel"] |= {"recipients": [self._user()]}
        elif self.where == "friends":
            told["channel"] |= {"recipients": [], "name": None, "icon": None, "owner_id": self.id}
        if on:
            told["message"] = self.discord.as_message(on)
        await self.discord.gateway.dispatch("INTERACTION_CREATE", told)
        return call

    def _find(self, label: str, on: Shown | None) -> tuple[Shown, Json]:
        candidates: Sequence[Shown] = [on] if on else list(reversed(self.discord.seen_by(self.id)))
        for shown in candidates:
            for part in parts(shown.payload):
                if part.get("label") == label and "custom_id" in part:
                    return shown, part
        raise AssertionError(f"no button {label}")
