"""Many at once: 200 people over buttons and direct messages, and a thousand messages in channels that are watched."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

from tests.discord.conftest import (
    ALL,
    EMERGENCY,
    HIGH,
    asked_for,
    bot_on_discord,
    new_discord,
    offers,
    somebody,
)
from tests.discord.people import Person
from tests.discord.standin import STAFF, WATCHED, Discord, Json, labels, words
from tests.tiny import Clock

PEOPLE = 200
#: How the answer from memory begins, when the store has too little time; a person then tries again.
BUSY = "今、こちらの調子が悪く"


async def _until_answered(ask: Callable[[], Awaitable[list[Json]]]) -> str:
    while (said := words(await ask())).startswith(BUSY):
        pass
    return said


async def _presses(person: Person) -> None:
    await _until_answered(lambda: person.runs("desks"))
    await _until_answered(lambda: person.press("近くの窓口"))
    assert "どの形" in await _until_answered(lambda: person.fills_in("和歌山市"))
    assert "和歌山" in await _until_answered(lambda: person.press("電話"))


async def _writes(person: Person) -> None:
    for text in ("近くの窓口を知りたい", "近くの窓口", "和歌山市"):
        await _until_answered(partial(person.says, text))
    assert "和歌山" in await _until_answered(lambda: person.says("電話"))


async def _hurries(person: Person) -> None:
    """Asks for two things at once: answered in the order in which they were asked for."""
    calls = [await person.asks(2, {"id": "1", "name": name, "type": 1}) for name in ("desks", "now")]
    for call in calls:
        await person.answer(call)
    first, second = (one.payload for one in person.discord.seen_by(person.id))
    if BUSY not in words([first, second]):
        assert "近くの窓口" in labels(first) and second["embeds"]


def crowded() -> Discord:
    """A Discord that waits for as long as a slow machine needs."""
    discord = new_discord()
    discord.patience = discord.in_time = 120.0
    return discord


async def test_two_hundred_people_at_once(tmp_path: Path) -> None:
    discord = crowded()
    async with bot_on_discord(tmp_path, discord, Clock()):
        pressing = [_presses(somebody(discord)) for _ in range(PEOPLE * 2 // 5)]
        hurrying = [_hurries(somebody(discord)) for _ in range(PEOPLE // 5)]
        writing = [_writes(somebody(discord, where="direct")) for _ in range(PEOPLE * 2 // 5)]
        await asyncio.gather(*pressing, *hurrying, *writing)
    assert len(discord.calls) >= PEOPLE * 2 // 5 * 5 + PEOPLE // 5 * 2
    assert all(call.acknowledged for call in discord.calls.values())


async def test_nobody_waits_for_the_turns_of_others_to_be_acknowledged(tmp_path: Path) -> None:
    """Times of one run against each other; tests/benchmarks/bench_discord.py has seconds."""
    discord = crowded()
    loop = asyncio.get_running_loop()
    async with bot_on_discord(tmp_path, discord, Clock()):
        people = [somebody(discord) for _ in range(PEOPLE)]
        await asyncio.gather(*(person.runs("desks") for person in people))
        begin, calls = loop.time(), []
        for person in people:
            calls.append(await person.presses("近くの窓口"))
            await somebody(discord, where="direct").writes("昨日から眠れない")
        await discord.until(lambda: all(call.answered for call in calls))
        acknowledged = sorted(call.acknowledged or loop.time() for call in calls)
        p99, whole = acknowledged[PEOPLE * 99 // 100] - begin, loop.time() - begin
    assert p99 < whole / 2


async def test_a_thousand_mixed_messages(
    tmp_path: Path, log_lines: Callable[[], list[dict[str, Any]]]
) -> None:
    dice, discord = random.Random(7), new_discord()
    grave = [EMERGENCY, HIGH, "死にたい", "今夜、薬をたくさん飲んで死ぬつもり"]
    harmless = ["今日は雨でした", "眠れた", "ゲームの話", "死ぬほど笑った"]
    async with bot_on_discord(tmp_path, discord, Clock(), ALL):
        labels = ["DMだけお願いする", "スタッフへの知らせも"]
        asked = [await asked_for(discord, dice.choice(labels)) for _ in range(20)]
        others = [somebody(discord, channel=WATCHED) for _ in range(60)]
        discord.forget()
        troubled, whose = set[str](), dict[str, str]()
        for _ in range(1000):
            person = dice.choice([*asked, *others])
            text = dice.choice(harmless if dice.random() < 0.7 else grave)
            if text in grave and person in asked:
                troubled.add(person.id)
            whose[await person.posts(text)] = person.id
        await discord.until(lambda: all(discord.in_channel(discord.dm(id)) for id in troubled))
    # The bot has ended, so whatever it was going to say is said.
    assert len(troubled) > 10
    for person in (*asked, *others):
        assert len(discord.in_channel(discord.dm(person.id))) == (person.id in troubled)
        assert len(offers(discord, person)) == (person.id in troubled)
    assert not discord.public() and not discord.deleted
    staff, lines = str([one.payload for one in discord.in_channel(STAFF)]), str(log_lines())
    told = Counter(
        (grade, whose[one.payload["content"].split("\n")[1].rpartition("/")[2]])
        for one in discord.in_channel(STAFF)
        for grade in ("心配", "急ぎ")
        if f"（{grade}）" in one.payload["content"]
    )
    assert told.keys() and set(told.values()) == {1}  # in this one spell, each grade of each at most once
    for person in (*asked, *others):
        assert person.name not in staff and person.id not in staff
        assert person.name not in lines and person.id not in lines
    assert not any(text in staff or text in lines for text in (*grave, *harmless))
