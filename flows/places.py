"""Which place a person means: prefecture, municipality or ward, in any spelling, alone or inside a sentence.

In a sentence only what is surely a place counts (`flows.mapping.mentions`). The answer to "where?" is taken at its
word: a bare name, a reading, a near miss.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from flows.mapping.gazetteer import Gazetteer, Hints, load_gazetteer
from flows.mapping.mentions import DISTRICT, JOINT, Areas, Mention, Sentence, inside, is_direction
from flows.mapping.names import PREFECTURE, Area
from flows.mapping.spelling import dashes, fold, is_hiragana, widen

__all__ = ["Area", "Gazetteer", "find_places", "load_gazetteer"]

#: Parts of an answer that are looked at as a whole, and how long such a part can be.
MOST_SEGMENTS, LONGEST_SEGMENT = 12, 40

_POSTAL = re.compile(r"(?<![\d-])(〒\s*)?(\d{3})([-ー]?)(\d{4})(?![\d-]|円|万|人)")
_SEGMENTS = re.compile(r"[^\s、。,.，．!?・/／:;()「」『』…~〜]+")
_ENGLISH = re.compile(r"\b(?:in|near|around|from)\s+([a-z-]{3,})")
_RANKS = {PREFECTURE: 0, "city": 1, "special_ward": 1, "ward": 2, "town": 2, "village": 2}


def find_places(
    gazetteer: Gazetteer, text: str, *, asked: bool, postal: Callable[[str], str | None] | None = None
) -> tuple[Area, ...]:
    """All places the text may mean: one is clear, several are to be asked back, none were named.

    Args:
        gazetteer: the places.
        text: what a person typed, of any length.
        asked: whether the text answers "where?"; then a bare name, a reading or a near miss is enough.
        postal: 7-digit postal code → 5-digit municipality or ward code, or None.
    """
    wide = dashes(widen(text)).strip()
    mentions = list(_by_postal_code(gazetteer, wide, asked, postal)) if postal else []
    if asked:
        mentions += _answer(gazetteer, wide)
    else:
        mentions += Sentence(gazetteer, wide, asked=False).mentions() or _alone(gazetteer, wide)
    return _settle(gazetteer, mentions, asked)


def _by_postal_code(
    gazetteer: Gazetteer, wide: str, asked: bool, postal: Callable[[str], str | None]
) -> Iterator[Mention]:
    for match in _POSTAL.finditer(wide):
        sign, start, hyphen, end = match.groups()
        if sign or hyphen or asked or match.group() == wide or "郵便番号" in wide:
            area = gazetteer.areas.get(postal(start + end) or "")
            if area is not None:
                yield Mention((area,), here=True)


def is_place(gazetteer: Gazetteer, text: str) -> bool:
    """Whether a text is nothing but the name of a place, and no person's name."""
    return bool(_alone(gazetteer, widen(text).strip()))


# ---------------------------------------------------------------------------------------------- a whole answer


def _answer(gazetteer: Gazetteer, wide: str) -> list[Mention]:
    """What an answer to "where?" names: part by part as a whole, else as a sentence, else as a near miss."""
    segments = _SEGMENTS.findall(wide)
    mentions: list[Mention] = []
    for segment in segments[:MOST_SEGMENTS]:
        areas = _whole(gazetteer, segment, alone=len(segments) == 1, within=_all(mentions))
        areas = areas or _near_inside(gazetteer, segment)
        if areas:
            mentions.append(Mention(areas, here=False))
        else:
            mentions += Sentence(gazetteer, segment, asked=True).mentions()
    if not mentions:
        mentions = Sentence(gazetteer, wide, asked=True).mentions()
    if not mentions and len(wide) <= LONGEST_SEGMENT:
        parts = segments if len(segments) < 3 else _ENGLISH.findall(wide)
        near = (_near(gazetteer, part) for part in parts)
        mentions = [Mention(areas, here=False) for areas in near if areas]
    return mentions


def _all(mentions: Iterable[Mention]) -> Areas:
    return tuple(area for mention in mentions for area in mention.areas)


def _alone(gazetteer: Gazetteer, wide: str) -> list[Mention]:
    """A text that is nothing but a name; one that may be a person's is left alone, a prefecture is not."""
    segments = _SEGMENTS.findall(wide)
    if len(segments) != 1 or len(segments[0]) > LONGEST_SEGMENT:
        return []
    key = fold(segments[0])
    written, reading = gazetteer.names.written.get(key), gazetteer.names.readings.get(key)
    if written is not None:
        prefecture = any(area.kind == PREFECTURE for area in written.areas)
        sure = prefecture or not (written.person or written.word)
        return [Mention(written.areas, here=False)] if sure and written.areas else []
    if reading is not None and len(key) >= 4:
        stems = (gazetteer.names.written.get(fold(widen(area.stem))) for area in reading.areas)
        if not any(stem.person or stem.word for stem in stems if stem is not None):
            return [Mention(reading.areas, here=False)]
    return []


def _trimmed(hints: Hints, segment: str) -> list[str]:
    """The folded segment, and what stays without the words people put around an answer.

    A short name is left alone by padding of one character: さがしに is not 佐賀市.
    """
    key = fold(segment)
    heads = [key]
    heads += [key[key.find(word) + len(word) :] for word in hints.here_before if word in key]
    heads += [key[:at] for word in hints.here_after if (at := key.find(word, 1)) > 0]
    found: dict[str, None] = {}
    while heads:
        head = heads.pop(0)
        while head and head not in found:
            found[head] = None
            start = max((word for word in hints.padding if head.startswith(word)), key=len, default="")
            end = max((word for word in hints.padding if head.endswith(word)), key=len, default="")
            if start and (len(start) > 1 or _long(head[len(start) :])):
                heads.append(head[len(start) :])
            if not end or (len(end) == 1 and not _long(head[: -len(end)])):
                break
            head = head[: -len(end)]
    return list(found)


def _long(key: str) -> bool:
    return len(key) > 3 or (len(key) > 1 and not all(map(is_hiragana, key)))


def _whole(gazetteer: Gazetteer, segment: str, *, alone: bool, within: Areas) -> Areas:
    """Places a segment names from end to end: 東京都世田谷区, おおさかのさかい."""
    if len(segment) > LONGEST_SEGMENT:
        return ()
    for key in _trimmed(gazetteer.hints, segment):
        areas = _chain(gazetteer, key, 0, None)
        if len(key) < 4 and key in gazetteer.names.readings and not alone:
            areas = inside(gazetteer, within, areas)
        if areas:
            return areas
    return ()


def _chain(gazetteer: Gazetteer, key: str, at: int, within: Areas | None) -> Areas:
    """Areas named by `key[at:]`, each name lying within the one before it."""
    names = gazetteer.names
    for length in names.longest_first(key, at) if at < len(key) else ():
        part, end = key[at : at + length], at + length
        if is_direction(names.written.get(part), key, at, length):
            continue
        found = [table[part].areas for table in (names.written, names.readings) if part in table]
        areas = tuple(dict.fromkeys(area for group in found for area in group))
        if within is not None:
            areas = inside(gazetteer, within, areas)
        if areas and end < len(key):
            joint = JOINT.match(key, end) or DISTRICT.match(key, end)
            areas = _chain(gazetteer, key, end, areas) or (
                _chain(gazetteer, key, joint.end(), areas) if joint else ()
            )
        if areas:
            return areas
    return ()


def _near(gazetteer: Gazetteer, segment: str) -> Areas:
    """Places that a mistyped segment probably names, with or without a polite ending."""
    names, key = gazetteer.names, fold(segment)
    endings = [word for word in gazetteer.hints.padding if len(word) > 1 and key.endswith(word)]
    tries = [key, *(key[: -len(word)] for word in sorted(endings, key=len)[-1:])]
    if any(part in names.written and not names.written[part].areas for part in tries):
        return ()
    return next((areas for part in reversed(tries) if (areas := names.guess(part))), ())


def _near_inside(gazetteer: Gazetteer, segment: str) -> Areas:
    """Places that a mistyped name probably means within a prefecture or city spelled right: 東京都世多谷区."""
    names, key = gazetteer.names, fold(segment)
    if len(key) > LONGEST_SEGMENT:
        return ()
    for length in names.longest_first(key, 0):
        name = names.written.get(key[:length])
        if name and (areas := inside(gazetteer, name.areas, names.guess(key[length:].removeprefix("の")))):
            return areas
    return ()


# ---------------------------------------------------------------------------------------------- all together


def _settle(gazetteer: Gazetteer, mentions: list[Mention], asked: bool) -> Areas:
    """One answer from all mentions: the wider one narrows the ambiguous one, being there outweighs being named."""
    mentions = [
        replace(mention, areas=_without_namesakes(mention.areas)) for mention in dict.fromkeys(mentions)
    ]
    absorbed: set[int] = set()
    for number, mention in enumerate(mentions):
        for wider in range(len(mentions)):
            areas = _narrowed(gazetteer, mention.areas, mentions[wider].areas) if wider != number else ()
            if areas:
                mention = replace(mention, areas=areas)
                absorbed.add(wider)
        mentions[number] = mention
    left = [mention for number, mention in enumerate(mentions) if number not in absorbed] or mentions[-1:]
    if any(mention.here for mention in left):
        left = [mention for mention in left if mention.here]
    found = dict.fromkeys(a for mention in left for a in _likeliest(gazetteer, mention.areas, asked))
    return tuple(sorted(found, key=lambda area: (_RANKS[area.kind], area.code)))


def _narrowed(gazetteer: Gazetteer, areas: Areas, other: Areas) -> Areas:
    """Those areas that are a part of another mention's, else those that it names too; none when it does not help."""
    parts = tuple(a for a in areas if any(place != a and gazetteer.contains(place, a) for place in other))
    return parts or (other if set(other) < set(areas) else ())


def _without_namesakes(areas: Areas) -> Areas:
    """Without wards that have the name of their own prefecture: 神奈川 after 横浜 is no ward."""
    prefectures = {(area.code, area.stem) for area in areas if area.kind == PREFECTURE}
    return tuple(a for a in areas if a.kind != "ward" or (a.code[:2], a.stem) not in prefectures)


def _likeliest(gazetteer: Gazetteer, areas: Areas, asked: bool) -> Areas:
    """Without places that share a bare name with a prefecture or a bigger city: 横浜 is not 青森県横浜町.

    In a sentence 千葉 is the prefecture, which holds for the city too; an answer may mean either.
    """
    return tuple(area for area in areas if not any(_yields(gazetteer, area, other, asked) for other in areas))


def _yields(gazetteer: Gazetteer, area: Area, other: Area, asked: bool) -> bool:
    if area == other or area.stem != other.stem or area.kind == PREFECTURE:
        return False
    if other.kind == PREFECTURE or gazetteer.wards(other.code):
        return area.kind == "ward" or not (asked and gazetteer.contains(other, area))
    return not asked and area.kind == "ward" and other.kind == "city"  # 金沢 is not 横浜市金沢区
