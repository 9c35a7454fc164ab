"""What a process that died has left behind, and what is due later, on every database."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from bot import database as databases
from bot.core import Core
from bot.database import Database
from bot.outbox import LEASE, Outbox
from bot.parcels import Kind, Way
from bot.privacy import Keyring
from bot.records import Person
from bot.store import Store
from flows.model import Risk, State
from tests.line.conftest import bot_on_line
from tests.line.standin import Line
from tests.rows import keep, key, parcel, rows, stands
from tests.test_outbox import REFUSED, ordinary
from tests.tiny import DECLINE, NOW, REMIND, SECRET, Clock, Make, Mouth, Recorder


@pytest.mark.parametrize(
    ("seconds", "risk", "kind", "way"),
    [
        (31, "none", "answer", "answer"),
        (49, "high", "answer", "answer"),
        (51, "high", "answer", "push"),
        (51, "emergency", "answer", "push"),
        (51, "none", "erased", "push"),
        (0, "none", "reminder", "push"),
        (51, "none", "answer", None),
        (51, "watch", "answer", None),
        (60 * 60 * 22, "high", "answer", "push"),
        (60 * 60 * 24, "high", "answer", None),
    ],
)
async def test_what_a_dead_process_left_behind_is_sent_as_its_age_allows(
    store: Store,
    outbox: Outbox,
    sender: Recorder,
    clock: Clock,
    seconds: int,
    risk: Risk,
    kind: Kind,
    way: Way | None,
) -> None:
    one = ordinary(risk=risk, kind=kind)
    await keep(store, Person(key(), NOW.date(), State(), last_reply=one.id), parcels=[(one, NOW)])
    clock.pass_(seconds=seconds)
    await outbox.take_over()
    await outbox.idle()
    assert sender.ways == ([way] if way else [])
    assert (await stands(store, key())).unheard is (way is None)
    assert bool(outbox.settled) is (way is not None)


async def test_on_one_machine_a_restart_takes_over_at_once(tmp_path: Path, clock: Clock) -> None:
    """Nobody else can have it in hand, so that danger does not wait for the end of a dead process's lease."""
    url, line = f"sqlite+aiosqlite:///{tmp_path}/line.db", Line()
    await databases.upgrade(url)
    database, keyring = Database(url), Keyring(SECRET)
    left = parcel(key(), platform="line", address={"to": "U1", "token": line.token("U1")})
    await keep(Store(database, keyring), parcels=[(left, clock() + LEASE)])
    await database.close()
    async with bot_on_line(tmp_path, line, clock):
        await line.reached(1)
    assert [(way, to) for way, to, _ in line.said] == [("reply", "U1")]


async def test_a_leftover_that_is_refused_was_sent(store: Store, outbox: Outbox, sender: Recorder) -> None:
    sender.answers.append(REFUSED)
    one = ordinary()
    await keep(store, Person(key(), NOW.date(), State(), last_reply=one.id), parcels=[(one, NOW)])
    await outbox.take_over()
    await outbox.idle()
    assert outbox.settled == [one.id]
    assert not (await stands(store, key())).unheard


async def test_what_was_taken_over_is_deleted_without_another_event(
    make: Make, store: Store, outbox: Outbox, sender: Recorder
) -> None:
    make(quiet=0.001)
    one = ordinary()
    await keep(store, parcels=[(one, NOW)])
    await outbox.take_over()
    await sender.reaches(1)
    async with asyncio.timeout(10):
        while await rows(store, databases.outbox):
            pass


async def test_two_processes_never_send_the_same_leftover(
    store: Store, outbox: Outbox, sender: Recorder, clock: Clock
) -> None:
    other = Outbox(store, {"test": sender}, clock, clock.pause)
    several = [ordinary(key(number), kind="reminder") for number in range(20)]
    await keep(store, parcels=[(one, NOW) for one in several])
    await asyncio.gather(outbox.take_over(), other.take_over())
    await outbox.idle()
    await other.idle()
    assert sorted(one.key for one, _ in sender.sent) == sorted(one.key for one in several)


async def test_what_is_still_in_hand_is_not_sent_a_second_time_when_its_lease_ends(
    store: Store, outbox: Outbox, sender: Recorder, clock: Clock
) -> None:
    one, lease = ordinary(), outbox.lease()
    await keep(store, parcels=[(one, lease)])
    sender.gate.clear()
    outbox.post(one, lease)
    clock.pass_(seconds=31)
    await outbox.take_over()
    sender.gate.set()
    await outbox.idle()
    assert len(sender.sent) == 1


async def test_a_reminder_that_is_declined_is_not_sent(
    core: Core, outbox: Outbox, sender: Recorder, clock: Clock, mouth: Mouth
) -> None:
    await core.handle(mouth(REMIND))
    await core.handle(mouth(DECLINE))
    await outbox.idle()
    clock.now = NOW + timedelta(days=2)
    await outbox.take_over()
    await outbox.idle()
    assert [one.kind for one, _ in sender.sent] == ["answer", "answer"]
