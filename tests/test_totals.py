"""Totals of a day, on every database: written with the turns, shown only from five on, and of nobody."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import sqlalchemy as sa

from bot.core import Core
from bot.database import Database, totals
from bot.totals import PERIODS, Sum, Totals, add
from tests.tiny import ERASE, NOW, Mouth

DAY = NOW.date()


async def test_turns_are_counted_in_their_own_transaction(
    core: Core, database: Database, mouth: Mouth
) -> None:
    for number in range(7):
        await core.handle(mouth(f"text {number}", event=f"e{number}"))
    await core.handle(mouth("once more", event="e6"))  # the same event again is no turn
    read = Totals(database)
    assert await read.by_day("turn", DAY) == {DAY: 7}
    assert await read.by_day("start", DAY) == {DAY: 1}
    assert await read.by_day("turn", DAY + timedelta(1)) == {}
    since = DAY - timedelta(PERIODS[0])
    assert await read.by_name("flow", DAY) == {"tiny": Sum(since, DAY, 5)}
    assert await read.by_name("hour", DAY) == {"23": Sum(since, DAY, 5)}
    assert await read.by_name("way", DAY) == {}


async def test_few_are_counted_over_a_longer_period(database: Database) -> None:
    read, long_ago = Totals(database), DAY - timedelta(PERIODS[0] + 1)
    async with database.begin() as connection:
        for day, few in ((long_ago, 3), (DAY, 3)):
            await add(
                connection, day, Counter({("desk", "a"): few, ("desk", "b"): few - 1, ("desk", "c"): 6})
            )
    assert await read.by_name("desk", DAY) == {
        "a": Sum(DAY - timedelta(PERIODS[1]), DAY, 5),  # six, over the longer period
        "c": Sum(DAY - timedelta(PERIODS[0]), DAY, 5),
    }


async def test_totals_hold_nothing_of_a_person(core: Core, database: Database, mouth: Mouth) -> None:
    await core.handle(mouth("a secret of mine"))
    await core.handle(mouth(ERASE))
    async with database.read() as connection:
        rows = (await connection.execute(sa.select(totals))).all()
    assert rows
    assert "secret" not in str(rows)
    assert mouth.key.hex() not in str(rows)
