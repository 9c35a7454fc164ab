"""What a process that ends leaves to the next on Discord: replies, reminders, windows; and erases that came between."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import pytest

from bot import database as databases
from bot.database import Database
from tests.discord.conftest import ALL, EMERGENCY, asked_for, bot_on_discord, new_discord, offers, somebody
from tests.discord.standin import STAFF, words
from tests.discord.test_server import kept
from tests.rows import count
from tests.test_guide import folder
from tests.tiny import Clock

REMINDER = "こんばんは。ともしびです。返事はいりません。"


async def none_waits(url: str) -> None:
    """Returns when nothing is on its way to anybody."""
    database = Database(url)
    async with asyncio.timeout(20):
        while await count(database, databases.outbox):
            pass
    await database.close()


@pytest.mark.parametrize("closed", [False, True])
async def test_a_reminder_arrives_by_direct_message_or_is_given_up(tmp_path: Path, closed: bool) -> None:
    discord, clock = new_discord(), Clock()
    friend, url = somebody(discord, where="direct"), f"sqlite+aiosqlite:///{tmp_path}/discord.db"
    async with bot_on_discord(tmp_path, discord, clock):
        tap = {"custom_id": "talk_first.later.tomorrow@x", "component_type": 2}
        assert "わかりました" in words(await friend.answer(await friend.asks(3, tap)))
    before = len(discord.shown)
    if closed:
        discord.closed.add(friend.id)
    clock.pass_(hours=22)
    async with bot_on_discord(tmp_path, discord, clock):
        tried = f"POST /channels/{discord.dm(friend.id)}/messages"
        await discord.until(lambda: tried in discord.requests)
        await somebody(discord).runs("talk")
        await none_waits(url)
        assert discord.requests.count(tried) == 1
    said = [one for one in discord.shown[before:] if REMINDER in one.payload.get("content", "")]
    assert [one.channel for one in said] == ([] if closed else [discord.dm(friend.id)])
    assert not discord.public() and len(discord.shown) == before + (1 if closed else 2)


async def test_in_a_server_no_reminder_is_offered(tmp_path: Path) -> None:
    discord = new_discord()
    person = somebody(discord)
    async with bot_on_discord(tmp_path, discord, Clock()):
        tap = {"custom_id": "talk_first.later.tomorrow@x", "component_type": 2}
        assert "できません" in words(await person.answer(await person.asks(3, tap)))


@pytest.mark.parametrize("edited", [False, True])
async def test_a_window_opened_before_a_new_start_is_answered_after_it(tmp_path: Path, edited: bool) -> None:
    discord, clock, content = new_discord(), Clock(), folder(tmp_path)
    more, person = {"CONTENT_DIR": str(content)}, somebody(discord)
    async with bot_on_discord(tmp_path, discord, clock, more):
        await person.runs("desks")
        await person.press("近くの窓口")
        call = await person.presses("文で書く")
        await discord.until(lambda: call.window)
    if edited:
        flow = content / "flows" / "find_center.yaml"
        text = flow.read_text(encoding="utf-8")
        flow.write_text(text.replace("どの形", "（直しました）どの形"), encoding="utf-8")
    async with bot_on_discord(tmp_path, discord, clock, more):
        answer = words(await person.answer(await person.submits(call, "和歌山市")))
        assert "どの形" in answer and ("（直しました）" in answer) is edited
    assert discord.shown[-1].only == person.id


async def test_an_erase_while_help_is_offered_is_not_undone(tmp_path: Path) -> None:
    """Another connection holds the database, so the offer is made from memory; the erase commits before the rest."""
    discord, url = new_discord(), f"sqlite+aiosqlite:///{tmp_path}/discord.db"
    async with bot_on_discord(tmp_path, discord, Clock(), ALL):
        person = await asked_for(discord, "スタッフへの知らせも")
        other = sqlite3.connect(tmp_path / "discord.db", isolation_level=None, check_same_thread=False)
        await asyncio.to_thread(other.execute, "BEGIN IMMEDIATE")
        await person.posts(EMERGENCY)
        await discord.until(lambda: offers(discord, person))
        other.execute("DELETE FROM consents")
        other.execute("COMMIT")
        other.close()
    database = Database(url)  # the bot has ended what it had begun
    assert await kept(database) == 0 and not discord.in_channel(STAFF)
    await database.close()
