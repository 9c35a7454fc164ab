"""Content folder → `Book`, or every problem at once.

The folder on disk, a version in the database and a test's few lines all are bundles (`flows.reading.bundle`);
`load_book` is the only way from one to a Book.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from flows import problems as say
from flows.checks import check_book, check_references
from flows.desks import DESK_PLACEHOLDERS, DESK_WORDS, load_directory
from flows.model import TAPPED, About, Book, Flow, Page, Pages, Phrases, Postal, Target, Where
from flows.places import load_gazetteer
from flows.problems import ContentError, Problem
from flows.reading.bundle import Bundle, Mode, as_written, bundle_version, modes, of_mode, read_folder
from flows.reading.discord import read_discord
from flows.reading.municipal import OWN, check_municipal
from flows.reading.parts import Reference, StepReader, check_id
from flows.reading.source import Fields, Table, read_yaml
from flows.reading.steps import read_step
from flows.reading.subjects import read_subjects
from flows.reading.texts import CHAT_WORDS, CONSULT_URL, PLACEHOLDERS, TextReader, bubbles, read_texts
from flows.reading.wording import check_texts, check_wording, read_wording
from flows.understand import load_lexicon

__all__ = ["Bundle", "Mode", "bundle_version", "load_book", "modes", "read_folder"]

#: The steps the engine itself leads to; each must stand in entries.yaml.
ENTRIES = (
    *("start", "menu", "help", "human", "place", "welcome_back"),
    *("emergency", "high", "watch", "quiet", "hard", "fine"),
)
#: What a text with no question pending can be about (CONTRACT, routes); commands are global words instead.
ROUTES = (
    *("talk_first", "notice_signs", "find_center", "family_worries", "daily_rhythm", "small_steps"),
    *("work_support", "peer_community", "privacy_question", "human_please"),
    *("chat_thanks", "chat_greeting", "chat_smalltalk", "other"),
)
#: Themes (of the lexicon) that are answered wherever somebody is listened to.
HEARS = ("loss", "guide", "itself", "questions", "joy")
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
    "thanks_in_danger",
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

#: A value of about.yaml that starts like this still is a placeholder: the bot is on trial.
PLACEHOLDER_MARK = "（"


def load_book(files: Bundle, postal: Postal | None = None, mode: Mode = "standard") -> Book:
    """Read and check a bundle.

    Args:
        files: path below the content folder → text.
        postal: 7-digit postal code → 5-digit code of a municipality or ward, or None.
        mode: which of the files are used.

    Raises:
        ContentError: with every problem found.
    """
    loader = _Loader(of_mode(files, mode), mode)
    book = loader.book()
    if book is None or loader.problems:
        raise ContentError(as_written(loader.problems, files, mode))
    return replace(book, postal=postal)


class _Loader:
    def __init__(self, files: Bundle, mode: Mode) -> None:
        self.files = files
        self.mode = mode
        self.placeholders = (*PLACEHOLDERS, CONSULT_URL) if mode == "municipal" else PLACEHOLDERS
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
        if self.mode == "municipal":
            check_municipal(book, self.problems)
        elif not self.problems:  # where a door leads can only be judged in a book that is whole
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
        fields, reader = Fields(table, self.problems), StepReader(flow_id, self.problems, self.placeholders)
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
        chat = read_texts(fields, "chat", CHAT_WORDS, words.text, self.problems)
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
        rows = tuple(self._rows(inner)) if (inner := fields.child("table")) else ()
        fields.finish()
        return Page(title.value, bubbles(text.value), rows) if title and text else None

    def _rows(self, table: Table) -> Iterator[dict[str, str]]:
        outer = Fields(table, self.problems)
        columns = outer.child("columns", required=True)
        names = Fields(columns, self.problems) if columns else outer
        titles = {key: title.value for key in columns.keys if (title := names.scalar(key))} if columns else {}
        for _, row in outer.tables("rows", required=True):
            fields = Fields(row, self.problems)
            yield {
                title: cell.value
                for key, title in titles.items()
                if (cell := fields.scalar(key, required=True))
            }
            fields.finish()
        outer.finish()

    def _phrases(self) -> Phrases | None:
        fields, entries = self._file("phrases.yaml"), self._file("entries.yaml")
        if fields is None or entries is None:
            return None
        texts = TextReader(self.problems, self.placeholders)
        desk_texts = TextReader(self.problems, DESK_PLACEHOLDERS)
        labels = read_texts(fields, "labels", LABELS, texts.label, self.problems)
        replies = read_texts(fields, "replies", REPLIES, texts.text, self.problems)
        if OWN in self.files and (own := self._file(OWN)):
            label, text = partial(texts.label, required=False), partial(texts.text, required=False)
            labels |= read_texts(own, "labels", (*LABELS, TAPPED), label, self.problems)
            replies |= read_texts(own, "replies", REPLIES, text, self.problems)
            own.finish()
        reader = StepReader("", self.problems)
        phrases = Phrases(
            entries=self._targets(entries, "entries", ENTRIES),
            routes=self._targets(entries, "routes", ROUTES),
            hears=read_texts(fields, "hears", HEARS, texts.text, self.problems),
            labels=labels,
            replies=replies,
            desks=read_texts(fields, "desks", DESK_WORDS, desk_texts.text, self.problems),
            subjects=read_subjects(entries, reader),
        )
        self.references += reader.references
        fields.finish()
        entries.finish()
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
