"""Totals of each day: how much the bot is used and where, never by whom.

They are written in the transaction of the turns themselves. Shown are only sums of five or more: smaller ones are
merged into longer periods until they reach it, and all are rounded to five.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.database import Database, totals
from flows.model import State, Turn

#: What is counted: turns, conversations that begin, turns by voice, flow, grade of risk, hour and way taken, and desks
#: that were shown (`flows.desks.counted_as`: those of a town only by its prefecture).
KINDS = ("turn", "start", "voice", "flow", "risk", "hour", "way", "desk")
#: Days back in which a name may reach LEAST: the shortest period in which it does is the one that is shown.
PERIODS = (30, 90, 365)
#: The smallest sum that is shown, and what sums are rounded to.
LEAST = 5

#: A choice that a writer wrote and somebody tapped, as the engine names it. A place that was chosen looks otherwise,
#: and what a made-up button says is no way that the engine took: neither is ever counted.
_WAY = re.compile(r"tap:([a-z0-9_]+\.[a-z0-9_]+\.[a-z][a-z0-9_]*)")

Counts = Counter[tuple[str, str]]


def counted(before: State | None, turn: Turn, hour: int) -> Iterator[tuple[str, str]]:
    """What one turn adds one to, as (kind, name).

    Args:
        before: where the person stood; None for somebody new.
        turn: what came of it.
        hour: of the day, in Asia/Tokyo.
    """
    yield "turn", ""
    if before is None:
        yield "start", ""
    yield "voice", turn.state.at.voice or "unknown"
    yield "flow", turn.trace.flow
    yield "risk", turn.trace.risk
    yield "hour", f"{hour:02}"
    for reason in turn.trace.why:
        if way := _WAY.fullmatch(reason):
            yield "way", way[1]
    for name in turn.trace.desks:
        yield "desk", name


async def add(connection: AsyncConnection, day: date, counts: Counts) -> None:
    """Adds to a day's totals. Rows are taken in order, last of all: two processes cannot wait for each other."""
    if not counts:
        return
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    first = insert(totals)
    more = first.on_conflict_do_update(
        index_elements=["day", "kind", "name"], set_={"count": totals.c.count + first.excluded.count}
    )
    rows = [
        {"day": day, "kind": kind, "name": name, "count": n} for (kind, name), n in sorted(counts.items())
    ]
    await connection.execute(more, rows)


@dataclass(frozen=True, slots=True)
class Sum:
    """What was counted from one day to another, both included, rounded."""

    first: date
    last: date
    count: int


def merged(days: Mapping[date, int]) -> list[Sum]:
    """Days merged into periods until each has LEAST; what is left at the end joins the last period.

    Args:
        days: counts by day. Without LEAST in all nothing is shown.
    """
    sums: list[Sum] = []
    first, count = None, 0
    for day in sorted(days):
        first, count = first or day, count + days[day]
        if count >= LEAST:
            sums.append(Sum(first, day, count))
            first, count = None, 0
    if first and sums:
        last = sums.pop()
        sums.append(Sum(last.first, max(days), last.count + count))
    return [Sum(one.first, one.last, rounded(one.count)) for one in sums]


def rounded(count: int) -> int:
    """To the nearest LEAST."""
    return (count + LEAST // 2) // LEAST * LEAST


class Totals:
    """The totals in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def by_day(self, kind: str, since: date) -> dict[date, int]:
        """All of a kind, day by day."""
        statement = (
            sa.select(totals.c.day, sa.func.sum(totals.c.count))
            .where(totals.c.kind == kind, totals.c.day >= since)
            .group_by(totals.c.day)
        )
        async with self._database.read() as connection:
            return {row[0]: int(row[1]) for row in (await connection.execute(statement)).all()}

    async def by_name(self, kind: str, today: date) -> dict[str, Sum]:
        """Sums by name, each over the shortest of PERIODS in which it reaches LEAST; the others are not there."""
        found: dict[str, Sum] = {}
        for days in PERIODS:
            since = today - timedelta(days)
            statement = (
                sa.select(totals.c.name, sa.func.sum(totals.c.count))
                .where(totals.c.kind == kind, totals.c.day >= since)
                .group_by(totals.c.name)
            )
            async with self._database.read() as connection:
                for name, count in (await connection.execute(statement)).all():
                    if int(count) >= LEAST:
                        found.setdefault(name, Sum(since, today, rounded(int(count))))
        return dict(sorted(found.items()))
