"""The real gateway, as far as a bot sees it: hello, identify, ready, heartbeats, dispatches, resume, and its ends."""

from __future__ import annotations

import asyncio
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

Json = dict[str, Any]

GUILD_MEMBERS, MESSAGE_CONTENT = 1 << 1, 1 << 15


@dataclass
class Session:
    """What Discord remembers of one shard's session."""

    id: str
    shard: int
    intents: int
    told: list[tuple[int, str]] = field(default_factory=list)  # sequence number, payload
    socket: web.WebSocketResponse | None = None
    deflate: Any = None


@dataclass
class GatewayPeer:
    """Discord's gateway.

    Args:
        token: the one that is accepted.
        user: the bot.
        guilds: those that the bot is in.
        privileged: intents that are switched on in the developer portal.
        heartbeat: milliseconds between two heartbeats.
    """

    token: str
    user: Json
    guilds: Sequence[Json] = ()
    privileged: int = GUILD_MEMBERS | MESSAGE_CONTENT
    heartbeat: int = 41_250
    sessions: dict[str, Session] = field(default_factory=dict)
    shards: dict[int, Session] = field(default_factory=dict)  # the present session of each
    log: list[str] = field(default_factory=list)  # identify, resume, heartbeat, … in order
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)
    url: str = ""
    _number: int = 0

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        """One connection."""
        socket = web.WebSocketResponse(max_msg_size=0)
        await socket.prepare(request)
        deflate = zlib.compressobj() if request.query.get("compress") == "zlib-stream" else None
        assert request.query["v"] == "10" and request.query["encoding"] == "json"
        session: Session | None = None
        await self._send(socket, deflate, {"op": 10, "d": {"heartbeat_interval": self.heartbeat}})
        async for message in socket:
            if message.type is not WSMsgType.TEXT or len(message.data) > 4096:
                await socket.close(code=4002)
                break
            given = json.loads(message.data)
            if given["op"] == 1:
                await self._send(socket, deflate, {"op": 11})
                await self._note("heartbeat")
            elif given["op"] == 2:
                session = await self._identify(socket, deflate, given["d"])
            elif given["op"] == 6:
                session = await self._resume(socket, deflate, given["d"])
        if session and session.socket is socket:
            session.socket = None
        await self._note("closed")
        return socket

    async def _identify(self, socket: web.WebSocketResponse, deflate: Any, d: Json) -> Session | None:
        if d["token"] != self.token:
            await socket.close(code=4004)
            return None
        wanted = d["intents"] & (GUILD_MEMBERS | MESSAGE_CONTENT)
        if wanted & ~self.privileged:
            await self._note("refused intents")
            await socket.close(code=4014)
            return None
        self._number += 1
        shard, count = d.get("shard", [0, 1])
        session = Session(f"session{self._number}", shard, d["intents"], socket=socket, deflate=deflate)
        self.sessions[session.id] = self.shards[shard] = session
        mine = [guild for guild in self.guilds if (int(guild["id"]) >> 22) % count == shard]
        ready = {
            "v": 10,
            "user": self.user,
            "guilds": [{"id": guild["id"], "unavailable": True} for guild in mine],
            "session_id": session.id,
            "resume_gateway_url": self.url,
            "application": {"id": self.user["id"], "flags": 0},
            "shard": [shard, count],
        }
        await self._note(f"identify {shard}/{count}")
        await self._dispatch(session, "READY", ready)
        for guild in mine:
            await self._dispatch(session, "GUILD_CREATE", guild)
        await self._note("ready")
        return session

    async def _resume(self, socket: web.WebSocketResponse, deflate: Any, d: Json) -> Session | None:
        session = self.sessions.get(d["session_id"])
        if session is None or d["token"] != self.token:
            await self._send(socket, deflate, {"op": 9, "d": False})
            return None
        session.socket, session.deflate = socket, deflate
        for number, text in list(session.told):
            if number > d["seq"]:
                await self._send_text(socket, deflate, text)
        await self._dispatch(session, "RESUMED", {})
        await self._note("resume")
        return session

    # ------------------------------------------------------------------------------------------ what happens

    async def dispatch(self, event: str, data: Mapping[str, Any], shard: int | None = None) -> None:
        """Tells the bot of something; kept for a resume when it is away. Servers belong to their shard."""
        if shard is None:
            guild = data.get("guild_id")
            shard = (int(guild) >> 22) % max(1, len(self.shards)) if guild else 0
        session = self.shards[shard]
        assert self.may_see(session, event, data)
        await self._dispatch(session, event, {**data, **self._hidden(session, event, data)})

    def may_see(self, session: Session, event: str, data: Mapping[str, Any]) -> bool:
        """Whether the session's intents let it see an event."""
        return not event.startswith("GUILD_MEMBER") or bool(session.intents & GUILD_MEMBERS)

    def _hidden(self, session: Session, event: str, data: Mapping[str, Any]) -> Json:
        """Without the privileged intent a message is empty, but for direct ones and those that call the bot."""
        if event != "MESSAGE_CREATE" or "guild_id" not in data or session.intents & MESSAGE_CONTENT:
            return {}
        called = any(user["id"] == self.user["id"] for user in data["mentions"])
        return {} if called else {"content": "", "attachments": [], "embeds": []}

    async def repeat(self, shard: int = 0) -> None:
        """Tells the newest event again, as can happen around a resume."""
        session = self.shards[shard]
        assert session.socket
        await self._send_text(session.socket, session.deflate, session.told[-1][1])

    async def repeat_message(self, shard: int = 0) -> None:
        """Tells the newest message again."""
        session = self.shards[shard]
        text = next(text for _, text in reversed(session.told) if '"MESSAGE_CREATE"' in text)
        assert session.socket
        await self._send_text(session.socket, session.deflate, text)

    async def drop(self, shard: int = 0) -> None:
        """The connection breaks without a word."""
        socket = self.shards[shard].socket
        self.shards[shard].socket = None
        assert socket and socket._req and socket._req.transport
        socket._req.transport.abort()

    async def reconnect(self, shard: int = 0) -> None:
        """Asks the bot to connect again (op 7)."""
        session = self.shards[shard]
        assert session.socket
        await self._send(session.socket, session.deflate, {"op": 7, "d": None})

    async def invalidate(self, shard: int = 0) -> None:
        """The session is no longer valid (op 9): the bot must identify anew."""
        session = self.shards[shard]
        del self.sessions[session.id]
        assert session.socket
        await self._send(session.socket, session.deflate, {"op": 9, "d": False})

    async def noted(self, what: str, count: int = 1) -> None:
        """Returns when something was noted so many times."""
        async with self.changed, asyncio.timeout(20):
            await self.changed.wait_for(lambda: self.log.count(what) >= count)

    # ------------------------------------------------------------------------------------------ the wire

    async def _dispatch(self, session: Session, event: str, data: Mapping[str, Any]) -> None:
        number = (session.told[-1][0] if session.told else 0) + 1
        text = json.dumps({"op": 0, "t": event, "s": number, "d": data}, ensure_ascii=False)
        session.told.append((number, text))
        if session.socket and not session.socket.closed:
            await self._send_text(session.socket, session.deflate, text)

    async def _send(self, socket: web.WebSocketResponse, deflate: Any, payload: Json) -> None:
        await self._send_text(socket, deflate, json.dumps({"t": None, "s": None, **payload}))

    async def _send_text(self, socket: web.WebSocketResponse, deflate: Any, text: str) -> None:
        if deflate is None:
            await socket.send_str(text)
            return
        data = deflate.compress(text.encode()) + deflate.flush(zlib.Z_SYNC_FLUSH)
        await socket.send_bytes(data)

    async def _note(self, what: str) -> None:
        async with self.changed:
            self.log.append(what)
            self.changed.notify_all()
