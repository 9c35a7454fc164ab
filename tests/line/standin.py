"""A LINE that answers over a real socket as its documentation says, and a person who writes to the bot by webhook."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import io
import json
import random
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from aiohttp import ClientSession, web

from bot.line.webhook import PATH
from tests.test_line_render import assert_line_takes

SECRET = "a channel secret of the tests"
ACCOUNT = "U" + "b" * 32
BASIC_ID = "@tomoshibi"
#: What may go wrong with one call; `lost`: done, but the answer never arrives.
Fault = Literal["rate", "month", "one user", "500", "reset", "lost", "slow", "stuck"]
_TOO_MANY = {
    "rate": "The API rate limit has been exceeded. Try again later.",
    "month": "You have reached your monthly limit.",
    "one user": "Failed to send messages: too many messages to one user",
}


@dataclass
class Line:
    """LINE's API. `said` holds what reached a chat: how (`reply`, `push`), to whom, the messages; `answers` the
    replies by their tokens, each with the moment.

    Tokens are good once, and only those that `token` gave out.
    """

    said: list[tuple[str, str, list[dict[str, Any]]]] = field(default_factory=list)
    answers: dict[str, tuple[float, list[dict[str, Any]]]] = field(default_factory=dict)
    faults: deque[Fault] = field(default_factory=deque)
    calls: list[str] = field(default_factory=list)
    arrived: asyncio.Condition = field(default_factory=asyncio.Condition)
    _tokens: dict[str, str] = field(default_factory=dict)
    _keys: set[str] = field(default_factory=set)
    _number: int = 0

    def app(self) -> web.Application:
        """As an aiohttp application."""
        app = web.Application()
        app.add_routes(
            [
                web.post("/v2/bot/message/reply", self._reply),
                web.post("/v2/bot/message/push", self._push),
                web.post("/v2/bot/chat/loading/start", self._note),
                web.post("/v2/bot/{kind}/{id}/leave", self._note),
                web.get("/v2/bot/info", self._info),
            ]
        )
        return app

    def token(self, to: str) -> str:
        """A new reply token of a chat."""
        self._number += 1
        token = hashlib.sha256(f"token {self._number}".encode()).hexdigest()[:32]
        self._tokens[token] = to
        return token

    def expire(self) -> None:
        """All tokens are too old."""
        self._tokens.clear()

    async def reached(self, count: int) -> Sequence[tuple[str, str, list[dict[str, Any]]]]:
        """What was said, once there are that many messages to people."""
        async with self.arrived, asyncio.timeout(20):
            await self.arrived.wait_for(lambda: len(self.said) >= count)
        return self.said

    async def called(self, path: str) -> None:
        """Returns when there was a call to a path."""
        async with self.arrived, asyncio.timeout(20):
            await self.arrived.wait_for(lambda: path in self.calls)

    async def _reply(self, request: web.Request) -> web.Response:
        body = await request.json()

        def take() -> web.Response:
            to = self._tokens.pop(body["replyToken"], None)
            if to is None:
                return _refused(400, "Invalid reply token")
            answer = self._take("reply", to, body["messages"])
            self.answers[body["replyToken"]] = (time.time(), body["messages"])
            return answer

        if "X-Line-Retry-Key" in request.headers:
            return _refused(400, "The retry key is not acceptable for this API")
        return await self._perhaps(request, take)

    async def _push(self, request: web.Request) -> web.Response:
        body, key = await request.json(), request.headers["X-Line-Retry-Key"]

        def take() -> web.Response:
            if key in self._keys:
                return _refused(409, "The retry key is already accepted")
            self._keys.add(key)
            return self._take("push", body["to"], body["messages"])

        return await self._perhaps(request, take)

    def _take(self, way: str, to: str, messages: list[dict[str, Any]]) -> web.Response:
        bare = [{name: value for name, value in one.items() if name != "sender"} for one in messages]
        assert_line_takes(bare)
        assert all(0 < len(one["sender"]["name"]) <= 20 for one in messages if "sender" in one)
        self.said.append((way, to, messages))
        return web.json_response({"sentMessages": [{"id": "1"}]})

    async def _perhaps(self, request: web.Request, take: Any) -> web.Response:
        """The answer, or what is to go wrong with this call."""
        await self._tell(request.path)
        fault = self.faults.popleft() if self.faults else None
        answer: web.Response
        match fault:
            case "rate" | "month" | "one user":
                answer = _refused(429, _TOO_MANY[fault])
            case "500":
                answer = _refused(500, "Internal server error")
            case "reset" | "lost":
                if fault == "lost":
                    take()
                assert request.transport
                request.transport.abort()
                answer = web.Response()
            case "stuck":
                await asyncio.Event().wait()
                raise AssertionError
            case _:
                answer = take()
        async with self.arrived:
            self.arrived.notify_all()
        return answer

    async def _note(self, request: web.Request) -> web.Response:
        await self._tell(request.path)
        return web.json_response({}, status=202)

    async def _info(self, request: web.Request) -> web.Response:
        await self._tell(request.path)
        return web.json_response({"userId": ACCOUNT, "basicId": BASIC_ID, "chatMode": "bot"})

    async def _tell(self, path: str) -> None:
        async with self.arrived:
            self.calls.append(path)
            self.arrived.notify_all()


def _refused(status: int, message: str) -> web.Response:
    return web.json_response({"message": message}, status=status)


@dataclass
class Phone:
    """A person's LINE, and LINE's side of the webhook.

    Args:
        bot: the bot's address.
        line: gives reply tokens.
        http: posts.
        user: the person's id.
    """

    bot: str
    line: Line
    http: ClientSession
    user: str = "U" + "1" * 32

    def __post_init__(self) -> None:
        self._random = random.Random(self.user)  # ids of events and messages that nobody else has

    def event(self, type: str, **more: Any) -> dict[str, Any]:
        """An event as LINE writes it, with all common fields."""
        found: dict[str, Any] = {
            "type": type,
            "mode": "active",
            "timestamp": 1764000000000,
            "webhookEventId": f"01{self._random.randrange(16**24):024X}",
            "deliveryContext": {"isRedelivery": False},
            "source": {"type": "user", "userId": self.user},
            **more,
        }
        if type not in ("unfollow", "unsend", "leave", "memberLeft"):
            found.setdefault("replyToken", self.line.token(found["source"].get("userId", "")))
        return found

    def text(self, text: str, id: str = "", **more: Any) -> dict[str, Any]:
        """A text message."""
        id = id or str(self._random.randrange(10**17))
        message = {"type": "text", "id": id, "text": text, "quoteToken": "q", "markAsReadToken": "m"}
        return self.event("message", message=message, **more)

    def message(self, type: str, **more: Any) -> dict[str, Any]:
        """A message of another type."""
        return self.event(
            "message", message={"type": type, "id": str(self._random.randrange(10**17)), **more}
        )

    def postback(self, data: str) -> dict[str, Any]:
        """A tap."""
        return self.event("postback", postback={"data": data})

    async def send(self, *events: Any) -> int:
        """Posts events in one signed request; returns the status."""
        return await self.post(json.dumps({"destination": ACCOUNT, "events": list(events)}).encode())

    async def post(self, body: bytes | io.BytesIO, signature: str | None = None) -> int:
        """Posts a body, signed unless a signature is given; returns the status."""
        if signature is None:
            assert isinstance(body, bytes)
            signature = sign(body)
        headers = {"x-line-signature": signature} if signature else {}
        async with self.http.post(self.bot + PATH, data=body, headers=headers) as response:
            await response.read()
            return response.status

    async def say(self, text: str) -> list[dict[str, Any]]:
        """Writes, and reads the answer."""
        return await self.answer(self.text(text))

    async def tap(self, label: str) -> list[dict[str, Any]]:
        """Taps a quick reply of the newest answer."""
        items = self.line.said[-1][2][-1]["quickReply"]["items"]
        data = next(item["action"]["data"] for item in items if item["action"]["label"] == label)
        return await self.answer(self.postback(data))

    async def answer(self, event: dict[str, Any]) -> list[dict[str, Any]]:
        """Posts an event that is answered; returns the messages."""
        before = len(self.line.said)
        assert await self.send(event) == 200
        return (await self.line.reached(before + 1))[-1][2]


def sign(body: bytes) -> str:
    """LINE's signature of a body."""
    return base64.b64encode(hmac.new(SECRET.encode(), body, hashlib.sha256).digest()).decode()


def words(messages: Sequence[dict[str, Any]]) -> str:
    """All text of some messages, and what stands for their cards."""
    return "\n".join(message.get("text") or message["altText"] for message in messages)
