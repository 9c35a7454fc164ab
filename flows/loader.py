"""Content folder → `Book`, or every problem at once.

A *bundle* is the content as plain data: path below the content folder → text. The folder on disk, a version
in the database and a test's few lines all are bundles; `load_book` is the only way from one to a Book.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from flows import problems as say
from flows.checks import check_book, check_references
from flows.desks import DESK_PLACEHOLDERS, DESK_WORDS, load_directory
from flows.model import About, Book, Flow, Page, Pages, Phrases, Postal, Target, Text, Where
from flows.places import load_gazetteer
from flows.problems import ContentError, Problem
from flows.reading.discord import read_discord
from flows.reading.parts import Reference, StepReader, check_id
from flows.reading.source import Fields, read_yaml
from flows.reading.steps import read_step
from flows.reading.texts import TextReader, bubbles
from flows.reading.wording import check_texts, check_wording, read_wording
from flows.understand import load_lexicon

Bundle = Mapping[str, str]

#: The steps the engine itself leads to; each must stand in phrases.yaml.
ENTRIES = (
    *("start", "menu", "help", "human", "place", "welcome_back"),
    *("emergency", "high", "watch", "quiet", "hard", "fine"),
)
#: What a text with no question pending can be about (CONTRACT, routes); commands are global words instead.
ROUTES = (
    "talk_first",
    "notice_signs",
    "find_center",
    "family_worries",
    "daily_rhythm",
    "small_steps",
    "work_support",
    "peer_community",
    "privacy_question",
    "human_please",
    "chat_thanks",
    "chat_greeting",
    "chat_smalltalk",
    "other",
)
LABELS = (
    "back",
    "stop",
    "human",
    "restart",
    "more",
    "quiet",
    "next_page",
    "whole_prefecture",
    "whole_city",
    "other_place",
    "line_name",
    "easy_japanese",
    "english",
)
REPLIES = (
    "introduction",
    "not_understood",
    "not_understood_again",
    "stopped",
    "stopped_in_danger",
    "erased",
    "updated",
    "broke",
    "busy",
    "nothing_to_undo",
    "sticker",
    "media",
    "location_unknown",
    "unsay",
    "stay",
    "old_button",
    "place_not_found",
    "place_which",
    "place_prefecture",
    "place_row",
    "place_town",
    "place_ward",
    "group",
    "other_ways",
    "way_elsewhere",
    "way_not_found",
    "check_more",
    "language",
    "language_offer",
    "shorter",
    "longer",
)

#: Words of the chat page (bot/web/static); `{label}` and `{time}` are filled in by the page.
CHAT_WORDS = (
    "title", "name", "reading", "subtitle", "you", "log", "choices", "more_choices", "skip", "message",
    "placeholder", "send", "attach", "sticker", "photo", "location", "sticker_1", "sticker_2", "sticker_3",
    "sticker_pick", "photo_sent", "location_ask", "location_hint", "close", "app", "read", "followed_line",
    "followed_discord", "tapped", "clock_set", "clock_now", "not_sent", "again", "offline", "urgent", "ambulance",
    "police", "settings", "platform", "line", "discord", "clock", "clock_at", "clock_use_now", "clock_use_sunday",
    "theme", "theme_auto", "theme_light", "theme_dark", "kept", "restart", "writers", "writers_note", "flow",
    "step", "risk", "why", "outcome", "nothing", "privacy", "terms", "no_script",
)  # fmt: skip

#: A value of about.yaml that starts like this still is a placeholder: the bot is on trial.
PLACEHOLDER_MARK = "（"

_TEXT_FILES = (".yaml", ".csv", ".txt")


def read_folder(folder: Path) -> Bundle:
    """The bundle of a content folder: its YAML and CSV files.

    Raises:
        ContentError: the folder is missing, or a file is not UTF-8.
    """
    files: dict[str, str] = {}
    problems: list[Problem] = []
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.suffix not in _TEXT_FILES or not path.is_file() or path.name.startswith((".", "~")):
            continue
        try:
            files[name] = path.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError:
            problems.append(say.not_utf8(name))
    if not files and not problems:
        problems.append(say.no_content(str(folder)))
    if problems:
        raise ContentError(problems)
    return files


def bundle_version(files: Bundle) -> str:
    """Eight hexadecimal digits that differ whenever any file does."""
    digest = hashlib.sha256()
    for name in sorted(files):
        for part in (name, files[name]):
            data = part.encode()
            digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()[:8]


def load_book(files: Bundle, postal: Postal | None = None) -> Book:
    """Read and check a bundle.

    Args:
        files: path below the content folder → text.
        postal: 7-digit postal code → 5-digit code of a municipality or ward, or None.

    Raises:
        ContentError: with every problem found.
    """
    loader = _Loader(files)
    book = loader.book()
    if book is None or loader.problems:
        raise ContentError(loader.problems)
    return replace(book, postal=postal)


class _Loader:
    def __init__(self, files: Bundle) -> None:
        self.files = files
        self.problems: list[Problem] = []
        self.references: list[Reference] = []
        self.written: dict[str, set[str]] = {}  # flow → ids of its steps, broken ones included

    def book(self) -> Book | None:
        flows = {flow.id: flow for name in sorted(self.files) if (flow := self._flow(name))}
        phrases, about, pages = self._phrases(), self._about(), self._pages()
        wording = read_wording(self.files, self.problems)
        lexicon = load_lexicon(self.files, self.problems)
        gazetteer = load_gazetteer(self.files, self.problems)
        directory = load_directory(self.files, self.problems)
        check_references(flows, self.written, self.references, self.problems)
        if wording and phrases:
            check_wording(wording, flows, phrases, self.problems)
        if self.problems or phrases is None or about is None or pages is None:
            return None  # what leads where can only be judged when every step could be read
        version = bundle_version(self.files)
        book = Book(version, flows, phrases, about, pages, lexicon, directory, gazetteer)
        check_book(book, self.problems)
        if self.problems:  # where a door leads can only be judged in a book that is whole
            return None
        book = replace(book, discord=read_discord(self.files, book, self.problems))
        if wording:
            check_texts(wording, book.discord, self.problems)
        return book

    def _flow(self, name: str) -> Flow | None:
        folder, _, file = name.rpartition("/")
        if folder != "flows" or not file.endswith(".yaml"):
            return None
        flow_id = file.removesuffix(".yaml")
        self.written[flow_id] = set()
        table = read_yaml(name, self.files[name], self.problems)
        if table is None:
            return None
        check_id(Where(name, 1), flow_id, self.problems)
        fields, reader = Fields(table, self.problems), StepReader(flow_id, self.problems)
        title, start = fields.scalar("title", required=True), fields.scalar("start")
        tables = dict(fields.tables("steps", required=True))
        self.written[flow_id] = set(tables)
        steps = {
            step_id: step for step_id, inner in tables.items() if (step := read_step(reader, step_id, inner))
        }
        if fields.child("steps") is not None and not tables:
            self.problems.append(say.no_steps(fields.where))
        moved = self._moved(fields, reader)
        fields.finish()
        if start is not None:
            self.references.append(Reference(start.where, Target(flow_id, start.value)))
        self.references += reader.references
        first = start.value if start else next(iter(tables), "")
        return Flow(flow_id, Where(name, 1), first, steps, moved, title.value if title else "")

    def _moved(self, fields: Fields, reader: StepReader) -> dict[str, Target]:
        table = fields.child("moved_to")
        if table is None:
            return {}
        for step_id in table.keys:
            if step_id in self.written[reader.flow]:
                self.problems.append(say.moved_step_exists(table.keys[step_id], step_id))
        return reader.targets(table)

    def _about(self) -> About | None:
        fields = self._file("about.yaml")
        if fields is None:
            return None
        operator, contact, staffed = (
            fields.scalar(name, required=True) for name in ("operator", "contact", "staffed")
        )
        fields.finish()
        if not (operator and contact and staffed):
            return None
        trial = any(value.value.startswith(PLACEHOLDER_MARK) for value in (operator, contact, staffed))
        return About(operator.value, contact.value, staffed.value, trial)

    def _pages(self) -> Pages | None:
        fields = self._file("pages.yaml")
        if fields is None:
            return None
        words = TextReader(self.problems, ("label", "time"))
        chat = self._texts(fields, "chat", CHAT_WORDS, words.text)
        privacy, terms = self._page(fields, "privacy"), self._page(fields, "terms")
        fields.finish()
        if privacy is None or terms is None:
            return None
        return Pages({key: text.of("person", "ja")[0] for key, text in chat.items()}, privacy, terms)

    def _page(self, outer: Fields, name: str) -> Page | None:
        table = outer.child(name, required=True)
        if table is None:
            return None
        fields = Fields(table, self.problems)
        title, text = fields.scalar("title", required=True), fields.scalar("text", required=True)
        fields.finish()
        return Page(title.value, bubbles(text.value)) if title and text else None

    def _phrases(self) -> Phrases | None:
        fields = self._file("phrases.yaml")
        if fields is None:
            return None
        texts, desk_texts = TextReader(self.problems), TextReader(self.problems, DESK_PLACEHOLDERS)
        phrases = Phrases(
            entries=self._targets(fields, "entries", ENTRIES),
            routes=self._targets(fields, "routes", ROUTES),
            labels=self._texts(fields, "labels", LABELS, texts.label),
            replies=self._texts(fields, "replies", REPLIES, texts.text),
            desks=self._texts(fields, "desks", DESK_WORDS, desk_texts.text),
        )
        fields.finish()
        return phrases

    def _file(self, name: str) -> Fields | None:
        if name not in self.files:
            self.problems.append(say.missing_file(name))
            return None
        table = read_yaml(name, self.files[name], self.problems)
        return Fields(table, self.problems) if table else None

    def _targets(self, outer: Fields, name: str, known: tuple[str, ...]) -> dict[str, Target]:
        table = outer.child(name, required=True)
        if table is None:
            return {}
        fields, reader = Fields(table, self.problems), StepReader("", self.problems)
        found = {key: target for key in known if (target := reader.target(fields, key))}
        fields.finish()
        self.references += reader.references
        return found

    def _texts(
        self,
        outer: Fields,
        name: str,
        known: Iterable[str],
        read: Callable[[Fields, str], Text | None],
    ) -> dict[str, Text]:
        table = outer.child(name, required=True)
        if table is None:
            return {}
        fields = Fields(table, self.problems)
        found = {key: text for key in known if (text := read(fields, key))}
        fields.finish()
        return found
