"""One bot on LINE and on Discord, and somebody with the same id on both: two people to it."""

from __future__ import annotations

from pathlib import Path

from aiohttp import ClientSession
from aiohttp.test_utils import TestServer

from bot import database as databases
from bot.database import Database
from tests.discord.conftest import bot_on_discord, new_discord, somebody
from tests.discord.standin import words
from tests.line.standin import SECRET, Line, Phone
from tests.line.standin import words as line_words
from tests.rows import count
from tests.tiny import Clock

PLACE, NEXT, GONE, NEW = "和歌山市", "どの形", "記録を消しました", "自動の案内"


async def test_the_same_person_on_line_and_on_discord_is_two_strangers(tmp_path: Path) -> None:
    discord, line = new_discord(), Line()
    async with TestServer(line.app()) as api, ClientSession() as http:
        more = {
            "LINE_CHANNEL_SECRET": SECRET,
            "LINE_CHANNEL_ACCESS_TOKEN": "an access token",
            "LINE_API_BASE": str(api.make_url("/")),
        }
        async with bot_on_discord(tmp_path, discord, Clock(), more) as bot:
            friend = somebody(discord, where="direct")
            phone = Phone(f"http://127.0.0.1:{bot.port}", line, http, friend.id)
            await friend.says("近くの相談窓口を知りたい")
            await friend.press("近くの窓口")
            assert NEW in line_words(await phone.say(PLACE))
            assert GONE in line_words(await phone.say("記録を消す"))
            answer = words(await friend.says(PLACE))
            assert NEXT in answer and NEW not in answer

            assert NEW in line_words(await phone.say("近くの相談窓口を知りたい"))
            await phone.tap("近くの窓口")
            assert GONE in words(await friend.says("記録を消す"))
            answer = line_words(await phone.say(PLACE))
            assert NEXT in answer and NEW not in answer
            assert NEW in words(await friend.says(PLACE))
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/discord.db")
    assert await count(database, databases.people) == 2
    await database.close()
