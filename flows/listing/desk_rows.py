"""Reads the rows of the tables in `content/desks`, and reports every cell that cannot be used."""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from collections.abc import Iterable, Mapping
from datetime import date
from typing import TypeVar, get_args

from flows import problems as say
from flows.hours import Hours, parse_hours
from flows.listing.directory import ASKED_BY, Desk, Kind, Way, Words
from flows.model import LANGUAGES, Language
from flows.problems import Problem
from flows.reading.tables import Row

T = TypeVar("T")

#: Columns that a table must have, and cells that a row must fill when it is shown.
REQUIRED = ("id", "show", "name", "checked_on")
FOR_SHOWN = ("about", "topics", "channels", "contact", "url")
#: What a row takes from the row that `like` names, where it is empty itself.
INHERITED = ("about", "topics", "audience", "hours_note", "cost", "family", "first", "languages")
#: Languages beside Japanese. `about_en` is `about` in English; an official name has only an English one beside it.
OTHER_LANGUAGES: tuple[Language, ...] = tuple(language for language in LANGUAGES if language != "ja")
TRANSLATED = ("about", "hours_note", "first")
TRANSLATIONS = ("name_en", *(f"{name}_{language}" for name in TRANSLATED for language in OTHER_LANGUAGES))
#: Columns for those who look after the tables; the bot does not read them.
FOR_OPERATORS = ("operator", "source_url", "second_source_url", "confidence", "note")
COLUMNS = (*REQUIRED, *INHERITED, *TRANSLATIONS, *FOR_OPERATORS, "kind", "like", "area", "only", "channels", "contact",
           "hours", "closed", "deaf", "address", "email", "fax", "url", "source_date", "review")  # fmt: skip

KINDS: Mapping[str, Kind] = {kind: kind for kind in get_args(Kind)}
WAYS: Mapping[str, Way] = {way: way for way in get_args(Way)}
COSTS = {cost: cost for cost in ("free", "data", "call", "navi", "differs")}
FAMILY = {family: family for family in ("yes", "no", "only")}
AUDIENCES = {audience: audience for audience in ASKED_BY}
YES_NO = {"yes": True, "no": False}

#: Numbers that only a row of kind `emergency` may have: no desk of a town is ever written down as 119.
EMERGENCY = ("110", "118", "119")

_ID = re.compile(r"[a-z0-9-]{1,30}")
_PHONE = re.compile(r"#\d{4}|1\d\d|(?=(?:-?\d){10,11}$)0\d+(?:-\d+)*")
_URL = re.compile(r"https?://[^\s/]+\.[^\s]+")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_SEVERAL = re.compile(r"[\s;,、→]|(?<=\d)/")
_LANGUAGE = re.compile(r"[a-z]{2}|easy")
_DATE = re.compile(r"(\d{4})(?:[-/](\d{1,2})(?:[-/](\d{1,2}))?)?")


class DeskReader:
    """Rows to desks.

    Args:
        codes: of all places.
        topics: that a desk can have.
        problems: every fault found is appended here.
    """

    def __init__(self, codes: Iterable[str], topics: Iterable[str], problems: list[Problem]) -> None:
        self.codes = frozenset(codes)
        self.topics = {topic: topic for topic in topics}
        self.problems = problems
        self.hours: dict[tuple[str, str], Hours] = {}  # few rows have hours of their own

    def desks(self, rows: list[Row]) -> list[Desk]:
        first: dict[str, Row] = {}
        for row in rows:
            if row["id"] and row["id"] in first:
                self.problems.append(say.equal_names(row.at("id"), row["id"], first[row["id"]].where))
            first.setdefault(row["id"], row)
        whole = (self._with_pattern(row, first) for row in rows)
        return [desk for row in whole if row and (desk := self._desk(row))]

    def _with_pattern(self, row: Row, rows: Mapping[str, Row]) -> Row | None:
        if not row["like"]:
            return row
        pattern = rows.get(row["like"])
        if pattern is None or pattern["like"]:
            self._bad(row, "like", "like")
            return None
        taken = [name for name in INHERITED if not row[name]]
        taken += [name for name in TRANSLATIONS if name.rpartition("_")[0] in taken and not row[name]]
        return Row(row.where, {**row.cells, **{name: pattern[name] for name in taken}})

    def _desk(self, row: Row) -> Desk | None:
        before = len(self.problems)
        kind, show = self._one(row, "kind", KINDS, "desk"), self._show(row)
        self._check_words(row, show and kind != "page")
        ways = self._many(row, "channels", WAYS)
        only = self._codes(row, "only")
        checked_on = self._day(row, "checked_on", "date")
        desk = Desk(
            id=row["id"],
            where=row.where,
            show=show,
            kind=kind,
            name=row["name"],
            about=row["about"],
            topics=frozenset(self._many(row, "topics", self.topics)),
            audience=frozenset(self._many(row, "audience", AUDIENCES)),
            area=frozenset(self._codes(row, "area")),
            only=frozenset(code for code in only if not code.startswith("!")),
            not_from=frozenset(code[1:] for code in only if code.startswith("!")),
            channels=ways,
            contact=self._contact(row, ways[0] if ways else None, kind),
            hours=self._hours(row),
            hours_note=row["hours_note"],
            cost=self._one(row, "cost", COSTS, ""),
            family=self._one(row, "family", FAMILY, ""),
            first=row["first"],
            languages=frozenset(self._languages(row)),
            deaf=self._one(row, "deaf", YES_NO, False),
            address=row["address"],
            email=row["email"],
            fax=row["fax"],
            url=row["url"],
            checked_on=checked_on or date.min,
            source_date=self._day(row, "source_date", "source_date"),
            review=row["review"],
            translated={language: _words(row, language) for language in OTHER_LANGUAGES},
        )
        return desk if len(self.problems) == before else None

    def _bad(self, row: Row, column: str, hint: str) -> None:
        self.problems.append(say.bad_cell(row.at(column), row[column], hint))

    def _show(self, row: Row) -> bool:
        show = self._one(row, "show", YES_NO, None)
        if show is None and not row["show"]:
            self._bad(row, "show", "yes_no")
        if show and row["review"].startswith("conflict"):
            self._bad(row, "show", "conflict")
        return bool(show)

    def _check_words(self, row: Row, shown: bool) -> None:
        for column in ("id", "name", "checked_on", *(FOR_SHOWN if shown else ())):
            if not row[column]:
                self._bad(row, column, "empty")
        for column, pattern in (("id", _ID), ("url", _URL), ("email", _MAIL)):
            if row[column] and not pattern.fullmatch(row[column]):
                self._bad(row, column, column)

    def _contact(self, row: Row, way: Way | None, kind: Kind) -> str:
        contact = unicodedata.normalize("NFKC", row["contact"])
        wanted = "url" if kind == "link" else {"phone": "phone", "mail": "email"}.get(way or "", "url")
        patterns = {"phone": [_PHONE], "email": [_MAIL, _URL]}.get(wanted, [_URL])
        if way == "visit":
            patterns = [_PHONE, _URL]
        if contact and not any(pattern.fullmatch(contact) for pattern in patterns):
            self._bad(row, "contact", "contact_two" if _SEVERAL.search(contact) else wanted)
        elif contact in EMERGENCY and kind != "emergency":
            self._bad(row, "contact", "contact_emergency")
        return contact

    def _hours(self, row: Row) -> Hours:
        cells = (row["hours"], row["closed"])
        if cells not in self.hours:
            before = len(self.problems)
            hours = parse_hours(*cells, row.where, self.problems)
            if len(self.problems) > before:
                return hours
            self.hours[cells] = hours
        return self.hours[cells]

    def _codes(self, row: Row, column: str) -> list[str]:
        """Codes of places; `only` may have `!` before one. Spreadsheets drop the zero of 01100."""
        found: list[str] = []
        for item in _items(row[column]):
            mark = "!" if column == "only" and item.startswith("!") else ""
            code = item.removeprefix(mark)
            code = code.zfill(2 if len(code) < 3 else 5)
            if code not in self.codes:
                self.problems.append(say.bad_cell(row.at(column), item, column))
            found.append(mark + code)
        return found

    def _languages(self, row: Row) -> list[str]:
        found = _items(row["languages"]) or ["ja"]
        for item in found:
            if not _LANGUAGE.fullmatch(item):
                self.problems.append(say.bad_cell(row.at("languages"), item, "language"))
        return found

    def _day(self, row: Row, column: str, hint: str) -> date | None:
        """A day; of a year or month alone the last one, None when the cell is empty."""
        found = _DATE.fullmatch(row[column])
        if found is None or (hint == "date" and not found[3]):
            if row[column]:
                self._bad(row, column, hint)
            return None
        year, month = int(found[1]), int(found[2] or 12)
        try:
            return date(year, month, int(found[3] or monthrange(year, month)[1]))
        except ValueError:  # no such month (calendar's error is one too) or day
            self._bad(row, column, hint)
            return None

    def _one(self, row: Row, column: str, known: Mapping[str, T], otherwise: T) -> T:
        if not row[column]:
            return otherwise
        if row[column] not in known:
            self.problems.append(say.unknown_code(row.at(column), row[column], known))
        return known.get(row[column], otherwise)

    def _many(self, row: Row, column: str, known: Mapping[str, T]) -> tuple[T, ...]:
        items = _items(row[column])
        for item in items:
            if item not in known:
                self.problems.append(say.unknown_code(row.at(column), item, known))
        return tuple(known[item] for item in items if item in known)


def _words(row: Row, language: Language) -> Words:
    def text(name: str) -> str:
        return row[f"{name}_{language}"] or row[name]

    names = dict.fromkeys(filter(None, (row[f"name_{language}"], row["name"])))
    return Words(" / ".join(names), text("about"), text("hours_note"), text("first"))


def _items(cell: str) -> list[str]:
    """The items of a cell, parted by `;`."""
    return [item for part in re.split("[;；]", cell) if (item := part.strip())]
