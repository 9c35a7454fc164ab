"""Prefectures, municipalities and wards, read from `desks/municipalities.csv` and `understanding/places.yaml`.

The gazetteer answers two things: what stands below a region, prefecture or city (for choosing by tap), and what a
string of characters can name (`names`, for `flows.places`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, fields

from flows import problems as say
from flows.mapping.names import ENDINGS, PREFECTURE, Area, Names, NamesBuilder
from flows.mapping.spelling import fold, plain_first, widen
from flows.problems import Problem
from flows.reading.source import Fields, Scalar, Table, read_yaml
from flows.reading.tables import Row, read_table

AREAS = "desks/municipalities.csv"
PLACES = "understanding/places.yaml"
COLUMNS = ("code", "prefecture", "name", "name_kana", "kind", "parent", "url")
ROW_IDS = ("a", "k", "s", "t", "n", "h", "m", "y", "r", "w")

_CODE = re.compile(r"(?:0[1-9]|[1-3][0-9]|4[0-7])[0-9]{3}")
_KANA = re.compile(r"[ぁ-ゖー]+")
_REGION = re.compile(r"[a-z][a-z_]{0,23}")


@dataclass(frozen=True, slots=True)
class Hints:
    """Words around a name that say whether it is meant as a place; the file tells what each is for."""

    here_after: tuple[str, ...] = ()
    here_before: tuple[str, ...] = ()
    may_follow: tuple[str, ...] = ()
    place_after: tuple[str, ...] = ()
    not_after: tuple[str, ...] = ()
    introduces: tuple[str, ...] = ()
    padding: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """Every place this bot knows. `areas`: prefectures by 2-digit code, all others by 5-digit code."""

    areas: Mapping[str, Area]
    names: Names = field(repr=False)
    hints: Hints = field(repr=False)
    city_of: Mapping[str, str] = field(repr=False)  # code of a ward → code of its city
    by_region: Mapping[str, tuple[str, tuple[Area, ...]]] = field(repr=False)
    rows: Mapping[str, tuple[str, str]] = field(repr=False)  # id → label, its kana
    below: Mapping[str, tuple[Area, ...]] = field(repr=False)  # prefecture or city → its parts, by reading

    def regions(self) -> tuple[tuple[str, str], ...]:
        """Id and label of every region, in the order of the file."""
        return tuple((region_id, label) for region_id, (label, _) in self.by_region.items())

    def prefectures(self, region_id: str) -> tuple[Area, ...]:
        """Prefectures of a region, in the order of the file; none for an unknown id."""
        return self.by_region.get(region_id, ("", ()))[1]

    def kana_rows(self, prefecture_code: str) -> tuple[tuple[str, str], ...]:
        """Id and label of the kana rows (「か行」) in which a prefecture has municipalities."""
        firsts = {plain_first(area.kana) for area in self.below.get(prefecture_code, ())}
        return tuple((row_id, label) for row_id, (label, kana) in self.rows.items() if firsts & set(kana))

    def municipalities(self, prefecture_code: str, row_id: str) -> tuple[Area, ...]:
        """Cities, special wards, towns and villages of a prefecture whose reading begins in a row, by reading."""
        kana = self.rows.get(row_id, ("", ""))[1]
        return tuple(a for a in self.below.get(prefecture_code, ()) if plain_first(a.kana) in kana)

    def wards(self, city_code: str) -> tuple[Area, ...]:
        """Wards of a designated city, by reading; none for any other place."""
        return self.below.get(city_code, ()) if city_code in self.areas and len(city_code) == 5 else ()

    def contains(self, outer: Area, inner: Area) -> bool:
        """Whether one place lies within another, or is the same."""
        if outer.kind == PREFECTURE:
            return inner.code.startswith(outer.code)
        return outer == inner or self.city_of.get(inner.code) == outer.code


def load_gazetteer(files: Mapping[str, str], problems: list[Problem]) -> Gazetteer:
    """Reads the two files of the bundle.

    Args:
        files: path relative to the content folder → text.
        problems: every fault found is appended here; what could be read is returned all the same.
    """
    problems.extend(say.missing_file(name) for name in (AREAS, PLACES) if name not in files)
    table = read_yaml(PLACES, files[PLACES], problems) if PLACES in files else None
    rows = read_table(AREAS, files[AREAS], COLUMNS, COLUMNS, problems) if AREAS in files else []
    if table is None or not rows:
        return Gazetteer({}, NamesBuilder((), {}).build((), (), ()), Hints(), {}, {}, {}, {})
    return _Loader(Fields(table, problems), rows, problems).load()


class _Loader:
    def __init__(self, places: Fields, rows: list[Row], problems: list[Problem]) -> None:
        self.places = places
        self.csv = rows
        self.problems = problems
        self.areas: dict[str, Area] = {}
        self.city_of: dict[str, str] = {}

    def load(self) -> Gazetteer:
        by_region = self._regions()
        rows = self._rows()
        self._municipalities({char for _, kana in rows.values() for char in kana})
        below: dict[str, list[Area]] = {}
        for area in sorted(self.areas.values(), key=lambda area: (area.kana, area.code)):
            if area.kind != PREFECTURE:
                below.setdefault(self.city_of.get(area.code, area.code[:2]), []).append(area)
        names, hints = self._names(), self._hints()
        self.places.finish()
        ordered = {code: tuple(areas) for code, areas in below.items()}
        return Gazetteer(dict(self.areas), names, hints, dict(self.city_of), by_region, rows, ordered)

    # ------------------------------------------------------------------------------------------ regions, rows

    def _regions(self) -> dict[str, tuple[str, tuple[Area, ...]]]:
        found: dict[str, Counter[str]] = {}  # prefecture → first two digits of its rows
        for row in self.csv:
            found.setdefault(row["prefecture"], Counter())[row["code"][:2]] += 1
        codes = {name: counted.most_common(1)[0][0] for name, counted in found.items()}
        regions: dict[str, tuple[str, tuple[Area, ...]]] = {}
        for region_id, table in self.places.tables("regions", required=True):
            inner = Fields(table, self.problems)
            label, prefectures = (
                inner.scalar("label", required=True),
                inner.child("prefectures", required=True),
            )
            inner.finish()
            if not _REGION.fullmatch(region_id):
                self.problems.append(say.bad_cell(table.where, region_id, "region_id"))
            areas = (
                [self._prefecture(name, prefectures, codes) for name in prefectures.keys]
                if prefectures
                else []
            )
            if label is not None:
                regions[region_id] = (label.value, tuple(area for area in areas if area is not None))
        return regions

    def _prefecture(self, name: str, table: Table, codes: Mapping[str, str]) -> Area | None:
        where, kana = table.keys[name], table.items.get(name)
        if name not in codes or name[-1:] not in tuple("都道府県"):
            self.problems.append(say.unknown_area(where, name, codes))
        elif codes[name] in self.areas:
            self.problems.append(say.area_twice(where, name))
        elif not isinstance(kana, Scalar) or not _KANA.fullmatch(kana.value):
            self.problems.append(
                say.bad_cell(where, kana.value if isinstance(kana, Scalar) else "", "reading")
            )
        else:
            area = Area(codes[name], name, name, PREFECTURE, kana.value)
            self.areas[area.code] = area
            return area
        return None

    def _rows(self) -> dict[str, tuple[str, str]]:
        rows: dict[str, tuple[str, str]] = {}
        for row_id, table in self.places.tables("rows", required=True):
            inner = Fields(table, self.problems)
            label, kana = inner.scalar("label", required=True), inner.scalar("kana", required=True)
            inner.finish()
            if row_id not in ROW_IDS:
                self.problems.append(say.not_one_of(table.where, row_id, ROW_IDS))
            elif label is not None and kana is not None:
                rows[row_id] = (label.value, kana.value)
        return rows

    # ------------------------------------------------------------------------------------------ municipalities

    def _municipalities(self, firsts: set[str]) -> None:
        lines: dict[str, int] = {}
        cities = {(row["prefecture"], row["name"]): row["code"] for row in self.csv if row["kind"] == "city"}
        prefectures = {area.name: code for code, area in self.areas.items()}
        for row in self.csv:
            before = len(self.problems)
            self._check_code(row, prefectures, lines)
            self._check_name(row, firsts)
            city = cities.get((row["prefecture"], row["parent"])) if row["parent"] else None
            if (row["kind"] == "ward") != (city is not None):
                hint = "area_parent" if row["kind"] == "ward" else "area_no_parent"
                self.problems.append(say.bad_cell(row.at("parent"), row["parent"], hint))
            if len(self.problems) > before:
                continue
            lines[row["code"]] = row.where.line
            full = row["prefecture"] + row["parent"] + row["name"]
            self.areas[row["code"]] = Area(row["code"], row["name"], full, row["kind"], row["name_kana"])
            if city is not None:
                self.city_of[row["code"]] = city

    def _check_code(self, row: Row, prefectures: Mapping[str, str], lines: Mapping[str, int]) -> None:
        code, prefecture = row["code"], row["prefecture"]
        if prefecture not in prefectures:
            self.problems.append(say.not_one_of(row.at("prefecture"), prefecture, prefectures))
        if not _CODE.fullmatch(code):
            self.problems.append(say.bad_cell(row.at("code"), code, "area_code"))
        elif code in lines:
            self.problems.append(say.same_area_code(row.at("code"), code, lines[code]))
        elif prefecture in prefectures and not code.startswith(prefectures[prefecture]):
            known = prefectures[prefecture]
            self.problems.append(say.code_of_other_prefecture(row.at("code"), code, prefecture, known))

    def _check_name(self, row: Row, firsts: set[str]) -> None:
        name, kana, kind = row["name"], row["name_kana"], row["kind"]
        if not name:
            self.problems.append(say.empty_value(row.at("name")))
        elif kind in ENDINGS and not (name.endswith(ENDINGS[kind][0]) and len(name) > 1):
            self.problems.append(say.wrong_ending(row.at("name"), name, (ENDINGS[kind][0],)))
        if kind not in ENDINGS:
            self.problems.append(say.not_one_of(row.at("kind"), kind, ENDINGS))
        if not _KANA.fullmatch(kana):
            self.problems.append(say.bad_cell(row.at("name_kana"), kana, "reading"))
        elif kind in ENDINGS and not kana.endswith(ENDINGS[kind][1]):
            self.problems.append(say.wrong_ending(row.at("name_kana"), kana, ENDINGS[kind][1]))
        elif firsts and plain_first(kana) not in firsts:
            self.problems.append(say.bad_cell(row.at("name_kana"), kana, "reading_row"))

    # ------------------------------------------------------------------------------------------ names

    def _names(self) -> Names:
        builder = NamesBuilder(self.areas.values(), self.city_of)
        by_name = {area.full_name: area for area in self.areas.values()}
        nicknames = self.places.child("nicknames", required=True)
        inner = Fields(nicknames, self.problems) if nicknames else None
        for nickname in inner.table.keys if inner else ():
            builder.nickname(nickname, self._known(inner.values(nickname), by_name) if inner else ())
        for name, table in self.places.tables("old_names", required=True):
            old = Fields(table, self.problems)
            kana, now = (
                old.scalar("kana", required=True),
                self._known(old.values("now", required=True), by_name),
            )
            old.finish()
            if name[-1:] not in tuple("市町村区"):
                self.problems.append(say.wrong_ending(table.where, name, tuple("市町村区")))
            elif kana is not None and not _KANA.fullmatch(kana.value):
                self.problems.append(say.bad_cell(kana.where, kana.value, "reading"))
            elif kana is not None:
                builder.old_name(name, kana.value, now)
        lists = (
            [item.value for item in self.places.values(name)] for name in ("people", "words", "not_places")
        )
        return builder.build(*lists)

    def _known(self, names: tuple[Scalar, ...], by_name: Mapping[str, Area]) -> tuple[Area, ...]:
        unknown = [name for name in names if name.value not in by_name]
        self.problems.extend(say.unknown_area(name.where, name.value, by_name) for name in unknown)
        return tuple(by_name[name.value] for name in names if name.value in by_name)

    def _hints(self) -> Hints:
        table = self.places.child("hints", required=True)
        if table is None:
            return Hints()
        inner = Fields(table, self.problems)
        lists = {entry.name: self._words(inner.values(entry.name, required=True)) for entry in fields(Hints)}
        inner.finish()
        return Hints(**lists)

    def _words(self, words: tuple[Scalar, ...]) -> tuple[str, ...]:
        self.problems.extend(say.empty_value(word.where) for word in words if not word.value)
        return tuple(fold(widen(word.value)) for word in words if word.value)
