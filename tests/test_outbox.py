"""Delivering what was committed, on every database."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot import database as databases
from bot.outbox import Outbox
from bot.parcels import Kind, Parcel, Sent, dump, from_bytes, to_bytes
from bot.records import Person
from bot.store import Changes, Store
from flows.model import Button, Message, Reply, Risk, State, Tap
from tests.rows import count, keep, key, parcel, stands
from tests.tiny import NOW, Clock, Recorder, say

DELIVERED, REFUSED, RETRY, GONE = Sent("delivered"), Sent("refused"), Sent("retry"), Sent("gone")
UNKNOWN = Sent("retry", unknown=True)


def ordinary(owner: bytes = key(), text: str = "hello", **changes: Any) -> Parcel:
    """An answer to somebody who is not at risk."""
    return parcel(owner, **{"reply": say(text), "risk": "none"} | changes)


async def posted(store: Store, outbox: Outbox, *parcels: Parcel) -> None:
    """Writes parcels as turns do, posts them, and waits until nothing is in hand."""
    lease = outbox.lease()
    people = [Person(one.key, NOW.date(), State(), last_reply=one.id) for one in parcels]
    await keep(store, *people, parcels=[(one, lease) for one in parcels])
    for one in parcels:
        outbox.post(one, lease)
    await outbox.idle()


async def rows(store: Store) -> int:
    """Rows of the outbox."""
    return await count(store.database, databases.outbox)


async def test_what_is_delivered_is_deleted_with_the_next_transaction(
    store: Store, outbox: Outbox, sender: Recorder
) -> None:
    one = ordinary()
    await posted(store, outbox, one)
    assert sender.sent == [(one, "answer")]
    assert outbox.settled == [one.id]
    async with store.transaction(NOW) as transaction:
        await transaction.write(Changes(sent=outbox.settled))
    assert await rows(store) == 0


async def test_the_confirmation_of_an_erase_is_deleted_at_once_and_leaves_no_trace(
    store: Store, outbox: Outbox, url: str
) -> None:
    one = ordinary(kind="erased")
    lease = outbox.lease()
    await keep(store, parcels=[(one, lease)])
    outbox.post(one, lease)
    await outbox.idle()
    assert await rows(store) == 0
    await store.clear_traces()
    if store.database.sqlite:
        file = Path(url.removeprefix("sqlite+aiosqlite:///"))
        assert one.key not in b"".join(path.read_bytes() for path in file.parent.glob(f"{file.name}*"))


async def test_replies_to_one_person_are_sent_in_order_and_to_others_meanwhile(
    store: Store, outbox: Outbox, sender: Recorder
) -> None:
    sender.answers.extend([RETRY, DELIVERED])
    await posted(
        store, outbox, ordinary(text="first"), ordinary(text="second"), ordinary(key(2), text="other")
    )
    assert [text for text in sender.texts if text != "other"] == ["first", "first", "second"]
    assert sender.texts.index("other") < sender.texts.index("second")


async def test_somebody_at_risk_does_not_wait_behind_a_reply_that_is_put_off(
    store: Store, sender: Recorder, clock: Clock
) -> None:
    resting, wake = asyncio.Event(), asyncio.Event()

    async def pause(seconds: float) -> None:
        resting.set()
        await wake.wait()

    outbox = Outbox(store, {"test": sender}, clock, pause)
    sender.answers.append(RETRY)
    outbox.post(ordinary(), outbox.lease())
    await resting.wait()
    outbox.post(ordinary(text="after"), outbox.lease())
    outbox.post(parcel(key()), outbox.lease())
    await sender.reaches(2)
    wake.set()
    await outbox.idle()
    assert sender.texts == ["hello", "desks", "hello", "after"]


async def test_a_try_that_failed_is_made_again_with_growing_waits(
    store: Store, outbox: Outbox, sender: Recorder, clock: Clock
) -> None:
    sender.answers.extend([RETRY, RETRY, Sent("retry", wait=5.0), RETRY, DELIVERED])
    await posted(store, outbox, ordinary())
    assert len(sender.sent) == 5
    assert clock.pauses == [1.0, 1.0, 5.0, 7.0]
    assert len({one.retry_key for one, _ in sender.sent}) == 1


async def test_a_try_beyond_the_lease_is_left_to_whoever_takes_it_over(
    store: Store, outbox: Outbox, sender: Recorder, clock: Clock
) -> None:
    sender.answers.append(Sent("retry", wait=40))
    one = parcel(key())
    await posted(store, outbox, one)
    assert outbox.settled == []
    clock.pass_(seconds=39)
    await outbox.take_over()
    await outbox.idle()
    assert len(sender.sent) == 1
    clock.pass_(seconds=1)
    await outbox.take_over()
    await outbox.idle()
    assert sender.sent == [(one, "answer"), (one, "answer")]


async def test_an_exception_of_a_sender_is_a_try_with_an_unknown_outcome(
    store: Store, outbox: Outbox, sender: Recorder
) -> None:
    sender.answers.extend([ValueError("broken"), REFUSED])
    one = ordinary()
    await posted(store, outbox, one)
    assert sender.ways == ["answer", "answer"]
    assert outbox.settled == [one.id]
    assert not (await stands(store, key())).unheard


async def test_a_platform_that_is_not_configured_is_waited_for(
    store: Store, outbox: Outbox, clock: Clock
) -> None:
    await posted(store, outbox, ordinary(platform="other"))
    assert clock.pauses == [1.0, 1.0, 2.0, 4.0, 8.0]  # then the lease ends
    assert await rows(store) == 1


# ---------------------------------------------------------------------------------------------- the token is gone


async def test_an_ordinary_reply_that_is_refused_is_dropped_and_its_question_counts_as_unheard(
    store: Store, outbox: Outbox, sender: Recorder
) -> None:
    sender.answers.append(REFUSED)
    await posted(store, outbox, ordinary())
    assert sender.ways == ["answer"]
    assert (await stands(store, key())).unheard
    assert await rows(store) == 0


@pytest.mark.parametrize(
    ("risk", "kind"), [("high", "answer"), ("emergency", "answer"), ("none", "erased"), ("watch", "erased")]
)
async def test_an_urgent_reply_that_is_refused_is_pushed(
    store: Store, outbox: Outbox, sender: Recorder, risk: Risk, kind: Kind
) -> None:
    sender.answers.append(REFUSED)
    one = ordinary(risk=risk, kind=kind)
    await posted(store, outbox, one)
    assert sender.ways == ["answer", "push"]
    assert outbox.settled == [one.id]


async def test_refused_after_a_try_with_an_unknown_outcome_was_sent(
    store: Store, outbox: Outbox, sender: Recorder
) -> None:
    sender.answers.extend([UNKNOWN, REFUSED])
    one = ordinary()
    await posted(store, outbox, one)
    assert sender.ways == ["answer", "answer"]
    assert outbox.settled == [one.id]
    assert not (await stands(store, key())).unheard


async def test_somebody_at_risk_is_pushed_to_even_when_the_try_before_may_have_arrived(
    store: Store, outbox: Outbox, sender: Recorder
) -> None:
    sender.answers.extend([UNKNOWN, REFUSED])
    await posted(store, outbox, parcel(key()))
    assert sender.ways == ["answer", "answer", "push"]


@pytest.mark.parametrize("answers", [[GONE], [REFUSED, REFUSED], [REFUSED, GONE]])
async def test_somebody_who_cannot_be_reached_is_let_go(
    store: Store, outbox: Outbox, sender: Recorder, answers: list[Sent]
) -> None:
    sender.answers.extend(answers)
    one = parcel(key())
    await posted(store, outbox, one)
    assert len(sender.sent) == len(answers)
    assert outbox.settled == [one.id]


# ---------------------------------------------------------------------------------------------- erasing, memory


async def test_cancelling_drops_what_is_in_hand_for_one_person_only(
    store: Store, outbox: Outbox, sender: Recorder
) -> None:
    sender.gate.clear()
    for one in (ordinary(text="a"), ordinary(text="b"), ordinary(key(2), text="c")):
        outbox.post(one, outbox.lease())
    outbox.cancel(key())
    outbox.post(ordinary(text="erased", kind="erased"), outbox.lease())
    sender.gate.set()
    await outbox.idle()
    assert sorted(sender.texts) == ["c", "erased"]


async def test_a_reply_without_a_row_is_tried_again_as_long_as_it_makes_sense(
    store: Store, outbox: Outbox, sender: Recorder, clock: Clock
) -> None:
    sender.answers.extend([RETRY] * 16 + [DELIVERED])
    outbox.post(parcel(key()), None)
    await outbox.idle()
    assert sender.ways == ["answer"] * 16 + ["push"]  # danger waits a quarter of the time, and never a minute
    assert max(clock.pauses) < 12
    sender.answers.extend([RETRY] * 20)
    outbox.post(ordinary(due=clock()), None)
    await outbox.idle()
    assert sender.ways[17:] == ["answer"] * 7  # after 0, 1, 2, 4, 8, 16 and 32 seconds
    assert outbox.settled == []


async def test_an_ordinary_reply_does_not_pass_by_what_danger_passed_by(
    store: Store, outbox: Outbox, sender: Recorder
) -> None:
    sender.answers.append(RETRY)
    outbox.post(ordinary(text="first"), None)
    await sender.reaches(1)
    outbox.post(parcel(key(), reply=say("desks")), None)
    outbox.post(ordinary(text="last"), None)
    await outbox.idle()
    assert sender.texts[-1] == "last"
    assert sender.texts.count("first") == 2


async def test_closing_waits_for_what_is_being_sent(store: Store, outbox: Outbox, sender: Recorder) -> None:
    sender.gate.clear()
    outbox.post(ordinary(), outbox.lease())
    closing = asyncio.create_task(outbox.close())
    await asyncio.sleep(0)
    sender.gate.set()
    await closing
    assert sender.texts == ["hello"]


async def test_closing_leaves_what_does_not_end_to_others(
    store: Store, outbox: Outbox, sender: Recorder
) -> None:
    sender.gate.clear()
    one = ordinary()
    await keep(store, parcels=[(one, outbox.lease())])
    outbox.post(one, outbox.lease())
    await outbox.close(0)
    assert outbox.settled == []
    assert await rows(store) == 1


async def test_a_store_that_fails_leaves_the_row_and_does_not_stop_the_outbox(
    store: Store, outbox: Outbox, sender: Recorder
) -> None:
    lost = replace(ordinary(), address={"token": "x"})
    sender.answers.append(REFUSED)
    await keep(store, parcels=[(lost, outbox.lease())])
    async with store.database.begin() as connection:
        await connection.execute(sa.text("ALTER TABLE people RENAME TO elsewhere"))
    outbox.post(lost, outbox.lease())
    await outbox.idle()
    assert await rows(store) == 1
    outbox.post(ordinary(key(2), text="next", due=NOW + timedelta(seconds=1)), None)
    await outbox.idle()
    assert sender.texts == ["hello", "next"]


def test_what_a_tap_shows_is_written_down_and_rows_of_the_release_before_are_read() -> None:
    button = Button("もどる", Tap("", "", "back", "v"), "選びました")
    one = ordinary(reply=Reply((Message("hello"),), (button,)))
    assert from_bytes(one.id, one.key, one.due, to_bytes(one)) == one
    before = dump(["test", {}, "none", "answer", [[["hello", []]], [["もどる", "", "", "back", "v"]]]])
    assert from_bytes(one.id, one.key, one.due, before).reply.choices == (replace(button, said=""),)
