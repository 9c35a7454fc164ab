"""Turns a second through LINE's webhook. Run: python -m tests.benchmarks.bench_line

Three servers in processes of their own get the same signed requests over the same connections, in turn about, and post
their replies to the same stand-in: the bot as `python -m bot run` starts it (durable, SQLite), the LINE SDK's aiohttp
echo sample, and a bare aiohttp handler that verifies, answers and stores nothing. Counted are replies that arrived.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from statistics import median

from bot.line.webhook import PATH
from flows.model import Tap
from tests.line.standin import ACCOUNT, SECRET, sign
from tests.support import CONTENT, book

#: People, connections on which they write, and requests in one round.
PEOPLE, CONNECTIONS, REQUESTS = 500, 64, 3000
ROUNDS = 3

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]

_ECHO = """
import os
from aiohttp import web
from linebot.v3 import WebhookParser
from linebot.v3.exceptions import InvalidSignatureError
from linebot.v3.messaging import AsyncApiClient, AsyncMessagingApi, Configuration, ReplyMessageRequest, TextMessage
from linebot.v3.webhooks import MessageEvent, PostbackEvent
async def app():
    client = AsyncApiClient(Configuration(access_token="x", host=os.environ["LINE_API_BASE"]))
    api, parser = AsyncMessagingApi(client), WebhookParser(os.environ["LINE_CHANNEL_SECRET"])
    async def echo(request):
        body = await request.text()
        try:
            events = parser.parse(body, request.headers["X-Line-Signature"])
        except InvalidSignatureError:
            return web.Response(status=400)
        for event in events:
            said = event.message.text if isinstance(event, MessageEvent) else event.postback.data
            await api.reply_message(
                ReplyMessageRequest(reply_token=event.reply_token, messages=[TextMessage(text=said)]))
        return web.Response(text="OK")
    app = web.Application()
    app.router.add_post("/line/webhook", echo)
    return app
web.run_app(app(), host="127.0.0.1", port=int(os.environ["PORT"]), access_log=None, print=None)
"""
_BARE = """
import base64, hashlib, hmac, json, os
import aiohttp
from aiohttp import web
async def app():
    secret, base = os.environ["LINE_CHANNEL_SECRET"].encode(), os.environ["LINE_API_BASE"]
    session = aiohttp.ClientSession()
    async def answer(request):
        body = await request.read()
        wanted = base64.b64encode(hmac.digest(secret, body, "sha256")).decode()
        if not hmac.compare_digest(wanted, request.headers["X-Line-Signature"]):
            return web.Response(status=400)
        for event in json.loads(body)["events"]:
            said = {"replyToken": event["replyToken"], "messages": [{"type": "text", "text": "こんばんは"}]}
            async with session.post(base + "/v2/bot/message/reply", json=said) as response:
                await response.read()
        return web.Response(text="OK")
    app = web.Application()
    app.router.add_post("/line/webhook", answer)
    return app
web.run_app(app(), host="127.0.0.1", port=int(os.environ["PORT"]), access_log=None, print=None)
"""


class Line(asyncio.Protocol):
    """A LINE that takes every reply: as little work as can be, because it shares the machine with what is measured."""

    replies = 0
    all_here = asyncio.Event()
    _SENT = b'{"sentMessages": [{"id": "1", "quoteToken": "q"}]}'
    _OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(_SENT)

    def __init__(self) -> None:
        self._data = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._data += data
        while (end := self._data.find(b"\r\n\r\n")) >= 0:
            head = self._data[:end].lower()
            size = int(head.partition(b"content-length:")[2].split(b"\r\n")[0])
            if len(self._data) < end + 4 + size:
                return
            self._data = self._data[end + 4 + size :]
            Line.replies += b"/message/reply" in head.split(b"\r\n")[0]
            self._transport.write(self._OK + self._SENT)
        if Line.replies >= REQUESTS:
            Line.all_here.set()


def requests(event: dict[str, object], first: int) -> Iterator[bytes]:
    """Signed requests, each of the next person, with ids of their own."""
    for number in range(first, first + REQUESTS):
        unique = {
            "webhookEventId": f"01{number:024X}",
            "replyToken": f"{number:032x}",
            "source": {"type": "user", "userId": f"U{number % PEOPLE:032x}"},
        }
        whole = {**event, **unique, "deliveryContext": {"isRedelivery": False}, "mode": "active"}
        body = json.dumps(
            {"destination": ACCOUNT, "events": [{"timestamp": 1764000000000, **whole}]}
        ).encode()
        head = f"POST {PATH} HTTP/1.1\r\nHost: bot\r\nX-Line-Signature: {sign(body)}\r\nContent-Length: {len(body)}"
        yield head.encode() + b"\r\nContent-Type: application/json\r\n\r\n" + body


async def post(connection: Connection, body: bytes) -> None:
    """Sends one request, and reads its answer."""
    reader, writer = connection
    writer.write(body)
    head = await reader.readuntil(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200"), head
    await reader.readexactly(int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0]))


async def _post_all(port: int, bodies: Iterator[bytes]) -> None:
    connection = await asyncio.open_connection("127.0.0.1", port)
    for body in bodies:
        await post(connection, body)
    connection[1].close()


async def rate(port: int, event: dict[str, object], first: int) -> float:
    """Replies a second."""
    ready = list(requests(event, first))
    Line.replies = 0
    Line.all_here.clear()
    shared = iter(ready)
    start = time.perf_counter()
    await asyncio.gather(*(_post_all(port, shared) for _ in range(CONNECTIONS)))
    await Line.all_here.wait()
    return REQUESTS / (time.perf_counter() - start)


@contextmanager
def running(command: Sequence[str], port: int, line: int, folder: str) -> Iterator[None]:
    """A server in a process of its own, in front of a LINE."""
    environment = {
        **os.environ,
        "PORT": str(port),
        "LINE_API_BASE": f"http://127.0.0.1:{line}",
        "LINE_CHANNEL_SECRET": SECRET,
        "LINE_CHANNEL_ACCESS_TOKEN": "token",
        "BOT_SECRET": "the secret of the benchmark, which keeps nothing",
        "DATABASE_URL": f"sqlite:///{folder}/bench.db",
        "CONTENT_DIR": str(CONTENT),
        "LOG_LEVEL": "WARNING",
    }
    process = subprocess.Popen(
        [sys.executable, *command], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait()


async def serves(port: int) -> None:
    """Returns when somebody listens at a port."""
    for _ in range(600):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.1)
        else:
            writer.close()
            return
    raise TimeoutError(f"nothing serves on {port}")


async def _measure() -> dict[str, dict[str, float]]:
    loop = asyncio.get_running_loop()
    line = await loop.create_server(Line, "127.0.0.1", 0)
    line_port = line.sockets[0].getsockname()[1]
    start = book().phrases.entries["menu"]
    tap = Tap(start.flow, "menu_mine", "talk").encode()
    events: dict[str, dict[str, object]] = {
        "a tap": {"type": "postback", "postback": {"data": tap}},
        "a text": {
            "type": "message",
            "message": {"type": "text", "id": "1", "quoteToken": "q", "text": "昨日から眠れない"},
        },
    }
    found: dict[str, dict[str, list[float]]] = {name: {} for name in events}
    with tempfile.TemporaryDirectory() as folder:
        servers = {"bot": ["-m", "bot", "run"], "echo": ["-c", _ECHO], "bare": ["-c", _BARE]}
        ports = dict(zip(servers, range(18410, 18413), strict=True))
        first = 0
        with (
            running(servers["bot"], ports["bot"], line_port, folder),
            running(servers["echo"], ports["echo"], line_port, folder),
            running(servers["bare"], ports["bare"], line_port, folder),
        ):
            for port in ports.values():
                await serves(port)
            for number in range(ROUNDS + 1):
                for name, event in events.items():
                    for server, port in ports.items():
                        replies = await rate(port, event, first)
                        first += REQUESTS
                        if number:  # the first round warms up
                            found[name].setdefault(server, []).append(replies)
    line.close()
    return {name: {server: median(rates) for server, rates in by.items()} for name, by in found.items()}


def measure() -> list[str]:
    """The lines of a table in Markdown."""
    lines = [
        "| turns a second through the webhook | bot | SDK's echo | ratio (goal 2) | bare aiohttp | ratio (goal 0.5) |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for name, found in asyncio.run(_measure()).items():
        bot, echo, bare = found["bot"], found["echo"], found["bare"]
        lines.append(
            f"| {name} | {bot:,.0f} | {echo:,.0f} | {bot / echo:.2f} | {bare:,.0f} | {bot / bare:.2f} |"
        )
    return lines


if __name__ == "__main__":
    print("\n".join(measure()))
