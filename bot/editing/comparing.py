"""An edited workbook against the content: what differs, as new files, or every fault by sheet, row and column."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile

from openpyxl.utils import get_column_letter

from bot.editing.applying import Change, Edited, applied, in_sheets
from bot.editing.sheets import BASE, Key, Sheet, Workbook, desk_mark, mark, names, step_and_part
from bot.editing.workbook import Raw
from flows import problems as say
from flows.editing.wordings import Place
from flows.loader import Bundle
from flows.model import LANGUAGES, VOICES, Book, Where
from flows.problems import ContentError

#: Columns of desks in which a spreadsheet may have made a day of what was typed.
_DAYS = ("checked_on", "source_date")


@dataclass(frozen=True, slots=True)
class Difference:
    """What an import would change, and the files as they would be."""

    changes: Sequence[Change]
    files: Bundle


def compare(
    workbook: Workbook, read: Mapping[str, list[list[Raw]]], check: Callable[[Bundle], Book]
) -> Difference:
    """What an edited workbook changes.

    Args:
        workbook: the content as it is.
        read: the cells of the edited one.
        check: loads a bundle, or raises ContentError.

    Raises:
        ContentError: with every fault of the workbook, or of the content that it would make.
    """
    edited, guide = Edited(), workbook.words["sheets"]["guide"]
    for title in read:
        if title not in workbook.sheets and title != guide:
            edited.problems.append(say.unknown_sheet(title, workbook.sheets))
    for title, sheet in workbook.sheets.items():
        if title in read:
            _Reader(workbook, sheet, edited).read(read[title])
        else:
            edited.problems.append(say.missing_sheet(title))
    files = applied(workbook, edited)
    if edited.problems:
        raise ContentError(edited.problems)
    if edited.changes:
        try:
            check(files)
        except ContentError as error:
            raise ContentError(in_sheets(workbook, edited, files, error.problems)) from None
    return Difference(edited.changes, files)


class _Reader:
    """Reads one sheet of an edited workbook."""

    def __init__(self, workbook: Workbook, sheet: Sheet, edited: Edited) -> None:
        self.sheet, self.edited, self.workbook = sheet, edited, workbook
        self.words = workbook.words["sheets"]
        self.problems = edited.problems
        self.headings: list[str] = []
        self.fields = {step_and_part(f): f for f in workbook.found if f.file == sheet.file}

    def read(self, rows: list[list[Raw]]) -> None:
        if not self._columns(rows[0] if rows else []):
            return
        seen: dict[Key, int] = {}
        for number, raw in enumerate(rows[1:], 2):
            if not any(cell.value for cell in raw):
                continue
            before = len(self.problems)
            cells = {heading: self._cell(number, heading, cell) for heading, cell in self._named(raw)}
            key = self._place(number, cells) if self.sheet.of_words else self._desk(number, cells)
            if key is not None and key in seen:
                self.problems.append(say.equal_rows(self._at(number), _about(key), seen[key]))
                continue
            if key is not None:
                seen[key] = number
            if key is None or len(self.problems) > before:
                continue
            self.edited.rows[key], self.edited.values[key] = (self.sheet, number), cells
            self._compare(number, key, cells)
        for key in self.sheet.rows.keys() - seen.keys():
            self.problems.append(say.missing_row(self.sheet.title, _about(key)))
        self._check_numbers(seen)

    # ------------------------------------------------------------------------------------------ cells

    def _at(self, row: int, heading: str = "") -> Where:
        letter = (
            get_column_letter(self.headings.index(heading) + 1)
            if heading and heading in self.headings
            else ""
        )
        return say.in_sheet(self.sheet.title, row, heading, letter)

    def _columns(self, first: Sequence[Raw]) -> bool:
        before = len(self.problems)
        self.headings = [cell.value for cell in first]
        for heading in filter(None, self.headings):
            if heading not in self.sheet.columns:
                self.problems.append(say.unknown_column(self._at(1, heading), heading, self.sheet.columns))
        for heading in self.sheet.columns:
            if self.headings.count(heading) > 1:
                self.problems.append(say.equal_columns(self._at(1, heading), heading))
            if heading not in self.headings:
                self.problems.append(say.missing_column(self._at(1), heading))
        return len(self.problems) == before

    def _named(self, raw: Sequence[Raw]) -> Iterator[tuple[str, Raw]]:
        yield from ((heading, cell) for heading, cell in zip(self.headings, raw, strict=False) if heading)

    def _cell(self, row: int, heading: str, cell: Raw) -> str:
        number = heading == self.words["number"] and self.sheet.of_words
        day = cell.kind == "day" and heading in _DAYS
        if cell.kind == "formula":
            self.problems.append(say.formula_cell(self._at(row, heading), cell.value))
        elif cell.kind == "error":
            self.problems.append(say.error_cell(self._at(row, heading), cell.value))
        elif cell.kind != "text" and not day and not (number and cell.value.isdecimal()):
            self.problems.append(say.typed_cell(self._at(row, heading), cell.value))
        return cell.value

    def _code(self, row: int, cells: Mapping[str, str], key: str, codes: tuple[str, ...]) -> str:
        """What a cell with one of a few words means; empty cells mean nothing."""
        heading, known = self.words[key], names(self.words, codes)
        if cells[heading] and cells[heading] not in known:
            self.problems.append(say.unknown_code(self._at(row, heading), cells[heading], known))
        return known.get(cells[heading], "")

    # ------------------------------------------------------------------------------------------ rows

    def _place(self, row: int, cells: Mapping[str, str]) -> Place | None:
        words = self.words
        step, part = cells[words["step"]], cells[words["part"]]
        field = self.fields.get((step, part))
        if field is None:
            parts = [known for at, known in self.fields if at == step]
            steps = {at for at, _ in self.fields}
            wrong, known = ("part", parts) if parts else ("step", steps)
            heading = words[wrong]
            self.problems.append(say.unknown_row(self._at(row, heading), cells[heading], known))
            return None
        voice = self._code(row, cells, "voice", ("all", *VOICES))
        language = self._code(row, cells, "language", LANGUAGES)
        number = cells[words["number"]] or "1"
        plain = not next(iter(self.workbook.found[field].leaves)).language
        if plain and (voice or language):
            heading = words["voice" if voice else "language"]
            self.problems.append(say.only_to_look_at(self._at(row, heading), cells[heading], ""))
        if not number.isdecimal() or len(number) > 3 or not int(number):
            self.problems.append(say.bad_number(self._at(row, words["number"]), number, 1))
            return None
        voice = "" if voice == "all" else voice
        return Place(field, voice, "" if plain else language or "ja", int(number))

    def _check_numbers(self, seen: Mapping[Key, int]) -> None:
        """Wordings more come right after those that are there; of a title there is one."""
        for key, row in seen.items():
            if isinstance(key, str) or key in self.sheet.rows:
                continue
            others = {other.number for other in seen if isinstance(other, Place) and other[:3] == key[:3]}
            most = len(list(takewhile(others.__contains__, range(1, key.number + 1))))
            single = not key.language and not key.field.path.endswith(".words")
            if single or most < key.number:
                heading = self.words["number"]
                wanted = 1 if single else most + 1
                self.problems.append(say.bad_number(self._at(row, heading), str(key.number), wanted))

    def _desk(self, row: int, cells: Mapping[str, str]) -> str | None:
        if cells["id"]:
            return cells["id"]
        self.problems.append(say.bad_cell(self._at(row, "id"), "", "empty"))
        return None

    def _compare(self, row: int, key: Key, cells: Mapping[str, str]) -> None:
        now = self.sheet.rows.get(key)
        headings = [self.words["text"]] if isinstance(key, Place) else self.sheet.columns[:-1]
        if now is not None:
            self._check_shown(row, now, cells)
        if all(cells[heading] == (now or {}).get(heading, "") for heading in headings):
            return
        base = cells[self.words[BASE]]
        if now is not None and base != now[self.words[BASE]]:
            exported = mark(cells[self.words["text"]]) if isinstance(key, Place) else self._mark(cells)
            if base == exported:  # nobody edited this row; it was changed in the content since
                return
            wrong = next(h for h in headings if cells[h] != now.get(h, ""))
            self.problems.append(say.changed_by_both(self._at(row, wrong), cells[wrong], now.get(wrong, "")))
            return
        for heading in headings:
            before = now.get(heading, "") if now is not None else None
            if cells[heading] != (before or ""):
                about = _about(key) if isinstance(key, Place) else f"{key} {heading}"
                self.edited.changes.append(Change(self.sheet.title, row, about, before, cells[heading]))
        if isinstance(key, Place):
            self.edited.wordings[key] = cells[self.words["text"]]
        else:
            desks = self.edited.desks.setdefault(self.sheet.file, {})
            desks[key] = {heading: cells[heading] for heading in headings}

    def _mark(self, cells: Mapping[str, str]) -> str:
        return desk_mark(self.sheet.columns[:-1], cells)

    def _check_shown(self, row: int, now: Mapping[str, str], cells: Mapping[str, str]) -> None:
        if not self.sheet.of_words:
            return
        for key in ("meaning", "to"):
            heading = self.words[key]
            if cells[heading] != now[heading]:
                self.problems.append(
                    say.only_to_look_at(self._at(row, heading), cells[heading], now[heading])
                )


def _about(key: Key) -> str:
    """A row in a few words: `hello text ja 1`, or the id of a desk."""
    if isinstance(key, str):
        return key
    parts = (*step_and_part(key.field), key.voice, key.language, str(key.number) if key.number > 1 else "")
    return " ".join(filter(None, parts))
