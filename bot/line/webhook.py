"""`POST /line/webhook`: verified over the raw bytes, read event by event, answered when the turns are committed."""

from __future__ import annotations

import asyncio
import base64
import hmac
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol

from aiohttp import web

from bot import metrics
from bot.incoming import Incoming, Outcome
from bot.line.api import Api
from bot.line.events import Events, group_joined, is_redelivery, moment
from bot.logs import fault, log

PATH = "/line/webhook"
#: Seconds after which somebody who waits is shown that an answer is coming.
LONG = 1.0


class Core(Protocol):
    """What the adapter needs of `bot.core`."""

    async def handle(self, incomings: Sequence[Incoming]) -> Sequence[Outcome]:
        """One outcome for each incoming, when its turn is committed."""
        ...


class Webhook:
    """LINE's way in.

    Args:
        core: takes what comes in.
        events: reads it.
        api: shows that an answer is coming, and says one sentence to groups.
        secret: the channel secret.
        to_groups: gives what is said to a group before the bot leaves it.
    """

    def __init__(
        self, core: Core, events: Events, api: Api, secret: str, to_groups: Callable[[], str]
    ) -> None:
        self._core = core
        self._events = events
        self._api = api
        self._secret = secret.encode()
        self._to_groups = to_groups
        self._asides: set[asyncio.Task[None]] = set()

    def route(self) -> web.RouteDef:
        """The route of the webhook."""
        return web.post(PATH, self._post)

    async def _post(self, request: web.Request) -> web.Response:
        raw = await request.read()
        if not self._signed(raw, request.headers.get("x-line-signature", "")):
            return web.Response(status=400)
        given = _parse(raw)
        if given is None:
            return web.Response(status=400)
        account, events = given
        metrics.redeliveries.inc(sum(map(is_redelivery, events)))
        for event in events:
            if joined := group_joined(event):
                self._aside(self._leave(*joined))
        incomings = [one for event in events if (one := self._read(account, event))]
        if not incomings:
            return web.Response()
        outcomes = await self._handled(incomings)
        # Something must still be done: LINE sends the request again (redelivery is switched on in its console).
        return web.Response(status=500 if any(one.word == "unfinished" for one in outcomes) else 200)

    def _signed(self, raw: bytes, signature: str) -> bool:
        digest = base64.b64encode(hmac.digest(self._secret, raw, "sha256"))
        return hmac.compare_digest(digest, signature.encode(errors="surrogateescape"))

    def _read(self, account: str, event: Mapping[str, Any]) -> Incoming | None:
        try:
            return self._events.incoming(account, event)
        except Exception as error:  # one odd event never costs its neighbours
            log.error("event", fault=fault(error))
            return None

    async def _handled(self, incomings: Sequence[Incoming]) -> Sequence[Outcome]:
        waiting = asyncio.get_running_loop().call_later(LONG, self._show_waiting, incomings)
        try:
            return await self._core.handle(incomings)
        finally:
            waiting.cancel()

    def _show_waiting(self, incomings: Sequence[Incoming]) -> None:
        for to in dict.fromkeys(incoming.address["to"] for incoming in incomings):
            self._aside(self._api.loading(to))

    # ------------------------------------------------------------------------------------------ beside the talk

    async def _leave(self, kind: str, id: str, token: str) -> None:
        """One sentence with the way to a private talk, then the bot is gone; nothing said there was read."""
        if token:
            text = f"{self._to_groups()}\n{await self._api.friend_link()}".strip()
            await self._api.reply(token, [{"type": "text", "text": text}])
        if id:
            await self._api.leave(kind, id)

    def _aside(self, job: Awaitable[None]) -> None:
        async def run() -> None:
            try:
                await job
            except Exception as error:
                log.warning("line", fault=fault(error))

        task = asyncio.create_task(run())
        self._asides.add(task)
        task.add_done_callback(self._asides.discard)


def _parse(raw: bytes) -> tuple[str, list[Mapping[str, Any]]] | None:
    """The bot's own id and the events in the order in which they happened; None when this is no webhook body."""
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    if not isinstance(body, dict) or not isinstance(body.get("events"), list):
        return None
    account = body.get("destination")
    if not isinstance(account, str):
        return None
    return account, sorted((event for event in body["events"] if isinstance(event, dict)), key=moment)
