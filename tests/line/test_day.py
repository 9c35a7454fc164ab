"""A day of five hundred people, and bodies that nobody should send."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

import pytest
from aiohttp import ClientSession

from tests.line.conftest import bot_on_line
from tests.line.fuzz import MARK, fuzz
from tests.line.standin import Line, Phone
from tests.tiny import Clock

PEOPLE, TURNS = 500, 20
TEXTS = (
    "眠れない",
    "うん",
    "疲れた",
    "窓口を知りたい",
    "もどる",
    "最初から",
    "なんもない",
    "和歌山市",
    "ありがとう",
    "もう死にたい",
)


async def test_a_day_of_five_hundred_people_spends_no_push_and_leaves_nobody_unanswered(
    tmp_path: Path,
) -> None:
    line, clock = Line(), Clock()
    async with bot_on_line(tmp_path, line, clock) as bot, ClientSession() as http:
        phones = [
            Phone(f"http://127.0.0.1:{bot.port}", line, http, f"U{number:032x}") for number in range(PEOPLE)
        ]
        hand = asyncio.Semaphore(50)

        async def live(phone: Phone) -> None:
            chance = random.Random(phone.user)
            for turn in range(TURNS):
                event = phone.event("follow") if turn == 0 else phone.text(chance.choice(TEXTS))
                async with hand:
                    assert await phone.send(event) == 200

        await asyncio.gather(*map(live, phones))
        said = await line.reached(PEOPLE * TURNS)
        assert {way for way, _, _ in said} == {"reply"}
        assert len(said) == PEOPLE * TURNS


async def test_no_body_breaks_the_webhook_and_nothing_of_it_is_logged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    statuses, _ = await fuzz(1000, tmp_path)
    assert set(statuses) <= {200, 400}
    assert statuses[400] > 300
    assert MARK not in capsys.readouterr().out
