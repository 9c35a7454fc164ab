"""The tables of `content/desks` become a `Directory`: rows, places, pages of places, and what must never be missing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace

from flows import problems as say
from flows.listing.desk_rows import COLUMNS, REQUIRED, TRANSLATIONS, DeskReader
from flows.listing.directory import Desk, Directory
from flows.problems import Problem
from flows.reading.tables import Row, read_table

FOLDER = "desks/"
MUNICIPALITIES, TOPICS = "desks/municipalities.csv", "desks/topics.csv"
NATIONAL, LOCAL = "desks/national.csv", "desks/local.csv"

PLACE_COLUMNS = ("code", "prefecture", "name", "name_kana", "kind", "parent", "url")
TOPIC_COLUMNS = ("topic", "meaning")

TOWN_PAGE, PREFECTURE_PAGE = "municipality-page", "prefecture-page"
#: Rows that must be there and their contact: emergency numbers (CONTRACT), and the patterns for pages of places.
NEEDED = {"police-110": "110", "fire-119": "119", TOWN_PAGE: "", PREFECTURE_PAGE: ""}


def load_directory(files: Mapping[str, str], problems: list[Problem]) -> Directory:
    """The directory from all tables of `content/desks`.

    Args:
        files: the bundle; every `desks/*.csv` is read. Where desks are equal, those of `local.csv` come first.
        problems: every fault found is appended here.
    """
    before = len(problems)
    places = _table(files, MUNICIPALITIES, PLACE_COLUMNS, problems)
    topics = _table(files, TOPICS, TOPIC_COLUMNS, problems)
    names = (name for name in files if name.startswith(FOLDER) and name.endswith(".csv"))
    tables = sorted(set(names) - {MUNICIPALITIES, TOPICS}, key=lambda name: (name != LOCAL, name))
    rows = [row for name in tables for row in read_table(name, files[name], REQUIRED, COLUMNS, problems)]
    within = _within(places)
    desks = DeskReader(within, (row["topic"] for row in topics), problems).desks(rows)
    _check_languages(rows, problems)
    patterns = {desk.id: desk for desk in desks if desk.show and desk.kind == "page"}
    shown = [desk for desk in desks if desk.show and desk.kind != "page"]
    local: dict[str, list[Desk]] = defaultdict(list)
    for desk in shown:
        for code in desk.area:
            local[code].append(desk)
    directory = Directory(
        rows=tuple(desks),
        by_id={desk.id: desk for desk in (*shown, *_pages(places, within, patterns))},
        topics=frozenset(row["topic"] for row in topics),
        everywhere=tuple(desk for desk in shown if not desk.area),
        local={code: tuple(found) for code, found in local.items()},
        within=within,
    )
    if len(problems) == before:
        _check(directory, patterns, places, problems)
    return directory


def _table(
    files: Mapping[str, str], name: str, columns: tuple[str, ...], problems: list[Problem]
) -> list[Row]:
    if name in files:
        return read_table(name, files[name], columns, columns, problems)
    problems.append(say.missing_file(name))
    return []


def _within(places: list[Row]) -> dict[str, tuple[str, ...]]:
    """Code of each place → itself, the designated city it is a ward of, its prefecture."""
    cities = {(row["prefecture"], row["name"]): row["code"] for row in places if not row["parent"]}
    within: dict[str, tuple[str, ...]] = {}
    for row in places:
        code, city = row["code"], cities.get((row["prefecture"], row["parent"]))
        within[code] = (code, city, code[:2]) if city else (code, code[:2])
        within[code[:2]] = (code[:2],)
    return within


def _pages(
    places: list[Row], within: Mapping[str, tuple[str, ...]], patterns: Mapping[str, Desk]
) -> Iterator[Desk]:
    """The official page of every municipality and ward, and one page for every prefecture."""
    if not {TOWN_PAGE, PREFECTURE_PAGE} <= patterns.keys():
        return
    for code, name in _prefectures(places).items():
        yield _page(patterns[PREFECTURE_PAGE], code, name, "")
    urls = {row["code"]: row["url"] for row in places}
    for row in places:
        url = next(filter(None, (urls.get(code) for code in within[row["code"]])), "")
        yield _page(patterns[TOWN_PAGE], row["code"], row["parent"] + row["name"], url)


def _page(pattern: Desk, code: str, name: str, url: str) -> Desk:
    return replace(
        pattern,
        id=f"page-{code}",
        name=pattern.name.replace("{place}", name),
        translated={
            language: replace(words, name=words.name.replace("{place}", name))
            for language, words in pattern.translated.items()
        },
        area=frozenset({code}),
        contact=url or pattern.contact,
        url=url or pattern.url,
    )


def _prefectures(places: list[Row]) -> dict[str, str]:
    return {row["code"][:2]: row["prefecture"] for row in places}


def _check(
    directory: Directory, patterns: Mapping[str, Desk], places: list[Row], problems: list[Problem]
) -> None:
    """What must never be missing: 110, 119, patterns, and everywhere somebody who answers at any hour."""
    for id, contact in NEEDED.items():
        desk = patterns.get(id) or directory.by_id.get(id)
        if desk is None or (contact and desk.contact != contact):
            problems.append(say.missing_desk(NATIONAL, id, contact))
    alone = [
        name
        for code, name in _prefectures(places).items()
        if not any(_for_anyone_at_any_hour(desk) for desk in directory.near(code))
    ]
    if alone:
        problems.append(say.no_desk_at_night(NATIONAL, alone))


def _check_languages(rows: list[Row], problems: list[Problem]) -> None:
    """National desks are for everybody: what people read of them is there in every language."""
    for row in rows:
        if row.where.file == NATIONAL and row["show"] == "yes":
            for name in TRANSLATIONS:
                if row[name.rpartition("_")[0]] and not row[name]:
                    problems.append(say.bad_cell(row.at(name), "", "translation"))


def _for_anyone_at_any_hour(desk: Desk) -> bool:
    return (
        desk.staffed
        and desk.hours.kind == "always"
        and "anything" in desk.topics
        and "ja" in desk.languages
        and not desk.audience
        and desk.family not in ("no", "only")
    )
