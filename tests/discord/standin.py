"""A Discord that answers over real sockets as its documentation says: REST v10, and the gateway beside it.

discord.py itself talks to it, sent here by DISCORD_API_BASE and DISCORD_GATEWAY_URL only.
Over 300 lines, because what one peer does is read as one page.
"""

from __future__ import annotations

import asyncio
import itertools
import json
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from aiohttp import web

from tests.discord.gateway import GatewayPeer
from tests.discord.limits import commands_fault, message_fault, modal_fault

TOKEN = "a.token.of-the-tests"
BOT = "100200300400500600"
GUILD = "200300400500600700"
LOBBY, TALK, WATCHED, STAFF = (
    "300000000000000001",
    "300000000000000002",
    "300000000000000003",
    "300000000000000004",
)
#: What may go wrong with one call; `lost`: done, but the answer never arrives. `global`: 429 for all routes.
Fault = Literal["500", "429", "global", "reset", "lost", "ban", "stuck"]
Way = Literal["message", "answer", "filled", "further", "edited"]
Json = dict[str, Any]


@dataclass(frozen=True)
class Shown:
    """A message that was shown: where, how, to whom alone (or None), and what."""

    id: str
    channel: str
    way: Way
    only: str | None
    payload: Json


@dataclass
class Call:
    """An interaction: who asked, and how far it was answered."""

    id: str
    token: str
    user: str
    channel: str
    born: float
    acknowledged: float | None = None
    kind: int = 0
    ephemeral: bool = False
    window: Json | None = None
    answered: bool = False
    further: int = 0


class Refused(Exception):
    """Discord's refusal of a call."""

    def __init__(self, status: int, code: int, message: str = "") -> None:
        self.status, self.code, self.message = status, code, message


@dataclass
class Discord:
    """Discord. `shown` holds every message that anybody saw, in order."""

    gateway: GatewayPeer
    shards: int = 1
    flags: int = (1 << 15) | (1 << 19)  # of the application: which privileged intents are switched on
    shown: list[Shown] = field(default_factory=list)
    _seen: dict[str, list[Shown]] = field(
        default_factory=dict
    )  # the same, by channel or by the only one who saw it
    calls: dict[str, Call] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)
    faults: dict[str, deque[Fault]] = field(default_factory=dict)  # by a part of "METHOD /path"
    closed: set[str] = field(default_factory=set)  # users whose DMs are closed
    forbidden: set[str] = field(default_factory=set)  # channels that the bot may not write in
    deleted: list[str] = field(default_factory=list)
    commands: list[Json] = field(default_factory=list)
    patience: float = 8.0  # seconds for something to become true
    in_time: float = 3.0  # seconds for an interaction's first answer
    extra: dict[str, Any] = field(default_factory=dict)  # what GET answers for further paths
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)
    _nonces: dict[str, Json] = field(default_factory=dict)
    _numbers: Any = field(default_factory=lambda: itertools.count(900000000000000001))
    _stuck: asyncio.Event = field(default_factory=asyncio.Event)

    def app(self) -> web.Application:
        """As an aiohttp application."""
        app = web.Application()
        app.router.add_get("/gateway/", self.gateway.handle)
        app.router.add_get("/gateway", self.gateway.handle)
        app.router.add_route("*", "/api/v10/{path:.*}", self._rest)
        return app

    def number(self) -> str:
        """A new id."""
        return str(next(self._numbers))

    def dm(self, user: str) -> str:
        """The id of somebody's direct messages with the bot."""
        return f"4{int(user):017d}"

    def seen_by(self, user: str) -> list[Shown]:
        """What one person was shown alone: direct messages and ephemeral answers."""
        return sorted(
            [*self._seen.get(user, ()), *self._seen.get(self.dm(user), ())], key=lambda one: int(one.id)
        )

    def public(self) -> list[Shown]:
        """What everybody in the server could see, the staff's channel left out."""
        private = {self.dm(call.user) for call in self.calls.values()}
        return [
            one
            for one in self.shown
            if one.only is None and one.channel in (LOBBY, TALK, WATCHED) and one.channel not in private
        ]

    def in_channel(self, channel: str) -> list[Shown]:
        """What was shown to all in a channel."""
        return self._seen.get(channel, [])

    def forget(self) -> None:
        """Nothing was said yet."""
        for kept in (
            self.shown,
            self._seen,
            self.requests,
            self.calls,
            self.deleted,
            self.faults,
            self.closed,
        ):
            kept.clear()
        self.forbidden.clear()

    def fail(self, where: str, *faults: Fault) -> None:
        """Lets the next calls to a part of "METHOD /path" go wrong."""
        self.faults.setdefault(where, deque()).extend(faults)

    async def until(self, true: Callable[[], object]) -> None:
        """Returns when something has become true."""
        async with self.changed, asyncio.timeout(self.patience):
            await self.changed.wait_for(true)

    async def close(self) -> None:
        """Lets go of calls that hang."""
        self._stuck.set()

    # ------------------------------------------------------------------------------------------ one call

    async def _rest(self, request: web.Request) -> web.StreamResponse:
        path = "/" + request.match_info["path"]
        doing = f"{request.method} {path}"
        body = await request.json() if request.can_read_body else None
        async with self.changed:
            self.requests.append(doing)
            self.changed.notify_all()

        async def take() -> web.Response:
            try:
                open_to_all = path.startswith(
                    ("/interactions/", "/webhooks/")
                )  # their token is all they ask for
                if not open_to_all and request.headers.get("Authorization") != f"Bot {TOKEN}":
                    raise Refused(401, 0, "401: Unauthorized")
                found = self._take(request.method, path.strip("/").split("/"), body, request)
                return _json(found) if found is not None else web.Response(status=204)
            except Refused as error:
                return _json({"code": error.code, "message": error.message}, status=error.status)
            finally:
                async with self.changed:
                    self.changed.notify_all()

        fault = next(
            (queue.popleft() for part, queue in self.faults.items() if part in doing and queue), None
        )
        return await self._perhaps(fault, request, take)

    async def _perhaps(
        self, fault: Fault | None, request: web.Request, take: Callable[[], Awaitable[web.Response]]
    ) -> web.StreamResponse:
        match fault:
            case "500":
                return _json({"message": "500: Internal Server Error"}, status=500)
            case "429" | "global":
                body = {
                    "message": "You are being rate limited.",
                    "retry_after": 0.05,
                    "global": fault == "global",
                }
                headers = {"Via": "1.1 google", "Retry-After": "1"}
                return _json(body, status=429, headers=headers)
            case "ban":
                return web.Response(status=429, text="error code: 1015")
            case "reset" | "lost":
                if fault == "lost":
                    await take()
                assert request.transport
                request.transport.abort()
                return web.Response()
            case "stuck":
                await self._stuck.wait()
                return web.Response(status=504)
            case _:
                return await take()

    def _take(self, method: str, parts: Sequence[str], body: Any, request: web.Request) -> Any:
        match (method, *parts):
            case ("GET", "users", "@me"):
                return self.gateway.user
            case ("GET", "oauth2" | "applications", *_) if parts[-1] == "@me":
                return self._application()
            case ("GET", "gateway", "bot"):
                limit = {"total": 1000, "remaining": 999, "reset_after": 0, "max_concurrency": 1}
                return {"url": self.gateway.url, "shards": self.shards, "session_start_limit": limit}
            case ("PUT", "applications", app, "commands") if app == BOT:
                self._refuse(commands_fault(body))
                self.commands = body
                return body
            case ("POST", "users", "@me", "channels"):
                return {"id": self.dm(body["recipient_id"]), "type": 1, "recipients": []}
            case ("POST", "channels", channel, "messages"):
                return self._message(channel, body)
            case ("PATCH", "channels", channel, "messages", id):
                return self._edit(channel, id, body)
            case ("DELETE", "channels", _, "messages", id):
                self.deleted.append(id)
                return None
            case ("GET", "channels", channel, "messages"):
                return self._history(channel, request.query)
            case ("POST", "interactions", id, token, "callback"):
                return self._callback(id, token, body)
            case ("PATCH", "webhooks", app, token, "messages", "@original") if app == BOT:
                return self._fill(token, body)
            case ("POST", "webhooks", app, token) if app == BOT:
                return self._further(token, body)
            case ("GET", *_):
                found = self.extra.get("/".join(parts))
                if found is None:
                    raise Refused(404, 0, "404: Not Found")
                if isinstance(found, Refused):
                    raise found
                return found
            case _:
                raise Refused(404, 0, "404: Not Found")

    def _application(self) -> Json:
        return {
            "id": BOT,
            "name": "灯",
            "icon": None,
            "description": "",
            "flags": self.flags,
            "bot_public": True,
            "bot_require_code_grant": False,
            "verify_key": "",
            "owner": {"id": "1", "username": "o", "discriminator": "0", "avatar": None},
        }

    # ------------------------------------------------------------------------------------------ messages

    def _refuse(self, fault: str | None) -> None:
        if fault:
            raise Refused(400, 50035, fault)

    def _message(self, channel: str, body: Json) -> Json:
        self._refuse(message_fault(body))
        if channel in self.forbidden:
            raise Refused(403, 50013, "Missing Permissions")
        if channel in map(self.dm, self.closed):
            raise Refused(403, 50007, "Cannot send messages to this user")
        nonce = body.get("nonce")
        if nonce and body.get("enforce_nonce") and nonce in self._nonces:
            return self._nonces[nonce]
        sent = self._show(channel, "message", None, body)
        if nonce:
            self._nonces[nonce] = sent
        return sent

    def _show(self, channel: str, way: Way, only: str | None, payload: Json) -> Json:
        shown = Shown(self.number(), channel, way, only, payload)
        self.add(shown)
        return self.as_message(shown)

    def add(self, shown: Shown) -> None:
        """Somebody sees a message."""
        self.shown.append(shown)
        self._seen.setdefault(shown.only or shown.channel, []).append(shown)

    def as_message(self, shown: Shown) -> Json:
        """A message of the bot as Discord tells it."""
        return message(
            shown.id,
            shown.channel,
            shown.payload.get("content", ""),
            author=self.gateway.user,
            embeds=shown.payload.get("embeds", []),
            components=shown.payload.get("components", []),
            flags=64 if shown.only else 0,
        )

    def _edit(self, channel: str, id: str, body: Json) -> Json:
        self._refuse(message_fault(body))
        place = next((n for n, one in enumerate(self.shown) if (one.id, one.channel) == (id, channel)), None)
        if place is None:
            raise Refused(404, 10008, "Unknown Message")
        self._seen[channel].remove(self.shown[place])
        self.shown[place] = edited = Shown(id, channel, "edited", None, body)
        self._seen[channel].append(edited)
        return self.as_message(edited)

    def _history(self, channel: str, query: Any) -> list[Json]:
        found = [one for one in self.in_channel(channel) if one.id not in self.deleted]
        found.sort(key=lambda one: int(one.id))
        before = query.get("before")
        found = [one for one in found if before is None or int(one.id) < int(before)]
        return [self.as_message(one) for one in reversed(found)][: int(query.get("limit", 50))]

    # ------------------------------------------------------------------------------------------ interactions

    def _callback(self, id: str, token: str, body: Json) -> None:
        call = self.calls.get(token)
        now = asyncio.get_running_loop().time()
        if call is None or call.id != id or (call.acknowledged is None and now - call.born > self.in_time):
            raise Refused(404, 10062, "Unknown interaction")
        if call.acknowledged is not None:
            raise Refused(400, 40060, "Interaction has already been acknowledged.")
        kind, data = body["type"], body.get("data") or {}
        if kind == 9:
            self._refuse(modal_fault(data))
            call.window = data
        elif kind == 4:
            self._refuse(message_fault(data))
        elif kind != 5:
            raise Refused(400, 50035, f"type {kind}")
        call.acknowledged, call.kind, call.ephemeral = now, kind, bool(data.get("flags", 0) & 64)
        if kind == 4:
            call.answered = True
            self._show(call.channel, "answer", call.user if call.ephemeral else None, data)

    def _fill(self, token: str, body: Json) -> Json:
        call = self._living(token)
        self._refuse(message_fault(body))
        if call.kind not in (4, 5):
            raise Refused(404, 10008, "Unknown Message")
        if call.answered:  # the same words over the same message
            return {}
        call.answered = True
        return self._show(call.channel, "filled", call.user if call.ephemeral else None, body)

    def _further(self, token: str, body: Json) -> Json:
        call = self._living(token)
        self._refuse(message_fault(body))
        call.further += 1
        if call.further > 5:
            raise Refused(400, 50035, "5 follow-ups for who installed it for themselves")
        return self._show(call.channel, "further", call.user if body.get("flags", 0) & 64 else None, body)

    def _living(self, token: str) -> Call:
        call = self.calls.get(token)
        if call is None:
            raise Refused(404, 10015, "Unknown Webhook")
        if call.acknowledged is None:
            raise Refused(404, 10015, "Unknown Webhook")
        return call

    def expire(self) -> None:
        """All tokens of interactions are too old."""
        self.calls.clear()


def _json(body: object, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    """As Discord answers: without a charset, or discord.py takes it for text."""
    data = json.dumps(body).encode()
    return web.Response(body=data, status=status, headers=headers, content_type="application/json")


def message(id: str, channel: str, text: str, **more: Any) -> Json:
    """A message, as Discord tells it."""
    return {
        "id": id,
        "channel_id": channel,
        "content": text,
        "timestamp": "2026-11-22T14:10:00+00:00",
        "edited_timestamp": None,
        "tts": False,
        "mention_everyone": False,
        "mentions": [],
        "mention_roles": [],
        "attachments": [],
        "embeds": [],
        "components": [],
        "pinned": False,
        "type": 0,
        "flags": 0,
        **more,
    }


def bot_user() -> Json:
    """The bot, as Discord tells of it."""
    return {
        "id": BOT,
        "username": "tomoshibi",
        "discriminator": "0",
        "avatar": None,
        "bot": True,
        "global_name": "灯",
    }


def guild(id: str = GUILD, channels: Sequence[str] = (LOBBY, TALK, WATCHED, STAFF), **more: Any) -> Json:
    """A server, as the gateway tells of it."""
    return {
        "id": id,
        "name": "ともの場",
        "owner_id": "1",
        "roles": [{"id": id, "name": "@everyone", "permissions": "0", "position": 0, "color": 0, "hoist": False,
                   "managed": False, "mentionable": False}],
        "emojis": [],
        "features": [],
        "channels": [{"id": one, "type": 0, "name": f"c{n}", "position": n, "permission_overwrites": []}
                     for n, one in enumerate(channels)],
        "threads": [],
        "members": [],
        "member_count": 5,
        "large": False,
        "unavailable": False,
        "verification_level": 2,
        "default_message_notifications": 1,
        "explicit_content_filter": 2,
        "mfa_level": 0,
        "nsfw_level": 0,
        "premium_tier": 0,
        "preferred_locale": "ja",
        "system_channel_flags": 0,
        "afk_timeout": 60,
        "stickers": [],
        "voice_states": [],
        "presences": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "premium_progress_bar_enabled": False,
        "joined_at": "2026-01-01T00:00:00+00:00",
        **more,
    }  # fmt: skip


def words(messages: Sequence[Json]) -> str:
    """All text of some messages: content and cards."""
    return "\n".join(
        text
        for message in messages
        for text in (
            message.get("content", ""),
            *(f"{embed['title']}\n{embed.get('description', '')}" for embed in message.get("embeds", [])),
        )
        if text
    )


def parts(message: Json) -> list[Json]:
    """All buttons and lists below a message."""
    return [part for row in message.get("components", []) for part in row["components"]]


def labels(message: Json) -> list[str]:
    """What the buttons below a message say."""
    return [part["label"] for part in parts(message) if part["type"] == 2]


def dumped(discord: Discord) -> str:
    """Everything that was ever sent, as one text."""
    return json.dumps([one.payload for one in discord.shown], ensure_ascii=False)
