"""The web server itself: a stop that cuts nobody off. What slow people meet is in test_abuse.py."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from bot.web.serving import Server

GET = b"GET / HTTP/1.1\r\nHost: bot\r\n\r\n"


class Slow:
    """A page that is ready when it is told so."""

    def __init__(self) -> None:
        self.asked, self.ready = asyncio.Event(), asyncio.Event()

    async def give(self, _: web.Request) -> web.Response:
        """Answers in the end."""
        self.asked.set()
        await self.ready.wait()
        return web.Response(text="here")


@asynccontextmanager
async def serving() -> AsyncIterator[tuple[Server, Slow, int]]:
    """A server, its one page, and its port."""
    server, page = Server(), Slow()
    server.app.add_routes([web.get("/", page.give)])
    yield server, page, await server.start("127.0.0.1", 0)


async def answer(reader: asyncio.StreamReader) -> bytes:
    """One answer in whole."""
    async with asyncio.timeout(10):
        return await reader.readuntil(b"here")


async def test_a_stop_lets_requests_end_and_answers_once_more_on_each_connection() -> None:
    async with serving() as (server, page, port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(GET)
        await page.asked.wait()
        quiet, on_quiet = await asyncio.open_connection("127.0.0.1", port)
        page.ready.set()
        assert b"Connection: close" not in await answer(reader)
        stopping = asyncio.create_task(server.stop())
        await refused(port)
        for each, writing in ((reader, writer), (quiet, on_quiet)):  # both were quiet when the stop began
            writing.write(GET)
            assert b"Connection: close" in await answer(each)
            assert await each.read() == b""
            writing.close()
        await stopping


async def test_whoever_waits_at_the_port_when_it_closes_is_answered() -> None:
    async with serving() as (server, page, port):
        page.ready.set()
        with socket.create_connection(("127.0.0.1", port)) as waiting:  # the loop has no chance to take it
            waiting.sendall(GET)
            stopping = asyncio.create_task(server.stop())
            reader, writer = await asyncio.open_connection(sock=waiting.dup())
            assert b"Connection: close" in await answer(reader)
            writer.close()
        await stopping


async def refused(port: int) -> None:
    """Returns once nobody listens any more."""
    async with asyncio.timeout(10):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except ConnectionRefusedError:
                return
            writer.close()


async def test_a_port_that_is_taken_leaves_nothing_behind() -> None:
    async with serving() as (server, _, port):
        with pytest.raises(OSError, match="in use"):
            await Server().start("127.0.0.1", port)
        await server.stop()
