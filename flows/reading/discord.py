"""What only Discord shows: `content/discord/words.yaml`, read and held against Discord's limits."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from flows import problems as say
from flows.model import Book, DiscordWords, Door, Tap, Text
from flows.problems import Problem
from flows.reading import limits
from flows.reading.doors import read_tap
from flows.reading.source import Fields, Scalar, Table, read_yaml
from flows.reading.texts import PLACEHOLDERS, TextReader, read_texts

FILE = "discord/words.yaml"
#: Words for everywhere that a door may lead to, and the greeting.
HELLO = "hello"
WORDS = ("menu", "help", "human", "erase")
COMMANDS = ("talk", "signs", "desks", "family", "now", "erase", "about")
#: `worry` stands in the menu of a message: its name may hold spaces, and it has no description.
TOOLS = ("watch", "worry")
BUTTONS = ("first", "talk", "family")
LABELS = (
    "rules", "write", "write_title", "write_field", "write_hint", "privacy", "terms",
    "worry_little", "worry_much", "worry_now",
    "watch_dm", "watch_staff", "watch_no", "watch_end",
    "guide", "pause", "resume", "grade_high", "grade_emergency",
)  # fmt: skip
REPLIES = (
    "mention", "welcome", "pointer", "rules", "other_person", "lost", "broke",
    "worry", "worry_notify", "noticed", "cannot_notice",
    "watch_ask", "watch_now_on", "watch_paused", "watch_test", "watch_on", "watch_on_staff", "watch_closed",
    "watch_off", "watch_away", "watch_offer",
    "notice", "watch_notice", "guide", "staff_paused", "staff_resumed", "staff_panel",
)  # fmt: skip
#: Discord's limits for commands (Application Commands, read November 2026). Names of slash commands are lower case.
NAME, ABOUT = 32, 100
_SLASH_NAME = re.compile(r"[-_'\w]+")


def read_discord(files: Mapping[str, str], book: Book, problems: list[Problem]) -> DiscordWords:
    """The words of a bundle.

    Args:
        files: path below the content folder → text.
        book: the same content, read: its choices are what doors lead to.
        problems: every fault found is appended here.
    """
    if FILE not in files:
        problems.append(say.missing_file(FILE))
        return DiscordWords()
    table = read_yaml(FILE, files[FILE], problems)
    return _Reader(book, problems).words(Fields(table, problems)) if table else DiscordWords()


class _Reader:
    def __init__(self, book: Book, problems: list[Problem]) -> None:
        self.book = book
        self.problems = problems
        self.texts = TextReader(problems, (*PLACEHOLDERS, "link", "grade"))

    def words(self, fields: Fields) -> DiscordWords:
        found = DiscordWords(
            commands=self._doors(fields, "commands", COMMANDS, self._command),
            tools=self._doors(fields, "tools", TOOLS, self._tool),
            buttons=self._doors(fields, "buttons", BUTTONS, self._button),
            labels=read_texts(fields, "labels", LABELS, self.texts.label, self.problems),
            replies=read_texts(fields, "replies", REPLIES, self._reply, self.problems),
        )
        fields.finish()
        return found

    def _doors(
        self, outer: Fields, name: str, known: tuple[str, ...], read: Callable[[str, Table], Door | None]
    ) -> dict[str, Door]:
        table = outer.child(name, required=True)
        if table is None:
            return {}
        fields = Fields(table, self.problems)
        found = {
            id: door
            for id in known
            if (inner := fields.child(id, required=True)) and (door := read(id, inner))
        }
        fields.finish()
        return found

    def _command(self, id: str, table: Table) -> Door | None:
        fields = Fields(table, self.problems)
        name, about = self._short(fields, "name", NAME, slash=True), self._short(fields, "about", ABOUT)
        tap = self._tap(fields)
        fields.finish()
        return Door(id, name, about, tap) if name and about else None

    def _tool(self, id: str, table: Table) -> Door | None:
        fields = Fields(table, self.problems)
        slash = id != "worry"
        name = self._short(fields, "name", NAME, slash=slash)
        about = self._short(fields, "about", ABOUT) if slash else None
        fields.finish()
        return Door(id, name, about, None) if name else None

    def _button(self, id: str, table: Table) -> Door | None:
        fields = Fields(table, self.problems)
        label, tap = self.texts.label(fields, "label"), self._tap(fields)
        fields.finish()
        return Door(id, label, None, tap) if label else None

    def _tap(self, fields: Fields) -> Tap | None:
        to = fields.scalar("to", required=True)
        if to is None or to.value.strip() == HELLO:
            return None
        return read_tap(self.book, to, WORDS, self.problems)

    def _reply(self, fields: Fields, name: str) -> Text | None:
        """A reply is one message on Discord, whatever its bubbles."""
        text = self.texts.text(fields, name)
        for wording in {one for wordings in text.wordings.values() for one in wordings} if text else ():
            if text and len(wording) > limits.DISCORD_TEXT:
                self.problems.append(say.bubble_too_long(text.where, len(wording), limits.DISCORD_TEXT))
        return text

    def _short(self, fields: Fields, name: str, most: int, *, slash: bool = False) -> Text | None:
        """One line within a limit, in Japanese and English."""
        node = fields.child(name, required=True)
        if node is None:
            return None
        for language in ("ja", "en"):
            inner = node.items.get(language)
            if not isinstance(inner, Scalar):
                self.problems.append(say.missing_field(node.where, language))
            elif len(inner.value) > most:
                self.problems.append(say.command_too_long(inner.where, inner.value, len(inner.value), most))
            elif slash and not (_SLASH_NAME.fullmatch(inner.value) and inner.value == inner.value.lower()):
                self.problems.append(say.not_a_command(inner.where, inner.value))
        return self.texts.text_of(node, f"{node.where.file}:{node.where.path}")
