"""The page docs/directory.md: where people find a local number, the age of the rows, conflicts, what is missing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date

from flows.listing.directory import Desk, Directory
from flows.listing.missing import missing_towns, phones, prefectures, towns
from flows.mapping.gazetteer import Gazetteer

_HEAD = """# The directory of desks

Made by `python -m flows directory --now {now} > docs/directory.md`; a test holds it equal to the tables. Sources,
licences and columns: [content/desks/README.md](../content/desks/README.md).
"""


def report(directory: Directory, gazetteer: Gazetteer, today: date) -> Iterator[str]:
    """The page, line by line.

    Args:
        directory: the desks.
        gazetteer: the places.
        today: the day for which ages are counted.
    """
    yield _HEAD.format(now=today.isoformat())
    yield from _by_prefecture(directory, gazetteer)
    yield from _by_age(directory.rows, today)
    yield from _held_back(directory.rows)
    yield from _missing(directory, gazetteer)


def _by_prefecture(directory: Directory, gazetteer: Gazetteer) -> Iterator[str]:
    yield "## Municipalities with a local number\n"
    yield "| prefecture | municipalities | with a number | hours known | centre of the prefecture with a number |"
    yield "| --- | ---: | ---: | ---: | --- |"
    total = Counter[str]()
    for prefecture in prefectures(gazetteer):
        places = towns(gazetteer, prefecture.code)
        reached = [desks for town in places if (desks := phones(directory, town))]
        known = [desks for desks in reached if any(desk.hours.windows for desk in desks)]
        center = "yes" if phones(directory, prefecture) else "no: the official page is shown"
        total.update(towns=len(places), reached=len(reached), known=len(known))
        yield f"| {prefecture.name} | {len(places)} | {len(reached)} | {len(known)} | {center} |"
    yield f"| **all** | **{total['towns']}** | **{total['reached']}** | **{total['known']}** | |\n"


def _by_age(rows: Sequence[Desk], today: date) -> Iterator[str]:
    yield "## Age of the rows\n"
    yield "| | rows |"
    yield "| --- | ---: |"
    shown = [row for row in rows if row.show]
    yield f"| shown | {len(shown)} |"
    yield f"| kept for operators, not shown | {len(rows) - len(shown)} |"
    yield f"| shown, checked more than twelve months ago (sinks, and says so) | {_count(shown, today, stale=True)} |"
    yield (
        "| shown, source undated or over three years old (the card asks to confirm it) "
        f"| {_count(shown, today, stale=False)} |"
    )
    for month, count in sorted(Counter(f"{row.checked_on:%Y-%m}" for row in shown).items()):
        yield f"| checked in {month} | {count} |"
    yield ""


def _count(rows: Sequence[Desk], today: date, *, stale: bool) -> int:
    return sum(row.stale(today) if stale else row.source_old(today) for row in rows)


def _held_back(rows: Sequence[Desk]) -> Iterator[str]:
    yield "## Held back, and why\n"
    held = [row for row in rows if not row.show]
    yield "| row | review |"
    yield "| --- | --- |"
    for row in sorted(held, key=lambda row: row.id):
        yield f"| {row.name or row.id} (`{row.id}`) | {row.review or 'show=no'} |"
    yield ""


def _missing(directory: Directory, gazetteer: Gazetteer) -> Iterator[str]:
    yield "## Municipalities without a local number (their official page is shown)\n"
    found = [one.area for one in missing_towns(directory, gazetteer)]
    for prefecture in prefectures(gazetteer):
        names = [area.name for area in found if area.code.startswith(prefecture.code)]
        if names:
            yield f"- **{prefecture.name}** ({len(names)}): {'、'.join(names)}"
