"""Which desks serve this person, and which are open now. Pure: place, way, topics and the time are handed in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from flows.hours import TOKYO, closes_at, is_open, next_opening
from flows.listing.cards import DESK_PLACEHOLDERS, DESK_WORDS, card
from flows.listing.desk_tables import LOCAL, load_directory
from flows.listing.directory import ASKED_BY, Desk, Directory
from flows.model import Language

__all__ = [
    "DESK_PLACEHOLDERS", "DESK_WORDS", "FOR_WHOM", "Desk", "Directory", "Need", "Offer", "Offered", "as_of", "card",
    "choose", "counted_as", "fitting", "load_directory", "topic_of",
]  # fmt: skip

#: Digits of a prefecture's code; the beginning of the name under which desks of its towns are counted.
PREFECTURE, IN_PREFECTURE = 2, "in-"
#: Desks offered at a time (issue 3, point 4).
AT_A_TIME = 3

#: The slot that holds for whom a desk is looked for: topics that open desks only for some people (child, women…).
FOR_WHOM = "for_whom"

#: Languages of a desk in which somebody can be helped who chose a language of the bot; `ja` is a filter instead.
_SPOKEN = {"easy": {"easy", "ja"}, "en": {"en"}}
_OPEN_RANK = {True: 0, None: 1, False: 2}
_COST_RANK = {"free": 0, "data": 0, "": 1, "differs": 1, "call": 2, "navi": 3}


@dataclass(frozen=True, slots=True)
class Need:
    """What is known of a person who looks for a desk.

    `place` is the code of a municipality or ward (5 digits) or of a prefecture (2 digits); `by` is one of phone,
    chat, visit, mail. Somebody under 18 has the topic `child`, a woman `women`, somebody who does not hear `deaf`.
    """

    topics: frozenset[str]
    who: Literal["self", "family"] = "self"
    by: str | None = None
    place: str | None = None
    language: Language = "ja"


@dataclass(frozen=True, slots=True)
class Offered:
    """A desk at a moment. `open` is None when hours are not known; `until` None = it never closes."""

    desk: Desk
    open: bool | None
    until: datetime | None  # only when open
    opens: datetime | None  # only when closed
    local: bool  # it serves the place that was asked for


@dataclass(frozen=True, slots=True)
class Offer:
    """At most three desks where people answer, and the other ways to get help."""

    offered: tuple[Offered, ...]
    other_ways: tuple[Offered, ...]


def topic_of(choice: str) -> str:
    """The topic that a choice id stands for: ids have no hyphens."""
    return choice.replace("_", "-")


def as_of(desk: Desk, now: datetime, *, local: bool = False) -> Offered:
    """A desk as it is at `now` (aware)."""
    open = is_open(desk.hours, now)
    return Offered(
        desk,
        open,
        closes_at(desk.hours, now) if open else None,
        next_opening(desk.hours, now) if open is False else None,
        local,
    )


def choose(directory: Directory, need: Need, now: datetime, seen: frozenset[str] = frozenset()) -> Offer:
    """The desks to offer: open ones first, one of them the nearest local desk or its official page.

    Args:
        directory: all desks.
        need: of the person.
        now: an aware datetime.
        seen: ids of desks offered before; they are not offered again, nor the same contact under another name.
    """
    search = _Search(directory, need, now, seen)
    picks = search.nearest()
    while len(picks) < AT_A_TIME and (rest := _others_than(picks, search.people)):
        picks.append(search.pick(rest, picks))
    if len(picks) == AT_A_TIME and search.open_now(picks[-2]) and not any(map(search.exact, picks)):
        # Two lines for anything are open: the last gives way to the desk for just this topic, and when it opens.
        picks[-1] = next(filter(search.exact, search.people), picks[-1])
    if picks and not any(map(search.open_now, picks)):
        # The nearest desk or page stays; the last of the others gives way to one where somebody answers.
        rest = _others_than(picks[:-1], search.people)
        picks[-1] = next(filter(search.open_now, rest), picks[-1])
    picks.sort(key=lambda desk: (not search.open_now(desk), not desk.staffed, search.rank(desk)))
    return Offer(
        tuple(search.offered(desk) for desk in picks),
        tuple(search.offered(desk) for desk in search.ways if desk not in picks),
    )


def counted_as(desk: Desk) -> str:
    """The name under which a desk that was shown is counted: the desk and page of a town by prefecture only.

    Who was shown the desk of a small town would not be many. Rows of `local.csv` are the operator's own, and stay.
    """
    towns = sorted(code for code in desk.area if len(code) > PREFECTURE)
    own = not towns or desk.where.file == LOCAL
    return desk.id if own else f"{IN_PREFECTURE}{towns[0][:PREFECTURE]}"


def fitting(directory: Directory, need: Need, now: datetime) -> tuple[Offered, ...]:
    """Every desk that fits, best first, then the other ways."""
    search = _Search(directory, need, now, frozenset())
    return tuple(search.offered(desk) for desk in (*search.people, *search.ways))


class _Search:
    """Desks for one need at one moment: `people` answer, `ways` do not; both best first."""

    def __init__(self, directory: Directory, need: Need, now: datetime, seen: frozenset[str]) -> None:
        self.directory = directory
        self.need = need
        self.now = now
        self.today = now.astimezone(TOKYO).date()
        self.seen = seen
        self.codes = directory.within.get(need.place or "", ())
        self.asked = need.topics if need.language == "ja" else need.topics | {"foreign"}
        known = {directory.by_id[id].contact for id in seen if id in directory.by_id}
        near = [
            desk for desk in directory.near(need.place) if desk.contact not in known and self._is_for(desk)
        ]
        fits = [desk for desk in near if desk.staffed and (self.exact(desk) or "anything" in desk.topics)]
        self.state = {desk.id: is_open(desk.hours, now) for desk in fits}
        self.people = sorted(fits, key=self.rank)
        self.ways = sorted(
            (desk for desk in near if not desk.staffed and self.exact(desk)), key=self._way_rank
        )

    def open_now(self, desk: Desk) -> bool:
        """Whether people answer at this minute."""
        return bool(self.state.get(desk.id))

    def offered(self, desk: Desk) -> Offered:
        return as_of(desk, self.now, local=not desk.area.isdisjoint(self.codes))

    def nearest(self) -> list[Desk]:
        """The nearest local desk; where a town has none, its page and a desk of the prefecture."""
        if not self.codes:
            return []
        own = self.codes[:-1] or self.codes
        for code in own:
            if found := [desk for desk in self.people if code in desk.area]:
                return found[:1]
        pages = [desk for desk in self.ways if desk.kind == "link" and not desk.area.isdisjoint(own)]
        page = self.directory.by_id.get(f"page-{self.codes[0]}")
        if page is not None and page.id not in self.seen:
            pages.append(page)
        return pages[:1] + [desk for desk in self.people if self.codes[-1] in desk.area][:1]

    def pick(self, rest: Sequence[Desk], picks: Sequence[Desk]) -> Desk:
        """The best of the rest; where equally suited desks are open, one of another way than those before it."""
        best = rest[0]
        used = {desk.channels[0] for desk in picks if self.open_now(desk)}
        alike = (
            desk for desk in rest if self.open_now(desk) and self._unsuited(desk) == self._unsuited(best)
        )
        other = next((desk for desk in alike if desk.channels[0] not in used), best)
        return other if self.open_now(best) else best

    def rank(self, desk: Desk) -> tuple[int, ...]:
        """Smaller is better; equal desks stay in the order of the tables."""
        return (
            *self._unsuited(desk),
            _OPEN_RANK[self.state.get(desk.id)],
            desk.stale(self.today),
            not self.exact(desk),
            not desk.audience,  # where it passed the filter it is the desk for just this person
            desk.area.isdisjoint(self.codes),
            _COST_RANK[desk.cost],
        )

    def _way_rank(self, desk: Desk) -> tuple[int, ...]:
        return (
            desk.kind != "emergency",
            *self._unsuited(desk),
            desk.stale(self.today),
            desk.area.isdisjoint(self.codes),
        )

    def _unsuited(self, desk: Desk) -> tuple[bool, bool]:
        """Not the way this person can use, not a language they asked for: such desks come last."""
        way = self.need.by is not None and self.need.by not in desk.channels
        deaf = "deaf" in self.need.topics and not desk.deaf
        language = self.need.language != "ja" and desk.languages.isdisjoint(_SPOKEN[self.need.language])
        return way or deaf, language

    def exact(self, desk: Desk) -> bool:
        """Whether it is a desk for a topic that was asked for, and not only for anything."""
        return not desk.topics.isdisjoint(self.need.topics)

    def _is_for(self, desk: Desk) -> bool:
        """Filters, not hints: who calls, for whom the desk is, in which language."""
        if desk.hours.kind == "campaign":
            return False  # nobody knows here whether it runs just now
        if desk.family == ("no" if self.need.who == "family" else "only"):
            return False
        if "foreign" not in self.asked and "ja" not in desk.languages:
            return False
        return not any(self.asked.isdisjoint(ASKED_BY[audience]) for audience in desk.audience)


def _others_than(picks: Iterable[Desk], desks: Iterable[Desk]) -> list[Desk]:
    """Desks that are not among the picks, not under another number or name either."""
    names, contacts = {desk.name for desk in picks}, {desk.contact for desk in picks}
    return [desk for desk in desks if desk.name not in names and desk.contact not in contacts]
