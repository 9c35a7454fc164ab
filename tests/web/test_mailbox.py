"""Mailboxes: every letter arrives once, and nothing is held for ever."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from uuid import uuid4

import pytest

from bot.parcels import Parcel, new_id
from bot.web.mailbox import IDLE, LETTERS, Full, Mailboxes
from flows.model import Button, Message, Reply, Tap
from tests.tiny import Clock

SESSION = "6f1f3c0a-0000-4000-8000-000000000001"


@pytest.fixture
def clock() -> Clock:
    """A clock that stands still until it is told."""
    return Clock()


def parcel(text: str, session: str = SESSION, id: bytes = b"") -> Parcel:
    reply = Reply((Message(text),), (Button("もどる", Tap("", "", "back", "v")),))
    return Parcel(id or new_id(), b"key", "web", {"session": session}, Clock()(), reply)


async def read_all(boxes: Mailboxes, last: str = "") -> list[str]:
    """The texts of everything that waits."""
    texts = []
    async for letter in boxes.box(SESSION).read(last, 0):
        if letter is None:
            break
        texts.append(json.loads(letter.text)["line"][0]["text"])
    return texts


async def test_a_reply_to_a_page_that_never_came_is_gone(clock: Clock) -> None:
    assert (await Mailboxes(clock).send(parcel("a"), "answer")).word == "gone"


async def test_a_parcel_that_is_tried_twice_arrives_once(clock: Clock) -> None:
    boxes = Mailboxes(clock)
    boxes.box(SESSION)
    twice = parcel("a", id=new_id())
    assert [(await boxes.send(twice, "answer")).word for _ in range(2)] == ["delivered"] * 2
    assert await read_all(boxes) == ["a"]


async def test_a_mailbox_holds_the_newest_letters(clock: Clock) -> None:
    boxes = Mailboxes(clock)
    boxes.box(SESSION)
    for number in range(LETTERS + 5):
        await boxes.send(parcel(str(number)), "answer")
    assert await read_all(boxes) == [str(number) for number in range(5, LETTERS + 5)]


async def test_a_letter_of_another_process_is_not_known(clock: Clock) -> None:
    boxes = Mailboxes(clock)
    boxes.box(SESSION)
    await boxes.send(parcel("a"), "answer")
    assert await read_all(boxes, last="before the restart") == ["a"]


async def test_a_mailbox_that_nobody_reads_is_dropped(clock: Clock) -> None:
    boxes = Mailboxes(clock)
    box = boxes.box(SESSION)
    clock.now += IDLE + timedelta(seconds=1)
    boxes.box(str(uuid4()))
    assert boxes.box(SESSION) is not box


async def test_a_mailbox_that_is_read_stays(clock: Clock) -> None:
    boxes = Mailboxes(clock)
    box = boxes.box(SESSION)
    with boxes.reading(SESSION):
        clock.now += IDLE * 2
        boxes.box(str(uuid4()))
        assert boxes.box(SESSION) is box
    boxes.box(str(uuid4()))
    assert boxes.box(SESSION) is box


async def test_places_are_few_and_go_to_who_reads(clock: Clock) -> None:
    boxes = Mailboxes(clock, most=2)
    with boxes.reading("read") as read:
        boxes.box("unread")
        with boxes.reading("new"):
            assert boxes.box("read") is read
            with pytest.raises(Full):
                boxes.box("one more")


async def test_reading_ends_when_the_process_stops(clock: Clock) -> None:
    boxes = Mailboxes(clock)
    box = boxes.box(SESSION)

    async def read() -> list[object]:
        return [letter async for letter in box.read("", 60)]

    reading = asyncio.create_task(read())
    await asyncio.sleep(0)
    boxes.close()
    assert await reading == []
