"""Edits rows of a CSV file: a row that nobody touched stays letter by letter."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Record:
    """One row: where it stands in the text (characters), the line it begins at, and its cells by column."""

    start: int
    end: int
    line: int
    cells: Mapping[str, str]


def records(text: str) -> tuple[tuple[str, ...], tuple[Record, ...]]:
    """The columns of a table that passed its checks, and its rows without the empty ones."""
    lines = text.splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    reader = csv.reader(lines, strict=True)
    columns: tuple[str, ...] = ()
    found: list[Record] = []
    before = 0
    for cells in reader:
        first, before = before, reader.line_num
        cells = [cell.strip() for cell in cells]
        if any(cells) and not columns:
            columns = tuple(cells)
        elif any(cells):
            row = {column: cell for column, cell in zip(columns, cells, strict=False) if column}
            found.append(Record(starts[first], starts[before], first + 1, row))
    return tuple(filter(None, columns)), tuple(found)


def with_rows(text: str, changed: Mapping[str, Mapping[str, str]]) -> str:
    """The table with other rows.

    Args:
        text: the table; its column `id` names a row.
        changed: id → all cells by column; a row whose id is not there yet stands at the end, one without cells goes.
    """
    _, rows = records(text)
    columns = next(csv.reader(io.StringIO(text)))
    result, end, left = [], 0, dict(changed)
    for row in rows:
        if (cells := left.pop(row.cells["id"], None)) is not None:
            result += [text[end : row.start], _line(columns, cells) if cells else ""]
            end = row.end
    result.append(text[end:])
    whole = "".join(result)
    return (
        whole
        + ("" if whole.endswith("\n") else "\n")
        + "".join(_line(columns, cells) for cells in left.values())
    )


def _line(columns: list[str], cells: Mapping[str, str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow([cells.get(column.strip(), "") for column in columns])
    return out.getvalue()
