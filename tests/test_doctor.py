"""`python -m bot doctor` over real sockets: each fault is named with what to do, and a good bot is told so."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot import database
from bot.core import tokyo_now
from bot.doctor import Finding, examine
from bot.line.webhook import PATH
from bot.settings import Settings
from bot.web.page import Handler
from tests.support import bundle
from tests.tiny import SECRET

ABOUT = "operator: NPO ともしび\ncontact: 000-000-0000\nstaffed: 平日の10時から16時\n"


class World:
    """LINE, Discord and the bot's own address, all at one place."""

    def __init__(self) -> None:
        self.token, self.chat, self.ready = "good", "bot", 200
        self.late = timedelta()
        self.url = ""

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        app = web.Application(middlewares=[self.dated])
        app.add_routes(
            [
                web.get("/", self.root),
                web.get("/readyz", self.readyz),
                web.get("/users/@me", self.me),
                web.get("/v2/bot/{path:.*}", self.line),
            ]
        )
        async with TestServer(app) as server:
            self.url = str(server.make_url("")).rstrip("/")
            yield

    @web.middleware
    async def dated(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        response = await handler(request)
        response.headers["Date"] = format_datetime(tokyo_now() - self.late)
        return response

    async def root(self, _: web.Request) -> web.Response:
        return web.Response()

    async def readyz(self, _: web.Request) -> web.Response:
        return web.Response(status=self.ready, text="The content folder has 2 problems.")

    async def me(self, request: web.Request) -> web.Response:
        good = request.headers["Authorization"] == f"Bot {self.token}"
        return web.json_response({}, status=200 if good else 401)

    async def line(self, request: web.Request) -> web.Response:
        return web.json_response(
            {
                "info": {"basicId": "@t", "displayName": "灯", "chatMode": self.chat},
                "channel/webhook/endpoint": {"endpoint": self.url + PATH, "active": True},
                "message/quota": {"type": "limited", "value": 200},
                "message/quota/consumption": {"totalUsage": 1},
                "richmenu/list": {"richmenus": []},
                "user/all/richmenu": {"richMenuId": "m"},
            }[request.match_info["path"]]
        )


async def examined(
    world: World, folder: Path, about: str = ABOUT, database: str = "bot.db"
) -> dict[str, Finding]:
    """The findings by the word that they begin with; the good ones among equals only when there is no other."""
    for name, text in {**bundle(), "about.yaml": about}.items():
        path = folder / "content" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    async with world.open():
        env = {
            "DATABASE_URL": f"sqlite:///{folder}/{database}",
            "CONTENT_DIR": str(folder / "content"),
            "BOT_SECRET": SECRET,
            "PUBLIC_URL": world.url,
            "DISCORD_TOKEN": "good",
            "DISCORD_API_BASE": world.url,
            "LINE_CHANNEL_SECRET": "a secret",
            "LINE_CHANNEL_ACCESS_TOKEN": "a token",
            "LINE_API_BASE": world.url,
        }
        found = [finding async for finding in examine(Settings.load(env), tokyo_now)]
    return {finding.text.partition(":")[0].partition(" ")[0]: finding for finding in found}


async def test_a_good_bot_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    await database.upgrade(f"sqlite+aiosqlite:///{tmp_path}/bot.db")
    found = await examined(World(), tmp_path)
    assert {name for name, finding in found.items() if finding.good is not True} == {"Backups"}
    assert {"Settings", "Content", "Disk", "Folder", "Database", "Address", "Clock", "Discord", "LINE"} < set(
        found
    )


async def test_copies_of_the_database_are_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    await database.upgrade(f"sqlite+aiosqlite:///{tmp_path}/bot.db")
    copy = tmp_path / "copy.db"
    copy.write_bytes((tmp_path / "bot.db").read_bytes())
    found = (await examined(World(), tmp_path))["Backups"]
    assert (found.good, found.text) == (True, "Backups: the newest copy here is 0 days old.")

    long_ago = (tokyo_now() - timedelta(days=40)).timestamp()
    os.utime(copy, (long_ago, long_ago))
    found = (await examined(World(), tmp_path))["Backups"]
    assert (found.good, "copy.db is 40 days old" in found.text) == (False, True)

    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "secret").touch(mode=0o600)
    copy.rename(tmp_path / "data" / "bot.db")
    found = (await examined(World(), tmp_path, database="data/tomoshibi.db"))["Backups"]
    assert (found.good, "bot.db stands beside the key" in found.text) == (False, True)


async def test_each_fault_is_named_with_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bot.db").write_bytes(b"this is no database " * 500)
    (tmp_path / ".env").touch(mode=0o644)
    world = World()
    world.token, world.chat, world.ready, world.late = "another", "chat", 503, timedelta(minutes=7)
    found = await examined(world, tmp_path, bundle()["about.yaml"])
    wrong = {name: finding.text for name, finding in found.items() if finding.good is False}
    assert {"Content", "File", "Database", "Address", "Clock", "Discord", "LINE"} == set(wrong)
    assert "Write who runs it" in wrong["Content"]
    assert "chmod 600 .env" in wrong["File"]
    assert "answers 503: The content folder has 2 problems." in wrong["Address"]
    assert "NTP" in wrong["Clock"]
    assert "set DISCORD_TOKEN" in wrong["Discord"]
    assert "Switch Chat off" in wrong["LINE"]
