"""What is kept, and for how long: conversations, handled events and replies on their way.

A person is a pseudonym, state and replies are sealed; in clear stand only pseudonyms, times and the last day that
somebody was seen. A batch of turns is one transaction: people are taken first, everything is written at the end.
Somewhat over 300 lines: every statement that touches what is kept is to be seen in one place.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot import totals
from bot.database import Database, consents, events, outbox, people, pushes
from bot.parcels import Parcel
from bot.privacy import Keyring
from bot.records import Person, Records
from bot.totals import Counts
from flows.model import Target

#: Days for which a handled event is known.
EVENT_DAYS = 7
#: Rows erased in one transaction, so that turns slip in between.
CHUNK = 500


def _among(column: sa.Column[Any]) -> sa.ColumnElement[bool]:
    return column.in_(sa.bindparam("among", expanding=True))


_TAKE = (
    sa.select(people.c.key, people.c.last_day, people.c.sealed)
    .where(_among(people.c.key))
    .order_by(people.c.key)
)
_TAKE_NEXT = sa.select(people.c.key, people.c.last_day, people.c.sealed).order_by(people.c.key).limit(CHUNK)
_TAKE_FREE = _TAKE.with_for_update(skip_locked=True)
_TAKE_ONE = _TAKE.with_for_update()
_KEEP = sa.update(people).where(people.c.key == sa.bindparam("k")).values(sealed=sa.bindparam("s"))
_KEEP_AND_DATE = _KEEP.values(last_day=sa.bindparam("d"))
_DROP = sa.delete(people).where(_among(people.c.key))
_KNOWN = sa.select(events.c.id).where(_among(events.c.id))
_SENT = sa.delete(outbox).where(_among(outbox.c.id))
_ERASE = sa.delete(outbox).where(_among(outbox.c.key))
_WITHDRAW = sa.delete(consents).where(_among(consents.c.key))
_UNREMIND = _ERASE.where(outbox.c.due > sa.bindparam("now"))
_PARCELS_OF = sa.select(outbox).where(_among(outbox.c.key)).with_for_update()
_REKEY = (
    sa.update(outbox)
    .where(outbox.c.id == sa.bindparam("i"))
    .values(key=sa.bindparam("k"), sealed=sa.bindparam("s"))
)
_LEASE = sa.update(outbox).where(_among(outbox.c.id)).values(lease_until=sa.bindparam("until"))
_DUE = (
    sa.select(outbox.c.id, outbox.c.key, outbox.c.due, outbox.c.sealed)
    .where(outbox.c.due <= sa.bindparam("now"), outbox.c.lease_until <= sa.bindparam("now"))
    .order_by(outbox.c.due)
    .limit(sa.bindparam("limit"))
    .with_for_update(skip_locked=True)
)


@dataclass(slots=True)
class Changes:
    """What a batch of turns writes.

    Attributes:
        people: everybody who was taken; whoever has no state is erased.
        events: hashed ids that are known from now on.
        parcels: replies, each with the end of its lease.
        erase: keys whose parcels and consents go, whatever they are.
        unremind: keys whose reminders go.
        sent: parcels that were delivered before.
        totals: what the turns add to the day's totals.
    """

    people: Sequence[Person] = ()
    events: Sequence[bytes] = ()
    parcels: list[tuple[Parcel, datetime]] = field(default_factory=list)
    erase: set[bytes] = field(default_factory=set)
    unremind: set[bytes] = field(default_factory=set)
    sent: Sequence[bytes] = ()
    totals: Counts = field(default_factory=Counter)


class Transaction:
    """One batch of turns in the database. Made by `Store.transaction`."""

    def __init__(self, connection: AsyncConnection, records: Records, now: datetime) -> None:
        self._connection = connection
        self._records = records
        self._now = now
        self.erased = False
        insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
        self._meet = insert(people).on_conflict_do_nothing()
        self._know = insert(events).on_conflict_do_nothing()

    async def take(self, names: Mapping[bytes, bytes | None]) -> dict[bytes, Person]:
        """Takes people; whoever is locked elsewhere is missing in the answer.

        Rows are made before any is locked, and always in order: two processes cannot wait for each other.

        Args:
            names: pseudonym → the same person's under the secret before, if there is one.
        """
        today = self._now.date()
        await self._each(self._meet, [{"key": key, "last_day": today} for key in sorted(names)])
        wanted = [*names, *filter(None, names.values())]
        rows = {row.key: row for row in await self._for(_TAKE_FREE, wanted)}
        found = {key: self._records.person(*rows[key]) for key in names if key in rows}
        for key, previous in names.items():
            if key in found and rows[key].sealed is None and previous in rows:
                before = self._records.person(*rows[previous])
                found[key] = replace(before, key=key, last_day=rows[key].last_day, moved_from=previous)
        return found

    async def known(self, ids: Sequence[bytes]) -> set[bytes]:
        """Which of these event ids were handled before."""
        return {row.id for row in await self._for(_KNOWN, ids)}

    async def write(self, changes: Changes) -> None:
        """Writes everything that the turns of this batch change."""
        today = self._now.date()
        await self._move_parcels([person for person in changes.people if person.moved_from])
        await self._write_people(changes.people)
        await self._each(self._know, [{"id": id, "day": today} for id in sorted(changes.events)])
        await self._for(_ERASE, sorted(changes.erase))
        await self._for(_WITHDRAW, sorted(changes.erase))
        await self._for(_UNREMIND, sorted(changes.unremind), now=_ms(self._now))
        await self._for(_SENT, sorted(changes.sent))
        await self._each(sa.insert(outbox), [self._row(*parcel) for parcel in changes.parcels])
        await totals.add(self._connection, today, changes.totals)
        self.erased = bool(changes.erase)

    async def _write_people(self, everybody: Sequence[Person]) -> None:
        today = self._now.date()
        kept = [(person, self._records.seal_person(person)) for person in everybody if person.state]
        # The day has an index, so it is written only when it changes.
        await self._each(_KEEP, [{"k": person.key, "s": s} for person, s in kept if person.last_day == today])
        await self._each(
            _KEEP_AND_DATE,
            [{"k": person.key, "s": s, "d": today} for person, s in kept if person.last_day != today],
        )
        gone = [person.key for person in everybody if not person.state]
        gone += [person.moved_from for person in everybody if person.moved_from]
        await self._for(_DROP, sorted(gone))

    async def _move_parcels(self, moved: Sequence[Person]) -> None:
        """Gives the parcels of people who moved to the present secret their new key and seal."""
        keys = {person.moved_from: person.key for person in moved if person.moved_from}
        rows = await self._for(_PARCELS_OF, list(keys))
        sealed = {row.id: self._records.reseal_parcel(row.id, row.sealed) for row in rows}
        moves = [{"i": row.id, "k": keys[row.key], "s": sealed[row.id]} for row in rows if sealed[row.id]]
        await self._each(_REKEY, moves)

    def _row(self, parcel: Parcel, lease_until: datetime) -> dict[str, Any]:
        return {
            "id": parcel.id,
            "key": parcel.key,
            "due": _ms(parcel.due),
            "lease_until": _ms(lease_until),
            "sealed": self._records.seal_parcel(parcel),
        }

    async def _each(self, statement: sa.Executable, rows: list[dict[str, Any]]) -> None:
        if rows:
            await self._connection.execute(statement, rows)

    async def _for(self, statement: sa.Executable, among: Sequence[bytes], **more: Any) -> Sequence[Any]:
        if not among:
            return ()
        # Repeating the last one up to a power of two keeps the statements few that a server has to prepare.
        padding = (1 << (len(among) - 1).bit_length()) - len(among)
        values = [*among, *[among[-1]] * padding]
        result = await self._connection.execute(statement, {"among": values, **more})
        return result.all() if result.returns_rows else ()


class Store:
    """The rows in a database, sealed and opened on the way.

    Args:
        database: where the rows stand.
        keyring: seals and opens them.
    """

    def __init__(self, database: Database, keyring: Keyring) -> None:
        self.database = database
        self.keyring = keyring
        self._records = Records(keyring)
        self._erased = False  # something, since SQLite's log was emptied last

    @asynccontextmanager
    async def transaction(self, now: datetime) -> AsyncIterator[Transaction]:
        """One batch of turns: committed at the end of the block, rolled back on an exception.

        Args:
            now: aware, in Asia/Tokyo.
        """
        async with self.database.begin() as connection:
            transaction = Transaction(connection, self._records, now)
            yield transaction
        self._erased |= transaction.erased

    # ------------------------------------------------------------------------------------------ parcels

    async def take_due(self, now: datetime, lease_until: datetime, limit: int) -> list[Parcel]:
        """Parcels that are due and in nobody's hand, oldest first; they are ours until `lease_until`."""
        async with self.database.begin() as connection:
            rows = (await connection.execute(_DUE, {"now": _ms(now), "limit": limit})).all()
            found = {row.id: self._records.parcel(*row) for row in rows}
            await _lease(connection, [id for id, parcel in found.items() if parcel], lease_until)
            await _forget(connection, [id for id, parcel in found.items() if not parcel])
        return [parcel for parcel in found.values() if parcel]

    async def waiting(self, now: datetime) -> tuple[int, timedelta]:
        """How many parcels are due and not yet delivered, and for how long the oldest of them has been."""
        due = sa.select(sa.func.count(), sa.func.min(outbox.c.due)).where(outbox.c.due <= _ms(now))
        async with self.database.read() as connection:
            count, oldest = (await connection.execute(due)).one()
        return count, timedelta(milliseconds=_ms(now) - oldest if count else 0)

    async def release(self) -> None:
        """Takes every parcel out of the hand it is in. Only for who knows that all those hands are dead."""
        async with self.database.begin() as connection:
            await connection.execute(sa.update(outbox).values(lease_until=0))

    async def hand_back(self, parcel: Parcel, until: datetime) -> None:
        """Lets a parcel rest until a time; then it is anybody's."""
        async with self.database.begin() as connection:
            await _lease(connection, [parcel.id], until)

    async def give_up(self, parcel: Parcel) -> None:
        """Forgets a parcel that cannot be delivered, and remembers that its question was not seen."""
        async with self.database.begin() as connection:
            row = (await connection.execute(_TAKE_ONE, {"among": [parcel.key]})).one_or_none()
            person = self._records.person(*row) if row else None
            if person and person.state and person.last_reply == parcel.id:
                person.unheard = True
                await connection.execute(_KEEP, {"k": person.key, "s": self._records.seal_person(person)})
            await _forget(connection, [parcel.id])
        self._erased |= parcel.kind == "erased"

    async def confirmed(self, parcel: Parcel) -> None:
        """Forgets the parcel that confirmed an erase: the last that is kept of somebody."""
        async with self.database.begin() as connection:
            await _forget(connection, [parcel.id])
        self._erased = True

    async def count_push(self, now: datetime) -> int:
        """Counts one push in the month of `now` (aware, in Asia/Tokyo); returns how many there were with this one."""
        insert = sqlite.insert if self.database.sqlite else postgresql.insert
        first = insert(pushes).values(month=f"{now:%Y-%m}", count=1)
        more = first.on_conflict_do_update(index_elements=["month"], set_={"count": pushes.c.count + 1})
        async with self.database.begin() as connection:
            return int((await connection.execute(more.returning(pushes.c.count))).scalar_one())

    # ------------------------------------------------------------------------------------------ counting

    async def standing(self) -> Counter[Target]:
        """How many people stand on each step. Each row is opened, counted and forgotten."""
        count: Counter[Target] = Counter()
        last = b""
        while True:
            async with self.database.read() as connection:
                rows = (await connection.execute(_TAKE_NEXT.where(people.c.key > last))).all()
            states = (self._records.person(*row).state for row in rows)
            count.update(Target(state.at.flow, state.at.step) for state in states if state and state.at.flow)
            if len(rows) < CHUNK:
                return count
            last = rows[-1].key

    # ------------------------------------------------------------------------------------------ retention

    async def forget(self, today: date, retention_days: int) -> int:
        """Erases what has been kept long enough; returns the number of conversations that were erased.

        Args:
            today: in Asia/Tokyo.
            retention_days: full days for which an untouched conversation is kept.
        """
        count = await self._erase(people.c.key, people.c.last_day < today - timedelta(retention_days))
        await self._erase(consents.c.id, consents.c.day < today - timedelta(retention_days))
        await self._erase(events.c.id, events.c.day < today - timedelta(EVENT_DAYS))
        self._erased |= count > 0
        return count

    async def _erase(self, id: sa.Column[bytes], old: sa.ColumnElement[bool]) -> int:
        # Whoever writes at this moment is locked, so not among the rows: nobody is erased while talking.
        rows = sa.select(id).where(old).limit(CHUNK).with_for_update(skip_locked=True).scalar_subquery()
        total = 0
        while True:
            async with self.database.begin() as connection:
                count = (await connection.execute(sa.delete(id.table).where(id.in_(rows)))).rowcount
            total += count
            if count < CHUNK:
                return total

    async def clear_traces(self) -> None:
        """After an erase: empties SQLite's log, which still holds it. Waits for the next call if it is in use."""
        if self._erased and self.database.sqlite:
            self._erased = not await self.database.truncate_log()


async def _lease(connection: AsyncConnection, ids: Iterable[bytes], until: datetime) -> None:
    await connection.execute(_LEASE, {"among": list(ids), "until": _ms(until)})


async def _forget(connection: AsyncConnection, ids: Iterable[bytes]) -> None:
    await connection.execute(_SENT, {"among": list(ids)})


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
