"""What an edited workbook makes of the content: the new files, and their faults at the cells that they come from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from openpyxl.utils import get_column_letter

from bot.editing.sheets import Key, Sheet, Workbook
from flows import problems as say
from flows.editing.rewriting import MixedVoices, rewritten
from flows.editing.tables import records, with_rows
from flows.editing.wordings import Field, Place
from flows.loader import Bundle
from flows.problems import Problem


@dataclass(frozen=True, slots=True)
class Change:
    """One cell that differs; `before` is None for a row that is new."""

    sheet: str
    row: int
    about: str
    before: str | None
    after: str


@dataclass(slots=True)
class Edited:
    """What the sheets say so far."""

    changes: list[Change] = field(default_factory=list)
    wordings: dict[Place, str] = field(default_factory=dict)
    desks: dict[str, dict[str, Mapping[str, str]]] = field(default_factory=dict)  # file → id → cells
    rows: dict[Key, tuple[Sheet, int]] = field(default_factory=dict)  # where each is, for problems
    values: dict[Key, Mapping[str, str]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def applied(workbook: Workbook, edited: Edited) -> Bundle:
    """The new files; voices that do not fit together are a problem."""
    files = dict(workbook.files)
    by_field: dict[Field, dict[Place, str]] = {}
    for place, text in edited.wordings.items():
        by_field.setdefault(place.field, {})[place] = text
    fitting: dict[Place, str] = {}
    for edits in by_field.values():
        try:
            rewritten(workbook.files, workbook.found, edits)
            fitting |= edits
        except MixedVoices:
            place = next(iter(edits))
            sheet, row = edited.rows[place]
            value = workbook.words["sheets"][place.voice or "all"]
            edited.problems.append(say.mixed_voices(say.in_sheet(sheet.title, row), value))
    files |= rewritten(workbook.files, workbook.found, fitting)
    for file, desks in edited.desks.items():
        files[file] = with_rows(files[file], desks)
    return files


def in_sheets(
    workbook: Workbook, edited: Edited, files: Bundle, problems: Sequence[Problem]
) -> Iterator[Problem]:
    """The faults of the content that would come about, at the cells that they come from."""
    for problem in problems:
        key, heading = _cell_of(workbook, edited, files, problem)
        if key is None or key not in edited.rows:
            yield problem
            continue
        sheet, row = edited.rows[key]
        heading = heading if heading in sheet.columns else ""
        letter = get_column_letter(sheet.columns.index(heading) + 1) if heading else ""
        where = say.in_sheet(sheet.title, row, heading, letter)
        value = edited.values[key].get(heading, "").replace("\n", " ")[:30]
        yield say.problem(where, f"「{value}」: {problem.fact}" if value else problem.fact, problem.hint)


def _cell_of(workbook: Workbook, edited: Edited, files: Bundle, problem: Problem) -> tuple[Key | None, str]:
    if problem.file.endswith(".csv"):
        rows = [row for row in records(files[problem.file])[1] if row.line <= problem.line]
        return (rows[-1].cells["id"] if rows else None), problem.path
    words = workbook.words["sheets"]

    def fit(place: Place) -> tuple[int, ...]:
        rest = problem.path.removeprefix(place.field.path)
        number = f"[{place.number}]" in rest
        return (
            len(place.field.path),
            bool(place.voice) and place.voice in rest,
            bool(place.language) and f".{place.language}" in rest,
            number,
            place in edited.wordings,
        )

    fitting = [
        place
        for place in edited.rows
        if isinstance(place, Place)
        and place.field.file == problem.file
        and (problem.path + ".").startswith((place.field.path + ".", place.field.path + "["))
    ]
    return max(fitting, key=fit, default=None), words["text"]
