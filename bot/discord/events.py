"""What Discord's gateway tells, as the core takes it; and what stands on the buttons that are no part of the talk.

A custom id says all that a button means, so that it works for ever: after restarts, and after edits of the content.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import discord

from bot.discord.render import WRITE
from bot.discord.sender import owner_mark
from bot.discord.tickets import Ticket, Tickets
from bot.discord.words import language_of
from bot.incoming import Incoming
from bot.privacy import Keyring, Pseudonym
from flows.model import Event, Input, Language, Tap, Typed

PLATFORM = "discord"
#: Custom id of the window to write in; a text input has a name of its own there.
WINDOW, FIELD = "said", "text"

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Control:
    """A button of ours that is no choice of a question: its name, and what it is about."""

    name: str
    about: tuple[str, ...] = ()

    def encode(self) -> str:
        """As a custom id, without an owner."""
        return ".".join((self.name, *self.about))


@dataclass(frozen=True, slots=True)
class Asked:
    """An interaction, as far as the bot needs it.

    Attributes:
        kind: Discord's type of interaction.
        data: what was chosen, pressed or written; as Discord sent it.
        user: id of the person.
        who: their pseudonym.
        guild: id of the server, if it is in one.
        channel: id of the channel.
        direct: whether it is in the bot's own direct messages, where nobody else reads.
        language: for words of ours.
        ticket: to answer with.
        shown_to: id of the person whose interaction the message with the button answered, if Discord tells.
    """

    kind: discord.InteractionType
    data: Json
    user: str
    who: Pseudonym
    guild: str | None
    channel: str | None
    direct: bool
    language: Language
    ticket: Ticket
    shown_to: str | None

    @property
    def custom_id(self) -> str:
        """Of the button, list or window; without its owner."""
        return str(self.data.get("custom_id", "")).partition("~")[0]

    def is_for_another(self) -> bool:
        """Whether a button was made for somebody else."""
        owner = str(self.data.get("custom_id", "")).partition("~")[2]
        if owner:
            keys = filter(None, (self.who.key, self.who.previous))
            return owner not in map(owner_mark, keys)
        return self.shown_to is not None and self.shown_to != self.user

    def tap(self) -> Tap | None:
        """The choice that was pressed or picked from a list, or None."""
        if self.custom_id.startswith("select."):
            values = self.data.get("values")
            return Tap.decode(str(values[0])) if isinstance(values, list) and values else None
        return Tap.decode(self.custom_id)

    def control(self) -> Control:
        """The button of ours that was pressed."""
        name, *about = self.custom_id.split(".")
        return Control(name, tuple(about))

    def written(self) -> str | None:
        """What was written into the window, or None."""
        return _field(self.data.get("components")) if self.custom_id == WINDOW else None

    def wants_window(self) -> bool:
        """Whether the button opens the window to write in."""
        return self.custom_id == WRITE


class Events:
    """Reads what the gateway tells one bot.

    Args:
        keyring: makes pseudonyms.
        clock: tells the time; aware.
        tickets: the interactions on their way.
        account: gives the bot's own id.
    """

    def __init__(
        self, keyring: Keyring, clock: Callable[[], datetime], tickets: Tickets, account: Callable[[], str]
    ) -> None:
        self._keyring = keyring
        self._clock = clock
        self._tickets = tickets
        self._account = account

    def who(self, user: int | str) -> Pseudonym:
        """Whoever has this id: the same in servers and in direct messages."""
        return self._keyring.pseudonym(PLATFORM, self._account(), str(user))

    def place(self, guild: int | str) -> Pseudonym:
        """The server with this id."""
        return self._keyring.pseudonym(PLATFORM, self._account(), f"server {guild}")

    def asked(self, interaction: discord.Interaction) -> Asked | None:
        """An interaction; None when it came before."""
        guild = str(interaction.guild_id) if interaction.guild_id else None
        direct = guild is None and not interaction.context.private_channel
        ids = (str(interaction.id), interaction.token, str(interaction.application_id))
        ticket = self._tickets.open(*ids, ephemeral=not direct)
        if ticket is None:
            return None
        before = interaction.message.interaction_metadata if interaction.message else None
        return Asked(
            kind=interaction.type,
            data=interaction.data or {},
            user=str(interaction.user.id),
            who=self.who(interaction.user.id),
            guild=guild,
            channel=str(interaction.channel_id) if interaction.channel_id else None,
            direct=direct,
            language=language_of(interaction.locale),
            ticket=ticket,
            shown_to=str(before.user.id) if before else None,
        )

    def turn(self, asked: Asked, given: Input, *, pages: bool = False) -> Incoming:
        """An interaction that is a turn of the talk. `pages`: those of the bot's site stand below the answer."""
        ticket = asked.ticket
        address = {
            "user": asked.user,
            "interaction": ticket.id,
            "token": ticket.token,
            "app": ticket.app,
            "language": asked.language,
            **({"channel": asked.channel} if asked.direct and asked.channel else {}),
            **({"pages": True} if pages else {}),
        }
        return self._incoming(asked.who, f"interaction {ticket.id}", given, address, reminders=asked.direct)

    def direct(self, message: discord.Message) -> Incoming | None:
        """A direct message; None when there is nothing in it to be answered."""
        given = _said(message)
        if given is None:
            return None
        address = {"user": str(message.author.id), "channel": str(message.channel.id)}
        version = f" {message.edited_at.timestamp()}" if message.edited_at else ""
        return self._incoming(self.who(message.author.id), f"message {message.id}{version}", given, address)

    def watched(self, message: discord.Message, language: Language) -> Incoming:
        """A message of somebody who asked for it, written in a server; answered by direct message."""
        address = {"user": str(message.author.id), "preface": "watch_offer", "language": language}
        given = Typed((message.content,))
        return self._incoming(self.who(message.author.id), f"message {message.id}", given, address)

    def _incoming(
        self, who: Pseudonym, event: str, given: Input, address: Json, *, reminders: bool = True
    ) -> Incoming:
        return Incoming(who.key, event, given, address, self._clock(), PLATFORM, who.previous, reminders)


def _said(message: discord.Message) -> Input | None:
    if message.content.strip():
        return Typed((message.content,))
    if message.stickers:
        return Event("sticker", " ".join(sticker.name for sticker in message.stickers))
    return Event("media") if message.attachments else None


def _field(components: object) -> str | None:
    """What stands in the first text input of a window, in rows or in labels."""
    for outer in components if isinstance(components, Sequence) else ():
        inner = outer.get("components") or [outer.get("component", {})]
        for one in inner:
            if one.get("custom_id") == FIELD and isinstance(one.get("value"), str):
                return str(one["value"])
    return None
