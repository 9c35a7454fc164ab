"""The web server: how long a request may take to arrive, and how it stops without cutting anybody off."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Iterator
from contextlib import suppress

from aiohttp import web
from aiohttp.typedefs import Handler

#: Bytes of one request. LINE names no limit; a hundred of the longest texts are well under it.
BODY = 2_000_000
#: Connections that wait to be taken, at most.
WAITING = 512
#: Seconds in which the body of a request must have arrived.
ARRIVAL = 10.0
#: Seconds in which the head of a request must have arrived, and for which a connection is kept open between two.
#: Balancers close theirs after 60 and must be the first, or a request could meet the end of its connection.
QUIET = 75.0
#: Seconds that a stop waits for connections to end with an answer, before it closes those on which nothing comes.
FAREWELL = 3.0
#: Seconds that a stop waits for requests that are being answered.
PATIENCE = 10.0
#: Seconds for which what was refused unread is still taken in, so that the refusal can be read.
LINGER = 2.0


class Server:
    """One port, and the application behind it.

    Args:
        arrival, quiet: seconds, see `ARRIVAL` and `QUIET`.

    Attributes:
        app: takes the routes, before `start`.
    """

    def __init__(self, arrival: float = ARRIVAL, quiet: float = QUIET) -> None:
        self.app = web.Application(middlewares=[self._give], client_max_size=BODY)
        self._arrival = arrival
        self._leaving = False
        self._runner = web.AppRunner(
            self.app,
            access_log=None,  # it would name sessions
            auto_decompress=False,  # nobody who writes to us packs, and a few bytes can unpack to any number
            keepalive_timeout=quiet,
            lingering_time=LINGER,
            shutdown_timeout=PATIENCE,
        )

    async def start(self, host: str, port: int) -> int:
        """Begins to serve; returns the port in use.

        Raises:
            OSError: the port is taken.
        """
        await self._runner.setup()
        assert self._runner.server
        loop = asyncio.get_running_loop()
        try:
            self._port = await loop.create_server(self._runner.server, host, port, backlog=WAITING)
        except OSError:
            await self._runner.cleanup()
            raise
        return int(self._port.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        """Takes no new connection, and ends each of those that are open with the next answer on it.

        To close a connection that is merely quiet would cut off a request that is on its way: so that happens only to
        those which stay quiet.
        """
        self._leaving = True
        handler, loop = self._runner.server, asyncio.get_running_loop()
        assert handler
        for connection in [*self._last()]:
            await loop.connect_accepted_socket(handler, connection)
        with suppress(TimeoutError):
            async with asyncio.timeout(FAREWELL):
                while handler.connections:  # noqa: ASYNC110 (aiohttp tells nobody of the last one)
                    await asyncio.sleep(0.02)
        await self._runner.cleanup()

    def _last(self) -> Iterator[socket.socket]:
        """Closes the port; gives the connections that waited at it, which the system would have reset."""
        ports = [socket.socket(fileno=os.dup(port.fileno())) for port in self._port.sockets]
        self._port.close()
        for port in ports:
            with port, suppress(BlockingIOError):
                while True:
                    connection, _ = port.accept()
                    connection.setblocking(False)
                    yield connection

    @web.middleware
    async def _give(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """The answer to a request that arrived whole and in time."""
        try:
            if request.body_exists:
                await self._arrived(request)
            response = await handler(request)
        except web.HTTPException as error:
            self._last_word(error)
            raise
        if not response.prepared:
            self._last_word(response)
        return response

    def _last_word(self, response: web.StreamResponse) -> None:
        if self._leaving:
            response.force_close()

    async def _arrived(self, request: web.Request) -> None:
        if (request.content_length or 0) > BODY:
            raise web.HTTPRequestEntityTooLarge(BODY, request.content_length or 0)
        try:
            async with asyncio.timeout(self._arrival):
                await request.read()
        except TimeoutError:
            raise web.HTTPRequestTimeout from None
        except web.RequestPayloadError:
            raise web.HTTPBadRequest from None
