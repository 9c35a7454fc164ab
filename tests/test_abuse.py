"""Somebody who means harm: slow and odd requests over raw sockets, forged events, probing, forms of others.

Floods stand in test_floods.py, hostile content in test_hostile_content.py, what the webhook and the chat page refuse
besides in line/test_webhook.py and web/test_adapter.py.
"""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio
from aiohttp import ClientSession, CookieJar

from bot.process import Bot
from bot.web.serving import BODY, Server
from tests.line.conftest import bot_on_line
from tests.line.standin import ACCOUNT, Line, Phone, sign, words
from tests.support import ROOT
from tests.tiny import Clock

DANGER = "今から死にます"
MORE = {"ADMIN_TOKENS": "one:a token of the tests", "WEB_CHAT": "on"}
#: Seconds in which a body and a head must arrive here.
SOON = 0.4

pytestmark = pytest.mark.asyncio(loop_scope="module")


@asynccontextmanager
async def besieged(folder: Path, server: Server | None = None) -> AsyncIterator[tuple[Bot, Phone, Line]]:
    """A whole bot with all its pages, and somebody else's phone."""
    line = Line()
    async with bot_on_line(folder, line, Clock(), MORE, server) as bot, ClientSession() as http:
        yield bot, Phone(f"http://127.0.0.1:{bot.port}", line, http), line


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hidden(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Bot, Line]]:
    """One such bot for everything that leaves no trace on it."""
    async with besieged(tmp_path_factory.mktemp("abuse")) as (bot, _, line):
        yield bot, line


async def raw(bot: Bot, request: bytes) -> bytes:
    """Sends bytes as they are; all that comes back until the bot closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", bot.port)
    try:
        writer.write(request)
        async with asyncio.timeout(20):
            return await reader.read()
    except ConnectionResetError:
        return b""
    finally:
        writer.close()


def status(answer: bytes) -> int:
    """Of an answer; 0 when there was none."""
    return int(answer.split(b" ", 2)[1]) if answer else 0


# ---------------------------------------------------------------------------------------------- slow and odd requests


HEAD = b"POST /line/webhook HTTP/1.1\r\nHost: bot\r\n"


#: What never comes to its end, and the status with which it is cut off; 0: none.
SLOW = {
    b"": 0,
    b"GET / HTTP/1.1\r\nHost: bot\r\nX-Never: end": 0,
    HEAD + b"Content-Length: 100\r\n\r\n{": 408,
    HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhell": 408,
    b"POST /chat HTTP/1.1\r\nHost: bot\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{": 408,
    b"POST /admin/login HTTP/1.1\r\nHost: bot\r\nContent-Length: 9\r\n\r\nname=": 408,
}


async def test_whoever_is_slow_is_cut_off_and_holds_nobody_up(tmp_path: Path) -> None:
    async with besieged(tmp_path, Server(arrival=SOON, quiet=SOON)) as (bot, phone, _):
        slow = [asyncio.create_task(raw(bot, sent)) for sent in SLOW for _ in range(20)]
        assert "119" in words(await phone.say(DANGER))
        cut = [status(answer) for answer in await asyncio.gather(*slow)]
    assert cut == [wanted for wanted in SLOW.values() for _ in range(20)]


GOOD = json.dumps({"destination": ACCOUNT, "events": []}).encode()
SIGNED = HEAD + b"Connection: close\r\nX-Line-Signature: " + sign(GOOD).encode() + b"\r\n"
LENGTH = b"Content-Length: %d\r\n" % len(GOOD)
CHUNKED = b"Transfer-Encoding: chunked\r\n"
CHUNKS = b"%x\r\n%s\r\n0\r\n\r\n" % (len(GOOD), GOOD)


@pytest.mark.parametrize(
    ("request_", "wanted"),
    [
        (SIGNED + LENGTH + b"\r\n" + GOOD, 200),
        (SIGNED + CHUNKED + b"\r\n" + CHUNKS, 200),
        (SIGNED + LENGTH + b"Content-Length: 1\r\n\r\n" + GOOD, 400),
        (SIGNED + LENGTH + LENGTH + b"\r\n" + GOOD, 400),
        (SIGNED + LENGTH + CHUNKED + b"\r\n" + CHUNKS, 400),
        (SIGNED + b"Content-Length: +%d\r\n\r\n" % len(GOOD) + GOOD, 400),
        (SIGNED + b"Content-Length: -1\r\n\r\n" + GOOD, 400),
        (SIGNED + b"Content-Length: 99999999999999999999\r\n\r\n" + GOOD, 400),
        (SIGNED + b"Content-Length: %d\r\n\r\n" % (BODY + 1), 413),
        (SIGNED + b"Transfer-Encoding: xchunked\r\n\r\n" + CHUNKS, 400),
        (SIGNED + b"Transfer-Encoding: chunked, identity\r\n\r\n" + CHUNKS, 400),
        (SIGNED + b"Transfer-Encoding : chunked\r\n\r\n" + CHUNKS, 400),
        (SIGNED + CHUNKED + CHUNKED + b"\r\n" + CHUNKS, 400),
        (SIGNED + CHUNKED + b"\r\nzz\r\n", 400),
        (SIGNED + CHUNKED + b"\r\n" + (b"ffff\r\n" + b"x" * 0xFFFF + b"\r\n") * 40, 413),
        (SIGNED + b"X-Long: " + b"x" * 100_000 + b"\r\n\r\n", 400),
        (SIGNED + b"".join(b"X-%d: x\r\n" % n for n in range(1000)) + b"\r\n", 400),
        (SIGNED + b"X-Odd: a\x00b\r\n\r\n", 400),
        (b"GET /" + b"x" * 100_000 + b" HTTP/1.1\r\n\r\n", 400),
        (b"no request at all\r\n\r\n", 400),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400),
    ],
)
async def test_headers_that_could_be_read_in_two_ways_are_refused(
    hidden: tuple[Bot, Line], request_: bytes, wanted: int
) -> None:
    bot, line = hidden
    assert status(await raw(bot, request_)) == wanted
    assert line.said == []


async def test_what_is_refused_leaves_none_of_its_words_in_the_log(
    hidden: tuple[Bot, Line], log_lines: Callable[[], list[dict[str, Any]]]
) -> None:
    bot, _ = hidden
    for broken in (
        b"marked words\r\n\r\n",
        SIGNED + b"Content-Length: marked\r\n\r\n",
        SIGNED + CHUNKED + b"\r\nmarked",
    ):
        assert status(await raw(bot, broken)) == 400
    assert log_lines()
    assert "marked" not in json.dumps(log_lines())
    assert "127.0.0.1" not in json.dumps(log_lines())


async def test_a_packed_body_is_not_unpacked(hidden: tuple[Bot, Line]) -> None:
    bot, _ = hidden
    packed = gzip.compress(GOOD)
    head = SIGNED + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed)
    assert status(await raw(bot, head + packed)) == 400  # signed is what it says unpacked


async def test_what_a_proxy_may_say_is_not_believed(hidden: tuple[Bot, Line]) -> None:
    """Neither where a login leads to nor who is at home hangs on headers that anybody can write."""
    bot, _ = hidden
    evil = b"Host: evil.example\r\nX-Forwarded-Host: evil.example\r\nX-Forwarded-Proto: https\r\n"
    evil += b"Forwarded: host=evil.example\r\n"
    form = b"name=one&token=a+token+of+the+tests"
    login = b"POST /admin/login HTTP/1.1\r\n" + evil + b"Content-Type: application/x-www-form-urlencoded\r\n"
    answer = await raw(bot, login + b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(form) + form)
    assert status(answer) == 303
    assert b"Location: /admin\r\n" in answer
    assert b"evil" not in answer
    page = await raw(bot, b"GET /privacy HTTP/1.1\r\nConnection: close\r\n" + evil + b"\r\n")
    assert (status(page), b"evil" in page) == (200, False)
    body = json.dumps({"session": str(uuid4()), "id": str(uuid4()), "platform": "line", "text": "a"}).encode()
    post = b"POST /chat HTTP/1.1\r\nHost: bot\r\nX-Forwarded-Host: evil.example\r\nOrigin: http://evil.example\r\n"
    post += b"Content-Type: application/json\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body)
    assert status(await raw(bot, post + body)) == 403


# ---------------------------------------------------------------------------------------------- probing


PROBES = (
    "/../../etc/passwd", "/chat/static/../../../etc/passwd", "/chat/static/..%2f..%2f..%2fetc/passwd",
    "/chat/static/%2e%2e/%2e%2e/process.py", "/chat/static/..\\..\\process.py", "/chat/static/",
    "//etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/.env", "/.git/config", "/data/secret", "/data/tomoshibi.db",
    "/chat/static/chat.html", "/chat/static/%00", "/admin/flow/..%2f..%2fetc", "/content/about.yaml", "/%ff%fe",
    "/wp-login.php", "/line/webhook/", "/server-status", "http://169.254.169.254/latest/meta-data/", "*",
)  # fmt: skip


async def test_there_is_nothing_to_be_found_by_probing(hidden: tuple[Bot, Line]) -> None:
    bot, _ = hidden
    found = {}
    for path in PROBES:
        for method in ("GET", "POST", "PUT", "TRACE", "CONNECT", "PROPFIND"):
            line = f"{method} {path} HTTP/1.1\r\nHost: bot\r\nConnection: close\r\n\r\n"
            answer = await raw(bot, line.encode("latin-1"))
            if status(answer) not in (400, 401, 403, 404, 405):
                found[method, path] = answer[:200]
            assert b"root:" not in answer
            assert b"Traceback" not in answer
            assert str(ROOT).encode() not in answer
    assert found == {}


# ---------------------------------------------------------------------------------------------- forged events


async def test_a_new_event_that_says_it_is_old_is_a_new_event(tmp_path: Path) -> None:
    async with besieged(tmp_path) as (_, phone, line):
        event = phone.text(DANGER, deliveryContext={"isRedelivery": True})
        assert "119" in words(await phone.answer(event))
        other = {**phone.text("和歌山市の窓口"), "webhookEventId": event["webhookEventId"]}
        assert await phone.send(other) == 200
        await phone.say("うん")
        assert len(line.said) == 2  # what bears a known id is no turn, whatever it says
        assert other["replyToken"] not in line.answers


# ---------------------------------------------------------------------------------------------- the operators' pages


def ways(bot: Bot) -> list[tuple[str, str]]:
    """Every method and path below /admin that the bot has."""
    names = {"flow": "greeting", "step": "voice"}
    found = set()
    for route in bot.server.app.router.routes():
        path = route.resource.canonical if route.resource else ""
        if path.startswith("/admin"):
            found.add((route.method, path.format_map(names)))
    return sorted(found)


async def test_no_page_of_operators_without_a_login_and_no_form_of_others(hidden: tuple[Bot, Line]) -> None:
    bot, _ = hidden
    base, content = f"http://127.0.0.1:{bot.port}", tree(ROOT / "content")
    assert len(ways(bot)) > 15
    async with ClientSession(base, cookie_jar=CookieJar(unsafe=True)) as http:
        for cookie in (
            "",
            "x",
            "9999999999.x.6f6e65",
            "9999999999." + "0" * 64 + ".6f6e65",
            "..",
            "٣.x.6f6e65",
        ):
            for method, path in ways(bot):
                async with http.request(
                    method,
                    path,
                    headers={"Cookie": f"admin={cookie}".encode().decode("latin-1")},
                    allow_redirects=False,
                ) as response:
                    assert response.status == (303 if path.endswith("/logout") else 401), (
                        method,
                        path,
                        cookie,
                    )
        form = {"name": "one", "token": "a token of the tests"}
        async with http.post("/admin/login", data=form) as response:
            assert response.status == 200
        for method, path in ways(bot):
            if method == "POST" and not path.endswith(("/login", "/logout")):
                for forged in ({}, {"form": ""}, {"form": "0" * 64}, {"form": "あ"}):
                    async with http.post(path, data=forged) as response:
                        assert response.status == 403, (path, forged)
        async with http.post("/admin/logout", allow_redirects=False) as response:
            assert "Set-Cookie" not in response.headers  # nobody else can log an operator out
    assert tree(ROOT / "content") == content


def tree(folder: Path) -> dict[str, float]:
    """When each file was written last."""
    return {str(path): path.stat().st_mtime for path in folder.rglob("*") if path.is_file()}
