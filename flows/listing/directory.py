"""The directory of desks: the tables of `content/desks`, read and checked, and found again by place and by id.

All tables have the same columns (content/desks/README.md); `like` takes what a row leaves empty from another row.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from flows.hours import Hours
from flows.model import Language, Where

#: `desk`: people answer, or will (mail). `emergency`: 110, 119, 118. `link`: portals, automatic bots, apps that
#: need registration, kinds of desk without one contact. `page`: the page of a place, made from a pattern row.
Kind = Literal["desk", "emergency", "link", "page"]
Way = Literal["phone", "chat", "visit", "mail", "web", "app"]

#: Which topics of a need open a desk that is only for some people. Every condition of a desk must hold.
ASKED_BY: Mapping[str, frozenset[str]] = {
    "child": frozenset({"child", "bullying", "school", "school-refusal", "parenting", "child-abuse"}),
    "woman": frozenset({"women"}),
    "foreign": frozenset({"foreign"}),  # or another language than Japanese
    "lgbtq": frozenset({"lgbtq"}),
    "deaf": frozenset({"deaf"}),
    "worker": frozenset({"labour"}),
    "ip-phone": frozenset({"ip-phone"}),
}


#: Numbers that are laid down by law or nationwide and never sink (issue 3, point 5).
LASTING = frozenset({"110", "119", "188", "189"})


@dataclass(frozen=True, slots=True)
class Words:
    """What a card says of a desk in one language."""

    name: str  # official; in English its English name before the Japanese one
    about: str
    hours_note: str
    first: str


@dataclass(frozen=True, slots=True, eq=False)
class Desk:
    """One way to reach one desk: a row of the tables. Two desks are equal only when they are the same row."""

    id: str
    where: Where
    show: bool
    kind: Kind
    name: str
    about: str  # what it is for, in one line
    topics: frozenset[str]
    audience: frozenset[str]  # conditions, keys of ASKED_BY; empty = anyone
    area: frozenset[
        str
    ]  # where it is the local desk: codes of prefectures, municipalities, wards; empty = none
    only: frozenset[str]  # codes: it serves nobody from elsewhere; empty = anybody
    not_from: frozenset[str]  # codes: it serves nobody from there
    channels: tuple[Way, ...]  # `contact` is for the first
    contact: str  # a number, an address of mail, or a URL
    hours: Hours
    hours_note: str  # what is known of hours that are not known
    cost: str  # "", free, data, call, navi, differs
    family: str  # "", yes (family alone too), no (the person only), only (family only)
    first: str  # what they may ask first
    languages: frozenset[str]
    deaf: bool  # usable without hearing
    address: str
    email: str
    fax: str
    url: str
    checked_on: date
    source_date: date | None  # the latest day it can mean; None = undated
    review: str  # for operators; begins with "conflict" where sources differ
    translated: Mapping[Language, Words]  # name, about, hours_note and first in other languages than Japanese

    def words(self, language: Language) -> Words:
        """What people read of it in their language; what nobody has translated stays Japanese."""
        return self.translated.get(language) or Words(self.name, self.about, self.hours_note, self.first)

    @property
    def staffed(self) -> bool:
        """Whether people answer while it is open; only then it can count as open (issue 3, point 4)."""
        return self.kind == "desk" and self.channels[0] in ("phone", "chat", "visit")

    def stale(self, today: date) -> bool:
        """Whether the row was checked more than twelve months ago; laid down numbers do not grow old."""
        return self.contact not in LASTING and today > _years_after(self.checked_on, 1)

    def source_old(self, today: date) -> bool:
        """Whether the source of the row is undated or more than three years old."""
        return self.source_date is None or today > _years_after(self.source_date, 3)


@dataclass(frozen=True, slots=True)
class Directory:
    """All desks. `rows` has every row of the tables, shown or not; everything else only what may be shown."""

    rows: tuple[Desk, ...]
    by_id: Mapping[str, Desk]  # pages of places too: `page-01100`, `page-01`
    topics: frozenset[str]
    everywhere: tuple[Desk, ...]  # desks that are not local anywhere
    local: Mapping[str, tuple[Desk, ...]]  # code → the local desks of just this area
    within: Mapping[str, tuple[str, ...]]  # code of a place → itself, its city, its prefecture

    def near(self, place: str | None) -> tuple[Desk, ...]:
        """Desks that serve a place: its local ones, the nearest first, then the others; all tables in order."""
        codes = self.within.get(place or "", ())
        found = [desk for code in codes for desk in self.local.get(code, ())]
        return tuple(
            desk
            for desk in dict.fromkeys((*found, *self.everywhere))
            if desk.not_from.isdisjoint(codes) and (not desk.only or not desk.only.isdisjoint(codes))
        )


def _years_after(day: date, years: int) -> date:
    return day.replace(year=day.year + years, day=28 if (day.month, day.day) == (2, 29) else day.day)
