"""What a process that ends leaves to the next on Discord: replies, reminders, windows; and erases that came between."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

from bot.database import Database
from tests.discord.conftest import ALL, EMERGENCY, asked_for, bot_on_discord, new_discord, offers
from tests.discord.standin import STAFF
from tests.discord.test_server import kept
from tests.tiny import Clock


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
