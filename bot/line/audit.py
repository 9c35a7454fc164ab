"""Looks for people in what the bot leaves behind: the whole bot runs in a folder of its own, people with marks in
everything about them talk to it through LINE's webhook, and then every byte in the folder is searched for the marks.

On the way the platform fails, the database is locked, bodies are broken, so that the lines that are written then are
searched, too. In the end the process is killed: its database log still stands beside the database, as for a thief.
"""

from __future__ import annotations

import asyncio
import base64
import hmac
import json
import os
import secrets
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from bot.line.events import PLATFORM
from bot.line.webhook import PATH
from bot.marks import Mark, search
from bot.privacy import Keyring, new_secret
from flows.learning.examples import read_examples
from flows.loader import read_folder
from flows.model import Tap

ROOT = Path(__file__).resolve().parent.parent.parent
#: People who write at once.
HANDS = 32
#: Seconds for which somebody else locks the database: longer than people are kept waiting.
LOCKED = 1.5
#: Seconds within which nothing may be left of whoever erased, and within which the bot must serve.
GONE, START = 60, 60


class Audit:
    """One audit.

    Args:
        folder: empty; everything that the bot writes goes there.
        content: the folder of the content.
        count: how many people talk.

    Raises:
        ContentError: the content cannot be read.
    """

    def __init__(self, folder: Path, content: Path, count: int) -> None:
        self._folder = folder
        self._content = content
        self._count = count
        self._texts = [example.text for example in read_examples(read_folder(content))[0]]
        self._mark = Mark.new()
        self._secret = secrets.token_urlsafe(32)
        self._bot_secret = new_secret()
        self._account = "U" + secrets.token_hex(16)
        self._calls = 0
        self._events = 0

    async def run(self) -> tuple[list[str], str]:
        """Talks and searches.

        Returns:
            What was found where, a line each; and one line that says what was done.

        Raises:
            TimeoutError: the bot did not begin to serve.
        """
        runner = web.AppRunner(self._line(), access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        try:
            with self._bot(runner.addresses[0][1]) as (process, port):
                async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as http:
                    await _serves(http)
                    await self._talk(http)
                    left = await self._erased(http)
                    await self._pages(http)
                process.send_signal(signal.SIGKILL)
                await asyncio.to_thread(process.wait)
        finally:
            await runner.cleanup()
        found, size = search(self._folder, self._mark)
        files = sorted(path.name for path in self._folder.rglob("*") if path.is_file())
        told = f"{self._count} people, {self._events} events, {self._calls} calls to LINE; searched {size:,} bytes: "
        return [*left, *found], told + ", ".join(files)

    # ------------------------------------------------------------------------------------------ the bot

    @contextmanager
    def _bot(self, line: int) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = int(free.getsockname()[1])
        temporary = self._folder / "temporary"
        temporary.mkdir()
        environment = {
            **{name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "SYSTEMROOT")},
            "PYTHONPATH": str(ROOT),
            "TMPDIR": str(temporary),
            "PORT": str(port),
            "DATABASE_URL": f"sqlite:///{self._folder}/tomoshibi.db",
            "BOT_SECRET": self._bot_secret,
            "CONTENT_DIR": str(self._content.resolve()),
            "LINE_CHANNEL_SECRET": self._secret,
            "LINE_CHANNEL_ACCESS_TOKEN": "token",
            "LINE_API_BASE": f"http://127.0.0.1:{line}",
            "LINE_PUSH_BUDGET": "1000",
            "ADMIN_TOKENS": "audit:audit",
            "LOG_LEVEL": "DEBUG",
        }
        with (self._folder / "log").open("wb") as log:
            command = [sys.executable, "-m", "bot", "run"]
            process = subprocess.Popen(command, env=environment, cwd=self._folder, stdout=log, stderr=log)
            try:
                yield process, port
            finally:
                process.kill()
                process.wait()

    def _line(self) -> web.Application:
        """A LINE that fails at every seventh call, and then repeats what it was told."""

        async def answer(request: web.Request) -> web.Response:
            body = await request.text()
            self._calls += 1
            if self._calls % 7 == 0:
                return web.json_response(
                    {"message": f"Cannot take: {body}"}, status=(400, 429, 500)[self._calls % 3]
                )
            return web.json_response({})

        app = web.Application(client_max_size=10**7)
        app.router.add_route("*", "/{tail:.*}", answer)
        return app

    # ------------------------------------------------------------------------------------------ the people

    async def _talk(self, http: aiohttp.ClientSession) -> None:
        hands = asyncio.Semaphore(HANDS)

        async def live(number: int) -> None:
            async with hands:
                for event in self._life(number):
                    await self._post(http, [event])

        talking = asyncio.gather(*map(live, range(self._count)))
        with closing(sqlite3.connect(self._folder / "tomoshibi.db", timeout=30)) as other:
            other.execute("BEGIN IMMEDIATE")
            await asyncio.sleep(LOCKED)
        await talking
        broken = f'{{"destination": "{self._mark.hex}", "events": [{{"{self._mark.kana}'
        await self._send(http, broken.encode(), sign=True)
        await self._send(http, json.dumps(self._mark.kana).encode(), sign=False)

    def _life(self, number: int) -> Iterator[dict[str, Any]]:
        """What one person does, each time with the mark in it."""
        kana, mark = self._mark.kana, f"{self._mark.hex}{number:x}"
        yield self._event(number, "follow")
        for said in self._sayings(number):
            yield self._message(number, "text", text=f"{said}{kana}。{mark}")
        yield self._message(
            number, "location", title=kana, address=f"{kana} {mark}", latitude=34, longitude=135
        )
        yield self._message(number, "sticker", packageId="1", stickerId="1", keywords=[kana, mark], text=mark)
        yield self._message(number, "file", fileName=f"{kana}{mark}.txt", fileSize=1)
        yield self._event(number, "postback", postback={"data": f"{mark}.{kana}"})
        yield self._event(number, mark, **{kana: mark})
        yield self._event(number, "unsend", unsend={"messageId": f"{self._mark.digits}{number}"})

    def _sayings(self, number: int) -> Sequence[str]:
        """Three of the sentences that danger and routes were learned from, other ones for each person."""
        return [self._texts[(3 * number + turn) * 7 % len(self._texts)] for turn in range(3)]

    async def _erased(self, http: aiohttp.ClientSession) -> list[str]:
        """Half of the people erase; what is left of them in the database and its log a minute later."""
        gone = range(0, self._count, 2)
        tap = Tap("", "", "erase").encode()
        for number in gone:
            await self._post(http, [self._event(number, "postback", postback={"data": tap})])
        keyring = Keyring(self._bot_secret)
        keys = [keyring.pseudonym(PLATFORM, self._account, self._user(number)).key for number in gone]
        files: dict[Path, int] = {}
        for _ in range(GONE):
            await asyncio.sleep(1)
            files = {}
            for path in self._folder.glob("tomoshibi.db*"):
                data = path.read_bytes()
                if count := sum(key in data for key in keys):
                    files[path] = count
            if not files:
                return []
        return [f"{path.name}: pseudonyms of {count} people who erased" for path, count in files.items()]

    async def _pages(self, http: aiohttp.ClientSession) -> None:
        """Keeps what the bot shows as files."""
        for name in ("metrics", "readyz", "healthz", "privacy"):
            async with http.get(f"/{name}", headers={"Authorization": "Bearer audit"}) as response:
                (self._folder / f"page-{name}").write_bytes(await response.read())

    # ------------------------------------------------------------------------------------------ events

    def _user(self, number: int) -> str:
        return f"U{self._mark.hex}{number:016x}"

    def _event(self, number: int, type: str, **more: Any) -> dict[str, Any]:
        self._events += 1
        name = {"displayName": self._mark.kana}
        return {
            "type": type,
            "mode": "active",
            "timestamp": 1764000000000 + self._events,
            "webhookEventId": f"{self._mark.hex}{self._events:010x}",
            "deliveryContext": {"isRedelivery": False},
            "replyToken": f"{self._mark.hex}{self._events:016x}",
            "source": {"type": "user", "userId": self._user(number), **name},
            **more,
        }

    def _message(self, number: int, type: str, **more: Any) -> dict[str, Any]:
        message = {"type": type, "id": f"{self._mark.digits}{number}", **more}
        return self._event(number, "message", message=message)

    async def _post(self, http: aiohttp.ClientSession, events: Sequence[object]) -> None:
        body = json.dumps({"destination": self._account, "events": list(events)}, ensure_ascii=False)
        for wait in range(GONE):  # LINE delivers again
            if await self._send(http, body.encode(), sign=True) != 500:
                return
            await asyncio.sleep(wait)

    async def _send(self, http: aiohttp.ClientSession, body: bytes, *, sign: bool) -> int:
        signature = (
            base64.b64encode(hmac.digest(self._secret.encode(), body, "sha256")).decode() if sign else "x"
        )
        async with http.post(PATH, data=body, headers={"x-line-signature": signature}) as response:
            return response.status


async def _serves(http: aiohttp.ClientSession) -> None:
    async with asyncio.timeout(START):
        while True:
            try:
                async with http.get("/healthz"):
                    return
            except aiohttp.ClientConnectionError:
                await asyncio.sleep(0.1)
