"""Floods, from one person and from many: bounded, in order, and no danger is dropped or kept waiting by others."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import ClientSession, TCPConnector

from bot.incoming import Arrival, Incoming, taken
from flows.model import Typed
from tests.line.conftest import bot_on_line
from tests.line.standin import Line, Phone, words
from tests.tiny import Clock

DANGER = "今から死にます"


@asynccontextmanager
async def flooded(folder: Path) -> AsyncIterator[tuple[Phone, Line]]:
    """The phone of somebody else, in front of a bot of its own."""
    line = Line()
    async with (
        bot_on_line(folder, line, Clock()) as bot,
        ClientSession(connector=TCPConnector(limit=0)) as http,
    ):
        yield Phone(f"http://127.0.0.1:{bot.port}", line, http), line


async def test_a_flood_from_one_person_loses_no_danger_and_keeps_nobody_waiting(tmp_path: Path) -> None:
    async with flooded(tmp_path) as (phone, line):
        flooding = Phone(phone.bot, line, phone.http, "U" + "f" * 32)
        flood = [[flooding.text("眠れない") for _ in range(50)] for _ in range(20)]
        flood[10][25] = flooding.text(DANGER)
        sending = [asyncio.create_task(flooding.send(*events)) for events in flood]
        await line.reached(1)
        assert "119" in words(await answered(phone, phone.text(DANGER)))
        assert not all(task.done() for task in sending)  # the flood is not over yet
        assert set(await asyncio.gather(*sending)) == {200}
        await flooding.say("うん")
    theirs = [words(messages) for _, to, messages in line.said if to == flooding.user]
    assert any("119" in text for text in theirs)
    assert len(theirs) < 200  # of a thousand texts: those that wait together are answered once


async def answered(phone: Phone, event: dict[str, Any]) -> list[dict[str, Any]]:
    """The answer to one event, while others are answered, too."""
    assert await phone.send(event) == 200
    async with phone.line.arrived, asyncio.timeout(20):
        await phone.line.arrived.wait_for(lambda: event["replyToken"] in phone.line.answers)
    return phone.line.answers[event["replyToken"]][1]


async def test_a_flood_of_people_is_answered_to_the_last(tmp_path: Path) -> None:
    async with flooded(tmp_path) as (phone, line):
        people = [Phone(phone.bot, line, phone.http, f"U{number:032x}") for number in range(300)]
        events = [one.text(DANGER if number % 50 == 49 else "眠れない") for number, one in enumerate(people)]
        found = await asyncio.gather(
            *(answered(one, event) for one, event in zip(people, events, strict=True))
        )
    assert all("119" in words(messages) for messages in found[49::50])
    assert all(words(messages) for messages in found)


async def test_a_share_of_the_next_batch_is_all_that_one_person_gets() -> None:
    loop = asyncio.get_running_loop()

    def arrival(key: bytes, number: int) -> Arrival:
        incoming = Incoming(key, str(number), Typed(("x",)), {}, Clock()(), "test")
        return Arrival(incoming, (), 0.0, loop.create_future())

    queue = deque([arrival(b"one", n) for n in range(5)] + [arrival(b"two", n) for n in range(3)])
    order = []
    while queue:
        batch = taken(queue, limit=4, share=2)
        order.append([(one.incoming.key, int(one.incoming.event_id)) for one in batch])
    one, two = b"one", b"two"
    assert order == [
        [(one, 0), (one, 1), (two, 0), (two, 1)],
        [(one, 2), (one, 3), (two, 2)],
        [(one, 4)],
    ]
