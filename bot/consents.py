"""Who asked to be offered help by the words that they write in some channels of a server (見守り), and nothing else.

A row is a pseudonym of somebody, one of the server, a day and a sealed note; no id can be read in it. It ends when the
person says so, erases, leaves the server, or has not written there for as long as conversations are kept.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.database import Database, consents
from bot.logs import log
from bot.parcels import dump
from bot.privacy import Keyring, Pseudonym, Unreadable
from flows.model import Language, Risk


@dataclass(frozen=True, slots=True)
class Consent:
    """What somebody agreed to.

    Attributes:
        staff: whether staff may be shown where a message is.
        language: in which they asked.
        grade: the gravest since the last offer …
        offered: … and when that was made, in seconds since 1970; 0 = never.
    """

    staff: bool
    language: Language = "ja"
    grade: Risk = "none"
    offered: int = 0


class Consents:
    """The rows in a database.

    Args:
        database: where they stand.
        keyring: seals and opens them.
    """

    def __init__(self, database: Database, keyring: Keyring) -> None:
        self._database = database
        self._keyring = keyring

    async def find(self, who: Pseudonym, place: Pseudonym, today: date) -> Consent | None:
        """What somebody agreed to in a place, or None. Being found keeps it for another while.

        Args:
            who: the person.
            place: the server.
            today: in Asia/Tokyo.
        """
        async with self._database.read() as connection:
            row, consent = await self._read(connection, who, place)
        stale = row is not None and (row.day != today or row.id != next(_ids(who, place)))
        return await self.renew(who, place, today) if consent and stale else consent

    async def renew(self, who: Pseudonym, place: Pseudonym, today: date, **changes: Any) -> Consent | None:
        """Changes what stands, in one transaction; None when it has ended meanwhile: what was erased stays erased.

        Args:
            who: the person.
            place: the server.
            today: in Asia/Tokyo.
            changes: fields of `Consent`.
        """
        async with self._database.begin() as connection:
            row, consent = await self._read(connection, who, place, lock=True)
            if consent is None:
                return None
            consent = replace(consent, **changes)
            new = self._row(who, place, consent, today)
            await connection.execute(sa.update(consents).where(consents.c.id == row.id).values(new))
        return consent

    async def keep(self, who: Pseudonym, place: Pseudonym, consent: Consent, today: date) -> None:
        """Writes down what somebody agreed to, in the place of what was before."""
        async with self._database.begin() as connection:
            await connection.execute(_delete(who, place))
            await connection.execute(sa.insert(consents), self._row(who, place, consent, today))

    async def end(self, who: Pseudonym, place: Pseudonym) -> None:
        """Somebody no longer agrees, or has left the place."""
        async with self._database.begin() as connection:
            await connection.execute(_delete(who, place))

    async def end_all(self, place: Pseudonym) -> None:
        """The bot has left the place."""
        keys = [key for key in (place.key, place.previous) if key]
        async with self._database.begin() as connection:
            await connection.execute(sa.delete(consents).where(consents.c.place.in_(keys)))

    async def _read(
        self, connection: AsyncConnection, who: Pseudonym, place: Pseudonym, *, lock: bool = False
    ) -> tuple[Any, Consent | None]:
        """The row under the newest secret that has one, and what it says; None where there is nothing to be read."""
        ids = list(_ids(who, place))
        statement = sa.select(consents).where(consents.c.id.in_(ids))
        found = await connection.execute(statement.with_for_update() if lock else statement)
        rows = {row.id: row for row in found}
        row = next((rows[id] for id in ids if id in rows), None)
        if row is None:
            return None, None
        try:
            return row, Consent(**json.loads(self._keyring.open("consent", row.id, row.sealed)))
        except Unreadable:
            log.error("unreadable", what="consent")
            return row, None

    def _row(self, who: Pseudonym, place: Pseudonym, consent: Consent, today: date) -> dict[str, Any]:
        id = next(_ids(who, place))
        sealed = self._keyring.seal("consent", id, dump(asdict(consent)))
        return {"id": id, "key": who.key, "place": place.key, "day": today, "sealed": sealed}


def _ids(who: Pseudonym, place: Pseudonym) -> Iterator[bytes]:
    """The id under the present secret, then the one under the secret before."""
    yield who.key + place.key
    if who.previous and place.previous:
        yield who.previous + place.previous


def _delete(who: Pseudonym, place: Pseudonym) -> sa.Delete:
    return sa.delete(consents).where(consents.c.id.in_(list(_ids(who, place))))
