"""What strings of characters can name: every spelling of every place, in tables made for looking up.

Keys are folded (`flows.mapping.spelling.fold`): katakana stands as hiragana. Two tables are kept
apart, because a written name (「府中」) is far surer in a sentence than a reading (「ふちゅう」).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from flows.mapping.spelling import fold, from_romaji, is_hiragana, is_kanji, loose, one_edit, plain, widen

PREFECTURE = "prefecture"
#: Endings of a name by kind, written and read (まち and ちょう, むら and そん by place).
ENDINGS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "city": ("市", ("し",)),
    "town": ("町", ("ちょう", "まち")),
    "village": ("村", ("むら", "そん")),
    "ward": ("区", ("く",)),
    "special_ward": ("区", ("く",)),
}
_PREFECTURE_ENDINGS = {"県": "けん", "府": "ふ", "都": "と"}

#: A typo may mean so many places; with more it says nothing.
MOST_GUESSES = 4


@dataclass(frozen=True, slots=True)
class Area:
    """A prefecture, municipality or ward.

    `code` is JIS X 0402 (5 digits) or, of prefectures, X 0401 (2 digits); `kind` is prefecture, city, special_ward,
    ward, town or village; `kana` the reading of `name`, its ending included.
    """

    code: str
    name: str
    full_name: str
    kind: str
    kana: str

    @property
    def stem(self) -> str:
        """The name without its ending: 府中 of 府中市. 北海道 has none to lose."""
        return self.name if self.name == "北海道" else self.name[:-1]


@dataclass(frozen=True, slots=True)
class Name:
    """What one key can mean. No areas: it is a word in which a place name only seems to stand."""

    areas: tuple[Area, ...]
    full: bool = False  # says what it is by its ending (市, 区, 県 …)
    person: bool = False  # also a name of people
    word: bool = False  # also a common word, or too short to be sure
    small: bool = True  # towns, villages and wards only


@dataclass(frozen=True, slots=True)
class Names:
    """All spellings. `lengths`: first two characters → lengths of keys, longest first."""

    written: Mapping[str, Name]
    readings: Mapping[str, Name]
    lengths: Mapping[str, tuple[int, ...]]
    plainly: Mapping[str, tuple[Area, ...]]  # plain reading → areas
    loosely: Mapping[str, tuple[Area, ...]]  # loose reading → areas
    edges: Mapping[str, tuple[str, ...]]  # first or last character → keys
    well_known: frozenset[Area]  # prefectures, cities with wards, special wards

    def longest_first(self, text: str, at: int) -> Iterator[int]:
        """Lengths that a key starting here can have."""
        left = len(text) - at
        yield from (length for length in self.lengths.get(text[at : at + 2], ()) if length <= left)
        if text[at] in self.written or text[at] in self.readings:
            yield 1

    def guess(self, typed: str) -> tuple[Area, ...]:
        """Places whose name was probably meant by a mistyped one; none when nothing or too much is near.

        The shorter the name, the better known the place must be: short words are near to too many names.
        """
        if typed.isascii():
            kana = from_romaji(typed)
            return (
                self.readings[kana].areas
                if kana in self.readings
                else self._sounds_like(kana, 2, cities=True)
            )
        if all(is_hiragana(char) or char == "ー" for char in typed):
            return self._sounds_like(typed, 3, cities=len(typed) > 3) or self._mistyped(typed)
        near = [key for key in self._one_edit(typed, self.written) if _misconverted(key, typed)]
        names = [self.written[key] for key in near]
        return _few(area for name in names for area in name.areas if name.full or area in self.well_known)

    def _sounds_like(self, kana: str, least: int, *, cities: bool) -> tuple[Area, ...]:
        """Missed marks, small kana and long vowels: なこや, さぽろ; romaji has no long vowels."""
        for table, spelling in ((self.plainly, plain(kana)), (self.loosely, loose(kana))):
            areas = table.get(spelling, ()) if len(spelling) >= least else ()
            if found := _few(area for area in areas if len(kana) > 4 or self._known(area, cities=cities)):
                return found
        return ()

    def _mistyped(self, kana: str) -> tuple[Area, ...]:
        near = self._one_edit(kana, self.readings) if len(kana) > 3 else []
        found = ((key, area) for key in near for area in self.readings[key].areas)
        return _few(area for key, area in found if len(key) > 5 or self._known(area, cities=False))

    def _known(self, area: Area, *, cities: bool) -> bool:
        return area in self.well_known or (cities and area.kind == "city")

    def _one_edit(self, typed: str, table: Mapping[str, Name]) -> list[str]:
        keys = {*self.edges.get(typed[0], ()), *self.edges.get(typed[-1], ())} & table.keys()
        return [key for key in keys if abs(len(key) - len(typed)) < 2 and one_edit(key, typed)]


def _few(areas: Iterable[Area]) -> tuple[Area, ...]:
    found = tuple(dict.fromkeys(areas))
    return found if len(found) <= MOST_GUESSES else ()


def _misconverted(name: str, typed: str) -> bool:
    """Whether one kanji stands for another: 名古谷; the ending only after a long name: 和歌山件."""
    wrong = [at for at, (a, b) in enumerate(zip(name, typed, strict=False)) if a != b]
    kanji = all(is_kanji(name[at]) and is_kanji(typed[at]) for at in wrong)
    return (
        len(name) == len(typed) and kanji and sum(map(is_kanji, name)) > (3 if len(name) - 1 in wrong else 1)
    )


def spellings(area: Area) -> Iterator[tuple[str, str, bool]]:
    """Table (written or readings), key, and whether the key has its ending, for one area."""
    name, kana = fold(widen(area.name)), area.kana
    if area.name == "北海道":
        yield from (("written", name, True), ("readings", kana, False))
        return
    if area.kind == PREFECTURE:
        stem_kana = kana.removesuffix(_PREFECTURE_ENDINGS[area.name[-1]])
    else:
        stem_kana = next(
            (kana.removesuffix(end) for end in ENDINGS[area.kind][1] if kana.endswith(end)), kana
        )
    yield from (("written", name, True), ("written", name[:-1], False))
    yield ("written", stem_kana + name[-1], True)  # ふちゅう市
    if "け" in name[1:-2] and not is_hiragana(name[0]):
        other = name.replace("け", "が")  # 龍が崎市
        yield from (("written", other, True), ("written", other[:-1], False))
    yield from (("readings", kana, False), ("readings", stem_kana, False))


@dataclass(slots=True)
class _Entry:
    areas: list[Area] = field(default_factory=list)
    full: bool = False
    small: bool = True


class NamesBuilder:
    """Collects spellings and makes the tables."""

    def __init__(self, areas: Iterable[Area], city_of: Mapping[str, str]) -> None:
        self.city_of = city_of  # code of a ward → code of its city
        self.tables: dict[str, dict[str, _Entry]] = {"written": {}, "readings": {}}
        self.well_known: set[Area] = set()
        for area in areas:
            if area.kind in (PREFECTURE, "special_ward") or area.code in city_of.values():
                self.well_known.add(area)
            small = area.kind not in (PREFECTURE, "city", "special_ward")
            for table, key, full in spellings(area):
                self._add(table, key, (area,), full=full, small=small)

    def _add(self, table: str, key: str, areas: Iterable[Area], *, full: bool, small: bool) -> None:
        entry = self.tables[table].setdefault(key, _Entry())
        entry.areas.extend(area for area in areas if area not in entry.areas)
        entry.full |= full
        entry.small &= small

    def nickname(self, name: str, areas: tuple[Area, ...]) -> None:
        """A name that people use for one place or several."""
        self._add("written", fold(widen(name)), areas, full=False, small=False)

    def old_name(self, name: str, kana: str, areas: tuple[Area, ...]) -> None:
        """A former municipality or ward (with its ending), and where that is today."""
        kind = {"市": "city", "町": "town", "村": "village", "区": "ward"}[name[-1]]
        for table, key, full in spellings(Area("", name, name, kind, kana)):
            if full or not self._taken(table, key, areas):
                self._add(table, key, areas, full=full, small=kind != "city")

    def _taken(self, table: str, key: str, areas: tuple[Area, ...]) -> bool:
        """Whether today's places leave no room: 石川 is the prefecture, 浦和 the ward in the same city."""
        entry = self.tables[table].get(key, _Entry())
        cities = {self.city_of.get(now.code, now.code) for now in areas}
        return any(
            area.kind == PREFECTURE
            or area.code in self.city_of.values()
            or self.city_of.get(area.code, area.code) in cities
            for area in entry.areas
        )

    def build(self, people: Iterable[str], words: Iterable[str], not_places: Iterable[str]) -> Names:
        """The tables; the three lists are names in any spelling."""
        persons, common = _folded(people), _folded(words)
        written = {
            key: Name(tuple(e.areas), e.full, key in persons, key in common or _short(key), e.small)
            for key, e in self.tables["written"].items()
        }
        readings = {key: Name(tuple(e.areas)) for key, e in self.tables["readings"].items()}
        written |= {key: Name((), word=True) for key in _folded(not_places)}
        lengths: dict[str, set[int]] = defaultdict(set)
        edges: dict[str, list[str]] = defaultdict(list)
        for key in {*written, *readings}:
            if len(key) > 1:
                lengths[key[:2]].add(len(key))
            if len(key) > 2 and (key in readings or written[key].areas):
                edges[key[0]].append(key)
                edges[key[-1]].append(key)
        plainly: dict[str, dict[Area, None]] = defaultdict(dict)
        loosely: dict[str, dict[Area, None]] = defaultdict(dict)
        for key, name in readings.items():
            plainly[plain(key)].update(dict.fromkeys(name.areas))
            loosely[loose(key)].update(dict.fromkeys(name.areas))
        return Names(
            written,
            readings,
            {start: tuple(sorted(found, reverse=True)) for start, found in lengths.items()},
            {key: tuple(areas) for key, areas in plainly.items()},
            {key: tuple(areas) for key, areas in loosely.items()},
            {edge: tuple(keys) for edge, keys in edges.items()},
            frozenset(self.well_known),
        )


def _folded(names: Iterable[str]) -> frozenset[str]:
    return frozenset(fold(widen(name)) for name in names)


def _short(key: str) -> bool:
    return len(key) < 4 and all(map(is_hiragana, key))
