"""The whole life of a message, on every database, with a content of a few lines."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot import database as databases
from bot.core import Core, Shelf
from bot.database import Database
from bot.outbox import Outbox
from bot.parcels import Sent
from bot.privacy import Keyring
from bot.store import Store
from flows.hours import TOKYO
from flows.model import Event, Tap, Typed
from tests.rows import rows, stands, turns
from tests.tiny import ERASE, NOW, REMIND, Clock, Make, Mouth, Recorder, TinyContent, words

# ---------------------------------------------------------------------------------------------- as it should be


async def test_a_turn_is_committed_when_handle_returns_and_then_sent(
    core: Core, store: Store, outbox: Outbox, sender: Recorder, mouth: Mouth
) -> None:
    sender.gate.clear()
    outcomes = await core.handle(mouth("a"))
    assert words(outcomes) == ["answered"]
    assert outcomes[0].trace
    assert (outcomes[0].trace.flow, outcomes[0].trace.step) == ("tiny", "ask")
    assert await turns(store, mouth) == 1
    assert await rows(store, databases.outbox) == 1
    sender.gate.set()
    await outbox.idle()
    assert sender.texts == ["tiny 1: a"]
    parcel, way = sender.sent[0]
    assert (parcel.key, parcel.address, parcel.due, way) == (
        mouth.key,
        {"token": "U-user-1-token-1"},
        NOW,
        "answer",
    )


async def test_a_conversation_goes_on_where_it_stood(
    core: Core, outbox: Outbox, sender: Recorder, mouth: Mouth, other: Mouth
) -> None:
    for incomings in (mouth("a"), other("b"), mouth("c"), mouth(Tap("tiny", "ask", "x", "v"))):
        await core.handle(incomings)
    await outbox.idle()
    assert sender.texts == ["tiny 1: a", "tiny 1: b", "tiny 2: c", "tiny 3: "]


async def test_what_was_delivered_is_forgotten_with_the_next_turn_or_at_the_end(
    core: Core, store: Store, outbox: Outbox, mouth: Mouth
) -> None:
    await core.handle(mouth("a"))
    await outbox.idle()
    await core.handle(mouth("b"))
    await outbox.idle()
    assert await rows(store, databases.outbox) == 1
    await core.stop()
    assert await rows(store, databases.outbox) == 0


async def test_what_was_delivered_is_forgotten_soon_when_nobody_writes(
    make: Make, store: Store, sender: Recorder, mouth: Mouth
) -> None:
    core = make(quiet=0.001)
    sender.gate.clear()  # the platform takes its time: the core waits for the next event meanwhile
    await core.handle(mouth("a"))
    assert await rows(store, databases.outbox) == 1
    sender.gate.set()
    async with asyncio.timeout(10):
        while await rows(store, databases.outbox):
            pass


async def test_a_reply_without_words_is_not_sent(core: Core, store: Store, mouth: Mouth) -> None:
    assert words(await core.handle(mouth("silence"))) == ["answered"]
    assert await rows(store, databases.outbox) == 0


async def test_another_content_is_taken_between_two_turns(
    core: Core, outbox: Outbox, sender: Recorder, shelf: Shelf, mouth: Mouth
) -> None:
    await core.handle(mouth("a"))
    shelf.content = TinyContent("new")
    await core.handle(mouth("b"))
    await outbox.idle()
    assert sender.texts == ["tiny 1: a", "new 2: b"]


async def test_the_turn_is_told_when_the_message_came_and_not_what_the_clock_says(
    core: Core, outbox: Outbox, sender: Recorder, clock: Clock, mouth: Mouth
) -> None:
    """The chat page can pretend another time; a reminder counts from there."""
    await core.handle(mouth(REMIND, at=NOW - timedelta(days=1)))
    await outbox.idle()
    clock.pass_(hours=-14)  # 9:10 on the day after the one that was pretended
    await outbox.take_over()
    await outbox.idle()
    assert sender.texts == ["tiny 1: ", "a reminder"]


async def test_stopping_finishes_what_waits(core: Core, store: Store, sender: Recorder, mouth: Mouth) -> None:
    handling = asyncio.create_task(core.handle(mouth("a", REMIND, "b")))
    await asyncio.sleep(0)
    await core.stop()
    assert words(await handling) == ["answered"] * 3
    assert len(sender.sent) == 3
    assert await turns(store, mouth) == 3


# ---------------------------------------------------------------------------------------------- together


async def test_texts_that_wait_together_are_one_turn_and_answered_once(
    core: Core, store: Store, outbox: Outbox, sender: Recorder, mouth: Mouth, other: Mouth
) -> None:
    outcomes = await core.handle([*mouth("死に", "たい"), *other("x"), *mouth("help")])
    await outbox.idle()
    assert words(outcomes) == ["answered"] * 4
    assert [outcome.trace.risk for outcome in outcomes if outcome.trace] == ["high", "high", "none", "high"]
    assert sorted(sender.texts) == ["desks", "tiny 1: x"]
    assert {parcel.address["token"] for parcel, _ in sender.sent} == {"U-user-1-token-3", "U-user-2-token-1"}
    state = (await stands(store, mouth.key)).state
    assert state
    assert state.at.slots["heard"] == ("死に", "たい", "help")


async def test_taps_and_events_keep_their_own_turns_and_their_order(
    core: Core, outbox: Outbox, sender: Recorder, mouth: Mouth
) -> None:
    tap = Tap("tiny", "ask", "x", "v")
    await core.handle(mouth("a", "b", tap, tap, Event("sticker"), "c", Typed(("d", "e"))))
    await outbox.idle()
    assert sender.texts == ["tiny 1: a + b", "tiny 2: ", "tiny 3: ", "tiny 4: ", "tiny 5: c + d + e"]


async def test_many_people_at_once_lose_nothing(
    make: Make, store: Store, outbox: Outbox, sender: Recorder, keyring: Keyring
) -> None:
    core = make(limit=7)
    people = [Mouth(keyring, f"U{number}") for number in range(15)]
    taps = [core.handle(person(Event("sticker"))) for _ in range(4) for person in people]
    outcomes = await asyncio.gather(*taps)
    await outbox.idle()
    assert words([one for outcome in outcomes for one in outcome]) == ["answered"] * 60
    assert [await turns(store, person) for person in people] == [4] * 15
    for person in people:
        theirs = [parcel.reply.messages[0].text for parcel, _ in sender.sent if parcel.key == person.key]
        assert theirs == [f"tiny {turn}: " for turn in (1, 2, 3, 4)]


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)  # SQLite serves one process
async def test_two_processes_share_people_without_losing_or_doubling_a_turn(
    make: Make, store: Store, url: str, keyring: Keyring, sender: Recorder, clock: Clock
) -> None:
    database = Database(url)
    elsewhere = Store(database, keyring)
    cores = [make(limit=3), make(elsewhere, Outbox(elsewhere, {"test": sender}, clock), limit=3)]
    people = [Mouth(keyring, f"U{number}") for number in range(5)]
    events = [person(Event("sticker")) for _ in range(12) for person in people]
    doubled = [core.handle(event) for event in events for core in cores]
    outcomes = await asyncio.gather(*doubled)
    said = words([one for outcome in outcomes for one in outcome])
    assert (said.count("answered"), said.count("duplicate")) == (60, 60)
    assert [await turns(store, person) for person in people] == [12] * 5
    for core in cores:
        await core.stop()
    assert len(sender.sent) == 60
    await database.close()


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
async def test_somebody_locked_elsewhere_holds_up_nobody_else(
    core: Core, store: Store, mouth: Mouth, other: Mouth
) -> None:
    await core.handle(mouth("a"))
    async with store.transaction(NOW) as elsewhere:
        await elsewhere.take({mouth.key: None})
        waiting = asyncio.create_task(core.handle(mouth("b")))
        assert words(await core.handle(other("c"))) == ["answered"]
        assert not waiting.done()
    assert words(await waiting) == ["answered"]
    assert await turns(store, mouth) == 2


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
async def test_somebody_locked_elsewhere_for_long_is_answered_from_memory(
    make: Make, core: Core, store: Store, mouth: Mouth
) -> None:
    await core.handle(mouth("a"))
    async with store.transaction(NOW) as elsewhere:
        await elsewhere.take({mouth.key: None})
        assert words(await make(patience=0.3).handle(mouth("b"))) == ["from_memory"]


# ---------------------------------------------------------------------------------------------- erase, reminders


async def test_erasing_takes_everything_and_confirms(
    core: Core, store: Store, outbox: Outbox, sender: Recorder, mouth: Mouth, other: Mouth
) -> None:
    await core.handle([*mouth("a", REMIND), *other("b")])
    await outbox.idle()
    sender.gate.clear()
    await core.handle(mouth("c"))
    assert words(await core.handle(mouth(ERASE))) == ["answered"]
    sender.gate.set()
    await outbox.idle()
    assert sender.texts[-1] == "erased"
    assert "c" not in "".join(sender.texts)  # it was in hand, and cancelled
    assert [parcel.kind for parcel, _ in sender.sent] == ["answer"] * 3 + ["erased"]
    await core.stop()
    assert await rows(store, databases.people) == 1
    assert await rows(store, databases.outbox) == 0


async def test_who_writes_after_erasing_is_new(
    core: Core, store: Store, outbox: Outbox, sender: Recorder, mouth: Mouth
) -> None:
    await core.handle(mouth("a"))
    await core.handle(mouth("b", REMIND, ERASE, "c"))
    await outbox.idle()
    assert sender.texts == ["tiny 1: a", "erased", "tiny 1: c"]
    assert await turns(store, mouth) == 1
    await core.stop()
    assert await rows(store, databases.outbox) == 0


async def test_a_reminder_is_sent_when_it_is_due_and_a_new_one_replaces_it(
    core: Core, store: Store, outbox: Outbox, sender: Recorder, clock: Clock, mouth: Mouth
) -> None:
    await core.handle(mouth(REMIND))
    await core.handle(mouth(REMIND, REMIND, at=NOW + timedelta(days=1)))
    await outbox.idle()
    for moment, sent in ((9, 0), (32, 0), (33, 1), (34, 1)):
        clock.now = datetime(2026, 11, 23, 0, tzinfo=TOKYO) + timedelta(hours=moment)
        await outbox.take_over()
        await outbox.idle()
        assert len([one for one, _ in sender.sent if one.kind == "reminder"]) == sent
    assert sender.ways[-1] == "push"


async def test_a_question_that_was_never_seen_is_put_again(
    core: Core, store: Store, outbox: Outbox, sender: Recorder, mouth: Mouth
) -> None:
    sender.answers.append(Sent("refused"))
    for text in ("a", "b", "c"):
        await core.handle(mouth(text))
        await outbox.idle()
    assert sender.texts == ["tiny 1: a", "again", "tiny 2: c"]


# ---------------------------------------------------------------------------------------------- log


async def test_one_line_a_turn_without_what_was_said_or_by_whom(
    core: Core, outbox: Outbox, sender: Recorder, mouth: Mouth, log_lines: Callable[[], list[dict[str, Any]]]
) -> None:
    await core.handle(mouth("a secret", event="E1"))
    await core.handle(mouth("a secret", event="E1"))
    await core.handle(mouth("boom"))
    sender.answers.append(ValueError("a secret"))
    await core.handle(mouth("help"))
    await outbox.idle()
    lines = log_lines()
    turns = [line for line in lines if line["event"] == "turn" and line["level"] == "info"]
    assert [(line["outcome"], line["risk"]) for line in turns] == [
        ("answered", "none"),
        ("duplicate", "none"),
        ("failed", "none"),
        ("answered", "high"),
    ]
    assert set(turns[0]) == {
        "event",
        "level",
        "timestamp",
        "outcome",
        "platform",
        "risk",
        "flow",
        "step",
        "ms",
    }
    faults = [line["fault"].partition(":")[0] for line in lines if line["level"] == "error"]
    assert faults == ["ValueError at bot/turns.py"] * 2 + ["ValueError at bot/outbox.py"]
    for word in ("secret", "boom", "U-user", "E1", "token", mouth.key.hex()):
        assert word not in str(lines)
