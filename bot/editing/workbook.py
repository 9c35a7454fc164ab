"""Workbooks (.xlsx) as files: written from sheets of text, read as plain cells. Nothing is ever evaluated."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from openpyxl import Workbook as File
from openpyxl import load_workbook
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from bot.editing.sheets import SHOWN, WORD_COLUMNS, Sheet, Workbook
from flows import problems as say
from flows.problems import ContentError

#: Bytes of a file, and of what it unpacks to; rows and columns of a sheet. An export is far below all of them.
FILE_BYTES, UNPACKED_BYTES = 20_000_000, 200_000_000
ROWS, COLUMNS = 20_000, 60
#: Rows below the last one that are made ready for more.
SPARE = 50

_GREY = PatternFill("solid", fgColor="FFE7E6E6")
_WIDTHS = {
    "text": 60,
    "part": 28,
    "step": 20,
    "meaning": 22,
    "voice": 9,
    "language": 16,
    "number": 6,
    "to": 24,
}
_WIDE, _USUAL = ("name", "about", "hours", "url", "contact", "address", "first", "note"), 14


@dataclass(frozen=True, slots=True)
class Raw:
    """A cell as it was read. `kind`: text, formula, error, day, or other (numbers, truth values)."""

    value: str
    kind: str


def write(workbook: Workbook) -> bytes:
    """The file of a workbook."""
    file, words = File(), workbook.words["sheets"]
    guide = file.active
    assert isinstance(guide, Worksheet)
    guide.title = words["guide"]
    guide.column_dimensions["A"].width = 110
    for number, line in enumerate(words["guide_text"].splitlines(), 1):
        _put(guide.cell(number, 1), line)
    for sheet in workbook.sheets.values():
        _write_sheet(file.create_sheet(sheet.title), sheet, [words[key] for key in SHOWN])
    out = io.BytesIO()
    file.save(out)
    return out.getvalue()


def _write_sheet(page: Worksheet, sheet: Sheet, shown: list[str]) -> None:
    for number, heading in enumerate(sheet.columns, 1):
        cell = page.cell(1, number)
        _put(cell, heading)
        cell.font, cell.fill = Font(bold=True), _GREY
        if note := sheet.notes.get(heading):
            cell.comment = Comment(note, "content", height=120, width=320)
        key = WORD_COLUMNS[number - 1] if sheet.of_words else heading
        letter = get_column_letter(number)
        page.column_dimensions[letter].width = _WIDTHS.get(key, 34 if key in _WIDE else _USUAL)
    page.column_dimensions[get_column_letter(len(sheet.columns))].hidden = True
    for row, cells in enumerate(sheet.rows.values(), 2):
        for number, heading in enumerate(sheet.columns, 1):
            cell = page.cell(row, number)
            _put(cell, cells.get(heading, ""))
            if heading in shown:
                cell.fill = _GREY
    last = len(sheet.rows) + 1
    for row in range(last + 1, last + SPARE):
        for number in range(1, len(sheet.columns) + 1):
            page.cell(row, number).number_format = "@"
    for heading, known in sheet.choices.items():
        letter = get_column_letter(sheet.columns.index(heading) + 1)
        rule = DataValidation("list", formula1=f'"{",".join(known)}"', allow_blank=True)
        page.add_data_validation(rule)
        rule.add(f"{letter}2:{letter}{last + SPARE}")
    page.freeze_panes = "A2"
    page.auto_filter.ref = f"A1:{get_column_letter(len(sheet.columns))}{last}"


def _put(cell: Cell | MergedCell, text: str) -> None:
    """Text as text, whatever it begins with: `=1+1` stays these four letters, here and in a spreadsheet."""
    cell.number_format = "@"
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    if text and isinstance(cell, Cell):
        cell.value = text
        cell.data_type = "s"
        cell.quotePrefix = text[0] in "=+-@"


def read(name: str, data: bytes) -> Mapping[str, list[list[Raw]]]:
    """The cells of every sheet, row by row.

    Args:
        name: of the file, for problems.
        data: its bytes.

    Raises:
        ContentError: it is no workbook, or larger than any export.
    """
    if len(data) > FILE_BYTES:
        raise ContentError([say.workbook_too_large(name, FILE_BYTES // 1_000_000)])
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            unpacked = sum(part.file_size for part in packed.infolist())
        if unpacked <= UNPACKED_BYTES:
            file = load_workbook(io.BytesIO(data), read_only=True, keep_links=False)
            return {page.title: _rows(page) for page in file.worksheets}
    except ContentError:
        raise
    except Exception:  # a damaged file breaks the library in many ways, none of them ours
        raise ContentError([say.not_a_workbook(name)]) from None
    raise ContentError([say.workbook_too_large(name, UNPACKED_BYTES // 1_000_000)])


def _rows(page: Worksheet) -> list[list[Raw]]:
    rows: list[list[Raw]] = []
    for cells in page.iter_rows(max_col=COLUMNS):
        if len(rows) >= ROWS:
            raise ContentError([say.too_many_rows(page.title, ROWS)])
        rows.append([_raw(cell.value, cell.data_type) for cell in cells])
    while rows and not any(cell.value for cell in rows[-1]):
        rows.pop()
    return rows


def _raw(value: object, data_type: str) -> Raw:
    if value is None:
        return Raw("", "text")
    if data_type in ("f", "e"):
        return Raw(str(getattr(value, "text", value)), "formula" if data_type == "f" else "error")
    if isinstance(value, str):
        return Raw(value.replace("_x000D_", "").replace("\r\n", "\n").replace("\r", "\n").strip(), "text")
    if isinstance(value, datetime) and (value.hour, value.minute, value.second) == (0, 0, 0):
        return Raw(f"{value:%Y-%m-%d}", "day")
    if isinstance(value, date):
        return Raw(str(value), "day" if not isinstance(value, datetime) else "other")
    if isinstance(value, float) and value.is_integer():
        return Raw(str(int(value)), "other")
    return Raw(str(value), "other")
