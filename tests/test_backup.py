"""Backup and restore, as docs/operations.md describes them; and what a database tells without its secret."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

from aiohttp import ClientSession

from tests.line.conftest import bot_on_line
from tests.line.standin import Line, Phone
from tests.tiny import Clock

ASKED = "find_center.place."  # in the buttons under the question that is pending


async def test_a_backup_of_a_running_bot_is_restored_and_talks_on(tmp_path: Path) -> None:
    first, second, thief = (tmp_path / name for name in ("first", "second", "thief"))
    for folder in (first, second, thief):
        folder.mkdir()
    line, clock = Line(), Clock()
    async with ClientSession() as http:
        phone = Phone("", line, http)
        async with bot_on_line(first, line, clock) as bot:
            phone.bot = f"http://127.0.0.1:{bot.port}"
            await phone.say("近くの相談窓口を知りたい")
            await phone.tap("近くの窓口")
            assert ASKED in json.dumps(await phone.say("うん"))
            for folder in (second, thief):
                backup(first / "line.db", folder / "line.db")
        async with bot_on_line(second, line, clock) as bot:
            phone.bot = f"http://127.0.0.1:{bot.port}"
            assert ASKED in json.dumps(await phone.say("うん"))
        secret = {"BOT_SECRET": "another secret, which a thief may have thought of"}
        async with bot_on_line(thief, line, clock, secret) as bot:
            phone.bot = f"http://127.0.0.1:{bot.port}"
            assert ASKED not in json.dumps(await phone.say("うん"))  # nobody is known, nor what was asked
        stolen = (thief / "line.db").read_bytes()
        assert phone.user.encode() not in stolen
        assert "近くの相談窓口を知りたい" not in stolen.decode(errors="replace")


def backup(source: Path, target: Path) -> None:
    """What `sqlite3 source ".backup target"` does."""
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)
