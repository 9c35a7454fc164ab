"""The content as sheets of plain rows: what a workbook shows, and what an edited one is compared with."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from flows.editing.tables import records
from flows.editing.wordings import SHARED, Field, Found, Place, editable
from flows.listing.desk_tables import FOLDER, MUNICIPALITIES, TOPICS
from flows.loader import Bundle
from flows.model import LANGUAGES, VOICES, Book
from flows.operators import Sections, Words, operators_words

#: The columns of a sheet of wordings, by their keys in operators.yaml; the last one is hidden.
WORD_COLUMNS = ("step", "part", "meaning", "voice", "language", "number", "text", "to", "base")
#: The hidden last column of a sheet of desks.
BASE = "base"
#: Cells that are only looked at.
SHOWN = ("meaning", "to")

Key = Place | str  # a wording, or the id of a desk


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet.

    Attributes:
        title: its name.
        file: the file of the bundle that it shows.
        columns: headings, in order.
        rows: cells by heading, by what the row is about.
        choices: headings whose cells take only these words.
        notes: explanations of headings.
    """

    title: str
    file: str
    columns: tuple[str, ...]
    rows: Mapping[Key, Mapping[str, str]]
    choices: Mapping[str, tuple[str, ...]]
    notes: Mapping[str, str]

    @property
    def of_words(self) -> bool:
        """Whether its rows are wordings; desks otherwise."""
        return self.file.endswith(".yaml")


@dataclass(frozen=True, slots=True)
class Workbook:
    """All sheets of a content, and what they were made from."""

    book: Book
    files: Bundle
    found: Mapping[Field, Found]
    words: Sections
    sheets: Mapping[str, Sheet]


def sheets_of(book: Book, files: Bundle) -> Workbook:
    """The sheets of a content.

    Args:
        book: what `files` says.
        files: the bundle.

    Raises:
        ContentError: operators.yaml is missing or broken.
    """
    found, words = editable(book, files), operators_words(files)
    sheets = [*_word_sheets(book, files, found, words), *_desk_sheets(files, words)]
    return Workbook(book, files, found, words, {sheet.title: sheet for sheet in sheets})


def mark(*cells: str) -> str:
    """A short mark of what a row said when it was exported."""
    return hashlib.sha256("\0".join(cells).encode()).hexdigest()[:8]


def names(words: Words, keys: tuple[str, ...]) -> dict[str, str]:
    """Codes by what they are called in a workbook."""
    return {words[key]: key for key in keys}


def step_and_part(field: Field) -> tuple[str, str]:
    """Where a field is: `hello` and `choices.me.label`."""
    path = field.path.removeprefix("steps.")
    step, dot, part = path.partition(".")
    return (step, part) if dot else ("", path)


def _word_sheets(book: Book, files: Bundle, found: Mapping[Field, Found], sections: Sections) -> list[Sheet]:
    words = sections["sheets"]
    titles = {f"flows/{flow}.yaml": flow for flow in book.flows}
    titles |= {name: words[name.removesuffix(".yaml")] for name in SHARED if name in files}
    rows: dict[str, dict[Key, Mapping[str, str]]] = {file: {} for file in titles}
    for field, one in found.items():
        for place, leaf in one.leaves.items():
            rows[field.file][place] = _word_row(book, place, leaf.value.strip(), words)
    choices = {
        words["voice"]: tuple(names(words, ("all", *VOICES))),
        words["language"]: tuple(names(words, LANGUAGES)),
    }
    notes = {words[key]: sections["notes"][key] for key in WORD_COLUMNS}
    columns = tuple(words[key] for key in WORD_COLUMNS)
    return [Sheet(title, file, columns, rows[file], choices, notes) for file, title in titles.items()]


def _word_row(book: Book, place: Place, text: str, words: Words) -> dict[str, str]:
    step, part = step_and_part(place.field)
    cells = {
        "step": step,
        "part": part,
        "meaning": words.get(f"meaning_{_kind(part)}", ""),
        "voice": words[place.voice or "all"] if place.language else "",
        "language": words[place.language] if place.language else "",
        "number": str(place.number),
        "text": text,
        "to": _leads_to(book, place.field),
        "base": mark(text),
    }
    return {words[key]: cell for key, cell in cells.items()}


def _kind(part: str) -> str:
    """What a part is for: the name of its last key, themes that are heard apart."""
    return "hears" if part.startswith("hears.") else part.rpartition(".")[2]


def _leads_to(book: Book, field: Field) -> str:
    """Where a choice leads."""
    step, part = step_and_part(field)
    flow = book.flows.get(field.file.removeprefix("flows/").removesuffix(".yaml"))
    if flow is None or not part.startswith("choices.") or not part.endswith(".label"):
        return ""
    for choice in getattr(flow.steps[step], "choices", ()):
        if part == f"choices.{choice.id}.label" and choice.next:
            return choice.next.step if choice.next.flow == flow.id else str(choice.next)
    return ""


def _desk_sheets(files: Bundle, sections: Sections) -> list[Sheet]:
    words, sheets = sections["sheets"], []
    for file in sorted(files):
        if not file.startswith(FOLDER) or not file.endswith(".csv") or file in (MUNICIPALITIES, TOPICS):
            continue
        columns, found = records(files[file])
        rows: dict[Key, Mapping[str, str]] = {
            row.cells["id"]: {**row.cells, words[BASE]: desk_mark(columns, row.cells)} for row in found
        }
        title = f"{words['desks']} {file.removeprefix(FOLDER).removesuffix('.csv')}"
        notes = {c: note for c, note in sections["desk_notes"].items() if c in columns}
        notes[words[BASE]] = sections["notes"][BASE]
        sheets.append(Sheet(title, file, (*columns, words[BASE]), rows, {"show": ("yes", "no")}, notes))
    return sheets


def desk_mark(columns: tuple[str, ...], cells: Mapping[str, str]) -> str:
    """The mark of a desk's row."""
    return mark(*(cells.get(column, "") for column in columns))
