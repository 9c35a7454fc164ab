"""People and parcels in the store, written and read as tests need them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from bot.database import Database
from bot.parcels import Parcel, new_id
from bot.privacy import Keyring
from bot.records import Person
from bot.store import Changes, Store
from flows.model import Position, State
from tests.tiny import NOW, SECRET, Mouth, desks

LEASE = NOW + timedelta(seconds=30)
TODAY = NOW.date()


def key(number: int = 1, keyring: Keyring | None = None) -> bytes:
    """Somebody's pseudonym."""
    return (keyring or Keyring(SECRET)).pseudonym("test", "bot", f"U{number}").key


def state(turns: int = 1) -> State:
    """Where somebody stands."""
    return State(Position("tiny", "ask", slots={"place": ("302015",)}), misses=turns)


def parcel(owner: bytes, **changes: Any) -> Parcel:
    """A reply to somebody."""
    given: dict[str, Any] = {
        "id": new_id(),
        "key": owner,
        "platform": "test",
        "address": {"token": "a token"},
        "due": NOW,
        "reply": desks(),
        "risk": "high",
    }
    return Parcel(**given | changes)


async def keep(store: Store, *people: Person, day: date = TODAY, **changes: Any) -> None:
    """Writes people and other changes in one transaction."""
    async with store.transaction(NOW.replace(year=day.year, month=day.month, day=day.day)) as transaction:
        found = await transaction.take({person.key: None for person in people})
        for person in people:
            found[person.key].state = person.state
            found[person.key].last_reply = person.last_reply
        await transaction.write(Changes(people=list(found.values()), **changes))


async def stands(store: Store, owner: bytes, previous: bytes | None = None) -> Person:
    """Somebody as kept; nothing is written."""
    async with store.transaction(NOW) as transaction:
        return (await transaction.take({owner: previous}))[owner]


async def count(database: Database, table: sa.Table) -> int:
    """Rows of a table."""
    async with database.read() as connection:
        return int(await connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0)


async def rows(store: Store, table: sa.Table) -> int:
    """Rows of a table."""
    return await count(store.database, table)


async def turns(store: Store, mouth: Mouth) -> int:
    """Turns that the state of somebody counts."""
    state = (await stands(store, mouth.key)).state
    return state.misses if state else 0
