"""「この投稿が心配」: for a member who worries about somebody's message. The message itself is never read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bot.discord.api import Json
from bot.discord.events import Asked, Control
from bot.discord.render import cards_payload, owned, text_payload
from bot.discord.sender import owner_mark
from bot.discord.watch import Staff
from bot.discord.words import Words
from flows.desks import Need, Offered, card, choose
from flows.model import Book, Language

#: Desks that may be passed on.
TOPICS = frozenset({"anything", "loneliness", "suicide"})
#: How worried the asker says they are.
GRADES = ("worry_little", "worry_much", "worry_now")
#: Messages whose notice is remembered, so that one press too many tells staff nothing twice.
REMEMBERED = 1_000


class Worry:
    """Words and desks for the one who asks, and a notice to staff if wished.

    Args:
        words: what only Discord shows.
        book: gives the content in use.
        clock: tells the time; aware.
        staff: their channel, if there is one.
        staff_guild: gives the id of the server that the channel is in, once that is known.
    """

    def __init__(
        self,
        words: Words,
        book: Callable[[], Book],
        clock: Callable[[], datetime],
        staff: Staff | None,
        staff_guild: Callable[[], str | None],
    ) -> None:
        self._words = words
        self._book = book
        self._clock = clock
        self._staff = staff
        self._staff_guild = staff_guild
        self._told: dict[tuple[str, ...], None] = {}

    async def help(self, asked: Asked) -> Json:
        """What helps, desks that are open, and the way to staff."""
        language, say = asked.language, self._words.reply
        parts, rows = [say("worry", language)], []
        message = str(asked.data.get("target_id", ""))
        if self._staff and asked.guild and asked.guild == self._staff_guild() and asked.channel and message:
            parts.append(say("worry_notify", language))
            mark = owner_mark(asked.who.key)
            rows = [
                [
                    (
                        self._words.label(grade, language),
                        owned(Control("notice", (grade, asked.channel, message)).encode(), mark),
                    )
                    for grade in GRADES
                ]
            ]
        payload = text_payload("\n\n".join(parts), rows)
        return {**payload, "embeds": self._desks(language)}

    async def notify(self, asked: Asked, about: tuple[str, ...]) -> Json:
        """Tells staff where the message is and how worried somebody is; not who."""
        told = False
        if len(about) == 3 and about[0] in GRADES and self._staff and asked.guild:
            grade, channel, message = about
            if not (told := about in self._told):
                link = f"https://discord.com/channels/{asked.guild}/{channel}/{message}"
                text = self._words.reply("notice", grade=self._words.label(grade), link=link)
                guide = (self._words.label("guide"), Control("staff", ("guide",)).encode())
                told = await self._staff.tell(text_payload(text, [[guide]]))
            if told:
                self._remember(about)
        return text_payload(self._words.reply("noticed" if told else "cannot_notice", asked.language))

    def _remember(self, about: tuple[str, ...]) -> None:
        self._told[about] = None
        if len(self._told) > REMEMBERED:
            del self._told[next(iter(self._told))]

    def _desks(self, language: Language) -> list[Json]:
        book, now = self._book(), self._clock()

        def word(name: str) -> str:
            return book.phrases.desks[name].of("person", language)[0]

        found: tuple[Offered, ...] = choose(book.directory, Need(TOPICS, language=language), now).offered
        return cards_payload([card(one, now, word) for one in found])
