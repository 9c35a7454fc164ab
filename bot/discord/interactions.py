"""Commands, buttons, lists and windows: each is a turn of the talk, or one of the few things beside it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import discord

from bot.discord.api import Api, Json
from bot.discord.commands import door_named
from bot.discord.events import FIELD, WINDOW, Asked, Control, Events
from bot.discord.render import text_payload
from bot.discord.tickets import TROUBLE, Tickets
from bot.discord.watch import Core, Staff, Watch
from bot.discord.words import Words
from bot.discord.worry import Worry
from bot.logs import fault, log
from flows.model import Door, Event, Input, Tap, Typed

#: Seconds before something that must still be done (an erase, while the database is away) is tried again.
AGAIN = 5.0
#: Characters of one text; Discord's limit for a text input.
TEXT = 4000
#: The door below which the pages of the bot's site stand.
ABOUT = "about"

_Kind = discord.InteractionType
_ROW, _INPUT, _PARAGRAPH = 1, 4, 2


class Interactions:
    """Takes interactions.

    Args:
        core: takes the turns.
        events: reads interactions.
        api: answers.
        tickets: the interactions on their way.
        words: what only Discord shows.
        watch, worry, staff: what is no part of the talk.
        pause: waits for a number of seconds.
    """

    def __init__(
        self,
        core: Core,
        events: Events,
        api: Api,
        tickets: Tickets,
        words: Words,
        watch: Watch,
        worry: Worry,
        staff: Staff | None,
        pause: Callable[[float], Awaitable[object]],
    ) -> None:
        self._core = core
        self._events = events
        self._api = api
        self._tickets = tickets
        self._words = words
        self._watch = watch
        self._worry = worry
        self._staff = staff
        self._pause = pause

    async def take(self, interaction: discord.Interaction) -> None:
        """Answers an interaction."""
        asked = self._events.asked(interaction)
        if asked is None:
            return
        try:
            await self._route(asked)
        except TROUBLE as error:  # nobody could be told: Discord shows the person that it failed
            log.warning("interaction", fault=fault(error))

    async def _route(self, asked: Asked) -> None:
        if asked.kind is _Kind.application_command:
            await self._command(asked)
        elif asked.kind is _Kind.modal_submit:
            written = asked.written()
            await (
                self._turn(asked, Typed((written[:TEXT],)))
                if written and written.strip()
                else self._lost(asked)
            )
        elif asked.kind is _Kind.component:
            await self._component(asked)

    async def _command(self, asked: Asked) -> None:
        door = door_named(self._words.all, str(asked.data.get("name", "")))
        if door is None:
            await self._lost(asked)
        elif door.id == "worry":
            await self._tell(asked, self._worry.help(asked))
        elif door.id == "watch":
            staff = self._staff and self._staff.channel == asked.channel and asked.guild
            await self._tell(asked, self._watch.panel(asked) if staff else self._watch.explain(asked))
        else:
            await self._enter(asked, door)

    async def _component(self, asked: Asked) -> None:
        if asked.is_for_another():
            await self._say(asked, "other_person")
        elif asked.wants_window():
            await asked.ticket.modal(self._api, self._window(asked))
        elif (tap := asked.tap()) is not None:
            await self._turn(asked, tap)
        else:
            await self._pressed(asked, asked.control())

    async def _pressed(self, asked: Asked, control: Control) -> None:
        """A button of ours."""
        match control:
            case Control("open", ("rules",)):
                await self._say(asked, "rules")
            case Control("open", (name,)) if door := self._words.all.buttons.get(name):
                await self._enter(asked, door)
            case Control("watch", (name,)):
                await self._tell(asked, self._watch.choose(asked, name))
            case Control("notice", about):
                await self._tell(asked, self._worry.notify(asked, about))
            case Control("staff", ("guide",)):
                await self._say(asked, "guide")
            case Control("staff", ("pause" | "resume" as name,)) if self._of_staff(asked):
                await self._tell(asked, self._rest(asked, on=name == "pause"))
            case _:
                await self._lost(asked)

    def _of_staff(self, asked: Asked) -> bool:
        return bool(self._staff and asked.guild and asked.channel == self._staff.channel)

    async def _rest(self, asked: Asked, *, on: bool) -> Json:
        """Staff pause or resume: all of them see it."""
        assert self._staff and asked.guild
        said = await self._watch.pause(asked.guild, on=on)
        await self._staff.tell(said)
        return said

    # ------------------------------------------------------------------------------------------ answering

    async def _enter(self, asked: Asked, door: Door) -> None:
        given: Input = Event("follow") if door.tap is None else door.tap
        await self._turn(asked, given, pages=door.id == ABOUT)

    async def _turn(self, asked: Asked, given: Input | Tap, *, pages: bool = False) -> None:
        incoming = self._events.turn(asked, given, pages=pages)
        turn = asyncio.ensure_future(self._core.handle([incoming]))
        guard = asyncio.create_task(self._tickets.guard(asked.ticket, self._api))
        try:
            [outcome] = await turn
            if (
                outcome.word == "duplicate"
            ):  # another process answered it, or this one before it was started anew
                guard.cancel()
            while (
                outcome.word == "unfinished"
            ):  # Discord does not deliver again, so what must be done is kept here
                await self._pause(AGAIN)
                [outcome] = await self._core.handle([incoming])
        finally:
            await asyncio.wait({guard})

    async def _tell(self, asked: Asked, work: Awaitable[Json]) -> None:
        """Answers beside the talk, in time even when that takes long."""
        guard = asyncio.create_task(self._tickets.guard(asked.ticket, self._api))
        try:
            payload = await work
        except Exception as error:
            log.error("interaction", fault=fault(error))
            payload = text_payload(self._words.reply("broke", asked.language))
        try:
            await asked.ticket.answer(self._api, payload)
        finally:
            guard.cancel()
            await asyncio.wait({guard})

    async def _say(self, asked: Asked, name: str) -> None:
        await asked.ticket.answer(self._api, text_payload(self._words.reply(name, asked.language)))

    async def _lost(self, asked: Asked) -> None:
        await self._say(asked, "lost")

    def _window(self, asked: Asked) -> Json:
        """The window to write in; what is written there nobody else in the server sees."""
        label = {
            name: self._words.label(f"write_{name}", asked.language) for name in ("title", "field", "hint")
        }
        field = {
            "type": _INPUT,
            "custom_id": FIELD,
            "style": _PARAGRAPH,
            "label": label["field"],
            "placeholder": label["hint"],
            "required": True,
            "max_length": TEXT,
        }
        return {
            "custom_id": WINDOW,
            "title": label["title"],
            "components": [{"type": _ROW, "components": [field]}],
        }
