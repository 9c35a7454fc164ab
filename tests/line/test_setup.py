"""`python -m bot line setup|status|card` over a real socket, against a stand-in of LINE's control plane."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import aiohttp
import pytest
import segno
from aiohttp import web
from aiohttp.test_utils import TestServer
from typer.testing import CliRunner, Result

from bot.__main__ import app
from bot.line.setup import webhook_address
from bot.line.webhook import PATH, Webhook
from tests.line.standin import SECRET, sign

TOKEN = "an-access-token"
BOT = "https://bot.example.org"
INFO = {"basicId": "@tomoshibi", "displayName": "灯", "chatMode": "bot", "markAsReadMode": "auto"}


def tried(reason: str = "OK", status: int = 200, detail: str = "200") -> dict[str, Any]:
    """What LINE tells of its test of a webhook."""
    return {"success": reason == "OK", "statusCode": status, "reason": reason, "detail": detail}


@dataclass
class Plane:
    """LINE's control plane, as its reference describes it. `broken` answers instead of a path."""

    info: dict[str, Any] = field(default_factory=lambda: dict(INFO))
    endpoint: str = BOT + PATH
    active: bool = True
    quota: dict[str, Any] = field(default_factory=lambda: {"type": "limited", "value": 200})
    used: int = 12
    menus: list[str] = field(default_factory=list)
    tried: dict[str, Any] = field(default_factory=tried)
    bot: str = ""  # where a real bot answers for BOT; empty: `tried` is the result
    broken: dict[str, tuple[int, str]] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)

    def app(self) -> web.Application:
        """As an aiohttp application."""
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._answer)
        return app

    async def _answer(self, request: web.Request) -> web.Response:
        self.calls.append(request.path)
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return _refused(401, "Authentication failed. Confirm that the access token is valid.")
        if request.path in self.broken:
            status, text = self.broken[request.path]
            return web.Response(status=status, text=text)
        body = await request.json() if request.method != "GET" else {}
        match request.method, request.path:
            case "GET", "/v2/bot/info":
                return web.json_response(self.info)
            case "GET", "/v2/bot/channel/webhook/endpoint" if self.endpoint:
                return web.json_response({"endpoint": self.endpoint, "active": self.active})
            case "PUT", "/v2/bot/channel/webhook/endpoint":
                if not body["endpoint"].startswith("https://") or ".invalid" in body["endpoint"]:
                    return _refused(400, "Invalid webhook endpoint URL")
                self.endpoint = body["endpoint"]
                return web.json_response({})
            case "POST", "/v2/bot/channel/webhook/test":
                assert body == {"endpoint": self.endpoint}
                return web.json_response(await self._ring(body["endpoint"]) if self.bot else self.tried)
            case "GET", "/v2/bot/message/quota":
                return web.json_response(self.quota)
            case "GET", "/v2/bot/message/quota/consumption":
                return web.json_response({"totalUsage": self.used})
            case "GET", "/v2/bot/richmenu/list":
                return web.json_response({"richmenus": [{"richMenuId": id} for id in self.menus]})
            case "GET", "/v2/bot/user/all/richmenu" if self.menus:
                return web.json_response({"richMenuId": self.menus[0]})
        return _refused(404, "Not found")

    async def _ring(self, address: str) -> dict[str, Any]:
        """LINE's own test: a signed request without events."""
        body = json.dumps({"destination": "Ubot", "events": []}).encode()
        signed = {"x-line-signature": sign(body)}
        url = self.bot + urlsplit(address).path
        async with aiohttp.ClientSession() as http, http.post(url, data=body, headers=signed) as answer:
            return tried() if answer.status == 200 else tried("ERROR_STATUS_CODE", answer.status)


def _refused(status: int, message: str) -> web.Response:
    return web.json_response({"message": message}, status=status)


#: Runs one command of `python -m bot line`; keywords are settings.
Line = Callable[..., Awaitable[Result]]


@pytest.fixture
def plane() -> Plane:
    """An account that is set up well."""
    return Plane()


@pytest.fixture
async def line(plane: Plane, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Line]:
    """An operator in a folder without `.env`, with LINE within reach."""
    monkeypatch.chdir(tmp_path)
    usual = {"LINE_CHANNEL_SECRET": SECRET, "LINE_CHANNEL_ACCESS_TOKEN": TOKEN}
    usual |= {"LINE_PUSH_BUDGET": "", "PUBLIC_URL": ""}
    async with TestServer(plane.app()) as server:
        usual["LINE_API_BASE"] = str(server.make_url(""))

        async def run(*words: str, **more: str) -> Result:
            return await asyncio.to_thread(CliRunner().invoke, app, ["line", *words], env=usual | more)

        yield run


@asynccontextmanager
async def bot(secret: str) -> AsyncIterator[str]:
    """The bot's own webhook with a channel secret; without one, a bot with LINE off. Gives its address."""
    app, nothing = web.Application(), cast(Any, None)
    if secret:
        app.add_routes([Webhook(nothing, nothing, nothing, secret, str).route()])
    async with TestServer(app) as server:
        yield str(server.make_url("")).rstrip("/")


async def test_setup_sets_and_tries_the_webhook_of_a_real_bot(line: Line, plane: Plane) -> None:
    plane.endpoint = ""
    async with bot(SECRET) as plane.bot:
        done = await line("setup", BOT + "/")
    assert done.exit_code == 0 and not done.stderr
    assert plane.endpoint == BOT + PATH and "the bot answered (status 200)" in done.stdout
    assert "Webhook redelivery" in done.stdout and "Use webhook" not in done.stdout
    plane.bot, plane.active = "", False
    done = await line("setup", BOT)
    assert done.exit_code == 0 and "Next: " in done.stdout and "Use webhook" in done.stdout


async def test_setup_knows_why_the_bot_refuses(line: Line, plane: Plane) -> None:
    for secret, advice in ("another", "channel secret"), ("", "no bot with LINE on"):
        async with bot(secret) as plane.bot:
            done = await line("setup", BOT)
        assert done.exit_code == 1 and advice in done.stderr
        assert f"The webhook is set: {BOT}{PATH}" in done.stdout


@pytest.mark.parametrize(
    ("reason", "status", "detail", "advice"),
    [
        ("COULD_NOT_CONNECT", 0, f"TLS handshake failure: {BOT}{PATH}", "certificate"),
        ("REQUEST_TIMEOUT", 0, "Request timeout", "two seconds"),
        ("ERROR_STATUS_CODE", 502, "502 Bad Gateway", "Start the bot"),
        ("ERROR_STATUS_CODE", 418, "418", "log of the bot"),
        ("UNCLASSIFIED", -1, "N/A", "log of the bot"),
    ],
)
async def test_setup_says_why_the_webhook_fails(
    line: Line, plane: Plane, reason: str, status: int, detail: str, advice: str
) -> None:
    plane.tried = tried(reason, status, detail)
    done = await line("setup", BOT)
    assert done.exit_code == 1
    assert all(word in done.stderr for word in (reason, f"status {status}", detail, advice))


async def test_setup_refuses_anything_but_https_before_it_asks_line(line: Line, plane: Plane) -> None:
    for url in ("http://bot.example.org", "bot.example.org", "https://", "https://b:x", f"{BOT}?a=1"):
        done = await line("setup", url)
        assert done.exit_code == 2 and url in done.stderr, url
    assert not plane.calls


async def test_setup_when_line_takes_no_such_address_or_no_more_tests(line: Line, plane: Plane) -> None:
    done = await line("setup", "https://bot.invalid")
    assert done.exit_code == 1 and "spelled right" in done.stderr
    plane.broken["/v2/bot/channel/webhook/test"] = 429, '{"message": "The API rate limit has been exceeded."}'
    done = await line("setup", BOT)
    assert done.exit_code == 1 and "asked too often" in done.stderr and "The webhook is set" in done.stdout


def test_the_path_is_appended_once() -> None:
    for url in (BOT, f"{BOT}/", BOT + PATH, f"{BOT}{PATH}/", f"  {BOT}\n"):
        assert webhook_address(url) == BOT + PATH
    assert webhook_address(f"{BOT}/tomoshibi") == f"{BOT}/tomoshibi{PATH}"
    for url in ("https://name:word@bot.example.org", f"{BOT}#top", "https://ともしび.jp"):
        with pytest.raises(ValueError, match="plain address"):
            webhook_address(url)


async def test_status_of_an_account_that_is_set_up(line: Line, plane: Plane) -> None:
    plane.menus = ["richmenu-1", "richmenu-2"]
    done = await line("status", LINE_PUSH_BUDGET="50", PUBLIC_URL=BOT)
    assert done.exit_code == 0 and not done.stderr
    for words in (
        "灯 (@tomoshibi)",
        "https://line.me/R/ti/p/%40tomoshibi",
        "Chat: off (chatMode bot, markAsReadMode auto)",
        f"Webhook: {BOT}{PATH} (on)",
        "about 12, LINE's limit 200, LINE_PUSH_BUDGET 50",
        "Rich menus: 2, default richmenu-1",
        "Redelivery: cannot be seen from here",
    ):
        assert words in done.stdout


async def test_status_when_staff_could_read_along(line: Line, plane: Plane) -> None:
    plane.info |= {"chatMode": "chat", "markAsReadMode": "manual"}
    done = await line("status")
    assert done.exit_code == 1
    for word in ("Chat is on", "read along", "Official Account Manager", "Greeting message", "Auto-resp"):
        assert word in done.stderr
    plane.info["chatMode"] = "something new"
    assert (await line("status")).exit_code == 1


async def test_status_names_everything_that_is_missing_at_once(line: Line, plane: Plane) -> None:
    plane.info["chatMode"], plane.endpoint = "chat", ""
    done = await line("status", PUBLIC_URL=BOT)
    assert done.exit_code == 1 and "Webhook: not set" in done.stdout
    assert "Chat is on" in done.stderr and f"python -m bot line setup {BOT}" in done.stderr
    plane.endpoint, plane.active = "https://elsewhere.example/hook", False
    done = await line("status")
    assert "Use webhook" in done.stderr and "not this bot's" in done.stderr
    plane.endpoint, plane.active, plane.info["chatMode"] = f"https://old.example{PATH}", True, "bot"
    done = await line("status", PUBLIC_URL=BOT)
    assert done.exit_code == 0 and "PUBLIC_URL is elsewhere" in done.stdout


async def test_status_of_the_quota(line: Line, plane: Plane) -> None:
    done = await line("status", LINE_PUSH_BUDGET="200")
    assert done.exit_code == 1 and "Set less than 200" in done.stderr
    plane.used = 200
    done = await line("status")
    assert done.exit_code == 1 and "are spent" in done.stderr
    plane.quota = {"type": "none"}
    done = await line("status", LINE_PUSH_BUDGET="5000")
    assert done.exit_code == 0 and "no limit set" in done.stdout


@pytest.mark.parametrize("words", [("setup", BOT), ("status",), ("card",)])
async def test_trouble_is_told_in_plain_words(line: Line, plane: Plane, words: tuple[str, ...]) -> None:
    refused = await line(*words, LINE_CHANNEL_ACCESS_TOKEN="expired-token")
    assert refused.exit_code == 1 and "LINE_CHANNEL_ACCESS_TOKEN" in refused.stderr
    with socket.socket() as taken:  # bound, and nobody listens
        taken.bind(("127.0.0.1", 0))
        away = await line(*words, LINE_API_BASE=f"http://127.0.0.1:{taken.getsockname()[1]}")
    assert away.exit_code == 1 and "cannot be reached" in away.stderr
    off = await line(*words, LINE_CHANNEL_SECRET="", LINE_CHANNEL_ACCESS_TOKEN="")
    assert off.exit_code == 2 and "LINE_CHANNEL_SECRET and LINE_CHANNEL_ACCESS_TOKEN" in off.stderr
    half = await line(*words, LINE_CHANNEL_SECRET="")
    assert half.exit_code == 2 and "LINE_CHANNEL_SECRET is missing" in half.stderr
    torn = await line(*words, LINE_CHANNEL_ACCESS_TOKEN="half\nhalf")
    assert torn.exit_code == 2 and "Copy it again" in torn.stderr
    for done in (refused, away, off, half, torn):
        assert "Traceback" not in done.output and "expired" not in done.output


@pytest.mark.parametrize(
    ("status", "text", "words"),
    [
        (200, "<html>a portal</html>", "not LINE"),
        (200, "[]", "not LINE"),
        (200, "{}", "not LINE"),
        (302, "", "status 302"),
        (403, '{"message": "Forbidden"}', "Security settings"),
        (429, "{}", "asked too often"),
        (503, "busy", "LINE itself has trouble"),
        (418, '{"message": "red \\u001b[31mteapot"}', "red  [31mteapot"),
    ],
)
async def test_odd_answers(line: Line, plane: Plane, status: int, text: str, words: str) -> None:
    plane.broken["/v2/bot/info"] = status, text
    done = await line("status")
    assert done.exit_code == 1 and words in done.stderr and "Traceback" not in done.output


async def test_card_is_the_friend_link_as_a_png(line: Line, tmp_path: Path) -> None:
    done = await line("card", "--to", "poster.png")
    assert done.exit_code == 0 and "https://line.me/R/ti/p/%40tomoshibi" in done.stdout
    raw = (tmp_path / "poster.png").read_bytes()
    assert raw[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", raw[16:24])
    assert width == height > 1200
    code = segno.make_qr("https://line.me/R/ti/p/%40tomoshibi", error="q")
    assert width == code.symbol_size(scale=40)[0]  # with the white margin of four modules
    assert (await line("card")).exit_code == 0 and (tmp_path / "line-card.png").exists()
    done = await line("card", "--to", "nowhere/poster.png")
    assert done.exit_code == 1 and "--to" in done.stderr and "Traceback" not in done.output
