"""CSV as a clerk's spreadsheet saves it: every row knows its file and line, every cell its column."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from flows import problems as say
from flows.model import Where
from flows.problems import Problem


@dataclass(frozen=True, slots=True)
class Row:
    """One row; a column that the file does not have reads as empty."""

    where: Where
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")

    def at(self, column: str) -> Where:
        """The place of one cell."""
        return Where(self.where.file, self.where.line, column)


def read_table(
    file: str, text: str, required: Collection[str], known: Collection[str], problems: list[Problem]
) -> list[Row]:
    """The rows of a CSV file, without those that are empty.

    Args:
        file: path shown in problems, relative to the content folder.
        text: content of the file; a byte order mark is left out, blanks around a cell too.
        required: columns that must be there.
        known: all columns that may be there.
        problems: every fault found is appended here; a row with one is left out.
    """
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    columns: list[str] = []
    rows: list[Row] = []
    before = 0
    try:
        for cells in reader:
            where, before = Where(file, before + 1), reader.line_num
            cells = [cell.strip() for cell in cells]
            if not any(cells):
                continue
            if not columns:
                columns = cells
                if not _check_columns(where, columns, required, known, problems):
                    return []
            elif any(cells[len(columns) :]) or len(cells) < len(columns):
                problems.append(say.cells_do_not_fit(where, len(cells), len(columns)))
            else:
                rows.append(Row(where, dict(zip(columns, cells, strict=False))))
    except csv.Error:
        problems.append(say.not_csv(Where(file, before + 1)))
        return []
    if not columns:
        problems.append(say.empty_table(Where(file, 1)))
    return rows


def _check_columns(
    where: Where,
    columns: list[str],
    required: Collection[str],
    known: Collection[str],
    problems: list[Problem],
) -> bool:
    """Whether the rows can be read; spreadsheets add empty columns, which are left alone."""
    before = len(problems)
    for column in columns:
        if column and column not in known:
            problems.append(say.unknown_column(where, column, known))
    for column in sorted(set(filter(None, columns))):
        if columns.count(column) > 1:
            problems.append(say.equal_columns(where, column))
    for column in required:
        if column not in columns:
            problems.append(say.missing_column(where, column))
    return len(problems) == before
