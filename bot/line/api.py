"""Calls to LINE: replies and pushes as prepared JSON over one shared pool (the SDK's client costs ten times as much).

What LINE answers is told as `Sent`. LINE has no error codes: what a 429 means stands in its words.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import quote

import aiohttp

from bot.line.render import render
from bot.logs import log
from bot.parcels import Parcel, Sent, Way

#: Seconds a try may take: connecting, and all of it.
CONNECT, TOTAL = 3.0, 8.0
#: Connections to LINE at once.
CONNECTIONS = 100
#: Bytes of an error message that are looked at.
LOOK = 500


@dataclass(frozen=True, slots=True)
class Answer:
    """LINE's answer to one call."""

    status: int
    message: str


class Api:
    """The Messaging API. Open it with `async with`.

    Args:
        base: its address, without a slash at the end.
        token: the channel access token.
    """

    def __init__(self, base: str, token: str) -> None:
        self._base = base
        self._token = token

    async def __aenter__(self) -> Api:
        self._session = aiohttp.ClientSession(
            headers={"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"},
            timeout=aiohttp.ClientTimeout(total=TOTAL, connect=CONNECT),
            connector=aiohttp.TCPConnector(limit=CONNECTIONS),
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()

    async def post(self, path: str, body: object, headers: Mapping[str, str] | None = None) -> Answer:
        """One POST. Raises aiohttp.ClientError or TimeoutError when nobody knows what became of it."""
        data = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        async with self._session.post(self._base + path, data=data, headers=headers) as response:
            if response.status < 300:
                return Answer(response.status, "")
            raw = await response.content.read(LOOK)
            return Answer(response.status, raw.decode(errors="replace"))

    async def reply(self, token: str, messages: Sequence[Any]) -> Answer:
        """With the token that an event brought."""
        return await self.post("/v2/bot/message/reply", {"replyToken": token, "messages": messages})

    async def push(self, to: str, messages: Sequence[Any], retry_key: str) -> Answer:
        """Unprompted; counted by LINE."""
        body = {"to": to, "messages": messages}
        return await self.post("/v2/bot/message/push", body, {"X-Line-Retry-Key": retry_key})

    async def loading(self, to: str) -> None:
        """Shows that an answer is coming."""
        await self.post("/v2/bot/chat/loading/start", {"chatId": to, "loadingSeconds": 10})

    async def friend_link(self) -> str:
        """The link by which somebody adds this account."""
        async with self._session.get(self._base + "/v2/bot/info") as response:
            found = await response.json() if response.status == 200 else {}
        return f"https://line.me/R/ti/p/{quote(found['basicId'])}" if found.get("basicId") else ""

    async def leave(self, kind: str, id: str) -> None:
        """Leaves a group or room."""
        await self.post(f"/v2/bot/{kind}/{id}/leave", {})


class Budget(Protocol):
    """Pushes that somebody pays for."""

    async def take(self) -> bool:
        """Counts one push; whether the month's budget lets it go."""
        ...


class Sender:
    """Delivers parcels on LINE.

    Args:
        api: makes the calls.
        name: gives the name that stands over the bot's messages.
        budget: counts the pushes that are not about danger, and tells whether any are left.
    """

    def __init__(self, api: Api, name: Callable[[], str], budget: Budget) -> None:
        self._api = api
        self._name = name
        self._budget = budget
        self._counted: set[bytes] = set()  # parcels that were counted and are still being tried

    async def send(self, parcel: Parcel, way: Way) -> Sent:
        """Tries once."""
        messages = render(parcel.reply)
        sender = {"name": self._name()}
        for message in messages:
            message["sender"] = sender
        try:
            if way == "answer":
                token = parcel.address.get("token")
                return replied(await self._api.reply(token, messages)) if token else Sent("refused")
            return await self._push(parcel, messages)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
            return Sent("retry")  # it never left
        except (aiohttp.ClientError, TimeoutError):
            return Sent("retry", unknown=True)

    async def _push(self, parcel: Parcel, messages: Sequence[Any]) -> Sent:
        counted = parcel.risk not in ("high", "emergency")
        if (
            counted and parcel.id not in self._counted
        ):  # a second try is no second push: the retry key is the same
            if not await self._budget.take():
                log.warning("push held back", kind=parcel.kind)
                return Sent("gone")
            self._counted.add(parcel.id)
        sent = pushed(await self._api.push(parcel.address["to"], messages, parcel.retry_key))
        if sent.word != "retry":
            self._counted.discard(parcel.id)
        return sent


def replied(answer: Answer) -> Sent:
    """What LINE's answer to a reply means."""
    if sent := _common(answer):
        return sent
    if answer.status == 429:
        return Sent("retry")
    if "reply token" not in answer.message.lower():
        log.error("line", status=answer.status, hint="a reply was not accepted")
    return Sent("refused")


def pushed(answer: Answer) -> Sent:
    """What LINE's answer to a push means. What is over a limit for the month or for one person is not tried again."""
    if answer.status == 409:  # the try before did arrive
        return Sent("delivered")
    if sent := _common(answer):
        return sent
    if answer.status == 429 and "rate limit" in answer.message.lower():
        return Sent("retry")
    monthly = "monthly limit" in answer.message.lower()
    log.error(
        "line", status=answer.status, hint="the month's pushes are spent" if monthly else "a push was refused"
    )
    return Sent("gone")


def _common(answer: Answer) -> Sent | None:
    """What an answer means to any call."""
    if answer.status < 300:
        return Sent("delivered")
    if answer.status >= 500:
        return Sent("retry", unknown=True)
    if answer.status in (401, 403):
        log.error("line", status=answer.status, hint="LINE_CHANNEL_ACCESS_TOKEN is not accepted")
        return Sent("retry")
    return None
