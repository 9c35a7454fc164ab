"""Desks that are not there yet: centres and municipalities without a number that may be shown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flows.listing.directory import Desk, Directory
from flows.mapping.gazetteer import Gazetteer
from flows.mapping.names import Area

#: The tables of the centres and of the municipalities' desks.
CENTERS, TOWNS = "desks/centers.csv", "desks/municipal.csv"


@dataclass(frozen=True, slots=True)
class Missing:
    """A desk that is looked for.

    Attributes:
        id: of its row, or of the row that it would get.
        area: the place that it serves.
        held: the row that is kept but not shown, if there is one.
        url: where to look: its own page, else the place's official one; empty when none is known.
    """

    id: str
    area: Area
    held: Desk | None
    url: str


def prefectures(gazetteer: Gazetteer) -> list[Area]:
    """All prefectures, in the order of their codes."""
    found = (area for area in gazetteer.areas.values() if area.kind == "prefecture")
    return sorted(found, key=lambda area: area.code)


def towns(gazetteer: Gazetteer, prefecture: str) -> list[Area]:
    """The municipalities of a prefecture (2 digits), by their reading."""
    rows = gazetteer.kana_rows(prefecture)
    return [area for row, _ in rows for area in gazetteer.municipalities(prefecture, row)]


def phones(directory: Directory, area: Area) -> list[Desk]:
    """The local desks of just this place that can be called."""
    return [desk for desk in directory.local.get(area.code, ()) if _phone(desk)]


def missing_centers(directory: Directory, gazetteer: Gazetteer) -> Iterator[Missing]:
    """Centres of prefectures and large cities of which no number can be shown."""
    rows = [row for row in directory.rows if row.where.file == CENTERS]
    there = {code for row in rows if row.show and _phone(row) for code in row.area}
    pages = {code: row for row in rows if row.show for code in row.area}
    for row in rows:
        if not row.show and row.area and there.isdisjoint(row.area):
            there |= row.area  # two rows of one centre are one that is missing
            area = gazetteer.areas[min(row.area)]
            yield Missing(row.id, area, row, _official(directory, area, row, pages.get(area.code)))


def missing_towns(directory: Directory, gazetteer: Gazetteer) -> Iterator[Missing]:
    """Municipalities without a local number."""
    held = {row.id: row for row in directory.rows if row.where.file == TOWNS and not row.show}
    for prefecture in prefectures(gazetteer):
        for town in towns(gazetteer, prefecture.code):
            if not phones(directory, town):
                id = f"town-{town.code}"
                row = held.get(id)
                yield Missing(id, town, row, _official(directory, town, row))


def _phone(desk: Desk) -> bool:
    return desk.staffed and "phone" in desk.channels


def _official(directory: Directory, area: Area, *rows: Desk | None) -> str:
    known = (*rows, directory.by_id.get(f"page-{area.code}"))
    return next((row.url for row in known if row and row.url), "")
