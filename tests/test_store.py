"""What is kept, on every database: the same tests over SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot import database as databases
from bot.database import Database
from bot.privacy import Keyring
from bot.records import Person
from bot.store import Changes, Store
from tests.rows import LEASE, TODAY, count, keep, key, parcel, stands, state
from tests.tiny import NOW, SECRET, say

# ---------------------------------------------------------------------------------------------- people


async def test_somebody_new_has_no_state_and_leaves_no_row(store: Store) -> None:
    assert (await stands(store, key())).state is None
    await keep(store, Person(key(), TODAY))
    assert await count(store.database, databases.people) == 0


async def test_a_state_comes_back_as_it_was_written(store: Store) -> None:
    await keep(store, Person(key(), TODAY, state(1), last_reply=b"r" * 16))
    await keep(store, Person(key(2), TODAY, state(2)))
    person = await stands(store, key())
    assert (person.state, person.last_reply, person.unheard) == (state(1), b"r" * 16, False)
    assert person.last_day == TODAY
    assert (await stands(store, key(2))).state == state(2)


async def test_an_exception_rolls_everything_back(store: Store) -> None:
    await keep(store, Person(key(), TODAY, state(1)))
    with pytest.raises(ZeroDivisionError):
        async with store.transaction(NOW) as transaction:
            person = (await transaction.take({key(): None}))[key()]
            person.state = state(2)
            await transaction.write(Changes([person], [b"event"], [(parcel(key()), LEASE)]))
            raise ZeroDivisionError
    assert (await stands(store, key())).state == state(1)
    assert await count(store.database, databases.outbox) == 0
    assert await count(store.database, databases.events) == 0


async def test_an_event_is_known_once_it_was_written(store: Store) -> None:
    await keep(store, events=[b"one", b"two"])
    async with store.transaction(NOW) as transaction:
        assert await transaction.known([b"one", b"two", b"three"]) == {b"one", b"two"}
        assert await transaction.known([]) == set()


async def test_a_row_that_cannot_be_read_is_somebody_new(store: Store) -> None:
    await keep(store, Person(key(), TODAY, state(1)))
    other = Store(store.database, Keyring("quite another secret, long enough too"))
    assert (await stands(other, key())).state is None
    await keep(other, Person(key(), TODAY, state(2)))
    assert (await stands(other, key())).state == state(2)


async def test_erasing_takes_state_and_parcels_and_leaves_the_confirmation(store: Store) -> None:
    await keep(
        store,
        Person(key(), TODAY, state()),
        Person(key(2), TODAY, state()),
        parcels=[
            (parcel(key()), LEASE),
            (parcel(key(), due=NOW + timedelta(days=3)), NOW),
            (parcel(key(2)), LEASE),
        ],
    )
    confirmation = parcel(key(), kind="erased", reply=say("erased"))
    await keep(store, Person(key(), TODAY), erase={key()}, parcels=[(confirmation, LEASE)])
    assert (await stands(store, key())).state is None
    assert (await stands(store, key(2))).state == state()
    left = await store.take_due(NOW + timedelta(days=9), NOW + timedelta(days=10), 10)
    assert {(one.key, one.kind) for one in left} == {(key(), "erased"), (key(2), "answer")}


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)  # SQLite serves one process
async def test_people_locked_elsewhere_are_left_out(store: Store) -> None:
    await keep(store, Person(key(1), TODAY, state(1)), Person(key(2), TODAY, state(2)))
    async with store.transaction(NOW) as here:
        assert set(await here.take({key(1): None})) == {key(1)}
        async with store.transaction(NOW) as elsewhere:
            assert set(await elsewhere.take({key(1): None, key(2): None})) == {key(2)}
    assert set(await _takes(store, key(1), key(2))) == {key(1), key(2)}


async def _takes(store: Store, *keys: bytes) -> dict[bytes, Person]:
    async with store.transaction(NOW) as transaction:
        return await transaction.take(dict.fromkeys(keys))


async def test_transactions_over_the_same_people_in_any_order_do_not_wait_for_each_other(
    store: Store,
) -> None:
    async def add_one(order: list[int]) -> None:
        left = {key(number) for number in order}
        while left:
            async with store.transaction(NOW) as transaction:
                found = await transaction.take({key(number): None for number in order if key(number) in left})
                for person in found.values():
                    person.state = state((person.state.misses if person.state else 0) + 1)
                await transaction.write(Changes(list(found.values())))
            left -= set(found)

    orders = [[1, 2, 3, 4], [4, 3, 2, 1], [2, 4, 1, 3], [3, 1, 4, 2]] * 3
    await asyncio.gather(*map(add_one, orders))
    people = await _takes(store, key(1), key(2), key(3), key(4))
    assert [person.state for person in people.values()] == [state(12)] * 4


# ---------------------------------------------------------------------------------------------- rotation


async def test_after_a_rotation_somebody_moves_with_their_parcels_at_the_next_message(store: Store) -> None:
    await keep(
        store,
        Person(key(), TODAY, state(5), last_reply=b"r" * 16),
        parcels=[(parcel(key(), kind="reminder"), NOW)],
    )
    new = Keyring("the next secret, which is long enough, too", SECRET)
    name = new.pseudonym("test", "bot", "U1")
    rotated = Store(store.database, new)
    async with rotated.transaction(NOW) as transaction:
        person = (await transaction.take({name.key: name.previous}))[name.key]
        assert (person.state, person.last_reply, person.moved_from) == (state(5), b"r" * 16, key())
        person.state = state(6)
        await transaction.write(Changes([person]))
    after = Store(store.database, Keyring("the next secret, which is long enough, too"))
    assert (await stands(after, name.key)).state == state(6)
    assert await count(store.database, databases.people) == 1
    due = await after.take_due(NOW, LEASE, 10)
    assert [(one.key, one.kind) for one in due] == [(name.key, "reminder")]


async def test_erasing_after_a_rotation_erases_what_stood_under_the_old_secret(store: Store) -> None:
    await keep(store, Person(key(), TODAY, state(5)), parcels=[(parcel(key()), NOW)])
    new = Keyring("the next secret, which is long enough, too", SECRET)
    name = new.pseudonym("test", "bot", "U1")
    async with Store(store.database, new).transaction(NOW) as transaction:
        person = (await transaction.take({name.key: name.previous}))[name.key]
        person.state = None
        await transaction.write(Changes([person], erase={name.key}))
    assert await count(store.database, databases.people) == 0
    assert await count(store.database, databases.outbox) == 0


# ---------------------------------------------------------------------------------------------- parcels


async def test_a_parcel_comes_back_as_it_was_written_once_its_lease_has_ended(store: Store) -> None:
    one = parcel(key())
    await keep(store, parcels=[(one, LEASE)])
    assert await store.take_due(LEASE - timedelta(milliseconds=1), LEASE, 10) == []
    assert await store.take_due(LEASE, LEASE + timedelta(seconds=30), 10) == [one]
    assert await store.take_due(LEASE + timedelta(seconds=1), LEASE + timedelta(seconds=30), 10) == []


async def test_due_parcels_are_taken_oldest_first_and_a_handful_at_a_time(store: Store) -> None:
    several = [parcel(key(), due=NOW - timedelta(seconds=age)) for age in (1, 3, 2, 4)]
    later = parcel(key(), due=NOW + timedelta(seconds=1))
    await keep(store, parcels=[(one, NOW - timedelta(seconds=1)) for one in [*several, later]])
    first = await store.take_due(NOW, LEASE, 3)
    assert [one.due for one in first] == [NOW - timedelta(seconds=age) for age in (4, 3, 2)]
    assert [one.id for one in await store.take_due(NOW, LEASE, 3)] == [several[0].id]


async def test_a_parcel_that_was_handed_back_rests(store: Store) -> None:
    one = parcel(key())
    await keep(store, parcels=[(one, LEASE)])
    await store.hand_back(one, NOW + timedelta(minutes=5))
    assert await store.take_due(NOW + timedelta(minutes=4), LEASE, 10) == []
    assert await store.take_due(NOW + timedelta(minutes=5), LEASE, 10) == [one]


async def test_a_parcel_that_cannot_be_read_is_dropped(store: Store) -> None:
    await keep(store, parcels=[(parcel(key()), NOW)])
    other = Store(store.database, Keyring("quite another secret, long enough too"))
    assert await other.take_due(NOW, LEASE, 10) == []
    assert await count(store.database, databases.outbox) == 0


async def test_sent_parcels_and_replaced_reminders_go_with_the_next_transaction(store: Store) -> None:
    sent, kept = parcel(key()), parcel(key())
    reminder = parcel(key(), due=NOW + timedelta(days=1), kind="reminder")
    await keep(store, parcels=[(sent, LEASE), (kept, LEASE), (reminder, NOW)])
    await keep(store, sent=[sent.id], unremind={key()})
    assert await store.take_due(NOW + timedelta(days=2), LEASE, 10) == [kept]


@pytest.mark.parametrize("newest", [True, False])
async def test_a_question_counts_as_unheard_when_its_parcel_is_given_up_and_was_the_newest(
    store: Store, newest: bool
) -> None:
    one = parcel(key())
    last = one.id if newest else b"x" * 16
    await keep(store, Person(key(), TODAY, state(), last_reply=last), parcels=[(one, LEASE)])
    await store.give_up(one)
    person = await stands(store, key())
    assert (person.state, person.unheard) == (state(), newest)
    assert await count(store.database, databases.outbox) == 0


async def test_giving_up_on_somebody_who_erased_leaves_no_row(store: Store) -> None:
    await store.give_up(parcel(key()))
    assert await count(store.database, databases.people) == 0


# ---------------------------------------------------------------------------------------------- retention


async def test_what_has_been_kept_long_enough_is_erased_and_nothing_else(store: Store) -> None:
    for days in (29, 30, 31, 32):
        day = TODAY - timedelta(days=days)
        await keep(store, Person(key(days), day, state()), day=day, events=[b"%d" % days])
    for days in (6, 7, 8):
        await keep(store, day=TODAY - timedelta(days=days), events=[b"%d" % days])
    assert await store.forget(TODAY, 30) == 2
    people = await _takes(store, *(key(days) for days in (29, 30, 31, 32)))
    assert [person.state is None for person in people.values()] == [False, False, True, True]
    async with store.transaction(NOW) as transaction:
        known = await transaction.known([b"6", b"7", b"8", b"29"])
    assert known == {b"6", b"7"}


async def test_more_than_one_chunk_is_erased(store: Store) -> None:
    day = TODAY - timedelta(days=40)
    await keep(store, *(Person(key(number), day, state()) for number in range(501)), day=day)
    assert await store.forget(TODAY, 30) == 501


async def test_somebody_who_comes_back_is_kept_from_that_day_on(store: Store) -> None:
    day = TODAY - timedelta(days=40)
    await keep(store, Person(key(), day, state()), day=day)
    await keep(store, Person(key(), day, state(2)))
    assert await store.forget(TODAY, 30) == 0
    assert (await stands(store, key())).last_day == TODAY


async def test_sqlites_log_is_emptied_after_an_erase(sqlite_url: str, keyring: Keyring) -> None:
    database = Database(sqlite_url)
    store = Store(database, keyring)

    def log_size() -> int:
        return Path(f"{sqlite_url.removeprefix('sqlite+aiosqlite:///')}-wal").stat().st_size

    await keep(store, Person(key(), TODAY, state()))
    await store.clear_traces()
    assert log_size() > 0  # nothing was erased, so there is no hurry
    await keep(store, Person(key(), TODAY), erase={key()})
    await store.clear_traces()
    assert log_size() == 0
    await database.close()


# ---------------------------------------------------------------------------------------------- nothing in clear


async def test_nothing_of_what_was_said_or_to_whom_stands_in_clear(store: Store) -> None:
    await keep(
        store,
        Person(key(), TODAY, state()),
        events=list(store.keyring.event_ids("test", "event-77")),
        parcels=[(parcel(key(), address={"token": "a token", "user": "U1"}), LEASE)],
    )
    everything = b""
    async with store.database.read() as connection:
        for table in (databases.people, databases.events, databases.outbox):
            for row in await connection.execute(sa.select(table)):
                everything += b"|".join(
                    value if isinstance(value, bytes) else str(value).encode() for value in row
                )
    assert len(everything) > 200
    for word in (b"desks", b"0120", b"token", b"U1", b"302015", b"tiny", b"event-77", b"high"):
        assert word not in everything
