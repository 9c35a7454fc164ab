"""Messages that come again, turns that break, stores that fail: nobody meets silence, nobody is told twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

import sqlalchemy as sa

from bot import database as databases
from bot.core import Core, Shelf
from bot.database import Database
from bot.outbox import Outbox
from bot.privacy import Keyring
from bot.store import Store, Transaction
from flows.model import Reply
from tests.rows import rows, stands, turns
from tests.tiny import ERASE, SECRET, Make, Mouth, Recorder, TinyContent, words

# ---------------------------------------------------------------------------------------------- once


async def test_an_event_that_comes_again_is_answered_once(
    make: Make, core: Core, store: Store, outbox: Outbox, sender: Recorder, mouth: Mouth
) -> None:
    first = await core.handle(mouth("a", "a", event="E1"))
    again = await core.handle(mouth("a", event="E1"))
    after_a_restart = await make().handle(mouth("a", event="E1"))
    await outbox.idle()
    assert words([*first, *again, *after_a_restart]) == ["answered", "duplicate", "duplicate", "duplicate"]
    assert sender.texts == ["tiny 1: a"]
    assert await turns(store, mouth) == 1


async def test_an_event_that_comes_again_while_it_is_handled_is_answered_once(
    core: Core, outbox: Outbox, sender: Recorder, mouth: Mouth
) -> None:
    outcomes = await asyncio.gather(*(core.handle(mouth("a", event="E1")) for _ in range(5)))
    await outbox.idle()
    assert sorted(words([one for outcome in outcomes for one in outcome])) == ["answered"] + ["duplicate"] * 4
    assert sender.texts == ["tiny 1: a"]


async def test_an_event_is_known_after_a_rotation(
    make: Make, core: Core, store: Store, outbox: Outbox, sender: Recorder, mouth: Mouth
) -> None:
    await core.handle(mouth("a", event="E1"))
    rotated = Keyring("the next secret, which is long enough, too", SECRET)
    moved = Mouth(rotated)
    later = make(Store(store.database, rotated))
    assert words(await later.handle(moved("a", event="E1"))) == ["duplicate"]
    assert words(await later.handle(moved("b", event="E2"))) == ["answered"]
    await outbox.idle()
    assert sender.texts == ["tiny 1: a", "tiny 2: b"]
    assert await rows(store, databases.people) == 1


# ---------------------------------------------------------------------------------------------- what breaks


async def test_a_turn_that_breaks_touches_nobody_else(
    core: Core, store: Store, outbox: Outbox, sender: Recorder, mouth: Mouth, other: Mouth
) -> None:
    await core.handle(mouth("a"))
    outcomes = await core.handle([*mouth("boom"), *other("b")])
    await outbox.idle()
    assert words(outcomes) == ["failed", "answered"]
    assert sender.texts == ["tiny 1: a", "sorry", "tiny 1: b"]
    assert await turns(store, mouth) == 1
    assert words(await core.handle(mouth("c"))) == ["answered"]


async def test_a_turn_that_breaks_on_a_state_still_meets_risk(
    core: Core, outbox: Outbox, sender: Recorder, mouth: Mouth
) -> None:
    await core.handle(mouth("a"))
    outcomes = await core.handle(mouth("bang", "help"))
    await outbox.idle()
    assert words(outcomes) == ["failed", "failed"]
    assert sender.texts == ["tiny 1: a", "desks"]
    assert sender.sent[1][0].urgent


async def test_content_that_breaks_altogether_leaves_nobody_waiting(
    core: Core, store: Store, shelf: Shelf, mouth: Mouth
) -> None:
    class Broken(TinyContent):
        def from_memory(self, given: object, now: object) -> Reply:
            raise ValueError

        def apology(self, state: object, now: object) -> Reply:
            raise ValueError

    shelf.content = Broken()
    assert words(await core.handle(mouth("boom"))) == ["failed"]
    assert await rows(store, databases.people) == 0


async def test_a_turn_that_cannot_be_written_touches_nobody_else_and_risk_goes_first(
    core: Core, store: Store, outbox: Outbox, sender: Recorder, mouth: Mouth, other: Mouth, keyring: Keyring
) -> None:
    third = Mouth(keyring, "U-user-3")
    unwritable = mouth("a", address={"token": object()})
    outcomes = await core.handle([*unwritable, *other("b"), *third("c", "help")])
    await outbox.idle()
    assert words(outcomes) == ["from_memory", "answered", "answered", "answered"]
    assert sender.texts == ["desks", "busy", "tiny 1: b"]
    assert [await turns(store, one) for one in (mouth, other, third)] == [0, 1, 1]


async def test_when_the_store_fails_everybody_is_answered_from_memory(
    core: Core, store: Store, outbox: Outbox, sender: Recorder, mouth: Mouth, other: Mouth
) -> None:
    async with store.database.begin() as connection:
        await connection.execute(sa.text("ALTER TABLE people RENAME TO elsewhere"))
    outcomes = await core.handle([*mouth("a", event="E1"), *other("help")])
    assert words(outcomes) == ["from_memory", "from_memory"]
    assert [outcome.trace.risk for outcome in outcomes if outcome.trace] == ["none", "high"]
    async with store.database.begin() as connection:
        await connection.execute(sa.text("ALTER TABLE elsewhere RENAME TO people"))
    assert words(await core.handle(mouth("a", event="E1"))) == ["duplicate"]
    assert words(await core.handle(mouth("b"))) == ["answered"]
    await outbox.idle()
    assert sender.texts == ["desks", "busy", "tiny 1: b"]
    assert await rows(store, databases.people) == 1


@asynccontextmanager
async def hanging(url: str) -> AsyncIterator[None]:
    """The database lets nobody write for as long as the block lasts."""
    database = Database(url)
    async with database.begin() as connection:
        if not database.sqlite:
            await connection.execute(sa.text("LOCK TABLE people IN ACCESS EXCLUSIVE MODE"))
        yield
    await database.close()


async def test_when_the_store_hangs_everybody_is_answered_from_memory_once_and_nothing_changes(
    make: Make, store: Store, url: str, outbox: Outbox, sender: Recorder, mouth: Mouth, other: Mouth
) -> None:
    core = make(patience=0.05, limit=2)
    async with hanging(url):
        outcomes = await core.handle([*mouth("a", "b", event="E1"), *other("help")])  # more than one batch
        later = await core.handle(mouth("c"))
        await outbox.idle()
        assert words([*outcomes, *later]) == ["from_memory"] * 4
        assert sorted(sender.texts) == ["busy", "busy", "desks"]
        assert words(await core.handle(mouth("a", event="E1"))) == ["duplicate"]
    await core.stop()
    assert len(sender.sent) == 3
    assert await rows(store, databases.people) == 0
    assert await rows(store, databases.events) == 0


async def test_an_answer_from_memory_that_cannot_be_sent_is_asked_for_again(
    core: Core, store: Store, outbox: Outbox, sender: Recorder, mouth: Mouth
) -> None:
    """It is kept nowhere, so that only the platform's next delivery would outlive this process."""
    async with store.database.begin() as connection:
        await connection.execute(sa.text("ALTER TABLE people RENAME TO elsewhere"))
    sender.gate.clear()
    for _ in range(2):
        assert words(await core.handle(mouth("help", event="E1"))) == ["unfinished"]
    sender.gate.set()
    await outbox.idle()
    assert words(await core.handle(mouth("help", event="E1"))) == ["duplicate"]
    assert sender.texts == ["desks"]


async def test_an_erase_while_the_store_hangs_is_unfinished_until_it_comes_again(
    make: Make, core: Core, store: Store, url: str, outbox: Outbox, sender: Recorder, mouth: Mouth
) -> None:
    await core.handle(mouth("a"))
    hasty = make(patience=0.05)
    async with hanging(url):
        for _ in range(2):
            assert words(await hasty.handle(mouth(ERASE, event="E1"))) == ["unfinished"]
    assert await turns(store, mouth) == 1
    assert words(await core.handle(mouth(ERASE, event="E1"))) == ["answered"]
    await outbox.idle()
    assert sender.texts == ["tiny 1: a", "busy", "erased"]
    assert await rows(store, databases.people) == 0


class LateStore(Store):
    """Commits, but tells nobody before the gate opens."""

    gate: asyncio.Event

    @asynccontextmanager
    async def transaction(self, now: datetime) -> AsyncIterator[Transaction]:
        async with super().transaction(now) as transaction:
            yield transaction
        await self.gate.wait()


async def test_a_commit_that_goes_through_after_all_sends_nothing_more_but_confirms_an_erase(
    make: Make,
    database: Database,
    keyring: Keyring,
    outbox: Outbox,
    sender: Recorder,
    mouth: Mouth,
    other: Mouth,
) -> None:
    late = LateStore(database, keyring)
    late.gate = asyncio.Event()
    core = make(store=late, patience=1.5)
    outcomes = await core.handle([*mouth("a", event="E1"), *other(ERASE, event="E2")])
    assert words(outcomes) == ["from_memory", "unfinished"]
    late.gate.set()
    await sender.reaches(3)
    repeated = await core.handle([*mouth("a", event="E1"), *other(ERASE, event="E2")])
    assert words(repeated) == ["duplicate", "duplicate"]
    await core.stop()
    assert sender.texts == ["busy", "busy", "erased"]
    assert await rows(late, databases.outbox) == 0
    person = await stands(late, mouth.key)
    assert (person.state is not None, person.unheard) == (True, True)
