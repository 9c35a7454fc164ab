"""Many at once: 200 people over buttons and direct messages, each in order, everybody acknowledged in time."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.discord.conftest import bot_on_discord, new_discord, somebody
from tests.discord.people import Person
from tests.discord.standin import labels, words
from tests.tiny import Clock

PEOPLE = 200
#: Seconds within which 99 of 100 are acknowledged (issue 7).
P99 = 1.0


async def _presses(person: Person) -> None:
    await person.runs("desks")
    await person.press("近くの窓口")
    assert "どの形" in words(await person.fills_in("和歌山市"))
    assert "和歌山" in words(await person.press("電話"))


async def _writes(person: Person) -> None:
    for text in ("近くの窓口を知りたい", "近くの窓口", "和歌山市"):
        await person.says(text)
    assert "和歌山" in words(await person.says("電話"))


async def _hurries(person: Person) -> None:
    """Asks for two things at once: answered in the order in which they were asked for."""
    calls = [await person.asks(2, {"id": "1", "name": name, "type": 1}) for name in ("desks", "now")]
    for call in calls:
        await person.answer(call)
    first, second = person.discord.seen_by(person.id)
    assert "近くの窓口" in labels(first.payload) and second.payload["embeds"]


async def test_two_hundred_people_at_once(tmp_path: Path) -> None:
    discord = new_discord()
    async with bot_on_discord(tmp_path, discord, Clock()):
        discord.patience = 60.0
        pressing = [_presses(somebody(discord)) for _ in range(PEOPLE * 2 // 5)]
        hurrying = [_hurries(somebody(discord)) for _ in range(PEOPLE // 5)]
        writing = [_writes(somebody(discord, where="direct")) for _ in range(PEOPLE * 2 // 5)]
        await asyncio.gather(*pressing, *hurrying, *writing)
        waits = sorted((call.acknowledged or 60.0) - call.born for call in discord.calls.values())
        assert len(waits) == PEOPLE * 2 // 5 * 5 + PEOPLE // 5 * 2
        assert waits[len(waits) * 99 // 100] < P99
        assert waits[-1] < 3
