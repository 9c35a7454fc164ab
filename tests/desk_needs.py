"""What the tests of the desks share: the real directory, needs and moments to try."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Literal

from hypothesis import strategies as st

from flows.desks import (
    Directory,
    Need,
    Offer,
    load_directory,
)
from flows.hours import TOKYO
from flows.model import Language
from flows.problems import Problem

ROOT = Path(__file__).parents[1]
BROKEN = sorted((ROOT / "tests" / "broken_desks").glob("*.csv"))

NEW_YEAR_NIGHT = datetime(2027, 1, 2, 3, 0, tzinfo=TOKYO)
TUESDAY_NOON = datetime(2026, 11, 24, 11, 0, tzinfo=TOKYO)
SUNDAY_NIGHT = datetime(2026, 11, 22, 23, 10, tzinfo=TOKYO)

#: A need without violence, childhood, another language: what most people come with.
PLAIN = (
    "hikikomori",
    "loneliness",
    "family",
    "livelihood",
    "mental-health",
    "work",
    "debt",
    "ibasho",
    "8050",
    "suicide",
)
WAYS = ("phone", "chat", "visit", "mail")


def files() -> dict[str, str]:
    return {
        f"desks/{path.name}": path.read_text(encoding="utf-8")
        for path in (ROOT / "content/desks").glob("*.csv")
    }


def load(texts: dict[str, str]) -> tuple[Directory, list[Problem]]:
    problems: list[Problem] = []
    return load_directory(texts, problems), problems


@cache
def directory() -> Directory:
    found, problems = load(files())
    assert problems == []
    return found


def need(
    topics: str = "hikikomori",
    who: Literal["self", "family"] = "self",
    by: str | None = None,
    place: str | None = None,
    language: Language = "ja",
) -> Need:
    return Need(frozenset(topics.split()), who, by, place, language)


def ids(offer: Offer) -> list[str]:
    return [one.desk.id for one in offer.offered]


NEEDS = st.builds(
    Need,
    topics=st.one_of(
        st.sets(st.sampled_from(PLAIN), min_size=1, max_size=3),
        st.sets(st.sampled_from(sorted(directory().topics)), max_size=3),
    ).map(frozenset),
    who=st.sampled_from(("self", "family")),
    by=st.sampled_from((None, *WAYS)),
    place=st.one_of(
        st.none(), st.sampled_from(sorted(directory().within)), st.sampled_from(("07", "07201", "27100"))
    ),
    language=st.sampled_from(("ja", "ja", "easy", "en")),
)
MOMENTS = st.one_of(
    st.datetimes(datetime(2026, 11, 23), datetime(2029, 11, 23)),  # noqa: DTZ001 (hypothesis wants them naive)
    st.datetimes(datetime(2026, 12, 28), datetime(2027, 1, 5)),  # noqa: DTZ001
).map(lambda at: at.replace(tzinfo=TOKYO))
