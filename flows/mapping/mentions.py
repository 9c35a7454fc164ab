"""Place names inside a sentence: which of them are meant as places.

A name with its ending (府中市) is a place wherever it stands. A bare name (府中) is one unless it is also a name of
people or a common word; then the words around it must say that it is meant as a place. A reading (ふちゅう) needs such
words always. The words are those of `understanding/places.yaml`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from flows.mapping.gazetteer import Gazetteer
from flows.mapping.names import Area, Name
from flows.mapping.spelling import fold, is_hiragana, is_kanji, is_katakana

#: In a longer text nobody names more places that matter; it also bounds the work.
MOST_MENTIONS = 20

JOINT = re.compile(r"(?:の|に|は|・|、|,|/|\s){1,2}")
DISTRICT = re.compile(r"[^市区町村\s]{1,4}郡")  # 虻田郡 between prefecture and town
_PARTICLES = frozenset("はがものでにとをへや")

Areas = tuple[Area, ...]


@dataclass(frozen=True, slots=True)
class Mention:
    """A name that was read as a place, with all places it can mean."""

    areas: Areas
    here: bool  # the words around say that the person is there, or looks for something there


def inside(gazetteer: Gazetteer, outer: Iterable[Area], inner: Iterable[Area]) -> Areas:
    """Those inner places that lie within one of the outer ones, or are one of them."""
    return tuple(area for area in inner if any(gazetteer.contains(place, area) for place in outer))


def is_direction(name: Name | None, key: str, at: int, length: int) -> bool:
    """Whether what stands at `at` is a plain word of one character after の: 北海道の東, 森の中."""
    return name is not None and name.word and length == 1 and key[at - 1 : at] == "の"


class Sentence:
    """Reads a text from left to right and keeps the names that are meant as places."""

    def __init__(self, gazetteer: Gazetteer, wide: str, *, asked: bool) -> None:
        self.gazetteer = gazetteer
        self.hints = gazetteer.hints
        self.wide = wide
        self.key = fold(wide)
        self.asked = asked
        self.last: Mention | None = None  # the name just read, which a following one may lie within
        self.last_end = -1

    def mentions(self) -> list[Mention]:
        """At most MOST_MENTIONS places in the order in which they stand."""
        found: list[Mention] = []
        at = 0
        while at < len(self.key) and len(found) < MOST_MENTIONS:
            at, mention = self._read(at)
            if mention is not None:
                found.append(mention)
        return found

    def _read(self, at: int) -> tuple[int, Mention | None]:
        """Where to go on, and the mention that starts here, if any."""
        names = self.gazetteer.names
        for length in names.longest_first(self.key, at):
            part, end = self.key[at : at + length], at + length
            written, reading = names.written.get(part), names.readings.get(part)
            if written is not None and not written.areas:
                return end, None
            if is_direction(written, self.key, at, length):
                continue
            for name, accepts in ((written, self._accepts_written), (reading, self._accepts_reading)):
                if name is not None and (mention := accepts(name, at, end)):
                    street = at == self.last_end and not self._follows(name, at)
                    self.last, self.last_end = mention, end
                    return end, None if street else mention
        return at + 1, None

    def _accepts_written(self, name: Name, at: int, end: int) -> Mention | None:
        inner = self._follows(name, at)
        here = self._here(at, end)
        if self._denied(end) or not self._starts_word(name, at, inner):
            return None
        if not name.full and not (self._closes(end) if end - at == 1 else self._ends_word(end)):
            return None
        sure = (name.full and not (name.person or name.word)) or self._leads_on(name, end)
        if inner:
            sure = sure or not name.word or self._closes(end)
        elif self.asked:
            sure = sure or not (name.word or (name.small and not self._closes(end)))
        elif name.person:
            sure = sure or self._place_after(end)
        else:
            sure = sure or not (name.word or name.small)
        return Mention(inner or name.areas, here or self._led_here(inner)) if sure or here else None

    def _accepts_reading(self, name: Name, at: int, end: int) -> Mention | None:
        before = self.key[at - 1 : at]
        if is_hiragana(before) and before not in _PARTICLES and at != self.last_end:
            return None
        if self._denied(end):
            return None
        inner = self._follows(name, at)
        if inner and end - at > 1 and self._closes(end):
            return Mention(inner, self._here(at, end) or self._led_here(inner))
        here = self.key.startswith(self.hints.here_after, end) or (self._here(at, end) and self._closes(end))
        if end - at >= 3 and (here or self._leads_on(name, end)):
            return Mention(name.areas, here)
        return None

    def _follows(self, name: Name, at: int) -> Areas:
        """Those areas of a name that lie within the place named just before it."""
        if self.last is None or at < self.last_end:
            return ()
        between = self.key[self.last_end : at]
        if between and not (JOINT.fullmatch(between) or DISTRICT.fullmatch(between)):
            return ()
        return inside(self.gazetteer, self.last.areas, name.areas)

    def _led_here(self, inner: Areas) -> bool:
        return bool(inner and self.last and self.last.here)

    def _leads_on(self, name: Name, end: int) -> bool:
        """Whether a name within this one comes next: 千葉の松戸."""
        joint = JOINT.match(self.key, end)
        start = joint.end() if joint else end
        if start >= len(self.key):
            return False
        names = self.gazetteer.names
        parts = (self.key[start : start + length] for length in names.longest_first(self.key, start))
        following = (
            table.get(part) for part in parts if len(part) > 1 for table in (names.written, names.readings)
        )
        return any(inside(self.gazetteer, name.areas, other.areas) for other in following if other)

    def _here(self, at: int, end: int) -> bool:
        before = self.key[max(0, at - 12) : at]
        return self.key.startswith(self.hints.here_after, end) or before.endswith(self.hints.here_before)

    def _denied(self, end: int) -> bool:
        return self.key.startswith(self.hints.not_after, end) and not self._starts_name(end)  # 北海道様似町

    def _place_after(self, end: int) -> bool:
        after = self.key.startswith((*self.hints.place_after, *self.hints.may_follow), end)
        return after and not self.key.startswith(self.hints.introduces, end)

    def _starts_word(self, name: Name, at: int, inner: Areas) -> bool:
        before = self.wide[at - 1 : at]
        if not before or inner or at == self.last_end or before == "郡":
            return True
        if self.key[max(0, at - 12) : at].endswith(self.hints.here_before):
            return True
        if len(name.areas[0].stem) == 1 and not name.full and before == "の":
            return False  # 森の中
        if is_kanji(before) and is_kanji(self.wide[at]):
            return name.full and not (name.small or name.word)
        if is_hiragana(self.wide[at]) and is_hiragana(before):
            return before in _PARTICLES
        return not (is_katakana(self.wide[at]) and is_katakana(before))

    def _ends_word(self, end: int) -> bool:
        after = self.wide[end : end + 1]
        if not (is_kanji(after) or is_katakana(after)):
            return True
        goes_on = (*self.hints.may_follow, *self.hints.here_after)
        return self.key.startswith(goes_on, end) or self._starts_name(end)

    def _starts_name(self, at: int) -> bool:
        """Whether another place name is joined to this one: 東京世田谷."""
        names = self.gazetteer.names
        return any(
            len(part) > 1 and part in names.written
            for length in names.longest_first(self.key, at)
            if (part := self.key[at : at + length])
        )

    def _closes(self, end: int) -> bool:
        """Whether nothing follows that would make a short name part of other words."""
        after = self.wide[end : end + 1]
        closed = not after or not (is_kanji(after) or is_hiragana(after) or is_katakana(after))
        return closed or self.key.startswith((*self.hints.introduces, *self.hints.here_after), end)
